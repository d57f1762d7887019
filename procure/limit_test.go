package procure_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/transport"
)

type job func(context.Context, *procure.Client) error

func create(ctx context.Context, c *procure.Client) error {
	_, err := c.CreateIntent(ctx, sample)
	return err
}

func query(ctx context.Context, c *procure.Client) error {
	_, err := c.GetIntent(ctx, "a")
	return err
}

func change(ctx context.Context, c *procure.Client) error {
	_, err := c.UpdateIntent(ctx, procure.UpdateIntentRequest{ID: "a", Quantity: new(int64(2))})
	return err
}

// withPlatform runs f in a bubble of virtual time, with a client of a platform
// that enforces the documented limits in any second.
func withPlatform(t *testing.T, f func(t *testing.T, p *procuretest.Platform, c *procure.Client), opts ...transport.Option) {
	synctest.Test(t, func(t *testing.T) {
		p := procuretest.New()
		p.AddIntent(procuretest.Intent{ID: "a"})
		config := procure.DevelopmentCredentials
		c, err := procure.New(config, append([]transport.Option{transport.WithRoundTripper(direct{p})}, opts...)...)
		require.NoError(t, err)
		defer c.Close()
		f(t, p, c)
	})
}

// work lets workers take jobs in turn until none is left.
func work(t *testing.T, c *procure.Client, workers int, jobs []job) {
	var wg sync.WaitGroup
	queue := make(chan job)
	for range workers {
		wg.Go(func() {
			for j := range queue {
				assert.NoError(t, j(t.Context(), c))
			}
		})
	}
	for _, j := range jobs {
		queue <- j
	}
	close(queue)
	wg.Wait()
}

func refusals(p *procuretest.Platform) (n int) {
	for _, r := range p.Requests() {
		if r.Status == http.StatusTooManyRequests {
			n++
		}
	}
	return n
}

func TestTheDocumentedLimitsHoldAndAreUsed(t *testing.T) {
	mix := func(creates, queries, changes int) (jobs []job) {
		for i := range max(creates, queries, changes) {
			if i < creates {
				jobs = append(jobs, create)
			}
			if i < queries {
				jobs = append(jobs, query)
			}
			if i < changes {
				jobs = append(jobs, change)
			}
		}
		return jobs
	}
	for name, tc := range map[string]struct {
		workers                   int
		creates, queries, changes int
		ideal                     time.Duration
	}{
		"300 mixed calls, bound by creates":      {16, 100, 100, 100, 10 * time.Second},
		"300 mixed calls, bound by changes":      {16, 20, 180, 100, 5 * time.Second},
		"only creates":                           {16, 50, 0, 0, 5 * time.Second},
		"only queries":                           {16, 0, 500, 0, 5 * time.Second},
		"all at once, bound by the cap over all": {800, 40, 680, 80, 8 * time.Second},
		"one after the other":                    {1, 0, 300, 0, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			withPlatform(t, func(t *testing.T, p *procuretest.Platform, c *procure.Client) {
				begin := time.Now()
				work(t, c, tc.workers, mix(tc.creates, tc.queries, tc.changes))
				took := time.Since(begin)
				assert.Zero(t, refusals(p))
				assert.Equal(t, tc.creates+tc.queries+tc.changes, p.RequestCount())
				assert.LessOrEqual(t, took, tc.ideal*11/10)
			})
		})
	}
}

// A call that waited for its class must not leave with those that need not: the
// cap holds over all calls, when they leave.
func TestCallsThatWaitedCountWhenTheyLeave(t *testing.T) {
	withPlatform(t, func(t *testing.T, p *procuretest.Platform, c *procure.Client) {
		var wg sync.WaitGroup
		for range 60 {
			wg.Go(func() { assert.NoError(t, create(t.Context(), c)) })
			wg.Go(func() { assert.NoError(t, change(t.Context(), c)) })
		}
		time.Sleep(2 * time.Second)
		for range 400 {
			wg.Go(func() { assert.NoError(t, query(t.Context(), c)) })
		}
		wg.Wait()
		assert.Zero(t, refusals(p))
	})
}

