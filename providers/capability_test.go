package providers_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/uumit"
)

// someSettings open the built-in adapters without anything behind them.
func someSettings() map[string]map[string]any {
	return map[string]map[string]any{
		"codegate": {
			"base_url": "https://codes.example.com", "api_key": strings.Repeat("a", 32),
			"secret": strings.Repeat("b", 64), "project_id": strings.Repeat("c", 32),
		},
		"procure":    {"app_id": "app", "app_secret": "secret"},
		"aihuishou":  {"app_id": "app", "app_secret": "secret"},
		"uumit":      {"api_key": "key", "user_id": "user"},
		"uumit-auth": {},
	}
}

// finders look each capability up, by its name.
var finders = map[string]struct {
	as   func(providers.Provider) bool
	find func(*providers.Gateway, string) error
}{
	"Health":              {is[providers.Health], found[providers.Health]},
	"Codes":               {is[providers.Codes], found[providers.Codes]},
	"Intents":             {is[providers.Intents], found[providers.Intents]},
	"Valuations":          {is[providers.Valuations], found[providers.Valuations]},
	"Orders":              {is[providers.Orders], found[providers.Orders]},
	"CapabilitySearch":    {is[providers.CapabilitySearch], found[providers.CapabilitySearch]},
	"DeviceAuthorization": {is[providers.DeviceAuthorization], found[providers.DeviceAuthorization]},
	"Paced":               {is[providers.Paced], found[providers.Paced]},
}

func is[T any](p providers.Provider) bool {
	capability, ok := providers.As[T](p)
	return ok && any(capability) != nil
}

func found[T any](g *providers.Gateway, name string) error {
	_, err := providers.Find[T](g, name)
	return err
}

func TestWhatEachBuiltinCanDo(t *testing.T) {
	can := map[string][]string{
		"codegate":   {"Health", "Codes"},
		"procure":    {"Health", "Intents", "Orders", "Paced"},
		"aihuishou":  {"Health", "Valuations", "Orders", "Paced"},
		"uumit":      {"Health", "CapabilitySearch", "Orders", "Paced"},
		"uumit-auth": {"Health", "DeviceAuthorization"},
	}
	g := newGateway(t, providers.Builtin(), someSettings())
	assert.ElementsMatch(t, slices.Collect(maps.Keys(can)), g.Names())
	for _, name := range g.Names() {
		p, err := g.Provider(name)
		require.NoError(t, err)
		assert.Equal(t, name, p.Name())
		for capability, look := range finders {
			want := slices.Contains(can[name], capability)
			assert.Equal(t, want, look.as(p), "%s as %s", name, capability)
			if err := look.find(g, name); want {
				assert.NoError(t, err, "%s as %s", name, capability)
			} else {
				assert.EqualError(t, err, fmt.Sprintf("providers: %s does not support providers.%s", name, capability))
			}
		}
	}
}

func TestNativeIsThePlatformsOwnClient(t *testing.T) {
	g := newGateway(t, providers.Builtin(), someSettings())
	for name, want := range map[string]any{
		"codegate": (*codegate.Client)(nil), "procure": (*procure.Client)(nil), "aihuishou": (*aihuishou.Client)(nil),
		"uumit": (*uumit.Client)(nil), "uumit-auth": (*uumit.DeviceClient)(nil),
	} {
		p, err := g.Provider(name)
		require.NoError(t, err)
		assert.IsType(t, want, p.Native(), name)
	}
}

func TestHowOftenAWatchAsks(t *testing.T) {
	g := newGateway(t, providers.Builtin(), someSettings())
	for name, want := range map[string]time.Duration{
		"procure": 20 * time.Millisecond, "aihuishou": 400 * time.Millisecond, "uumit": 2 * time.Second,
	} {
		paced, err := providers.Find[providers.Paced](g, name)
		require.NoError(t, err)
		assert.Equal(t, want, paced.PollEvery(), name)
	}
}

func TestALookupThatFailsNamesWhatIsThere(t *testing.T) {
	g := newGateway(t, providers.Builtin(), map[string]map[string]any{"procure": someSettings()["procure"], "uumit": someSettings()["uumit"]})
	_, err := providers.Find[providers.Orders](g, "codegate")
	require.EqualError(t, err, `providers: the gateway has no "codegate": it has procure, uumit`)
	_, err = g.Provider("")
	require.EqualError(t, err, `providers: the gateway has no "": it has procure, uumit`)
	_, err = providers.Find[providers.Codes](g, "procure")
	require.EqualError(t, err, "providers: procure does not support providers.Codes")
	_, err = providers.Find[*stub](g, "procure")
	require.EqualError(t, err, "providers: procure does not support *providers_test.stub")
}

// TestACapabilityFromOutside: a sixth adapter may have capabilities of its own.
func TestACapabilityFromOutside(t *testing.T) {
	type refunds interface{ Refund(id string) string }
	own := &refunding{stub{name: "own"}}
	g := gatewayOf(t, map[string]providers.Provider{"own": own})
	api, err := providers.Find[refunds](g, "own")
	require.NoError(t, err)
	assert.Equal(t, "refunded 1", api.Refund("1"))
	concrete, err := providers.Find[*refunding](g, "own")
	require.NoError(t, err)
	assert.Same(t, own, concrete)
}

type refunding struct{ stub }

func (*refunding) Refund(id string) string { return "refunded " + id }

