package transport_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func TestRetryAfterIsTakenAsSecondsOrDate(t *testing.T) {
	for name, tc := range map[string]struct {
		header string
		want   time.Duration
		fails  bool
	}{
		"seconds":                {header: "7", want: 7 * time.Second},
		"a date":                 {header: now.Add(9 * time.Second).Format(http.TimeFormat), want: 9 * time.Second},
		"a date that has passed": {header: now.Add(-time.Hour).Format(http.TimeFormat), want: time.Second},
		"zero":                   {header: "0", want: time.Second},
		"negative":               {header: "-3", want: time.Second},
		"no number":              {header: "soon", want: time.Second},
		"absent":                 {header: "", want: time.Second},
		"more than the cap":      {header: "61", fails: true},
		"more than fits":         {header: "9223372036854775807", fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, transport.Config{})
			fault := transporttest.RateLimited("", tc.header)
			fault.Date = now
			h.faults.Script(fault)
			err := h.client.Do(t.Context(), post(transport.Unsafe), nil)
			if tc.fails {
				require.ErrorIs(t, err, transport.ErrRateLimited)
				require.NotErrorIs(t, err, transport.ErrOutcomeUnknown)
				var e *transport.Error
				require.ErrorAs(t, err, &e)
				assert.Greater(t, e.RetryAfter, time.Minute)
				assert.Len(t, h.faults.Requests(), 1)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, []time.Duration{tc.want}, h.clock.Waits())
		})
	}
}

func TestBackOffIsExponentialWithFullJitter(t *testing.T) {
	h := start(t, transport.Config{Retry: transport.RetryPolicy{Attempts: 8}})
	h.faults.Always(transporttest.Status(503, ""))
	require.Error(t, h.client.Do(t.Context(), get("/a"), nil))
	s := time.Second
	assert.Equal(t, []time.Duration{s, 2 * s, 4 * s, 8 * s, 16 * s, 20 * s, 20 * s}, h.clock.Waits())

	spread := make(map[time.Duration]bool)
	random, err := transport.New(transport.Config{Provider: "test", BaseURL: h.server.URL, Retry: transport.RetryPolicy{Attempts: 30, MaxDelay: time.Second}},
		transport.WithClock(h.clock))
	require.NoError(t, err)
	defer random.Close()
	before := len(h.clock.Waits())
	require.Error(t, random.Do(t.Context(), get("/a"), nil))
	for _, d := range h.clock.Waits()[before:] {
		assert.GreaterOrEqual(t, d, 50*time.Millisecond)
		assert.LessOrEqual(t, d, time.Second)
		spread[d] = true
	}
	assert.Greater(t, len(spread), 10)
}

func TestAttemptsCanBeSetForAClientAndForACall(t *testing.T) {
	h := start(t, transport.Config{}, transport.WithDefaultAttempts(2))
	h.faults.Always(transporttest.Status(503, ""))
	require.Error(t, h.client.Do(t.Context(), get("/a"), nil))
	assert.Len(t, h.faults.Requests(), 2)
	require.Error(t, h.client.Do(t.Context(), get("/a"), nil, transport.WithAttempts(4)))
	assert.Len(t, h.faults.Requests(), 2+4)
	_, err := transport.New(transport.Config{Provider: "test", BaseURL: h.server.URL}, transport.WithDefaultAttempts(-1))
	require.ErrorContains(t, err, "retry.attempts must be at least 1")
}

func TestTheRetryBudgetStopsRetries(t *testing.T) {
	h := start(t, transport.Config{Retry: transport.RetryPolicy{Budget: 3}})
	h.faults.Always(transporttest.Status(500, ""))
	for range 5 {
		require.ErrorIs(t, h.client.Do(t.Context(), get("/a"), nil), transport.ErrUnavailable)
	}
	assert.Len(t, h.faults.Requests(), 5+3, "three retries in all")

	h.faults.Reset()
	for range 10 {
		require.NoError(t, h.client.Do(t.Context(), get("/a"), nil))
	}
	h.faults.Always(transporttest.Status(500, ""))
	require.Error(t, h.client.Do(t.Context(), get("/a"), nil))
	assert.Len(t, h.faults.Requests(), 10+2, "ten successes earned one retry")

	none := start(t, transport.Config{Retry: transport.RetryPolicy{Budget: -1}})
	none.faults.Always(transporttest.Status(500, ""))
	require.Error(t, none.client.Do(t.Context(), get("/a"), nil))
	assert.Len(t, none.faults.Requests(), 1)
}

