package uumit

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pentagate/pentagate/transport"
)

func FuzzInterpret(f *testing.F) {
	for _, s := range []string{
		`{"code":0,"message":"success","data":{},"timestamp":1710000000}`, `{"code":"4801","data":{"status":"pending"}}`, `{"code":3001,"message":null}`,
		`{"detail":[{"type":"missing","loc":["body",1],"msg":"m"}]}`, `{"detail":"d"}`, `{"error_code":"X","code":4000}`, `{"a":1}`, `<html>`, ``, `[]`, `{"code":1e3}`, "{\"a\":\"\xff\"}",
	} {
		for _, status := range []int{200, 204, 401, 404, 422, 429, 500} {
			f.Add(status, s)
		}
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		a := &transport.Answer{Status: status, Header: http.Header{}, Body: []byte(body)}
		if status < 200 || !own(a) {
			return // it is not interpreted
		}
		payload, err := interpret(a)
		if err == nil {
			assert.True(t, status >= 200 && status < 300 && json.Valid(payload))
			for _, out := range []json.Unmarshaler{&enveloped{new(any)}, &anyBody{new(any)}, &anyBody{}} {
				_ = json.Unmarshal(payload, out) // must not panic
			}
			return
		}
		assert.Nil(t, payload)
		assert.Error(t, err.Kind)
	})
}

// FuzzPoll reads polls whose code failed and whose code did not.
func FuzzPoll(f *testing.F) {
	for _, s := range []string{
		`{"code":4801,"message":"authorization_pending","data":{"status":"pending","interval":5}}`,
		`{"code":0,"data":{"status":"approved","api_key":"k","user_id":"u"}}`, `{"code":1,"data":{"status":"odd"}}`, `{"data":[]}`, `null`,
		`{"api_key":7,"platform_user_id":1e3}`, `{"error":"slow_down"}`, `{"code":4802,"detail":"expired_token"}`,
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, body string, failed bool) {
		var err *transport.Error
		if failed {
			err = &transport.Error{Kind: transport.ErrConflict}
		}
		var poll polled
		if !poll.read([]byte(body), err) {
			assert.Zero(t, poll)
			return
		}
		assert.NotEmpty(t, poll.Status)
		assert.Equal(t, poll.Status == DeviceApproved, !poll.Credentials.APIKey.IsZero())
	})
}
