package transport_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func TestRetryAfterIsReadInTheSpellingsOfServers(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"12.5":                          12500 * time.Millisecond,
		"12s":                           12 * time.Second,
		" 12 ":                          12 * time.Second,
		"+12":                           12 * time.Second,
		"5, 12":                         12 * time.Second,
		"12, 12":                        12 * time.Second,
		"99999999999999999999":          24 * time.Hour,
		"Fri, 31 Dec 9999 23:59:59 GMT": 24 * time.Hour,
		"Mon, 01 Jan 0001 00:00:00 GMT": 0,
		"0x10":                          0,
		"1e3":                           0,
		"Inf":                           0,
		"NaN":                           0,
		"soon":                          0,
	} {
		h := start(t, transport.Config{})
		h.faults.Script(transporttest.RateLimited("", header))
		err := h.client.Do(t.Context(), get("/a"), nil, transport.WithAttempts(1))
		var e *transport.Error
		require.ErrorAs(t, err, &e, header)
		assert.Equal(t, want, e.RetryAfter, header)
	}
}

func TestOnePauseHoldsBackAllCallsOfItsClass(t *testing.T) {
	h := start(t, transport.Config{})
	create, query := post(transport.Unsafe), get("/a")
	create.Class, query.Class = "create", "query"
	h.faults.Script(transporttest.RateLimited("", "50"))
	require.ErrorIs(t, h.client.Do(t.Context(), create, nil, transport.WithAttempts(1)), transport.ErrRateLimited)

	require.NoError(t, h.client.Do(t.Context(), query, nil), "another class goes on")
	assert.Zero(t, h.clock.Waited())

	var info transport.Info
	require.NoError(t, h.client.Do(t.Context(), create, nil, transport.WithInfo(&info)))
	assert.Equal(t, 50*time.Second, h.clock.Waited())
	assert.Equal(t, 50*time.Second, info.WaitedForLimits)
	require.NoError(t, h.client.Do(t.Context(), create, nil))
	assert.Equal(t, 50*time.Second, h.clock.Waited(), "the pause is over")
}

func TestAPauseLongerThanACallMayWaitFailsAtOnce(t *testing.T) {
	h := start(t, transport.Config{})
	h.faults.Script(transporttest.RateLimited("", "3600"))
	require.ErrorIs(t, h.client.Do(t.Context(), get("/a"), nil), transport.ErrRateLimited)
	for range 10 {
		err := h.client.Do(t.Context(), post(transport.Unsafe), nil)
		checkOutcome(t, err, "rate limited", false)
		assert.ErrorContains(t, err, "not sent: the platform asked for a pause (retry after 1h0m0s)")
	}
	assert.Len(t, h.faults.Requests(), 1)
	h.clock.Advance(time.Hour)
	require.NoError(t, h.client.Do(t.Context(), get("/a"), nil))
}

func TestAPauseEndsWithTheContext(t *testing.T) {
	h := start(t, transport.Config{})
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: h.server.URL})
	require.NoError(t, err)
	defer c.Close()
	h.faults.Script(transporttest.RateLimited("", "20"))
	require.Error(t, c.Do(t.Context(), get("/a"), nil, transport.WithAttempts(1)))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begin := time.Now()
	err = c.Do(ctx, get("/a"), nil)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorIs(t, err, transport.ErrRateLimited)
	assert.Less(t, time.Since(begin), time.Second)
	assert.Len(t, h.faults.Requests(), 1)
}

func TestNoCallQueuesForTheClientsOwnLimitsForever(t *testing.T) {
	h := start(t, transport.Config{})
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: h.server.URL, Limits: []transport.Limit{{PerSecond: 10, Burst: 1}}},
		transport.WithMaxLimitWait(500*time.Millisecond))
	require.NoError(t, err)
	defer c.Close()
	var mu sync.Mutex
	done, refused := 0, 0
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			begin := time.Now()
			err := c.Do(t.Context(), post(transport.Unsafe), nil)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				done++
				return
			}
			refused++
			assert.ErrorIs(t, err, transport.ErrRateLimited)
			assert.NotErrorIs(t, err, context.DeadlineExceeded, "nobody's deadline has passed")
			assert.NotErrorIs(t, err, transport.ErrOutcomeUnknown)
			assert.ErrorContains(t, err, "not sent: the client's own rate limit would hold it back for longer than allowed (500ms)")
			assert.Less(t, time.Since(begin), time.Second)
		})
	}
	wg.Wait()
	assert.Equal(t, 20, done+refused)
	assert.GreaterOrEqual(t, done, 4)
	assert.Len(t, h.faults.Requests(), done)
}

// slowStart holds back every new connection's first bytes, as a slow handshake
// does.
type slowStart struct {
	net.Listener
	by time.Duration
}

func (l *slowStart) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &slowConn{Conn: c, until: time.Now().Add(l.by)}, nil
}

type slowConn struct {
	net.Conn
	until time.Time
	once  sync.Once
}

func (c *slowConn) Read(b []byte) (int, error) {
	c.once.Do(func() { time.Sleep(time.Until(c.until)) })
	return c.Conn.Read(b)
}

