package aihuishou_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/transport"
)

// sample answers every request with the same body, in memory.
type sample string

func (s sample) RoundTrip(r *http.Request) (*http.Response, error) {
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
		Header:        http.Header{"Content-Type": {"application/json;charset=UTF-8"}, "Date": {"Wed, 28 Aug 2024 07:30:00 GMT"}},
		Body:          io.NopCloser(strings.NewReader(string(s))),
		ContentLength: int64(len(s)),
		Request:       r,
	}, nil
}

// BenchmarkCall makes whole calls, checked, signed, retryable and decoded, to a
// platform in memory. Waiting for the platform's limit is not part of it.
func BenchmarkCall(b *testing.B) {
	for name, call := range calls {
		b.Run(name, func(b *testing.B) {
			answer := sample(`{"code":0,"msg":"success","data":` + samples[name] + `}`)
			client, err := aihuishou.New(credentials(), transport.WithRoundTripper(answer), transport.WithLimiter(transport.NoLimits))
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = client.Close() }()
			ctx := b.Context()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := call(ctx, client); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
