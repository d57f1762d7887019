package signing_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/pentagate/pentagate/signing"
)

// flipBit draws a copy of b with one bit changed.
func flipBit(t *rapid.T, b []byte) []byte {
	flipped := bytes.Clone(b)
	bit := rapid.IntRange(0, 8*len(b)-1).Draw(t, "bit")
	flipped[bit/8] ^= 1 << (bit % 8)
	return flipped
}

// encodeQuery joins the pairs in the order of their keys in order.
func encodeQuery(pairs map[string]string, order []string) string {
	var encoded []string
	for _, key := range order {
		encoded = append(encoded, url.QueryEscape(key)+"="+url.QueryEscape(pairs[key]))
	}
	return strings.Join(encoded, "&")
}

func drawRequest(t *rapid.T) *signing.Request {
	return &signing.Request{
		Method: rapid.SampledFrom([]string{"GET", "POST", "PUT", "DELETE"}).Draw(t, "method"),
		Path:   "/" + rapid.String().Draw(t, "path"),
		Body:   rapid.SliceOf(rapid.Byte()).Draw(t, "body"),
		Time:   time.UnixMilli(rapid.Int64Range(1, 1<<42).Draw(t, "time")),
	}
}

func TestCanonicalQueryIsWhatValuesEncodeWritesInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pairs := rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "pairs")
		values := url.Values{}
		var keys []string
		for key, value := range pairs {
			keys = append(keys, key)
			values.Set(key, value)
		}
		raw := encodeQuery(pairs, rapid.Permutation(keys).Draw(t, "order"))
		require.Equal(t, values.Encode(), canonicalQuery(t, raw))
	})
}

func TestCodeGateCoversEveryBit(t *testing.T) {
	signer := newCodeGate(t)
	rapid.Check(t, func(t *rapid.T) {
		pairs := rapid.MapOfN(rapid.String(), rapid.String(), 1, 4).Draw(t, "pairs")
		var keys []string
		for key := range pairs {
			keys = append(keys, key)
		}
		order := rapid.Permutation(keys).Draw(t, "order")
		r := drawRequest(t)
		r.RawQuery = encodeQuery(pairs, order)
		require.NoError(t, signer.Sign(context.Background(), r))
		require.NoError(t, signer.Verify(r, 0))
		r.RawQuery = encodeQuery(pairs, rapid.Permutation(keys).Draw(t, "other order"))
		require.NoError(t, signer.Verify(r, 0))

		switch part := rapid.SampledFrom([]string{"method", "path", "query", "body", "time", "header"}).Draw(t, "part"); part {
		case "method":
			r.Method = string(flipBit(t, []byte(r.Method)))
		case "path":
			r.Path = string(flipBit(t, []byte(r.Path)))
		case "query":
			// Of the unescaped value: %2a and %2A are the same query.
			key := rapid.SampledFrom(keys).Draw(t, "key")
			if pairs[key] == "" {
				t.Skip("no value to change")
			}
			value := flipBit(t, []byte(pairs[key]))
			if !utf8.Valid(value) {
				t.Skip("different invalid texts are signed alike")
			}
			pairs[key] = string(value)
			r.RawQuery = encodeQuery(pairs, order)
		case "body":
			if r.Method == http.MethodGet || len(r.Body) == 0 {
				t.Skip("not signed")
			}
			r.Body = flipBit(t, r.Body)
		case "time":
			r.Time = leaveWindow(t, r.Time)
		case "header":
			flipHeader(t, r.Header)
		}
		require.Error(t, signer.Verify(r, 0))
	})
}

func TestProcureCoversEveryBit(t *testing.T) {
	signer := newProcure(t)
	rapid.Check(t, func(t *rapid.T) {
		r := drawRequest(t)
		r.RawQuery = rapid.String().Draw(t, "query")
		if rapid.Bool().Draw(t, "raw path given") {
			r.RawPath = "/" + rapid.String().Draw(t, "raw path")
		}
		require.NoError(t, signer.Sign(context.Background(), r))
		require.NoError(t, signer.Verify(r, 0))

		switch part := rapid.SampledFrom([]string{"method", "path", "query", "body", "time", "header"}).Draw(t, "part"); part {
		case "method":
			r.Method = string(flipBit(t, []byte(r.Method)))
		case "path":
			if r.RawPath != "" {
				r.RawPath = string(flipBit(t, []byte(r.RawPath)))
			} else {
				r.Path = string(flipBit(t, []byte(r.Path)))
			}
		case "query":
			if r.RawQuery == "" {
				t.Skip("no query to change")
			}
			r.RawQuery = string(flipBit(t, []byte(r.RawQuery)))
		case "body":
			if len(r.Body) == 0 {
				t.Skip("no body to change")
			}
			r.Body = flipBit(t, r.Body)
		case "time":
			r.Time = leaveWindow(t, r.Time)
		case "header":
			flipHeader(t, r.Header)
		}
		require.Error(t, signer.Verify(r, 0))
	})
}

