package codegatetest_test

import (
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate/codegatetest"
)

// escape escapes all but A-Z a-z 0-9 - _ . ~ as the vendor's SDK does.
func escape(code string) string { return strings.ReplaceAll(url.QueryEscape(code), "+", "%20") }

func TestPathsOfCodes(t *testing.T) {
	type outcome struct {
		status int
		body   string // not looked at if empty
	}
	passes := outcome{status: 200}
	refused := outcome{401, badSignature}
	noCode := outcome{404, `{"detail":"Code not found"}`}
	noRoute := outcome{404, `{"detail":"Not Found"}`}
	for name, tt := range map[string]struct {
		code string
		// Escaped once on the wire: with the decoded and with the escaped path signed.
		decodedSigned, escapedSigned outcome
	}{
		"letters and digits":           {"ABC12345", passes, passes},
		"unreserved marks":             {"a-_.~", passes, passes},
		"a space":                      {"A B", passes, refused},
		"a plus":                       {"A+B", passes, refused},
		"an ampersand":                 {"A&B", passes, refused},
		"an equals sign":               {"A=B", passes, refused},
		"a star":                       {"A*B", passes, refused},
		"a bracket":                    {"A(B", passes, refused},
		"an at sign":                   {"A@B", passes, refused},
		"a colon":                      {"A:B", passes, refused},
		"Chinese":                      {"激活码", passes, refused},
		"an emoji":                     {"A🎁", passes, refused},
		"a percent sign":               {"100%", passes, refused},
		"a percent sign before no hex": {"1%zz", passes, refused},
		"an escape":                    {"A%41", noCode, refused},
		"a slash":                      {"A/B", noRoute, noRoute},
		"a question mark":              {"A?B", refused, passes},
		"a hash":                       {"A#B", refused, passes},
		"a hash beside a space":        {"A #B", refused, refused},
		"a backslash":                  {`A\B`, refused, passes},
		"a newline":                    {"A\nB", refused, refused},
		"a tab":                        {"A\tB", refused, refused},
	} {
		t.Run(name, func(t *testing.T) {
			srv := start(t)
			srv.AddCode(codegatetest.Code{Code: tt.code})
			once := escape(tt.code)
			expect := func(want outcome, got response) {
				t.Helper()
				assert.Equal(t, want.status, got.status, got.body)
				if want.body != "" {
					assert.Equal(t, want.body, got.body)
				}
			}
			expect(tt.decodedSigned, do(t, srv, request{path: byCode + once, signedPath: byCode + tt.code}))
			expect(tt.escapedSigned, do(t, srv, request{path: byCode + once}))
			expect(passes, do(t, srv, request{path: byCode + url.PathEscape(once), signedPath: byCode + once}))
		})
	}
}

func TestRoutes(t *testing.T) {
	for name, tt := range map[string]struct {
		method, path string
		status       int
		allow        string
		body         string
	}{
		"an unknown path":                     {"GET", "/api/v2/projects", 404, "", `{"detail":"Not Found"}`},
		"an administrators' path":             {"POST", "/api/v1/projects/" + projectID + "/nothing", 404, "", `{"detail":"Not Found"}`},
		"POST to health":                      {"POST", "/health", 405, "GET", `{"detail":"Method Not Allowed"}`},
		"a path that begins with two slashes": {"GET", "/" + codes, 404, "", `{"detail":"Not Found"}`},
		"an empty project":                    {"GET", "/api/v1/projects//codes", 404, "", `{"detail":"Not Found"}`},
		"dots are not resolved":               {"GET", project + "/x/../codes", 404, "", `{"detail":"Not Found"}`},
		"an unknown path with a last slash":   {"GET", "/nothing/", 404, "", `{"detail":"Not Found"}`},
		"an escaped slash in a code":          {"GET", byCode + "A%2FB", 404, "", `{"detail":"Not Found"}`},
		"DELETE of the project":               {"DELETE", project, 405, "GET", `{"detail":"Method Not Allowed"}`},
		"POST to the list":                    {"POST", codes, 405, "GET", `{"detail":"Method Not Allowed"}`},
		"PUT of verify":                       {"PUT", verify, 405, "GET", `{"detail":"Method Not Allowed"}`},
		"POST to a code":                      {"POST", codes + "/0123", 405, "GET", `{"detail":"Method Not Allowed"}`},
		"HEAD of the project":                 {"HEAD", project, 405, "GET", ""},
		"a method in lower case":              {"get", project, 405, "GET", `{"detail":"Method Not Allowed"}`},
		"GET of verify looks for a code":      {"GET", verify, 404, "", `{"detail":"Code not found"}`},
		"GET of by-code looks for a code":     {"GET", codes + "/by-code", 404, "", `{"detail":"Code not found"}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := do(t, start(t), request{method: tt.method, path: tt.path})
			check(t, got, tt.status, tt.body)
			assert.Equal(t, tt.allow, got.header.Get("Allow"))
		})
	}
}

func TestHealthAndTheRootNeedNoSignature(t *testing.T) {
	srv := start(t)
	for _, path := range []string{"/health", "/"} {
		res, err := client.Get(srv.URL + path)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, 200, res.StatusCode)
		assert.JSONEq(t, `{"status":"ok"}`, string(body))
	}
	assert.Equal(t, 2, srv.RequestCount())
}

func TestSlashesTooManyAreRedirected(t *testing.T) {
	for name, tt := range map[string]struct{ method, path, to string }{
		"an empty code id":             {"GET", codes + "/", codes},
		"an empty code":                {"GET", byCode, codes + "/by-code"},
		"a last slash on the project":  {"GET", project + "/", project},
		"a last slash on a POST":       {"POST", verify + "/", verify},
		"two last slashes":             {"GET", statistics + "//", statistics},
		"a last slash that is escaped": {"GET", byCode + "A%2F", byCode + "A"},
		"the query stays":              {"GET", codes + "/?page=2", codes + "?page=2"},
	} {
		t.Run(name, func(t *testing.T) {
			srv := start(t)
			got := do(t, srv, request{method: tt.method, path: tt.path, key: "x"})
			check(t, got, 307, "")
			assert.Equal(t, srv.URL+tt.to, got.header.Get("Location"))
			assert.Equal(t, "0", got.header.Get("Content-Length"))
			assert.Empty(t, got.header.Get("Content-Type"))
		})
	}
}
