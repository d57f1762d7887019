package uumit

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pentagate/pentagate/transport"
)

// TestTheClassOfACode goes through the ranges of "UUMit API, Error codes and
// rate limits", with HTTP 200 and with 400, where the code alone decides.
func TestTheClassOfACode(t *testing.T) {
	for code, want := range map[string]error{
		"1001": transport.ErrInvalid, "1004": transport.ErrInvalid, "1999": transport.ErrInvalid, "10001": transport.ErrInvalid,
		"1002": transport.ErrUnauthenticated, "1006": transport.ErrUnauthenticated,
		"1003": transport.ErrPermission, "1007": transport.ErrPermission,
		"1010": transport.ErrQuota,
		"2001": transport.ErrUnauthenticated, "20001": transport.ErrUnauthenticated,
		"3001": transport.ErrQuota, "3005": transport.ErrQuota, "30010": transport.ErrQuota,
		"4001": transport.ErrConflict, "4501": transport.ErrConflict, "4801": transport.ErrConflict, "40001": transport.ErrConflict, "41801": transport.ErrConflict,
		"5001": transport.ErrUnavailable, "5999": transport.ErrUnavailable, "50001": transport.ErrUnavailable, "51001": transport.ErrUnavailable,
		"7001": transport.ErrRejected, "70001": transport.ErrRejected, "8001": transport.ErrRejected, "80001": transport.ErrRejected,
		"6001": transport.ErrRejected, "9001": transport.ErrRejected, "9998": transport.ErrRejected,
		"9999": transport.ErrUnavailable, "-1": transport.ErrUnavailable,
		// HTTP statuses, alone and as the first three of five digits.
		"400": transport.ErrInvalid, "422": transport.ErrInvalid, "42201": transport.ErrInvalid,
		"401": transport.ErrUnauthenticated, "40101": transport.ErrUnauthenticated,
		"402": transport.ErrQuota, "40201": transport.ErrQuota,
		"403": transport.ErrPermission, "40301": transport.ErrPermission,
		"404": transport.ErrNotFound, "40401": transport.ErrNotFound,
		"409": transport.ErrConflict, "40901": transport.ErrConflict,
		"429": transport.ErrRateLimited, "42901": transport.ErrRateLimited,
		"500": transport.ErrUnavailable, "503": transport.ErrUnavailable, "408": transport.ErrUnavailable,
		// Nothing that a document explains.
		"1": transport.ErrRejected, "99": transport.ErrRejected, "200": transport.ErrRejected, "302": transport.ErrRejected, "418": transport.ErrRejected,
		"-2": transport.ErrRejected, "-400": transport.ErrRejected, "-4001": transport.ErrRejected, "100001": transport.ErrRejected, "400001": transport.ErrRejected,
	} {
		assert.Equal(t, want, kind(http.StatusOK, code, "m"), "HTTP 200 with %s", code)
		assert.Equal(t, want, kind(http.StatusBadRequest, code, "m"), "HTTP 400 with %s", code)
		assert.Equal(t, transport.ErrUnavailable, kind(http.StatusBadGateway, code, "m"), "HTTP 502 with %s", code)
	}
}

func TestTheClassOfAStatusBesideACode(t *testing.T) {
	for _, tc := range []struct {
		status int
		code   string
		want   error
	}{
		{400, "", transport.ErrInvalid},
		{401, "", transport.ErrUnauthenticated}, {401, "1001", transport.ErrUnauthenticated}, {401, "4001", transport.ErrUnauthenticated},
		{402, "", transport.ErrQuota}, {402, "8001", transport.ErrQuota}, {402, "4001", transport.ErrConflict},
		{403, "4001", transport.ErrPermission}, {403, "1006", transport.ErrUnauthenticated},
		{404, "1001", transport.ErrNotFound}, {404, "4001", transport.ErrNotFound}, {410, "4802", transport.ErrNotFound},
		{405, "", transport.ErrRejected}, {405, "1001", transport.ErrInvalid}, {418, "", transport.ErrRejected},
		{408, "4001", transport.ErrUnavailable},
		{409, "", transport.ErrConflict}, {409, "1001", transport.ErrConflict}, {409, "7001", transport.ErrConflict}, {409, "3001", transport.ErrQuota},
		{413, "1001", transport.ErrInvalid}, {413, "", transport.ErrInvalid},
		{422, "", transport.ErrInvalid}, {422, "1001", transport.ErrInvalid}, {422, "4001", transport.ErrInvalid}, {422, "3001", transport.ErrQuota},
		{429, "", transport.ErrRateLimited}, {429, "1009", transport.ErrRateLimited}, {429, "4001", transport.ErrRateLimited}, {429, "1010", transport.ErrQuota},
		{500, "", transport.ErrUnavailable}, {503, "1010", transport.ErrUnavailable}, {400, "9999", transport.ErrUnavailable},
	} {
		assert.Equal(t, tc.want, kind(tc.status, tc.code, "m"), "HTTP %d with %q", tc.status, tc.code)
	}
}

