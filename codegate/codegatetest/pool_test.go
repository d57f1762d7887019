package codegatetest_test

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate/codegatetest"
)

// burst makes 64 calls at once over so many connections, and returns how many
// got which status.
func burst(t *testing.T, srv *codegatetest.Server, connections int) map[int]int {
	t.Helper()
	bounded := &http.Transport{MaxConnsPerHost: connections, MaxIdleConnsPerHost: connections}
	defer bounded.CloseIdleConnections()
	var mu sync.Mutex
	statuses := make(map[int]int)
	var wg sync.WaitGroup
	for range 64 {
		req := request{path: codes}.build(t, srv.URL, srv.Now())
		wg.Go(func() {
			status := 0
			if res, err := bounded.RoundTrip(req); err == nil {
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
				status = res.StatusCode
			}
			mu.Lock()
			defer mu.Unlock()
			statuses[status]++
		})
	}
	wg.Wait()
	return statuses
}

func TestFifteenConnectionsAreGood(t *testing.T) {
	srv := start(t, codegatetest.WithPool(15, time.Minute))
	assert.Equal(t, map[int]int{200: 64}, burst(t, srv, 15))
}

// gather holds calls back until n have come, so that they are made at once on
// a busy machine too.
func gather(n int64) func(http.Handler) http.Handler {
	var come atomic.Int64
	complete := make(chan struct{})
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == codes {
				if come.Add(1) == n {
					close(complete)
				}
				<-complete
			}
			next.ServeHTTP(w, r)
		})
	}
}

func TestMoreThanFifteenConnectionsStallTheServer(t *testing.T) {
	const stall = time.Second
	srv := start(t, codegatetest.WithPool(15, stall), codegatetest.WithMiddleware(gather(64)))
	done := make(chan map[int]int, 1)
	go func() { done <- burst(t, srv, 64) }() //nolint:testifylint // it asserts nothing once it runs

	var longest time.Duration
	var statuses map[int]int
	for statuses == nil {
		asked := time.Now()
		res, err := client.Get(srv.URL + "/health")
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, 200, res.StatusCode)
		longest = max(longest, time.Since(asked))
		select {
		case statuses = <-done:
		default:
		}
	}
	assert.Greater(t, longest, stall/2, "nothing is answered meanwhile, /health neither")
	assert.GreaterOrEqual(t, statuses[200], 15, "the calls that had a connection: %v", statuses)
	assert.NotZero(t, statuses[500], "the calls that waited: %v", statuses)
	assert.Equal(t, 64, statuses[200]+statuses[500])
	assert.Equal(t, map[int]int{200: 64}, burst(t, srv, 15), "and then it goes on")
}

func TestAClientThatGoesAwayDoesNotKeepAStalledServerOpen(t *testing.T) {
	srv := start(t, codegatetest.WithPool(1, time.Hour))
	impatient := &http.Client{Timeout: 100 * time.Millisecond, Transport: &http.Transport{DisableKeepAlives: true}}
	var wg sync.WaitGroup
	for range 20 {
		req := request{path: codes}.build(t, srv.URL, srv.Now())
		wg.Go(func() {
			if res, err := impatient.Do(req); err == nil {
				_ = res.Body.Close()
			}
		})
	}
	wg.Wait()
	began := time.Now()
	srv.Close()
	assert.Less(t, time.Since(began), 5*time.Second)
}
