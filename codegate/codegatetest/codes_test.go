package codegatetest_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate/codegatetest"
)

const (
	id1 = "11111111111111111111111111111111"
	id2 = "22222222222222222222222222222222"
)

// seed is a code with a fixed id, made a day before the clock of start.
func seed(id, text string) codegatetest.Code {
	return codegatetest.Code{ID: id, Code: text, CreatedAt: in(-86400)}
}

func failed(code, errorCode, message string) string {
	return fmt.Sprintf(`{"success":false,"code_id":null,"code":%q,"verified_at":null,"message":%q,"error_code":%q}`,
		code, message, errorCode)
}

func notReactivated(code, errorCode, message string) string {
	return fmt.Sprintf(`{"success":false,"code_id":null,"code":%q,"reactivated_at":null,"message":%q,"error_code":%q}`,
		code, message, errorCode)
}

func TestCodeDetail(t *testing.T) {
	srv := start(t)
	srv.AddCode(seed(id1, "NEW"))
	used := seed(id2, "USED")
	used.Used, used.VerifiedAt, used.VerifiedBy, used.ExpiresAt = true, in(-60), new("user<1>"), in(3600)
	srv.AddCode(used)
	logID := srv.Verifications()[0].ID

	const fresh = `{"id":"11111111111111111111111111111111","code":"NEW","status":false,"is_disabled":false,"is_expired":false,` +
		`"expires_at":null,"verified_at":null,"verified_by":null,"created_at":1704067200,"verification_logs":[]}`
	check(t, do(t, srv, request{path: codes + "/" + id1}), 200, fresh)
	check(t, do(t, srv, request{path: byCode + "NEW"}), 200, fresh)
	check(t, do(t, srv, request{path: byCode + "USED"}), 200,
		`{"id":"22222222222222222222222222222222","code":"USED","status":true,"is_disabled":false,"is_expired":false,`+
			`"expires_at":1704157200,"verified_at":1704153540,"verified_by":"user<1>","created_at":1704067200,`+
			`"verification_logs":[{"id":"`+logID+`","verified_at":1704153540,"verified_by":"user<1>","ip_address":"127.0.0.1","result":"success"}]}`)
}

func TestCodesAreMatchedExactly(t *testing.T) {
	srv := start(t)
	code := seed("abcdefabcdefabcdefabcdefabcdefab", "Ab")
	srv.AddCode(code)
	other := srv.AddProject(codegatetest.Project{})
	foreign := srv.AddCode(codegatetest.Code{ProjectID: other.ID, Code: "FOREIGN"})
	for name, path := range map[string]string{
		"an unknown id":                codes + "/" + id1,
		"an id in upper case":          codes + "/ABCDEFABCDEFABCDEFABCDEFABCDEFAB",
		"an id with hyphens":           codes + "/abcdefab-cdef-abcd-efab-cdefabcdefab",
		"an id of another project":     codes + "/" + foreign.ID,
		"an unknown code":              byCode + "X",
		"a code in another case":       byCode + "AB",
		"a code of another project":    byCode + "FOREIGN",
		"a code instead of an id":      codes + "/Ab",
		"a code id instead of a code":  byCode + code.ID,
		"a code with a dot at its end": byCode + "Ab.",
	} {
		t.Run(name, func(t *testing.T) {
			check(t, do(t, srv, request{path: path}), 404, `{"detail":"Code not found"}`)
		})
	}
	t.Run("a code with a space at its end", func(t *testing.T) {
		check(t, do(t, srv, request{path: byCode + "Ab%20", signedPath: byCode + "Ab "}), 404, `{"detail":"Code not found"}`)
	})
}

