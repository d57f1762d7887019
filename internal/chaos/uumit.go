package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/shopspring/decimal"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/uumit"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

// newUUMit is UUMit, with the reference as what an order asks for, or as the
// capability of a transaction, which has no other mark.
func newUUMit() *platform {
	fake := uumittest.New(uumittest.WithRateLimit(0), uumittest.WithDailyQuota(0))
	fake.SetBalance("", decimal.New(1, 9))
	offer := fake.AddCapability(uumittest.Capability{Title: "Translate a contract", PriceUT: decimal.RequireFromString("12.50")})
	user := fake.User("").ID
	return &platform{
		name:    "uumit",
		handler: fake,
		form: form{
			answer: func(status int) string {
				code, known := map[int]int{401: 1006, 403: 1007, 404: 1004, 409: 4000, 422: 1001, 429: 1009}[status]
				if !known {
					code = 9999
				}
				return object(map[string]any{"code": code, "message": http.StatusText(status), "data": nil})
			},
			busy: []answer{
				{200, `{"code":9999,"message":"system error","data":null}`},
				{200, `{"code":5001,"message":"service busy","data":null}`},
			},
			odd: []member{
				{"data.id", `1234567`},
				{"data.price_ut", `""`},
				{"data.price_ut", `"variable"`},
				{"data.created_at", `""`},
				{"data.created_at", `1769904000`},
				{"data.seller_user_id", `null`},
				{"data.ai_precheck_passed", `"no"`},
				{"message", `null`},
			},
		},
		connect: func(_ context.Context, address string, opts ...transport.Option) (*client, error) {
			c, err := uumit.New(uumit.Config{BaseURL: address, APIKey: signing.NewSecret(fake.APIKey()), UserID: user}, opts...)
			if err != nil {
				return nil, err
			}
			return &client{c, []call{
				{operation: "Orders.Create", do: func(ctx context.Context, ref string) error {
					_, err := c.Orders.Create(ctx, uumit.CreateOrderRequest{CapabilityID: offer.ID, DemandDescription: &ref})
					return err
				}},
				{
					operation: "Transactions.Create",
					prepare: func(ref string) {
						fake.AddCapability(uumittest.Capability{ID: ref, SellerID: offer.SellerID, PriceUT: offer.PriceUT})
					},
					do: func(ctx context.Context, ref string) error {
						_, err := c.Transactions.Create(ctx, uumit.CreateTransactionRequest{CapabilityID: ref})
						return err
					},
				},
			}}, nil
		},
		ledger: func() (map[string]int, error) {
			found := make(map[string]int)
			for _, o := range fake.Orders() {
				found[o.DemandDescription]++
			}
			return found, countTransactions(fake, found)
		},
	}
}

// countTransactions adds the transactions, which the fake lists to its users
// only.
func countTransactions(fake *uumittest.Platform, found map[string]int) error {
	for page := 1; ; page++ {
		r := httptest.NewRequest(http.MethodGet, fmt.Sprintf("/api/v1/transactions?page=%d&page_size=100", page), http.NoBody)
		r.Header.Set("X-Api-Key", fake.APIKey())
		r.Header.Set("X-Platform-User-Id", fake.User("").ID)
		w := httptest.NewRecorder()
		fake.ServeHTTP(w, r)
		var list struct {
			Data struct {
				Items []struct {
					CapabilityID string `json:"capability_id"`
				} `json:"items"`
				HasMore bool `json:"has_more"`
			} `json:"data"`
		}
		if w.Code != http.StatusOK {
			return fmt.Errorf("listing the transactions: HTTP %d", w.Code)
		}
		if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil {
			return fmt.Errorf("listing the transactions: %w", err)
		}
		for _, t := range list.Data.Items {
			found[t.CapabilityID]++
		}
		if !list.Data.HasMore {
			return nil
		}
	}
}
