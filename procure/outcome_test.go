package procure_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// "Procure API, create an intent": a repeat creates another intent.
func TestALostAnswerOfCreateAndExecuteIsNotRepeated(t *testing.T) {
	for _, name := range []string{"CreateIntent", "ExecuteIntent"} {
		for fault, tc := range map[string]struct {
			fault transporttest.Fault
			kind  error
			ran   bool
		}{
			"the answer was lost":      {transporttest.DropAfter(), transport.ErrUnavailable, true},
			"the request never ran":    {transporttest.DropBefore(), transport.ErrUnavailable, false},
			"half an answer":           {transporttest.Truncated(), transport.ErrUnavailable, true},
			"a proxy failed":           {transporttest.Status(502, "<html>Bad Gateway"), transport.ErrUnavailable, false},
			"the platform failed":      {transporttest.Status(200, `{"code":50000,"message":"oops","data":null}`), transport.ErrUnavailable, false},
			"a page with 200":          {transporttest.HTML(), transport.ErrMalformed, false},
			"broken JSON":              {transporttest.Garbage(), transport.ErrMalformed, false},
			"a code that tells little": {transporttest.Status(200, `{"code":1,"message":"failed"}`), transport.ErrMalformed, false},
		} {
			t.Run(name+": "+fault, func(t *testing.T) {
				h := start(t)
				h.add(procure.StatusSubmitted)
				h.faults.Always(tc.fault)
				_, err := calls[name](t.Context(), h.client)
				require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
				require.ErrorIs(t, err, tc.kind)
				assert.Len(t, h.faults.Requests(), 1)
				assert.Equal(t, tc.ran, len(h.Intents()) == 2 || h.status() == procure.StatusProcessing)
			})
		}
	}
}

func TestWhatProvablyDidNotRunIsRepeated(t *testing.T) {
	for _, name := range []string{"CreateIntent", "ExecuteIntent"} {
		for fault, script := range map[string]transporttest.Fault{
			"429":                       transporttest.Status(429, "Too Many Requests"),
			"code 42901 with HTTP 200":  transporttest.Status(200, `{"code":42901,"message":"Too Many Requests"}`),
			"code 42901 with HTTP 429":  transporttest.Status(429, `{"code":42901,"message":"Too Many Requests","data":null}`),
			"429 that says how long":    transporttest.RateLimited("", "3"),
			"a time that is not ours":   {Status: 401, Body: `{"code":40101,"message":"timestamp expired"}`, Date: now.Add(time.Hour)},
			"a time told in HTTP words": {Status: 401, Body: `no`, Date: now.Add(-time.Hour)},
		} {
			t.Run(name+": "+fault, func(t *testing.T) {
				h := start(t)
				h.add(procure.StatusSubmitted)
				h.faults.Script(script)
				var info transport.Info
				_, err := calls[name](t.Context(), h.client, transport.WithInfo(&info))
				if script.Date.IsZero() {
					require.NoError(t, err)
				}
				assert.Equal(t, 2, info.Attempts)
				assert.False(t, info.Repeated)
				require.NotErrorIs(t, err, transport.ErrOutcomeUnknown)
			})
		}
	}
}

// The documents' retry sample repeats every call: by name only.
func TestUnsafeRetriesCreateASecondIntent(t *testing.T) {
	h := start(t)
	h.faults.Script(transporttest.DropAfter())
	_, err := h.client.CreateIntent(t.Context(), sample, transport.WithUnsafeRetries())
	require.NoError(t, err)
	assert.Len(t, h.Intents(), 2)
}

// "Procure API, error handling": at most 3 attempts, after 1 and 2 seconds, for
// codes from 50000 on; the last error is returned.
func TestServerErrorsAreRetried(t *testing.T) {
	h := start(t, transport.WithRetry(transport.RetryPolicy{Attempts: 3, BaseDelay: time.Second, Jitter: func(limit time.Duration) time.Duration { return limit }}))
	h.faults.Script(
		transporttest.Status(200, `{"code":50000,"message":"first","data":null}`),
		transporttest.Status(500, `{"code":50001,"message":"second","data":null}`),
		transporttest.Status(503, `{"code":50002,"message":"third","data":null}`),
	)
	_, err := h.client.GetIntent(t.Context(), "a")
	require.ErrorIs(t, err, transport.ErrUnavailable)
	require.EqualError(t, err, "procure: GetIntent: unavailable: third (HTTP 503, code 50002, 3 attempts)")
	assert.Len(t, h.faults.Requests(), 3)
	assert.Contains(t, h.clock.Waits(), time.Second)
	assert.Contains(t, h.clock.Waits(), 2*time.Second)

	t.Run("by default too, with jitter", func(t *testing.T) {
		h := start(t)
		h.faults.Always(transporttest.Status(200, `{"code":59999,"message":"oops","data":null}`))
		_, err := h.client.ListIntents(t.Context(), procure.ListIntentsRequest{})
		require.ErrorIs(t, err, transport.ErrUnavailable)
		assert.Len(t, h.faults.Requests(), 3)
		for _, wait := range h.clock.Waits() {
			assert.LessOrEqual(t, wait, 2*time.Second)
		}
	})
	t.Run("no other code is", func(t *testing.T) {
		h := start(t)
		h.faults.Always(transporttest.Status(200, `{"code":49999,"message":"oops","data":null}`))
		_, err := h.client.GetIntent(t.Context(), "a")
		require.ErrorIs(t, err, transport.ErrInvalid)
		assert.Len(t, h.faults.Requests(), 1)
	})
}

