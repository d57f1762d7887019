package transport_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func TestDoSendsTheExactBytesAndDecodes(t *testing.T) {
	h := start(t, transport.Config{})
	call := post(transport.Unsafe)
	call.Query = url.Values{"b": {"x y"}, "a": {"中"}}
	var out struct{ OK bool }
	var info transport.Info
	require.NoError(t, h.client.Do(t.Context(), call, &out, transport.WithInfo(&info), transport.WithHeader("X-Trace", "7")))
	assert.True(t, out.OK)
	assert.Equal(t, 1, info.Attempts)
	assert.Equal(t, `{"ok":true}`, string(info.Answer.Body))

	got := h.faults.Requests()[0]
	assert.Equal(t, "POST", got.Method)
	assert.Equal(t, "/things?a=%E4%B8%AD&b=x+y", got.URI)
	assert.Equal(t, `{"name":"a&b"}`, string(got.Body))
	assert.Equal(t, "application/json", got.Header.Get("Content-Type"))
	assert.Equal(t, "pentagate-go", got.Header.Get("User-Agent"))
	assert.Equal(t, "7", got.Header.Get("X-Trace"))
}

func TestAnUploadBringsItsOwnContentType(t *testing.T) {
	h := start(t, transport.Config{})
	call := post(transport.Unsafe)
	call.Header = http.Header{"Content-Type": {"multipart/form-data; boundary=x"}}
	call.Body = []byte("--x--")
	require.NoError(t, h.client.Do(t.Context(), call, nil))
	assert.Equal(t, []string{"multipart/form-data; boundary=x"}, h.faults.Requests()[0].Header["Content-Type"])
	assert.Equal(t, "--x--", string(h.faults.Requests()[0].Body))
}

func TestABodylessPostCarriesNoContentType(t *testing.T) {
	h := start(t, transport.Config{})
	call := post(transport.Unsafe)
	call.Body = nil
	require.NoError(t, h.client.Do(t.Context(), call, nil))
	assert.NotContains(t, h.faults.Requests()[0].Header, "Content-Type")
}

func TestTheBasePathIsSentButNotSigned(t *testing.T) {
	h := start(t, transport.Config{})
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: h.server.URL + "/prefix//", Signer: stamp{}})
	require.NoError(t, err)
	defer c.Close()
	call := get("/a b")
	call.RawPath = "/a%20b"
	require.NoError(t, c.Do(t.Context(), call, nil))
	got := h.faults.Requests()[0]
	assert.Equal(t, "/prefix/a%20b", got.URI)
	assert.Equal(t, "/a b", got.Header.Get("X-Path"))
}

func TestBadInputIsRefusedBeforeSending(t *testing.T) {
	h := start(t, transport.Config{})
	for name, tc := range map[string]struct {
		call transport.Call
		opts []transport.CallOption
		want string
	}{
		"path with dots":               {call: get("/a/../b"), want: "path must"},
		"path without a slash":         {call: get("a"), want: "path must"},
		"path with two slashes":        {call: get("//evil.example/a"), want: "path must"},
		"absolute URL":                 {call: get("https://evil.example/a"), want: "path must"},
		"path with a query":            {call: get("/a?b=c"), want: "path must"},
		"path with a newline":          {call: get("/a\nb"), want: "path must"},
		"encoded path that disagrees":  {call: transport.Call{Method: "GET", Path: "/a", RawPath: "/b"}, want: "path must agree"},
		"lower-case method":            {call: transport.Call{Method: "get", Path: "/a"}, want: "method must"},
		"body on a GET":                {call: transport.Call{Method: "GET", Path: "/a", Body: "x"}, want: "body must be absent"},
		"body that is no JSON":         {call: transport.Call{Method: "POST", Path: "/a", Body: func() {}}, want: "body must be encodable"},
		"negative attempts":            {call: get("/a"), opts: []transport.CallOption{transport.WithAttempts(-1)}, want: "attempts must"},
		"reconcile where there's none": {call: get("/a"), opts: []transport.CallOption{transport.WithReconcile()}, want: "reconcile is not available"},
		"idempotency key on a read":    {call: get("/a"), opts: []transport.CallOption{transport.WithIdempotencyKey("k")}, want: "idempotency_key is not available"},
		"idempotency key with newline": {call: post(transport.Keyed), opts: []transport.CallOption{transport.WithIdempotencyKey("k\n")}, want: "idempotency_key must"},
		"a key that is only a header":  {call: post(transport.Unsafe), opts: []transport.CallOption{transport.WithHeader("idempotency-key", "k")}, want: "Idempotency-Key must be set with WithIdempotencyKey"},
		"several at once":              {call: transport.Call{Method: "x", Path: ""}, want: "method must be an HTTP method in upper case; path must"},
	} {
		t.Run(name, func(t *testing.T) {
			err := h.client.Do(t.Context(), tc.call, nil, tc.opts...)
			require.ErrorIs(t, err, transport.ErrInvalid)
			assert.ErrorContains(t, err, tc.want)
		})
	}
	t.Run("nil context", func(t *testing.T) {
		err := h.client.Do(nil, get("/a"), nil) //nolint:staticcheck // the point of the test
		require.ErrorIs(t, err, transport.ErrInvalid)
		assert.ErrorContains(t, err, "context must not be nil")
	})
	assert.Empty(t, h.faults.Requests())
}

