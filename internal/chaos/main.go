// Command chaos holds the SDK to what it says about creates and redemptions.
// It starts the fake platforms behind TLS servers, sends some thousands of
// calls through the SDK's own connections, over HTTP/1.1 and HTTP/2, and lets
// four of ten requests meet trouble: dropped connections, pages of proxies,
// answers that come too late, lie about the date or do not come at all.
//
//	go run ./internal/chaos -n 10000 -for 2m -seed 1
//
// When all is over it compares what the SDK said about each call with what the
// platform has. A call that is done has made one thing; one that failed has
// made none; of one whose outcome is unknown there is one or none. Everything
// else is a wrong verdict, and the program then ends with status 1.
//
// What holds a call to account is this rule: its outcome is unknown as soon as
// one of its attempts may have run and none has proved what became of it, and
// only answers in the platform's own form prove anything, but for 429 and 5xx,
// which are believed from anyone.
//
// Each call carries a reference of its own by which the platform's records
// tell it from all others. The troubles are drawn from -seed, the reference and
// the number of the request, so that a run with the same seed meets them again,
// as far as the same requests are made.
//
// The connections trust the servers through SSL_CERT_FILE, which Go reads on
// Unix systems other than macOS.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

const (
	// longest is how long a run may take in all.
	longest = 2 * time.Minute
	// most is how many calls have references of one length.
	most = 9_999_999
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

var errWrong = errors.New("the platforms have something else than what was said")

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("chaos", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var s settings
	flags.IntVar(&s.calls, "n", 10_000, "make `this many` creates and redemptions in all")
	flags.DurationVar(&s.limit, "for", longest, "end within this time, at most 2m, also if there is more to do")
	flags.Uint64Var(&s.seed, "seed", 1, "draw the troubles from this number")
	flags.BoolVar(&s.plant, "plant", false, "declare Procure's creates to be reads, to see that wrong verdicts are found")
	verbose := flags.Bool("v", false, "list the calls whose outcome is unknown too")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || s.calls < 1 || s.calls > most || s.limit <= 0 || s.limit > longest {
		return errors.New("chaos takes flags only, an -n of 1 to 9999999 and a -for of at most 2m")
	}
	r, err := s.run(ctx)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(stdout, r.text(*verbose)); err != nil {
		return err
	}
	if len(r.wrong()) > 0 {
		return errWrong
	}
	return nil
}