// "Procure API, error handling": data names the field and the reason. X-Request-Id
// is what the support asks for.
func TestABadParameterIsNamed(t *testing.T) {
	h := start(t)
	h.faults.Script(transporttest.Fault{Status: 400, Header: map[string][]string{"X-Request-Id": {"req_abc-123"}},
		Body: `{"code":40001,"message":"参数错误","data":{"field":"price","reason":"价格必须大于0"}}`})
	_, err := h.client.CreateIntent(t.Context(), sample)
	e, ok := errors.AsType[*transport.Error](err)
	require.True(t, ok)
	require.ErrorIs(t, err, transport.ErrInvalid)
	require.NotErrorIs(t, err, transport.ErrOutcomeUnknown)
	assert.Equal(t, 400, e.Status)
	assert.Equal(t, "40001", e.Code)
	assert.Equal(t, "参数错误", e.Message)
	assert.Equal(t, "req_abc-123", e.RequestID)
	assert.Equal(t, transport.Fields{{Name: "price", Problem: "价格必须大于0"}}, e.Fields)
	assert.EqualError(t, err, "procure: CreateIntent: invalid request: price 价格必须大于0: 参数错误 (HTTP 400, code 40001, request req_abc-123)")
}

func TestARepeatThatFindsItDoneCounts(t *testing.T) {
	t.Run("deleted", func(t *testing.T) {
		h := start(t)
		h.add(procure.StatusDraft)
		h.faults.Script(transporttest.DropAfter())
		require.NoError(t, h.client.DeleteIntent(t.Context(), "a"))
		assert.Len(t, h.faults.Requests(), 2)
	})
	t.Run("deleted by somebody else meanwhile", func(t *testing.T) {
		h := start(t)
		h.faults.Script(transporttest.DropBefore())
		require.NoError(t, h.client.DeleteIntent(t.Context(), "a"), "it is gone, which was wanted")
	})
	t.Run("cancelled", func(t *testing.T) {
		h := start(t)
		h.add(procure.StatusSubmitted)
		h.faults.Script(transporttest.DropAfter())
		intent, err := h.client.CancelIntent(t.Context(), "a")
		require.NoError(t, err)
		assert.Equal(t, procure.StatusCancelled, intent.Status)
		assert.Equal(t, "a", intent.ID)
		assert.Equal(t, "张三", intent.RecipientName, "as it was looked up")
		assert.Len(t, h.faults.Requests(), 3)
	})
	t.Run("cancelled, and the refusal is a 400", func(t *testing.T) {
		h := start(t)
		h.add(procure.StatusSubmitted)
		h.faults.Script(transporttest.DropAfter(), transporttest.Status(400, `{"code":40002,"message":"already"}`))
		_, err := h.client.CancelIntent(t.Context(), "a")
		require.NoError(t, err)
	})
	t.Run("updated", func(t *testing.T) {
		h := start(t)
		h.add(procure.StatusSubmitted)
		h.faults.Script(transporttest.DropAfter())
		intent, err := h.client.UpdateIntent(t.Context(), procure.UpdateIntentRequest{ID: "a", Quantity: new(int64(5))})
		require.NoError(t, err)
		assert.EqualValues(t, 5, intent.Quantity)
	})
}

func TestARepeatThatFindsItOtherwise(t *testing.T) {
	t.Run("a cancel that came too late", func(t *testing.T) {
		h := start(t)
		h.add(procure.StatusCompleted)
		h.faults.Script(transporttest.DropBefore())
		_, err := h.client.CancelIntent(t.Context(), "a")
		require.ErrorIs(t, err, transport.ErrConflict)
		require.NotErrorIs(t, err, transport.ErrOutcomeUnknown, "it was looked up")
	})
	t.Run("a cancel that cannot be looked up", func(t *testing.T) {
		h := start(t)
		h.add(procure.StatusSubmitted)
		down := transporttest.Status(503, "")
		h.faults.Script(transporttest.DropAfter(), transporttest.Pass(), down, down, down)
		_, err := h.client.CancelIntent(t.Context(), "a")
		require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
		require.ErrorIs(t, err, transport.ErrUnavailable)
		assert.ErrorContains(t, err, "looking the intent up failed too")
	})
	t.Run("an update that may have been in time", func(t *testing.T) {
		h := start(t)
		h.add(procure.StatusSubmitted)
		h.faults.Script(transporttest.DropAfter(), transporttest.Status(409, `{"code":40901,"message":"not allowed in status PROCESSING"}`))
		_, err := h.client.UpdateIntent(t.Context(), procure.UpdateIntentRequest{ID: "a", Quantity: new(int64(5))})
		require.ErrorIs(t, err, transport.ErrConflict)
		require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
	})
	t.Run("no answer at all", func(t *testing.T) {
		for _, name := range []string{"UpdateIntent", "CancelIntent", "DeleteIntent"} {
			h := start(t)
			h.faults.Always(transporttest.DropBefore())
			_, err := calls[name](t.Context(), h.client)
			require.ErrorIs(t, err, transport.ErrOutcomeUnknown, name)
			require.ErrorIs(t, err, transport.ErrUnavailable, name)
			assert.Len(t, h.faults.Requests(), 3, name)
		}
	})
}
