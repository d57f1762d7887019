package signing_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
)

// The hash of no bytes.
const noBodyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// canonicalQuery is the query as CodeGate signs it.
func canonicalQuery(t require.TestingT, rawQuery string) string {
	signer, err := signing.NewCodeGate(signing.NewSecret(codeGateKey), signing.NewSecret(codeGateSecret))
	require.NoError(t, err)
	explanation, err := signer.Explain(&signing.Request{
		Method: http.MethodGet, Path: "/", RawQuery: rawQuery, Time: time.Unix(1704153600, 0),
	})
	require.NoError(t, err)
	require.Equal(t, "query", explanation.Parts[2].Name)
	return explanation.Parts[2].Value
}

func TestCodeGateCanonicalQuery(t *testing.T) {
	for _, test := range []struct{ name, raw, want string }{
		{"an empty query stays empty", "", ""},
		{"pairs are sorted by key", "b=2&a=1", "a=1&b=2"},
		{"upper case sorts before underscore before lower case", "a=2&_=3&A=1", "A=1&_=3&a=2"},
		{"keys sort by code point, unescaped", "%F0%9F%98%80=4&%EF%BF%BD=3&%E4%B8%AD=2&z=1", "z=1&%E4%B8%AD=2&%EF%BF%BD=3&%F0%9F%98%80=4"},
		{"a blank value stays", "search=", "search="},
		{"a bare key is signed with an equals sign", "search", "search="},
		{"an empty key stays", "=v", "=v"},
		{"a lone equals sign stays", "=", "="},
		{"empty pairs vanish", "&&a=1&", "a=1"},
		{"of a key given twice the last counts", "a=1&b=2&a=3", "a=3&b=2"},
		{"keys that are equal once unescaped are one", "%61=1&a=2", "a=2"},
		{"only an ampersand separates pairs", "a;b=1;c=2", "a%3Bb=1%3Bc%3D2"},
		{"only the first equals sign separates key and value", "a=b=c", "a=b%3Dc"},
		{"spaces become plus signs in either spelling", "a=%20+%2B", "a=++%2B"},
		{"escapes become upper case", "a=%e4%b8%ad", "a=%E4%B8%AD"},
		{"a tilde is not escaped", "a=%7E~", "a=~~"},
		{"a percent sign that begins no escape stays literal", "a=%zz%4&b=%%41", "a=%25zz%254&b=%25A"},
		{"a percent sign at the end stays literal", "a=%2", "a=%252"},
		{"an impossible byte becomes one replacement character", "a=%FF", "a=%EF%BF%BD"},
		{"the beginning of a character becomes one replacement character", "a=%E4%B8", "a=%EF%BF%BD"},
		{"a longer beginning does too, and each impossible byte after it", "a=%F0%9F%98x%C0%80", "a=%EF%BF%BDx%EF%BF%BD%EF%BF%BD"},
		{"a surrogate becomes three", "a=%ED%A0%80", "a=%EF%BF%BD%EF%BF%BD%EF%BF%BD"},
		{"a number beyond Unicode becomes four", "a=%F4%90%80%80", "a=%EF%BF%BD%EF%BF%BD%EF%BF%BD%EF%BF%BD"},
		{"what follows half a character is kept", "a=%F1%80%80%41", "a=%EF%BF%BDA"},
		{"keys that are invalid alike are one", "%E4=1&%B8=2", "%EF%BF%BD=2"},
		{"control characters are escaped", "a=%00%0A", "a=%00%0A"},
	} {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, test.want, canonicalQuery(t, test.raw))
		})
	}
}

func TestCodeGateTextToSign(t *testing.T) {
	now := time.Date(2024, 1, 2, 0, 0, 0, 999_999_999, time.UTC)
	for _, test := range []struct {
		name    string
		request signing.Request
		want    string
	}{
		{
			"the body of a GET is not hashed",
			signing.Request{Method: "GET", Path: "/p", Body: []byte(`{"a":1}`)},
			"GET\n/p\n\n" + noBodyHash + "\n1704153600",
		},
		{
			"the body of a DELETE is hashed",
			signing.Request{Method: "DELETE", Path: "/p", Body: []byte(`{"a":1}`)},
			"DELETE\n/p\n\n015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862\n1704153600",
		},
		{
			"the decoded path counts and the one on the wire does not",
			signing.Request{Method: "GET", Path: "/by-code/a b%41", RawPath: "/by-code/a%20b%2541"},
			"GET\n/by-code/a b%41\n\n" + noBodyHash + "\n1704153600",
		},
		{
			"the method is signed as given",
			signing.Request{Method: "get", Path: "/p"},
			"get\n/p\n\n" + noBodyHash + "\n1704153600",
		},
		{
			"a query counts on a POST too",
			signing.Request{Method: "POST", Path: "/p", RawQuery: "b=1&a=2"},
			"POST\n/p\na=2&b=1\n" + noBodyHash + "\n1704153600",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.request.Time = now
			explanation, err := newCodeGate(t).Explain(&test.request)
			require.NoError(t, err)
			assert.Equal(t, test.want, explanation.StringToSign)
		})
	}
}

