// Command gateway does business with five platforms at once, through one
// gateway: it redeems codes, has something bought, sells a used device, orders
// on a marketplace and obtains credentials by device authorization. One watch
// follows all orders, and two tables tell what became of everything.
//
// Without credentials it talks to fake platforms of its own, one of which
// fails at first, and is done in a few seconds:
//
//	go run ./examples/gateway
//
// With the environment variables of any of the platforms set it opens those
// that have theirs, and only asks: for their health, for a quote, for offers.
// With -live FILE it redeems, buys and sells there what the file says, which
// moves money. See shopping.json for the form of the file.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/transport"
)

func main() {
	file := flag.String("live", "", "redeem, buy and sell for real what this `file` says")
	limit := flag.Duration("timeout", 10*time.Minute, "follow orders no longer than this")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	ctx, cancel := context.WithTimeout(ctx, *limit)
	err := run(ctx, os.Stdout, os.Getenv, *file)
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, stdout io.Writer, getenv func(string) string, file string) error {
	list, err := readShopping(file)
	if err != nil {
		return err
	}
	b := &book{out: stdout, begin: time.Now(), asked: make(map[string]*traffic)}
	registry, watched := providers.Builtin(), transport.WithObserver(b)
	offline := !credentialsIn(registry, getenv)
	var gateway *providers.Gateway
	if offline {
		b.write("No credentials in the environment: these are the fake platforms.\n")
		platforms := fakePlatforms()
		defer platforms.Close()
		list.Codes = append(list.Codes, usedCode)
		gateway, err = providers.OpenGateway(registry, configuration(platforms), watched, transport.WithRetry(quickRetries))
	} else {
		gateway, err = providers.OpenGatewayFromEnv(registry, getenv, watched)
	}
	if err != nil {
		return err
	}
	defer func() { _ = gateway.Close() }()

	s := &session{gateway: gateway, list: list, live: offline || file != "", book: b}
	s.all(ctx)
	b.tables()
	if failed := b.failed(); failed > 0 && !offline { // offline one thing fails on purpose
		return fmt.Errorf("%d of %d things failed", failed, len(b.entries))
	}
	return nil
}

// credentialsIn reports whether any platform's credentials are set.
func credentialsIn(registry *providers.Registry, getenv func(string) string) bool {
	for _, variables := range registry.Env() {
		for _, v := range variables {
			if v.Required && getenv(v.Name) != "" {
				return true
			}
		}
	}
	return false
}
