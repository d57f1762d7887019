package procure_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
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
			"the answer was lost":    {transporttest.DropAfter(), transport.ErrUnavailable, true},
			"the request never ran":  {transporttest.DropBefore(), transport.ErrUnavailable, false},
			"half an answer":         {transporttest.Truncated(), transport.ErrUnavailable, true},
			"a proxy failed":         {transporttest.Status(502, "<html>Bad Gateway"), transport.ErrUnavailable, false},
			"the platform failed":    {transporttest.Status(200, `{"code":50000,"message":"oops","data":null}`), transport.ErrUnavailable, false},
			"a page with 200":        {transporttest.HTML(), transport.ErrMalformed, false},
			"broken JSON":            {transporttest.Garbage(), transport.ErrMalformed, false},
			"a page with 404":        {transporttest.Status(404, "<html>Not Found"), transport.ErrMalformed, false},
			"an empty answer":        {transporttest.Status(200, ""), transport.ErrMalformed, false},
			"a code that tells busy": {transporttest.Status(200, `{"code":500,"message":"系统繁忙"}`), transport.ErrUnavailable, false},
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
			"429":                      transporttest.Status(429, "Too Many Requests"),
			"code 42901 with HTTP 200": transporttest.Status(200, `{"code":42901,"message":"Too Many Requests"}`),
			"code 42901 with HTTP 429": transporttest.Status(429, `{"code":42901,"message":"Too Many Requests","data":null}`),
			"429 that says how long":   transporttest.RateLimited("", "3"),
			"a time that is not ours":  {Status: 401, Body: `{"code":40101,"message":"timestamp expired"}`, Date: now.Add(time.Hour)},
			"a time that is long past": {Status: 401, Body: `{"code":40101,"message":"timestamp expired"}`, Date: now.Add(-time.Hour)},
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
		require.ErrorIs(t, err, transport.ErrRejected)
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

// repeat is a call that was repeated after a lost answer, or was not.
type repeat struct {
	call     string
	had      procure.Status // of the intent before the call; "" for no intent
	script   []transporttest.Fault
	want     error // nil for done
	unknown  bool
	has      procure.Status // of the intent after it
	requests int
}

var (
	lost     = transporttest.DropAfter()
	gateway  = transporttest.Status(502, "<html><title>502 Bad Gateway</title></html>")
	notFound = transporttest.Status(404, "<html><title>404 Not Found</title></html>")
	down     = transporttest.Status(503, "")
)

func refused(status int, code string) transporttest.Fault {
	return transporttest.Status(status, `{"code":`+code+`,"message":"no"}`)
}

func named(field string) transporttest.Fault {
	return transporttest.Status(400, `{"code":40001,"message":"no","data":{"field":"`+field+`","reason":"no"}}`)
}

func TestARepeatThatFindsItDoneCounts(t *testing.T) {
	for name, tc := range map[string]repeat{
		"deleted, and gone when it is asked again":       {"DeleteIntent", "DRAFT", []transporttest.Fault{lost}, nil, false, "", 2},
		"deleted by somebody else meanwhile":             {"DeleteIntent", "", []transporttest.Fault{gateway}, nil, false, "", 2},
		"a code of not found with HTTP 200 is as good":   {"DeleteIntent", "DRAFT", []transporttest.Fault{gateway, refused(200, "40401")}, nil, false, "DRAFT", 2},
		"cancelled, and looked up":                       {"CancelIntent", "SUBMITTED", []transporttest.Fault{lost}, nil, false, "CANCELLED", 3},
		"cancelled, though the refusal is a 400":         {"CancelIntent", "SUBMITTED", []transporttest.Fault{lost, refused(400, "40002")}, nil, false, "CANCELLED", 3},
		"cancelled, though the refusal names the status": {"CancelIntent", "SUBMITTED", []transporttest.Fault{lost, named("status")}, nil, false, "CANCELLED", 3},
		"cancelled, though nobody explains the refusal":  {"CancelIntent", "SUBMITTED", []transporttest.Fault{lost, refused(200, "1234")}, nil, false, "CANCELLED", 3},
		"updated twice": {"UpdateIntent", "SUBMITTED", []transporttest.Fault{lost}, nil, false, "SUBMITTED", 2},
	} {
		t.Run(name, tc.check)
	}
}

