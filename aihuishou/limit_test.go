package aihuishou_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
	"github.com/pentagate/pentagate/transport"
)

// inMemory hands requests to a handler after a delay of up to jitter, which is
// another one for each request, as on a network.
type inMemory struct {
	handler http.Handler
	jitter  time.Duration
	count   atomic.Int64
}

func (m *inMemory) RoundTrip(req *http.Request) (*http.Response, error) {
	time.Sleep(time.Duration(m.count.Add(1)*7%11) * m.jitter / 10)
	w := httptest.NewRecorder()
	m.handler.ServeHTTP(w, req)
	return w.Result(), nil
}

// TestFiftyCallsKeepToTheLimit: five requests in any second ("Aihuishou partner
// API, call limits"), in hardly more time than that takes.
func TestFiftyCallsKeepToTheLimit(t *testing.T) {
	const calls, workers = 50, 16
	for name, jitter := range map[string]time.Duration{"at once": 0, "over an uneven network": 40 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				platform := aihuishoutest.New(aihuishoutest.WithCredentials(appID, appSecret))
				client, err := aihuishou.New(platform.Config(), transport.WithRoundTripper(&inMemory{handler: platform, jitter: jitter}))
				require.NoError(t, err)
				defer func() { _ = client.Close() }()

				began := time.Now()
				work := make(chan struct{}, calls)
				for range calls {
					work <- struct{}{}
				}
				close(work)
				var group sync.WaitGroup
				for range workers {
					group.Go(func() {
						for range work {
							_, err := client.GetValuation(t.Context(), phone)
							assert.NoError(t, err)
						}
					})
				}
				group.Wait()
				took := time.Since(began)

				requests := platform.Requests()
				assert.Len(t, requests, calls)
				for _, r := range requests {
					assert.Equal(t, 200, r.Status, "no 429")
				}
				ideal := (calls - 1) * time.Second / 5
				assert.GreaterOrEqual(t, took, ideal)
				assert.LessOrEqual(t, took, ideal+ideal/10)
			})
		})
	}
}

func TestACallThatWouldWaitTooLongIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		platform := aihuishoutest.New(aihuishoutest.WithCredentials(appID, appSecret))
		client, err := aihuishou.New(platform.Config(), transport.WithRoundTripper(&inMemory{handler: platform}))
		require.NoError(t, err)
		defer func() { _ = client.Close() }()
		_, err = client.GetValuation(t.Context(), phone)
		require.NoError(t, err)

		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err = client.CreateOrder(ctx, sale)
		require.ErrorIs(t, err, transport.ErrRateLimited)
		assert.False(t, isOutcomeUnknown(err))
		assert.Len(t, platform.Requests(), 1)
	})
}

// TestAHigherAllowance: more requests can be agreed on with the platform.
func TestAHigherAllowance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		platform := aihuishoutest.New(aihuishoutest.WithCredentials(appID, appSecret), aihuishoutest.WithRateLimit(50))
		client, err := aihuishou.New(platform.Config(), transport.WithRoundTripper(&inMemory{handler: platform}),
			transport.WithLimiter(transport.NewLimiter(nil, transport.Limit{PerSecond: 40, Burst: 1})))
		require.NoError(t, err)
		defer func() { _ = client.Close() }()
		began := time.Now()
		for range 40 {
			_, err := client.GetValuation(t.Context(), phone)
			require.NoError(t, err)
		}
		assert.Less(t, time.Since(began), time.Second)
	})
}
