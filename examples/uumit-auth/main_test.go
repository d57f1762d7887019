package main

import (
	"bytes"
	"context"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/uumit"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

func TestOnTheFakePlatformTheUserConfirms(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, func(string) string { return "" }))
	assert.Regexp(t, `^No UUMIT_BASE_URL in the environment: this is the fake platform\.
Open https://a2a\.uupt\.work/link\?user_code=([A-Z0-9]{8})
and check that it shows the code [A-Z0-9]{8}\.
Confirmed: key \[redacted\] for user [0-9a-f]{4}…\.
Wallet: 1000\.00 UT available, 0\.00 frozen\.
$`, out.String())
	assert.NotContains(t, out.String(), "uuagent_sk_")
}

// TestADenial answers as soon as the code is shown.
func TestADenial(t *testing.T) {
	t.Parallel()
	platform := uumittest.NewServer(uumittest.WithPollInterval(time.Second))
	defer platform.Close()
	out := &screen{shown: func(code string) { platform.Deny(code) }}
	err := run(t.Context(), out, environment(platform))
	require.ErrorIs(t, err, uumit.ErrAccessDenied)
	assert.Contains(t, out.String(), "The person said no.\n")
}

func TestItStopsWithItsContext(t *testing.T) {
	t.Parallel()
	platform := uumittest.NewServer()
	defer platform.Close()
	ctx, cancel := context.WithCancel(t.Context())
	out := &screen{shown: func(string) { cancel() }}
	require.ErrorIs(t, run(ctx, out, environment(platform)), context.Canceled)
	assert.Equal(t, 1, platform.RequestCount())
}

func TestABadAddressIsAnError(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), &bytes.Buffer{}, func(name string) string {
		return map[string]string{uumit.EnvBaseURL: "api.uumit.com"}[name]
	})
	require.ErrorIs(t, err, transport.ErrInvalid)
}

func TestMask(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "550e…", mask("550e8400-e29b-41d4-a716-446655440000"))
	assert.Equal(t, "…", mask("abc"))
}

// screen reports when the program has shown its code.
type screen struct {
	mu    sync.Mutex
	buf   bytes.Buffer
	shown func(code string)
}

var codeLine = regexp.MustCompile(`the code ([A-Z0-9]+)\.`)

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if match := codeLine.FindSubmatch(b); match != nil {
		s.shown(string(match[1]))
	}
	return s.buf.Write(b)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

func environment(platform *uumittest.Server) func(string) string {
	env := map[string]string{uumit.EnvBaseURL: platform.URL}
	return func(name string) string { return env[name] }
}