func TestARepeatThatFindsItOtherwise(t *testing.T) {
	for name, tc := range map[string]repeat{
		"a load balancer's 404 deletes nothing":         {"DeleteIntent", "DRAFT", []transporttest.Fault{gateway, notFound}, transport.ErrMalformed, true, "DRAFT", 2},
		"a 404 of nobody deletes nothing":               {"DeleteIntent", "DRAFT", []transporttest.Fault{gateway, transporttest.Status(404, "")}, transport.ErrMalformed, true, "DRAFT", 2},
		"a 404 to the first attempt is a 404":           {"DeleteIntent", "", nil, transport.ErrNotFound, false, "", 1},
		"a 404 after a 429 too: that did not run":       {"DeleteIntent", "", []transporttest.Fault{transporttest.Status(429, "")}, transport.ErrNotFound, false, "", 2},
		"a delete whose repeat comes in a wrong status": {"DeleteIntent", "DRAFT", []transporttest.Fault{gateway, refused(409, "40901")}, transport.ErrConflict, true, "DRAFT", 2},
		"a delete whose repeat names the id as wrong":   {"DeleteIntent", "DRAFT", []transporttest.Fault{lost, named("id")}, transport.ErrInvalid, true, "", 2},
		"a delete whose repeat is without permission":   {"DeleteIntent", "DRAFT", []transporttest.Fault{lost, refused(403, "40301")}, transport.ErrPermission, true, "", 2},
		"completed before it could be cancelled":        {"CancelIntent", "COMPLETED", []transporttest.Fault{gateway}, transport.ErrConflict, false, "COMPLETED", 3},
		"failed before it could be cancelled":           {"CancelIntent", "FAILED", []transporttest.Fault{gateway}, transport.ErrConflict, false, "FAILED", 3},
		"a cancel that may still be under way":          {"CancelIntent", "PROCESSING", []transporttest.Fault{gateway, refused(409, "40901")}, transport.ErrConflict, true, "PROCESSING", 3},
		"a cancel that cannot be looked up":             {"CancelIntent", "SUBMITTED", []transporttest.Fault{lost, transporttest.Pass(), down, down, down}, transport.ErrConflict, true, "CANCELLED", 5},
		"a cancel that names the status, not looked up": {"CancelIntent", "SUBMITTED", []transporttest.Fault{lost, named("status"), down, down, down}, transport.ErrInvalid, true, "CANCELLED", 5},
		"a cancel whose look-up meets a page":           {"CancelIntent", "SUBMITTED", []transporttest.Fault{gateway, refused(409, "40901"), notFound}, transport.ErrConflict, true, "SUBMITTED", 3},
		"a cancel whose repeat meets a page":            {"CancelIntent", "SUBMITTED", []transporttest.Fault{lost, notFound}, transport.ErrMalformed, true, "CANCELLED", 2},
		"a cancel whose intent is gone":                 {"CancelIntent", "", []transporttest.Fault{gateway}, transport.ErrNotFound, true, "", 2},
		"a cancel that is refused the first time":       {"CancelIntent", "DRAFT", nil, transport.ErrConflict, false, "DRAFT", 1},
		"an update that may have been in time":          {"UpdateIntent", "PROCESSING", []transporttest.Fault{gateway}, transport.ErrConflict, true, "PROCESSING", 2},
		"an update whose repeat names the status":       {"UpdateIntent", "SUBMITTED", []transporttest.Fault{lost, named("status")}, transport.ErrInvalid, true, "SUBMITTED", 2},
		"an update that is wrong in itself":             {"UpdateIntent", "SUBMITTED", []transporttest.Fault{gateway, named("quantity")}, transport.ErrInvalid, false, "SUBMITTED", 2},
		"an update of which nothing is heard":           {"UpdateIntent", "SUBMITTED", []transporttest.Fault{lost, gateway, down}, transport.ErrUnavailable, true, "SUBMITTED", 3},
	} {
		t.Run(name, tc.check)
	}
	t.Run("a look-up that failed is told too", func(t *testing.T) {
		h := start(t)
		h.add(procure.StatusSubmitted)
		h.faults.Script(lost, transporttest.Pass(), down, down, down)
		_, err := h.client.CancelIntent(t.Context(), "a")
		require.ErrorIs(t, err, transport.ErrUnavailable)
		require.EqualError(t, err, "procure: CancelIntent: outcome unknown: conflict: not allowed in status CANCELLED: "+
			"looking the intent up failed too: procure: GetIntent: unavailable: the answer is not in the platform's form: something in front of it may have sent it: nothing in it (HTTP 503, 3 attempts) "+
			"(HTTP 409, code 40901, request req_000002, 2 attempts)")
	})
	t.Run("an execution that was repeated by name", func(t *testing.T) {
		h := start(t)
		h.add(procure.StatusSubmitted)
		h.faults.Script(lost, named("status"))
		_, err := h.client.ExecuteIntent(t.Context(), "a", transport.WithUnsafeRetries())
		require.ErrorIs(t, err, transport.ErrInvalid)
		require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
		assert.Equal(t, procure.StatusProcessing, h.status())
	})
}