func TestKeyedCallsCarryOneKeyOnAllAttempts(t *testing.T) {
	h := start(t, transport.Config{})
	h.faults.Script(transporttest.DropAfter(), transporttest.Status(502, "<html>"))
	var info transport.Info
	require.NoError(t, h.client.Do(t.Context(), post(transport.Keyed), nil, transport.WithInfo(&info)))
	requests := h.faults.Requests()
	require.Len(t, requests, 3)
	assert.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, info.IdempotencyKey)
	for _, r := range requests {
		assert.Equal(t, info.IdempotencyKey, r.Header.Get("Idempotency-Key"))
	}
	assert.True(t, info.Repeated)

	h.faults.Reset()
	require.NoError(t, h.client.Do(t.Context(), post(transport.Keyed), nil, transport.WithIdempotencyKey("mine-1")))
	assert.Equal(t, "mine-1", h.faults.Requests()[0].Header.Get("Idempotency-Key"))

	h.faults.Always(transporttest.DropAfter())
	err := h.client.Do(t.Context(), post(transport.Keyed), nil)
	require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
	var e *transport.Error
	require.ErrorAs(t, err, &e)
	assert.NotEmpty(t, e.IdempotencyKey, "for repeating the call safely")
}

// On a kept connection that turns out to be closed, net/http sends some
// requests a second time by itself.
func TestResendsOfNetHTTPAreKeptOutOrNoticed(t *testing.T) {
	warm := func(t *testing.T) *harness {
		h := start(t, transport.Config{})
		require.NoError(t, h.client.Do(t.Context(), get("/warm"), nil))
		h.faults.Reset()
		return h
	}
	t.Run("a GET that must go once goes once", func(t *testing.T) {
		h := warm(t)
		h.faults.Script(transporttest.DropAfter())
		call := get("/download")
		call.Safety = transport.Once
		err := h.client.Do(t.Context(), call, nil)
		require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
		require.Len(t, h.faults.Requests(), 1)
		assert.Empty(t, h.faults.Requests()[0].Body)
		assert.NotContains(t, h.faults.Requests()[0].Header, "Transfer-Encoding")
	})
	t.Run("an unsafe POST goes once", func(t *testing.T) {
		h := warm(t)
		h.faults.Script(transporttest.DropAfter())
		require.ErrorIs(t, h.client.Do(t.Context(), post(transport.Unsafe), nil), transport.ErrOutcomeUnknown)
		assert.Len(t, h.faults.Requests(), 1)
	})
	t.Run("a keyed POST tells that it was repeated", func(t *testing.T) {
		h := warm(t)
		h.faults.Script(transporttest.DropAfter())
		var info transport.Info
		require.NoError(t, h.client.Do(t.Context(), post(transport.Keyed), nil, transport.WithInfo(&info)))
		requests := h.faults.Requests()
		require.Len(t, requests, 2)
		assert.Equal(t, requests[0].Header.Get("Idempotency-Key"), requests[1].Header.Get("Idempotency-Key"))
		assert.True(t, info.Repeated)
		assert.Equal(t, 2, info.Attempts)
	})
}

func TestUnsafeRetriesAreOneOptionAway(t *testing.T) {
	h := start(t, transport.Config{})
	h.faults.Script(transporttest.DropAfter())
	require.NoError(t, h.client.Do(t.Context(), post(transport.Unsafe), nil, transport.WithUnsafeRetries()))
	assert.Len(t, h.faults.Requests(), 2)

	h.faults.Reset()
	h.faults.Script(transporttest.DropAfter(), transporttest.Status(409, ""))
	err := h.client.Do(t.Context(), post(transport.Unsafe), nil, transport.WithUnsafeRetries())
	require.ErrorIs(t, err, transport.ErrConflict)
	require.ErrorIs(t, err, transport.ErrOutcomeUnknown, "the first attempt may have run")

	byDefault := start(t, transport.Config{}, transport.WithUnsafeRetriesByDefault())
	byDefault.faults.Script(transporttest.DropBefore())
	require.NoError(t, byDefault.client.Do(t.Context(), post(transport.Unsafe), nil))
}

