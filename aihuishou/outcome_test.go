package aihuishou_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func isOutcomeUnknown(err error) bool { return errors.Is(err, transport.ErrOutcomeUnknown) }

// A repeated create may make a second order: neither of the two is repeated
// after a lost answer, and the error says what is not known.
func TestALostAnswerOfACreateIsNotRepeated(t *testing.T) {
	for name, tc := range map[string]struct {
		fault transporttest.Fault
		want  error
		ran   bool
	}{
		"the request never ran":     {transporttest.DropBefore(), transport.ErrUnavailable, false},
		"the answer was lost":       {transporttest.DropAfter(), transport.ErrUnavailable, true},
		"half an answer":            {transporttest.Truncated(), transport.ErrUnavailable, true},
		"a gateway failed":          {transporttest.Status(502, "<html>Bad Gateway"), transport.ErrUnavailable, false},
		"a page in the place of it": {transporttest.HTML(), transport.ErrMalformed, false},
		"a page with a refusal":     {page(404), transport.ErrMalformed, false},
		"a busy system":             {busy, transport.ErrUnavailable, false},
	} {
		t.Run("CreateOrder, "+name, func(t *testing.T) {
			h := start(t)
			quote, err := h.client.GetValuation(t.Context(), phone)
			require.NoError(t, err)
			h.faults.Reset()
			h.faults.Always(tc.fault)
			req := sale
			req.ValuationID = quote.ValuationID
			_, err = h.client.CreateOrder(t.Context(), req)
			require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
			require.ErrorIs(t, err, tc.want)
			assert.Len(t, h.faults.Requests(), 1)
			assert.Equal(t, tc.ran, len(h.Orders()) == 1)
		})
		t.Run("CreateTradeIn, "+name, func(t *testing.T) {
			h := start(t)
			order := h.order(t)
			h.faults.Reset()
			h.faults.Always(tc.fault)
			_, err := h.client.CreateTradeIn(t.Context(), aihuishou.CreateTradeInRequest{RecycleOrderNo: order.OrderNo, NewMachineOrderNo: "NEW-0001"})
			require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
			require.ErrorIs(t, err, tc.want)
			assert.Len(t, h.faults.Requests(), 1)
			assert.Equal(t, tc.ran, len(h.TradeIns()) == 1)
		})
	}
}

// TestABusyAnswerBehindAnOrderThatWasMade: the order is there, and the envelope
// speaks of a system that failed.
func TestABusyAnswerBehindAnOrderThatWasMade(t *testing.T) {
	for _, answer := range []string{
		`{"code":500,"msg":"system error: timeout waiting for logistics service"}`,
		`{"code":1,"msg":"下单服务超时","data":null}`,
		`{"code":"-1"}`,
	} {
		var failing atomic.Bool
		h := startPlatform(t, []aihuishoutest.Option{aihuishoutest.WithMiddleware(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !failing.Load() {
					next.ServeHTTP(w, r)
					return
				}
				next.ServeHTTP(httptest.NewRecorder(), r)
				_, _ = io.WriteString(w, answer)
			})
		})})
		quote, err := h.client.GetValuation(t.Context(), phone)
		require.NoError(t, err)
		failing.Store(true)
		req := sale
		req.ValuationID = quote.ValuationID
		_, err = h.client.CreateOrder(t.Context(), req)
		require.ErrorIs(t, err, transport.ErrUnavailable, answer)
		assert.True(t, isOutcomeUnknown(err), answer)
		assert.Len(t, h.Orders(), 1, "one, and not sent again")
	}
}

func TestReadsAreRepeated(t *testing.T) {
	for name := range calls {
		if changes(name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			longest := func(limit time.Duration) time.Duration { return limit }
			h := start(t, transport.WithRetry(transport.RetryPolicy{Jitter: longest}))
			good := transporttest.Status(200, `{"code":0,"data":`+samples[name]+`}`)
			h.faults.Script(busy, transporttest.Status(500, ""), good)
			_, err := calls[name](t.Context(), h.client)
			require.NoError(t, err)
			h.faults.Reset()
			h.faults.Script(transporttest.DropAfter(), transporttest.Status(500, ""), good)
			_, err = calls[name](t.Context(), h.client)
			require.NoError(t, err)
			requests := h.faults.Requests()
			require.Len(t, requests, 3)
			assert.NotEqual(t, requests[0].Header["X-Sign"], requests[2].Header["X-Sign"], "each attempt is signed for its own time")
		})
	}
}

// TestTooManyRequests: HTTP 429 means that the request did not run
// ("Aihuishou partner API, call limits"), so that creates are repeated too.
func TestTooManyRequests(t *testing.T) {
	for name := range calls {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			h.faults.Script(transporttest.RateLimited(`{"code":429,"msg":"busy"}`, ""), transporttest.Status(200, `{"code":0,"data":`+samples[name]+`}`))
			_, err := calls[name](t.Context(), h.client)
			require.NoError(t, err)
			assert.Len(t, h.faults.Requests(), 2)
			assert.GreaterOrEqual(t, h.clock.Waited(), time.Second, "the second that the limit is counted by")

			h.faults.Reset()
			h.faults.Always(transporttest.RateLimited(`{"code":429,"msg":"busy"}`, ""))
			_, err = calls[name](t.Context(), h.client)
			require.ErrorIs(t, err, transport.ErrRateLimited)
			assert.False(t, isOutcomeUnknown(err))
			assert.Len(t, h.faults.Requests(), 3)
		})
	}
}

func TestUnsafeRetriesAreOneOptionAway(t *testing.T) {
	h := start(t)
	quote, err := h.client.GetValuation(t.Context(), phone)
	require.NoError(t, err)
	h.faults.Script(transporttest.DropAfter())
	req := sale
	req.ValuationID = quote.ValuationID
	_, err = h.client.CreateOrder(t.Context(), req, transport.WithUnsafeRetries())
	require.NoError(t, err)
	assert.Len(t, h.Orders(), 2, "and this is what they cost")
}

// silent is a connection on which nothing comes back until the caller gives up.
type silent struct{}

func (silent) RoundTrip(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// TestAnAttemptTakesFifteenSeconds: as in the document's script ("Aihuishou
// partner API, sample code").
func TestAnAttemptTakesFifteenSeconds(t *testing.T) {
	for want, opts := range map[time.Duration][]transport.Option{
		15 * time.Second: nil,
		time.Minute:      {transport.WithAttemptTimeout(time.Minute)},
	} {
		synctest.Test(t, func(t *testing.T) {
			client, err := aihuishou.New(credentials(), append(opts, transport.WithRoundTripper(silent{}))...)
			require.NoError(t, err)
			defer func() { _ = client.Close() }()
			began := time.Now()
			_, err = client.CreateOrder(t.Context(), sale)
			require.ErrorIs(t, err, transport.ErrUnavailable)
			require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
			assert.Equal(t, want, time.Since(began))
		})
	}
}

func TestACancelledContextKeepsItsName(t *testing.T) {
	h := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := h.client.CreateOrder(ctx, sale)
	require.ErrorIs(t, err, context.Canceled)
	assert.False(t, isOutcomeUnknown(err), "nothing was sent")
	assert.Empty(t, h.faults.Requests())
}
