package providers_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

// TestOnePlatformCanBeOpenedTwice opens two Apps of Procure beside a third
// provider and keeps them apart.
func TestOnePlatformCanBeOpenedTwice(t *testing.T) {
	srv := procuretest.NewServer()
	defer srv.Close()
	srv.AddApp(procuretest.App{ID: "app_b", Secret: "secret_b"})
	a := srv.AddIntent(procuretest.Intent{ID: "intent_a"})
	b := srv.AddIntent(procuretest.Intent{ID: "intent_b", AppID: "app_b", Status: "COMPLETED"})

	config := map[string]map[string]any{
		"procure":  settingsOf(t, "procure", srv.Env()),
		"procureB": {"provider": "procure", "base_url": srv.URL, "app_id": "app_b", "app_secret": "secret_b"},
		"codegate": someSettings()["codegate"],
	}
	g := newGateway(t, providers.Builtin(), config)
	assert.Equal(t, []string{"codegate", "procure", "procureB"}, g.Names())
	assert.Equal(t, "procure", config["procureB"]["provider"], "the configuration is left as it is")

	for ref, want := range map[string]providers.Status{"procure:" + a.ID: providers.StatusPending, "procureB:" + b.ID: providers.StatusCompleted} {
		parsed, err := providers.ParseRef(ref)
		require.NoError(t, err)
		order, err := g.Order(t.Context(), parsed)
		require.NoError(t, err, ref)
		assert.Equal(t, want, order.Status)
		assert.Equal(t, parsed.ID, order.ID)
	}
	_, err := g.Order(t.Context(), providers.Ref{Provider: "procure", ID: b.ID})
	require.ErrorIs(t, err, transport.ErrNotFound, "an App does not see another's")
	_, err = g.Order(t.Context(), providers.Ref{Provider: "codegate", ID: "x"})
	require.EqualError(t, err, "providers: codegate does not support providers.Orders")
	_, err = g.Order(t.Context(), providers.Ref{Provider: "uumit", ID: "x"})
	require.EqualError(t, err, `providers: the gateway has no "uumit": it has codegate, procure, procureB`)

	p, err := g.Provider("procureB")
	require.NoError(t, err)
	assert.Equal(t, "procureB", p.Name(), "a provider is called as its entry is")
}

func TestAnEmptyGateway(t *testing.T) {
	g := newGateway(t, providers.Builtin(), nil)
	assert.Empty(t, g.Names())
	assert.Empty(t, g.Health(t.Context()))
}

// TestAGatewayThatIsNotOpenTellsWhatToDo: no nil and no zero value panics.
func TestAGatewayThatIsNotOpenTellsWhatToDo(t *testing.T) {
	const want = "providers: the gateway is not open: make it with OpenGateway or OpenGatewayFromEnv"
	for name, g := range map[string]*providers.Gateway{"nil": nil, "zero": {}} {
		_, err := g.Provider("procure")
		require.EqualError(t, err, want, name)
		_, err = providers.Find[providers.Orders](g, "procure")
		require.EqualError(t, err, want, name)
		_, err = g.Order(t.Context(), providers.Ref{Provider: "procure", ID: "x"})
		require.EqualError(t, err, want, name)
		assert.Empty(t, g.Names(), name)
		assert.Empty(t, g.Health(t.Context()), name)
		require.NoError(t, g.Close(), name)
	}
	_, is := providers.As[providers.Orders](nil)
	assert.False(t, is)
	g := newGateway(t, providers.Builtin(), nil)
	_, err := g.Provider("procure")
	require.EqualError(t, err, `providers: the gateway has no "procure": it has none at all`)
}

func TestWithoutAContextNothingIsAsked(t *testing.T) {
	g := gatewayOf(t, map[string]providers.Provider{"shop": newShop(nil), "sick": &healing{check: func(ctx context.Context) error { return ctx.Err() }}})
	_, err := g.Order(nil, providers.Ref{Provider: "shop", ID: "a"}) //nolint:staticcheck // on purpose
	require.EqualError(t, err, "providers: invalid request: the context must not be nil")
	require.ErrorIs(t, err, transport.ErrInvalid)
	verdict := g.Health(nil)[1] //nolint:staticcheck // on purpose
	require.EqualError(t, verdict.Err, "providers: invalid request: the context must not be nil")
	assert.Equal(t, "not checked", verdict.String())
}

// TestABaseURLThatEndsInThePathOfTheAPIIsRefused, and the error says of which
// entry.
func TestABaseURLThatEndsInThePathOfTheAPIIsRefused(t *testing.T) {
	for adapter, prefix := range map[string]string{"codegate": "/api/v1", "procure": "/api/v1", "aihuishou": "/api", "uumit": "/api/v1", "uumit-auth": "/api/v1"} {
		for _, end := range []string{"", "/"} {
			settings := someSettings()[adapter]
			settings["provider"], settings["base_url"] = adapter, "https://platform.example.com"+prefix+end
			_, err := providers.OpenGateway(providers.Builtin(), map[string]map[string]any{"entry-7": settings})
			require.ErrorIs(t, err, transport.ErrInvalid, adapter)
			require.ErrorContains(t, err, "providers: entry-7: ", adapter)
			require.ErrorContains(t, err, "base_url must ", adapter)
			require.ErrorContains(t, err, prefix, adapter)
		}
	}
}

