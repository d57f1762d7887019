package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-resty/resty/v2"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/uumit"
)

const (
	marketOrderPath   = "/api/v1/orders"
	marketOrderAnswer = `{"code":0,"message":"success","data":{"id":"550e8400-e29b-41d4-a716-446655440000","status":"frozen"},"timestamp":1710000000}`
	marketOrderID     = "550e8400-e29b-41d4-a716-446655440000"
)

var marketOrder = uumit.CreateOrderRequest{CapabilityID: "cap-1", DemandDescription: new("translate ten pages")}

// BenchmarkUUMit orders a capability with bare resty, which sends neither
// credentials nor an idempotency key, and with package uumit, whose limit is
// off: it is meant to take time.
func BenchmarkUUMit(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, marketOrderAnswer)
	}))
	defer server.Close()
	for _, wire := range []struct {
		name, baseURL string
		roundTripper  http.RoundTripper // nil for connections of the caller's own
	}{
		{"stub", "https://api.uumit.com", marketStub{}},
		{"loopback", server.URL, nil},
	} {
		read := func(o *uumit.Order) string { return o.ID }
		bare := resty.NewWithClient(&http.Client{Transport: ownConnections(wire.roundTripper), Timeout: timeout})
		b.Run(wire.name+"/resty", func(b *testing.B) {
			measure(b, func(ctx context.Context) (*uumit.Order, error) {
				return bareMarketOrder(ctx, bare, wire.baseURL)
			}, marketOrderID, read)
		})
		opts := []transport.Option{transport.WithLimiter(transport.NoLimits)}
		if wire.roundTripper != nil {
			opts = append(opts, transport.WithRoundTripper(wire.roundTripper))
		}
		client, err := uumit.New(uumit.Config{APIKey: signing.NewSecret("uuagent_sk_test"), UserID: marketOrderID, BaseURL: wire.baseURL}, opts...)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(wire.name+"/pentagate", func(b *testing.B) {
			measure(b, func(ctx context.Context) (*uumit.Order, error) { return client.Orders.Create(ctx, marketOrder) }, marketOrderID, read)
		})
		_ = client.Close()
	}
}

// bareMarketOrder sends the same body with resty as it comes.
func bareMarketOrder(ctx context.Context, client *resty.Client, baseURL string) (*uumit.Order, error) {
	var out struct {
		Code    int         `json:"code"`
		Message string      `json:"message"`
		Data    uumit.Order `json:"data"`
	}
	order := map[string]any{"capability_id": marketOrder.CapabilityID, "demand_description": marketOrder.DemandDescription}
	resp, err := client.R().SetContext(ctx).SetHeader("Accept", "application/json").SetBody(order).SetResult(&out).Post(baseURL + marketOrderPath)
	if err := failure(resp, err); err != nil {
		return nil, err
	}
	if out.Code != 0 {
		return nil, fmt.Errorf("code %d: %s", out.Code, out.Message)
	}
	return &out.Data, nil
}

// marketStub answers in memory what the server answers on loopback.
type marketStub struct{}

func (marketStub) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	_ = r.Body.Close()
	return &http.Response{
		Status:        "200 OK",
		StatusCode:    http.StatusOK,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{"Content-Type": {"application/json"}, "Date": {date}},
		Body:          io.NopCloser(strings.NewReader(marketOrderAnswer)),
		ContentLength: int64(len(marketOrderAnswer)),
		Request:       r,
	}, nil
}
