package codegatetest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pentagate/pentagate/codegate/codegatetest"
)

const (
	emptyList    = `{"items":[],"total":0,"page":1,"page_size":20,"total_pages":0}`
	badFormat    = `{"detail":"Invalid timestamp format"}`
	badWindow    = `{"detail":"Timestamp expired. Request timestamp is too old or too far in the future."}`
	badKey       = `{"detail":"Invalid API credentials"}`
	badSignature = `{"detail":"Invalid signature"}`
	serverError  = `Internal Server Error`
)

func TestCredentials(t *testing.T) {
	for name, tt := range map[string]struct {
		request request
		status  int
		body    string
	}{
		"a signed call passes": {
			request{path: codes}, 200, emptyList},
		"a wrong signature is refused": {
			request{path: codes, signature: sign("other", "GET", codes, "", "", "1704153600")}, 401, badSignature},
		"an upper-case signature is refused": {
			request{path: project, signature: "7F0499B31F4A38E11DF6E1512796706F61B76B56857C8385AEF31A43547594C9"}, 401, badSignature},
		"an empty signature is there but wrong": {
			request{path: codes, header: map[string]string{"X-Signature": " "}}, 401, badSignature},
		"a signature outside ASCII breaks the server": {
			request{path: codes, signature: "中"}, 500, serverError},
		"a method signed in lower case is refused": {
			request{path: codes, signature: sign(secret, "get", codes, "", "", "1704153600")}, 401, badSignature},
		"an unknown key is refused before the signature is looked at": {
			request{path: codes, key: "ffffffffffffffffffffffffffffffff", signature: "x"}, 401, badKey},
		"the key's case counts": {
			request{path: codes, key: "0123456789ABCDEF0123456789ABCDEF"}, 401, badKey},
		"a timestamp that is not an integer is refused before the key": {
			request{path: codes, key: "x", signedTimestamp: "1704153600.0"}, 401, badFormat},
		"an empty timestamp is there but no integer": {
			request{path: codes, header: map[string]string{"X-Timestamp": " "}}, 401, badFormat},
		"a timestamp outside the window is refused before the key": {
			request{path: codes, key: "x", signedTimestamp: "1704153299"}, 401, badWindow},
		"300 seconds behind pass": {
			request{path: codes, signedTimestamp: "1704153300"}, 200, emptyList},
		"301 seconds behind fail": {
			request{path: codes, signedTimestamp: "1704153299"}, 401, badWindow},
		"300 seconds ahead pass": {
			request{path: codes, signedTimestamp: "1704153900"}, 200, emptyList},
		"301 seconds ahead fail": {
			request{path: codes, signedTimestamp: "1704153901"}, 401, badWindow},
		"milliseconds fail as expired": {
			request{path: codes, signedTimestamp: "1704153600000"}, 401, badWindow},
		"a number beyond 64 bits fails as expired": {
			request{path: codes, signedTimestamp: "99999999999999999999"}, 401, badWindow},
		"a plus sign passes if the plain number was signed": {
			request{path: codes, header: map[string]string{"X-Timestamp": "+1704153600"}}, 200, emptyList},
		"leading zeros pass if the plain number was signed": {
			request{path: codes, header: map[string]string{"X-Timestamp": "0001704153600"}}, 200, emptyList},
		"a plus sign that was signed is refused": {
			request{path: codes, signedTimestamp: "+1704153600"}, 401, badSignature},
		"the body of a GET is not hashed": {
			request{method: "GET", path: codes, body: `{"any":"thing"}`}, 200, emptyList},
		"a malformed body on a GET does not matter": {
			request{method: "GET", path: codes, body: `{`}, 200, emptyList},
		"any layout of the body passes": {
			request{path: verify, body: "{ \"code\" :\t\"\\u0041\" }\n"}, 200,
			`{"success":false,"code_id":null,"code":"A","verified_at":null,"message":"Code not found","error_code":"CODE_NOT_FOUND"}`},
		"another body than the one signed is refused": {
			request{path: verify, body: `{"code":"A"}`, signature: sign(secret, "POST", verify, "", `{"code":"B"}`, "1704153600")}, 401, badSignature},
		"the query of a POST is signed": {
			request{path: verify, query: "a=1", body: `{"code":"A"}`, signature: sign(secret, "POST", verify, "", `{"code":"A"}`, "1704153600")}, 401, badSignature},
	} {
		t.Run(name, func(t *testing.T) {
			check(t, do(t, start(t), tt.request), tt.status, tt.body)
		})
	}
}

func TestOneRequestCanBeSentAgain(t *testing.T) {
	srv := start(t)
	signature := sign(secret, "GET", codes, "", "", "1704153600")
	for range 3 {
		check(t, do(t, srv, request{path: codes, signature: signature}), 200, emptyList)
	}
}