func TestTheLimitHoldsOnTheWireAtTheFirstHandshake(t *testing.T) {
	for name, h2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var arrived []time.Time
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				mu.Lock()
				arrived = append(arrived, time.Now())
				mu.Unlock()
				_, _ = w.Write([]byte(`{"ok":true}`))
			}))
			server.EnableHTTP2 = h2
			server.Listener = &slowStart{server.Listener, 900 * time.Millisecond}
			server.StartTLS()
			defer server.Close()
			c, err := transport.New(transport.Config{Provider: "test", BaseURL: server.URL, Limits: []transport.Limit{{PerSecond: 10 / 1.03, Burst: 1}}},
				transport.WithRoundTripper(trusting(server, h2)))
			require.NoError(t, err)
			defer c.Close()
			var wg sync.WaitGroup
			for range 25 {
				wg.Go(func() { assert.NoError(t, c.Do(t.Context(), post(transport.Unsafe), nil)) })
			}
			wg.Wait()
			assert.Len(t, arrived, 25)
			// A tenth is left to a machine under load; ten at once come in no time.
			for i := 10; i < len(arrived); i++ {
				assert.GreaterOrEqual(t, arrived[i].Sub(arrived[i-10]), 900*time.Millisecond, "requests %d to %d", i-9, i+1)
			}
		})
	}
}

// trusting returns connections of one's own that trust the server.
func trusting(server *httptest.Server, h2 bool) *http.Transport {
	t := server.Client().Transport.(*http.Transport).Clone()
	t.ForceAttemptHTTP2 = h2
	return t
}

func TestTheBudgetIsNotSpentOnRetriesThatWereNotMade(t *testing.T) {
	clock := &impatient{Clock: transporttest.NewClock(now), impatient: true}
	h := start(t, transport.Config{Retry: transport.RetryPolicy{Budget: 3}}, transport.WithClock(clock))
	h.faults.Always(transporttest.Status(503, ""))
	for range 10 {
		require.ErrorIs(t, h.client.Do(t.Context(), get("/a"), nil), context.DeadlineExceeded)
	}
	require.Len(t, h.faults.Requests(), 10)
	clock.impatient = false
	for range 5 {
		require.ErrorIs(t, h.client.Do(t.Context(), get("/a"), nil), transport.ErrUnavailable)
	}
	assert.Len(t, h.faults.Requests(), 10+5+3, "the three retries of the budget are there")
}

// impatient is the clock of a caller whose time may end before any wait.
type impatient struct {
	*transporttest.Clock
	impatient bool
}

func (c *impatient) Sleep(ctx context.Context, d time.Duration) error {
	if c.impatient {
		return context.DeadlineExceeded
	}
	return c.Clock.Sleep(ctx, d)
}

func TestTheBudgetHasABound(t *testing.T) {
	h := start(t, transport.Config{Retry: transport.RetryPolicy{Budget: 1}})
	for range 100 {
		require.NoError(t, h.client.Do(t.Context(), get("/a"), nil))
	}
	h.faults.Reset()
	h.faults.Always(transporttest.Status(503, ""))
	for range 5 {
		require.Error(t, h.client.Do(t.Context(), get("/a"), nil))
	}
	assert.Len(t, h.faults.Requests(), 5+1, "a hundred successes earn no more than the budget")
}

func TestAWaitIsNeverShorterThanTheFloor(t *testing.T) {
	h := start(t, transport.Config{Retry: transport.RetryPolicy{Jitter: func(time.Duration) time.Duration { return 0 }}})
	h.faults.Always(transporttest.Status(503, ""))
	require.Error(t, h.client.Do(t.Context(), get("/a"), nil))
	assert.Equal(t, []time.Duration{50 * time.Millisecond, 50 * time.Millisecond}, h.clock.Waits())
}

// TestALimitOfTheCallersTakesThePlaceOfThePlatforms, class by class.
func TestALimitOfTheCallersTakesThePlaceOfThePlatforms(t *testing.T) {
	h := start(t, transport.Config{})
	limits := []transport.Limit{{Class: "create", PerSecond: 10, Burst: 1}, {Class: "query", PerSecond: 10, Burst: 1}}
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: h.server.URL, Limits: limits},
		transport.WithClock(h.clock), transport.WithLimits(transport.Limit{Class: "create", PerSecond: 1, Burst: 2}, transport.Limit{PerSecond: 5, Burst: 1}))
	require.NoError(t, err)
	defer c.Close()
	for class, want := range map[string]time.Duration{"create": 3 * time.Second, "query": 800 * time.Millisecond, "other": 800 * time.Millisecond} {
		h.clock.Advance(time.Minute)
		before := h.clock.Waited()
		call := get("/a")
		call.Class = class
		for range 5 {
			require.NoError(t, c.Do(t.Context(), call, nil))
		}
		assert.InDelta(t, want, h.clock.Waited()-before, float64(time.Millisecond), class)
	}
	assert.Equal(t, 10, int(limits[0].PerSecond), "the platform's own are left as they are")

	for problem, limit := range map[string]transport.Limit{
		"limits must name classes that the platform limits: all, create, query":                {Class: "creates", PerSecond: 1, Burst: 1},
		"limits must have a rate of one a day to 1,000,000 a second and a burst of at least 1": {Class: "create", PerSecond: 1},
	} {
		_, err := transport.New(transport.Config{Provider: "test", BaseURL: h.server.URL, Limits: limits}, transport.WithLimits(limit))
		require.EqualError(t, err, "test: New: invalid request: "+problem)
	}
}
