package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/pentagate/pentagate/internal/fakes"
)

// Command returns the sub-command.
func Command() *cli.Command {
	return &cli.Command{
		Name:  "sandbox",
		Usage: "run the fake platforms and print the variables that lead to them",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "background", Usage: "start a sandbox that goes on in the background, print its variables and end"},
			&cli.DurationFlag{Name: "for", HideDefault: true, Usage: "end after this time, such as 10m; without it never, but after an hour in the background"},
			// What -background starts: it lets go of the terminal.
			&cli.BoolFlag{Name: "detached", Hidden: true},
		},
		OnUsageError: func(_ context.Context, _ *cli.Command, err error, _ bool) error { return cli.Exit(err, 2) },
		Action:       run,
	}
}

// pace is that of the sandbox: to be seen, and not to be waited for.
var pace = fakes.Pace{Delivery: time.Second, Purchase: 2 * time.Second, Recycling: 2 * time.Second, Person: time.Second}

func run(ctx context.Context, cmd *cli.Command) error {
	lifetime, detached := cmd.Duration("for"), cmd.Bool("detached")
	if cmd.Args().Present() || lifetime < 0 {
		return cli.Exit(errors.New("sandbox takes flags only, and a -for of 0 or more"), 2)
	}
	if cmd.Bool("background") {
		return background(cmd.Writer, lifetime)
	}
	ending := []os.Signal{syscall.SIGTERM}
	if detached {
		signal.Ignore(os.Interrupt, syscall.SIGHUP) // meant for what runs in the foreground
	} else {
		ending = append(ending, os.Interrupt)
	}
	ctx, stop := signal.NotifyContext(ctx, ending...)
	defer stop()
	if lifetime > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, lifetime)
		defer cancel()
	}

	platforms := fakes.Start(pace)
	defer platforms.Close()
	control := httptest.NewServer(controlHandler(platforms))
	defer control.Close()
	if err := writeExports(cmd.Writer, variables(platforms, control.URL)); err != nil {
		return err
	}
	if detached {
		// Whoever reads the variables reads to the end.
		if closer, ok := cmd.Writer.(io.Closer); ok {
			if err := closer.Close(); err != nil {
				return err
			}
		}
	} else {
		_, _ = fmt.Fprintln(cmd.ErrWriter, "The sandbox is running. Put these lines into another shell; end it with Ctrl-C.")
	}
	<-ctx.Done()
	stop() // a second interrupt ends it without waiting for the requests under way
	return nil
}
