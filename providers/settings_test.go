package providers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// ownSettings are those of an adapter from outside, with every type that
// Decode reads.
type ownSettings struct {
	providers.Common `mapstructure:",squash"`

	Endpoint url.URL         `mapstructure:"endpoint" required:"true"`
	Key      signing.Secret  `mapstructure:"key" required:"true"`
	Name     string          `mapstructure:"name"`
	Strict   bool            `mapstructure:"strict"`
	Limit    int             `mapstructure:"limit"`
	Port     uint16          `mapstructure:"port"`
	Ratio    float64         `mapstructure:"ratio"`
	Wait     time.Duration   `mapstructure:"wait"`
	Relay    *url.URL        `mapstructure:"relay,omitempty"`
	Tags     []string        `mapstructure:"tags"`
	Ports    []int           `mapstructure:"ports"`
	Waits    []time.Duration `mapstructure:"waits"`
	Mirrors  []url.URL       `mapstructure:"mirrors"`
	Ignored  string          `mapstructure:"-"`
	Untagged string
}

const ownKeys = "attempt_timeout, attempts, ca_file, call_timeout, client_cert_file, client_key_file, endpoint, idle_timeout, key, limit, limits, max_connections, max_limit_wait, mirrors, name, plain_http, port, ports, proxy, ratio, relay, strict, tags, user_agent, wait, waits"

// decoded reads settings together with what is required, unless they hold it.
func decoded(settings map[string]any) (ownSettings, error) {
	all := map[string]any{"endpoint": "https://api.example.com", "key": "k"}
	maps.Copy(all, settings)
	var out ownSettings
	err := providers.Decode("own", all, &out)
	return out, err
}

func mustURL(t *testing.T, text string) url.URL {
	t.Helper()
	u, err := url.Parse(text)
	require.NoError(t, err)
	return *u
}

func TestSettingsOfEveryTypeAreReadFromText(t *testing.T) {
	got, err := decoded(map[string]any{
		"attempt_timeout": "10s", "call_timeout": "2m", "max_limit_wait": "30s", "idle_timeout": "500ms", "max_connections": "20",
		"attempts": "5", "plain_http": "true", "user_agent": "shop/1.0",
		"endpoint": "https://api.example.com/v2?x=1", "key": "s3cret", "name": "0042", "strict": "True", "limit": "012",
		"port": "8443", "ratio": "0.25", "wait": "1m30s", "relay": "http://proxy.example.com:3128",
		"tags": "a, b,c", "ports": "80,443", "waits": "1s, 2m", "mirrors": "https://a.example.com, https://b.example.com",
	})
	require.NoError(t, err)
	assert.Equal(t, providers.Common{
		AttemptTimeout: 10 * time.Second, CallTimeout: 2 * time.Minute, MaxLimitWait: 30 * time.Second, IdleTimeout: 500 * time.Millisecond, MaxConnections: 20,
		Attempts: 5, PlainHTTP: true, UserAgent: "shop/1.0",
	}, got.Common)
	assert.Equal(t, mustURL(t, "https://api.example.com/v2?x=1"), got.Endpoint)
	assert.Equal(t, "s3cret", got.Key.Reveal())
	assert.Equal(t, "0042", got.Name)
	assert.True(t, got.Strict)
	assert.Equal(t, 12, got.Limit)
	assert.EqualValues(t, 8443, got.Port)
	assert.Equal(t, "0.25", strconv.FormatFloat(got.Ratio, 'g', -1, 64))
	assert.Equal(t, 90*time.Second, got.Wait)
	assert.Equal(t, "http://proxy.example.com:3128", got.Relay.String())
	assert.Equal(t, []string{"a", "b", "c"}, got.Tags)
	assert.Equal(t, []int{80, 443}, got.Ports)
	assert.Equal(t, []time.Duration{time.Second, 2 * time.Minute}, got.Waits)
	assert.Equal(t, []url.URL{mustURL(t, "https://a.example.com"), mustURL(t, "https://b.example.com")}, got.Mirrors)
}

