package codegate_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// refusal is the platform's answer to a redemption that it refuses.
func refusal(code codegate.ErrorCode) transporttest.Fault {
	return transporttest.Status(200, fmt.Sprintf(`{"success":false,"code_id":null,"code":"A","verified_at":null,"message":"m","error_code":%q}`, code))
}

var (
	lost   = transporttest.DropBefore() // never carried out
	pass   = transporttest.Pass()
	unused = transporttest.Fault{Status: 200, Body: `{"id":"x","code":"A","status":false}`, Date: now}
)

func TestReconcileFindsOutWhatBecameOfALostAnswer(t *testing.T) {
	seed := func(c codegatetest.Code) func(*harness) { return func(h *harness) { h.AddCode(c) } }
	fresh := seed(codegatetest.Code{Code: "A"})
	another := func(h *harness) {
		h.AddCode(codegatetest.Code{Code: "A", ProjectID: h.AddProject(codegatetest.Project{}).ID})
	}
	for name, tc := range map[string]struct {
		prepare func(h *harness)
		script  []transporttest.Fault
		want    codegate.VerifyResult
		posts   int
	}{
		"the answer was lost: it was this call": {
			prepare: fresh,
			script:  []transporttest.Fault{transporttest.DropAfter()},
			want:    codegate.VerifyResult{Success: true, Reconciled: true},
			posts:   1,
		},
		"half an answer: it was this call": {
			prepare: fresh,
			script:  []transporttest.Fault{transporttest.Truncated()},
			want:    codegate.VerifyResult{Success: true, Reconciled: true},
			posts:   1,
		},
		"the request never ran: it is sent again": {
			prepare: fresh,
			script:  []transporttest.Fault{lost},
			want:    codegate.VerifyResult{Success: true},
			posts:   2,
		},
		"the request never ran, then the answer was lost": {
			prepare: fresh,
			script:  []transporttest.Fault{transporttest.Status(500, "Internal Server Error"), pass, transporttest.DropAfter()},
			want:    codegate.VerifyResult{Success: true, Reconciled: true},
			posts:   2,
		},
		"a request that was held up ran after the look-up": {
			prepare: seed(used("order-1042", now)),
			script:  []transporttest.Fault{lost, unused},
			want:    codegate.VerifyResult{Success: true, Reconciled: true},
			posts:   2,
		},
		"the platform did not record when": {
			prepare: fresh,
			script:  []transporttest.Fault{lost, transporttest.Status(200, `{"id":"x","status":true,"verified_by":"order-1042","verified_at":null}`)},
			want:    codegate.VerifyResult{Success: true, Reconciled: true},
			posts:   1,
		},
		"somebody else redeemed it": {
			prepare: seed(used("order-7", now)),
			script:  []transporttest.Fault{lost},
			want:    codegate.VerifyResult{ErrorCode: codegate.CodeAlreadyUsed, Reconciled: true},
			posts:   1,
		},
		"nobody that is named redeemed it": {
			prepare: seed(codegatetest.Code{Code: "A", Used: true, VerifiedAt: now}),
			script:  []transporttest.Fault{lost},
			want:    codegate.VerifyResult{ErrorCode: codegate.CodeAlreadyUsed, Reconciled: true},
			posts:   1,
		},
		"somebody else was faster than the second request": {
			prepare: seed(used("order-7", now)),
			script:  []transporttest.Fault{lost, unused},
			want:    codegate.VerifyResult{ErrorCode: codegate.CodeAlreadyUsed, Reconciled: true},
			posts:   2,
		},
		"there is no such code in the whole installation": {
			prepare: func(*harness) {},
			script:  []transporttest.Fault{lost},
			want:    codegate.VerifyResult{ErrorCode: codegate.CodeNotFound},
			posts:   2,
		},
		"the code is another project's": {
			prepare: another,
			script:  []transporttest.Fault{lost},
			want:    codegate.VerifyResult{Success: true},
			posts:   2,
		},
		"the code is disabled": {
			prepare: seed(codegatetest.Code{Code: "A", Disabled: true}),
			script:  []transporttest.Fault{lost},
			want:    codegate.VerifyResult{ErrorCode: codegate.CodeDisabled},
			posts:   2,
		},
		"the code is at its end": {
			prepare: fresh,
			script:  []transporttest.Fault{lost, pass, refusal(codegate.CodeExpired)},
			want:    codegate.VerifyResult{ErrorCode: codegate.CodeExpired},
			posts:   2,
		},
		"the project was switched off": {
			prepare: fresh,
			script:  []transporttest.Fault{lost, pass, refusal(codegate.ProjectDisabled)},
			want:    codegate.VerifyResult{ErrorCode: codegate.ProjectDisabled},
			posts:   2,
		},
		"nothing was lost": {
			prepare: fresh,
			want:    codegate.VerifyResult{Success: true},
			posts:   1,
		},
		"nothing was lost, and the code was used by the same name": {
			prepare: seed(used("order-1042", now)),
			want:    codegate.VerifyResult{ErrorCode: codegate.CodeAlreadyUsed},
			posts:   1,
		},
	} {
		for clock, off := range map[string]time.Duration{"": 0, ", with a clock that is off": 4 * time.Minute, ", with one that was set right": time.Hour} {
			t.Run(name+clock, func(t *testing.T) {
				h := start(t)
				h.clock.Advance(off)
				if off == time.Hour { // the first call finds out how far it is off
					_, err := h.client.GetProject(t.Context())
					require.NoError(t, err)
					h.faults.Reset()
				}
				tc.prepare(h)
				h.faults.Script(tc.script...)
				got, err := h.client.VerifyCode(t.Context(), order, transport.WithReconcile())
				require.NoError(t, err)
				assert.Equal(t, tc.want.Success, got.Success)
				assert.Equal(t, tc.want.ErrorCode, got.ErrorCode)
				assert.Equal(t, tc.want.Reconciled, got.Reconciled)
				assert.Equal(t, tc.posts, h.posts())
				assert.NotEmpty(t, got.Raw)
				if got.Success && got.VerifiedAt != nil {
					stored, _ := h.Code("A")
					assert.Equal(t, stored.ID, *got.CodeID)
					assert.Equal(t, stored.VerifiedAt, got.VerifiedAt.Time)
				}
			})
		}
	}
}

