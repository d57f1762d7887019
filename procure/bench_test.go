package procure_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/transport"
)

// answered gives the same answer to every request, in memory.
type answered string

func (a answered) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
		_ = req.Body.Close()
	}
	return &http.Response{
		StatusCode:    http.StatusOK,
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {"req_000001"}},
		Body:          io.NopCloser(strings.NewReader(string(a))),
		ContentLength: int64(len(a)),
		Request:       req,
	}, nil
}

// hurried is a clock on which no limit has to be waited for.
type hurried struct{ seconds atomic.Int64 }

func (c *hurried) Now() time.Time { return now.Add(time.Duration(c.seconds.Add(1)) * time.Second) }

func (c *hurried) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

const wholeAnswer = `{"code":0,"message":"success","data":{"id":"intent_67890","status":"SUBMITTED","userId":"user_001","platform":"TAOBAO",` +
	`"productUrl":"https://item.taobao.com/item.htm?id=123456","title":"测试商品","price":99.99,"quantity":1,"totalAmount":99.99,` +
	`"recipientName":"张三","address":"北京市朝阳区","phone":"13800138000","remarks":null,` +
	`"createdAt":"2026-02-25T10:00:00Z","updatedAt":"2026-02-25T11:30:00.000Z"}}`

// BenchmarkCall measures whole calls, checked, limited, signed and decoded, on
// connections that take no time.
func BenchmarkCall(b *testing.B) {
	client, err := procure.New(procure.DevelopmentCredentials, transport.WithRoundTripper(answered(wholeAnswer)), transport.WithClock(new(hurried)))
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	for _, call := range []struct {
		name string
		do   func(context.Context, *procure.Client) error
	}{{"GetIntent", query}, {"CreateIntent", create}, {"UpdateIntent", change}} {
		b.Run(call.name, func(b *testing.B) {
			ctx := context.Background()
			b.ReportAllocs()
			for b.Loop() {
				if err := call.do(ctx, client); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