func TestSettingsAreReadFromTheirOwnTypes(t *testing.T) {
	proxy := mustURL(t, "http://proxy.example.com")
	got, err := decoded(map[string]any{
		"attempt_timeout": 10 * time.Second, "attempts": 5, "plain_http": true,
		"endpoint": proxy, "key": signing.NewSecret("s3cret"), "strict": false, "limit": int64(12), "port": uint(8443), "ratio": 3,
		"tags": []any{"a", "b"}, "ports": []any{80, 443.0}, "waits": []any{"1s", time.Minute}, "mirrors": []string{"https://a.example.com"},
	})
	require.NoError(t, err)
	assert.Equal(t, providers.Common{AttemptTimeout: 10 * time.Second, Attempts: 5, PlainHTTP: true}, got.Common)
	assert.Equal(t, proxy, got.Endpoint)
	assert.Equal(t, "s3cret", got.Key.Reveal())
	assert.Equal(t, 12, got.Limit)
	assert.EqualValues(t, 8443, got.Port)
	assert.Equal(t, []string{"a", "b"}, got.Tags)
	assert.Equal(t, []int{80, 443}, got.Ports)
	assert.Equal(t, []time.Duration{time.Second, time.Minute}, got.Waits)
	assert.Len(t, got.Mirrors, 1)
}

func TestNumbersOfJSON(t *testing.T) {
	for text, want := range map[string]int{`3`: 3, `3.0`: 3, `30e-1`: 3, `"3"`: 3, `-3`: -3, `""`: 0} {
		var settings map[string]any
		require.NoError(t, json.Unmarshal([]byte(`{"limit":`+text+`}`), &settings))
		got, err := decoded(settings)
		if assert.NoError(t, err, text) {
			assert.Equal(t, want, got.Limit, text)
		}
	}
	for _, text := range []string{`3.5`, `1e300`, `"3.5"`, `true`, `[3]`, `{"a":3}`, `"three"`} {
		var settings map[string]any
		require.NoError(t, json.Unmarshal([]byte(`{"limit":`+text+`}`), &settings))
		_, err := decoded(settings)
		assert.EqualError(t, err, "own: Open: invalid request: limit must be a whole number", text)
	}
	got, err := decoded(map[string]any{"limit": json.Number("7")})
	require.NoError(t, err)
	assert.Equal(t, 7, got.Limit)
}

func TestWrongTypesAreRefusedByName(t *testing.T) {
	const (
		text     = "must be text"
		boolean  = "must be true or false"
		whole    = "must be a whole number"
		duration = `must be a duration with a unit, such as "30s"`
		address  = `must be an absolute URL such as "https://api.example.com"`
		list     = "must be a list, or text separated by commas"
	)
	type named struct{ A int }
	for _, tc := range []struct {
		key   string
		want  string
		wrong []any
	}{
		{"name", text, []any{42, 4.5, true, []any{"a"}, map[string]any{"a": "b"}, map[string]any{}, []byte("a"), [1]byte{'a'}, named{1}}},
		{"key", text, []any{42, 4.5, true, []any{"a"}, map[string]any{"a": "b"}, map[string]any{}, named{1}}},
		{"endpoint", address, []any{42, true, "example.com", "/path", "://", map[string]any{"host": "a"}, []any{"https://a.example.com"}}},
		{"relay", address, []any{42, "example.com"}},
		{"strict", boolean, []any{0, 1, 2, 0.5, "maybe", "1", "0", "t", "yes", "on", "", " true", []any{true}, map[string]any{}}},
		{"limit", whole, []any{true, 3.5, "3.5", "many", "0x10", "0b1", "0o7", "1_000", "1e3", " 3", []any{3}, map[string]any{}, map[string]any{"a": 3}}},
		{"port", whole, []any{true, 3.5, "-1", -1, -1.0, 65536, 65536.0, uint64(65536), "65536"}},
		{"limit", whole, []any{uint64(1) << 63, "9223372036854775808", float32(0.5)}},
		{"ratio", "must be a number", []any{"half", "0x1p4", "inf", "NaN", "1_0", []any{0.5}, map[string]any{"a": 1}}},
		{"wait", duration, []any{30, 30.0, "30", "soon", "", true, []any{"30s"}, map[string]any{}}},
		{"tags", list, []any{42, true, map[string]any{}, map[string]any{"a": "b"}, []any{"a", 1}, []any{[]any{"a"}}, []any{map[string]any{}}}},
		{"ports", list, []any{80, "80,x", []any{80, 443.5}, []any{true}}},
		{"waits", list, []any{"1s,2", []any{1}}},
		{"mirrors", list, []any{"https://a.example.com,b", []any{1}}},
	} {
		for _, wrong := range tc.wrong {
			_, err := decoded(map[string]any{tc.key: wrong})
			assert.EqualError(t, err, "own: Open: invalid request: "+tc.key+" "+tc.want, "%s of %T", tc.key, wrong)
			assert.ErrorIs(t, err, transport.ErrInvalid)
		}
	}
}

