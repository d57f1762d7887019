package procure

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
)

func FuzzInterpret(f *testing.F) {
	for _, s := range []string{
		`{"code":0,"message":"success","data":{"id":"intent_123","status":"SUBMITTED"}}`, `{"code":40001,"message":"m","data":{"field":"price","reason":"r"}}`,
		`{"code":"0"}`, `{"code":50000}`, `{"code":42901,"data":[]}`, `{"code":-1}`, `{"code":99999999999999999999}`, `<html>`, ``, `null`, `[]`, "{\"code\":0,\"data\":\"\xff\"}",
	} {
		for _, status := range []int{200, 201, 400, 429, 500} {
			f.Add(status, s)
		}
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		payload, err := interpret(&transport.Answer{Status: status, Header: http.Header{}, Body: []byte(body)})
		if err == nil {
			assert.True(t, status >= 200 && status < 300 && json.Valid(payload))
			return
		}
		assert.Nil(t, payload)
		require.Error(t, err.Kind)
		if status >= 500 {
			assert.Equal(t, transport.ErrUnavailable, err.Kind)
		}
	})
}

func FuzzTypes(f *testing.F) {
	for _, s := range []string{
		`{"id":"a","status":"DRAFT","price":"1.5","quantity":"2","totalAmount":3,"createdAt":"2026-02-25T10:00:00Z","remarks":null}`,
		`{"items":[{"id":"a"}],"total":"1"}`, `[{"id":"a"},null]`, `{"list":null,"total":0}`, `{"status":"healthy","uptime":1.5}`, `null`, `"x"`, `{"price":1e99999}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var intent Intent
		if json.Unmarshal([]byte(body), &intent) == nil && intent.Raw != nil {
			assert.True(t, json.Valid(intent.Raw))
		}
		var whole wholeIntent
		if json.Unmarshal([]byte(body), &whole) == nil {
			assert.NotEmpty(t, whole.ID)
			assert.NotEmpty(t, whole.Status)
		}
		var thin thinIntent
		_ = json.Unmarshal([]byte(body), &thin)
		var page IntentPage
		if json.Unmarshal([]byte(body), &page) == nil {
			assert.True(t, json.Valid(page.Raw))
		}
		var health Health
		if json.Unmarshal([]byte(body), &health) == nil {
			assert.NotEmpty(t, health.Status)
		}
	})
}
