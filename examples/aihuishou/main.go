// Command aihuishou takes a used phone from the quote to the trade-in.
//
// Without credentials it talks to a fake platform of its own:
//
//	go run ./examples/aihuishou
//
// With AIHUISHOU_APP_ID and AIHUISHOU_APP_SECRET set it talks to the platform's
// test environment, with AIHUISHOU_ENV=prod to the real one, and only asks for
// a quote. With -order it also creates an order there, for the person in
// AIHUISHOU_USER_NAME, AIHUISHOU_USER_PHONE and AIHUISHOU_USER_ADDRESS, and
// shows its detail.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/transport"
)

func main() {
	order := flag.Bool("order", false, "create a real order for the quote")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, os.Getenv, *order)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, stdout io.Writer, getenv func(string) string, order bool) error {
	if getenv(aihuishou.EnvAppID)+getenv(aihuishou.EnvAppSecret) == "" {
		return offline(ctx, stdout)
	}
	client, err := aihuishou.New(aihuishou.ConfigFromEnv(getenv))
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	s := sale{client: client, out: stdout, person: aihuishou.CreateOrderRequest{
		UserName:    getenv("AIHUISHOU_USER_NAME"),
		UserPhone:   getenv("AIHUISHOU_USER_PHONE"),
		UserAddress: getenv("AIHUISHOU_USER_ADDRESS"),
	}}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	if err := s.quote(ctx); err != nil || !order {
		return err
	}
	if err := s.create(ctx); err != nil {
		return err
	}
	return s.detail(ctx)
}

// sale is one phone on its way.
type sale struct {
	client    *aihuishou.Client
	out       io.Writer
	person    aihuishou.CreateOrderRequest
	valuation *aihuishou.Valuation
	order     *aihuishou.Order
}

func (s *sale) quote(ctx context.Context) (err error) {
	s.valuation, err = s.client.GetValuation(ctx, aihuishou.GetValuationRequest{
		DeviceModel:      "iPhone 15 Pro",
		Brand:            "Apple",
		Condition:        aihuishou.ConditionGood,
		FunctionalStatus: aihuishou.FunctionalNormal,
		Storage:          "256GB",
		Color:            "black",
		IsOriginal:       new(true),
	})
	if err != nil {
		return err
	}
	s.say("Quote %s for %s, until %s.", s.valuation.ValuationID, yuan(s.valuation.RecyclePrice), s.valuation.ValidTime.Text)
	return nil
}

func (s *sale) create(ctx context.Context) (err error) {
	req := s.person
	req.ValuationID, req.LogisticsType = s.valuation.ValuationID, aihuishou.LogisticsExpress
	s.order, err = s.client.CreateOrder(ctx, req)
	if errors.Is(err, transport.ErrOutcomeUnknown) {
		return fmt.Errorf("ask the platform before ordering again: %w", err)
	}
	if err != nil {
		return err
	}
	s.say("Order %s: send it with %s, number %s.", s.order.OrderNo, s.order.ExpressCompany, mask(s.order.ExpressNo))
	return nil
}

func (s *sale) detail(ctx context.Context) error {
	detail, err := s.client.GetOrderDetail(ctx, s.order.OrderNo)
	if err != nil {
		return err
	}
	s.say("It is %s, of %s, phone %s.", string(detail.Status), mask(detail.UserName.Reveal()), mask(detail.UserPhone.Reveal()))
	return nil
}

func (s *sale) say(format string, args ...any) { _, _ = fmt.Fprintf(s.out, format+"\n", args...) }