// TestNumbersInTextAreDecimal: "010" is no octal number.
func TestNumbersInTextAreDecimal(t *testing.T) {
	got, err := decoded(map[string]any{"attempts": "010", "port": "0443", "ports": "080,0443", "ratio": "010.5", "limit": "-007"})
	require.NoError(t, err)
	assert.Equal(t, 10, got.Attempts)
	assert.EqualValues(t, 443, got.Port)
	assert.Equal(t, []int{80, 443}, got.Ports)
	assert.InDelta(t, 10.5, got.Ratio, 0)
	assert.Equal(t, -7, got.Limit)
}

// TestWhatWouldStandForTheDefaultIsRefused: a 0 that somebody wrote down means
// something else than leaving the setting out.
func TestWhatWouldStandForTheDefaultIsRefused(t *testing.T) {
	for key, values := range map[string][]any{
		"attempts":        {0, "0", "", -1, 0.0},
		"max_connections": {0, "00", "", -1},
		"attempt_timeout": {"0s", "0", "-1s", time.Duration(0)},
		"call_timeout":    {"0s", "-5m", time.Duration(-1)},
		"max_limit_wait":  {"0ms", "-1s"},
		"idle_timeout":    {"0s", "-4s"},
	} {
		for _, value := range values {
			for adapter, settings := range someSettings() {
				settings[key] = value
				_, err := providers.Builtin().Open(adapter, settings)
				assert.EqualError(t, err, adapter+": Open: invalid request: "+key+" must be more than 0", "%v", value)
			}
		}
	}
	for _, key := range []string{"attempts", "max_connections", "attempt_timeout", "call_timeout", "max_limit_wait", "idle_timeout"} {
		open(t, "procure", map[string]any{"app_id": "app", "app_secret": "secret", key: nil})
	}
}

// TestAFieldOfAnyKindCanBeAskedToBePositive, also within a struct of its own.
func TestAFieldOfAnyKindCanBeAskedToBePositive(t *testing.T) {
	type inner struct {
		Ratio float64 `mapstructure:"ratio" positive:"true"`
	}
	type outer struct {
		Inner inner   `mapstructure:",squash"`
		Port  uint16  `mapstructure:"port" positive:"true"`
		Some  *int    `mapstructure:"some" positive:"true"`
		Free  float64 `mapstructure:"free"`
	}
	require.NoError(t, providers.Decode("own", map[string]any{"ratio": 0.5, "port": 1, "some": 1, "free": 0}, new(outer)))
	require.NoError(t, providers.Decode("own", nil, new(outer)))
	require.EqualError(t, providers.Decode("own", map[string]any{"ratio": 0, "port": "0", "some": 0, "free": 0}, new(outer)),
		"own: Open: invalid request: port must be more than 0; ratio must be more than 0; some must be more than 0")
}

