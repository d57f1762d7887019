package providers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/transport"
)

// heard is an observer that remembers which providers it was told of.
type heard struct {
	mu        sync.Mutex
	providers []string
}

func (h *heard) add(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.providers = append(h.providers, name)
}

func (h *heard) StartCall(ctx context.Context, info transport.CallInfo) (context.Context, func(transport.Result)) {
	h.add("call " + info.Provider)
	return ctx, func(transport.Result) {}
}

func (h *heard) StartAttempt(ctx context.Context, info transport.AttemptInfo) (context.Context, func(transport.AttemptResult)) {
	h.add("attempt " + info.Provider)
	return ctx, func(transport.AttemptResult) {}
}

// TestTwoEntriesOfOneAdapterAreToldApart wherever a name is read: a person who
// reads a log at night has to know whose credentials were refused.
func TestTwoEntriesOfOneAdapterAreToldApart(t *testing.T) {
	srv := procuretest.NewServer()
	defer srv.Close()
	var observer heard
	var logged bytes.Buffer
	config := map[string]map[string]any{
		"procure-a": {"provider": "procure", "base_url": srv.URL, "app_id": "nobody", "app_secret": "s"},
		"procure-b": {"provider": "procure", "base_url": srv.URL, "app_id": srv.App("").ID, "app_secret": srv.App("").Secret},
	}
	g := newGateway(t, providers.Builtin(), config,
		transport.WithObserver(&observer), transport.WithLogger(slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))))

	for _, name := range []string{"procure-a", "procure-b"} {
		p, err := g.Provider(name)
		require.NoError(t, err)
		assert.Equal(t, name, p.Name())
		_, err = g.Order(t.Context(), providers.Ref{Provider: name, ID: "intent_1"})
		var e *transport.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, name, e.Provider)
		assert.Truef(t, strings.HasPrefix(err.Error(), name+": GetIntent: "), "%v", err)
		intents, err := providers.Find[providers.Intents](g, name)
		require.NoError(t, err)
		_, err = intents.CreateIntent(t.Context(), providers.IntentRequest{})
		require.EqualError(t, err, name+": CreateIntent: invalid request: price must be in CNY")
	}
	assert.Equal(t, []string{"call procure-a", "attempt procure-a", "call procure-b", "attempt procure-b"}, observer.providers)

	verdicts := g.Health(t.Context())
	assert.Equal(t, "procure-a", verdicts[0].Provider)
	assert.Equal(t, "credentials refused", verdicts[0].String())
	require.ErrorContains(t, verdicts[0].Err, "procure-a: ")
	assert.Equal(t, "procure-b", verdicts[1].Provider)
	assert.Equal(t, "healthy", verdicts[1].String())

	var names []string
	for line := range strings.Lines(logged.String()) {
		var record struct{ Provider string }
		require.NoError(t, json.Unmarshal([]byte(line), &record))
		names = append(names, record.Provider)
	}
	assert.Equal(t, []string{"procure-a", "procure-a", "procure-b", "procure-b"}, names[:4])
	assert.NotContains(t, names, "procure")
}

// TestEveryBuiltInAdapterIsCalledAsItsEntry, also where it fails to open and
// where no request is sent.
func TestEveryBuiltInAdapterIsCalledAsItsEntry(t *testing.T) {
	for adapter, settings := range someSettings() {
		settings["provider"] = adapter
		g := newGateway(t, providers.Builtin(), map[string]map[string]any{"entry-7": settings},
			transport.WithRoundTripper(hosts{}), transport.WithDefaultAttempts(1))
		p, err := g.Provider("entry-7")
		require.NoError(t, err)
		assert.Equal(t, "entry-7", p.Name(), adapter)
		ended, end := context.WithCancel(t.Context())
		end()
		require.ErrorContains(t, g.Health(ended)[0].Err, "entry-7: ", adapter)

		for wrong, want := range map[string]string{
			"colour":   "providers: entry-7: Open: invalid request: colour is unknown",
			"base_url": "providers: entry-7: New: invalid request: base_url must be an absolute URL",
		} {
			settings := someSettings()[adapter]
			settings["provider"], settings[wrong] = adapter, "blue"
			_, err := providers.OpenGateway(providers.Builtin(), map[string]map[string]any{"entry-7": settings})
			require.ErrorContains(t, err, want, adapter)
			assert.NotContains(t, strings.ReplaceAll(err.Error(), "entry-7", ""), adapter+":")
		}
	}
}

// TestWhatAnAuthorizationObtainsIsCalledAsItsEntry: both speak through one
// client.
func TestWhatAnAuthorizationObtainsIsCalledAsItsEntry(t *testing.T) {
	srv, v, _ := uumitVendor(t, "uumit-auth")
	g := newGateway(t, providers.Builtin(), map[string]map[string]any{"login": {"provider": "uumit-auth", "base_url": srv.URL}}, transport.WithClock(v.clock))
	auth, err := providers.Find[providers.DeviceAuthorization](g, "login")
	require.NoError(t, err)
	started, err := auth.StartAuthorization(t.Context())
	require.NoError(t, err)
	srv.Approve(started.UserCode, "")
	obtained, err := auth.AwaitAuthorization(t.Context(), started)
	require.NoError(t, err)
	assert.Equal(t, "login", obtained.Name())
	_, err = capable[providers.Orders](t, obtained).GetOrder(t.Context(), "no-such")
	require.ErrorContains(t, err, "login: Orders.Get: ")
}

// TestAnErrorOfAnAdapterFromOutsideIsAboutItsEntry, whatever name it carries.
func TestAnErrorOfAnAdapterFromOutsideIsAboutItsEntry(t *testing.T) {
	r := providers.NewRegistry()
	require.NoError(t, r.Register(providers.Adapter{Name: "acme", Open: func(settings map[string]any, opts ...transport.Option) (providers.Provider, error) {
		var s struct {
			Token string `mapstructure:"token" required:"true"`
		}
		if settings["named"] == nil {
			return nil, providers.Decode("acme", settings, &s)
		}
		return nil, providers.Decode(transport.NameOf("acme", opts...), nil, &s)
	}}))
	_, err := providers.OpenGateway(r, map[string]map[string]any{"one": {"provider": "acme"}, "two": {"provider": "acme", "named": true}})
	require.EqualError(t, err, `providers: one: acme: Open: invalid request: token is missing
providers: two: Open: invalid request: token is missing`)
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.Equal(t, "acme", transport.NameOf("acme", transport.WithUserAgent("shop")))
}