// counted opens providers that count how many of them are open.
type counted struct {
	stub
	openNow *atomic.Int32
}

func (c *counted) Close() error {
	c.openNow.Add(-1)
	return c.stub.Close()
}

func countedAdapter(openNow, opened *atomic.Int32) providers.Adapter {
	return providers.Adapter{Name: "counted", Open: func(map[string]any, ...transport.Option) (providers.Provider, error) {
		openNow.Add(1)
		opened.Add(1)
		return &counted{openNow: openNow}, nil
	}}
}

func TestIfOneFailsNoneStaysOpen(t *testing.T) {
	var openNow, opened atomic.Int32
	r := providers.Builtin()
	require.NoError(t, r.Register(countedAdapter(&openNow, &opened)))
	_, err := providers.OpenGateway(r, map[string]map[string]any{
		"":          {"provider": "counted"},
		"a:b":       {"provider": "counted"},
		"bad-type":  {"provider": 42},
		"codegate":  {"api_kye": "s3cret-value"},
		"counted":   nil,
		"counted-2": {"provider": "counted"},
		"my-uumit":  {"provider": "uumit", "base_url": "s3cret-value", "token": "t"},
		"no-such":   nil,
		"zz-last":   {"provider": "counted"},
	})
	require.EqualError(t, err, `providers: "" cannot name a provider: it must not be empty or hold a colon
providers: "a:b" cannot name a provider: it must not be empty or hold a colon
providers: bad-type: provider must be text
providers: codegate: Open: invalid request: api_kye is unknown; known are api_key, attempt_timeout, attempts, base_url, ca_file, call_timeout, client_cert_file, client_key_file, idle_timeout, limits, max_connections, max_limit_wait, plain_http, project_id, proxy, secret, user_agent; api_key is missing; base_url is missing; project_id is missing; secret is missing
providers: my-uumit: New: invalid request: base_url must be an absolute URL such as "https://api.example.com"
providers: no-such: unknown provider "no-such": known are aihuishou, codegate, counted, procure, uumit, uumit-auth`)
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.EqualValues(t, 3, opened.Load())
	assert.Zero(t, openNow.Load())
}

// TestAGatewayLeavesNoGoroutine opens, uses and drops gateways on a real
// socket; the goroutines are counted when the package's tests end.
func TestAGatewayLeavesNoGoroutine(t *testing.T) {
	srv := procuretest.NewServer()
	defer srv.Close()
	for range 3 {
		g, err := providers.OpenGateway(providers.Builtin(), map[string]map[string]any{"procure": settingsOf(t, "procure", srv.Env())})
		require.NoError(t, err)
		for _, v := range g.Health(t.Context()) {
			require.NoError(t, v.Err)
		}
		require.NoError(t, g.Close())
		_, err = providers.OpenGateway(providers.Builtin(), map[string]map[string]any{"procure": settingsOf(t, "procure", srv.Env()), "uumit": nil})
		require.Error(t, err)
	}
}

func TestCloseClosesAllAndTellsEveryFailure(t *testing.T) {
	var openNow, opened atomic.Int32
	r := providers.NewRegistry()
	require.NoError(t, r.Register(countedAdapter(&openNow, &opened)))
	refused := errors.New("refused")
	for _, name := range []string{"stuck", "torn"} {
		require.NoError(t, r.Register(adapterOf(name, &stub{name: name, close: func() error { return fmt.Errorf("%s: %w", name, refused) }})))
	}
	g, err := providers.OpenGateway(r, map[string]map[string]any{"counted": nil, "stuck": nil, "torn": nil, "zz": {"provider": "counted"}})
	require.NoError(t, err)
	err = g.Close()
	require.EqualError(t, err, "providers: stuck: stuck: refused\nproviders: torn: torn: refused")
	require.ErrorIs(t, err, refused)
	assert.Zero(t, openNow.Load())
}

func TestAClosedGatewayRefusesCalls(t *testing.T) {
	srv := procuretest.NewServer()
	defer srv.Close()
	g, err := providers.OpenGateway(providers.Builtin(), map[string]map[string]any{"procure": settingsOf(t, "procure", srv.Env())})
	require.NoError(t, err)
	require.NoError(t, g.Close())
	_, err = g.Order(t.Context(), providers.Ref{Provider: "procure", ID: "intent_1"})
	require.ErrorIs(t, err, transport.ErrClosed)
	assert.Zero(t, srv.RequestCount())
}

// healing is a provider with a health check of the test's choice.
type healing struct {
	stub
	check func(context.Context) error
}