func TestAllThatIsWrongIsReportedAtOnce(t *testing.T) {
	_, err := providers.Builtin().Open("codegate", map[string]any{
		"base_url": "", "api_key": 12345, "secret": nil, "attempts": "often", "atempts": 3, "Attempts": 3,
	})
	const known = "is unknown; known are api_key, attempt_timeout, attempts, base_url, ca_file, call_timeout, client_cert_file, client_key_file, idle_timeout, limits, max_connections, max_limit_wait, plain_http, project_id, proxy, secret, user_agent"
	require.EqualError(t, err, "codegate: Open: invalid request: "+
		"Attempts "+known+"; api_key must be text; atempts "+known+"; attempts must be a whole number; "+
		"base_url is missing; project_id is missing; secret is missing")
	require.ErrorIs(t, err, transport.ErrInvalid)
}

func TestKeysAreMatchedExactly(t *testing.T) {
	for _, key := range []string{"Name", "NAME", "n_ame", "name ", "Untagged", "untagged", "Ignored", "-", "Common", "Endpoint", ""} {
		_, err := decoded(map[string]any{key: "x"})
		assert.ErrorContains(t, err, "is unknown; known are "+ownKeys, "%q", key)
	}
}

func TestWithoutSettings(t *testing.T) {
	for adapter, missing := range map[string]string{
		"codegate":  "codegate: Open: invalid request: api_key is missing; base_url is missing; project_id is missing; secret is missing",
		"procure":   "procure: Open: invalid request: app_id is missing; app_secret is missing",
		"aihuishou": "aihuishou: Open: invalid request: app_id is missing; app_secret is missing",
		"uumit": "uumit: New: invalid request: api_key must be set together with user_id, or token in their place; " +
			"user_id must be set together with api_key, or token in their place; token must be set if api_key and user_id are not",
	} {
		for _, settings := range []map[string]any{nil, {}} {
			_, err := providers.Builtin().Open(adapter, settings)
			assert.EqualError(t, err, missing)
		}
	}
	open(t, "uumit-auth", nil)
}

func TestANullIsLeftOut(t *testing.T) {
	got, err := decoded(map[string]any{"name": nil, "limit": nil, "wait": nil, "tags": nil, "strict": nil})
	require.NoError(t, err)
	assert.Empty(t, got.Name)
	_, err = decoded(map[string]any{"key": nil, "endpoint": ""})
	require.ErrorContains(t, err, "endpoint is missing; key is missing")
}

// TestOneConfigurationInManyForms reads the same settings as YAML, JSON, the
// environment, viper and koanf hand them out.
func TestOneConfigurationInManyForms(t *testing.T) {
	want, err := decoded(map[string]any{
		"attempt_timeout": 10 * time.Second, "attempts": 5, "plain_http": true,
		"endpoint": "https://api.example.com/v2", "key": "s3cret", "name": "0042", "tags": []string{"a", "b"}, "ports": []int{80, 443},
	})
	require.NoError(t, err)
	for form, read := range map[string]func() (map[string]any, error){
		"YAML": func() (m map[string]any, err error) {
			return m, yaml.Unmarshal([]byte(`
attempt_timeout: 10s
attempts: 5
plain_http: true
endpoint: https://api.example.com/v2
key: s3cret
name: "0042"
tags: [a, b]
ports:
  - 80
  - 443
`), &m)
		},
		"JSON": func() (m map[string]any, err error) {
			return m, json.Unmarshal([]byte(`{"attempt_timeout":"10s","attempts":5,"plain_http":true,
				"endpoint":"https://api.example.com/v2","key":"s3cret","name":"0042","tags":["a","b"],"ports":[80,443]}`), &m)
		},
		"environment, where all is text": func() (map[string]any, error) {
			return map[string]any{"attempt_timeout": "10s", "attempts": "5", "plain_http": "true", "endpoint": "https://api.example.com/v2",
				"key": "s3cret", "name": "0042", "tags": "a,b", "ports": "80,443"}, nil
		},
		"viper, AllSettings of a file with a variable bound to it": func() (map[string]any, error) {
			return map[string]any{"attempt_timeout": "10s", "attempts": "5", "plain_http": true, "endpoint": "https://api.example.com/v2",
				"key": "s3cret", "name": "0042", "tags": []any{"a", "b"}, "ports": []any{80, 443}}, nil
		},
		"koanf, Raw with its parsed types": func() (map[string]any, error) {
			return map[string]any{"attempt_timeout": "10s", "attempts": 5.0, "plain_http": true, "endpoint": "https://api.example.com/v2",
				"key": "s3cret", "name": "0042", "tags": []string{"a", "b"}, "ports": []any{80.0, int64(443)}}, nil
		},
	} {
		settings, err := read()
		require.NoError(t, err, form)
		got, err := decoded(settings)
		require.NoError(t, err, form)
		assert.Equal(t, want.Key.Reveal(), got.Key.Reveal(), form)
		got.Key, want.Key = signing.Secret{}, signing.Secret{}
		assert.Equal(t, want, got, form)
		want.Key = signing.NewSecret("s3cret")
	}
}

