package fakes_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pentagate/pentagate/internal/fakes"
	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
	"github.com/pentagate/pentagate/uumit"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, platforms *fakes.Platforms, opts ...transport.Option) *providers.Gateway {
	t.Helper()
	env := platforms.Env()
	gateway, err := providers.OpenGatewayFromEnv(providers.Builtin(), func(name string) string { return env[name] }, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, gateway.Close()) })
	return gateway
}

func TestTheEnvironmentOpensAllPlatforms(t *testing.T) {
	t.Parallel()
	platforms := fakes.Start(fakes.Pace{})
	defer platforms.Close()
	gateway := open(t, platforms)
	assert.Equal(t, []string{"aihuishou", "codegate", "procure", "uumit", "uumit-auth"}, gateway.Names())
	for _, verdict := range gateway.Health(t.Context()) {
		assert.NoError(t, verdict.Err, verdict.Provider)
	}
}

func TestEachRequestMeetsTheNextFaultOfItsPlatform(t *testing.T) {
	t.Parallel()
	platforms := fakes.Start(fakes.Pace{})
	defer platforms.Close()
	gateway := open(t, platforms, transport.WithDefaultAttempts(1))
	search, err := providers.Find[providers.CapabilitySearch](gateway, "uumit")
	require.NoError(t, err)

	assert.Nil(t, platforms.Faults("jd"))
	faults := platforms.Faults("uumit")
	faults.Add(fakes.Fault{Name: "down", Fault: transporttest.Status(503, "")}, fakes.Fault{Name: "gone", Fault: transporttest.Status(404, `{"code":1004,"message":"not found"}`)})
	assert.Equal(t, []string{"down", "gone"}, faults.Names())
	for _, want := range []error{transport.ErrUnavailable, transport.ErrNotFound, nil} {
		_, err := search.SearchCapabilities(t.Context(), "translate a contract", 5)
		assert.ErrorIs(t, err, want)
	}
	assert.Empty(t, faults.Names())

	faults.Add(fakes.Fault{Name: "down", Fault: transporttest.Status(503, "")})
	faults.Clear()
	_, err = search.SearchCapabilities(t.Context(), "translate a contract", 5)
	require.NoError(t, err)
}

func TestASellerDeliversATransactionInTheirOwnTime(t *testing.T) {
	t.Parallel()
	const delivery = 200 * time.Millisecond
	platforms := fakes.Start(fakes.Pace{Delivery: delivery})
	defer platforms.Close()
	client, err := uumit.New(platforms.UUMit.Config())
	require.NoError(t, err)
	defer client.Close()
	offers, err := client.Capabilities.Search(t.Context(), uumit.SearchRequest{Query: "design a logo"})
	require.NoError(t, err)
	transaction, err := client.Transactions.Create(t.Context(), uumit.CreateTransactionRequest{CapabilityID: offers.Items[0].ID})
	require.NoError(t, err)
	begin := time.Now()
	_, err = client.Transactions.Freeze(t.Context(), transaction.ID)
	require.NoError(t, err)
	assert.Eventually(t, func() bool {
		stands, _ := platforms.UUMit.Transaction(transaction.ID)
		return stands.Status == uumittest.TransactionDelivered
	}, 10*time.Second, 10*time.Millisecond)
	assert.GreaterOrEqual(t, time.Since(begin), delivery)
}

func TestAPersonConfirmsInTheirOwnTime(t *testing.T) {
	t.Parallel()
	const person = 200 * time.Millisecond
	platforms := fakes.Start(fakes.Pace{Person: person})
	defer platforms.Close()
	client, err := uumit.NewDeviceClient(platforms.UUMit.Config())
	require.NoError(t, err)
	defer func() { _ = client.Close() }()
	auth, err := client.DeviceAuth(t.Context(), uumit.CustomMCP)
	require.NoError(t, err)
	begin := time.Now()
	auth.Interval = 20 * time.Millisecond
	credentials, err := client.DeviceAccessToken(t.Context(), auth)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, time.Since(begin), person/2)
	assert.Equal(t, platforms.UUMit.User("").ID, credentials.UserID)
}
