package signing_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
)

// FuzzCanonicalQuery: what is signed is plain ASCII that reads back as valid
// UTF-8 with one value a key, and is its own canonical form.
func FuzzCanonicalQuery(f *testing.F) {
	for _, raw := range []string{"", "a=1&b=2", "b=%zz&a=%FF&a=+", "%F0%9F%98=%E4&=&;", "a=%ED%A0%80", "\xff=\xf0\x9f"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		canonical := canonicalQuery(t, raw)
		values, err := url.ParseQuery(canonical)
		require.NoError(t, err)
		assert.Equal(t, values.Encode(), canonical)
		for key, all := range values {
			assert.True(t, utf8.ValidString(key))
			assert.Len(t, all, 1)
			assert.True(t, utf8.ValidString(all[0]))
		}
		assert.Equal(t, canonical, canonicalQuery(t, canonical))
	})
}

// FuzzAihuishouBody: any body is either refused or signed so that it verifies,
// is valid JSON and keeps every other member.
func FuzzAihuishouBody(f *testing.F) {
	for _, body := range []string{
		``, `{}`, `{"a":1}`, ` { "timestamp" : [ {"x":"}"} , -1e5 ] , "\u0061" : "\\\"" } `, `{"a":1,"a":2}`, `[`, `null`, "{\"\xff\":1}",
		`{"a":"\ud800"}`, `{"timestamp":1,"timestamp":2}`,
	} {
		f.Add([]byte(body), false)
		f.Add([]byte(body), true)
	}
	f.Fuzz(func(t *testing.T, body []byte, literalsJSON bool) {
		literals := signing.LiteralsPython
		if literalsJSON {
			literals = signing.LiteralsJSON
		}
		signer := newAihuishou(t, signing.WithLiterals(literals))
		before := string(body)
		r := signing.Request{Body: body, Time: aihuishouNow}
		if err := signer.Sign(context.Background(), &r); err != nil {
			assert.ErrorIs(t, err, signing.ErrRequest)
			assert.Equal(t, before, string(r.Body))
			return
		}
		assert.Equal(t, before, string(body), "the caller's bytes were written to")
		assert.NoError(t, signer.Verify(&r, 0))
		want := map[string]json.RawMessage{}
		if len(body) > 0 {
			require.NoError(t, json.Unmarshal(body, &want))
		}
		want["timestamp"] = json.RawMessage(`"2024-08-28 15:40:00"`)
		var got map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(r.Body, &got))
		assert.Equal(t, want, got)
	})
}

// FuzzVerify: nothing that was not signed with the secret verifies, and every
// refusal is one of the package's errors.
func FuzzVerify(f *testing.F) {
	f.Add("GET", "/p", "a=1", []byte(`{}`), "X-Timestamp", "1704153600", codeGateKey, noBodyHash)
	f.Add("POST", "/p", "", []byte(`{"timestamp":"2024-01-02 08:00:00"}`), "x-timestamp", "1704153600000", "dev_app_local", "")
	f.Add("POST", "", "%", []byte(`{"timestamp":{}}`), "X-TIMESTAMP", "-1", "test_app_id", "\x00")
	f.Fuzz(func(t *testing.T, method, path, query string, body []byte, timestampHeader, timestamp, id, signature string) {
		r := signing.Request{
			Method: method, Path: path, RawQuery: query, Body: body, Time: time.Unix(1704153600, 0),
			Header: http.Header{
				timestampHeader: {timestamp}, "X-Signature": {signature}, "X-Sign": {signature},
				"X-Api-Key": {id}, "X-App-Id": {id}, "X-Appid": {id},
			},
		}
		for _, scheme := range schemes {
			err := scheme.signer(t).Verify(&r, 0)
			known := errors.Is(err, signing.ErrRequest) || errors.Is(err, signing.ErrMissingHeader) ||
				errors.Is(err, signing.ErrExpired) || errors.Is(err, signing.ErrMismatch)
			assert.True(t, known, "%s: %v", scheme.name, err)
		}
	})
}