func TestDecodeLeavesTheSettingsAlone(t *testing.T) {
	settings := map[string]any{"endpoint": "https://a.example.com", "key": "k", "tags": "a, b", "bad": 1}
	before := maps.Clone(settings)
	var out ownSettings
	require.Error(t, providers.Decode("own", settings, &out))
	assert.Equal(t, before, settings)
	assert.Zero(t, out.Tags, "a refusal fills nothing in")
}

// TestTheBoundsReachTheTransport sets each bound to next to nothing, on a
// platform that takes a minute and four calls a second.
func TestTheBoundsReachTheTransport(t *testing.T) {
	slow := hosts{"127.0.0.1:1": {handler: http.NotFoundHandler(), delay: time.Minute}}
	for name, tc := range map[string]struct {
		setting map[string]any
		want    error
		text    string
	}{
		"the whole call":         {map[string]any{"call_timeout": "20ms"}, context.DeadlineExceeded, "deadline exceeded"},
		"each attempt":           {map[string]any{"attempt_timeout": "10ms"}, transport.ErrUnavailable, "the attempt took too long"},
		"waiting for the limits": {map[string]any{"attempt_timeout": "10ms", "max_limit_wait": "1ms"}, transport.ErrRateLimited, "not sent: the client's own rate limit would hold it back for longer than allowed (1ms)"},
	} {
		t.Run(name, func(t *testing.T) {
			settings := map[string]any{"app_id": "a", "app_secret": "s", "base_url": "http://127.0.0.1:1", "attempts": 1}
			maps.Copy(settings, tc.setting)
			health := capable[providers.Health](t, open(t, "aihuishou", settings, transport.WithRoundTripper(slow)))
			_ = health.Health(t.Context()) // takes the token
			err := health.Health(t.Context())
			require.ErrorIs(t, err, tc.want)
			require.ErrorContains(t, err, tc.text)
		})
	}
}

// TestTheSettingsOfConnectionsAreInForce counts the connections that a server
// sees, and waits until it sees none.
func TestTheSettingsOfConnectionsAreInForce(t *testing.T) {
	var connections, most atomic.Int32
	platform := procuretest.New(procuretest.WithoutLimits())
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(20 * time.Millisecond)
		platform.ServeHTTP(w, r)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			if n := connections.Add(1); n > most.Load() {
				most.Store(n)
			}
		case http.StateClosed:
			connections.Add(-1)
		}
	}
	server.Start()
	defer server.Close()
	app := platform.App("")
	p := open(t, "procure", map[string]any{
		"base_url": server.URL, "app_id": app.ID, "app_secret": app.Secret, "max_connections": 2, "idle_timeout": "100ms",
	}, transport.WithLimiter(transport.NoLimits))
	orders := capable[providers.Orders](t, p)
	id := platform.AddIntent(procuretest.Intent{}).ID
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			_, err := orders.GetOrder(t.Context(), id)
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	assert.EqualValues(t, 2, most.Load())
	assert.Eventually(t, func() bool { return connections.Load() == 0 }, 3*time.Second, 10*time.Millisecond, "an idle connection is let go")
}

