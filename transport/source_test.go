package transport_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// rotating is a platform that takes one key, the one that its vault gives.
type rotating struct {
	vault, valid atomic.Int64
	runs         atomic.Int64
}

func (p *rotating) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Api-Key") != fmt.Sprint("k", p.valid.Load()) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"detail":"key"}`))
		return
	}
	p.runs.Add(1)
	_, _ = w.Write([]byte(`{"ok":true}`))
}

func (p *rotating) source(t *testing.T) *signing.Source {
	t.Helper()
	s, err := signing.NewSource(func(context.Context) (signing.Signer, error) {
		return signing.NewAPIKey("X-Api-Key", signing.NewSecret(fmt.Sprint("k", p.vault.Load())), "X-Id", "u")
	}, 0)
	require.NoError(t, err)
	return s
}

func TestCredentialsThatChangeCostOneAttempt(t *testing.T) {
	platform := new(rotating)
	server := httptest.NewServer(platform)
	defer server.Close()
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: server.URL, Signer: platform.source(t), Own: withDetail}, transport.WithDefaultAttempts(1))
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.Do(t.Context(), post(transport.Unsafe), nil))
	platform.vault.Store(1)
	platform.valid.Store(1)
	var info transport.Info
	require.NoError(t, c.Do(t.Context(), post(transport.Unsafe), nil, transport.WithInfo(&info)), "what was refused for its key did not run")
	assert.Equal(t, 2, info.Attempts)
	assert.False(t, info.Repeated)
	assert.Equal(t, int64(2), platform.runs.Load())

	platform.valid.Store(2) // which the vault does not know
	checkOutcome(t, c.Do(t.Context(), post(transport.Unsafe), nil, transport.WithInfo(&info)), "unauthenticated", false)
	assert.Equal(t, 1, info.Attempts, "the same key would be refused again")
}

func TestARotationUnderLoadFailsNoCall(t *testing.T) {
	platform := new(rotating)
	server := httptest.NewServer(platform)
	defer server.Close()
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: server.URL, Signer: platform.source(t), Own: withDetail})
	require.NoError(t, err)
	defer c.Close()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for {
				n := next.Add(1)
				if n > 400 {
					return
				}
				if n%40 == 0 {
					platform.vault.Add(1)
					platform.valid.Store(platform.vault.Load())
				}
				assert.NoError(t, c.Do(context.Background(), post(transport.Unsafe), nil))
			}
		})
	}
	wg.Wait()
	assert.Equal(t, int64(400), platform.runs.Load())
}

func TestAPageIsNoReasonForOtherCredentials(t *testing.T) {
	platform := new(rotating)
	faults := transporttest.NewFaults(platform)
	server := httptest.NewServer(faults)
	defer server.Close()
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: server.URL, Signer: platform.source(t), Own: withDetail})
	require.NoError(t, err)
	defer c.Close()
	faults.Script(page(401, "text/html", "<title>Log in</title>"))
	platform.vault.Store(1)
	checkOutcome(t, c.Do(t.Context(), post(transport.Unsafe), nil), "malformed", true)
	assert.Len(t, faults.Requests(), 1)
}
