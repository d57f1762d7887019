package transport_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// working is a platform that works until it is let go.
func working(t *testing.T) (url string, arrived chan struct{}, letGo func(), connections *atomic.Int64) {
	t.Helper()
	arrived, gate := make(chan struct{}, 100), make(chan struct{})
	connections = new(atomic.Int64)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		select {
		case <-gate:
		case <-r.Context().Done():
		}
		_, _ = w.Write([]byte(`{"ok":true}`))
	}))
	server.Config.ConnState = countOpen(connections)
	server.Start()
	t.Cleanup(server.Close)
	return server.URL, arrived, sync.OnceFunc(func() { close(gate) }), connections
}

func TestCloseEndsWhatWaitsAndLeavesWhatIsUnderWay(t *testing.T) {
	url, arrived, letGo, connections := working(t)
	defer letGo()
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: url, Limits: []transport.Limit{{PerSecond: 1, Burst: 1}}})
	require.NoError(t, err)
	underWay := make(chan error, 1)
	go func() { underWay <- c.Do(context.Background(), post(transport.Unsafe), nil) }()
	<-arrived
	queued := make(chan error, 30)
	for range 30 {
		go func() { queued <- c.Do(context.Background(), post(transport.Unsafe), nil) }()
	}
	time.Sleep(50 * time.Millisecond)
	begin := time.Now()
	require.NoError(t, c.Close())
	for range 30 {
		err := <-queued
		require.ErrorIs(t, err, transport.ErrClosed)
		require.NotErrorIs(t, err, transport.ErrOutcomeUnknown)
	}
	assert.Less(t, time.Since(begin), time.Second)
	require.ErrorIs(t, c.Do(t.Context(), get("/a"), nil), transport.ErrClosed)
	letGo()
	require.NoError(t, <-underWay)
	assert.Eventually(t, func() bool { return connections.Load() == 0 }, 2*time.Second, 5*time.Millisecond, "the connection of the last call closes behind it")
	assert.Empty(t, arrived, "no queued call was sent")
}

func TestAClosedClientSendsNothingUnderAPlainHTTPClientEither(t *testing.T) {
	h := start(t, transport.Config{})
	require.NoError(t, h.client.Close())
	_, err := (&http.Client{Transport: h.client.RoundTripper()}).Get(h.server.URL + "/a") //nolint:bodyclose,noctx // there is none
	require.ErrorIs(t, err, transport.ErrClosed)
	assert.Empty(t, h.faults.Requests())
}

func TestCloseEndsABackOff(t *testing.T) {
	h := start(t, transport.Config{})
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: h.server.URL})
	require.NoError(t, err)
	h.faults.Always(transporttest.RateLimited("", "20"))
	time.AfterFunc(50*time.Millisecond, func() { _ = c.Close() })
	err = c.Do(t.Context(), get("/a"), nil)
	require.ErrorIs(t, err, transport.ErrClosed)
	require.ErrorIs(t, err, transport.ErrRateLimited)
	assert.Len(t, h.faults.Requests(), 1)
}

func TestShutdownDrains(t *testing.T) {
	url, arrived, letGo, connections := working(t)
	defer letGo()
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: url})
	require.NoError(t, err)
	result := make(chan error, 1)
	go func() { result <- c.Do(context.Background(), post(transport.Unsafe), nil) }()
	<-arrived
	down := make(chan error, 1)
	go func() { down <- c.Shutdown(context.Background()) }()
	select {
	case <-down: //nolint:errcheck // the test fails
		t.Fatal("Shutdown did not wait for the call")
	case <-time.After(20 * time.Millisecond):
	}
	require.ErrorIs(t, c.Do(t.Context(), get("/a"), nil), transport.ErrClosed)
	letGo()
	require.NoError(t, <-result)
	require.NoError(t, <-down)
	assert.Eventually(t, func() bool { return connections.Load() == 0 }, 2*time.Second, 5*time.Millisecond)
	require.NoError(t, c.Shutdown(t.Context()), "again")
	require.NoError(t, c.Close(), "and closed")
}

func TestShutdownGivesUpWithItsContext(t *testing.T) {
	url, arrived, letGo, _ := working(t)
	defer letGo()
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: url})
	require.NoError(t, err)
	result := make(chan error, 1)
	go func() { result <- c.Do(context.Background(), post(transport.Unsafe), nil) }()
	<-arrived
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, c.Shutdown(ctx), context.DeadlineExceeded)
	letGo()
	require.NoError(t, <-result, "a request that is under way is not disturbed")
}

func TestACallIsBoundedAsAWhole(t *testing.T) {
	h := start(t, transport.Config{})
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: h.server.URL}, transport.WithCallTimeout(80*time.Millisecond),
		transport.WithRetry(transport.RetryPolicy{Attempts: 100, BaseDelay: time.Millisecond, MaxDelay: time.Millisecond, Budget: 1000}))
	require.NoError(t, err)
	defer c.Close()
	h.faults.Always(transporttest.Status(503, ""))
	begin := time.Now()
	err = c.Do(context.Background(), get("/a"), nil)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Less(t, time.Since(begin), time.Second)
}

func TestAConnectionIsNotKeptForLongerThanTheServerDoes(t *testing.T) {
	var open atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"ok":true}`)) }))
	server.Config.ConnState = countOpen(&open)
	server.Start()
	defer server.Close()
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: server.URL}, transport.WithIdleTimeout(30*time.Millisecond))
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.Do(t.Context(), get("/a"), nil))
	assert.Equal(t, int64(1), open.Load())
	assert.Eventually(t, func() bool { return open.Load() == 0 }, 2*time.Second, 5*time.Millisecond)
}

func TestAPlatformThatClosesAfterAFailureGetsNothingOnThatConnection(t *testing.T) {
	for closes, lost := range map[bool]int{true: 0, false: 30} {
		server := silentCloser()
		c, err := transport.New(transport.Config{Provider: "test", BaseURL: server.URL, ClosesAfterFailure: closes})
		require.NoError(t, err)
		unknown := 0
		for range 30 {
			require.ErrorIs(t, c.Do(t.Context(), get("/fail"), nil, transport.WithAttempts(1)), transport.ErrUnavailable)
			if c.Do(t.Context(), post(transport.Unsafe), nil) != nil {
				unknown++
			}
		}
		assert.InDelta(t, lost, unknown, 5, "told of it: %t", closes)
		require.NoError(t, c.Close())
		server.Close()
	}
}

// silentCloser answers /fail with 500 and closes the connection behind it
// without having said so.
func silentCloser() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/fail" {
			_, _ = w.Write([]byte(`{"ok":true}`))
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = conn.Write([]byte("HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\nContent-Length: 21\r\n\r\nInternal Server Error"))
		time.AfterFunc(3*time.Millisecond, func() { _ = conn.Close() })
	}))
}

func TestTheConnectionOfTheLastCallClosesBehindItOverHTTP2(t *testing.T) {
	var open atomic.Int64
	arrived, gate := make(chan struct{}, 1), make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		arrived <- struct{}{}
		<-gate
		_, _ = w.Write([]byte(`{"ok":true}`))
	}))
	server.Config.ConnState = countOpen(&open)
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	c := ownConnections(t, server)
	result := make(chan error, 1)
	go func() { result <- c.Do(context.Background(), post(transport.Unsafe), nil) }()
	<-arrived
	require.NoError(t, c.Close())
	close(gate)
	require.NoError(t, <-result)
	assert.Eventually(t, func() bool { return open.Load() == 0 }, 2*time.Second, 5*time.Millisecond)
}