func TestCommonSettingsReachTheTransport(t *testing.T) {
	faults := transporttest.NewFaults(nil)
	faults.Always(transporttest.Status(503, ""))
	settings := map[string]any{
		"base_url": "http://codes.example.com", "api_key": strings.Repeat("a", 32), "secret": strings.Repeat("b", 64),
		"project_id": strings.Repeat("c", 32), "attempts": 2, "user_agent": "shop/1.0", "attempt_timeout": "7s",
	}
	network := transport.WithRoundTripper(hosts{"codes.example.com": {handler: faults}})
	_, err := providers.Builtin().Open("codegate", settings, network)
	require.ErrorContains(t, err, "base_url", "plain http is for loopback")

	settings["plain_http"] = true
	p := open(t, "codegate", settings, network, transport.WithClock(transporttest.NewClock(time.Now())))
	require.ErrorIs(t, capable[providers.Health](t, p).Health(t.Context()), transport.ErrUnavailable)
	require.Len(t, faults.Requests(), 2)
	assert.Equal(t, "shop/1.0", faults.Requests()[0].Header.Get("User-Agent"))

	faults.Reset()
	faults.Always(transporttest.Status(503, ""))
	p = open(t, "codegate", settings, network, transport.WithClock(transporttest.NewClock(time.Now())), transport.WithDefaultAttempts(4))
	require.Error(t, capable[providers.Health](t, p).Health(t.Context()))
	assert.Len(t, faults.Requests(), 4, "what the program says counts more than the configuration")

	for key, value := range map[string]any{"attempts": -1, "attempt_timeout": "-1s"} {
		wrong := maps.Clone(settings)
		wrong[key] = value
		_, err := providers.Builtin().Open("codegate", wrong, network)
		assert.ErrorIs(t, err, transport.ErrInvalid, key)
		assert.ErrorContains(t, err, key)
	}
}

// kinds says what the built-in adapters' settings take, and those of ownSettings.
var kinds = map[string]map[string]string{
	"codegate":   {"base_url": "text", "api_key": "text", "secret": "text", "project_id": "text"},
	"procure":    {"base_url": "text", "environment": "text", "app_id": "text", "app_secret": "text"},
	"aihuishou":  {"base_url": "text", "environment": "text", "app_id": "text", "app_secret": "text", "literals": "text"},
	"uumit":      {"base_url": "text", "api_key": "text", "user_id": "text", "token": "text"},
	"uumit-auth": {"base_url": "text", "agent_platform": "text"},
	"own": {
		"endpoint": "address", "key": "text", "name": "text", "strict": "bool", "limit": "whole", "port": "whole", "wait": "duration",
		"relay": "address", "tags": "list", "ports": "list", "mirrors": "list",
	},
}

var commonKinds = map[string]string{
	"attempts": "whole", "attempt_timeout": "duration", "call_timeout": "duration", "max_limit_wait": "duration", "idle_timeout": "duration",
	"max_connections": "whole", "plain_http": "bool", "user_agent": "text", "limits": "rates", "proxy": "address",
	"ca_file": "text", "client_cert_file": "text", "client_key_file": "text",
}

// required lists what must be there, in alphabetical order.
var required = map[string][]string{
	"codegate": {"api_key", "base_url", "project_id", "secret"}, "procure": {"app_id", "app_secret"},
	"aihuishou": {"app_id", "app_secret"}, "own": {"endpoint", "key"},
}

