package codegatetest_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pentagate/pentagate/codegate/codegatetest"
)

// FuzzRequest sends anything, signed as its escaped and as its decoded path
// would have it, so that the checks behind the signature are reached.
func FuzzRequest(f *testing.F) {
	for _, path := range []string{project, codes, codes + "/" + id1, byCode + "A%2520", verify, reactivate, statistics, "//api", byCode} {
		f.Add("GET", path, "page=1&search=%25", "application/json", `{}`, "1704153600", true)
		f.Add("POST", path, "", "application/json", `{"code":"A","verified_by":null}`, "+1704153600", true)
	}
	f.Add("POST", verify, "", "text/plain", "\xff", "x", false)
	f.Add("GET", codes, "page=99999999999999999999&page_size=1", "", "", "1704153600", true)
	documented := []int{200, 307, 400, 401, 403, 404, 405, 422, 500}

	f.Fuzz(func(t *testing.T, method, path, query, contentType, body, timestamp string, signed bool) {
		target, err := url.ParseRequestURI(path)
		if err != nil {
			t.Skip("not a request line")
		}
		target.RawQuery = query
		p := codegatetest.New(codegatetest.WithProject(codegatetest.Project{ID: projectID, APIKey: apiKey, Secret: secret}))
		p.SetNow(time.Unix(now, 0))
		p.AddCode(codegatetest.Code{ID: id1, Code: "A"})
		r := &http.Request{
			Method: method, URL: target, Host: "localhost", RemoteAddr: "192.0.2.1:1234",
			Header: http.Header{"Content-Type": {contentType}},
			Body:   http.NoBody,
		}
		if body != "" {
			r = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)).WithContext(t.Context())
			r.Method, r.URL, r.RequestURI = method, target, ""
			r.Header.Set("Content-Type", contentType)
		}
		signedBody := body
		if method == "GET" {
			signedBody = ""
		}
		r.Header.Set("X-API-Key", apiKey)
		r.Header.Set("X-Timestamp", timestamp)
		if signed {
			r.Header.Set("X-Signature", sign(secret, method, target.Path, target.Query().Encode(), signedBody, "1704153600"))
		}
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		if !slices.Contains(documented, w.Code) {
			t.Errorf("%s %q?%q with %q: status %d", method, path, query, body, w.Code)
		}
	})
}