// clockJudge refuses what was signed more than five minutes off its own time.
func clockJudge(a *transport.Answer) ([]byte, *transport.Error) {
	e := transport.StatusError(a.Status)
	if e != nil && a.Status == http.StatusUnauthorized {
		e.Err = transport.ErrClock
	}
	return a.Body, e
}

func TestTheClockHealsItself(t *testing.T) {
	h := start(t, transport.Config{Interpret: clockJudge})
	refused := transporttest.Status(401, `{"detail":"expired"}`)
	refused.Date = now.Add(20 * time.Minute)
	h.faults.Script(refused)
	require.NoError(t, h.client.Do(t.Context(), post(transport.Unsafe), nil, transport.WithAttempts(1)))
	requests := h.faults.Requests()
	require.Len(t, requests, 2, "a request refused for its time did not run")
	assert.Equal(t, "1772366400", requests[0].Header.Get("X-Stamp"))
	assert.Equal(t, "1772367600", requests[1].Header.Get("X-Stamp"))

	// The second answer told the time as the client has it: healed.
	require.NoError(t, h.client.Do(t.Context(), get("/a"), nil))
	assert.Equal(t, "1772366400", h.faults.Requests()[2].Header.Get("X-Stamp"))
}

func TestAClockErrorIsRetriedOnceAndOnlyWithReason(t *testing.T) {
	for name, change := range map[string]func(*transporttest.Fault){
		"no Date header":                    func(f *transporttest.Fault) { f.NoDate = true },
		"a Date that agrees with the clock": func(f *transporttest.Fault) { f.Date = now.Add(20 * time.Second) },
		"an answer from a cache":            func(f *transporttest.Fault) { f.Date = now.Add(time.Hour); f.Header.Set("Age", "1") },
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, transport.Config{Interpret: clockJudge})
			refused := transporttest.Status(401, "")
			change(&refused)
			h.faults.Always(refused)
			err := h.client.Do(t.Context(), get("/a"), nil)
			require.ErrorIs(t, err, transport.ErrUnauthenticated)
			require.ErrorIs(t, err, transport.ErrClock)
			assert.Len(t, h.faults.Requests(), 1)
		})
	}
	t.Run("a platform that never agrees", func(t *testing.T) {
		h := start(t, transport.Config{Interpret: clockJudge})
		refused := transporttest.Status(401, "")
		refused.Date = now.Add(time.Hour)
		h.faults.Always(refused)
		require.ErrorIs(t, h.client.Do(t.Context(), get("/a"), nil), transport.ErrUnauthenticated)
		assert.Len(t, h.faults.Requests(), 2)
	})
	t.Run("a wrong Date does no harm while nothing is refused", func(t *testing.T) {
		h := start(t, transport.Config{Interpret: clockJudge})
		h.faults.Always(transporttest.WrongDate(now.AddDate(1, 0, 0)))
		for range 3 {
			require.NoError(t, h.client.Do(t.Context(), get("/a"), nil))
		}
		for _, r := range h.faults.Requests() {
			assert.Equal(t, "1772366400", r.Header.Get("X-Stamp"))
		}
	})
}

func TestAnUnclearRefusalCountsAsAClockErrorOnlyWhenTheDateSaysSo(t *testing.T) {
	for ahead, want := range map[time.Duration]int{10 * time.Minute: 2, -10 * time.Minute: 2, 3 * time.Minute: 1} {
		h := start(t, transport.Config{UnclearClock: true})
		refused := transporttest.Status(401, "")
		refused.Date = now.Add(ahead)
		h.faults.Script(refused)
		err := h.client.Do(t.Context(), post(transport.Unsafe), nil)
		assert.Len(t, h.faults.Requests(), want, ahead)
		if want == 1 {
			require.ErrorIs(t, err, transport.ErrUnauthenticated)
			require.NotErrorIs(t, err, transport.ErrClock)
			continue
		}
		require.NoError(t, err)
	}
}