// wrongValue draws a value of a wrong type that holds the mark, which looks
// like a secret or is a large number.
func wrongValue(t *rapid.T, kind string) (value any, mark string) {
	text := rapid.StringMatching(`(sk|pk|ghp|Bearer )[A-Za-z0-9/+_=-]{12,40}`).Draw(t, "text")
	number := rapid.Int64Range(899_000_000_000_000, 1<<50-1).Draw(t, "number") // no part of an address that %d or %o prints
	digits := strconv.FormatInt(number, 10)
	half := float64(number) + 0.5
	choices := map[string]func() (any, string){
		"text":         func() (any, string) { return text, text },
		"number":       func() (any, string) { return number, digits },
		"half":         func() (any, string) { return half, strconv.FormatFloat(half, 'f', -1, 64) },
		"map":          func() (any, string) { return map[string]any{text: text}, text },
		"map of any":   func() (any, string) { return map[any]any{text: text}, text },
		"list":         func() (any, string) { return []any{text, map[string]any{"a": text}}, text },
		"list of text": func() (any, string) { return []string{text}, text },
		"error":        func() (any, string) { return errors.New(text), text },
		"pointer":      func() (any, string) { return &struct{ Token string }{text}, text },
	}
	allowed := map[string][]string{
		"text":     {"number", "half", "map", "map of any", "list", "list of text", "error", "pointer"},
		"address":  {"text", "number", "half", "map", "map of any", "list", "error"},
		"duration": {"text", "number", "half", "map", "map of any", "list", "error"},
		"whole":    {"text", "half", "map", "map of any", "list", "list of text", "error"},
		"bool":     {"text", "number", "half", "map", "map of any", "list", "error"},
		"list":     {"number", "half", "map", "map of any", "list", "error", "pointer"},
		"rates":    {"text", "number", "half", "list", "list of text", "error", "pointer"},
	}[kind]
	return choices[rapid.SampledFrom(allowed).Draw(t, "type")]()
}

// TestNoErrorShowsAValue draws settings with values that look like secrets in
// unknown keys and in keys of another type: all keys that are wrong are named,
// no other is, and no way to print the error shows a value.
func TestNoErrorShowsAValue(t *testing.T) {
	registry := providers.Builtin()
	require.NoError(t, registry.Register(providers.Adapter{Name: "own", Open: func(settings map[string]any, _ ...transport.Option) (providers.Provider, error) {
		return nil, providers.Decode("own", settings, new(ownSettings))
	}}))
	rapid.Check(t, func(t *rapid.T) {
		adapter := rapid.SampledFrom(slices.Sorted(maps.Keys(kinds))).Draw(t, "adapter")
		known := maps.Clone(commonKinds)
		maps.Copy(known, kinds[adapter])
		settings, marks := make(map[string]any), []string(nil)
		var wrong []string
		for _, key := range rapid.SliceOfNDistinct(rapid.SampledFrom(slices.Sorted(maps.Keys(known))), 0, 5, rapid.ID).Draw(t, "known keys") {
			value, mark := wrongValue(t, known[key])
			settings[key], wrong, marks = value, append(wrong, key), append(marks, mark)
		}
		for _, key := range rapid.SliceOfNDistinct(rapid.StringMatching(`x[a-z]{3}_[a-z]{3}`), 1, 3, rapid.ID).Draw(t, "unknown keys") {
			value, mark := wrongValue(t, rapid.SampledFrom([]string{"text", "address", "list"}).Draw(t, "kind"))
			settings[key], wrong, marks = value, append(wrong, key), append(marks, mark)
		}
		for _, key := range required[adapter] {
			if settings[key] == nil {
				wrong = append(wrong, key)
			}
		}

		_, err := registry.Open(adapter, settings)
		e, ok := errors.AsType[*transport.Error](err)
		if !ok || !errors.Is(err, transport.ErrInvalid) {
			t.Fatalf("the error is a %T", err)
		}
		var named []string
		for _, f := range e.Fields {
			named = append(named, f.Name)
		}
		assert.ElementsMatch(t, wrong, named)
		_, gatewayErr := providers.OpenGateway(registry, map[string]map[string]any{adapter: settings})
		for _, err := range []error{err, gatewayErr, errors.Join(err, gatewayErr)} {
			assertUnseen(t, err, marks)
		}
	})
}