// The platform's clock writes the time of the redemption, a proxy's the Date.
func TestADateDoesNotTurnOursIntoSomebodyElses(t *testing.T) {
	for _, ahead := range []time.Duration{-24 * time.Hour, -time.Minute, 3 * time.Second, 5 * time.Second, time.Hour, 24 * time.Hour} {
		t.Run(ahead.String(), func(t *testing.T) {
			h := start(t)
			h.AddCode(codegatetest.Code{Code: "A"})
			h.faults.Script(transporttest.DropAfter(), transporttest.WrongDate(now.Add(ahead)))
			got, err := h.client.VerifyCode(t.Context(), order, transport.WithReconcile())
			require.NoError(t, err)
			assert.True(t, got.Success)
			assert.True(t, got.Reconciled)
		})
	}
}

// What the platform's clock may be off is what its window allows.
func TestTheSameNameMinutesAgoIsThisCall(t *testing.T) {
	h := start(t)
	h.AddCode(used("order-1042", now.Add(-5*time.Minute)))
	h.faults.Script(lost)
	got, err := h.client.VerifyCode(t.Context(), order, transport.WithReconcile())
	require.NoError(t, err)
	assert.True(t, got.Success)
}

func TestReconcileLeavesOpenWhatNobodyKnows(t *testing.T) {
	three := func(end transporttest.Fault) []transporttest.Fault {
		return []transporttest.Fault{end, unused, end, unused, end, unused}
	}
	for name, tc := range map[string]struct {
		prepare codegatetest.Code
		script  []transporttest.Fault
		kind    error
		posts   int
		text    string
	}{
		"the look-up fails too": {
			script: []transporttest.Fault{lost, lost, lost, lost},
			kind:   transport.ErrUnavailable, posts: 1, text: "; looking the code up failed too: codegate: GetCodeByCode: unavailable",
		},
		"something in front answers the look-up with a 404": {
			script: []transporttest.Fault{lost, page(404)},
			kind:   transport.ErrMalformed, posts: 1, text: "; looking the code up failed too: codegate: GetCodeByCode: malformed answer",
		},
		"the look-up does not say whether the code is used": {
			script: []transporttest.Fault{lost, transporttest.Status(200, `{"id":"x","code":"A"}`)},
			kind:   transport.ErrMalformed, posts: 1, text: "; looking the code up failed too",
		},
		"the look-up is refused": {
			script: []transporttest.Fault{lost, transporttest.Status(401, `{"detail":"Invalid API credentials"}`)},
			kind:   transport.ErrUnavailable, posts: 1, text: "; looking the code up failed too",
		},
		"the same name redeemed it an hour ago": {
			prepare: used("order-1042", now.Add(-time.Hour)),
			script:  []transporttest.Fault{lost},
			kind:    transport.ErrUnavailable, posts: 1, text: "; this verified_by is recorded for a time before the call",
		},
		"the name of who used it cannot be read": {
			script: []transporttest.Fault{lost, transporttest.Status(200, `{"id":"x","status":true,"verified_by":{"name":"order-1042"}}`)},
			kind:   transport.ErrUnavailable, posts: 1, text: "; the code is used, and verified_by cannot be read",
		},
		"no answer at all": {
			script: three(lost), kind: transport.ErrUnavailable, posts: 3,
			text: "; the code was unused when it was looked up, but a request may still be under way",
		},
		"a proxy that gave up while the platform goes on": {script: three(page(504)), kind: transport.ErrUnavailable, posts: 3, text: "still be under way"},
		"the platform's own 500":                          {script: three(transporttest.Status(500, "Internal Server Error")), kind: transport.ErrUnavailable, posts: 3, text: "still be under way"},
		"a 408":                                           {script: three(transporttest.Status(408, "")), kind: transport.ErrUnavailable, posts: 3, text: "still be under way"},
		"a page in the place of the answer":               {script: three(page(200)), kind: transport.ErrMalformed, posts: 3, text: "still be under way"},
		"a firewall's 403":                                {script: three(page(403)), kind: transport.ErrMalformed, posts: 3, text: "still be under way"},
		"the platform refuses the last request, but the first may be under way": {
			script: []transporttest.Fault{page(504), unused, transporttest.Status(401, `{"detail":"Invalid API credentials"}`), unused, transporttest.Status(403, `{"detail":"no"}`), unused},
			kind:   transport.ErrPermission, posts: 3, text: "still be under way",
		},
		"a limit ends it": {
			script: []transporttest.Fault{lost, unused, transporttest.Status(429, ""), transporttest.Status(429, ""), unused, transporttest.Status(429, ""), unused},
			kind:   transport.ErrRateLimited, posts: 4, text: "still be under way",
		},
		"a refusal that nobody has heard of": {
			script: []transporttest.Fault{lost, unused, refusal("CODE_MELTED"), unused, refusal("CODE_MELTED"), unused},
			kind:   transport.ErrConflict, posts: 3, text: "still be under way",
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			if tc.prepare.Code == "" {
				tc.prepare.Code = "A"
			}
			h.AddCode(tc.prepare)
			h.faults.Script(tc.script...)
			_, err := h.client.VerifyCode(t.Context(), order, transport.WithReconcile())
			require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
			require.ErrorIs(t, err, tc.kind)
			require.NotErrorIs(t, err, transport.ErrNotFound)
			require.ErrorContains(t, err, tc.text)
			assert.Equal(t, tc.posts, h.posts())
		})
	}
	t.Run("a code of another project is used, and by whom it does not tell", func(t *testing.T) {
		h := start(t)
		h.AddCode(codegatetest.Code{Code: "A", ProjectID: h.AddProject(codegatetest.Project{}).ID})
		h.faults.Script(transporttest.DropAfter())
		_, err := h.client.VerifyCode(t.Context(), order, transport.WithReconcile())
		require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
		require.ErrorIs(t, err, codegate.CodeAlreadyUsed)
		require.ErrorContains(t, err, "; the project has no such code, but those of other projects are redeemed too")
		assert.Equal(t, 3, h.posts())
	})
	t.Run("the caller goes away", func(t *testing.T) {
		h := start(t)
		h.AddCode(codegatetest.Code{Code: "A"})
		ctx, cancel := context.WithCancel(t.Context())
		h.faults.Script(transporttest.Fault{Delay: time.Minute})
		go func() {
			for h.posts() == 0 {
				time.Sleep(time.Millisecond)
			}
			cancel()
		}()
		_, err := h.client.VerifyCode(ctx, order, transport.WithReconcile())
		require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
		require.ErrorIs(t, err, context.Canceled)
		assert.Len(t, h.faults.Requests(), 1)
	})
}