func TestASameOriginRedirectIsFollowedOnceWhereAllowed(t *testing.T) {
	h := start(t, transport.Config{FollowSameOrigin: true})
	h.faults.Script(transporttest.Redirect(307, "/things/?a=b"))
	require.NoError(t, h.client.Do(t.Context(), post(transport.Unsafe), nil))
	requests := h.faults.Requests()
	require.Len(t, requests, 2)
	assert.Equal(t, "POST", requests[1].Method)
	assert.Equal(t, "/things/?a=b", requests[1].URI)
	assert.Equal(t, "/things/", requests[1].Header.Get("X-Path"), "signed anew")
	assert.Equal(t, `{"name":"a&b"}`, string(requests[1].Body))

	for name, fault := range map[string]transporttest.Fault{
		"another origin":   transporttest.Redirect(308, "https://evil.example/things"),
		"another port":     transporttest.Redirect(308, "http://127.0.0.1:1/things"),
		"a 302":            transporttest.Redirect(302, "/things/"),
		"the same address": transporttest.Redirect(307, "/things"),
		"nowhere":          transporttest.Redirect(307, ""),
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, transport.Config{FollowSameOrigin: true})
			h.faults.Always(fault)
			require.ErrorIs(t, h.client.Do(t.Context(), post(transport.Read), nil), transport.ErrRedirect)
			assert.Len(t, h.faults.Requests(), 1)
		})
	}
	t.Run("in circles", func(t *testing.T) {
		h := start(t, transport.Config{FollowSameOrigin: true})
		h.faults.Script(transporttest.Redirect(307, "/a/"), transporttest.Redirect(307, "/things"))
		require.ErrorIs(t, h.client.Do(t.Context(), post(transport.Read), nil), transport.ErrRedirect)
		assert.Len(t, h.faults.Requests(), 2)
	})
}

