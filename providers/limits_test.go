package providers_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

var someIntent = providers.IntentRequest{
	UserID: "user_1", Platform: "TAOBAO", ProductURL: "https://item.taobao.com/item.htm?id=1", Title: "Cup",
	Price: providers.Money{Amount: decimal.NewFromInt(10), Currency: providers.CNY}, Quantity: 1,
	RecipientName: "张三", Address: "北京市朝阳区建国路 1 号", Phone: "13800138000",
}

// waited is how long n creates and n queries of an entry wait for its limits.
func waited(t *testing.T, n int, entry providers.Entry, opts ...transport.Option) (creates, queries time.Duration) {
	t.Helper()
	clock := transporttest.NewClock(time.Now())
	platform := procuretest.New(procuretest.WithoutLimits(), procuretest.WithClock(clock.Now))
	entry.Settings = procureSettings(platform, "http://127.0.0.1:1", entry.Settings)
	opts = append(opts, transport.WithClock(clock), transport.WithRoundTripper(hosts{"127.0.0.1:1": {handler: platform}}))
	g, err := providers.OpenEntries(providers.Builtin(), map[string]providers.Entry{"shop": entry}, opts...)
	require.NoError(t, err)
	defer func() { require.NoError(t, g.Close()) }()
	intents, err := providers.Find[providers.Intents](g, "shop")
	require.NoError(t, err)
	var id string
	for range n {
		created, err := intents.CreateIntent(t.Context(), someIntent)
		require.NoError(t, err)
		id = created.ID
	}
	creates = clock.Waited()
	clock.Advance(time.Hour)
	for range n {
		_, err := intents.GetIntent(t.Context(), id)
		require.NoError(t, err)
	}
	return creates, clock.Waited() - creates
}

func TestAnEntryHasLimitsOfItsOwn(t *testing.T) {
	documented, query := waited(t, 6, providers.Entry{})
	assert.InDelta(t, 515*time.Millisecond, documented, float64(time.Millisecond), "10 creates a second, 3 % below")
	assert.InDelta(t, 51500*time.Microsecond, query, float64(time.Millisecond))

	creates, queries := waited(t, 6, providers.Entry{Settings: map[string]any{"limits": map[string]any{"create": 2}}})
	assert.InDelta(t, 2500*time.Millisecond, creates, float64(time.Millisecond))
	assert.Equal(t, query, queries, "what is not named stays as documented")

	creates, queries = waited(t, 6, providers.Entry{Settings: map[string]any{"limits": map[any]any{"all": "0.5"}}})
	assert.InDelta(t, 10*time.Second, creates, float64(time.Millisecond))
	assert.InDelta(t, 10*time.Second, queries, float64(time.Millisecond))
}

// TestTheOptionsOfAnEntryCountMore than those of all, and those more than the
// settings.
func TestTheOptionsOfAnEntryCountMore(t *testing.T) {
	slow := providers.Entry{Settings: map[string]any{"limits": map[string]float64{"all": 1}}}
	creates, _ := waited(t, 3, slow, transport.WithLimits(transport.Limit{PerSecond: 4, Burst: 1}))
	assert.InDelta(t, 500*time.Millisecond, creates, float64(time.Millisecond))

	slow.Options = []transport.Option{transport.WithLimits(transport.Limit{PerSecond: 0.1, Burst: 1})}
	creates, _ = waited(t, 3, slow, transport.WithLimits(transport.Limit{PerSecond: 4, Burst: 1}))
	assert.InDelta(t, 20*time.Second, creates, float64(time.Millisecond))

	slow.Options = []transport.Option{transport.WithLimiter(transport.NoLimits)}
	creates, _ = waited(t, 3, slow)
	assert.Zero(t, creates)
}

// TestALimiterOfOneEntryHoldsNoOtherBack shares a limiter with one of two.
func TestALimiterOfOneEntryHoldsNoOtherBack(t *testing.T) {
	clock := transporttest.NewClock(time.Now())
	platform := procuretest.New(procuretest.WithoutLimits(), procuretest.WithClock(clock.Now))
	shared := transport.NewLimiter(clock, transport.Limit{PerSecond: 0.1, Burst: 1})
	settings := procureSettings(platform, "http://127.0.0.1:1", nil)
	g, err := providers.OpenEntries(providers.Builtin(), map[string]providers.Entry{
		"free": {Settings: settings}, "held": {Settings: settings, Options: []transport.Option{transport.WithLimiter(shared)}},
	}, transport.WithClock(clock), transport.WithRoundTripper(hosts{"127.0.0.1:1": {handler: platform}}))
	require.NoError(t, err)
	defer func() { require.NoError(t, g.Close()) }()
	id := platform.AddIntent(procuretest.Intent{}).ID
	for _, name := range []string{"free", "free", "held"} {
		_, err = g.Order(t.Context(), providers.Ref{Provider: name, ID: id})
		require.NoError(t, err)
	}
	assert.Less(t, clock.Waited(), 50*time.Millisecond)
	_, err = g.Order(t.Context(), providers.Ref{Provider: "held", ID: id})
	require.NoError(t, err)
	assert.InDelta(t, 10*time.Second, clock.Waited(), float64(50*time.Millisecond))
}

func TestLimitsThatMakeNoSenseAreRefused(t *testing.T) {
	for want, limits := range map[string]any{
		"Open: invalid request: limits must be more than 0":                                                                                 map[string]any{"create": 0},
		"Open: invalid request: limits must be a map of numbers":                                                                            map[string]any{"create": "many"},
		"New: invalid request: limits must have a rate of one a day to 1,000,000 a second and a burst of at least 1":                        map[string]any{"create": 2e6},
		"New: invalid request: limits must name classes that the platform limits: all, create, query, change":                               map[string]any{"creates": 1},
		"Open: invalid request: attempts must be more than 0; limits must be a map of numbers; limits_ is unknown; known are app_id, app_s": true,
	} {
		settings := map[string]any{"app_id": "a", "app_secret": "s", "limits": limits}
		if limits == true {
			settings["attempts"], settings["limits_"] = 0, 1
		}
		_, err := providers.OpenGateway(providers.Builtin(), map[string]map[string]any{"procure": settings})
		require.ErrorContains(t, err, "providers: procure: "+want)
	}
}
