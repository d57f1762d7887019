package signing_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
)

// chinaTime is UTC+8.
var chinaTime = time.FixedZone("CST", 8*60*60)

func readGolden(t *testing.T, name string, into any) {
	t.Helper()
	text, err := fs.ReadFile(os.DirFS("testdata"), name)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, into))
}

func TestCodeGateSignsTheGoldenCases(t *testing.T) {
	var golden struct {
		Cases []struct {
			Name           string
			Method, Path   string
			Query          map[string]string
			Body           *string
			Timestamp      int64
			Secret         string
			CanonicalQuery string `json:"canonical_query"`
			BodySHA256     string `json:"body_sha256"`
			StringToSign   string `json:"string_to_sign"`
			Signature      string
		}
	}
	readGolden(t, "codegate.json", &golden)
	require.Len(t, golden.Cases, 16)
	for _, c := range golden.Cases {
		t.Run(c.Name, func(t *testing.T) {
			signer, err := signing.NewCodeGate(signing.NewSecret(codeGateKey), signing.NewSecret(c.Secret))
			require.NoError(t, err)
			var pairs []string
			for key, value := range c.Query { // in any order
				pairs = append(pairs, url.QueryEscape(key)+"="+url.QueryEscape(value))
			}
			request := signing.Request{
				Method: c.Method, Path: c.Path, RawQuery: strings.Join(pairs, "&"), Time: time.Unix(c.Timestamp, 0),
			}
			if c.Body != nil {
				request.Body = []byte(*c.Body)
			}

			explanation, err := signer.Explain(&request)
			require.NoError(t, err)
			assert.Equal(t, c.StringToSign, explanation.StringToSign)
			assert.Equal(t, c.CanonicalQuery, explanation.Parts[2].Value)
			assert.Equal(t, c.BodySHA256, explanation.Parts[3].Value)

			signature, err := signer.Signature(&request)
			require.NoError(t, err)
			assert.Equal(t, c.Signature, signature)

			require.NoError(t, signer.Sign(context.Background(), &request))
			assert.Equal(t, http.Header{
				"X-Api-Key":   {codeGateKey},
				"X-Timestamp": {strconv.FormatInt(c.Timestamp, 10)},
				"X-Signature": {c.Signature},
			}, request.Header)
			assert.NoError(t, signer.Verify(&request, 0))
		})
	}
}

func TestProcureSignsTheGoldenCases(t *testing.T) {
	var golden []struct {
		Name, Variant string
		AppID         string `json:"app_id"`
		AppSecret     string `json:"app_secret"`
		Method, Path  string
		Timestamp     string
		Body          string
		StringToSign  string `json:"string_to_sign"`
		Signature     string `json:"expected_signature"`
	}
	readGolden(t, "procure.json", &golden)
	require.Len(t, golden, 19)
	for _, c := range golden {
		if c.Variant == "alternative" {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			signer, err := signing.NewProcure(c.AppID, signing.NewSecret(c.AppSecret))
			require.NoError(t, err)
			millis, err := strconv.ParseInt(c.Timestamp, 10, 64)
			require.NoError(t, err)
			path, query, _ := strings.Cut(c.Path, "?")
			request := signing.Request{
				Method: c.Method, RawPath: path, RawQuery: query, Body: []byte(c.Body), Time: time.UnixMilli(millis),
			}

			explanation, err := signer.Explain(&request)
			require.NoError(t, err)
			assert.Equal(t, c.StringToSign, explanation.StringToSign)

			signature, err := signer.Signature(&request)
			require.NoError(t, err)
			assert.Equal(t, c.Signature, signature)

			require.NoError(t, signer.Sign(context.Background(), &request))
			assert.Equal(t, http.Header{
				"X-App-Id":    {c.AppID},
				"X-Timestamp": {c.Timestamp},
				"X-Signature": {c.Signature},
			}, request.Header)
			assert.NoError(t, signer.Verify(&request, 0))
		})
	}
}

// param is one parameter of a golden Aihuishou case.
type param struct {
	Key, Type string
	Value     json.RawMessage
	Text      string `json:"value_text"`
}

// literal is the value as it stands in the body: numbers as the reference
// script writes them, or as encoding/json writes them.
func (p param) literal(t *testing.T, literals signing.Literals) string {
	switch {
	case p.Text != "" && literals == signing.LiteralsPython || p.Type == "int":
		return p.Text
	case p.Type == "float":
		var f float64
		require.NoError(t, json.Unmarshal(p.Value, &f))
		text, err := json.Marshal(f)
		require.NoError(t, err)
		return string(text)
	}
	return string(p.Value)
}

func TestAihuishouSignsTheGoldenCases(t *testing.T) {
	var golden []struct {
		Name, Variant, Literals string
		AppID                   string `json:"app_id"`
		AppSecret               string `json:"app_secret"`
		Params                  []param
		StringToSign            string `json:"string_to_sign"`
		Signature               string `json:"expected_signature"`
	}
	readGolden(t, "aihuishou.json", &golden)
	require.Len(t, golden, 22)
	for _, c := range golden {
		if c.Variant == "alternative" {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			literals := map[string]signing.Literals{
				"python": signing.LiteralsPython, "json": signing.LiteralsJSON,
			}[c.Literals]
			signer, err := signing.NewAihuishou(c.AppID, signing.NewSecret(c.AppSecret), signing.WithLiterals(literals))
			require.NoError(t, err)
			var members, stale []string
			var now time.Time
			for _, p := range c.Params {
				key := strconv.Quote(p.Key) + ": "
				if p.Key == "timestamp" {
					now, err = time.ParseInLocation(`"`+time.DateTime+`"`, string(p.Value), chinaTime)
					require.NoError(t, err)
					stale = append(stale, key+`"2001-01-01 00:00:00"`)
					continue
				}
				members = append(members, key+p.literal(t, literals))
				stale = append(stale, key+p.literal(t, literals))
			}
			for _, body := range []string{
				"{" + strings.Join(members, ", ") + "}",
				"{" + strings.Join(stale, ", ") + "}",
			} {
				request := signing.Request{Body: []byte(body), Time: now}
				if strings.HasPrefix(c.Name, "nested") && literals == signing.LiteralsPython {
					assert.ErrorIs(t, signer.Sign(context.Background(), &request), signing.ErrRequest)
					continue
				}

				explanation, err := signer.Explain(&request)
				require.NoError(t, err)
				assert.Equal(t, strings.Replace(c.StringToSign, c.AppSecret, "[redacted]", 1), explanation.StringToSign)

				signature, err := signer.Signature(&request)
				require.NoError(t, err)
				assert.Equal(t, c.Signature, signature)

				require.NoError(t, signer.Sign(context.Background(), &request))
				assert.Equal(t, http.Header{"X-AppId": {c.AppID}, "X-Sign": {c.Signature}}, request.Header)
				assert.NoError(t, signer.Verify(&request, 0))
			}
		})
	}
}
