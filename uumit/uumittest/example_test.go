package uumittest_test

import (
	"context"
	"fmt"
	"log"

	"github.com/shopspring/decimal"

	"github.com/pentagate/pentagate/uumit"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

// An order is moved on by hand, and the money moves with it.
func Example() {
	srv := uumittest.NewServer()
	defer srv.Close()
	offer := srv.AddCapability(uumittest.Capability{Title: "Translate a contract", PriceUT: decimal.RequireFromString("12.50")})

	client, err := uumit.New(srv.Config())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx := context.Background()
	order, err := client.Orders.Create(ctx, uumit.CreateOrderRequest{CapabilityID: offer.ID})
	if err != nil {
		log.Fatal(err)
	}
	srv.SetOrderStatus(order.ID, uumittest.OrderDelivered)
	if _, err := client.Orders.Confirm(ctx, order.ID); err != nil {
		log.Fatal(err)
	}
	fmt.Println("buyer:", srv.Wallet("").Available, "seller:", srv.Wallet(offer.SellerID).Available)
	// Output: buyer: 987.5 seller: 1011.25
}
