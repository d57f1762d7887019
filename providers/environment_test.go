package providers_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

func TestTheEnvironmentOfEveryAdapter(t *testing.T) {
	assert.Equal(t, map[string][]providers.EnvVar{
		"codegate": {
			{Name: "CODEGATE_BASE_URL", Key: "base_url", Required: true},
			{Name: "CODEGATE_API_KEY", Key: "api_key", Required: true},
			{Name: "CODEGATE_SECRET", Key: "secret", Required: true},
			{Name: "CODEGATE_PROJECT_ID", Key: "project_id", Required: true},
			{Name: "CODEGATE_PLAIN_HTTP", Key: "plain_http"},
		},
		"procure": {
			{Name: "PROCURE_APP_ID", Key: "app_id", Required: true},
			{Name: "PROCURE_APP_SECRET", Key: "app_secret", Required: true},
			{Name: "PROCURE_ENV", Key: "environment"},
			{Name: "PROCURE_BASE_URL", Key: "base_url"},
			{Name: "PROCURE_PLAIN_HTTP", Key: "plain_http"},
		},
		"aihuishou": {
			{Name: "AIHUISHOU_APP_ID", Key: "app_id", Required: true},
			{Name: "AIHUISHOU_APP_SECRET", Key: "app_secret", Required: true},
			{Name: "AIHUISHOU_ENV", Key: "environment"},
			{Name: "AIHUISHOU_BASE_URL", Key: "base_url"},
			{Name: "AIHUISHOU_PLAIN_HTTP", Key: "plain_http"},
		},
		"uumit": {
			{Name: "UUMIT_API_KEY", Key: "api_key", Required: true},
			{Name: "UUMIT_USER_ID", Key: "user_id", Required: true},
			{Name: "UUMIT_TOKEN", Key: "token", Instead: true},
			{Name: "UUMIT_BASE_URL", Key: "base_url"},
			{Name: "UUMIT_PLAIN_HTTP", Key: "plain_http"},
		},
		"uumit-auth": {
			{Name: "UUMIT_BASE_URL", Key: "base_url", Required: true},
			{Name: "UUMIT_PLAIN_HTTP", Key: "plain_http"},
		},
	}, providers.Builtin().Env())
}

func TestFromEnvLeavesOutWhatIsNotSet(t *testing.T) {
	for what, tc := range map[string]struct {
		adapter string
		env     map[string]string
		want    map[string]any
		ok      bool
	}{
		"nothing is set":                {"procure", nil, map[string]any{}, false},
		"all required variables":        {"procure", map[string]string{"PROCURE_APP_ID": "app", "PROCURE_APP_SECRET": "s"}, map[string]any{"app_id": "app", "app_secret": "s"}, true},
		"an optional variable is empty": {"procure", map[string]string{"PROCURE_APP_ID": "app", "PROCURE_APP_SECRET": "s", "PROCURE_ENV": ""}, map[string]any{"app_id": "app", "app_secret": "s"}, true},
		"an optional variable":          {"procure", map[string]string{"PROCURE_APP_ID": "app", "PROCURE_APP_SECRET": "s", "PROCURE_ENV": "test"}, map[string]any{"app_id": "app", "app_secret": "s", "environment": "test"}, true},
		"an optional variable alone":    {"procure", map[string]string{"PROCURE_ENV": "test"}, map[string]any{"environment": "test"}, false},
		"variables of another platform": {"procure", map[string]string{"UUMIT_API_KEY": "k"}, map[string]any{}, false},
		"a token in place of a key":     {"uumit", map[string]string{"UUMIT_TOKEN": "t"}, map[string]any{"token": "t"}, true},
		"an empty token":                {"uumit", map[string]string{"UUMIT_TOKEN": ""}, map[string]any{}, false},
		"a token and half a key":        {"uumit", map[string]string{"UUMIT_TOKEN": "t", "UUMIT_API_KEY": "k"}, map[string]any{"token": "t", "api_key": "k"}, true},
		"the address of another":        {"uumit", map[string]string{"UUMIT_BASE_URL": "https://api.uuagent.com"}, map[string]any{"base_url": "https://api.uuagent.com"}, false},
		"nothing of one without any":    {"uumit-auth", nil, map[string]any{}, false},
		"plain http alone":              {"uumit-auth", map[string]string{"UUMIT_PLAIN_HTTP": "true"}, map[string]any{"plain_http": "true"}, false},
		"the address of one without":    {"uumit-auth", map[string]string{"UUMIT_BASE_URL": "https://api.uuagent.com"}, map[string]any{"base_url": "https://api.uuagent.com"}, true},
	} {
		settings, ok, err := providers.Builtin().FromEnv(tc.adapter, func(name string) string { return tc.env[name] })
		require.NoError(t, err, what)
		assert.Equal(t, tc.want, settings, what)
		assert.Equal(t, tc.ok, ok, what)
	}
}