func TestCodeGateVerify(t *testing.T) {
	signed := func() *signing.Request {
		r := &signing.Request{Method: "POST", Path: "/p", Body: []byte(`{}`), Time: time.Unix(1704153600, 0)}
		require.NoError(t, newCodeGate(t).Sign(context.Background(), r))
		return r
	}
	set := func(name string, values ...string) func(*signing.Request) {
		return func(r *signing.Request) { r.Header[name] = values }
	}
	at := func(seconds float64) func(*signing.Request) {
		return func(r *signing.Request) { r.Time = r.Time.Add(time.Duration(seconds * float64(time.Second))) }
	}
	for _, test := range []struct {
		name   string
		change func(*signing.Request)
		window time.Duration
		want   error
	}{
		{"the request as signed is accepted", func(*signing.Request) {}, 0, nil},
		{"300 seconds late are accepted", at(300), 0, nil},
		{"300 seconds early are accepted", at(-300), 0, nil},
		{"300.9 seconds late are 300 on a clock in seconds", at(300.9), 0, nil},
		{"301 seconds late are refused", at(301), 0, signing.ErrExpired},
		{"301 seconds early are refused", at(-301), 0, signing.ErrExpired},
		{"a wider window accepts them", at(301), 10 * time.Minute, nil},
		{"a narrower window refuses 2 seconds", at(2), time.Second, signing.ErrExpired},
		{"a timestamp in milliseconds is outside the window", set("X-Timestamp", "1704153600000"), 0, signing.ErrExpired},
		{"the greatest timestamp is outside the window", set("X-Timestamp", "9223372036854775807"), 0, signing.ErrExpired},
		{"a plus sign before the number is ignored", set("X-Timestamp", "+1704153600"), 0, nil},
		{"a leading zero is ignored", set("X-Timestamp", "01704153600"), 0, nil},
		{"a timestamp with a fraction is refused", set("X-Timestamp", "1704153600.0"), 0, signing.ErrRequest},
		{"a timestamp that is a date is refused", set("X-Timestamp", "2024-01-02"), 0, signing.ErrRequest},
		{"another key is refused", set("X-Api-Key", "0f1e2d3c4b5a69788796a5b4c3d2e1f1"), 0, signing.ErrMismatch},
		{"the key in upper case is refused", set("X-Api-Key", "0F1E2D3C4B5A69788796A5B4C3D2E1F0"), 0, signing.ErrMismatch},
		{"two keys are refused", set("X-Api-Key", codeGateKey, codeGateKey), 0, signing.ErrRequest},
		{"a missing key is refused", set("X-Api-Key"), 0, signing.ErrMissingHeader},
		{"a missing timestamp is refused", set("X-Timestamp"), 0, signing.ErrMissingHeader},
		{"a missing signature is refused", set("X-Signature"), 0, signing.ErrMissingHeader},
		{"an empty signature is refused", set("X-Signature", ""), 0, signing.ErrMissingHeader},
		{"a signature of another length is refused", set("X-Signature", "ab"), 0, signing.ErrMismatch},
		{"the signature in upper case is refused", func(r *signing.Request) {
			r.Header.Set("X-Signature", strings.ToUpper(r.Header.Get("X-Signature")))
		}, 0, signing.ErrMismatch},
		{"another body is refused", func(r *signing.Request) { r.Body = []byte(`{ }`) }, 0, signing.ErrMismatch},
		{"header names count in any case", func(r *signing.Request) {
			r.Header = http.Header{
				"X-API-KEY": r.Header["X-Api-Key"], "x-timestamp": r.Header["X-Timestamp"], "x-Signature": r.Header["X-Signature"],
			}
		}, 0, nil},
		{"one header in two spellings is refused", set("x-signature", noBodyHash), 0, signing.ErrRequest},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := signed()
			test.change(r)
			assert.ErrorIs(t, newCodeGate(t).Verify(r, test.window), test.want)
		})
	}
}
