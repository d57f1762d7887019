// Command uumit-auth obtains an API key for UUMit: it shows a code and a link,
// waits until a person has confirmed in a browser, and reads the wallet with
// the key.
//
// By default it talks to a fake platform of its own, whose user confirms after
// a moment:
//
//	go run ./examples/uumit-auth
//
// With UUMIT_BASE_URL set, such as to https://api.uumit.com, it talks to that
// platform. The key is not printed, nor kept when the program ends.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/pentagate/pentagate/uumit"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, os.Getenv)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// moment is how long the fake platform's user takes.
const moment = 300 * time.Millisecond

func run(ctx context.Context, stdout io.Writer, getenv func(string) string) error {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(stdout, format+"\n", args...) }
	config := uumit.ConfigFromEnv(getenv)
	var platform *uumittest.Server
	if config.BaseURL == "" {
		platform = uumittest.NewServer()
		defer platform.Close()
		config = uumit.Config{BaseURL: platform.URL}
		say("No UUMIT_BASE_URL in the environment: this is the fake platform.")
	}
	device, err := uumit.NewDeviceClient(config) // sends no credentials
	if err != nil {
		return err
	}
	defer device.Close()

	auth, err := device.DeviceAuth(ctx, uumit.CustomMCP)
	if err != nil {
		return err
	}
	say("Open %s", auth.VerificationURLComplete.Reveal())
	say("and check that it shows the code %s.", auth.UserCode.Reveal())
	if platform != nil {
		auth.Interval = moment / 3 // a real platform is asked no faster than it says
		person := time.AfterFunc(moment, func() { platform.Approve(auth.UserCode.Reveal(), "") })
		defer person.Stop()
	}

	credentials, err := device.DeviceAccessToken(ctx, auth)
	switch {
	case errors.Is(err, uumit.ErrAccessDenied):
		say("The person said no.")
		return err
	case errors.Is(err, uumit.ErrExpiredToken):
		say("Nobody confirmed in time: start again.")
		return err
	case err != nil:
		return err
	}
	// A service would store credentials.APIKey.Reveal() and credentials.UserID
	// now, and later pass them to uumit.New.
	say("Confirmed: key %s for user %s.", credentials.APIKey, mask(credentials.UserID))

	client, err := device.Client(*credentials)
	if err != nil {
		return err
	}
	wallet, err := client.Wallet.Get(ctx)
	if err == nil {
		say("Wallet: %s UT available, %s frozen.", wallet.UT.Available.StringFixed(2), wallet.UT.Frozen.StringFixed(2))
	}
	return err
}

// mask keeps an id off the screen but for its beginning.
func mask(id string) string {
	runes := []rune(id)
	return string(runes[:min(4, len(runes)/4)]) + "…"
}