// TestHalfAnEnvironmentNamesTheRest: a provider that is left out without a word
// is missed only when its first customer comes.
func TestHalfAnEnvironmentNamesTheRest(t *testing.T) {
	registry := providers.Builtin()
	for _, adapter := range registry.Names() {
		var needed []string
		for _, v := range registry.Env()[adapter] {
			if v.Required {
				needed = append(needed, v.Name)
			}
		}
		for missing := range 1 << len(needed) {
			set, names := make(map[string]string), []string(nil)
			for i, name := range needed {
				if missing&(1<<i) != 0 {
					names = append(names, name)
				} else {
					set[name] = "s3cret-value"
				}
			}
			_, ok, err := registry.FromEnv(adapter, func(name string) string { return set[name] })
			if len(names) == 0 || len(set) == 0 {
				require.NoError(t, err, adapter)
				assert.Equal(t, len(names) == 0, ok)
				continue
			}
			assert.False(t, ok)
			e, is := errors.AsType[*transport.Error](err)
			require.True(t, is, "%s without %v", adapter, names)
			require.ErrorIs(t, err, transport.ErrInvalid)
			var named []string
			for _, f := range e.Fields {
				named = append(named, f.Name)
			}
			assert.Equal(t, names, named)
			assert.NotContains(t, err.Error(), "s3cret-value")
		}
	}

	env := map[string]string{
		"CODEGATE_BASE_URL": "https://codes.example.com", "CODEGATE_API_KEY": "k", "CODEGATE_PROJECT_ID": "p",
		"UUMIT_API_KEY": "k", "PROCURE_APP_ID": "app", "PROCURE_APP_SECRET": "s",
	}
	_, err := providers.OpenGatewayFromEnv(registry, func(name string) string { return env[name] })
	require.EqualError(t, err, "codegate: FromEnv: invalid request: CODEGATE_SECRET is not set, though other variables of codegate are\n"+
		"uumit: FromEnv: invalid request: UUMIT_USER_ID is not set, though other variables of uumit are")
}

func TestWithoutALookupTheEnvironmentIsNotRead(t *testing.T) {
	_, _, err := providers.Builtin().FromEnv("procure", nil)
	require.EqualError(t, err, "providers: the lookup of the environment is nil: pass os.Getenv")
	_, err = providers.OpenGatewayFromEnv(providers.Builtin(), nil)
	require.ErrorContains(t, err, "pass os.Getenv")
}