func TestVerify(t *testing.T) {
	srv := start(t)
	srv.AddCode(seed(id1, "A"))
	check(t, do(t, srv, request{path: verify, body: `{"code":"A","verified_by":"张三"}`, header: map[string]string{"User-Agent": "test/1"}}), 200,
		`{"success":true,"code_id":"11111111111111111111111111111111","code":"A","verified_at":1704153600,"message":"Code verified successfully","error_code":null}`)
	srv.Advance(time.Second)
	check(t, do(t, srv, request{path: verify, body: `{"code":"A","verified_by":"张三"}`}), 200,
		failed("A", "CODE_ALREADY_USED", "Code has already been used"))

	stored, found := srv.Code("A")
	require.True(t, found)
	assert.True(t, stored.Used)
	assert.Equal(t, in(0), stored.VerifiedAt)
	assert.Equal(t, "张三", *stored.VerifiedBy)

	log := srv.Verifications()
	require.Len(t, log, 2)
	assert.Equal(t, "success", log[0].Result)
	assert.Equal(t, "127.0.0.1", log[0].IPAddress)
	assert.Equal(t, "test/1", log[0].UserAgent)
	assert.Equal(t, "failed", log[1].Result)
	assert.Equal(t, "CODE_ALREADY_USED", log[1].Reason)

	detail := do(t, srv, request{path: byCode + "A"})
	assert.Contains(t, detail.body, `"verification_logs":[`+
		`{"id":"`+log[1].ID+`","verified_at":1704153601,"verified_by":"张三","ip_address":"127.0.0.1","result":"failed"},`+
		`{"id":"`+log[0].ID+`","verified_at":1704153600,"verified_by":"张三","ip_address":"127.0.0.1","result":"success"}]`)
}

func TestVerifiedByIsKeptAsSent(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		want *string
	}{
		"left out":                {`{"code":"A"}`, nil},
		"null":                    {`{"code":"A","verified_by":null}`, nil},
		"empty":                   {`{"code":"A","verified_by":""}`, new("")},
		"beside an unknown field": {`{"code":"A","verified_by":"x","more":[1]}`, new("x")},
		"given twice":             {`{"code":"A","verified_by":"x","verified_by":"y"}`, new("y")},
		"a hundred characters":    {`{"code":"A","verified_by":"` + strings.Repeat("字", 100) + `"}`, new(strings.Repeat("字", 100))},
	} {
		t.Run(name, func(t *testing.T) {
			srv := start(t)
			srv.AddCode(seed(id1, "A"))
			assert.Equal(t, 200, do(t, srv, request{path: verify, body: tt.body}).status)
			stored, _ := srv.Code("A")
			assert.True(t, stored.Used)
			assert.Equal(t, tt.want, stored.VerifiedBy)
		})
	}
}

func TestVerifyRefusals(t *testing.T) {
	later, soon := in(7200), in(60)
	for name, tt := range map[string]struct {
		code               codegatetest.Code
		projectEnd         time.Time
		projectOff         bool
		errorCode, message string
	}{
		"disabled":              {code: codegatetest.Code{Disabled: true}, errorCode: "CODE_DISABLED", message: "Code is disabled"},
		"used":                  {code: codegatetest.Code{Used: true}, errorCode: "CODE_ALREADY_USED", message: "Code has already been used"},
		"past its own end":      {code: codegatetest.Code{ExpiresAt: soon}, errorCode: "CODE_EXPIRED", message: "Code is expired"},
		"past the project's":    {projectEnd: soon, errorCode: "CODE_EXPIRED", message: "Code is expired"},
		"project off":           {projectOff: true, errorCode: "PROJECT_DISABLED", message: "Project is disabled"},
		"disabled, project off": {code: codegatetest.Code{Disabled: true}, projectOff: true, errorCode: "CODE_DISABLED", message: "Code is disabled"},
		"used, project off":     {code: codegatetest.Code{Used: true}, projectOff: true, errorCode: "CODE_ALREADY_USED", message: "Code has already been used"},
		"expired, project off":  {code: codegatetest.Code{ExpiresAt: soon}, projectOff: true, errorCode: "CODE_EXPIRED", message: "Code is expired"},
		"project ended, code not": {code: codegatetest.Code{ExpiresAt: later}, projectEnd: soon,
			errorCode: "PROJECT_EXPIRED", message: "Project is expired"},
		"project ended and off, code not ended": {code: codegatetest.Code{ExpiresAt: later}, projectEnd: soon, projectOff: true,
			errorCode: "PROJECT_DISABLED", message: "Project is disabled"},
	} {
		t.Run(name, func(t *testing.T) {
			srv := start(t)
			tt.code.Code = "A"
			srv.AddCode(tt.code)
			srv.SetProjectExpiry("", tt.projectEnd)
			srv.SetProjectEnabled("", !tt.projectOff)
			srv.Advance(time.Hour)
			check(t, do(t, srv, request{path: verify, body: `{"code":"A"}`}), 200, failed("A", tt.errorCode, tt.message))
			log := srv.Verifications()
			assert.Equal(t, "failed", log[len(log)-1].Result)
		})
	}
	t.Run("unknown, project off", func(t *testing.T) {
		srv := start(t)
		srv.SetProjectEnabled("", false)
		check(t, do(t, srv, request{path: verify, body: `{"code":"A"}`}), 200, failed("A", "CODE_NOT_FOUND", "Code not found"))
		assert.Empty(t, srv.Verifications())
	})
}