func TestNewRefusesBadConfigurations(t *testing.T) {
	for name, tc := range map[string]struct {
		base string
		opts []transport.Option
		want string
	}{
		"no base URL":                 {"", nil, "base_url must be an absolute URL"},
		"no scheme":                   {"api.example.com", nil, "base_url must be an absolute URL"},
		"scheme-relative":             {"//api.example.com", nil, "base_url must be an absolute URL"},
		"another scheme":              {"ftp://api.example.com", nil, "base_url must be an absolute URL"},
		"no host":                     {"https://:443", nil, "base_url must be an absolute URL"},
		"user in it":                  {"https://u:p@api.example.com", nil, "base_url must hold no user"},
		"query in it":                 {"https://api.example.com?a=b", nil, "base_url must hold no user"},
		"dots in it":                  {"https://api.example.com/a/../b", nil, "base_url must hold no"},
		"http to another host":        {"http://api.example.com", nil, "base_url must use https"},
		"http to a look-alike":        {"http://localhost.example.com", nil, "base_url must use https"},
		"nil clock":                   {"https://a.example", []transport.Option{transport.WithClock(nil)}, "clock must not be nil"},
		"no room for an answer":       {"https://a.example", []transport.Option{transport.WithMaxResponseBytes(0)}, "max_response_bytes must"},
		"no time for an attempt":      {"https://a.example", []transport.Option{transport.WithAttemptTimeout(0)}, "attempt_timeout must"},
		"negative attempts and delay": {"https://a.example", []transport.Option{transport.WithRetry(transport.RetryPolicy{Attempts: -1, BaseDelay: -1})}, "retry.attempts must be at least 1; retry.base_delay must not be negative"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := transport.New(transport.Config{Provider: "test", BaseURL: tc.base}, tc.opts...)
			require.ErrorIs(t, err, transport.ErrInvalid)
			assert.ErrorContains(t, err, tc.want)
			assert.NotContains(t, err.Error(), "u:p")
		})
	}
	for _, base := range []string{"http://localhost:1", "http://127.0.0.1", "http://[::1]:80", "https://a.example/"} {
		c, err := transport.New(transport.Config{Provider: "test", BaseURL: base})
		require.NoError(t, err, base)
		require.NoError(t, c.Close())
	}
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: "http://192.168.1.100:8010"}, transport.WithPlainHTTP(), nil)
	require.NoError(t, err)
	require.NoError(t, c.Close())
	require.ErrorIs(t, c.Do(t.Context(), get("/a"), nil), transport.ErrClosed)
}