// The platform says to go by the code and never by the message. The message is
// asked where the code says nothing.
func TestAMessageCountsOnlyWhereNoDocumentExplainsTheCode(t *testing.T) {
	for _, message := range []string{"系统繁忙，请稍后重试", "Server BUSY", "upstream timed out", "请求超时", "please try again later", "Internal Server Error"} {
		assert.Equal(t, transport.ErrUnavailable, kind(200, "6001", message), message)
		assert.Equal(t, transport.ErrUnavailable, kind(200, "8001", message), message)
		assert.Equal(t, transport.ErrConflict, kind(200, "4001", message), message)
		assert.Equal(t, transport.ErrInvalid, kind(400, "1001", message), message)
		assert.Equal(t, transport.ErrQuota, kind(200, "3001", message), message)
	}
	assert.Equal(t, transport.ErrRejected, kind(200, "8001", "payment declined"))
	assert.Equal(t, transport.ErrRejected, kind(200, "8001", ""))
}

// TestWhoSpoke tells the platform's answers from those of whatever stands in
// front of it.
func TestWhoSpoke(t *testing.T) {
	const page = "<html><head><title>403 Forbidden</title></head></html>"
	for name, tc := range map[string]struct {
		status int
		body   string
		want   bool
	}{
		"an envelope":                        {200, `{"code":0,"message":"success","data":{}}`, true},
		"an envelope with 201":               {201, `{"code":0}`, true},
		"an agent card":                      {200, `{"name":"agent"}`, true},
		"JSON-RPC":                           {200, `{"jsonrpc":"2.0","error":{"code":-32602},"id":1}`, true},
		"a list":                             {200, `[1]`, true},
		"no content":                         {204, ``, true},
		"nothing":                            {200, ``, false},
		"nothing, accepted":                  {202, ``, false},
		"a page":                             {200, page, false},
		"text":                               {200, `ok`, false},
		"cut JSON":                           {200, `{"code":0,"da`, false},
		"an error in the envelope":           {400, `{"code":1001,"message":"m","data":null}`, true},
		"an error with its code as text":     {404, `{"code":"4040","message":"m"}`, true},
		"an error with code 0":               {500, `{"code":0}`, true},
		"an error whose code is no number":   {400, `{"code":"E1","message":"m"}`, false},
		"an error whose code is null":        {403, `{"code":null,"message":"m"}`, false},
		"an error with the code in capitals": {403, `{"CODE":1003}`, true},
		"a validation":                       {422, `{"detail":[{"loc":["body"],"msg":"m"}]}`, true},
		"a validation of text":               {422, `{"detail":"m"}`, true},
		"a validation with a message":        {422, `{"message":"m","detail":null}`, true},
		"a validation without anything":      {422, `{}`, false},
		"a detail":                           {403, `{"detail":"Not authenticated"}`, true},
		"a detail of null":                   {403, `{"detail":null}`, false},
		"something that is not found":        {404, `{"detail":"order not found"}`, true},
		"a path that the framework of any server lacks":   {404, `{"detail":"Not Found"}`, false},
		"a gateway's message":                             {403, `{"message":"Forbidden"}`, false},
		"an object store's":                               {403, `<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>`, false},
		"a page of an error":                              {403, page, false},
		"a page that is not found":                        {404, page, false},
		"a list of an error":                              {400, `[{"code":1001}]`, false},
		"null":                                            {409, `null`, false},
		"an error without a body":                         {401, ``, false},
		"the envelope of another kind, with its own code": {400, `{"error":{"code":1001}}`, false},
	} {
		assert.Equal(t, tc.want, own(&transport.Answer{Status: tc.status, Body: []byte(tc.body)}), name)
	}
}
