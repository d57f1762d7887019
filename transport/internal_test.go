package transport

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "phone 13800138000", "a\x00b\nc", "\xff\xfe", strings.Repeat("中", 1000), "1234567890123"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		assert.True(t, utf8.ValidString(got))
		assert.NotRegexp(t, `[0-9]{7}|[\x00-\x1f]`, got)
		assert.LessOrEqual(t, utf8.RuneCountInString(got), maxText+1)
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"", "5", "-1", "99999999999999999999", "Sun, 01 Mar 2026 12:00:09 GMT", "soon"} {
		f.Add(s)
	}
	f.Fuzz(func(tt *testing.T, s string) {
		assert.GreaterOrEqual(tt, int64(retryAfter(map[string][]string{"Retry-After": {s}}, systemClock{})), int64(0))
	})
}

func FuzzBaseURL(f *testing.F) {
	for _, s := range []string{"", "https://a.example/x/", "http://localhost", "https://%41", "https://[::1]:x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, problem := parseBaseURL(s, "/api/v1", false)
		if problem != "" {
			return
		}
		assert.True(t, u.Scheme == "https" || loopback(u.Hostname()))
		assert.False(t, strings.HasSuffix(u.Path, "/"))
	})
}

func TestOrigins(t *testing.T) {
	parse := func(s string) *url.URL {
		u, err := url.Parse(s)
		assert.NoError(t, err)
		return u
	}
	base := parse("https://api.example.com")
	for s, want := range map[string]bool{
		"https://api.example.com/a":       true,
		"https://API.example.com:443/a":   true,
		"http://api.example.com/a":        false,
		"https://api.example.com:8443/":   false,
		"https://api.example.com.evil.io": false,
		"https://evil.io/api.example.com": false,
	} {
		assert.Equal(t, want, sameOrigin(base, parse(s)), s)
	}
}

// Over HTTP/2 too, what tells that a request has left must come before it
// leaves: else an unsafe request could be sent twice.
func TestAnUnsafeRequestOverHTTP2IsKnownToHaveLeft(t *testing.T) {
	received := make(chan string, 10)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		received <- r.Proto
		<-r.Context().Done()
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	c, err := New(Config{Provider: "test", BaseURL: server.URL}, WithAttemptTimeout(100*time.Millisecond))
	require.NoError(t, err)
	defer c.Close()
	c.shared.own.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	for range 2 { // on a new connection, and on a kept one
		err = c.Do(t.Context(), Call{Operation: "Create", Method: http.MethodPost, Path: "/a", Body: "x"}, nil)
		require.ErrorIs(t, err, ErrOutcomeUnknown)
		require.Equal(t, "HTTP/2.0", <-received)
		require.Empty(t, received)
	}
}
