package codegatetest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate/codegatetest"
)

func TestServerHandsOutItsCredentials(t *testing.T) {
	srv := codegatetest.NewServer()
	defer srv.Close()
	config := srv.Config()
	assert.Equal(t, srv.URL, config.BaseURL)
	assert.Regexp(t, "^[0-9a-f]{32}$", config.APIKey.Reveal())
	assert.Regexp(t, "^[0-9a-f]{64}$", config.Secret.Reveal())
	assert.Regexp(t, "^[0-9a-f]{32}$", config.ProjectID)
	assert.Equal(t, map[string]string{
		"CODEGATE_BASE_URL":   srv.URL,
		"CODEGATE_API_KEY":    config.APIKey.Reveal(),
		"CODEGATE_SECRET":     config.Secret.Reveal(),
		"CODEGATE_PROJECT_ID": config.ProjectID,
	}, srv.Env())

	got := do(t, srv, request{
		path: "/api/v1/projects/" + config.ProjectID + "/codes", key: config.APIKey.Reveal(), secret: config.Secret.Reveal(),
	})
	check(t, got, 200, emptyList)

	other := srv.AddProject(codegatetest.Project{})
	assert.Equal(t, other.ID, srv.ConfigFor(other.ID).ProjectID)
	assert.NotEqual(t, config.APIKey.Reveal(), srv.ConfigFor(other.ID).APIKey.Reveal())
}

func TestClock(t *testing.T) {
	t.Run("it follows time.Now, moved", func(t *testing.T) {
		p := codegatetest.New()
		assert.WithinDuration(t, time.Now(), p.Now(), time.Minute)
		p.Advance(time.Hour)
		assert.WithinDuration(t, time.Now().Add(time.Hour), p.Now(), time.Minute)
	})
	t.Run("it stops, and moves while it stands", func(t *testing.T) {
		p := codegatetest.New()
		p.SetNow(in(0))
		assert.Equal(t, in(0), p.Now())
		p.Advance(-time.Second)
		assert.Equal(t, in(-1), p.Now())
	})
}

func TestRequestsAreRecorded(t *testing.T) {
	srv := start(t)
	do(t, srv, request{path: byCode + "A%2520B", signedPath: byCode + "A%20B", query: "x=1"})
	do(t, srv, request{path: verify, body: `{"code":"A"}`, signature: "x"})
	assert.Equal(t, 2, srv.RequestCount())
	got := srv.Requests()
	require.Len(t, got, 2)
	assert.Equal(t, "GET", got[0].Method)
	assert.Equal(t, byCode+"A%2520B?x=1", got[0].RequestURI)
	assert.Equal(t, apiKey, got[0].Header.Get("X-API-Key"))
	assert.Equal(t, 404, got[0].Status)
	assert.Equal(t, in(0), got[0].Time)
	assert.Equal(t, "POST", got[1].Method)
	assert.Equal(t, `{"code":"A"}`, string(got[1].Body))
	assert.Equal(t, 401, got[1].Status)
}

func TestARunningPlatformForgetsOldRequests(t *testing.T) {
	p := codegatetest.New()
	for range 20_001 {
		p.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	}
	assert.Equal(t, 20_001, p.RequestCount())
	assert.Len(t, p.Requests(), 10_001)
}

func TestMiddlewareStandsInFront(t *testing.T) {
	broken := 0
	named := func(name string) func(http.Handler) http.Handler {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Add("X-Seen", name)
				next.ServeHTTP(w, r)
			})
		}
	}
	breakOnce := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if broken++; broken == 1 {
				http.Error(w, "bad gateway", http.StatusBadGateway)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	srv := start(t, codegatetest.WithMiddleware(named("outer")), codegatetest.WithMiddleware(named("inner")), codegatetest.WithMiddleware(breakOnce))
	assert.Equal(t, 502, do(t, srv, request{path: codes}).status)
	got := do(t, srv, request{path: codes})
	assert.Equal(t, 200, got.status)
	assert.Equal(t, []string{"outer", "inner"}, got.header.Values("X-Seen"))
	assert.Equal(t, 1, srv.RequestCount())
}

func TestThereIsNoRateLimit(t *testing.T) {
	srv := start(t)
	for range 100 {
		require.Equal(t, 200, do(t, srv, request{path: codes}).status)
	}
}

func TestRateLimitOfAProxy(t *testing.T) {
	limit := codegatetest.RateLimit{Requests: 2, Window: time.Minute, RetryAfter: true}
	srv := start(t, codegatetest.WithRateLimit(limit))
	status := func() int { return do(t, srv, request{path: codes}).status }
	assert.Equal(t, 200, status())
	srv.Advance(500 * time.Millisecond)
	assert.Equal(t, 200, status())
	got := do(t, srv, request{path: verify, body: `{"code":"A"}`})
	check(t, got, 429, "Too Many Requests")
	assert.Equal(t, "60", got.header.Get("Retry-After"))
	srv.Advance(59 * time.Second)
	got = do(t, srv, request{path: codes})
	assert.Equal(t, 429, got.status)
	assert.Equal(t, "1", got.header.Get("Retry-After"))
	srv.Advance(time.Second)
	assert.Equal(t, 200, status())
	assert.Equal(t, 200, status())
	assert.Equal(t, 429, status())

	t.Run("without Retry-After", func(t *testing.T) {
		srv := start(t, codegatetest.WithRateLimit(codegatetest.RateLimit{Requests: 1, Window: time.Minute}))
		do(t, srv, request{path: codes})
		got := do(t, srv, request{path: codes})
		assert.Equal(t, 429, got.status)
		assert.NotContains(t, got.header, "Retry-After")
	})
}

