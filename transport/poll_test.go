package transport_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// lookFor polls a platform whose answers meet the faults, until an answer is
// good, and returns how many requests it took.
func lookFor(t *testing.T, h *harness) (requests int, err error) {
	t.Helper()
	err = h.client.Poll(t.Context(), "test", "Wait", 2*time.Second, func(ctx context.Context) (bool, error) {
		err := h.client.Do(ctx, get("/a"), nil, transport.WithAttempts(1))
		return err == nil, err
	})
	return len(h.faults.Requests()), err
}

func TestAWaitOutlivesOutagesPagesAndLimits(t *testing.T) {
	h := start(t, transport.Config{Own: withDetail})
	refused := transporttest.Status(404, `{"detail":"x"}`)
	h.faults.Script(
		transporttest.Status(503, ""), transporttest.Status(503, ""), transporttest.Status(503, ""), transporttest.Status(503, ""),
		transporttest.DropAfter(), page(404, "text/html", "<title>x</title>"), page(403, "text/html", "<title>x</title>"), transporttest.HTML(),
		transporttest.Redirect(302, "https://portal.example"), transporttest.Garbage(), transporttest.RateLimited("", "30"),
		refused, refused, transporttest.Status(500, ""), refused, refused, transporttest.Status(502, ""),
	)
	requests, err := lookFor(t, h)
	require.NoError(t, err)
	assert.Equal(t, 18, requests)
	// Of the 17 looks that fail, net/http repeats the lost one by itself.
	assert.Equal(t, 15*2*time.Second+30*time.Second, h.clock.Waited(), "the interval, or what the platform asks for")
}

func TestThreeRefusalsInARowEndAWait(t *testing.T) {
	for status, want := range map[int]error{404: transport.ErrNotFound, 403: transport.ErrPermission, 401: transport.ErrUnauthenticated, 418: transport.ErrRejected, 409: transport.ErrConflict} {
		h := start(t, transport.Config{Own: withDetail})
		h.faults.Always(transporttest.Status(status, `{"detail":"x"}`))
		requests, err := lookFor(t, h)
		require.ErrorIs(t, err, want)
		assert.Equal(t, 3, requests, status)
	}
}

func TestAGoodAnswerBetweenRefusalsStartsTheCountAgain(t *testing.T) {
	h := start(t, transport.Config{Own: withDetail})
	refused := transporttest.Status(404, `{"detail":"x"}`)
	h.faults.Script(refused, refused, transporttest.Pass(), refused, refused, transporttest.Pass())
	looks, good := 0, 0
	err := h.client.Poll(t.Context(), "test", "Wait", time.Second, func(ctx context.Context) (bool, error) {
		looks++
		err := h.client.Do(ctx, get("/a"), nil)
		if err == nil {
			good++
		}
		return good == 2, err
	})
	require.NoError(t, err)
	assert.Equal(t, 6, looks)
}

func TestAWaitEndsAtOnceWhereLookingAgainMakesNoSense(t *testing.T) {
	own := errors.New("the caller has seen enough")
	for name, tc := range map[string]struct {
		look func(h *harness) error
		want error
	}{
		"an error of the caller's": {func(*harness) error { return own }, own},
		"a request that is wrong":  {func(h *harness) error { return h.client.Do(context.Background(), get("a"), nil) }, transport.ErrInvalid},
		"a quota that is used up":  {func(*harness) error { return &transport.Error{Kind: transport.ErrQuota, Attempts: 1} }, transport.ErrQuota},
		"a client that was closed": {func(h *harness) error { _ = h.client.Close(); return h.client.Do(context.Background(), get("/a"), nil) }, transport.ErrClosed},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, transport.Config{})
			looks := 0
			err := h.client.Poll(t.Context(), "test", "Wait", time.Second, func(context.Context) (bool, error) {
				looks++
				return false, tc.look(h)
			})
			require.ErrorIs(t, err, tc.want)
			assert.Equal(t, 1, looks)
		})
	}
}

func TestAWaitWithoutAContextEndsAtOnce(t *testing.T) {
	h := start(t, transport.Config{})
	err := h.client.Poll(nil, "test", "Wait", time.Second, func(ctx context.Context) (bool, error) { //nolint:staticcheck // the point of the test
		return false, h.client.Do(ctx, get("/a"), nil)
	})
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.ErrorContains(t, err, "context must not be nil")
}

func TestALookThatTakesTooLongIsLookedAtAgain(t *testing.T) {
	h := start(t, transport.Config{})
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: h.server.URL}, transport.WithCallTimeout(100*time.Millisecond))
	require.NoError(t, err)
	defer c.Close()
	h.faults.Script(transporttest.Delay(5 * time.Second))
	looks := 0
	require.NoError(t, c.Poll(t.Context(), "test", "Wait", time.Millisecond, func(ctx context.Context) (bool, error) {
		looks++
		err := c.Do(ctx, get("/a"), nil)
		return err == nil, err
	}))
	assert.Equal(t, 2, looks)
}

func TestAWaitThatIsCutShortTellsTheLastFailure(t *testing.T) {
	h := start(t, transport.Config{})
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: h.server.URL})
	require.NoError(t, err)
	defer c.Close()
	h.faults.Always(transporttest.Status(503, ""))
	look := func(ctx context.Context) (bool, error) {
		return false, c.Do(ctx, get("/a"), nil, transport.WithAttempts(1))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err = c.Poll(ctx, "test", "Wait", 10*time.Millisecond, look)
	require.ErrorIs(t, err, context.DeadlineExceeded)

	time.AfterFunc(30*time.Millisecond, func() { _ = c.Close() })
	err = c.Poll(t.Context(), "test", "Wait", time.Hour, look)
	require.ErrorIs(t, err, transport.ErrClosed)
	require.ErrorIs(t, err, transport.ErrUnavailable, "the last look's")
}
