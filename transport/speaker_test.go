package transport_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// withDetail recognizes a platform whose answers are objects with "detail" or
// "ok".
func withDetail(a *transport.Answer) bool {
	return strings.HasPrefix(string(a.Body), `{"detail"`) || strings.HasPrefix(string(a.Body), `{"ok"`)
}

func page(status int, contentType, body string) transporttest.Fault {
	return transporttest.Fault{Status: status, Body: body, Header: http.Header{"Content-Type": {contentType}}}
}

func TestOnlyThePlatformSpeaksForThePlatform(t *testing.T) {
	const nginx = "<html><head><title>404 Not Found</title></head><body><center>nginx/1.25 hunter2</center></body></html>"
	for name, tc := range map[string]struct {
		fault transporttest.Fault
		want  error
		text  string
	}{
		"its own 404":                        {transporttest.Status(404, `{"detail":"gone"}`), transport.ErrNotFound, "(HTTP 404)"},
		"its own 409":                        {transporttest.Status(409, `{"detail":"used"}`), transport.ErrConflict, "(HTTP 409)"},
		"its own 418, which has no class":    {transporttest.Status(418, `{"detail":"tea"}`), transport.ErrRejected, "rejected (HTTP 418)"},
		"the 404 page of a load balancer":    {page(404, "text/html; charset=utf-8", nginx), transport.ErrMalformed, `102 bytes of text/html, titled "404 Not Found" (HTTP 404)`},
		"a 403 page that states no type":     {page(403, "", "<TITLE>\n Blocked &amp; logged </TITLE>"), transport.ErrMalformed, `38 bytes of no stated type, titled "Blocked & logged" (HTTP 403)`},
		"JSON of a gateway":                  {page(403, "application/json", `{"message":"Forbidden"}`), transport.ErrMalformed, "23 bytes of application/json (HTTP 403)"},
		"an empty 413":                       {transporttest.Status(413, ""), transport.ErrMalformed, "nothing in it (HTTP 413)"},
		"a 200 page of a captive portal":     {page(200, "text/html", "<title>Welcome</title>"), transport.ErrMalformed, `titled "Welcome" (HTTP 200)`},
		"the 407 of a proxy":                 {page(407, "text/html", "<title>Log in</title>"), transport.ErrMalformed, "a proxy on the way asks for credentials"},
		"a 407 in the platform's own form":   {transporttest.Status(407, `{"detail":"x"}`), transport.ErrMalformed, "a proxy on the way asks for credentials"},
		"a 429 page: believed from anyone":   {page(429, "text/html", "<title>Slow down</title>"), transport.ErrRateLimited, `titled "Slow down" (HTTP 429`},
		"a 502 page: believed from anyone":   {page(502, "text/html", "<title>Bad Gateway</title>"), transport.ErrUnavailable, `titled "Bad Gateway" (HTTP 502`},
		"an empty 408: believed from anyone": {transporttest.Status(408, ""), transport.ErrUnavailable, "nothing in it (HTTP 408"},
		"a title of many characters":         {page(404, "text/html", "<title>"+strings.Repeat("x", 500)+"</title>"), transport.ErrMalformed, `titled "` + strings.Repeat("x", 80) + `"`},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, transport.Config{Own: withDetail})
			h.faults.Always(tc.fault)
			err := h.client.Do(t.Context(), get("/a"), nil)
			checkOutcome(t, err, nameOf(tc.want), false)
			assert.ErrorContains(t, err, tc.text)
			assert.NotContains(t, err.Error(), "nginx")
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func nameOf(sentinel error) string {
	for name, s := range sentinels {
		if s == sentinel { //nolint:errorlint // sentinels are compared as they are
			return name
		}
	}
	return ""
}

func TestAPageDoesNotPrintWhatTheCallSent(t *testing.T) {
	h := start(t, transport.Config{Own: withDetail})
	h.faults.Script(page(404, "text/html", "<title>no page for hunter2, phone 13800138000</title>"))
	call := transport.Call{Operation: "Get", Method: "GET", Path: "/codes/hunter2", Route: "/codes/{code}"}
	err := h.client.Do(t.Context(), call, nil)
	require.ErrorIs(t, err, transport.ErrMalformed)
	for _, text := range renderings(err) {
		assert.NotContains(t, text, "hunter2")
		assert.NotContains(t, text, "13800138000")
	}
}

func TestAPlatformThatDeclaresNothingIsAnythingButAPage(t *testing.T) {
	h := start(t, transport.Config{})
	h.faults.Script(transporttest.Status(404, "gone"), page(404, "text/html", "gone"), page(404, "text/plain", "\n <html>"))
	require.ErrorIs(t, h.client.Do(t.Context(), get("/a"), nil), transport.ErrNotFound)
	require.ErrorIs(t, h.client.Do(t.Context(), get("/a"), nil), transport.ErrMalformed)
	require.ErrorIs(t, h.client.Do(t.Context(), get("/a"), nil), transport.ErrMalformed)
}

func TestAByteOrderMarkIsSkipped(t *testing.T) {
	h := start(t, transport.Config{Own: withDetail})
	h.faults.Script(page(200, "application/json", "\xef\xbb\xbf"+`{"ok":true}`))
	var out struct{ OK bool }
	var info transport.Info
	require.NoError(t, h.client.Do(t.Context(), get("/a"), &out, transport.WithInfo(&info)))
	assert.True(t, out.OK)
	assert.Equal(t, "\xef\xbb\xbf"+`{"ok":true}`, string(info.Answer.Body), "the raw answer is as it came")
}

func TestABaseURLThatHoldsTheCallsOwnPrefixIsRefused(t *testing.T) {
	for base, write := range map[string]string{
		"https://a.example/api/v1":         "https://a.example",
		"https://a.example/api/v1/":        "https://a.example",
		"https://a.example/API/V1":         "https://a.example",
		"https://a.example/shop/api/v1///": "https://a.example/shop",
	} {
		_, err := transport.New(transport.Config{Provider: "test", BaseURL: base, PathPrefix: "/api/v1"})
		require.ErrorIs(t, err, transport.ErrInvalid, base)
		assert.ErrorContains(t, err, `base_url must not end in "/api/v1", which every call adds: write "`+write+`"`)
	}
	for _, base := range []string{"https://a.example/api", "https://a.example/v1", "https://a.example/api/v1/shop", "https://a.example///"} {
		c, err := transport.New(transport.Config{Provider: "test", BaseURL: base, PathPrefix: "/api/v1"})
		require.NoError(t, err, base)
		require.NoError(t, c.Close())
	}
}
