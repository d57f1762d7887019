package signing_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
)

func TestProcureTextToSign(t *testing.T) {
	now := time.UnixMilli(1708851000000).Add(999 * time.Microsecond)
	for _, test := range []struct {
		name    string
		request signing.Request
		want    string
	}{
		{
			"a plain path is signed as it is",
			signing.Request{Method: "GET", Path: "/api/v1/intents"},
			"GET/api/v1/intents1708851000000",
		},
		{
			"a path without RawPath is signed in its default encoding",
			signing.Request{Method: "GET", Path: "/api/v1/intents/张 三?$&+,:;=@(x)"},
			"GET/api/v1/intents/%E5%BC%A0%20%E4%B8%89%3F$&+,:;=@%28x%291708851000000",
		},
		{
			"RawPath is signed byte for byte",
			signing.Request{Method: "GET", Path: "/api/v1/intents/a/b", RawPath: "/api/v1/intents/a%2fb"},
			"GET/api/v1/intents/a%2fb1708851000000",
		},
		{
			"the query keeps its order and spelling",
			signing.Request{Method: "GET", Path: "/i", RawQuery: "b=%7e+%20&a=1&a=2&"},
			"GET/i?b=%7e+%20&a=1&a=2&1708851000000",
		},
		{
			"the body of a GET is signed",
			signing.Request{Method: "GET", Path: "/i", Body: []byte("{}")},
			"GET/i1708851000000{}",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.request.Time = now
			explanation, err := newProcure(t).Explain(&test.request)
			require.NoError(t, err)
			assert.Equal(t, test.want, explanation.StringToSign)
		})
	}
}

func TestProcureVerify(t *testing.T) {
	signed := func() *signing.Request {
		r := &signing.Request{Method: "POST", Path: "/i/10", Body: []byte(`{}`), Time: time.UnixMilli(1708851000000)}
		require.NoError(t, newProcure(t).Sign(context.Background(), r))
		return r
	}
	set := func(name string, values ...string) func(*signing.Request) {
		return func(r *signing.Request) { r.Header[name] = values }
	}
	at := func(d time.Duration) func(*signing.Request) {
		return func(r *signing.Request) { r.Time = r.Time.Add(d) }
	}
	for _, test := range []struct {
		name   string
		change func(*signing.Request)
		want   error
	}{
		{"the request as signed is accepted", func(*signing.Request) {}, nil},
		{"five minutes late are accepted", at(5 * time.Minute), nil},
		{"five minutes early are accepted", at(-5 * time.Minute), nil},
		{"a millisecond more is refused", at(5*time.Minute + time.Millisecond), signing.ErrExpired},
		{"a millisecond earlier is refused", at(-5*time.Minute - time.Millisecond), signing.ErrExpired},
		{"a timestamp in seconds is outside the window", set("X-Timestamp", "1708851000"), signing.ErrExpired},
		{"a plus sign before the number is refused", set("X-Timestamp", "+1708851000000"), signing.ErrRequest},
		{"a zero taken from the path into the timestamp is refused", func(r *signing.Request) {
			r.Path = "/i/1"
			r.Header["X-Timestamp"] = []string{"01708851000000"}
		}, signing.ErrRequest},
		{"the path's encoding counts", func(r *signing.Request) { r.RawPath = "/i/1%30" }, signing.ErrMismatch},
		{"an added query is refused", func(r *signing.Request) { r.RawQuery = "a" }, signing.ErrMismatch},
		{"another App ID is refused", set("X-App-Id", "dev_app_other"), signing.ErrMismatch},
		{"a missing App ID is refused", set("X-App-Id"), signing.ErrMissingHeader},
		{"the signature in upper case is refused", func(r *signing.Request) {
			r.Header.Set("X-Signature", strings.ToUpper(r.Header.Get("X-Signature")))
		}, signing.ErrMismatch},
		{"the header names in lower case are accepted", func(r *signing.Request) {
			for name, values := range r.Header.Clone() {
				delete(r.Header, name)
				r.Header[strings.ToLower(name)] = values
			}
		}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := signed()
			test.change(r)
			assert.ErrorIs(t, newProcure(t).Verify(r, 0), test.want)
		})
	}
}