func TestReconcileEndsWithARefusalThatHoldsForEveryRequest(t *testing.T) {
	h := start(t)
	h.AddCode(codegatetest.Code{Code: "A"})
	h.faults.Script(lost, unused, transporttest.Status(422, `{"detail":[{"type":"string_too_long","loc":["body","code"],"msg":"m"}]}`))
	_, err := h.client.VerifyCode(t.Context(), order, transport.WithReconcile())
	require.ErrorIs(t, err, transport.ErrInvalid)
	require.NotErrorIs(t, err, transport.ErrOutcomeUnknown)
	assert.Equal(t, 2, h.posts())

	h = start(t)
	h.faults.Script(transporttest.Status(403, `{"detail":"no"}`))
	_, err = h.client.VerifyCode(t.Context(), order, transport.WithReconcile())
	require.ErrorIs(t, err, transport.ErrPermission)
	require.NotErrorIs(t, err, transport.ErrOutcomeUnknown)
	assert.Len(t, h.faults.Requests(), 1, "what is no doubt is not looked up")
}

// A proxy answers 504 at once, three times; the platform redeems the code a
// moment later.
func TestARedemptionThatComesAfterAllIsNeverDenied(t *testing.T) {
	platform := codegatetest.New()
	platform.AddCode(codegatetest.Code{Code: "A"})
	var late []*http.Request
	front := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/verify") {
			platform.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		again := r.Clone(t.Context())
		again.Body = io.NopCloser(bytes.NewReader(body))
		late = append(late, again)
		w.WriteHeader(http.StatusGatewayTimeout)
		_, _ = w.Write([]byte("<html>504 Gateway Time-out</html>"))
	}))
	project := platform.Project("")
	client := connect(t, front, project)
	_, err := client.VerifyCode(t.Context(), order, transport.WithReconcile())
	require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
	require.Len(t, late, 3)
	for _, r := range late {
		platform.ServeHTTP(&discard{header: make(http.Header)}, r)
	}
	stored, _ := platform.Code("A")
	assert.True(t, stored.Used)
}

