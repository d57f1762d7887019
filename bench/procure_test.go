package bench

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-resty/resty/v2"
	"github.com/shopspring/decimal"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

const (
	intentsPath  = "/api/v1/intents"
	intentAnswer = `{"code":0,"message":"success","data":{"id":"intent_67890","status":"SUBMITTED","userId":"user_001",` +
		`"platform":"TAOBAO","productUrl":"https://item.taobao.com/item.htm?id=123456","title":"测试商品","price":99.99,` +
		`"quantity":1,"totalAmount":99.99,"recipientName":"张三","address":"北京市朝阳区","phone":"13800138000","remarks":null,` +
		`"createdAt":"2026-02-25T10:00:00Z","updatedAt":"2026-02-25T11:30:00.000Z"}}`
)

var intentRequest = procure.CreateIntentRequest{
	UserID:        "user_001",
	Platform:      procure.Taobao,
	ProductURL:    "https://item.taobao.com/item.htm?id=123456",
	Title:         "测试商品",
	Price:         decimal.New(9999, -2),
	Quantity:      1,
	RecipientName: "张三",
	Address:       "北京市朝阳区",
	Phone:         "13800138000",
}

// intentBody is the same request for resty, which has to be told the fields.
var intentBody = struct {
	UserID        string      `json:"userId"`
	Platform      string      `json:"platform"`
	ProductURL    string      `json:"productUrl"`
	Title         string      `json:"title"`
	Price         json.Number `json:"price"`
	Quantity      int64       `json:"quantity"`
	RecipientName string      `json:"recipientName"`
	Address       string      `json:"address"`
	Phone         string      `json:"phone"`
}{
	"user_001", "TAOBAO", "https://item.taobao.com/item.htm?id=123456", "测试商品", "99.99", 1, "张三", "北京市朝阳区", "13800138000",
}

// BenchmarkProcure measures whole calls beside bare resty, which sends the same
// requests unsigned and decodes the same answer. The limits of pentagate are
// off: they would wait.
func BenchmarkProcure(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, intentAnswer)
	}))
	defer server.Close()
	for _, wire := range []struct {
		name, baseURL string
		roundTripper  http.RoundTripper // nil for connections of the caller's own
	}{
		{"stub", procure.Test.BaseURL(), intentStub{}},
		{"loopback", server.URL, nil},
	} {
		bare := &restyIntents{
			resty.NewWithClient(&http.Client{Transport: ownConnections(wire.roundTripper), Timeout: timeout}), wire.baseURL + intentsPath,
		}
		own := newIntents(b, wire.baseURL, wire.roundTripper)
		for _, call := range []struct {
			name string
			do   func(context.Context) (*procure.Intent, error)
		}{
			{"resty/GET", bare.get},
			{"pentagate/GET", func(ctx context.Context) (*procure.Intent, error) { return own.GetIntent(ctx, "intent_67890") }},
			{"resty/POST", bare.post},
			{"pentagate/POST", func(ctx context.Context) (*procure.Intent, error) { return own.CreateIntent(ctx, intentRequest) }},
		} {
			b.Run(wire.name+"/"+call.name, func(b *testing.B) {
				measure(b, call.do, "intent_67890", func(i *procure.Intent) string { return i.ID })
			})
		}
	}
}

// intentStub answers in memory what the server answers on loopback.
type intentStub struct{}

func (intentStub) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	return &http.Response{
		Status:        "200 OK",
		StatusCode:    http.StatusOK,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{"Content-Type": {"application/json"}, "Date": {date}},
		Body:          io.NopCloser(strings.NewReader(intentAnswer)),
		ContentLength: int64(len(intentAnswer)),
		Request:       r,
	}, nil
}

type restyIntents struct {
	client *resty.Client
	url    string
}

type intentEnvelope struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    *procure.Intent `json:"data"`
}

func (c *restyIntents) get(ctx context.Context) (*procure.Intent, error) {
	var out intentEnvelope
	resp, err := c.client.R().SetContext(ctx).SetHeader("Accept", "application/json").SetResult(&out).Get(c.url + "/intent_67890")
	return out.Data, failure(resp, err)
}

func (c *restyIntents) post(ctx context.Context) (*procure.Intent, error) {
	var out intentEnvelope
	resp, err := c.client.R().SetContext(ctx).SetHeader("Accept", "application/json").SetBody(intentBody).SetResult(&out).Post(c.url)
	return out.Data, failure(resp, err)
}

func newIntents(b *testing.B, baseURL string, rt http.RoundTripper) *procure.Client {
	opts := []transport.Option{transport.WithLimiter(transport.NoLimits)}
	if rt != nil {
		opts = append(opts, transport.WithRoundTripper(rt))
	}
	client, err := procure.New(procure.Config{
		BaseURL:   baseURL,
		AppID:     "app_benchmark",
		AppSecret: signing.NewSecret(strings.Repeat("0b", 32)),
	}, opts...)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = client.Close() })
	return client
}
