package codegate_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// now is the time at which the tests' clocks begin.
var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// harness is a client of a fake installation, with faults in between. Both
// clocks stand at now until a test moves one.
type harness struct {
	*codegatetest.Server
	client *codegate.Client
	faults *transporttest.Faults
	clock  *transporttest.Clock
}

func start(t *testing.T, opts ...transport.Option) *harness {
	t.Helper()
	h := &harness{clock: transporttest.NewClock(now), faults: transporttest.NewFaults(nil)}
	h.Server = codegatetest.NewServer(codegatetest.WithMiddleware(h.faults.Wrap))
	t.Cleanup(h.Close)
	h.SetNow(now)
	h.client = h.newClient(t, h.Config(), opts...)
	return h
}

func (h *harness) newClient(t *testing.T, config codegate.Config, opts ...transport.Option) *codegate.Client {
	t.Helper()
	client, err := codegate.New(config, append([]transport.Option{transport.WithClock(h.clock)}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// noAnswer is a connection on which nothing comes back.
type noAnswer struct{}

func (noAnswer) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("no answer")
}

// connect returns a client, with a clock that waits in no time, for a project
// of a platform that is behind url.
func connect(t *testing.T, url string, p codegatetest.Project, opts ...transport.Option) *codegate.Client {
	t.Helper()
	config := codegate.Config{BaseURL: url, APIKey: signing.NewSecret(p.APIKey), Secret: signing.NewSecret(p.Secret), ProjectID: p.ID}
	client, err := codegate.New(config, append([]transport.Option{transport.WithClock(transporttest.NewClock(time.Now()))}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// discard is a ResponseWriter whose answer goes nowhere.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}

// page is the page of something in front of the platform.
func page(status int) transporttest.Fault {
	return transporttest.Fault{Status: status, Body: "<html><head><title>Sorry</title></head></html>", Header: http.Header{"Content-Type": {"text/html"}}}
}
