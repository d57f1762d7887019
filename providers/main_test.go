package providers_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/transport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open opens one provider of the built-in registry.
func open(t *testing.T, adapter string, settings map[string]any, opts ...transport.Option) providers.Provider {
	t.Helper()
	p, err := providers.Builtin().Open(adapter, settings, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	return p
}

// settingsOf turns a fake platform's environment into settings.
func settingsOf(t *testing.T, adapter string, env map[string]string) map[string]any {
	t.Helper()
	settings, ok, err := providers.Builtin().FromEnv(adapter, func(name string) string { return env[name] })
	require.NoError(t, err)
	require.True(t, ok, adapter)
	return settings
}

// capable returns a provider as a capability.
func capable[T any](t *testing.T, p providers.Provider) T {
	t.Helper()
	capability, ok := providers.As[T](p)
	require.True(t, ok, "%s is no %T", p.Name(), *new(T))
	return capability
}

// newGateway opens a gateway that closes with the test.
func newGateway(t *testing.T, r *providers.Registry, config map[string]map[string]any, opts ...transport.Option) *providers.Gateway {
	t.Helper()
	g, err := providers.OpenGateway(r, config, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, g.Close()) })
	return g
}

// hosts calls handlers in the place of a network: by the host of the request,
// after the host's delay. It works inside of a synctest bubble, where waiting
// on a socket would stop the time.
type hosts map[string]host

type host struct {
	handler http.Handler
	delay   time.Duration
}

func (h hosts) RoundTrip(r *http.Request) (*http.Response, error) {
	to := h[r.URL.Host]
	if err := wait(r.Context(), to.delay); err != nil {
		return nil, err
	}
	received := httptest.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), r.Body)
	received.Header, received.ContentLength = r.Header.Clone(), r.ContentLength
	received.RequestURI = r.URL.RequestURI()
	answer := httptest.NewRecorder()
	to.handler.ServeHTTP(answer, received)
	return answer.Result(), nil
}

// wait takes virtual time in a bubble, and none without a delay.
func wait(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return ctx.Err()
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stub is a provider of an adapter from outside that can do nothing.
type stub struct {
	name  string
	close func() error
}

func (s *stub) Name() string { return s.name }
func (s *stub) Native() any  { return s }
func (s *stub) Close() error {
	if s.close == nil {
		return nil
	}
	return s.close()
}

// adapterOf makes an adapter that opens p whatever its settings are.
func adapterOf(name string, p providers.Provider) providers.Adapter {
	return providers.Adapter{
		Name: name,
		Open: func(map[string]any, ...transport.Option) (providers.Provider, error) { return p, nil },
	}
}

// gatewayOf opens a gateway with the given providers under the names of the map.
func gatewayOf(t *testing.T, opened map[string]providers.Provider) *providers.Gateway {
	t.Helper()
	r := providers.NewRegistry()
	config := make(map[string]map[string]any)
	for name, p := range opened {
		require.NoError(t, r.Register(adapterOf(name, p)))
		config[name] = nil
	}
	return newGateway(t, r, config)
}