func TestSigningRefusals(t *testing.T) {
	h := start(t, transport.Config{})
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the other host was reached") }))
	defer other.Close()
	plain := &http.Client{Transport: h.client.RoundTripper()}

	send := func(req *http.Request) error {
		resp, err := plain.Do(req)
		if err == nil {
			err = resp.Body.Close()
		}
		return err
	}
	t.Run("a cross-origin address", func(t *testing.T) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, other.URL+"/a", nil)
		require.NoError(t, err)
		require.ErrorIs(t, send(req), transport.ErrInvalid)
	})
	t.Run("another Host header", func(t *testing.T) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.server.URL+"/a", nil)
		require.NoError(t, err)
		req.Host = "evil.example"
		require.ErrorIs(t, send(req), transport.ErrInvalid)
	})
	t.Run("a caller-set authentication header", func(t *testing.T) {
		err := h.client.Do(t.Context(), get("/a"), nil, transport.WithHeader("x-stamp", "1"))
		require.ErrorIs(t, err, transport.ErrInvalid)
	})
	t.Run("a body that cannot be replayed", func(t *testing.T) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.server.URL+"/a", io.MultiReader(strings.NewReader("x")))
		require.NoError(t, err)
		require.ErrorIs(t, send(req), transport.ErrInvalid)
	})
	t.Run("a token source that fails", func(t *testing.T) {
		c := start(t, transport.Config{Signer: stamp{fail: errors.New("no token")}})
		require.ErrorIs(t, c.client.Do(t.Context(), get("/a"), nil), transport.ErrUnauthenticated)
		assert.Empty(t, c.faults.Requests())
	})
	assert.Empty(t, h.faults.Requests())
}

func TestTheAttemptLevelWorksUnderAPlainHTTPClient(t *testing.T) {
	h := start(t, transport.Config{})
	h.faults.Script(transporttest.Status(503, "busy"), transporttest.Status(503, "busy"))
	plain := &http.Client{Transport: h.client.RoundTripper()}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, h.server.URL+"/a?q=1", strings.NewReader(`{"n":1}`))
	require.NoError(t, err)
	req = req.WithContext(transport.ContextWithCall(req.Context(), transport.Call{Operation: "Put", Safety: transport.Idempotent}))
	resp, err := plain.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, `{"ok":true}`, string(body))
	requests := h.faults.Requests()
	require.Len(t, requests, 3)
	for i, want := range []string{"1772366400", "1772366401", "1772366403"} {
		assert.Equal(t, want, requests[i].Header.Get("X-Stamp"), "attempt %d is signed anew", i+1)
		assert.Equal(t, `{"n":1}`, string(requests[i].Body))
		assert.Equal(t, "/a?q=1", requests[i].URI)
	}

	h.faults.Script(transporttest.Status(404, `{"detail":"x"}`))
	resp, err = plain.Get(h.server.URL + "/gone")
	require.NoError(t, err, "an answer is an answer for a plain client")
	defer resp.Body.Close()
	assert.Equal(t, 404, resp.StatusCode)

	keyed, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.server.URL+"/a", strings.NewReader("{}"))
	require.NoError(t, err)
	keyed.Header.Set("Idempotency-Key", "order-1042")
	h.faults.Script(transporttest.DropAfter())
	resp, err = plain.Do(keyed)
	require.NoError(t, err, "a key of one's own makes a repeat safe")
	defer resp.Body.Close()

	h.faults.Script(transporttest.DropAfter())
	_, err = plain.Post(h.server.URL+"/a", "application/json", strings.NewReader("{}")) //nolint:bodyclose // there is none
	require.ErrorIs(t, err, transport.ErrOutcomeUnknown, "an unsafe method is not repeated")
}

func TestARedirectIsNotFollowed(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the other host was reached") }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, safety := range []transport.Safety{transport.Read, transport.Unsafe} {
			t.Run(fmt.Sprint(status, " ", safety), func(t *testing.T) {
				h := start(t, transport.Config{})
				h.faults.Script(transporttest.Redirect(status, other.URL+"/login?token=hunter2#x"))
				err := h.client.Do(t.Context(), post(safety), nil)
				require.ErrorIs(t, err, transport.ErrRedirect)
				var e *transport.Error
				require.ErrorAs(t, err, &e)
				assert.Equal(t, other.URL+"/login", e.Location)
				assert.Contains(t, err.Error(), other.URL+"/login")
				assert.NotContains(t, err.Error(), "hunter2")
				assert.Equal(t, safety == transport.Unsafe && status < 307, e.OutcomeUnknown)
				assert.Len(t, h.faults.Requests(), 1)
			})
		}
	}
	t.Run("under a plain http.Client", func(t *testing.T) {
		h := start(t, transport.Config{})
		h.faults.Script(transporttest.Redirect(302, other.URL))
		_, err := (&http.Client{Transport: h.client.RoundTripper()}).Get(h.server.URL + "/a") //nolint:bodyclose,noctx // there is none
		require.ErrorIs(t, err, transport.ErrRedirect)
	})
}

