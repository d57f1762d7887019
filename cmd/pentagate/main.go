package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/urfave/cli/v3"

	"github.com/pentagate/pentagate/cmd/pentagate/internal/sandbox"
	"github.com/pentagate/pentagate/cmd/pentagate/internal/sign"
)

func main() {
	os.Exit(run(context.Background(), os.Args, os.Stdin, os.Stdout, os.Stderr))
}

// run runs a sub-command and returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	refuse := func() error {
		// What was typed is not repeated: it may be a secret in the wrong place.
		return cli.Exit("there is no such command or flag; see pentagate -help", 2)
	}
	root := &cli.Command{
		Name:         "pentagate",
		Usage:        "tools of the Pentagate SDK",
		Commands:     []*cli.Command{sign.Command(), sandbox.Command()},
		OnUsageError: func(context.Context, *cli.Command, error, bool) error { return refuse() },
		Action: func(_ context.Context, cmd *cli.Command) error {
			if cmd.Args().Present() {
				return refuse()
			}
			return cli.ShowRootCommandHelp(cmd)
		},
		// The default exits in the middle of a test.
		ExitErrHandler: func(context.Context, *cli.Command, error) {},
		Reader:         stdin,
		Writer:         stdout,
		ErrWriter:      stderr,
	}
	err := root.Run(ctx, args)
	if err == nil {
		return 0
	}
	if text := err.Error(); text != "" {
		_, _ = fmt.Fprintln(stderr, text)
	}
	if exit, ok := errors.AsType[cli.ExitCoder](err); ok {
		return exit.ExitCode()
	}
	return 1
}
