package procure_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// now is the time at which the tests' clocks begin: that of the golden
// signature of the documents' sample.
var now = time.UnixMilli(1769904000000)

// sample is the request of "Procure API, create an intent", word for word.
var sample = procure.CreateIntentRequest{
	UserID:        "user_001",
	Platform:      procure.Taobao,
	ProductURL:    "https://item.taobao.com/item.htm?id=123456",
	Title:         "测试商品",
	Price:         decimal.RequireFromString("99.99"),
	Quantity:      1,
	RecipientName: "张三",
	Address:       "北京市朝阳区",
	Phone:         "13800138000",
}

// harness is a client of a fake platform, with faults in between. The
// platform follows the client's clock, which moves when the client waits.
type harness struct {
	*procuretest.Server
	client *procure.Client
	faults *transporttest.Faults
	clock  *transporttest.Clock
}

func start(t *testing.T, opts ...transport.Option) *harness {
	t.Helper()
	h := &harness{clock: transporttest.NewClock(now)}
	h.Server = procuretest.NewServer(procuretest.WithClock(h.clock.Now), procuretest.WithMiddleware(func(next http.Handler) http.Handler {
		h.faults = transporttest.NewFaults(next)
		return h.faults
	}))
	t.Cleanup(h.Close)
	h.client = h.newClient(t, h.Config(), opts...)
	return h
}

func (h *harness) newClient(t *testing.T, config procure.Config, opts ...transport.Option) *procure.Client {
	t.Helper()
	client, err := procure.New(config, append([]transport.Option{transport.WithClock(h.clock)}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// add seeds an intent called "a" in a status.
func (h *harness) add(status procure.Status) {
	h.AddIntent(procuretest.Intent{ID: "a", Status: status})
}

// status is what the platform holds of "a", "" if nothing.
func (h *harness) status() procure.Status {
	row, _ := h.Intent("a")
	return row.Status
}

// noAnswer is a connection on which nothing comes back.
type noAnswer struct{}

func (noAnswer) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("no answer")
}

// direct hands requests to a handler, without a connection.
type direct struct{ handler http.Handler }

func (d direct) RoundTrip(req *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, req)
	return w.Result(), nil
}
