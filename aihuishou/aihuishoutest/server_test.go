package aihuishoutest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
)

func TestServerHandsOutItsCredentials(t *testing.T) {
	srv := aihuishoutest.NewServer(aihuishoutest.WithJSONLiterals(), aihuishoutest.WithLocation(time.UTC))
	defer srv.Close()
	config := srv.Config()
	assert.Equal(t, srv.URL, config.BaseURL)
	assert.Equal(t, "test_app_id", config.AppID)
	assert.Regexp(t, "^[0-9a-f]{32}$", config.AppSecret.Reveal())
	assert.Equal(t, aihuishou.LiteralsJSON, config.Literals)
	assert.Equal(t, time.UTC, config.Location)
	assert.Equal(t, map[string]string{
		"AIHUISHOU_APP_ID":     "test_app_id",
		"AIHUISHOU_APP_SECRET": config.AppSecret.Reveal(),
		"AIHUISHOU_ENV":        "test",
		"AIHUISHOU_BASE_URL":   srv.URL,
	}, srv.Env())

	other := aihuishoutest.New()
	assert.NotEqual(t, config.AppSecret.Reveal(), other.Config().AppSecret.Reveal(), "each platform has a secret of its own")
	assert.Empty(t, other.Config().BaseURL)
	assert.Equal(t, aihuishou.LiteralsPython, other.Config().Literals)
}

func TestFiveRequestsPassInAnySecond(t *testing.T) {
	srv := start(t, aihuishoutest.WithRateLimit(5))
	status := func(after time.Duration) int {
		srv.Advance(after)
		got := send(t, srv, detail, `{}`, nil)
		return got.status
	}
	for _, after := range []time.Duration{0, 0, 100 * time.Millisecond, 0, 700 * time.Millisecond} {
		assert.Equal(t, 401, status(after))
	}
	got := send(t, srv, detail, `{}`, nil)
	assert.Equal(t, 429, got.status)
	assert.Equal(t, `{"code":429,"msg":"调用过于频繁","data":null}`, got.body)
	assert.Equal(t, 429, status(199*time.Millisecond), "0.999 s after the first one")
	assert.Equal(t, 401, status(time.Millisecond), "two have left the second")
	assert.Equal(t, 401, status(0))
	assert.Equal(t, 429, status(0), "refused ones do not count, those that passed do")
	assert.Equal(t, 401, status(-time.Hour), "a clock that was set back does not shut the platform")

	t.Run("it can be switched off", func(t *testing.T) {
		srv := start(t)
		for range 20 {
			got := send(t, srv, detail, `{}`, nil)
			assert.Equal(t, 401, got.status)
		}
	})
}

func TestClock(t *testing.T) {
	t.Run("it follows its base, moved", func(t *testing.T) {
		p := aihuishoutest.New(aihuishoutest.WithClock(func() time.Time { return now }))
		p.Advance(-time.Hour)
		assert.Equal(t, now.Add(-time.Hour), p.Now())
	})
	t.Run("it follows time.Now without one", func(t *testing.T) {
		assert.WithinDuration(t, time.Now(), aihuishoutest.New().Now(), time.Minute)
	})
	t.Run("it stops, and moves while it stands", func(t *testing.T) {
		p := aihuishoutest.New()
		p.SetNow(now)
		p.Advance(time.Second)
		assert.Equal(t, now.Add(time.Second), p.Now())
	})
}

func TestRequestsAreRecorded(t *testing.T) {
	srv := start(t)
	call(t, srv, valuation, phone())
	send(t, srv, detail, `{"a":1}`, map[string]string{"X-Sign": "SIGNATURE"})
	got := srv.Requests()
	require.Len(t, got, 2)
	assert.Equal(t, valuation, got[0].RequestURI)
	assert.Equal(t, 200, got[0].Status)
	assert.Equal(t, 0, got[0].Code)
	assert.Equal(t, now, got[0].Time)
	assert.Equal(t, "POST", got[1].Method)
	assert.Equal(t, `{"a":1}`, string(got[1].Body))
	assert.Equal(t, "SIGNATURE", got[1].Header.Get("X-Sign"))
	assert.Equal(t, 401, got[1].Status)
	assert.Equal(t, "[POST request, HTTP 200, code 0 (6 headers, 167 bytes) POST request, HTTP 401, code 401 (5 headers, 7 bytes)]", fmt.Sprintf("%+v", got))
}

func TestEveryRequestThatArrivesIsRecorded(t *testing.T) {
	srv := start(t, aihuishoutest.WithRateLimit(3))
	call(t, srv, detail, map[string]any{"order_no": "O"})
	for _, tt := range []struct {
		method, uri  string
		status, code int
	}{
		{"POST", "/nothing?x=1", 404, 404},
		{"GET", detail, 405, 405},
		{"POST", detail, 429, 429},
	} {
		r, err := http.NewRequest(tt.method, tt.uri, nil)
		require.NoError(t, err)
		require.Empty(t, r.RequestURI, "no server has made it")
		w := httptest.NewRecorder()
		srv.Handler().ServeHTTP(w, r)
		assert.Equal(t, tt.status, w.Code)
		got := srv.Requests()
		last := got[len(got)-1]
		assert.Equal(t, tt.method, last.Method)
		assert.Equal(t, tt.uri, last.RequestURI)
		assert.Equal(t, tt.status, last.Status)
		assert.Equal(t, tt.code, last.Code)
	}
	assert.Equal(t, 4, srv.RequestCount())
	assert.Equal(t, 200, srv.Requests()[0].Status)
	assert.Equal(t, 1004, srv.Requests()[0].Code, "a refusal that the envelope tells of")
}

func TestARunningPlatformForgetsOldRequests(t *testing.T) {
	p := aihuishoutest.New(aihuishoutest.WithRateLimit(0))
	for range 20_001 {
		p.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	}
	assert.Len(t, p.Requests(), 10_001)
}

func TestMiddlewareStandsInFront(t *testing.T) {
	named := func(name string) func(http.Handler) http.Handler {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Add("X-Seen", name)
				next.ServeHTTP(w, r)
			})
		}
	}
	srv := start(t, aihuishoutest.WithMiddleware(named("outer")), aihuishoutest.WithMiddleware(named("inner")))
	got := send(t, srv, detail, `{}`, nil)
	assert.Equal(t, []string{"outer", "inner"}, got.header.Values("X-Seen"))
	assert.Len(t, srv.Requests(), 1)
}
