package codegate

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pentagate/pentagate/transport"
)

func FuzzInterpret(f *testing.F) {
	for _, s := range []string{`{"detail":"Timestamp expired. x"}`, `{"detail":[{"type":"missing","loc":["header","X-API-Key"],"msg":"m"}]}`, `{"detail":{}}`, `<html>`, ``, `{"a":1}`, "{\"a\":\"\xff\"}"} {
		for _, status := range []int{200, 401, 422, 500} {
			f.Add(status, s)
		}
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		payload, err := interpret(&transport.Answer{Status: status, Header: http.Header{}, Body: []byte(body)})
		if err == nil {
			assert.True(t, status >= 200 && status < 300 && payload[0] == '{')
			return
		}
		assert.Nil(t, payload)
		assert.Error(t, err.Kind)
	})
}
