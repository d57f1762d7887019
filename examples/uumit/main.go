// Command uumit finds a capability on UUMit, orders it, waits for the delivery
// and confirms it.
//
// Without credentials it talks to a fake platform of its own:
//
//	go run ./examples/uumit
//
// With UUMIT_API_KEY and UUMIT_USER_ID, or UUMIT_TOKEN, set it talks to
// api.uumit.com, or to UUMIT_BASE_URL, and only reads. With -buy it also orders
// the first result there, which freezes its price, and with -confirm it accepts
// the delivery unseen, which pays the seller.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/pentagate/pentagate/uumit"
)

func main() {
	var t tour
	flag.StringVar(&t.query, "q", "translate a contract", "what to look for")
	flag.BoolVar(&t.buy, "buy", false, "order the first result: freezes its price")
	flag.BoolVar(&t.confirm, "confirm", false, "confirm the delivery: pays the seller")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, os.Getenv, t)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, stdout io.Writer, getenv func(string) string, t tour) error {
	t.out = stdout
	if getenv(uumit.EnvAPIKey)+getenv(uumit.EnvUserID)+getenv(uumit.EnvToken) == "" {
		platform := fakePlatform()
		defer platform.Close()
		env := platform.Env()
		getenv = func(name string) string { return env[name] }
		t.buy, t.confirm, t.interval = true, true, hurry
		t.say("No credentials in the environment: this is the fake platform.")
	}
	client, err := uumit.New(uumit.ConfigFromEnv(getenv))
	if err != nil {
		return err
	}
	defer client.Close()
	t.client = client

	offer, err := t.search(ctx)
	if err != nil || offer == nil {
		return err
	}
	if t.buy {
		if err := t.order(ctx, offer); err != nil {
			return err
		}
	}
	return t.wallet(ctx)
}

type tour struct {
	client   *uumit.Client
	out      io.Writer
	query    string
	buy      bool
	confirm  bool
	interval time.Duration // between two looks at the order; 0 for the platform's advice
}

func (t *tour) say(format string, args ...any) { _, _ = fmt.Fprintf(t.out, format+"\n", args...) }

// search returns the first result, nil if there is none.
func (t *tour) search(ctx context.Context) (*uumit.Capability, error) {
	found, err := t.client.Capabilities.Search(ctx, uumit.SearchRequest{Query: t.query, Limit: new(3)})
	if err != nil {
		return nil, err
	}
	t.say("Found %d:", len(found.Items))
	for _, offer := range found.Items {
		t.say("  %s, %s", offer.Title.Reveal(), price(offer))
	}
	if len(found.Items) == 0 {
		return nil, nil //nolint:nilnil // nothing found is no error
	}
	return &found.Items[0], nil
}

func price(offer uumit.Capability) string {
	if !offer.PriceUT.Valid {
		return "price on request"
	}
	return offer.PriceUT.StringFixed(2) + " UT"
}

// order buys an offer. Whoever needs it to happen once, also when this program
// dies on the way, gives Create a key of their own, such as an order number,
// with transport.WithIdempotencyKey.
func (t *tour) order(ctx context.Context, offer *uumit.Capability) error {
	order, err := t.client.Orders.Create(ctx, uumit.CreateOrderRequest{
		CapabilityID:      offer.ID,
		DemandDescription: new("Ten pages, from English to Chinese."),
	})
	if err != nil {
		return err
	}
	t.say("Ordered, the price is frozen.")
	order, err = t.client.Orders.Wait(ctx, uumit.WaitOrderRequest{
		OrderID:  order.ID,
		Interval: t.interval,
		OnChange: func(o *uumit.Order) { t.say("  %s", o.Status) },
	})
	if err != nil {
		return err
	}
	if err := order.Err(); err != nil {
		return err // failed, cancelled or rejected
	}
	if !t.confirm {
		t.say("Not confirmed. The platform does it by itself 24 hours after the delivery.")
		return nil
	}
	confirmation, err := t.client.Orders.Confirm(ctx, order.ID)
	if err == nil {
		t.say("Confirmed, the seller gets %s UT.", confirmation.SellerIncome.StringFixed(2))
	}
	return err
}

func (t *tour) wallet(ctx context.Context) error {
	wallet, err := t.client.Wallet.Get(ctx)
	if err == nil {
		t.say("Wallet: %s UT available, %s frozen.", wallet.UT.Available.StringFixed(2), wallet.UT.Frozen.StringFixed(2))
	}
	return err
}
