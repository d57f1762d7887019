package codegate_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

var order = codegate.VerifyCodeRequest{Code: "A", VerifiedBy: "order-1042"}

// posts counts the verify requests that arrived.
func (h *harness) posts() int {
	n := 0
	for _, r := range h.faults.Requests() {
		if r.Method == http.MethodPost {
			n++
		}
	}
	return n
}

func TestALostAnswerIsNotRepeated(t *testing.T) {
	for name, fault := range map[string]transporttest.Fault{
		"the request never ran": transporttest.DropBefore(),
		"the answer was lost":   transporttest.DropAfter(),
		"half an answer":        transporttest.Truncated(),
		"the proxy failed":      transporttest.Status(502, "<html>Bad Gateway"),
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			h.AddCode(codegatetest.Code{Code: "A"})
			h.faults.Always(fault)
			_, err := h.client.VerifyCode(t.Context(), order)
			require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
			require.ErrorIs(t, err, transport.ErrUnavailable)
			assert.Len(t, h.faults.Requests(), 1)
		})
	}
}

func TestReconcileFindsOutWhatBecameOfALostAnswer(t *testing.T) {
	for name, tc := range map[string]struct {
		prepare func(h *harness)
		script  []transporttest.Fault
		want    codegate.VerifyResult
		posts   int
	}{
		"the answer was lost: it was this call": {
			script: []transporttest.Fault{transporttest.DropAfter()},
			want:   codegate.VerifyResult{Success: true, Reconciled: true},
			posts:  1,
		},
		"half an answer: it was this call": {
			script: []transporttest.Fault{transporttest.Truncated()},
			want:   codegate.VerifyResult{Success: true, Reconciled: true},
			posts:  1,
		},
		"the request never ran: it is sent again": {
			script: []transporttest.Fault{transporttest.DropBefore()},
			want:   codegate.VerifyResult{Success: true},
			posts:  2,
		},
		"the request never ran, then the answer was lost": {
			script: []transporttest.Fault{transporttest.Status(500, "Internal Server Error"), transporttest.Pass(), transporttest.DropAfter()},
			want:   codegate.VerifyResult{Success: true, Reconciled: true},
			posts:  2,
		},
		"somebody else redeemed it": {
			prepare: func(h *harness) { h.AddCode(used("order-7", now)) },
			script:  []transporttest.Fault{transporttest.DropBefore()},
			want:    codegate.VerifyResult{ErrorCode: codegate.CodeAlreadyUsed, Reconciled: true},
			posts:   1,
		},
		"the same name redeemed it an hour ago": {
			prepare: func(h *harness) { h.AddCode(used("order-1042", now.Add(-time.Hour))) },
			script:  []transporttest.Fault{transporttest.DropBefore()},
			want:    codegate.VerifyResult{ErrorCode: codegate.CodeAlreadyUsed, Reconciled: true},
			posts:   1,
		},
		"nothing was lost": {
			want:  codegate.VerifyResult{Success: true},
			posts: 1,
		},
		"nothing was lost, and the code was used by the same name": {
			prepare: func(h *harness) { h.AddCode(used("order-1042", now)) },
			want:    codegate.VerifyResult{ErrorCode: codegate.CodeAlreadyUsed},
			posts:   1,
		},
	} {
		for clock, off := range map[string]time.Duration{"": 0, ", with a clock that is off": 4 * time.Minute} {
			t.Run(name+clock, func(t *testing.T) {
				h := start(t)
				h.clock.Advance(off)
				if tc.prepare == nil {
					tc.prepare = func(h *harness) { h.AddCode(codegatetest.Code{Code: "A"}) }
				}
				tc.prepare(h)
				h.faults.Script(tc.script...)
				got, err := h.client.VerifyCode(t.Context(), order, transport.WithReconcile())
				require.NoError(t, err)
				assert.Equal(t, tc.want.Success, got.Success)
				assert.Equal(t, tc.want.ErrorCode, got.ErrorCode)
				assert.Equal(t, tc.want.Reconciled, got.Reconciled)
				assert.Equal(t, tc.posts, h.posts())
				if got.Success {
					stored, _ := h.Code("A")
					assert.Equal(t, stored.ID, *got.CodeID)
					assert.Equal(t, stored.VerifiedAt, got.VerifiedAt.Time)
				}
			})
		}
	}
}

func used(by string, at time.Time) codegatetest.Code {
	return codegatetest.Code{Code: "A", Used: true, VerifiedBy: &by, VerifiedAt: at, CreatedAt: now.Add(-48 * time.Hour)}
}

// A first request that is held up on its way may be carried out after the
// look-up: the second one then finds the code used, by this very call.
func TestReconcileKnowsItsOwnLateRequest(t *testing.T) {
	h := start(t)
	h.AddCode(used("order-1042", now))
	unused := transporttest.Status(200, `{"id":"x","code":"A","status":false}`)
	h.faults.Script(transporttest.DropBefore(), unused)
	got, err := h.client.VerifyCode(t.Context(), order, transport.WithReconcile())
	require.NoError(t, err)
	assert.True(t, got.Success)
	assert.True(t, got.Reconciled)
	assert.Equal(t, 2, h.posts())
}

func TestReconcileThatCannotFindOut(t *testing.T) {
	t.Run("the look-up fails too", func(t *testing.T) {
		h := start(t)
		h.AddCode(codegatetest.Code{Code: "A"})
		h.faults.Always(transporttest.DropBefore())
		_, err := h.client.VerifyCode(t.Context(), order, transport.WithReconcile())
		require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
		assert.ErrorContains(t, err, "looking the code up failed too")
		assert.Equal(t, 1, h.posts())
	})
	unused := transporttest.Pass()
	t.Run("the platform answers and the code stays unused", func(t *testing.T) {
		h := start(t)
		h.AddCode(codegatetest.Code{Code: "A"})
		broken := transporttest.Status(500, "Internal Server Error")
		h.faults.Script(broken, unused, broken, unused, broken, unused)
		_, err := h.client.VerifyCode(t.Context(), order, transport.WithReconcile())
		require.ErrorIs(t, err, transport.ErrUnavailable)
		require.NotErrorIs(t, err, transport.ErrOutcomeUnknown, "it is sure: not redeemed")
		assert.Equal(t, 3, h.posts())
	})
	t.Run("no answer at all: a request may still be under way", func(t *testing.T) {
		h := start(t)
		h.AddCode(codegatetest.Code{Code: "A"})
		lost := transporttest.DropBefore()
		h.faults.Script(lost, unused, lost, unused, lost, unused)
		_, err := h.client.VerifyCode(t.Context(), order, transport.WithReconcile())
		require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
	})
}

func TestARepeatedReactivationThatFindsItDoneIsASuccess(t *testing.T) {
	h := start(t)
	h.AddCode(used("order-7", now))
	h.faults.Script(transporttest.DropAfter())
	got, err := h.client.ReactivateCode(t.Context(), codegate.ReactivateCodeRequest{Code: "A"})
	require.NoError(t, err)
	assert.True(t, got.Success)
	assert.True(t, got.AlreadyDone)
	require.NoError(t, got.Err())
	assert.Equal(t, 2, h.posts())

	got, err = h.client.ReactivateCode(t.Context(), codegate.ReactivateCodeRequest{Code: "A"})
	require.NoError(t, err)
	assert.False(t, got.Success, "without a lost answer it is a business failure")
}