func TestVerifyRedeemsCodesOfOtherProjects(t *testing.T) {
	srv := start(t)
	other := srv.AddProject(codegatetest.Project{})
	srv.AddCode(codegatetest.Code{ID: id1, ProjectID: other.ID, Code: "FOREIGN"})
	check(t, do(t, srv, request{path: reactivate, body: `{"code":"FOREIGN"}`}), 200, notReactivated("FOREIGN", "CODE_NOT_FOUND", "Code not found"))
	check(t, do(t, srv, request{path: verify, body: `{"code":"FOREIGN"}`}), 200,
		`{"success":true,"code_id":"11111111111111111111111111111111","code":"FOREIGN","verified_at":1704153600,"message":"Code verified successfully","error_code":null}`)
}

func TestVerifyLooksAtTheProjectOfTheCode(t *testing.T) {
	srv := start(t)
	other := srv.AddProject(codegatetest.Project{Disabled: true})
	srv.AddCode(codegatetest.Code{ProjectID: other.ID, Code: "FOREIGN"})
	check(t, do(t, srv, request{path: verify, body: `{"code":"FOREIGN"}`}), 200, failed("FOREIGN", "PROJECT_DISABLED", "Project is disabled"))
}

func TestVerifyBreaksOnLengths(t *testing.T) {
	srv := start(t)
	hundred := strings.Repeat("码", 100)
	for name, body := range map[string]string{
		"an empty code":                      `{"code":""}`,
		"a code of 101 characters":           `{"code":"` + hundred + `1"}`,
		"a verified_by of 101 characters":    `{"code":"A","verified_by":"` + hundred + `1"}`,
		"an empty code with the project off": `{"code":"","verified_by":null}`,
	} {
		t.Run(name, func(t *testing.T) {
			check(t, do(t, srv, request{path: verify, body: body}), 500, serverError)
		})
	}
	t.Run("a hundred characters are no bytes", func(t *testing.T) {
		check(t, do(t, srv, request{path: verify, body: `{"code":"` + hundred + `"}`}), 200, failed(hundred, "CODE_NOT_FOUND", "Code not found"))
	})
}

func TestBodies(t *testing.T) {
	entry := func(kind, loc, msg, input string) string {
		return `{"detail":[{"type":"` + kind + `","loc":` + loc + `,"msg":"` + msg + `","input":` + input + `}]}`
	}
	const noObject = "Input should be a valid dictionary or object to extract fields from"
	for name, tt := range map[string]struct{ body, want string }{
		"code missing":          {`{"verified_by": "x"}`, entry("missing", `["body","code"]`, "Field required", `{"verified_by":"x"}`)},
		"code null":             {`{"code":null}`, entry("string_type", `["body","code"]`, "Input should be a valid string", `null`)},
		"code a number":         {`{"code":5}`, entry("string_type", `["body","code"]`, "Input should be a valid string", `5`)},
		"code a list":           {`{"code":["<"]}`, entry("string_type", `["body","code"]`, "Input should be a valid string", `["<"]`)},
		"verified_by a number":  {`{"code":"A","verified_by":1.5}`, entry("string_type", `["body","verified_by"]`, "Input should be a valid string", `1.5`)},
		"the body null":         {`null`, entry("model_attributes_type", `["body"]`, noObject, `null`)},
		"the body a list":       {`["A"]`, entry("model_attributes_type", `["body"]`, noObject, `["A"]`)},
		"the body a text":       {`"A"`, entry("model_attributes_type", `["body"]`, noObject, `"A"`)},
		"malformed at its end":  {`{"code":"A"`, `{"detail":[{"type":"json_invalid","loc":["body",11],"msg":"JSON decode error","input":{},"ctx":{"error":"Expecting value"}}]}`},
		"malformed in between":  {`{"码":x}`, `{"detail":[{"type":"json_invalid","loc":["body",5],"msg":"JSON decode error","input":{},"ctx":{"error":"Expecting value"}}]}`},
		"malformed behind":      {`{} x`, `{"detail":[{"type":"json_invalid","loc":["body",3],"msg":"JSON decode error","input":{},"ctx":{"error":"Expecting value"}}]}`},
		"two fields are wrong":  {`{"verified_by":1}`, `{"detail":[{"type":"missing","loc":["body","code"],"msg":"Field required","input":{"verified_by":1}},{"type":"string_type","loc":["body","verified_by"],"msg":"Input should be a valid string","input":1}]}`},
		"a field in upper case": {`{"Code":"A"}`, entry("missing", `["body","code"]`, "Field required", `{"Code":"A"}`)},
	} {
		t.Run(name, func(t *testing.T) {
			check(t, do(t, start(t), request{path: verify, body: tt.body}), 422, tt.want)
		})
	}
	t.Run("no body", func(t *testing.T) {
		check(t, do(t, start(t), request{method: "POST", path: verify}), 422, entry("missing", `["body"]`, "Field required", "null"))
	})
	t.Run("reactivate checks its own fields", func(t *testing.T) {
		check(t, do(t, start(t), request{path: reactivate, body: `{"code":"A","verified_by":1,"reactivated_by":2,"reason":3}`}), 422,
			`{"detail":[{"type":"string_type","loc":["body","reactivated_by"],"msg":"Input should be a valid string","input":2},`+
				`{"type":"string_type","loc":["body","reason"],"msg":"Input should be a valid string","input":3}]}`)
	})
}