// check makes the call, and holds what its caller, observers and logs are told
// against what the platform has.
func (tc repeat) check(t *testing.T) {
	var logged bytes.Buffer
	told := &listener{}
	h := start(t, transport.WithObserver(told), transport.WithLogger(slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	if tc.had != "" {
		h.add(tc.had)
	}
	h.faults.Script(tc.script...)
	got, err := calls[tc.call](t.Context(), h.client)
	assert.Equal(t, tc.has, h.status())
	assert.Len(t, h.faults.Requests(), tc.requests)
	assert.Equal(t, tc.unknown, isUnknown(err), "outcome unknown: %v", err)
	assert.Equal(t, []error{err}, told.ends[tc.call], "observers are told what the caller is")
	if tc.want == nil {
		require.NoError(t, err)
		assert.Contains(t, logged.String(), `"msg":"call done","provider":"procure","operation":"`+tc.call+`"`)
		assert.NotContains(t, logged.String(), `"msg":"call failed","provider":"procure","operation":"`+tc.call+`"`)
		if intent, ok := got.(*procure.Intent); ok {
			assert.Equal(t, "a", intent.ID)
			assert.Equal(t, tc.has, intent.Status)
			assert.Equal(t, "张三", intent.RecipientName.Reveal(), "as it was looked up, or changed")
		}
		return
	}
	require.ErrorIs(t, err, tc.want)
	assert.Nil(t, got)
	assert.Contains(t, logged.String(), `"msg":"call failed","provider":"procure","operation":"`+tc.call+`"`)
	assert.Equal(t, tc.unknown, strings.Contains(logged.String(), `"outcome_unknown":true`), "so are logs")
}

// listener is an observer that keeps how calls ended.
type listener struct{ ends map[string][]error }

func (l *listener) StartCall(ctx context.Context, info transport.CallInfo) (context.Context, func(transport.Result)) {
	return ctx, func(res transport.Result) {
		if l.ends == nil {
			l.ends = make(map[string][]error)
		}
		l.ends[info.Operation] = append(l.ends[info.Operation], res.Err)
	}
}

func (l *listener) StartAttempt(ctx context.Context, _ transport.AttemptInfo) (context.Context, func(transport.AttemptResult)) {
	return ctx, func(transport.AttemptResult) {}
}
