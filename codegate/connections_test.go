package codegate_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/transport"
)

// What the running server does with connections, as its fake does too.

func newClient(t *testing.T, s *codegatetest.Server, opts ...transport.Option) *codegate.Client {
	t.Helper()
	client, err := codegate.New(s.Config(), opts...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// After a 500 the server closes the connection without saying so.
func TestTheRedemptionAfterAFailureIsNotLost(t *testing.T) {
	t.Parallel()
	s := codegatetest.NewServer()
	defer s.Close()
	s.AddCode(bad(s))
	client := newClient(t, s)
	for i := range 60 {
		code := fmt.Sprint("GOOD-", i)
		s.AddCode(codegatetest.Code{Code: code})
		_, err := client.GetCodeByCode(t.Context(), "BAD", transport.WithAttempts(1))
		require.ErrorIs(t, err, transport.ErrUnavailable)
		result, err := client.VerifyCode(t.Context(), codegate.VerifyCodeRequest{Code: code})
		require.NoError(t, err)
		assert.True(t, result.Success)
	}
}

// With more calls than connections each connection goes from one call to the
// next at once.
func TestNoRedemptionIsLostAmongFailures(t *testing.T) {
	t.Parallel()
	s := codegatetest.NewServer()
	defer s.Close()
	s.AddCode(bad(s))
	client := newClient(t, s)
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			for j := range 20 {
				if (i+j)%4 == 0 {
					_, err := client.GetCodeByCode(t.Context(), "BAD", transport.WithAttempts(1))
					assert.ErrorIs(t, err, transport.ErrUnavailable)
					continue
				}
				_, err := client.VerifyCode(t.Context(), codegate.VerifyCodeRequest{Code: "NONE"})
				assert.NoError(t, err)
			}
		})
	}
	all.Wait()
}

// bad is a code that every call fails on for good: it was used, and is past its
// end.
func bad(s *codegatetest.Server) codegatetest.Code {
	now := s.Now()
	return codegatetest.Code{Code: "BAD", Used: true, VerifiedAt: now.Add(-time.Hour), CreatedAt: now.Add(-2 * time.Hour), ExpiresAt: now.Add(-time.Minute)}
}

// idleCalls makes two calls on one connection, with a pause about as long as
// the server keeps it, on n clients side by side, and returns how many outcomes
// were unknown.
func idleCalls(t *testing.T, n int, edge time.Duration, server []codegatetest.Option, opts ...transport.Option) int64 {
	t.Helper()
	s := codegatetest.NewServer(append([]codegatetest.Option{codegatetest.WithPool(0, 0)}, server...)...)
	defer s.Close()
	var unknown atomic.Int64
	var all sync.WaitGroup
	for i := range n {
		client := newClient(t, s, opts...)
		all.Go(func() {
			for pause := range 2 {
				time.Sleep(time.Duration(pause) * (edge + time.Duration(i-n/2)*20*time.Millisecond/time.Duration(n)))
				_, err := client.VerifyCode(t.Context(), codegate.VerifyCodeRequest{Code: "NONE"})
				switch {
				case errors.Is(err, transport.ErrOutcomeUnknown):
					unknown.Add(1)
				case err != nil:
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	return unknown.Load()
}

func TestNoCallIsLostWhenTheServerClosesIdleConnections(t *testing.T) {
	t.Parallel()
	t.Run("after the time that is set", func(t *testing.T) {
		t.Parallel()
		idle := []codegatetest.Option{codegatetest.WithIdleTimeout(300 * time.Millisecond)}
		assert.Zero(t, idleCalls(t, 200, 300*time.Millisecond, idle, transport.WithIdleTimeout(200*time.Millisecond)))
	})
	t.Run("after the five seconds of the running server", func(t *testing.T) {
		t.Parallel()
		assert.Zero(t, idleCalls(t, 200, 5*time.Second, nil))
	})
}

// The server stalls for half a minute when more calls come at once than it has
// database connections.
func TestManyCallsAtOnceAreAllAnswered(t *testing.T) {
	t.Parallel()
	s := codegatetest.NewServer()
	defer s.Close()
	codes := s.AddCodes(64)
	client := newClient(t, s)
	began := time.Now()
	var all sync.WaitGroup
	for _, code := range codes {
		all.Go(func() {
			result, err := client.VerifyCode(t.Context(), codegate.VerifyCodeRequest{Code: code.Code})
			if assert.NoError(t, err) {
				assert.True(t, result.Success)
			}
		})
	}
	all.Wait()
	assert.Less(t, time.Since(began), 5*time.Second)
}