func TestObserversAreToldWhatTheCallerIs(t *testing.T) {
	for name, tc := range map[string]struct {
		script []transporttest.Fault
		done   bool
	}{
		"redeemed after all":     {script: []transporttest.Fault{transporttest.DropAfter()}, done: true},
		"redeemed when repeated": {script: []transporttest.Fault{lost}, done: true},
		"unknown":                {script: []transporttest.Fault{lost, page(404)}},
		"used by the time of the repeat, and nobody knows by whom": {script: []transporttest.Fault{transporttest.DropAfter(), unused, pass, page(404)}},
	} {
		t.Run(name, func(t *testing.T) {
			var logged bytes.Buffer
			h := start(t, transport.WithLogger(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))))
			h.AddCode(codegatetest.Code{Code: "A"})
			h.faults.Script(tc.script...)
			var info transport.Info
			_, err := h.client.VerifyCode(t.Context(), order, transport.WithReconcile(), transport.WithInfo(&info))
			var ends []string
			for line := range strings.Lines(logged.String()) {
				if strings.Contains(line, "operation=VerifyCode") && strings.Contains(line, "msg=\"call ") {
					ends = append(ends, line)
				}
			}
			require.Len(t, ends, 1, "it is one call, however often it was sent")
			assert.Equal(t, h.posts(), info.Attempts)
			if tc.done {
				require.NoError(t, err)
				assert.Contains(t, ends[0], "call done")
				return
			}
			require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
			assert.Contains(t, ends[0], "call failed")
			assert.Contains(t, ends[0], "outcome unknown")
		})
	}
}
