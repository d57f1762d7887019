package providers_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/transport"
)

func TestANewRegistryIsEmpty(t *testing.T) {
	for name, r := range map[string]*providers.Registry{"NewRegistry": providers.NewRegistry(), "zero value": {}} {
		assert.Empty(t, r.Names(), name)
		assert.Empty(t, r.Env(), name)
		_, err := r.Open("codegate", nil)
		assert.ErrorContains(t, err, `unknown provider "codegate"`, name)
		require.NoError(t, r.Register(adapterOf("own", &stub{name: "own"})), name)
		assert.Equal(t, []string{"own"}, r.Names(), name)
	}
}

func TestANilRegistryTellsWhatToDo(t *testing.T) {
	const want = "providers: the registry is nil: pass Builtin() or one made by NewRegistry"
	var r *providers.Registry
	assert.Empty(t, r.Names())
	assert.Empty(t, r.Env())
	require.EqualError(t, r.Register(adapterOf("own", &stub{})), want)
	_, err := r.Open("procure", nil)
	require.EqualError(t, err, want)
	_, _, err = r.FromEnv("procure", os.Getenv)
	require.EqualError(t, err, want)
	_, err = providers.OpenGateway(nil, map[string]map[string]any{"procure": {}})
	require.EqualError(t, err, want)
	_, err = providers.OpenGatewayFromEnv(nil, os.Getenv)
	require.EqualError(t, err, want)
}

func TestAnEmptyRegistrySaysThatItIs(t *testing.T) {
	_, err := providers.OpenGateway(new(providers.Registry), map[string]map[string]any{"procure": {}})
	require.EqualError(t, err, `providers: procure: unknown provider "procure": known are none at all`)
}

func TestAnAdapterThatOpensNothingIsRefused(t *testing.T) {
	r := providers.NewRegistry()
	require.NoError(t, r.Register(adapterOf("own", nil)))
	_, err := r.Open("own", nil)
	require.EqualError(t, err, `providers: adapter "own" opened no provider: its Open must return one, or an error`)
	_, err = providers.OpenGateway(r, map[string]map[string]any{"own": nil})
	require.ErrorContains(t, err, "opened no provider")
}

func TestTheBuiltinAdapters(t *testing.T) {
	r := providers.Builtin()
	assert.Equal(t, []string{"aihuishou", "codegate", "procure", "uumit", "uumit-auth"}, r.Names())
	require.NoError(t, r.Register(adapterOf("own", &stub{name: "own"})))
	assert.NotContains(t, providers.Builtin().Names(), "own", "what one registry learns is no concern of another")
}

func TestRegisterRefusesWhatCannotBeOpened(t *testing.T) {
	works := adapterOf("own", &stub{name: "own"})
	for what, tc := range map[string]struct {
		name string
		want string
	}{
		"an empty name":     {"", "one word without a colon"},
		"a colon":           {"a:b", "one word without a colon"},
		"a space":           {"a b", "one word without a colon"},
		"a tab":             {"a\tb", "one word without a colon"},
		"a line feed":       {"a\n", "one word without a colon"},
		"a carriage return": {"a\rb", "one word without a colon"},
		"a wide space":      {"a\u3000b", "one word without a colon"},
		"a taken name":      {"procure", `adapter "procure" is registered already`},
	} {
		r := providers.Builtin()
		adapter := works
		adapter.Name = tc.name
		assert.ErrorContains(t, r.Register(adapter), tc.want, what)
		assert.Len(t, r.Names(), 5, what)
	}
	r := providers.NewRegistry()
	assert.ErrorContains(t, r.Register(providers.Adapter{Name: "own"}), `adapter "own" lacks Open`)
	assert.Empty(t, r.Names())
}

func TestAnAdapterStaysAsItWasRegistered(t *testing.T) {
	r := providers.NewRegistry()
	adapter := adapterOf("own", &stub{})
	adapter.Env = []providers.EnvVar{{Name: "OWN_KEY", Key: "key", Required: true}}
	require.NoError(t, r.Register(adapter))
	adapter.Env[0].Name = "CHANGED"
	r.Env()["own"][0].Name = "CHANGED"
	assert.Equal(t, map[string][]providers.EnvVar{"own": {{Name: "OWN_KEY", Key: "key", Required: true}}}, r.Env())
}

func TestAnUnknownProviderIsAnsweredWithTheKnownOnes(t *testing.T) {
	r := providers.Builtin()
	const want = `providers: unknown provider "codgate": known are aihuishou, codegate, procure, uumit, uumit-auth`
	_, err := r.Open("codgate", nil)
	require.EqualError(t, err, want)
	_, _, err = r.FromEnv("codgate", func(string) string { return "" })
	require.EqualError(t, err, want)
}

func TestOpenPassesOnWhatItIsGiven(t *testing.T) {
	r := providers.NewRegistry()
	refused := errors.New("refused")
	var gotSettings map[string]any
	var gotOptions int
	require.NoError(t, r.Register(providers.Adapter{Name: "own", Open: func(settings map[string]any, opts ...transport.Option) (providers.Provider, error) {
		gotSettings, gotOptions = settings, len(opts)
		return nil, refused
	}}))
	_, err := r.Open("own", map[string]any{"key": "value"}, transport.WithPlainHTTP(), transport.WithUserAgent("x"))
	require.ErrorIs(t, err, refused)
	assert.Equal(t, map[string]any{"key": "value"}, gotSettings)
	assert.Equal(t, 2, gotOptions)
}

// TestARegistryServesManyAtOnce opens, looks up, calls and registers from 64
// goroutines, for the race detector.
func TestARegistryServesManyAtOnce(t *testing.T) {
	srv := codegatetest.NewServer(codegatetest.WithPool(0, 0)) // 64 clients at once would stall it
	defer srv.Close()
	srv.AddCodes(64)
	r := providers.Builtin()
	settings := settingsOf(t, "codegate", srv.Env())
	shared := open(t, "codegate", settings)
	codes := srv.AddCodes(64)

	var wg sync.WaitGroup
	failed := make([]error, 64)
	for i := range failed {
		wg.Go(func() {
			failed[i] = func() error {
				if err := r.Register(adapterOf(fmt.Sprintf("own-%d", i), &stub{})); err != nil {
					return err
				}
				p, err := r.Open("codegate", settings)
				if err != nil {
					return err
				}
				defer func() { _ = p.Close() }()
				for _, p := range []providers.Provider{p, shared} {
					if err := p.(providers.Health).Health(t.Context()); err != nil {
						return err
					}
				}
				code, err := shared.(providers.Codes).RedeemCode(t.Context(), codes[i].Code, "order-1042")
				if err == nil && code.Status != providers.StatusUsed {
					err = fmt.Errorf("the code is %s", code.Status)
				}
				_, _, envErr := r.FromEnv("codegate", strings.ToLower)
				return errors.Join(err, envErr, p.Close())
			}()
			r.Names()
			r.Env()
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(failed...))
	assert.Len(t, r.Names(), 5+64)
	assert.Len(t, srv.Verifications(), 64)
}
