package main

import (
	"net/http"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pentagate/pentagate/uumit/uumittest"
)

// hurry is the pause between two looks at an order of the fake platform.
const hurry = 10 * time.Millisecond

// fakePlatform is a marketplace on loopback with a few offers, whose sellers
// get a step further whenever somebody looks at an order.
func fakePlatform() *uumittest.Server {
	var platform *uumittest.Server
	platform = uumittest.NewServer(uumittest.WithMiddleware(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r)
			if r.Method != http.MethodGet || !strings.HasPrefix(r.URL.Path, "/api/v1/orders/") {
				return
			}
			for _, order := range platform.Orders() {
				if order.Status == uumittest.OrderFrozen || order.Status == uumittest.OrderAccepted {
					platform.AdvanceOrder(order.ID)
				}
			}
		})
	}))
	for _, offer := range []uumittest.Capability{
		{Title: "Translate a contract", PriceUT: decimal.RequireFromString("12.50")},
		{Title: "Recognize an invoice", PriceUT: decimal.RequireFromString("0.80")},
		{Title: "Summarize a contract", PriceUT: decimal.RequireFromString("3")},
	} {
		platform.AddCapability(offer)
	}
	return platform
}