func TestSeeding(t *testing.T) {
	srv := start(t)
	t.Run("what is left open is filled in", func(t *testing.T) {
		added := srv.AddProject(codegatetest.Project{})
		assert.Equal(t, "Project", added.Name)
		assert.Regexp(t, "^[0-9a-f]{32}$", added.ID)
		assert.Equal(t, in(0), added.CreatedAt)
		assert.Equal(t, added, srv.Project(added.ID))

		code := srv.AddCode(codegatetest.Code{})
		assert.Equal(t, projectID, code.ProjectID)
		assert.Regexp(t, "^[A-HJ-NP-Z2-9]{12}$", code.Code)
		stored, found := srv.Code(code.Code)
		assert.True(t, found)
		assert.Equal(t, code, stored)
	})
	t.Run("an unknown code is not found", func(t *testing.T) {
		_, found := srv.Code("unknown")
		assert.False(t, found)
	})
	t.Run("a code made after its end is expired from the start", func(t *testing.T) {
		assert.True(t, srv.AddCode(codegatetest.Code{ExpiresAt: in(-1)}).Expired)
		assert.False(t, srv.AddCode(codegatetest.Code{ExpiresAt: in(-1), CreatedAt: in(-2)}).Expired)
	})
	t.Run("a code is disabled by the administrator", func(t *testing.T) {
		code := srv.AddCode(codegatetest.Code{})
		srv.DisableCode(code.Code)
		stored, _ := srv.Code(code.Code)
		assert.True(t, stored.Disabled)
	})
	srv.AddCode(codegatetest.Code{ID: id1, Code: "TAKEN", Used: true})
	srv.AddCode(codegatetest.Code{Code: "ENDED", ExpiresAt: in(-1)})
	for name, ask := range map[string]func(){
		"a code twice":                func() { srv.AddCode(codegatetest.Code{Code: "TAKEN"}) },
		"a code id twice":             func() { srv.AddCode(codegatetest.Code{ID: id1}) },
		"a code both used and off":    func() { srv.AddCode(codegatetest.Code{Used: true, Disabled: true}) },
		"a code in no project":        func() { srv.AddCode(codegatetest.Code{ProjectID: id2}) },
		"a project id twice":          func() { srv.AddProject(codegatetest.Project{ID: projectID}) },
		"a key twice":                 func() { srv.AddProject(codegatetest.Project{APIKey: apiKey}) },
		"disabling an unknown code":   func() { srv.DisableCode("unknown") },
		"disabling a used code":       func() { srv.DisableCode("TAKEN") },
		"disabling an ended code":     func() { srv.DisableCode("ENDED") },
		"an unknown project's key":    func() { srv.RotateKey(id2) },
		"an unknown project's switch": func() { srv.SetProjectEnabled(id2, true) },
	} {
		t.Run("the platform refuses "+name, func(t *testing.T) { assert.Panics(t, ask) })
	}
}

func TestABodyThatBreaksOff(t *testing.T) {
	p := codegatetest.New()
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodPost, verify, iotest.ErrReader(io.ErrUnexpectedEOF)))
	assert.Equal(t, 400, w.Code)
	assert.Equal(t, `{"detail":"There was an error parsing the body"}`, w.Body.String())
}

func TestRedirectsOverTLSStayThere(t *testing.T) {
	w := httptest.NewRecorder()
	codegatetest.New().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://codes.example.com"+codes+"/", nil))
	assert.Equal(t, "https://codes.example.com"+codes, w.Header().Get("Location"))
}

func TestEveryRequestThatArrivesIsRecorded(t *testing.T) {
	p := codegatetest.New(
		codegatetest.WithProject(codegatetest.Project{ID: projectID, APIKey: apiKey, Secret: secret}),
		codegatetest.WithRateLimit(codegatetest.RateLimit{Requests: 8, Window: time.Minute}),
	)
	p.SetNow(in(0))
	mux := http.NewServeMux()
	mux.Handle("/", p.Handler())
	for _, tt := range []struct {
		request request
		status  int
	}{
		{request{path: codes, query: "page=1"}, 200},
		{request{path: codes + "/"}, 307},
		{request{path: codes, signature: "x"}, 401},
		{request{path: "/nothing"}, 404},
		{request{path: codes, method: http.MethodPut}, 405},
		{request{path: verify, body: "{}"}, 422},
		{request{path: verify, body: `{"code":""}`}, 500},
		{request{path: "/health"}, 200},
		{request{path: codes}, 429},
	} {
		r := tt.request.build(t, "", p.Now())
		require.Empty(t, r.RequestURI, "no server has made it")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		require.Equal(t, tt.status, w.Code)
		all := p.Requests()
		last := all[len(all)-1]
		assert.Equal(t, tt.status, last.Status)
		assert.Equal(t, r.URL.RequestURI(), last.RequestURI)
	}
	assert.Equal(t, 9, p.RequestCount())
	assert.Equal(t, codes+"?page=1", p.Requests()[0].RequestURI)
}
