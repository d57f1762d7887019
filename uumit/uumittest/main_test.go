package uumittest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pentagate/pentagate/uumit/uumittest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(int) { http.DefaultClient.CloseIdleConnections() }))
}

var (
	now   = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	price = decimal.RequireFromString("12.50")
)

// start starts a platform whose clock stands at now.
func start(t *testing.T, opts ...uumittest.Option) *uumittest.Server {
	t.Helper()
	srv := uumittest.NewServer(opts...)
	t.Cleanup(srv.Close)
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	srv.SetNow(now)
	return srv
}

// request is a request as the default user, unless it says otherwise.
type request struct {
	method, path, body string
	user               string
	header             map[string]string // beside or in place of the credentials; "" removes one
}

type response struct {
	status int
	header http.Header
	body   string
	code   int
	data   map[string]any
}

func do(t *testing.T, srv *uumittest.Server, r request) response {
	t.Helper()
	if r.method == "" {
		r.method = http.MethodGet
	}
	req, err := http.NewRequest(r.method, srv.URL+r.path, strings.NewReader(r.body))
	require.NoError(t, err)
	req.Header.Set("X-Api-Key", srv.APIKey())
	req.Header.Set("X-Platform-User-Id", srv.User(r.user).ID)
	if r.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range r.header {
		req.Header.Del(name)
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	out := response{status: res.StatusCode, header: res.Header, body: string(body)}
	var env struct {
		Code int
		Data map[string]any
	}
	if json.Unmarshal(body, &env) == nil {
		out.code, out.data = env.Code, env.Data
	}
	return out
}

func check(t *testing.T, got response, status, code int) {
	t.Helper()
	assert.Equal(t, status, got.status, got.body)
	assert.Equal(t, code, got.code, got.body)
}

// ordered seeds an offer and orders it.
func ordered(t *testing.T, srv *uumittest.Server) (uumittest.Capability, string) {
	t.Helper()
	offer := srv.AddCapability(uumittest.Capability{Title: "T", PriceUT: price})
	got := do(t, srv, request{method: "POST", path: "/api/v1/orders", body: `{"capability_id":"` + offer.ID + `","demand_description":"d"}`})
	check(t, got, 200, 0)
	id, _ := got.data["id"].(string)
	return offer, id
}

func readCloser(s string) io.ReadCloser { return io.NopCloser(strings.NewReader(s)) }