func TestOrderOfChecks(t *testing.T) {
	const missingCode = `{"type":"missing","loc":["body","code"],"msg":"Field required","input":{}}`
	for name, tt := range map[string]struct {
		request request
		status  int
		body    string
	}{
		"malformed JSON comes before everything": {
			request{path: verify, body: `{"code":`, key: "x", signature: "x",
				header: map[string]string{"X-Timestamp": ""}}, 422,
			`{"detail":[{"type":"json_invalid","loc":["body",8],"msg":"JSON decode error","input":{},"ctx":{"error":"Expecting value"}}]}`},
		"a body that is not UTF-8 comes before everything": {
			request{path: verify, body: "{\"code\":\"\xff\"}", header: map[string]string{"X-API-Key": ""}}, 400,
			`{"detail":"There was an error parsing the body"}`},
		"missing headers come before the timestamp": {
			request{path: codes, signedTimestamp: "x", header: map[string]string{"X-API-Key": ""}}, 422,
			`{"detail":[{"type":"missing","loc":["header","X-API-Key"],"msg":"Field required","input":null}]}`},
		"all missing headers are named": {
			request{path: codes, header: map[string]string{"X-API-Key": "", "X-Timestamp": "", "X-Signature": ""}}, 422,
			`{"detail":[{"type":"missing","loc":["header","X-API-Key"],"msg":"Field required","input":null},` +
				`{"type":"missing","loc":["header","X-Timestamp"],"msg":"Field required","input":null},` +
				`{"type":"missing","loc":["header","X-Signature"],"msg":"Field required","input":null}]}`},
		"a missing header is named together with a bad body": {
			request{path: verify, body: `{}`, header: map[string]string{"X-Signature": ""}}, 422,
			`{"detail":[{"type":"missing","loc":["header","X-Signature"],"msg":"Field required","input":null},` + missingCode + `]}`},
		"the signature comes before the query": {
			request{path: codes, query: "page_size=101", signature: "x"}, 401, badSignature},
		"the signature comes before the body's fields": {
			request{path: verify, body: `{}`, signature: "x"}, 401, badSignature},
		"the query comes before the project": {
			request{path: "/api/v1/projects/ffffffffffffffffffffffffffffffff/codes", query: "page_size=101"}, 422,
			`{"detail":[{"type":"less_than_equal","loc":["query","page_size"],"msg":"Input should be less than or equal to 100","input":"101","ctx":{"le":100}}]}`},
		"the body's fields come before the project": {
			request{path: "/api/v1/projects/ffffffffffffffffffffffffffffffff/codes/verify", body: `{}`}, 422, `{"detail":[` + missingCode + `]}`},
		"a foreign project is refused": {
			request{path: "/api/v1/projects/ffffffffffffffffffffffffffffffff"}, 403,
			`{"detail":"Project ID in path does not match API Key's project"}`},
		"a foreign project is refused on a POST too": {
			request{path: "/api/v1/projects/ffffffffffffffffffffffffffffffff/codes/verify", body: `{"code":"A"}`}, 403,
			`{"detail":"Project ID in path does not match API Key's project"}`},
		"an unknown route comes before the credentials": {
			request{path: "/api/v1/nothing", key: "x"}, 404, `{"detail":"Not Found"}`},
	} {
		t.Run(name, func(t *testing.T) {
			check(t, do(t, start(t), tt.request), tt.status, tt.body)
		})
	}
}

func TestTheProjectIsLookedAtBeforeTheCode(t *testing.T) {
	srv := start(t)
	other := srv.AddProject(codegatetest.Project{})
	srv.SetProjectEnabled("", false)
	foreign := "/api/v1/projects/" + other.ID
	check(t, do(t, srv, request{path: foreign}), 403, `{"detail":"Project ID in path does not match API Key's project"}`)
	check(t, do(t, srv, request{path: byCode + "unknown"}), 401, `{"detail":"Project is disabled"}`)
}

func TestKeys(t *testing.T) {
	t.Run("a key that is off is refused", func(t *testing.T) {
		srv := start(t)
		srv.SetKeyEnabled("", false)
		check(t, do(t, srv, request{path: codes}), 401, badKey)
		srv.SetKeyEnabled("", true)
		check(t, do(t, srv, request{path: codes}), 200, emptyList)
	})
	t.Run("a new key ends the old one at once", func(t *testing.T) {
		srv := start(t)
		replaced := srv.RotateKey("")
		assert.Regexp(t, "^[0-9a-f]{32}$", replaced.APIKey)
		assert.Regexp(t, "^[0-9a-f]{64}$", replaced.Secret)
		check(t, do(t, srv, request{path: codes}), 401, badKey)
		check(t, do(t, srv, request{path: codes, key: replaced.APIKey, secret: replaced.Secret}), 200, emptyList)
	})
}