func TestBrokenAnswersGiveTypedErrors(t *testing.T) {
	strict := func(a *transport.Answer) ([]byte, *transport.Error) {
		if e := transport.StatusError(a.Status); e != nil {
			return nil, e
		}
		if !json.Valid(a.Body) {
			return nil, &transport.Error{Kind: transport.ErrMalformed}
		}
		return a.Body, nil
	}
	for name, tc := range map[string]struct {
		fault transporttest.Fault
		want  error
		tries int // of a read
	}{
		"HTML with 200":  {transporttest.HTML(), transport.ErrMalformed, 1},
		"garbage JSON":   {transporttest.Garbage(), transport.ErrMalformed, 1},
		"empty body":     {transporttest.Status(200, ""), transport.ErrMalformed, 1},
		"another shape":  {transporttest.Status(200, `["x"]`), transport.ErrMalformed, 1},
		"truncated body": {transporttest.Truncated(), transport.ErrUnavailable, 3},
		"endless body":   {transporttest.Endless(), transport.ErrTooLarge, 1},
		"huge body":      {transporttest.Status(200, `"`+strings.Repeat("x", 1<<17)+`"`), transport.ErrTooLarge, 1},
		"huge error":     {transporttest.Status(500, strings.Repeat("x", 1<<17)), transport.ErrTooLarge, 1},
	} {
		for _, safety := range []transport.Safety{transport.Read, transport.Unsafe} {
			t.Run(fmt.Sprint(name, ", ", safety), func(t *testing.T) {
				h := start(t, transport.Config{Interpret: strict}, transport.WithMaxResponseBytes(1<<16))
				h.faults.Always(tc.fault)
				var out struct{ OK bool }
				err := h.client.Do(t.Context(), post(safety), &out)
				require.ErrorIs(t, err, tc.want)
				assert.Equal(t, safety == transport.Unsafe, errors.Is(err, transport.ErrOutcomeUnknown))
				want := tc.tries
				if safety == transport.Unsafe {
					want = 1
				}
				assert.Len(t, h.faults.Requests(), want)
				var e *transport.Error
				require.ErrorAs(t, err, &e)
				assert.LessOrEqual(t, len(e.Body), 16<<10)
				assert.NotContains(t, err.Error(), "xxx")
			})
		}
	}
}

func TestNothingIsFollowedByTheMockedConnections(t *testing.T) {
	mock := httpmock.NewMockTransport()
	mock.RegisterResponder("GET", "https://api.example.com/a", httpmock.NewErrorResponder(errors.New("broken by GET https://api.example.com/a?secret=hunter2")))
	clock := transporttest.NewClock(now)
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: "https://api.example.com", Signer: stamp{}},
		transport.WithRoundTripper(mock), transport.WithClock(clock))
	require.NoError(t, err)
	call := get("/a")
	call.Query = url.Values{"secret": {"hunter2"}}
	mock.RegisterResponder("GET", "https://api.example.com/a?secret=hunter2", httpmock.NewErrorResponder(errors.New("broken by GET https://api.example.com/a?secret=hunter2")))
	err = c.Do(t.Context(), call, nil)
	require.ErrorIs(t, err, transport.ErrUnavailable)
	assert.NotContains(t, err.Error(), "hunter2")
	assert.Equal(t, 3, mock.GetTotalCallCount(), "signing and retrying stay in the path")
	require.NoError(t, c.Close())
}