func assertUnseen(t assert.TestingT, v any, marks []string) {
	var printed []string
	for _, verb := range "vsqdxXtTbcoOUeEfFgGp" {
		for _, flags := range []string{"", "+", "#"} {
			printed = append(printed, fmt.Sprintf("%"+flags+string(verb), v))
		}
	}
	encoded, err := json.Marshal(v)
	assert.NoError(t, err)
	all := strings.Join(append(printed, string(encoded)), "\n")
	for _, mark := range marks {
		assert.False(t, strings.Contains(all, mark), "%q shows in: %v", mark, v) //nolint:testifylint // NotContains would print it all
	}
}

// TestWhatAPlatformRefusesIsNotShownEither has values of the right type that
// only the platform's own package finds wrong.
func TestWhatAPlatformRefusesIsNotShownEither(t *testing.T) {
	const mark = "ghp_0123456789abcdef with spaces"
	for adapter, keys := range map[string][]string{
		"codegate":   {"base_url", "api_key", "secret", "project_id"},
		"procure":    {"base_url", "environment", "app_id"},
		"aihuishou":  {"base_url", "environment", "literals"},
		"uumit":      {"base_url", "api_key", "user_id"},
		"uumit-auth": {"base_url"},
	} {
		for _, wrong := range keys {
			settings := make(map[string]any)
			for _, key := range append(required[adapter], "api_key", "user_id") {
				if kinds[adapter][key] != "" {
					settings[key] = "x"
				}
			}
			settings[wrong] = mark
			_, err := providers.Builtin().Open(adapter, settings)
			require.ErrorIs(t, err, transport.ErrInvalid, "%s: %s", adapter, wrong)
			assert.ErrorContains(t, err, wrong)
			assertUnseen(t, err, []string{mark, "ghp_"})
		}
	}
}

func TestAlternativeLiteralsOfAihuishou(t *testing.T) {
	for _, literals := range []string{"", "python", "json"} {
		open(t, "aihuishou", map[string]any{"app_id": "id", "app_secret": "secret", "literals": literals})
	}
	_, err := providers.Builtin().Open("aihuishou", map[string]any{"app_id": "id", "app_secret": "secret", "literals": "Python"})
	require.EqualError(t, err, "aihuishou: Open: invalid request: literals must be python or json")
}

func ExampleDecode() {
	var settings struct {
		providers.Common
		BaseURL string         `mapstructure:"base_url" required:"true"`
		APIKey  signing.Secret `mapstructure:"api_key" required:"true"`
	}
	err := providers.Decode("acme", map[string]any{"base_url": "https://api.example.com", "api_kye": "s3cret"}, &settings)
	fmt.Println(err)
	// Output:
	// acme: Open: invalid request: api_kye is unknown; known are api_key, attempt_timeout, attempts, base_url, ca_file, call_timeout, client_cert_file, client_key_file, idle_timeout, limits, max_connections, max_limit_wait, plain_http, proxy, user_agent; api_key is missing
}

func ExampleBuiltin() {
	settings := map[string]any{
		"base_url":   "https://codes.example.com",
		"api_key":    "0123456789abcdef0123456789abcdef",
		"secret":     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		"project_id": "0123456789abcdef0123456789abcdef",
	}
	p, err := providers.Builtin().Open("codegate", settings)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = p.Close() }()
	_, redeems := providers.As[providers.Codes](p)
	_, native := providers.As[providers.Orders](p)
	fmt.Println(p.Name(), redeems, native)
	fmt.Println(p.Native().(*codegate.Client))
	// Output:
	// codegate true false
	// codegate client of https://codes.example.com
}
