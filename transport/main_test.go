package transport_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// now is the time at which the tests' clocks begin.
var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// stamp signs with the time only, so that a test can see what was signed when.
type stamp struct{ fail error }

func (s stamp) Sign(_ context.Context, r *signing.Request) error {
	if r.Header.Get("X-Stamp") != "" {
		return signing.ErrHeaderSet
	}
	if s.fail != nil {
		return s.fail
	}
	r.Header.Set("X-Stamp", strconv.FormatInt(r.Time.Unix(), 10))
	r.Header.Set("X-Path", r.Path)
	return nil
}

type harness struct {
	client *transport.Client
	faults *transporttest.Faults
	clock  *transporttest.Clock
	server *httptest.Server
}

// start returns a client of a platform that answers {"ok":true}.
func start(t *testing.T, cfg transport.Config, opts ...transport.Option) *harness {
	t.Helper()
	h := &harness{clock: transporttest.NewClock(now)}
	h.faults = transporttest.NewFaults(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", h.clock.Now().Format(http.TimeFormat))
		_, _ = w.Write([]byte(`{"ok":true}`))
	}))
	h.server = httptest.NewServer(h.faults)
	t.Cleanup(h.server.Close)
	cfg.Provider = "test"
	if cfg.BaseURL == "" {
		cfg.BaseURL = h.server.URL
	}
	if cfg.Signer == nil {
		cfg.Signer = stamp{}
	}
	longest := func(limit time.Duration) time.Duration { return limit }
	if cfg.Retry.Jitter == nil {
		cfg.Retry.Jitter = longest
	}
	client, err := transport.New(cfg, append([]transport.Option{transport.WithClock(h.clock)}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	h.client = client
	return h
}

func get(path string) transport.Call {
	return transport.Call{Operation: "Get", Method: http.MethodGet, Path: path, Route: path}
}

func post(safety transport.Safety) transport.Call {
	return transport.Call{Operation: "Post", Method: http.MethodPost, Path: "/things", Route: "/things", Safety: safety, Body: map[string]string{"name": "a&b"}}
}

func countNew(n *atomic.Int64) func(net.Conn, http.ConnState) {
	return func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			n.Add(1)
		}
	}
}

// countOpen counts the connections that a server has.
func countOpen(n *atomic.Int64) func(net.Conn, http.ConnState) {
	return func(_ net.Conn, s http.ConnState) {
		switch s {
		case http.StateNew:
			n.Add(1)
		case http.StateClosed, http.StateHijacked:
			n.Add(-1)
		case http.StateActive, http.StateIdle:
		}
	}
}
