package procure

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
)

func TestTheFormOfThePlatformsOwnAnswers(t *testing.T) {
	const page = `<html><head><title>404 Not Found</title></head><body><center>nginx</center></body></html>`
	for _, tc := range []struct {
		name   string
		status int
		body   string
		want   bool
	}{
		{"the documents' success", 200, `{"code":0,"message":"success","data":{"id":"intent_123","status":"SUBMITTED"}}`, true},
		{"the documents' error", 400, `{"code":40001,"message":"参数错误","data":{"field":"price","reason":"价格必须大于0"}}`, true},
		{"a code in quotes", 404, `{"code":"40401","message":"intent not found"}`, true},
		{"a code and nothing else", 409, ` {"code":40901} `, true},
		{"a code with a fraction of zero", 401, `{"code":40101.0}`, true},
		{"a created intent", 201, `{"code":0,"data":{}}`, true},
		{"nothing with 204", 204, ``, true},
		{"nothing with 200", 200, ``, true},
		{"nothing with 202", 202, ``, true},
		{"nothing with 401", 401, ``, false},
		{"nothing with 404", 404, ``, false},
		{"white space with 200", 200, ` `, false},
		{"a page with 404", 404, page, false},
		{"a page with 200", 200, page, false},
		{"another body of an error", 403, `{"statusCode":403,"message":"IP not allowed"}`, false},
		{"a code in words", 403, `{"code":"AccessDenied","message":"blocked"}`, false},
		{"a code of null", 403, `{"code":null}`, false},
		{"a code with a fraction", 403, `{"code":403.5}`, false},
		{"a code of another name", 403, `{"errcode":403}`, false},
		{"an object without a code", 200, `{"status":"ok"}`, false},
		{"an array", 200, `[{"code":0}]`, false},
		{"null", 200, `null`, false},
		{"cut JSON", 200, `{"code":0,"data":{"id":"a"`, false},
		{"text", 400, `Bad Request`, false},
	} {
		assert.Equal(t, tc.want, own(&transport.Answer{Status: tc.status, Body: []byte(tc.body)}), tc.name)
	}
}

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
		a := &transport.Answer{Status: status, Header: http.Header{}, Body: []byte(body)}
		if !own(a) {
			return
		}
		payload, err := interpret(a)
		if err == nil {
			assert.True(t, status >= 200 && status < 300 && (json.Valid(payload) || len(a.Body) == 0))
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
		if json.Unmarshal([]byte(body), &intent) == nil && !intent.Raw.IsZero() {
			assert.True(t, json.Valid(intent.Raw.Bytes()))
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
			assert.True(t, json.Valid(page.Raw.Bytes()))
		}
		var health Health
		if json.Unmarshal([]byte(body), &health) == nil {
			assert.NotEmpty(t, health.Status)
		}
	})
}