func TestAPauseIsNotMadeUpForAtOnce(t *testing.T) {
	withPlatform(t, func(t *testing.T, p *procuretest.Platform, c *procure.Client) {
		for range 3 {
			work(t, c, 30, []job{create, create, create, create, create, create, create, create, create, create, create, create})
			time.Sleep(300 * time.Millisecond)
		}
		assert.Zero(t, refusals(p))
	})
}

// Health has no limit of its own: it does not wait behind those that do.
func TestHealthDoesNotQueueWithTheOthers(t *testing.T) {
	withPlatform(t, func(t *testing.T, p *procuretest.Platform, c *procure.Client) {
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() { assert.NoError(t, create(t.Context(), c)) })
			wg.Go(func() { assert.NoError(t, query(t.Context(), c)) })
			wg.Go(func() { assert.NoError(t, change(t.Context(), c)) })
		}
		synctest.Wait()
		begin := time.Now()
		_, err := c.Health(t.Context())
		require.NoError(t, err)
		assert.Less(t, time.Since(begin), 60*time.Millisecond)
		wg.Wait()
		assert.Zero(t, refusals(p))
	})
}

func TestWaitingForALimitEndsWithTheContext(t *testing.T) {
	t.Run("at once when there are too many ahead", func(t *testing.T) {
		withPlatform(t, func(t *testing.T, p *procuretest.Platform, c *procure.Client) {
			var wg sync.WaitGroup
			for range 50 {
				wg.Go(func() { assert.NoError(t, create(t.Context(), c)) })
			}
			synctest.Wait()
			begin := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			err := create(ctx, c)
			require.ErrorIs(t, err, transport.ErrRateLimited)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.NotErrorIs(t, err, transport.ErrOutcomeUnknown)
			assert.Zero(t, time.Since(begin))
			wg.Wait()
			assert.Len(t, p.Intents(), 51, "none but the 50, and the seed")
		})
	})
	t.Run("when it is cancelled", func(t *testing.T) {
		withPlatform(t, func(t *testing.T, p *procuretest.Platform, c *procure.Client) {
			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			for range 5 {
				wg.Go(func() {
					if err := create(ctx, c); err != nil {
						assert.ErrorIs(t, err, context.Canceled)
					}
				})
			}
			time.Sleep(150 * time.Millisecond)
			cancel()
			wg.Wait()
			assert.Len(t, p.Intents(), 3, "two had left, besides the seed")
			require.NoError(t, create(t.Context(), c), "nobody holds the place")
		})
	})
	t.Run("before it begins", func(t *testing.T) {
		withPlatform(t, func(t *testing.T, p *procuretest.Platform, c *procure.Client) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			require.ErrorIs(t, query(ctx, c), context.Canceled)
			assert.Zero(t, p.RequestCount())
		})
	})
}

func TestALimiterOfTheCallersTakesTheirPlace(t *testing.T) {
	withPlatform(t, func(t *testing.T, p *procuretest.Platform, c *procure.Client) {
		begin := time.Now()
		for range 10 {
			require.NoError(t, create(t.Context(), c))
		}
		assert.Zero(t, time.Since(begin))
		require.NoError(t, create(t.Context(), c), "refused before any work, and repeated")
		assert.Equal(t, 1, refusals(p))
		assert.Len(t, p.Intents(), 12, "the seed and 11")
	}, transport.WithLimiter(transport.NoLimits), transport.WithRetry(transport.RetryPolicy{Jitter: func(limit time.Duration) time.Duration { return limit }}))
}

func TestLimitsAreTheDocumentedOnes(t *testing.T) {
	assert.Equal(t, []transport.Limit{
		{Class: "create", PerSecond: 10, Burst: 1},
		{Class: "query", PerSecond: 100, Burst: 1},
		{Class: "change", PerSecond: 20, Burst: 1},
		{Class: "", PerSecond: 100, Burst: 1},
	}, procure.Limits())
}