func TestAihuishouCoversEveryBitOfTheValues(t *testing.T) {
	signer := newAihuishou(t)
	rapid.Check(t, func(t *rapid.T) {
		params := rapid.MapOfN(rapid.StringMatching(`[a-z_]{1,8}`), rapid.String(), 1, 5).Draw(t, "params")
		delete(params, "timestamp")
		body, err := json.Marshal(params)
		require.NoError(t, err)
		r := &signing.Request{Body: body, Time: drawRequest(t).Time}
		require.NoError(t, signer.Sign(context.Background(), r))
		require.NoError(t, signer.Verify(r, 0))

		signed := map[string]string{}
		require.NoError(t, json.Unmarshal(r.Body, &signed))
		switch part := rapid.SampledFrom([]string{"value", "time", "header"}).Draw(t, "part"); part {
		case "value": // the timestamp's too
			var keys []string
			for key, value := range signed {
				if value != "" {
					keys = append(keys, key)
				}
			}
			key := rapid.SampledFrom(keys).Draw(t, "key")
			value := flipBit(t, []byte(signed[key]))
			if !utf8.Valid(value) {
				t.Skip("not JSON")
			}
			signed[key] = string(value)
			r.Body, err = json.Marshal(signed)
			require.NoError(t, err)
		case "time":
			r.Time = leaveWindow(t, r.Time)
		case "header":
			flipHeader(t, r.Header)
		}
		require.Error(t, signer.Verify(r, 0))
	})
}

// leaveWindow draws a time more than the default window before or after now.
func leaveWindow(t *rapid.T, now time.Time) time.Time {
	away := time.Duration(rapid.Int64Range(int64(signing.DefaultWindow+time.Second), int64(1000*time.Hour)).Draw(t, "away"))
	if rapid.Bool().Draw(t, "before") {
		away = -away
	}
	return now.Add(away)
}

// flipHeader changes one bit of one header's value.
func flipHeader(t *rapid.T, h http.Header) {
	var names []string
	for name := range h {
		names = append(names, name)
	}
	name := rapid.SampledFrom(names).Draw(t, "header")
	h[name] = []string{string(flipBit(t, []byte(h[name][0])))}
}

func TestExplainNeverShowsTheSecret(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Short and repetitive secrets collide with the mask and with
		// themselves.
		text := rapid.OneOf(rapid.StringMatching(`[!-~\p{Han}é]{1,12}`), rapid.StringMatching(`[redact\[\]]{1,12}`), rapid.StringMatching(`[ab]{1,6}`)).Draw(t, "secret")
		secret := signing.NewSecret(text)
		around := rapid.StringMatching(`[ab\[\]]{0,6}`)
		with := func(label string) string { return around.Draw(t, label) + text + around.Draw(t, label) }
		body, err := json.Marshal(map[string]string{with("key"): with("value"), "x" + text: around.Draw(t, "end")})
		require.NoError(t, err)
		r := &signing.Request{
			Method: with("method"), Path: "/" + with("path"), RawQuery: url.QueryEscape(with("query")),
			Body: body, Time: time.Unix(1704153600, 0),
		}
		codeGate, err := signing.NewCodeGate(signing.NewSecret("key"), secret)
		require.NoError(t, err)
		procure, err := signing.NewProcure("app", secret)
		require.NoError(t, err)
		aihuishou, err := signing.NewAihuishou("app", secret)
		require.NoError(t, err)
		for _, explainer := range []signing.Explainer{codeGate, procure, aihuishou} {
			explanation, err := explainer.Explain(r)
			if err != nil {
				require.ErrorIs(t, err, signing.ErrRequest) // a name given twice
				continue
			}
			require.NotContains(t, explanation.StringToSign, text)
			for _, part := range explanation.Parts {
				require.NotContains(t, part.Name, text)
				require.NotContains(t, part.Value, text)
			}
		}
	})
}

func TestSignersAreSafeForConcurrentUse(t *testing.T) {
	for _, scheme := range schemes {
		t.Run(scheme.name, func(t *testing.T) {
			signer := scheme.signer(t)
			body := []byte(`{"a":"x","b":"\u4e2d"}`)
			var group sync.WaitGroup
			for worker := range 8 {
				group.Go(func() {
					for i := range 200 {
						r := &signing.Request{
							Method: http.MethodPost, Path: scheme.path, RawQuery: "b=1&a=2", Body: body,
							Time: time.Unix(1704153600+int64(1000*worker+i), 0),
						}
						assert.NoError(t, signer.Sign(context.Background(), r))
						assert.NoError(t, signer.Verify(r, 0))
						_, err := signer.Explain(r)
						assert.NoError(t, err)
					}
				})
			}
			group.Wait()
			assert.Equal(t, `{"a":"x","b":"\u4e2d"}`, string(body))
		})
	}
}
