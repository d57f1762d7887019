package transport_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func TestWhatBecameOfALostCallIsAskedBeforeAnybodyIsTold(t *testing.T) {
	var logged bytes.Buffer
	h := start(t, transport.Config{}, transport.WithLogger(slog.New(slog.NewTextHandler(&logged, nil))))
	call := post(transport.Unsafe)
	var asked []transport.Info
	call.Settle = func(_ context.Context, info transport.Info, err *transport.Error) error {
		asked = append(asked, info)
		if err.OutcomeUnknown {
			return nil
		}
		return err
	}
	h.faults.Script(transporttest.DropAfter())
	require.NoError(t, h.client.Do(t.Context(), call, nil))
	assert.Len(t, asked, 1)
	assert.NotContains(t, logged.String(), "call failed", "the log tells what the caller is told")

	h.faults.Script(transporttest.Status(409, "{}"))
	require.ErrorIs(t, h.client.Do(t.Context(), call, nil), transport.ErrConflict)
	assert.Len(t, asked, 2)
	assert.Contains(t, logged.String(), "call failed")

	require.NoError(t, h.client.Do(t.Context(), call, nil))
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, h.client.Do(canceled, call, nil), context.Canceled)
	assert.Len(t, asked, 2, "neither after a success nor when nothing was sent")
}

func TestACallThatIsSentAgainIsOneCall(t *testing.T) {
	h := start(t, transport.Config{})
	call := post(transport.Unsafe)
	var asked []transport.Info
	call.Settle = func(_ context.Context, info transport.Info, err *transport.Error) error {
		asked = append(asked, info)
		if len(asked) < 3 {
			return transport.ErrSendAgain
		}
		return err
	}
	h.faults.Script(transporttest.DropAfter(), transporttest.Status(403, "{}"), transporttest.Status(429, "{}"))
	h.faults.Always(transporttest.Status(403, "{}"))
	var info transport.Info
	err := h.client.Do(t.Context(), call, nil, transport.WithInfo(&info))
	require.ErrorIs(t, err, transport.ErrRateLimited)
	require.ErrorIs(t, err, transport.ErrOutcomeUnknown, "no refusal tells what became of the first attempt")
	require.NotErrorIs(t, err, transport.ErrSendAgain)
	assert.Equal(t, 3, info.Attempts)
	require.Len(t, asked, 3)
	assert.False(t, asked[0].Repeated)
	assert.True(t, asked[1].Repeated)
	assert.Equal(t, 403, asked[1].Answer.Status)
}

func TestARefusalInAResultLeavesTheFirstAttemptOpen(t *testing.T) {
	refusal := errors.New("used")
	call := post(transport.Idempotent)
	call.Refused = func(info transport.Info) *transport.Error {
		if !info.Repeated {
			return nil
		}
		return &transport.Error{Kind: transport.ErrConflict, Code: "USED", Err: refusal}
	}
	h := start(t, transport.Config{})
	var out struct{ OK bool }
	require.NoError(t, h.client.Do(t.Context(), call, &out))
	h.faults.Script(transporttest.DropAfter())
	err := h.client.Do(t.Context(), call, &out)
	require.ErrorIs(t, err, transport.ErrConflict)
	require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
	require.ErrorIs(t, err, refusal)
	assert.EqualError(t, err, "test: Post: outcome unknown: conflict: used (HTTP 200, code USED, 2 attempts)")
}

func TestALookUpIsPartOfTheCallThatMakesIt(t *testing.T) {
	for end, allowed := range map[string]bool{"Shutdown": true, "Close": false} {
		t.Run(end, func(t *testing.T) {
			h := start(t, transport.Config{})
			down := make(chan error, 1)
			call := post(transport.Unsafe)
			var lookUp error
			call.Settle = func(ctx context.Context, _ transport.Info, err *transport.Error) error {
				if allowed {
					go func() { down <- h.client.Shutdown(context.Background()) }() //nolint:gosec // it outlives the call's context
					for h.client.Do(context.Background(), get("/probe"), nil) == nil {
						time.Sleep(time.Millisecond)
					}
				} else {
					down <- h.client.Close()
				}
				lookUp = h.client.Do(ctx, get("/a"), nil)
				return err
			}
			h.faults.Script(transporttest.DropAfter())
			require.ErrorIs(t, h.client.Do(t.Context(), call, nil), transport.ErrOutcomeUnknown)
			require.NoError(t, <-down)
			assert.Equal(t, allowed, lookUp == nil, "%v", lookUp)
		})
	}
}

func TestThePlatformsTimeIsTheOneThatRequestsAreSignedWith(t *testing.T) {
	h := start(t, transport.Config{Interpret: clockJudge})
	assert.Equal(t, now, h.client.PlatformNow())
	refused := transporttest.Status(401, `{"detail":"expired"}`)
	refused.Date = now.Add(20 * time.Minute)
	ahead := transporttest.Pass()
	ahead.Date = now.Add(20 * time.Minute)
	h.faults.Script(refused, ahead)
	require.NoError(t, h.client.Do(t.Context(), post(transport.Unsafe), nil))
	assert.Equal(t, h.clock.Now().Add(20*time.Minute), h.client.PlatformNow())
}
