package aihuishou

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pentagate/pentagate/transport"
)

func FuzzInterpret(f *testing.F) {
	for _, body := range []string{
		`{"code":0,"msg":"success","data":{"a":1}}`, `{"code":"0"}`, `{"code":-0.0,"data":null}`, `{"code":1001,"msg":"m"}`, `{"code":{},"msg":[]}`,
		`{"code":"0x0"}`, `{"code":"NaN"}`, `{"code":1e999}`, `{"code":0,"code":1}`, `null`, `[]`, `<html>`, ``, "{\"code\":0,\"data\":\"\xff\"}",
	} {
		for _, status := range []int{200, 201, 204, 302, 401, 429, 500} {
			f.Add(status, body)
		}
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		payload, err := interpret(&transport.Answer{Status: status, Header: http.Header{}, Body: []byte(body)})
		if err == nil {
			assert.True(t, status >= 200 && status < 300 && json.Valid(payload))
			return
		}
		assert.Nil(t, payload)
		assert.Error(t, err.Kind)
	})
}