// TestPlainHTTPFromTheEnvironment: each provider that takes an address has a
// variable for it.
func TestPlainHTTPFromTheEnvironment(t *testing.T) {
	envs := map[string]map[string]string{
		"codegate": {
			"CODEGATE_BASE_URL": "http://codes.example.com", "CODEGATE_API_KEY": strings.Repeat("a", 32),
			"CODEGATE_SECRET": strings.Repeat("b", 64), "CODEGATE_PROJECT_ID": strings.Repeat("c", 32),
		},
		"procure":    {"PROCURE_BASE_URL": "http://intents.example.com", "PROCURE_APP_ID": "a", "PROCURE_APP_SECRET": "s"},
		"aihuishou":  {"AIHUISHOU_BASE_URL": "http://devices.example.com", "AIHUISHOU_APP_ID": "a", "AIHUISHOU_APP_SECRET": "s"},
		"uumit":      {"UUMIT_BASE_URL": "http://market.example.com", "UUMIT_TOKEN": "t"},
		"uumit-auth": {"UUMIT_BASE_URL": "http://market.example.com"},
	}
	for adapter, env := range envs {
		variable := strings.ToUpper(strings.TrimSuffix(adapter, "-auth")) + "_PLAIN_HTTP"
		for value, want := range map[string]string{
			"true": "", "TRUE": "", "True": "",
			"false": "base_url must", "": "base_url must",
			"1": "plain_http must be true or false", "yes": "plain_http must be true or false", "on": "plain_http must be true or false", " true": "plain_http must be true or false",
		} {
			env[variable] = value
			settings, ok, err := providers.Builtin().FromEnv(adapter, func(name string) string { return env[name] })
			require.NoError(t, err)
			require.True(t, ok)
			p, err := providers.Builtin().Open(adapter, settings)
			if want == "" {
				require.NoError(t, err, "%s: %q", adapter, value)
				require.NoError(t, p.Close())
				continue
			}
			require.ErrorIs(t, err, transport.ErrInvalid, "%s: %q", adapter, value)
			require.ErrorContains(t, err, want, "%s: %q", adapter, value)
		}
	}
}

// TestAnUnknownEnvironmentIsAllThatIsBlamed: nobody has set an address.
func TestAnUnknownEnvironmentIsAllThatIsBlamed(t *testing.T) {
	for adapter, want := range map[string]string{
		"procure":   "procure: New: invalid request: environment must be production, test, local or empty",
		"aihuishou": "aihuishou: New: invalid request: environment must be test or prod",
	} {
		_, err := providers.Builtin().Open(adapter, map[string]any{"app_id": "app", "app_secret": "secret", "environment": "staging"})
		require.EqualError(t, err, want)
	}
}

// TestEveryFakesEnvironmentOpensItsAdapter opens all five from the variables
// that the fakes hand out, and asks all for their health.
func TestEveryFakesEnvironmentOpensItsAdapter(t *testing.T) {
	codes, intents, devices, market := codegatetest.NewServer(), procuretest.NewServer(), aihuishoutest.NewServer(), uumittest.NewServer()
	defer codes.Close()
	defer intents.Close()
	defer devices.Close()
	defer market.Close()
	env := make(map[string]string)
	for _, of := range []map[string]string{codes.Env(), intents.Env(), devices.Env(), market.Env()} {
		maps.Copy(env, of)
	}
	g, err := providers.OpenGatewayFromEnv(providers.Builtin(), func(name string) string { return env[name] })
	require.NoError(t, err)
	defer func() { require.NoError(t, g.Close()) }()
	assert.Equal(t, []string{"aihuishou", "codegate", "procure", "uumit", "uumit-auth"}, g.Names())
	for _, v := range g.Health(t.Context()) {
		assert.Equal(t, "healthy", v.String(), "%s: %v", v.Provider, v.Err)
	}
}

func TestTheEnvironmentOpensWhatItHolds(t *testing.T) {
	env := map[string]string{"PROCURE_APP_ID": "app", "PROCURE_APP_SECRET": "s", "AIHUISHOU_ENV": "test", "UUMIT_TOKEN": "t"}
	lookup := func(name string) string { return env[name] }
	g, err := providers.OpenGatewayFromEnv(providers.Builtin(), lookup)
	require.NoError(t, err)
	assert.Equal(t, []string{"procure", "uumit"}, g.Names())
	require.NoError(t, g.Close())

	env["PROCURE_ENV"] = "moon"
	_, err = providers.OpenGatewayFromEnv(providers.Builtin(), lookup)
	require.ErrorIs(t, err, transport.ErrInvalid)
	require.ErrorContains(t, err, "environment must be production, test, local or empty")
}

