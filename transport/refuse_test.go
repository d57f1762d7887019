package transport_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func TestWhatCannotBeSentIsRefusedBeforeSending(t *testing.T) {
	withBody := func(body any) transport.Call {
		call := post(transport.Unsafe)
		call.Body = body
		return call
	}
	type address struct {
		City  string   `json:"city"`
		Lines []string `json:"lines"`
		Note  *string  `json:"-"`
	}
	broken := "\xd5\xc5"
	for name, tc := range map[string]struct {
		call transport.Call
		opts []transport.CallOption
		want string
	}{
		"a body that is a reader":          {call: withBody(strings.NewReader("{}")), want: "body must not be a reader"},
		"a body that is a buffer":          {call: withBody(&bytes.Buffer{}), want: "body must not be a reader"},
		"text that is no UTF-8":            {call: withBody(map[string]string{"name": broken}), want: "name must be valid UTF-8"},
		"such text in a struct":            {call: withBody(struct{ To address }{address{City: broken, Lines: []string{"a", broken}}}), want: "city must be valid UTF-8; lines must be valid UTF-8"},
		"such text as a name":              {call: withBody(map[string]int{broken: 1}), want: "body must be valid UTF-8"},
		"a mask for a text":                {call: withBody(map[string]any{"phone": transport.NewPersonal("13800138000")}), want: "phone must be the text itself, not what masks it"},
		"a mask for a secret":              {call: withBody([]any{signing.NewSecret("s")}), want: "body must be the text itself, not what masks it"},
		"a mask for an answer":             {call: withBody([]any{map[string]any{"raw": transport.NewRaw([]byte("{}"))}}), want: "raw must be the text itself, not what masks it"},
		"a mask from a log":                {call: withBody(struct{ To address }{address{City: "[redacted]"}}), want: "city must be the text itself, not its mask: the JSON of a request is for logs"},
		"such raw JSON":                    {call: withBody(json.RawMessage(`"` + broken + `"`)), want: "body must be valid UTF-8"},
		"such text in the query":           {call: transport.Call{Method: "GET", Path: "/a", Query: url.Values{"q": {broken}}}, want: "q must be valid UTF-8"},
		"such text in the path":            {call: get("/" + broken), want: "path must be valid UTF-8"},
		"a header with a line break":       {call: get("/a"), opts: []transport.CallOption{transport.WithHeader("X-Trace", "a\r\nX-Evil: 1")}, want: "X-Trace must hold no line break"},
		"a header name with a blank":       {call: get("/a"), opts: []transport.CallOption{transport.WithHeader("X Trace", "a")}, want: "header must have a name of letters"},
		"an empty header name":             {call: get("/a"), opts: []transport.CallOption{transport.WithHeader("", "a")}, want: "header must have a name of letters"},
		"Accept-Encoding":                  {call: get("/a"), opts: []transport.CallOption{transport.WithHeader("accept-encoding", "gzip")}, want: "Accept-Encoding must not be set"},
		"Host":                             {call: get("/a"), opts: []transport.CallOption{transport.WithHeader("Host", "evil.example")}, want: "Host must not be set"},
		"no attempts":                      {call: get("/a"), opts: []transport.CallOption{transport.WithAttempts(0)}, want: "attempts must be at least 1"},
		"nil info":                         {call: get("/a"), opts: []transport.CallOption{transport.WithInfo(nil)}, want: "info must not be nil"},
		"a body on OPTIONS":                {call: transport.Call{Method: "OPTIONS", Path: "/a", Body: "x"}, want: "body must be absent for OPTIONS"},
		"a key header that is not the one": {call: get("/a"), opts: []transport.CallOption{transport.WithHeader("x-idempotency-key", "k")}, want: "X-Idempotency-Key must be set with WithIdempotencyKey"},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, transport.Config{})
			err := h.client.Do(t.Context(), tc.call, nil, tc.opts...)
			require.ErrorIs(t, err, transport.ErrInvalid)
			assert.ErrorContains(t, err, tc.want)
			assert.NotContains(t, err.Error(), broken)
			assert.Empty(t, h.faults.Requests())
			assert.Empty(t, h.clock.Waits())
		})
	}
}

func TestWhatAPlatformsPackageFoundIsToldTogetherWithTheRest(t *testing.T) {
	h := start(t, transport.Config{})
	call := post(transport.Unsafe)
	call.Invalid.Check(false, "phone", "must be 11 digits")
	call.Invalid.Check(false, "title", "must not be empty")
	err := h.client.Do(t.Context(), call, nil, transport.WithIdempotencyKey("k"), transport.WithAttempts(0))
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.EqualError(t, err, "test: Post: invalid request: phone must be 11 digits; title must not be empty; attempts must be at least 1; idempotency_key is not available for this operation")
	assert.Empty(t, h.faults.Requests())
}

