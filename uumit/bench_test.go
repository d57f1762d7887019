package uumit_test

import (
	"testing"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/uumit"
)

// BenchmarkCall measures whole calls on answers from memory: checked, with
// credentials and an idempotency key, limited, retryable, decoded.
func BenchmarkCall(b *testing.B) {
	client := func(data string) *uumit.Client {
		c, err := uumit.New(
			uumit.Config{APIKey: signing.NewSecret("uuagent_sk_test"), UserID: "550e8400-e29b-41d4-a716-446655440000"},
			transport.WithRoundTripper(always(envelope(data))),
			// The platform's own limit would be all there is to measure.
			transport.WithLimiter(transport.NewLimiter(nil, transport.Limit{PerSecond: 1e6, Burst: 1e9})),
		)
		if err != nil {
			b.Fatal(err)
		}
		return c
	}
	b.Run("Orders.Create", func(b *testing.B) {
		c := client(`{"id":"ord-1","status":"frozen"}`)
		req := uumit.CreateOrderRequest{CapabilityID: "cap-1", DemandDescription: new("ten pages")}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Orders.Create(b.Context(), req); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Wallet.Get", func(b *testing.B) {
		c := client(`{"ut":{"available":"1500.00","frozen":"200.00","total":"1700.00"},"cash":{"available":"0.00","frozen":"0.00","total":"0.00"}}`)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Wallet.Get(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("ForUser", func(b *testing.B) {
		c := client(`{}`)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.ForUser("another"); err != nil {
				b.Fatal(err)
			}
		}
	})
}
