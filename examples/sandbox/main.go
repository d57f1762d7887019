package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pentagate/pentagate/internal/fakes"
)

func main() {
	err := run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// pace is that of the sandbox: to be seen, and not to be waited for.
var pace = fakes.Pace{Delivery: time.Second, Purchase: 2 * time.Second, Recycling: 2 * time.Second, Person: time.Second}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("sandbox", flag.ContinueOnError)
	flags.SetOutput(stderr)
	inBackground := flags.Bool("background", false, "start another sandbox that goes on in the background, print its variables and end")
	lifetime := flags.Duration("for", 0, "end after this time; 0 is never, but an hour in the background")
	detached := flags.Bool("detached", false, "let go of the terminal, as -background has it")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || *lifetime < 0 {
		return errors.New("sandbox takes flags only, and a -for of 0 or more")
	}
	if *inBackground {
		return background(stdout, *lifetime)
	}
	ending := []os.Signal{syscall.SIGTERM}
	if *detached {
		signal.Ignore(os.Interrupt, syscall.SIGHUP) // meant for what runs in the foreground
	} else {
		ending = append(ending, os.Interrupt)
	}
	ctx, stop := signal.NotifyContext(ctx, ending...)
	defer stop()
	if *lifetime > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, *lifetime)
		defer cancel()
	}

	platforms := fakes.Start(pace)
	defer platforms.Close()
	control := httptest.NewServer(controlHandler(platforms))
	defer control.Close()
	if err := writeExports(stdout, variables(platforms, control.URL)); err != nil {
		return err
	}
	if *detached {
		// Whoever reads the variables reads to the end.
		if closer, ok := stdout.(io.Closer); ok {
			if err := closer.Close(); err != nil {
				return err
			}
		}
	} else {
		_, _ = fmt.Fprintln(stderr, "The sandbox is running. Put these lines into another shell; end it with Ctrl-C.")
	}
	<-ctx.Done()
	stop() // a second interrupt ends it without waiting for the requests under way
	return nil
}