func TestContextsKeepTheirIdentity(t *testing.T) {
	t.Run("ended before the call", func(t *testing.T) {
		h := start(t, transport.Config{})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := h.client.Do(ctx, post(transport.Unsafe), nil)
		require.ErrorIs(t, err, context.Canceled)
		require.NotErrorIs(t, err, transport.ErrOutcomeUnknown)
		assert.Empty(t, h.faults.Requests())
	})
	t.Run("cancelled while the platform works", func(t *testing.T) {
		h := start(t, transport.Config{})
		h.faults.Script(transporttest.Delay(5 * time.Second))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(30*time.Millisecond, cancel)
		err := h.client.Do(ctx, post(transport.Unsafe), nil)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
		assert.Len(t, h.faults.Requests(), 1)
	})
}

// TestADeadlineIsHonouredInEveryWait uses the real clock.
func TestADeadlineIsHonouredInEveryWait(t *testing.T) {
	slow := []transport.Limit{{PerSecond: 0.01, Burst: 1}}
	for name, tc := range map[string]struct {
		fault  transporttest.Fault
		limits []transport.Limit
		want   error
	}{
		"while the platform works":       {fault: transporttest.Delay(5 * time.Second)},
		"while the answer does not end":  {fault: transporttest.Endless()},
		"in the back-off":                {fault: transporttest.Status(503, ""), want: transport.ErrUnavailable},
		"in the platform's Retry-After":  {fault: transporttest.RateLimited("", "20"), want: transport.ErrRateLimited},
		"in the client's own rate limit": {limits: slow, want: transport.ErrRateLimited},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, transport.Config{Limits: tc.limits})
			c, err := transport.New(transport.Config{Provider: "test", BaseURL: h.server.URL, Signer: stamp{}, Limits: tc.limits},
				transport.WithMaxResponseBytes(1<<40))
			require.NoError(t, err)
			defer c.Close()
			if tc.limits != nil {
				require.NoError(t, c.Do(t.Context(), get("/a"), nil))
			}
			h.faults.Always(tc.fault)
			took := time.Hour
			for range 3 { // the best of three, for machines under load
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
				begin := time.Now()
				err = c.Do(ctx, get("/a"), nil)
				took = min(took, time.Since(begin))
				cancel()
				require.ErrorIs(t, err, context.DeadlineExceeded)
				if tc.want != nil {
					require.ErrorIs(t, err, tc.want)
				}
			}
			assert.Less(t, took, 100*time.Millisecond)
		})
	}
	t.Run("cancelled in a wait", func(t *testing.T) {
		h := start(t, transport.Config{})
		c, err := transport.New(transport.Config{Provider: "test", BaseURL: h.server.URL, Signer: stamp{}})
		require.NoError(t, err)
		defer c.Close()
		h.faults.Always(transporttest.RateLimited("", "20"))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		begin := time.Now()
		err = c.Do(ctx, get("/a"), nil)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, transport.ErrRateLimited)
		assert.Less(t, time.Since(begin), time.Second)
	})
}

func TestAnAttemptTimesOutByItself(t *testing.T) {
	h := start(t, transport.Config{}, transport.WithAttemptTimeout(30*time.Millisecond))
	h.faults.Script(transporttest.Delay(5 * time.Second))
	require.NoError(t, h.client.Do(t.Context(), get("/a"), nil), "a read is tried again")
	h.faults.Script(transporttest.Delay(5 * time.Second))
	err := h.client.Do(t.Context(), post(transport.Unsafe), nil)
	require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
	require.ErrorIs(t, err, transport.ErrUnavailable)
	require.NotErrorIs(t, err, context.DeadlineExceeded, "it was not the caller's time")
}

func TestAPathBelowTheBaseURLBeginsWithASlash(t *testing.T) {
	h := start(t, transport.Config{})
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: h.server.URL + "/api", Signer: stamp{}})
	require.NoError(t, err)
	defer c.Close()
	_, err = (&http.Client{Transport: c.RoundTripper()}).Get(h.server.URL + "/apix") //nolint:bodyclose,noctx // there is none
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.Empty(t, h.faults.Requests())
}

func TestOwnConnectionsBoundTheHandshake(t *testing.T) {
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: "https://a.example"})
	require.NoError(t, err)
	defer c.Close()
	assert.Equal(t, 10*time.Second, c.HandshakeTimeout())
}
