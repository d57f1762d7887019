package main

import (
	"bytes"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/uumit"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

func TestWithoutCredentialsItBuysFromTheFakePlatform(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, func(string) string { return "" }, tour{query: "translate a contract"}))
	assert.Equal(t, `No credentials in the environment: this is the fake platform.
Found 2:
  Translate a contract, 12.50 UT
  Summarize a contract, 3.00 UT
Ordered, the price is frozen.
  frozen
  accepted
  delivered
Confirmed, the seller gets 11.25 UT.
Wallet: 987.50 UT available, 0.00 frozen.
`, out.String())
}

func TestWithCredentialsItReadsOnly(t *testing.T) {
	t.Parallel()
	platform := uumittest.NewServer()
	defer platform.Close()
	platform.AddCapability(uumittest.Capability{Title: "Translate", PriceUT: decimal.NewFromInt(5)})
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, environment(platform), tour{query: "translate"}))
	assert.Equal(t, `Found 1:
  Translate, 5.00 UT
Wallet: 1000.00 UT available, 0.00 frozen.
`, out.String())
	for _, request := range platform.Requests() {
		assert.Equal(t, "GET", request.Method)
	}
	assert.NotContains(t, out.String(), platform.APIKey())
}

func TestWithTheFlagsItBuysAndConfirms(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		tour tour
		want string
		sold string
	}{
		"buy":             {tour{buy: true}, "  delivered\nNot confirmed. The platform does it by itself 24 hours after the delivery.\nWallet: 987.50 UT available, 12.50 frozen.\n", uumittest.OrderDelivered},
		"buy and confirm": {tour{buy: true, confirm: true}, "  delivered\nConfirmed, the seller gets 11.25 UT.\nWallet: 987.50 UT available, 0.00 frozen.\n", uumittest.OrderConfirmed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			platform := fakePlatform()
			defer platform.Close()
			tc.tour.query, tc.tour.interval = "translate", hurry
			var out bytes.Buffer
			require.NoError(t, run(t.Context(), &out, environment(platform), tc.tour))
			assert.Contains(t, out.String(), tc.want)
			require.Len(t, platform.Orders(), 1)
			assert.Equal(t, tc.sold, platform.Orders()[0].Status)
		})
	}
}

func TestNothingFoundIsNoError(t *testing.T) {
	t.Parallel()
	platform := uumittest.NewServer()
	defer platform.Close()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, environment(platform), tour{query: "translate", buy: true}))
	assert.Equal(t, "Found 0:\n", out.String())
}

func TestIncompleteCredentialsAreAnError(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := run(t.Context(), &out, func(name string) string {
		return map[string]string{uumit.EnvUserID: "550e8400-e29b-41d4-a716-446655440000"}[name]
	}, tour{})
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.Equal(t, "uumit: New: invalid request: api_key must be set, in printable ASCII without spaces", err.Error())
	assert.Empty(t, out.String())
}

func environment(platform *uumittest.Server) func(string) string {
	env := platform.Env()
	return func(name string) string { return env[name] }
}