func TestContentType(t *testing.T) {
	const body = `{"code":"A"}`
	unread := `{"detail":[{"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields from","input":"{\"code\":\"A\"}"}]}`
	found := `{"success":false,"code_id":null,"code":"A","verified_at":null,"message":"Code not found","error_code":"CODE_NOT_FOUND"}`
	for name, tt := range map[string]struct {
		contentType string
		status      int
		body        string
	}{
		"application/json is read":                    {"application/json", 200, found},
		"a charset behind it does not matter":         {"Application/JSON; charset=utf-8", 200, found},
		"a JSON dialect is read":                      {"application/problem+json", 200, found},
		"text is not read":                            {"text/plain", 422, unread},
		"a POST without a type is not read":           {"", 422, unread},
		"a type that makes no sense is not read":      {"json", 422, unread},
		"a JSON ending on another type is not enough": {"text/x+json", 422, unread},
	} {
		t.Run(name, func(t *testing.T) {
			got := do(t, start(t), request{path: verify, body: body, header: map[string]string{"Content-Type": tt.contentType}})
			check(t, got, tt.status, tt.body)
		})
	}
	t.Run("what is not read is not decoded before the credentials are checked", func(t *testing.T) {
		got := do(t, start(t), request{path: verify, body: `{`, signature: "x", header: map[string]string{"Content-Type": "text/plain"}})
		check(t, got, 401, badSignature)
	})
	t.Run("what is not read and not UTF-8 breaks the server", func(t *testing.T) {
		got := do(t, start(t), request{path: verify, body: "\xff", header: map[string]string{"Content-Type": "text/plain"}})
		check(t, got, 500, serverError)
	})
}

func TestQueryIsSignedReEncoded(t *testing.T) {
	for name, tt := range map[string]struct {
		wire, signed string
		status       int
	}{
		"the order on the wire does not matter":               {"search=A&page=1", "page=1&search=A", 200},
		"the order in the signed text does":                   {"page=1&search=A", "search=A&page=1", 401},
		"a space may come as %20 and is signed as +":          {"search=a%20b", "search=a+b", 200},
		"a space signed as %20 is refused":                    {"search=a%20b", "search=a%20b", 401},
		"a tilde may come escaped and is signed bare":         {"search=%7E", "search=~", 200},
		"hex digits may come in lower case":                   {"search=%e4%b8%ad", "search=%E4%B8%AD", 200},
		"bare marks are signed escaped":                       {"search=!'()*", "search=%21%27%28%29%2A", 200},
		"marks signed bare are refused":                       {"search=!'()*", "search=!'()*", 401},
		"a blank value counts":                                {"search=", "search=", 200},
		"a bare key is signed with an equals sign":            {"search", "search=", 200},
		"a blank value left out of the text is refused":       {"page=1&search=", "page=1", 401},
		"of a key given twice the last one is signed":         {"page=7&page=1", "page=1", 200},
		"a key given twice signed twice is refused":           {"page=1&page=1", "page=1&page=1", 401},
		"unknown parameters are signed":                       {"zz=1", "zz=1", 200},
		"empty pieces between ampersands are nothing":         {"&&page=1&", "page=1", 200},
		"a semicolon separates nothing":                       {"search=a;b=c", "search=a%3Bb%3Dc", 200},
		"a value without a key is signed":                     {"=x", "=x", 200},
		"a byte that is not UTF-8 is signed as U+FFFD":        {"search=%FF", "search=%EF%BF%BD", 200},
		"every such byte is signed as one U+FFFD":             {"search=%FF%FE", "search=%EF%BF%BD%EF%BF%BD", 200},
		"a character cut short is signed as one U+FFFD":       {"search=%E4%B8x", "search=%EF%BF%BDx", 200},
		"a broken escape stays as it is and is signed as %25": {"search=%zz%4", "search=%25zz%254", 200},
		"a byte that came bare is read as Latin-1":            {"search=\xe9", "search=%C3%A9", 200},
		"keys are sorted before they are escaped":             {"a+b=1&a=2&Z=3&%E4%B8%AD=4&_=5", "Z=3&_=5&a=2&a+b=1&%E4%B8%AD=4", 200},
	} {
		t.Run(name, func(t *testing.T) {
			got := do(t, start(t), request{path: codes, query: tt.wire, signedQuery: tt.signed})
			assert.Equal(t, tt.status, got.status, got.body)
		})
	}
}

func TestDateIsThePlatformsClock(t *testing.T) {
	srv := start(t)
	for _, path := range []string{codes, "/nothing", codes + "/"} {
		got := do(t, srv, request{path: path})
		assert.Equal(t, "Tue, 02 Jan 2024 00:00:00 GMT", got.header.Get("Date"), path)
	}
	assert.Equal(t, "application/json", do(t, srv, request{path: codes}).header.Get("Content-Type"))
	assert.Equal(t, http.StatusOK, do(t, srv, request{path: codes}).status)
}