func (h *healing) Health(ctx context.Context) error { return h.check(ctx) }

func TestVerdictsInAFewWords(t *testing.T) {
	wrap := func(kind error) error {
		return &transport.Error{Provider: "x", Operation: "Health", Kind: kind, Err: errors.New("s3cret")}
	}
	verdicts := map[string]struct {
		err  error
		want string
	}{
		"a-well":         {nil, "healthy"},
		"b-wrong-key":    {wrap(transport.ErrUnauthenticated), "credentials refused"},
		"c-forbidden":    {wrap(transport.ErrPermission), "credentials refused"},
		"d-limited":      {wrap(transport.ErrRateLimited), "limited"},
		"e-quota":        {wrap(transport.ErrQuota), "limited"},
		"f-cancelled":    {context.Canceled, "no answer in time"},
		"g-late":         {&transport.Error{Err: context.DeadlineExceeded}, "no answer in time"},
		"h-down":         {wrap(transport.ErrUnavailable), "unavailable"},
		"i-broken":       {wrap(transport.ErrMalformed), "unavailable"},
		"j-closed":       {wrap(transport.ErrClosed), "unavailable"},
		"k-own-error":    {errors.New("own"), "unavailable"},
		"m-off":          {&transport.Error{Kind: transport.ErrPermission, Err: codegate.ProjectDisabled}, "switched off"},
		"n-rejected":     {wrap(transport.ErrRejected), "refused"},
		"o-not-there":    {wrap(transport.ErrNotFound), "unavailable"},
		"l-wrapped-auth": {fmt.Errorf("own: %w", wrap(transport.ErrUnauthenticated)), "credentials refused"},
	}
	opened := map[string]providers.Provider{"z-without": &stub{}}
	for name, tc := range verdicts {
		opened[name] = &healing{check: func(context.Context) error { return tc.err }}
	}
	g := gatewayOf(t, opened)
	got := g.Health(t.Context())
	require.Len(t, got, len(verdicts)+1)
	for i, v := range got {
		assert.Equal(t, g.Names()[i], v.Provider, "in alphabetical order")
		if v.Provider == "z-without" {
			assert.Equal(t, "not checked", v.String())
			require.EqualError(t, v.Err, "providers: the adapter has no health check")
			continue
		}
		assert.Equal(t, verdicts[v.Provider].want, v.String(), v.Provider)
		assert.Equal(t, verdicts[v.Provider].err, v.Err, v.Provider)
	}
}

// TestHealthAsksAllAtOnce has platforms that take 1, 2 and 40 seconds.
func TestHealthAsksAllAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		market := uumittest.New()
		network := hosts{
			"127.0.0.1:1": {handler: market, delay: time.Second},
			"127.0.0.1:2": {handler: market, delay: 2 * time.Second},
			"127.0.0.1:3": {handler: market, delay: 40 * time.Second},
		}
		config := make(map[string]map[string]any)
		for i, name := range []string{"a", "b", "slow"} {
			config[name] = map[string]any{
				"provider": "uumit", "api_key": market.APIKey(), "user_id": market.User("").ID,
				"base_url": fmt.Sprintf("http://127.0.0.1:%d", i+1), "attempt_timeout": "1m",
			}
		}
		g := newGateway(t, providers.Builtin(), config, transport.WithRoundTripper(network))

		start := time.Now()
		verdicts := g.Health(t.Context())
		assert.Equal(t, 40*time.Second, time.Since(start), "as long as the slowest, not as all together")
		assert.Equal(t, []providers.Verdict{
			{Provider: "a", Latency: time.Second}, {Provider: "b", Latency: 2 * time.Second}, {Provider: "slow", Latency: 40 * time.Second},
		}, verdicts)

		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start = time.Now()
		verdicts = g.Health(ctx)
		assert.Equal(t, 3*time.Second, time.Since(start), "the context bounds the wait")
		assert.Equal(t, []string{"healthy", "healthy", "no answer in time"}, []string{verdicts[0].String(), verdicts[1].String(), verdicts[2].String()})
		assert.Equal(t, 2*time.Second, verdicts[1].Latency)
	})
}

func TestTheOptionsGoToAllProviders(t *testing.T) {
	faults := transporttest.NewFaults(nil)
	config := map[string]map[string]any{
		"uumit":      {"api_key": "k", "user_id": "u", "base_url": "http://127.0.0.1:1"},
		"uumit-auth": {"base_url": "http://127.0.0.1:1"},
		"aihuishou":  {"app_id": "a", "app_secret": "s", "base_url": "http://127.0.0.1:1"},
	}
	g := newGateway(t, providers.Builtin(), config, transport.WithRoundTripper(hosts{"127.0.0.1:1": {handler: faults}}), transport.WithUserAgent("shop/1.0"))
	g.Health(t.Context())
	requests := faults.Requests()
	assert.Len(t, requests, 3)
	for _, r := range requests {
		assert.Equal(t, "shop/1.0", r.Header.Get("User-Agent"))
	}
}
