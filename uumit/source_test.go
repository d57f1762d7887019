package uumit_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/uumit"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

func TestAKeyThatIsReplacedFailsNoOrder(t *testing.T) {
	platform := uumittest.New()
	offer := platform.AddCapability(uumittest.Capability{Title: "logo", PriceUT: decimal.NewFromInt(1)})
	user := platform.User("").ID
	var replaced atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		want := "old"
		if replaced.Load() {
			want = "new"
		}
		if r.Header.Get("X-Api-Key") == want {
			r.Header.Set("X-Api-Key", platform.APIKey())
		}
		platform.ServeHTTP(w, r)
	}))
	defer server.Close()
	source, err := signing.NewSource(func(context.Context) (signing.Signer, error) {
		key := "old"
		if replaced.Load() {
			key = "new"
		}
		return signing.NewAPIKey("X-Api-Key", signing.NewSecret(key), "X-Platform-User-Id", user)
	}, 0)
	require.NoError(t, err)
	client, err := uumit.New(uumit.Config{BaseURL: server.URL, Source: source})
	require.NoError(t, err)
	defer client.Close()
	for _, after := range []bool{false, true} {
		replaced.Store(after)
		_, err = client.Orders.Create(t.Context(), uumit.CreateOrderRequest{CapabilityID: offer.ID})
		require.NoError(t, err)
	}
	assert.Len(t, platform.Orders(), 2)

	_, err = client.ForUser("another")
	require.ErrorIs(t, err, transport.ErrInvalid)
	_, err = uumit.New(uumit.Config{BaseURL: server.URL, Source: source, Token: signing.NewSecret("t")})
	require.ErrorContains(t, err, "source must not be set together with other credentials")
}