// row is a line of the table of docs/configuration.md.
type row struct{ setting, variable, required, meaning string }

func documented(t *testing.T) map[string][]row {
	text, err := os.ReadFile("../docs/configuration.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(text), "| adapter | setting | environment variable | required | meaning |\n|---|---|---|---|---|\n")
	require.True(t, found)
	rows := make(map[string][]row)
	for line := range strings.Lines(table) {
		if !strings.HasPrefix(line, "|") {
			break
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		require.Len(t, cells, 5, line)
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		adapter := cells[0]
		rows[adapter] = append(rows[adapter], row{strings.Trim(cells[1], "`"), strings.Trim(cells[2], "`"), cells[3], cells[4]})
	}
	return rows
}

var knownKeys = regexp.MustCompile(`is unknown; known are ([a-z_, ]+)`)

// TestTheDocumentationListsEverySetting compares the table with the variables
// of the registry, with the keys that the adapters know and with what they
// miss.
func TestTheDocumentationListsEverySetting(t *testing.T) {
	table, registry := documented(t), providers.Builtin()
	assert.ElementsMatch(t, append(registry.Names(), "every"), slices.Collect(maps.Keys(table)))
	for _, adapter := range registry.Names() {
		var settings, needed []string
		var variables []providers.EnvVar
		for _, r := range append(slices.Clone(table["every"]), table[adapter]...) {
			settings = append(settings, r.setting)
			assert.NotEmpty(t, r.meaning, r.setting)
			instead := false
			switch r.required {
			case "yes":
				needed = append(needed, r.setting)
			case "no":
				instead = strings.Contains(r.meaning, "in the place of `api_key` and `user_id`")
			case "yes, or `token`", "in the environment":
			default:
				t.Errorf("%s: %s: required is %q", adapter, r.setting, r.required)
			}
			if r.variable != "" {
				variables = append(variables, providers.EnvVar{Name: r.variable, Key: r.setting, Required: r.required != "no", Instead: instead})
			}
		}
		assert.ElementsMatch(t, registry.Env()[adapter], variables, adapter)

		_, err := registry.Open(adapter, map[string]any{"no_such_key": 1})
		known := knownKeys.FindStringSubmatch(err.Error())
		require.Len(t, known, 2, adapter)
		assert.ElementsMatch(t, strings.Split(known[1], ", "), settings, adapter)
		e, ok := errors.AsType[*transport.Error](err)
		require.True(t, ok)
		var missing []string
		for _, f := range e.Fields {
			if f.Problem == "is missing" {
				missing = append(missing, f.Name)
			}
		}
		assert.ElementsMatch(t, missing, needed, adapter)
	}
}

// TestTheDocumentedDefaults reads the clients' addresses.
func TestTheDocumentedDefaults(t *testing.T) {
	for adapter, tc := range map[string]struct {
		settings map[string]any
		want     string
	}{
		"procure":    {map[string]any{"app_id": "a", "app_secret": "s"}, "procure client of https://api-test.procure-core.com"},
		"aihuishou":  {map[string]any{"app_id": "a", "app_secret": "s"}, "aihuishou client of https://test-api.aihuishou.com"},
		"uumit":      {map[string]any{"token": "t"}, "uumit client of https://api.uumit.com"},
		"uumit-auth": {nil, "uumit client of https://api.uumit.com"},
	} {
		client, ok := open(t, adapter, tc.settings).Native().(interface{ Close() error })
		require.True(t, ok)
		assert.Equal(t, tc.want, fmt.Sprint(client))
	}
}
