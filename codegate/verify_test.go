package codegate_test

import (
	"fmt"
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

func TestARepeatedReactivationThatIsRefusedIsUnknown(t *testing.T) {
	for name, refusal := range map[string]codegate.ErrorCode{
		"the code is gone":      codegate.CodeNotFound,
		"the project is off":    codegate.ProjectDisabled,
		"for an unknown reason": "CODE_MELTED",
		"without a reason":      "",
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			h.AddCode(used("order-7", now))
			h.faults.Script(transporttest.DropAfter(), transporttest.Status(200, fmt.Sprintf(`{"success":false,"error_code":%q}`, refusal)))
			_, err := h.client.ReactivateCode(t.Context(), codegate.ReactivateCodeRequest{Code: "A"})
			require.ErrorIs(t, err, transport.ErrOutcomeUnknown, "the first attempt has done it")
			require.ErrorIs(t, err, refusal)
			stored, _ := h.Code("A")
			assert.False(t, stored.Used)
		})
	}
}

// A shop that repeats a redemption without a look-up must not refuse the one
// who redeemed.
func TestAnUnsafeRepeatThatFindsTheCodeUsedIsUnknown(t *testing.T) {
	h := start(t)
	h.AddCode(codegatetest.Code{Code: "A"})
	h.faults.Script(transporttest.DropAfter())
	_, err := h.client.VerifyCode(t.Context(), order, transport.WithUnsafeRetries())
	require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
	require.ErrorIs(t, err, transport.ErrConflict)
	require.ErrorIs(t, err, codegate.CodeAlreadyUsed)
	assert.EqualError(t, err, "codegate: VerifyCode: outcome unknown: conflict (HTTP 200, code CODE_ALREADY_USED, 2 attempts)")

	h.faults.Script(transporttest.DropBefore())
	got, err := h.client.VerifyCode(t.Context(), codegate.VerifyCodeRequest{Code: "NONE"}, transport.WithUnsafeRetries())
	require.NoError(t, err)
	assert.Equal(t, codegate.CodeNotFound, got.ErrorCode, "that says what became of the first one, too")
}

func used(by string, at time.Time) codegatetest.Code {
	return codegatetest.Code{Code: "A", Used: true, VerifiedBy: &by, VerifiedAt: at, CreatedAt: now.Add(-48 * time.Hour)}
}
