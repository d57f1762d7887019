package signing_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
)

// vault gives keys k0, k1 and so on; it can be out of order.
type vault struct {
	number, asked atomic.Int64
	broken        atomic.Bool
}

func (v *vault) fetch(context.Context) (signing.Signer, error) {
	v.asked.Add(1)
	if v.broken.Load() {
		return nil, errors.New("the vault is closed")
	}
	time.Sleep(time.Millisecond)
	return signing.NewAPIKey("X-Api-Key", signing.NewSecret(fmt.Sprint("k", v.number.Load())), "X-Id", "u")
}

func keyOf(t *testing.T, s signing.Signer, at time.Time) (string, error) {
	t.Helper()
	r := &signing.Request{Method: "GET", Path: "/", Header: http.Header{}, Time: at}
	err := s.Sign(t.Context(), r)
	return r.Header.Get("X-Api-Key"), err
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestASourceAsksOnceForManyCalls(t *testing.T) {
	v := new(vault)
	s, err := signing.NewSource(v.fetch, 0)
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			key, err := keyOf(t, s, noon)
			assert.NoError(t, err)
			assert.Equal(t, "k0", key)
		})
	}
	wg.Wait()
	assert.Equal(t, int64(1), v.asked.Load())
	refused, err := s.Current(t.Context(), noon)
	require.NoError(t, err)
	v.number.Store(1)
	for range 50 {
		wg.Go(func() {
			_, changed, err := s.Renew(t.Context(), refused, noon)
			assert.NoError(t, err)
			assert.True(t, changed)
		})
	}
	wg.Wait()
	assert.Equal(t, int64(2), v.asked.Load())
	key, err := keyOf(t, s, noon)
	require.NoError(t, err)
	assert.Equal(t, "k1", key)
}

func TestASourceTellsWhenTheCredentialsAreTheSame(t *testing.T) {
	v := new(vault)
	s, err := signing.NewSource(v.fetch, 0)
	require.NoError(t, err)
	refused, err := s.Current(t.Context(), noon)
	require.NoError(t, err)
	_, changed, err := s.Renew(t.Context(), refused, noon)
	require.NoError(t, err)
	assert.False(t, changed)
	v.broken.Store(true)
	_, _, err = s.Renew(t.Context(), refused, noon)
	require.ErrorContains(t, err, "signing: source: the vault is closed")
}

func TestCredentialsGrowOld(t *testing.T) {
	v := new(vault)
	s, err := signing.NewSource(v.fetch, time.Hour)
	require.NoError(t, err)
	for _, step := range []struct {
		after  time.Duration
		number int64
		broken bool
		want   string
		asked  int64
	}{
		{0, 0, false, "k0", 1},
		{59 * time.Minute, 1, false, "k0", 1},
		{time.Hour, 1, false, "k1", 2},
		{90 * time.Minute, 2, false, "k1", 2},
		{2 * time.Hour, 2, true, "k1", 3}, // an old key may still be good
		{2 * time.Hour, 2, false, "k2", 4},
	} {
		v.number.Store(step.number)
		v.broken.Store(step.broken)
		key, err := keyOf(t, s, noon.Add(step.after))
		require.NoError(t, err)
		assert.Equal(t, step.want, key)
		assert.Equal(t, step.asked, v.asked.Load())
	}
}

func TestASourceThatCannotGiveSaysSo(t *testing.T) {
	_, err := signing.NewSource(nil, 0)
	require.ErrorIs(t, err, signing.ErrCredentials)
	_, err = signing.NewSource(new(vault).fetch, -1)
	require.ErrorIs(t, err, signing.ErrCredentials)
	var zero signing.Source
	_, err = keyOf(t, &zero, noon)
	require.ErrorIs(t, err, signing.ErrCredentials)
	empty, err := signing.NewSource(func(context.Context) (signing.Signer, error) { return nil, nil }, 0) //nolint:nilnil // the point of the test
	require.NoError(t, err)
	_, err = keyOf(t, empty, noon)
	require.ErrorContains(t, err, "gave no signer")

	v := new(vault)
	asked := make(chan struct{}, 1)
	s, err := signing.NewSource(func(ctx context.Context) (signing.Signer, error) {
		asked <- struct{}{}
		<-ctx.Done()
		return v.fetch(ctx)
	}, 0)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { _, _ = s.Current(ctx, noon) }()
	<-asked
	short, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer stop()
	_, err = s.Current(short, noon)
	require.ErrorIs(t, err, context.DeadlineExceeded, "nobody waits for longer than their context")
	cancel()
}