// TestWhatIsPrintedHoldsNothingPersonal prints the portable types in every
// way, alone and inside of others.
func TestWhatIsPrintedHoldsNothingPersonal(t *testing.T) {
	const mark = "Zhang San 13800138000"
	raw, personal := transport.NewRaw([]byte(`{"name":"`+mark+`"}`)), transport.NewPersonal(mark)
	order := providers.Order{ID: "o1", Status: providers.StatusActive, VendorStatus: "accepted", Amount: money("1", "CNY"), Raw: raw}
	for want, v := range map[string]any{
		"code c1 (used)": providers.Code{ID: "c1", Text: personal, Status: providers.StatusUsed, Raw: raw},
		"intent request": providers.IntentRequest{UserID: mark, RecipientName: mark, Address: mark, Phone: mark, Remarks: mark, Title: mark, ProductURL: mark},
		"intent i1 (pending, 99.90 CNY)": providers.Intent{
			ID: "i1", Status: providers.StatusPending, Title: personal, Price: money("99.9", "CNY"), Raw: raw,
		},
		"valuation v1 (-)":            providers.Valuation{ID: "v1", Raw: raw},
		"order o1 (active, 1.00 CNY)": order,
		"capability p1 (12.50 UT)":    providers.Capability{ID: "p1", Title: personal, Price: money("12.5", "UT"), Raw: raw},
		"authorization until 2026-03-01T12:00:00Z": providers.Authorization{
			UserCode: mark, VerificationURL: mark, DeviceCode: signing.NewSecret(mark), ExpiresAt: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
			assert.Equal(t, want, fmt.Sprintf(verb, v))
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%d"} {
			assert.NotContains(t, fmt.Sprintf(verb, []any{v, struct{ Inner any }{v}, map[string]any{"v": v}}), mark)
		}
	}
	event := providers.OrderEvent{Ref: providers.Ref{Provider: "uumit", ID: "o1"}, Order: order, Previous: "frozen"}
	assert.Equal(t, "{uumit:o1 order o1 (active, 1.00 CNY) frozen}", fmt.Sprint(event))
}

// TestTheJSONOfPortableTypes is what logs, queues and stores hold.
func TestTheJSONOfPortableTypes(t *testing.T) {
	raw, personal := transport.NewRaw([]byte(`"Zhang San"`)), transport.NewPersonal("Zhang San")
	then := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	full := providers.Order{ID: "o", Status: providers.StatusActive, VendorStatus: "accepted", Amount: money("1.50", "CNY"), UpdatedAt: then, Raw: raw}
	for want, v := range map[string]any{
		`{"id":"c","text":"[redacted]","status":"used","used_at":"2026-03-01T12:00:00Z"}`: providers.Code{
			ID: "c", Text: personal, Status: providers.StatusUsed, UsedAt: then, Raw: raw,
		},
		`{"id":"i","status":"pending","vendor_status":"SUBMITTED","title":"[redacted]","price":{"amount":"9.9","currency":"CNY"},"quantity":2,` +
			`"created_at":"2026-03-01T12:00:00Z","updated_at":"2026-03-01T12:00:00Z"}`: providers.Intent{
			ID: "i", Status: providers.StatusPending, VendorStatus: "SUBMITTED", Title: personal, Price: money("9.9", "CNY"), Quantity: 2,
			CreatedAt: then, UpdatedAt: then, Raw: raw,
		},
		`{"id":"i","status":"cancelled"}`:                                           providers.Intent{ID: "i", Status: providers.StatusCancelled, Raw: raw},
		`{"id":"v","price":{"amount":"0","currency":"CNY"}}`:                        providers.Valuation{ID: "v", Price: money("0", "CNY"), Raw: raw},
		`{"id":"p","title":"[redacted]","price":{"amount":"12.5","currency":"UT"}}`: providers.Capability{ID: "p", Title: personal, Price: money("12.5", "UT"), Raw: raw},
		`{"ref":"uumit:o","order":{"id":"o","status":"active","vendor_status":"accepted","amount":{"amount":"1.5","currency":"CNY"},` +
			`"updated_at":"2026-03-01T12:00:00Z"},"previous":"frozen"}`: providers.OrderEvent{Ref: providers.Ref{Provider: "uumit", ID: "o"}, Order: full, Previous: "frozen"},
	} {
		text, err := json.Marshal(v)
		require.NoError(t, err)
		assert.Equal(t, want, string(text))
	}
	in := providers.IntentRequest{
		UserID: "u", Platform: "JD", ProductURL: "https://item.jd.com/1.html", Title: "t", Price: money("1", "CNY"), Quantity: 1,
		RecipientName: "n", Address: "a", Phone: "p", Remarks: "r",
	}
	text, err := json.Marshal(in)
	require.NoError(t, err)
	var out providers.IntentRequest
	require.NoError(t, json.Unmarshal(text, &out))
	assert.Equal(t, in, out, "a request survives being stored")
}

func TestTheJSONOfAnAuthorizationMasksTheDeviceCode(t *testing.T) {
	text, err := json.Marshal(providers.Authorization{UserCode: "ABCD", DeviceCode: signing.NewSecret("dc_4f9d1c")})
	require.NoError(t, err)
	assert.NotContains(t, string(text), "dc_4f9d1c")
	assert.Contains(t, string(text), `"user_code":"ABCD"`)
}