func TestReactivate(t *testing.T) {
	srv := start(t)
	code := seed(id1, "A")
	code.Used = true
	srv.AddCode(code)
	const body = `{"code":"A","reactivated_by":"admin","reason":"refund"}`
	check(t, do(t, srv, request{path: reactivate, body: body}), 200,
		`{"success":true,"code_id":"11111111111111111111111111111111","code":"A","reactivated_at":1704153600,"message":"Code reactivated successfully","error_code":null}`)
	check(t, do(t, srv, request{path: reactivate, body: body}), 200, notReactivated("A", "CODE_ALREADY_UNUSED", "Code is already unused"))

	stored, _ := srv.Code("A")
	assert.False(t, stored.Used)
	assert.Zero(t, stored.VerifiedAt)
	assert.Nil(t, stored.VerifiedBy)
	log := srv.Verifications()
	require.Len(t, log, 2)
	assert.Equal(t, "reactivated", log[1].Result)
	assert.Equal(t, "admin", *log[1].By)
	assert.Equal(t, "refund", log[1].Reason)
	assert.Contains(t, do(t, srv, request{path: byCode + "A"}).body, `"verified_at":null,"verified_by":null`)
}

func TestReactivateRefusals(t *testing.T) {
	unknown := func(code string) string { return notReactivated(code, "CODE_NOT_FOUND", "Code not found") }
	unused := notReactivated("A", "CODE_ALREADY_UNUSED", "Code is already unused")
	for name, tt := range map[string]struct {
		code       codegatetest.Code
		projectOff bool
		ask, want  string
	}{
		"an unknown code":           {ask: "X", want: unknown("X")},
		"an empty code":             {ask: "", want: unknown("")},
		"a code of 101 characters":  {ask: strings.Repeat("A", 101), want: unknown(strings.Repeat("A", 101))},
		"a disabled code is unused": {code: codegatetest.Code{Disabled: true}, ask: "A", want: unused},
		"an expired code is unused": {code: codegatetest.Code{ExpiresAt: in(60)}, ask: "A", want: unused},
		"the project is off": {code: codegatetest.Code{Used: true}, projectOff: true, ask: "A",
			want: notReactivated("A", "PROJECT_DISABLED", "Project is disabled")},
		"the project is off and the code unknown": {projectOff: true, ask: "X",
			want: notReactivated("X", "PROJECT_DISABLED", "Project is disabled")},
	} {
		t.Run(name, func(t *testing.T) {
			srv := start(t)
			tt.code.Code = "A"
			srv.AddCode(tt.code)
			srv.SetProjectEnabled("", !tt.projectOff)
			srv.Advance(time.Hour)
			check(t, do(t, srv, request{path: reactivate, body: `{"code":"` + tt.ask + `"}`}), 200, tt.want)
		})
	}
}

func TestReactivateInAnEndedProject(t *testing.T) {
	srv := start(t)
	srv.AddCode(codegatetest.Code{Code: "LATER", Used: true, ExpiresAt: in(7200)})
	srv.AddCode(codegatetest.Code{Code: "FOLLOWS", Used: true})
	srv.SetProjectExpiry("", in(60))
	srv.Advance(time.Hour)
	assert.Contains(t, do(t, srv, request{path: reactivate, body: `{"code":"LATER"}`}).body, `"success":true`)
	check(t, do(t, srv, request{path: reactivate, body: `{"code":"FOLLOWS"}`}), 500, serverError)
}

