package transport_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
)

func TestObserversAreToldOfWhatIsRefusedBeforeSending(t *testing.T) {
	var w watcher
	var logged bytes.Buffer
	h := start(t, transport.Config{}, transport.WithObserver(&w), transport.WithLogger(slog.New(slog.NewTextHandler(&logged, nil))))
	call := post(transport.Unsafe)
	call.Invalid.Check(false, "phone", "must be 11 digits")
	var info transport.Info
	err := h.client.Do(t.Context(), call, nil, transport.WithInfo(&info))
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.Zero(t, info.Attempts)
	require.Error(t, h.client.Do(nil, get("/a"), nil)) //nolint:staticcheck // the point of the test
	require.NoError(t, h.client.Close())
	require.ErrorIs(t, h.client.Do(t.Context(), get("/a"), nil), transport.ErrClosed)
	assert.Len(t, w.told, 3*4, "a start and an end of each")
	assert.Equal(t, 3, strings.Count(logged.String(), "call failed"))
	assert.Contains(t, logged.String(), "phone must be 11 digits")
}

func TestErrorsHaveShortLabels(t *testing.T) {
	for want, err := range map[string]error{
		"":                  nil,
		"invalid":           &transport.Error{Kind: transport.ErrInvalid},
		"outcome_unknown":   &transport.Error{Kind: transport.ErrUnavailable, OutcomeUnknown: true},
		"rate_limited":      fmt.Errorf("a call: %w", &transport.Error{Kind: transport.ErrRateLimited}),
		"rejected":          transport.ErrRejected,
		"canceled":          &transport.Error{Err: context.Canceled},
		"deadline_exceeded": context.DeadlineExceeded,
		"other":             errors.New("hunter2"),
	} {
		assert.Equal(t, want, transport.Label(err))
	}
	for name, sentinel := range sentinels {
		assert.NotEqual(t, "other", transport.Label(sentinel), name)
	}
}
