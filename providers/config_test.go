package providers_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/transport"
)

// TestAConfigurationIsTakenAsItWasRead: nested maps of any kind, as viper, koanf
// and YAML decoders make them, and names with "_", "-" and a dot.
func TestAConfigurationIsTakenAsItWasRead(t *testing.T) {
	var fromYAML map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(`
uumit-auth:
shop_b: {provider: procure, app_id: a, app_secret: s, limits: {create: 2}}
`), &fromYAML))
	for reader, raw := range map[string]map[string]any{
		"yaml.v3":       fromYAML,
		"viper, koanf":  {"uumit-auth": nil, "shop_b": map[string]any{"provider": "procure", "app_id": "a", "app_secret": "s", "limits": map[string]any{"create": 2}}},
		"yaml.v2":       {"uumit-auth": nil, "shop_b": map[any]any{"provider": "procure", "app_id": "a", "app_secret": "s", "limits": map[any]any{"create": 2}}},
		"maps of text":  {"uumit-auth": map[string]string{}, "shop_b": map[string]string{"provider": "procure", "app_id": "a", "app_secret": "s"}},
		"its own types": {"uumit-auth": map[string]any(nil), "shop_b": map[string]any{"provider": "procure", "app_id": "a", "app_secret": "s", "limits": map[string]float64{"create": 2}}},
	} {
		g, err := providers.OpenGatewayFrom(providers.Builtin(), raw, transport.WithRoundTripper(hosts{}))
		require.NoError(t, err, reader)
		assert.Equal(t, []string{"shop_b", "uumit-auth"}, g.Names(), reader)
		require.NoError(t, g.Close())
	}
	g, err := providers.OpenGatewayFrom(providers.Builtin(), map[string]any{"eu.shop-1": map[string]any{"provider": "uumit", "token": "t"}})
	require.NoError(t, err)
	assert.Equal(t, []string{"eu.shop-1"}, g.Names())
	require.NoError(t, g.Close())
}

func TestAnEntryThatIsNoMapIsNamed(t *testing.T) {
	_, err := providers.OpenGatewayFrom(providers.Builtin(), map[string]any{
		"a": "s3cret", "b": map[any]any{7: "s3cret"}, "c": []any{map[string]any{"token": "s3cret"}}, "uumit": map[string]any{"token": "t"},
	})
	require.EqualError(t, err, `providers: a: invalid request: its settings must be a map with text for keys
providers: b: invalid request: its settings must be a map with text for keys
providers: c: invalid request: its settings must be a map with text for keys`)
	require.ErrorIs(t, err, transport.ErrInvalid)
	_, err = providers.OpenGatewayFrom(nil, nil)
	require.ErrorContains(t, err, "the registry is nil")
}

func TestAConfigurationThatWasReadIsACopy(t *testing.T) {
	limits := map[any]any{"create": 2}
	raw := map[string]any{"shop": map[string]any{"limits": limits, "list": []any{limits}}}
	config, err := providers.ReadConfig(raw)
	require.NoError(t, err)
	limits["create"] = 3
	raw["shop"].(map[string]any)["new"] = true
	assert.Equal(t, map[string]map[string]any{"shop": {"limits": map[string]any{"create": 2}, "list": []any{map[string]any{"create": 2}}}}, config)
}

// TestAGatewayOfOpenedProviders is what a program under test is given.
func TestAGatewayOfOpenedProviders(t *testing.T) {
	closed := 0
	shop := &ordering{stub{name: "shop", close: func() error { closed++; return nil }}, func(context.Context, string) (providers.Order, error) {
		return providers.Order{ID: "a", Status: providers.StatusCompleted, VendorStatus: "settled"}, nil
	}}
	g, err := providers.NewGateway(map[string]providers.Provider{"shop": shop, "well": &healing{check: func(context.Context) error { return nil }}})
	require.NoError(t, err)
	assert.Equal(t, []string{"shop", "well"}, g.Names())
	order, err := g.Order(t.Context(), providers.Ref{Provider: "shop", ID: "a"})
	require.NoError(t, err)
	assert.Equal(t, "a", order.ID)
	for event, err := range g.Watch(t.Context(), providers.Ref{Provider: "shop", ID: "a"}) {
		require.NoError(t, err)
		assert.Equal(t, "settled", event.Order.VendorStatus)
	}
	assert.Equal(t, "healthy", g.Health(t.Context())[1].String())
	require.EqualError(t, g.Reload(t.Context(), nil), "providers: a gateway made by NewGateway cannot be reloaded: it has no adapters")
	require.NoError(t, g.Close())
	assert.Equal(t, 1, closed)

	_, err = providers.NewGateway(map[string]providers.Provider{"a:b": shop, "none": nil})
	require.EqualError(t, err, `providers: "a:b" cannot name a provider: it must not be empty or hold a colon
providers: none: the provider must not be nil`)
	g, err = providers.NewGateway(nil)
	require.NoError(t, err)
	assert.Empty(t, g.Health(t.Context()))
	require.NoError(t, g.Close())
}

func TestUseCallsACapability(t *testing.T) {
	g, err := providers.NewGateway(map[string]providers.Provider{"shop": newShop(map[string][]change{"a": {{0, "frozen"}}})})
	require.NoError(t, err)
	var word string
	require.NoError(t, providers.Use(g, "shop", func(orders providers.Orders) error {
		order, err := orders.GetOrder(t.Context(), "a")
		word = order.VendorStatus
		return err
	}))
	assert.Equal(t, "frozen", word)
	never := func(providers.Codes) error { t.Error("called"); return nil }
	require.EqualError(t, providers.Use(g, "shop", never), "providers: shop does not support providers.Codes")
	require.EqualError(t, providers.Use(g, "other", never), `providers: the gateway has no "other": it has shop`)
	require.ErrorContains(t, providers.Use(nil, "shop", never), "the gateway is not open")
}
