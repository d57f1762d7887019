package main

import (
	"context"
	"net/http"

	"github.com/shopspring/decimal"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

// newProcure is Procure, with the reference as title. plant declares a create
// to be a read.
func newProcure(plant bool) *platform {
	fake := procuretest.New(procuretest.WithoutLimits())
	app := fake.App("")
	return &platform{
		name:    "procure",
		handler: fake,
		form: form{
			answer: func(status int) string {
				return object(map[string]any{"code": status*100 + 1, "message": http.StatusText(status), "data": nil})
			},
			busy: []answer{
				{200, `{"code":50000,"message":"system busy","data":null}`},
				{200, `{"code":50301,"message":"service unavailable","data":null}`},
			},
			lateTime: `{"code":40101,"message":"timestamp expired","data":null}`,
			odd: []member{
				{"data.cancelledAt", `""`},
				{"data.cancelledAt", `null`},
				{"data.updatedAt", `"2026-02-01 08:00:00"`},
				{"data.createdAt", `1769904000000`},
				{"data.quantity", `1.0`},
				{"data.totalAmount", `""`},
				{"data.userId", `7781`},
				{"data.id", `90071992547409931`},
			},
		},
		connect: func(_ context.Context, address string, opts ...transport.Option) (*client, error) {
			c, err := procure.New(procure.Config{BaseURL: address, AppID: app.ID, AppSecret: signing.NewSecret(app.Secret)}, opts...)
			if err != nil {
				return nil, err
			}
			create := func(ctx context.Context, ref string) error {
				_, err := c.CreateIntent(ctx, intent(ref))
				return err
			}
			if plant {
				create = func(ctx context.Context, ref string) error { return createAsRead(ctx, c, intent(ref)) }
			}
			return &client{c, []call{{operation: "CreateIntent", do: create}}}, nil
		},
		ledger: func() (map[string]int, error) {
			found := make(map[string]int)
			for _, row := range fake.Intents() {
				found[row.Title]++
			}
			return found, nil
		},
	}
}

func intent(ref string) procure.CreateIntentRequest {
	return procure.CreateIntentRequest{
		UserID:        "user_001",
		Platform:      procure.JD,
		ProductURL:    "https://item.jd.com/100012043978.html",
		Title:         ref,
		Price:         decimal.RequireFromString("19.90"),
		Quantity:      1,
		RecipientName: "张三",
		Address:       "北京市朝阳区",
		Phone:         "13800138000",
	}
}

// createAsRead creates an intent as nobody should: repeated after a lost
// answer, and failed for sure when the last answer is lost too.
func createAsRead(ctx context.Context, c *procure.Client, req procure.CreateIntentRequest) error {
	var out struct {
		ID string `json:"id"`
	}
	return c.Do(ctx, transport.Call{
		Operation: "CreateIntent",
		Method:    http.MethodPost,
		Path:      "/api/v1/intents",
		Route:     "/api/v1/intents",
		Safety:    transport.Read,
		Body: map[string]any{
			"userId":        req.UserID,
			"platform":      req.Platform,
			"productUrl":    req.ProductURL,
			"title":         req.Title,
			"price":         req.Price.InexactFloat64(),
			"quantity":      req.Quantity,
			"recipientName": req.RecipientName,
			"address":       req.Address,
			"phone":         req.Phone,
		},
	}, &out)
}
