package codegate

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
)

func TestWhoSpoke(t *testing.T) {
	t.Parallel()
	const html = "<html><head><title>Not Found</title></head></html>"
	for name, tc := range map[string]struct {
		status      int
		contentType string
		body        string
		own         bool
	}{
		"an object":                                  {status: 200, body: `{"id":"x"}`, own: true},
		"an array of the administrators' API":        {status: 201, body: `[{"code":"A"}]`, own: true},
		"any other JSON":                             {status: 200, body: ` "ok" `, own: true},
		"204 without a body":                         {status: 204, own: true},
		"204 with a page":                            {status: 204, body: html},
		"200 without a body":                         {status: 200},
		"200 with a page":                            {status: 200, body: html},
		"200 with cut JSON":                          {status: 200, body: `{"id":`},
		"a detail":                                   {status: 404, body: `{"detail":"Code not found"}`, own: true},
		"the detail of a path that is not there":     {status: 404, body: `{"detail":"Not Found"}`, own: true},
		"a list of details":                          {status: 422, body: `{"detail":[{"loc":["query","page"],"msg":"m","type":"t"}]}`, own: true},
		"a detail of another shape":                  {status: 409, body: `{"detail":{"reason":"x"}}`, own: true},
		"a detail that is null":                      {status: 404, body: `{"detail":null}`},
		"an object without a detail":                 {status: 404, body: `{"message":"no Route matched with those values"}`},
		"a detail in other letters beside the right": {status: 404, body: `{"detail":null,"Detail":"x"}`},
		"the problem details of a gateway":           {status: 403, contentType: "application/problem+json; charset=utf-8", body: `{"title":"Forbidden","detail":"blocked"}`},
		"a page":                                     {status: 404, contentType: "text/html", body: html},
		"text":                                       {status: 403, contentType: "text/plain", body: "error code: 1020"},
		"nothing":                                    {status: 404},
		"an array":                                   {status: 400, body: `["detail"]`},
		"the platform's own 500":                     {status: 500, contentType: "text/plain; charset=utf-8", body: "Internal Server Error", own: true},
		"the 500 of something else":                  {status: 500, contentType: "text/plain", body: "upstream connect error"},
		"the text of a 500 with another status":      {status: 404, body: "Internal Server Error"},
		"a 503 in the platform's form":               {status: 503, body: `{"detail":"Service Unavailable"}`, own: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &transport.Answer{Status: tc.status, Header: http.Header{"Content-Type": {tc.contentType}}, Body: []byte(tc.body)}
			assert.Equal(t, tc.own, own(a))
		})
	}
}

func TestWhatTheDetailsMean(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		body   string
		want   transport.Error
	}{
		"bad JSON":            {400, `{"detail":"There was an error parsing the body"}`, transport.Error{Kind: transport.ErrInvalid, Message: "There was an error parsing the body"}},
		"a key that is off":   {401, `{"detail":"Invalid API credentials"}`, transport.Error{Kind: transport.ErrUnauthenticated, Message: "Invalid API credentials"}},
		"a refused time":      {401, `{"detail":"Timestamp expired. Request timestamp is too old or too far in the future."}`, transport.Error{Kind: transport.ErrUnauthenticated, Message: "Timestamp expired. Request timestamp is too old or too far in the future.", Err: transport.ErrClock}},
		"a project off":       {401, `{"detail":"Project is disabled"}`, transport.Error{Kind: transport.ErrPermission, Message: "Project is disabled", Code: "PROJECT_DISABLED", Err: ProjectDisabled}},
		"another project":     {403, `{"detail":"Project ID in path does not match API Key's project"}`, transport.Error{Kind: transport.ErrPermission, Message: "Project ID in path does not match API Key's project"}},
		"an unknown code":     {404, `{"detail":"Code not found"}`, transport.Error{Kind: transport.ErrNotFound, Message: "Code not found"}},
		"an unknown path":     {404, `{"detail":"Not Found"}`, transport.Error{Kind: transport.ErrMalformed, Message: "Not Found", Err: errNoRoute}},
		"an unknown method":   {405, `{"detail":"Method Not Allowed"}`, transport.Error{Kind: transport.ErrRejected, Message: "Method Not Allowed"}},
		"a limit":             {429, `{"detail":"请求过于频繁"}`, transport.Error{Kind: transport.ErrRateLimited, Message: "请求过于频繁"}},
		"its own 500":         {500, "Internal Server Error\n", transport.Error{Kind: transport.ErrUnavailable, Message: "Internal Server Error"}},
		"an odd detail":       {409, `{"detail":{"a":1}}`, transport.Error{Kind: transport.ErrConflict}},
		"exact letters first": {404, `{"DETAIL":"x","detail":"Code not found","Detail":"y"}`, transport.Error{Kind: transport.ErrNotFound, Message: "Code not found"}},
		"a wrong parameter": {422, `{"detail":[{"type":"less_than_equal","loc":["query","page_size"],"msg":"Input should be less than or equal to 100","input":"101"}]}`,
			transport.Error{Kind: transport.ErrInvalid, Fields: transport.Fields{{Name: "query.page_size", Problem: "Input should be less than or equal to 100 (less_than_equal)"}}}},
		"a wrong member of a list in the body": {422, `{"detail":[{"type":"t","loc":["body","codes",0],"msg":"m"}]}`,
			transport.Error{Kind: transport.ErrInvalid, Fields: transport.Fields{{Name: "body.codes.0", Problem: "m (t)"}}}},
		"a header that was lost on the way names no field": {422, `{"detail":[{"type":"missing","loc":["header","X-API-Key"],"msg":"Field required"}]}`,
			transport.Error{Kind: transport.ErrInvalid, Message: "header.X-API-Key Field required (missing)"}},
		"a body that was cut on the way neither": {422, `{"detail":[{"type":"json_invalid","loc":["body",17],"msg":"JSON decode error"}]}`,
			transport.Error{Kind: transport.ErrInvalid, Message: "body.17 JSON decode error (json_invalid)"}},
		"nor a body that was lost": {422, `{"detail":[{"type":"missing","loc":["body"],"msg":"Field required"}]}`,
			transport.Error{Kind: transport.ErrInvalid, Message: "body Field required (missing)"}},
		"odd entries": {422, `{"detail":[{"loc":"body","msg":[]},{"msg":"m"}]}`, transport.Error{Kind: transport.ErrInvalid, Message: "; m"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			payload, err := interpret(&transport.Answer{Status: tc.status, Body: []byte(tc.body)})
			assert.Nil(t, payload)
			require.NotNil(t, err)
			assert.Equal(t, tc.want.Kind, err.Kind)
			assert.Equal(t, tc.want.Message, err.Message)
			assert.Equal(t, tc.want.Code, err.Code)
			assert.Equal(t, tc.want.Fields, err.Fields)
			assert.Equal(t, tc.want.Err, err.Err)
		})
	}
}

func FuzzInterpret(f *testing.F) {
	for _, s := range []string{`{"detail":"Timestamp expired. x"}`, `{"detail":[{"type":"missing","loc":["header","X-API-Key"],"msg":"m"}]}`, `{"detail":{}}`, `<html>`, ``, `{"a":1}`, "{\"a\":\"\xff\"}"} {
		for _, status := range []int{200, 204, 401, 422, 500} {
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
			assert.True(t, status >= 200 && status < 300)
			assert.True(t, status == http.StatusNoContent || json.Valid(payload))
			return
		}
		assert.Nil(t, payload)
		assert.Error(t, err.Kind)
	})
}
