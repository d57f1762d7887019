package codegatetest_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pentagate/pentagate/codegate/codegatetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	projectID = "550e8400e29b41d4a716446655440000"
	apiKey    = "0123456789abcdef0123456789abcdef"
	secret    = "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90"
	// now is where the clock of start stands.
	now = 1704153600

	project    = "/api/v1/projects/" + projectID
	codes      = project + "/codes"
	byCode     = codes + "/by-code/"
	verify     = codes + "/verify"
	reactivate = codes + "/reactivate"
	statistics = project + "/statistics"
)

// start runs a server with a known project on a stopped clock. It bounds no
// calls at once, for which each call would take its time.
func start(t testing.TB, opts ...codegatetest.Option) *codegatetest.Server {
	t.Helper()
	opts = append([]codegatetest.Option{
		codegatetest.WithClock(func() time.Time { return time.Unix(now, 0) }),
		codegatetest.WithProject(codegatetest.Project{
			ID: projectID, Name: "Demo", APIKey: apiKey, Secret: secret, CreatedAt: time.Unix(1700000000, 0),
		}),
		codegatetest.WithPool(0, 0),
	}, opts...)
	srv := codegatetest.NewServer(opts...)
	t.Cleanup(srv.Close)
	return srv
}

// sign is written from the vendor document alone.
func sign(secret, method, path, query, body, timestamp string) string {
	hash := sha256.Sum256([]byte(body))
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "%s\n%s\n%s\n%x\n%s", method, path, query, hash, timestamp)
	return hex.EncodeToString(mac.Sum(nil))
}

// request says what goes on the wire, and what is signed where that differs.
type request struct {
	method string // GET, or POST where there is a body
	path   string
	query  string
	body   string
	header map[string]string // "" takes a header away

	signedPath, signedQuery, signedTimestamp string
	signature                                string
	key, secret                              string
}

type response struct {
	status int
	header http.Header
	body   string
}

func (r request) build(t testing.TB, base string, clock time.Time) *http.Request {
	t.Helper()
	first := func(texts ...string) string {
		for _, text := range texts {
			if text != "" {
				return text
			}
		}
		return ""
	}
	if r.body != "" {
		r.method = first(r.method, http.MethodPost)
	}
	r.method = first(r.method, http.MethodGet)
	target := base + r.path
	if r.query != "" {
		target += "?" + r.query
	}
	req, err := http.NewRequest(r.method, target, strings.NewReader(r.body))
	require.NoError(t, err)
	signedBody := r.body
	if r.method == http.MethodGet {
		signedBody = ""
	}
	timestamp := first(r.signedTimestamp, strconv.FormatInt(clock.Unix(), 10))
	req.Header.Set("X-API-Key", first(r.key, apiKey))
	req.Header.Set("X-Timestamp", timestamp)
	req.Header.Set("X-Signature", first(r.signature, sign(first(r.secret, secret), r.method,
		first(r.signedPath, r.path), first(r.signedQuery, r.query), signedBody, timestamp)))
	if r.method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
		if value == "" {
			req.Header.Del(name)
		}
	}
	return req
}

// client opens a connection for every request: on one that is kept, the
// request behind a 500 is lost.
var client = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// do sends r and reads the whole answer.
func do(t testing.TB, srv *codegatetest.Server, r request) response {
	t.Helper()
	res, err := client.Do(r.build(t, srv.URL, srv.Now()))
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return response{res.StatusCode, res.Header, string(body)}
}

func check(t testing.TB, got response, status int, body string) {
	t.Helper()
	assert.Equal(t, status, got.status)
	assert.Equal(t, body, got.body)
}

// in is a time so many seconds after the clock of start.
func in(seconds int64) time.Time { return time.Unix(now+seconds, 0) }