// A server behind a proxy that ends TLS names http in its redirects.
func TestARedirectToHTTPIsFollowedWithHTTPS(t *testing.T) {
	for name, tc := range map[string]struct {
		location string
		want     error
		sent     int
	}{
		"the same host and port":   {"http://{host}/things/", nil, 2},
		"another port":             {"http://127.0.0.1:80/things/", transport.ErrRedirect, 1},
		"another host":             {"http://evil.example/things/", transport.ErrRedirect, 1},
		"the same address":         {"http://{host}/things", transport.ErrRedirect, 1},
		"with a user":              {"http://user@{host}/things/", transport.ErrRedirect, 1},
		"to a scheme that is none": {"ftp://{host}/things/", transport.ErrRedirect, 1},
	} {
		t.Run(name, func(t *testing.T) {
			faults := transporttest.NewFaults(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"ok":true}`)) }))
			server := httptest.NewTLSServer(faults)
			defer server.Close()
			faults.Script(transporttest.Redirect(307, strings.Replace(tc.location, "{host}", strings.TrimPrefix(server.URL, "https://"), 1)))
			h := start(t, transport.Config{FollowSameOrigin: true, BaseURL: server.URL}, transport.WithRoundTripper(server.Client().Transport))
			require.ErrorIs(t, h.client.Do(t.Context(), post(transport.Unsafe), nil), tc.want)
			assert.Len(t, faults.Requests(), tc.sent)
		})
	}
}

func TestClientsWithOtherCredentialsShareTheRest(t *testing.T) {
	h := start(t, transport.Config{Limits: []transport.Limit{{PerSecond: 1, Burst: 1}}})
	other := h.client.WithSigner(nil)
	require.NoError(t, h.client.Do(t.Context(), get("/a"), nil))
	require.NoError(t, other.Do(t.Context(), get("/a"), nil))
	assert.Equal(t, time.Second, h.clock.Waited())
	assert.NotEmpty(t, h.faults.Requests()[0].Header.Get("X-Stamp"))
	assert.Empty(t, h.faults.Requests()[1].Header.Get("X-Stamp"))
	require.NoError(t, h.client.Close())
	require.ErrorIs(t, other.Do(t.Context(), get("/a"), nil), transport.ErrClosed)
}

func TestLimitsSpreadCalls(t *testing.T) {
	h := start(t, transport.Config{Limits: []transport.Limit{{Class: "create", PerSecond: 10, Burst: 1}, {PerSecond: 100, Burst: 2}}})
	call := get("/a")
	call.Class = "create"
	var info transport.Info
	for range 11 {
		require.NoError(t, h.client.Do(t.Context(), call, nil, transport.WithInfo(&info)))
	}
	assert.Equal(t, time.Second, h.clock.Now().Sub(now))
	assert.Equal(t, 100*time.Millisecond, info.WaitedForLimits)

	call.Class = "another"
	begin := h.clock.Now()
	for range 102 {
		require.NoError(t, h.client.Do(t.Context(), call, nil))
	}
	assert.InDelta(t, time.Second, h.clock.Now().Sub(begin), float64(20*time.Millisecond))
}

func TestLimitsAreSharedAndReplaceable(t *testing.T) {
	clock := transporttest.NewClock(now)
	shared := transport.NewLimiter(clock, transport.Limit{PerSecond: 1, Burst: 1})
	limits := []transport.Limit{{PerSecond: 0.001, Burst: 1}}
	one := start(t, transport.Config{Limits: limits}, transport.WithClock(clock), transport.WithLimiter(shared))
	two := start(t, transport.Config{Limits: limits}, transport.WithClock(clock), transport.WithLimiter(shared))
	for range 2 {
		require.NoError(t, one.client.Do(t.Context(), get("/a"), nil))
		require.NoError(t, two.client.Do(t.Context(), get("/a"), nil))
	}
	assert.Equal(t, 3*time.Second, clock.Waited())

	free := start(t, transport.Config{Limits: limits}, transport.WithLimiter(transport.NoLimits))
	for range 3 {
		require.NoError(t, free.client.Do(t.Context(), get("/a"), nil))
	}
	assert.Zero(t, free.clock.Waited())

	_, err := transport.New(transport.Config{Provider: "test", BaseURL: "https://a.example", Limits: []transport.Limit{{PerSecond: 0}, {PerSecond: 1, Burst: 1}}})
	require.ErrorContains(t, err, "limits must have a rate")
	require.ErrorContains(t, err, "limits must name a class once")
}

type failingLimiter struct{}

func (failingLimiter) Wait(context.Context, string) error {
	return errors.New("no connection to the store")
}

func TestALimiterThatFailsKeepsTheCallFromBeingSent(t *testing.T) {
	h := start(t, transport.Config{}, transport.WithLimiter(failingLimiter{}))
	err := h.client.Do(t.Context(), post(transport.Unsafe), nil)
	require.ErrorIs(t, err, transport.ErrUnavailable)
	require.NotErrorIs(t, err, transport.ErrOutcomeUnknown)
	assert.Empty(t, h.faults.Requests())
}

func TestErrorsRepeatNothingThatWasSent(t *testing.T) {
	for name, body := range map[string]string{
		"as plain text":      `{"message":"no order for 张三 at 北京市朝阳区, phone 13800138000, quantity 471147, key mine-key-1, note top-secret, search hunter2 / hunter%202"}`,
		"in a field's words": `{"field":"phone","message":"13800138000 张三 北京市朝阳区 471147 hunter2 is wrong"}`,
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, transport.Config{Interpret: func(a *transport.Answer) ([]byte, *transport.Error) {
				var m struct{ Field, Message string }
				_ = json.Unmarshal(a.Body, &m)
				e := transport.StatusError(a.Status)
				e.Message = m.Message
				if m.Field != "" {
					e.Fields, e.Message = transport.Fields{{Name: m.Field, Problem: m.Message}}, ""
				}
				return nil, e
			}})
			h.faults.Always(transporttest.Status(400, body))
			call := transport.Call{Operation: "Create", Method: "POST", Path: "/cards/SECRETCARD", Route: "/cards/{card}", Safety: transport.Keyed,
				Query: url.Values{"q": {"hunter2"}, "r": {"hunter 2"}},
				Body:  map[string]any{"recipient": map[string]any{"name": "张三", "lines": []string{"北京市朝阳区"}}, "phone": "13800138000", "quantity": 471147}}
			err := h.client.Do(t.Context(), call, nil, transport.WithIdempotencyKey("mine-key-1"), transport.WithHeader("X-Note", "top-secret"))
			require.ErrorIs(t, err, transport.ErrInvalid)
			for _, text := range renderings(err) {
				for _, secret := range []string{"张三", "北京", "13800138000", "471147", "hunter", "mine-key-1", "top-secret", "SECRETCARD"} {
					assert.NotContains(t, text, secret)
				}
			}
		})
	}
}

// renderings prints v in every way that this test knows.
func renderings(v any) []string {
	var out []string
	for _, verb := range "vsqdxXTtbcoOUeEfFgGp" {
		for _, flags := range []string{"", "+", "#", " ", "-20", "020"} {
			out = append(out, fmt.Sprintf("%"+flags+string(verb), v))
		}
	}
	out = append(out, fmt.Sprint([]any{v}), fmt.Sprintf("%+v", struct{ v any }{v}), fmt.Sprintf("%#v", map[string]any{"v": v}))
	if b, err := json.Marshal(v); err == nil {
		out = append(out, string(b))
	}
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "v", v)
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "v", v)
	return append(out, logged.String())
}

func TestLogsShowNoPathQueryBodyOrCredential(t *testing.T) {
	var logged bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h := start(t, transport.Config{}, transport.WithLogger(log))
	secret := transporttest.Status(503, `{"message":"hunter2"}`)
	secret.Header.Set("Set-Cookie", "session=hunter2")
	h.faults.Script(secret)
	call := transport.Call{Operation: "Redeem", Method: "POST", Path: "/cards/hunter2", Route: "/cards/{card}", Safety: transport.Idempotent,
		Query: url.Values{"q": {"hunter2"}}, Body: map[string]string{"card": "hunter2"}}
	require.NoError(t, h.client.Do(t.Context(), call, nil, transport.WithHeader("X-Note", "hunter2")))
	h.faults.Always(secret)
	require.Error(t, h.client.Do(t.Context(), call, nil))
	text := logged.String()
	assert.NotContains(t, text, "hunter2")
	for _, want := range []string{`"route":"/cards/{card}"`, `"operation":"Redeem"`, `"status":503`, `"msg":"call done"`, `"msg":"call failed"`, `"attempts":3`, `"attempt":1`, `"attempt":3`, `"outcome_unknown":true`} {
		assert.Contains(t, text, want)
	}
	assert.Equal(t, 5+2, strings.Count(text, "\n"), "a line an attempt and a line a call")
}

// watcher keeps what an observer is told.
type watcher struct{ told []any }

func (w *watcher) StartCall(ctx context.Context, info transport.CallInfo) (context.Context, func(transport.Result)) {
	w.told = append(w.told, info)
	return ctx, func(r transport.Result) {
		w.told = append(w.told, r.Info.Answer.Status, string(r.Info.Answer.Body), r.Info)
	}
}

func (w *watcher) StartAttempt(ctx context.Context, info transport.AttemptInfo) (context.Context, func(transport.AttemptResult)) {
	w.told = append(w.told, info)
	return ctx, func(r transport.AttemptResult) { w.told = append(w.told, r) }
}

func TestObserversSeeNoQueryBodyKeyOrAnswer(t *testing.T) {
	var w watcher
	h := start(t, transport.Config{}, transport.WithObserver(&w))
	h.faults.Script(transporttest.Status(200, `{"card":"hunter2"}`))
	call := post(transport.Keyed)
	call.Query = url.Values{"q": {"hunter2"}}
	var info transport.Info
	require.NoError(t, h.client.Do(t.Context(), call, nil, transport.WithIdempotencyKey("hunter2"), transport.WithInfo(&info)))
	assert.Contains(t, string(info.Answer.Body), "hunter2", "the caller has it all")
	require.Len(t, w.told, 3+3)
	assert.Equal(t, 200, w.told[3])
	assert.NotContains(t, fmt.Sprintf("%+v", w.told), "hunter2")
}

func TestErrorTexts(t *testing.T) {
	h := start(t, transport.Config{})
	fault := transporttest.RateLimited("", "600")
	fault.Header.Set("X-Request-Id", "req-20260301-000000001")
	h.faults.Script(fault)
	err := h.client.Do(t.Context(), get("/a"), nil)
	require.EqualError(t, err, "test: Get: rate limited (HTTP 429, request req-20260301-000000001, retry after 10m0s)")
	h = start(t, transport.Config{})
	h.faults.Script(transporttest.DropAfter())
	err = h.client.Do(t.Context(), post(transport.Once), nil)
	require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
	assert.Regexp(t, `^test: Post: outcome unknown: unavailable: read tcp .*$`, err.Error())
}

func TestManyCallsShareFewConnections(t *testing.T) {
	var opened atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(2 * time.Millisecond)
		_, _ = w.Write([]byte(`{"ok":true}`))
	}))
	server.Config.ConnState = countNew(&opened)
	server.Start()
	defer server.Close()
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: server.URL, Signer: stamp{}})
	require.NoError(t, err)
	defer c.Close()
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for range 50 {
				assert.NoError(t, c.Do(t.Context(), post(transport.Unsafe), nil))
			}
		})
	}
	wg.Wait()
	assert.LessOrEqual(t, opened.Load(), int64(70))
}

func TestTheDateOfAnAnswerThatTookLongIsNotBelieved(t *testing.T) {
	h := start(t, transport.Config{Interpret: clockJudge})
	slow := roundTripperFunc(func(r *http.Request) (*http.Response, error) {
		resp, err := http.DefaultTransport.RoundTrip(r)
		h.clock.Advance(61 * time.Second)
		return resp, err
	})
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: h.server.URL, Signer: stamp{}, Interpret: clockJudge},
		transport.WithClock(h.clock), transport.WithRoundTripper(slow))
	require.NoError(t, err)
	defer c.Close()
	defer http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	refused := transporttest.Status(401, "")
	refused.Date = now.Add(time.Hour)
	h.faults.Always(refused)
	require.ErrorIs(t, c.Do(t.Context(), get("/a"), nil), transport.ErrClock)
	assert.Len(t, h.faults.Requests(), 1)
}

func TestTheAttemptForARefusedTimeIsNotCounted(t *testing.T) {
	h := start(t, transport.Config{Interpret: clockJudge})
	refused := transporttest.Status(401, "")
	refused.Date = now.Add(time.Hour)
	busy := transporttest.Status(503, "")
	busy.Date = now.Add(time.Hour)
	h.faults.Script(refused, busy, busy, transporttest.Pass())
	require.NoError(t, h.client.Do(t.Context(), get("/a"), nil), "three attempts, and one for the time")
	assert.Len(t, h.faults.Requests(), 4)
}

func TestFailedAttemptsAreLoggedAtInfo(t *testing.T) {
	var logged bytes.Buffer
	h := start(t, transport.Config{}, transport.WithLogger(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelInfo}))))
	h.faults.Script(transporttest.Status(503, ""))
	require.NoError(t, h.client.Do(t.Context(), get("/a"), nil))
	assert.Equal(t, 1, strings.Count(logged.String(), "level=INFO msg=attempt"), "the good one is at debug")
}

func TestAnErrorTellsItsAttemptsFromTwoOn(t *testing.T) {
	h := start(t, transport.Config{})
	h.faults.Always(transporttest.Status(503, ""))
	require.ErrorContains(t, h.client.Do(t.Context(), get("/a"), nil, transport.WithAttempts(2)), "2 attempts)")
	assert.NotContains(t, h.client.Do(t.Context(), get("/a"), nil, transport.WithAttempts(1)).Error(), "attempts")
}