func TestCodesThatCannotExpire(t *testing.T) {
	for name, code := range map[string]codegatetest.Code{
		"used":     {ID: id1, Code: "A", Used: true, ExpiresAt: in(60)},
		"disabled": {ID: id1, Code: "A", Disabled: true, ExpiresAt: in(60)},
	} {
		t.Run(name, func(t *testing.T) {
			srv := start(t)
			srv.AddCode(code)
			srv.AddCode(codegatetest.Code{Code: "EXPIRED", ExpiresAt: in(60)})
			srv.AddCode(codegatetest.Code{Code: "UNUSED"})
			srv.Advance(60 * time.Second)
			assert.Equal(t, 200, do(t, srv, request{path: byCode + "A"}).status, "not yet past its end")
			srv.Advance(time.Second)
			for range 2 { // for good
				check(t, do(t, srv, request{path: byCode + "A"}), 500, serverError)
				check(t, do(t, srv, request{path: codes + "/" + id1}), 500, serverError)
				check(t, do(t, srv, request{path: verify, body: `{"code":"A"}`}), 500, serverError)
				check(t, do(t, srv, request{path: reactivate, body: `{"code":"A"}`}), 500, serverError)
				check(t, do(t, srv, request{path: codes}), 500, serverError)
				check(t, do(t, srv, request{path: codes, query: "status=" + name}), 500, serverError)
			}
			stored, _ := srv.Code("EXPIRED")
			assert.False(t, stored.Expired, "a list that fails writes nothing")
			for path, query := range map[string]string{
				project: "", statistics: "", codes: "status=unused", byCode + "UNUSED": "", codes + "/": "",
			} {
				assert.NotEqual(t, 500, do(t, srv, request{path: path, query: query}).status, path)
			}
			assert.Equal(t, 200, do(t, srv, request{path: codes, query: "status=expired"}).status)
			assert.Equal(t, 200, do(t, srv, request{path: codes, query: "page=1&page_size=1"}).status, "a page without it")
			assert.Equal(t, 500, do(t, srv, request{path: codes, query: "page=3&page_size=1"}).status, "the page with it")
		})
	}
}

func TestACodeOfAnotherProjectIsTouchedBeforeItIsRefused(t *testing.T) {
	srv := start(t)
	other := srv.AddProject(codegatetest.Project{})
	srv.AddCode(codegatetest.Code{ID: id1, ProjectID: other.ID, Code: "F", Used: true, ExpiresAt: in(60)})
	srv.Advance(time.Hour)
	check(t, do(t, srv, request{path: codes + "/" + id1}), 500, serverError)
}

func TestAtMostAHundredLogs(t *testing.T) {
	srv := start(t)
	srv.AddCode(codegatetest.Code{Code: "A", Disabled: true})
	for i := range 101 {
		srv.Advance(time.Second)
		do(t, srv, request{path: verify, body: fmt.Sprintf(`{"code":"A","verified_by":"user-%d"}`, i)})
	}
	body := do(t, srv, request{path: byCode + "A"}).body
	assert.Equal(t, 100, strings.Count(body, `"result":"failed"`))
	assert.Less(t, strings.Index(body, "user-100"), strings.Index(body, `"user-1"`))
	assert.NotContains(t, body, `"user-0"`)
}

func TestOfManyVerificationsAtOnceOneSucceeds(t *testing.T) {
	srv := start(t)
	srv.AddCode(codegatetest.Code{Code: "A"})
	var mu sync.Mutex
	outcomes := make(map[string]int)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			body := do(t, srv, request{path: verify, body: `{"code":"A"}`}).body
			mu.Lock()
			defer mu.Unlock()
			switch {
			case strings.Contains(body, `"success":true`):
				outcomes["success"]++
			case strings.Contains(body, `"CODE_ALREADY_USED"`):
				outcomes["CODE_ALREADY_USED"]++
			default:
				outcomes[body]++
			}
		})
	}
	wg.Wait()
	assert.Equal(t, map[string]int{"success": 1, "CODE_ALREADY_USED": 49}, outcomes)
	assert.Len(t, srv.Verifications(), 50)
}
