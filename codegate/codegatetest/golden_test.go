package codegatetest_test

import (
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate/codegatetest"
)

// The golden signatures were made by an independent implementation and agree
// with the vendor's Python SDK.
func TestGoldenSignaturesPass(t *testing.T) {
	data, err := os.ReadFile("testdata/codegate.json")
	require.NoError(t, err)
	var golden struct {
		Cases []struct {
			Name      string
			Method    string
			Path      string
			Query     map[string]string
			Body      *string
			Timestamp int64
			Secret    string
			Signature string
			WirePath  string `json:"wire_path"`
		}
	}
	require.NoError(t, json.Unmarshal(data, &golden))
	require.Len(t, golden.Cases, 16)
	statuses := map[string]int{
		"post_empty_body":        422,
		"by_code_plain":          404,
		"by_code_decoded_path":   200,
		"by_code_escaped_twice":  200,
		"reactivate_exact_bytes": 200,
	}
	for _, c := range golden.Cases {
		t.Run(c.Name, func(t *testing.T) {
			srv := codegatetest.NewServer(codegatetest.WithProject(codegatetest.Project{
				ID: projectID, APIKey: apiKey, Secret: c.Secret,
			}))
			defer srv.Close()
			srv.SetNow(time.Unix(c.Timestamp, 0))
			srv.AddCode(codegatetest.Code{Code: "SP 中文+"})
			srv.AddCode(codegatetest.Code{Code: "SP 中文+/?"})

			query := make(url.Values)
			for key, value := range c.Query {
				query.Set(key, value)
			}
			r := request{method: c.Method, path: c.Path, query: query.Encode(), signature: c.Signature}
			if c.WirePath != "" {
				r.path = c.WirePath
			}
			if c.Body != nil {
				r.body = *c.Body
			}
			want := statuses[c.Name]
			if want == 0 {
				want = 200
			}
			got := do(t, srv, r)
			assert.Equal(t, want, got.status, got.body)

			// The same with spaces as %20 and with one character of the signature changed.
			r.query = strings.ReplaceAll(r.query, "+", "%20")
			assert.Equal(t, want, do(t, srv, r).status)
			last := map[bool]string{true: "1", false: "0"}[strings.HasSuffix(c.Signature, "0")]
			r.signature = c.Signature[:63] + last
			check(t, do(t, srv, r), 401, badSignature)
		})
	}
}
