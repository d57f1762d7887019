package uumit_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/shopspring/decimal"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
	"github.com/pentagate/pentagate/uumit"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

// Search, order, wait, confirm: the way of the platform's quick start.
func Example() {
	// A fake platform, whose orders take a step every 20 seconds of a clock
	// that waits in no time.
	clock := transporttest.NewClock(now)
	platform := uumittest.NewServer(uumittest.WithClock(clock.Now), uumittest.WithOrderPace(20e9))
	defer platform.Close()
	platform.AddCapability(uumittest.Capability{Title: "Translate a contract", PriceUT: decimal.RequireFromString("12.50")})

	client, err := uumit.New(platform.Config(), transport.WithClock(clock))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx := context.Background()

	found, err := client.Capabilities.Search(ctx, uumit.SearchRequest{Query: "translate", Limit: new(5)})
	if err != nil {
		log.Fatal(err)
	}
	offer := found.Items[0]
	fmt.Println(offer.Title.Reveal(), "for", offer.PriceUT.Decimal, "UT")

	order, err := client.Orders.Create(ctx, uumit.CreateOrderRequest{CapabilityID: offer.ID, DemandDescription: new("ten pages")})
	if err != nil {
		log.Fatal(err)
	}
	order, err = client.Orders.Wait(ctx, uumit.WaitOrderRequest{
		OrderID:  order.ID,
		OnChange: func(o *uumit.Order) { fmt.Println("the order is", o.Status) },
	})
	if err != nil {
		log.Fatal(err)
	}
	confirmation, err := client.Orders.Confirm(ctx, order.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("the seller gets", confirmation.SellerIncome.Decimal, "UT")
	// Output:
	// Translate a contract for 12.5 UT
	// the order is frozen
	// the order is accepted
	// the order is delivered
	// the seller gets 11.25 UT
}

// A person confirms a code in a browser, and the program gets a key.
func ExampleDeviceClient() {
	clock := transporttest.NewClock(now)
	platform := uumittest.NewServer(uumittest.WithClock(clock.Now))
	defer platform.Close()

	device, err := uumit.NewDeviceClient(uumit.Config{BaseURL: platform.URL}, transport.WithClock(clock))
	if err != nil {
		log.Fatal(err)
	}
	defer device.Close()
	ctx := context.Background()

	auth, err := device.DeviceAuth(ctx, uumit.Cursor)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("open", auth.VerificationURL, "and enter a code of", len(auth.UserCode.Reveal()), "characters")
	platform.Approve(auth.UserCode.Reveal(), "") // the person confirms

	credentials, err := device.DeviceAccessToken(ctx, auth)
	switch {
	case errors.Is(err, uumit.ErrExpiredToken):
		log.Fatal("start again")
	case errors.Is(err, uumit.ErrAccessDenied):
		log.Fatal("the person refused")
	case err != nil:
		log.Fatal(err)
	}
	client, err := device.Client(*credentials)
	if err != nil {
		log.Fatal(err)
	}
	wallet, err := client.Wallet.Get(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("key", credentials.APIKey, "may spend", wallet.UT.Available, "UT")
	// Output:
	// open https://a2a.uupt.work/link and enter a code of 8 characters
	// key [redacted] may spend 1000 UT
}

// One key acts for several users.
func ExampleClient_ForUser() {
	platform := uumittest.NewServer()
	defer platform.Close()
	other := platform.AddUser(uumittest.User{UT: new(decimal.NewFromInt(7))})

	client, err := uumit.New(platform.Config())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	forOther, err := client.ForUser(other.ID)
	if err != nil {
		log.Fatal(err)
	}
	wallet, err := forOther.Wallet.Get(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(wallet.UT.Available)
	// Output: 7
}

// An order whose answers were all lost is repeated with the key of the error.
func ExampleOrderService_Create() {
	ctx := context.Background()
	platform := uumittest.NewServer()
	defer platform.Close()
	offer := platform.AddCapability(uumittest.Capability{Title: "Translate", PriceUT: decimal.NewFromInt(5)})
	client, err := uumit.New(platform.Config())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	request := uumit.CreateOrderRequest{CapabilityID: offer.ID}
	order, err := client.Orders.Create(ctx, request)
	if errors.Is(err, transport.ErrOutcomeUnknown) {
		if e, ok := errors.AsType[*transport.Error](err); ok {
			order, err = client.Orders.Create(ctx, request, transport.WithIdempotencyKey(e.IdempotencyKey))
		}
	}
	switch {
	case errors.Is(err, transport.ErrQuota):
		fmt.Println("the balance does not suffice")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println(order.Status)
	}
	// Output: frozen
}
