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

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

const (
	valuationPath   = "/api/valuation/get"
	valuationAnswer = `{"code":0,"msg":"success","data":{"valuation_id":"VAL20240828001","recycle_price":6800.00,"deposit_price":50.00,` +
		`"valid_time":"2024-08-30 15:30:00","remark":"","device_info":{"model":"iPhone 15 Pro","brand":"Apple","storage":"256GB"}}}`
)

var phone = aihuishou.GetValuationRequest{
	DeviceModel:      "iPhone 15 Pro",
	Brand:            "Apple",
	Condition:        aihuishou.ConditionGood,
	FunctionalStatus: aihuishou.FunctionalNormal,
	Storage:          "256GB",
	Color:            "black",
	IsOriginal:       new(true),
}

// BenchmarkAihuishou asks for a quote with bare resty, unsigned, and with
// package aihuishou, whose limit is off: it is meant to take time.
func BenchmarkAihuishou(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, valuationAnswer)
	}))
	defer server.Close()
	for _, wire := range []struct {
		name, baseURL string
		roundTripper  http.RoundTripper // nil for connections of the caller's own
	}{
		{"stub", "https://test-api.aihuishou.com", valuationStub{}},
		{"loopback", server.URL, nil},
	} {
		read := func(v *aihuishou.Valuation) string { return v.ValuationID }
		bare := resty.NewWithClient(&http.Client{Transport: ownConnections(wire.roundTripper), Timeout: timeout})
		b.Run(wire.name+"/resty", func(b *testing.B) {
			measure(b, func(ctx context.Context) (*aihuishou.Valuation, error) {
				return bareValuation(ctx, bare, wire.baseURL)
			}, "VAL20240828001", read)
		})
		opts := []transport.Option{transport.WithLimiter(transport.NoLimits)}
		if wire.roundTripper != nil {
			opts = append(opts, transport.WithRoundTripper(wire.roundTripper))
		}
		client, err := aihuishou.New(aihuishou.Config{AppID: "test_app_id", AppSecret: signing.NewSecret(strings.Repeat("0b", 16)), BaseURL: wire.baseURL}, opts...)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(wire.name+"/pentagate", func(b *testing.B) {
			measure(b, func(ctx context.Context) (*aihuishou.Valuation, error) { return client.GetValuation(ctx, phone) }, "VAL20240828001", read)
		})
		_ = client.Close()
	}
}

// bareValuation sends the same request with resty as it comes.
func bareValuation(ctx context.Context, client *resty.Client, baseURL string) (*aihuishou.Valuation, error) {
	var out struct {
		Code int                 `json:"code"`
		Msg  string              `json:"msg"`
		Data aihuishou.Valuation `json:"data"`
	}
	resp, err := client.R().SetContext(ctx).SetHeader("Accept", "application/json").SetBody(phone).SetResult(&out).Post(baseURL + valuationPath)
	if err := failure(resp, err); err != nil {
		return nil, err
	}
	if out.Code != 0 {
		return nil, fmt.Errorf("code %d: %s", out.Code, out.Msg)
	}
	return &out.Data, nil
}

// valuationStub answers in memory what the server answers on loopback.
type valuationStub struct{}

func (valuationStub) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	_ = r.Body.Close()
	return &http.Response{
		Status:        "200 OK",
		StatusCode:    http.StatusOK,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{"Content-Type": {"application/json;charset=UTF-8"}, "Date": {date}},
		Body:          io.NopCloser(strings.NewReader(valuationAnswer)),
		ContentLength: int64(len(valuationAnswer)),
		Request:       r,
	}, nil
}