func TestTwoClientsOfOnePlatformAreToldApart(t *testing.T) {
	var logged bytes.Buffer
	h := start(t, transport.Config{}, transport.WithName("shop-eu"), transport.WithLogger(slog.New(slog.NewTextHandler(&logged, nil))))
	h.faults.Script(transporttest.Status(404, "{}"))
	err := h.client.Do(t.Context(), get("/a"), nil)
	var e *transport.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "shop-eu", e.Provider)
	assert.Equal(t, strings.TrimPrefix(h.server.URL, "http://"), e.Host)
	assert.EqualError(t, err, "shop-eu: Get: not found (HTTP 404)")
	assert.Equal(t, "shop-eu", h.client.Name())
	assert.Contains(t, logged.String(), "provider=shop-eu")
}

func TestTextThatLooksLikeAnEscapeIsSent(t *testing.T) {
	h := start(t, transport.Config{})
	call := post(transport.Unsafe)
	call.Body = map[string]any{"a": `\ufffd`, "b": "\ufffd", "raw": json.RawMessage(`{"x":"<&>"}`)}
	require.NoError(t, h.client.Do(t.Context(), call, nil))
	assert.Equal(t, `{"a":"\\ufffd","b":"`+"\ufffd"+`","raw":{"x":"<&>"}}`, string(h.faults.Requests()[0].Body))
}

func TestACallersAcceptIsKept(t *testing.T) {
	h := start(t, transport.Config{})
	require.NoError(t, h.client.Do(t.Context(), get("/a"), nil, transport.WithHeader("Accept", "text/event-stream")))
	assert.Equal(t, []string{"text/event-stream"}, h.faults.Requests()[0].Header["Accept"])
}

func TestOptionsThatMakeNoSenseAreRefused(t *testing.T) {
	var none *http.Transport
	for want, option := range map[string]transport.Option{
		"logger must not be nil":                          transport.WithLogger(nil),
		"observer must not be nil":                        transport.WithObserver(nil),
		"round_tripper must not be nil":                   transport.WithRoundTripper(nil),
		"round_tripper must not be nil: leave the option": transport.WithRoundTripper(none),
		"limiter must not be nil":                         transport.WithLimiter(nil),
		"retry.attempts must be at least 1":               transport.WithDefaultAttempts(0),
		"user_agent must hold no line break":              transport.WithUserAgent("a\nb"),
		"idle_timeout must be more than 0":                transport.WithIdleTimeout(0),
		"call_timeout must be more than 0":                transport.WithCallTimeout(0),
		"max_limit_wait must be more than 0":              transport.WithMaxLimitWait(-time.Second),
		"limits must have a rate of one a day":            transport.WithLimiter(transport.NewLimiter(nil, transport.Limit{PerSecond: 1e-12, Burst: 1})),
	} {
		_, err := transport.New(transport.Config{Provider: "test", BaseURL: "https://a.example"}, option)
		require.ErrorIs(t, err, transport.ErrInvalid, want)
		assert.ErrorContains(t, err, want)
	}
}

func TestALimiterOfSenselessLimitsLetsNoCallGo(t *testing.T) {
	for name, limits := range map[string][]transport.Limit{
		"no rate":              {{PerSecond: 0, Burst: 1}},
		"a negative rate":      {{PerSecond: -1, Burst: 1}},
		"no number":            {{PerSecond: math.NaN(), Burst: 1}},
		"without end":          {{PerSecond: math.Inf(1), Burst: 1}},
		"once in 30,000 years": {{PerSecond: 1e-12, Burst: 1}},
		"no burst":             {{PerSecond: 1}},
		"one class twice":      {{Class: "a", PerSecond: 1, Burst: 1}, {Class: "a", PerSecond: 2, Burst: 1}},
	} {
		assert.ErrorIs(t, transport.NewLimiter(nil, limits...).Wait(t.Context(), "a"), transport.ErrInvalid, name)
		_, err := transport.New(transport.Config{Provider: "test", BaseURL: "https://a.example", Limits: limits})
		assert.ErrorContains(t, err, "limits must", name)
	}
}

func TestAClientThatWasNotMadeByNewSaysSo(t *testing.T) {
	var zero transport.Client
	for _, c := range []*transport.Client{nil, &zero} {
		err := c.Do(t.Context(), get("/a"), nil)
		require.ErrorIs(t, err, transport.ErrInvalid)
		assert.ErrorContains(t, err, "the client was not made by New")
		require.ErrorIs(t, c.Sleep(t.Context(), time.Second), transport.ErrInvalid)
		require.ErrorIs(t, c.Poll(t.Context(), "test", "Wait", time.Second, nil), transport.ErrInvalid)
		require.NoError(t, c.Close())
		require.NoError(t, c.Shutdown(t.Context()))
		assert.NotZero(t, c.Now())
		assert.Empty(t, c.BaseURL())
		assert.Equal(t, c, c.WithSigner(nil))
		for _, text := range renderings(c) {
			assert.NotEmpty(t, text)
		}
		_, err = (&http.Client{Transport: c.RoundTripper()}).Get("https://a.example") //nolint:bodyclose,noctx // there is none
		require.ErrorIs(t, err, transport.ErrInvalid)
	}
}
