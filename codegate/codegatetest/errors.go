package codegatetest

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// answer is one HTTP answer. A body that is a string goes out as plain text,
// any other as JSON, and nil as no body at all.
type answer struct {
	status int
	header map[string]string
	body   any
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

// The texts of "CodeGate API reference, Errors", as the running server spells
// them.
const (
	detailBadBody          = "There was an error parsing the body"
	detailTimestampFormat  = "Invalid timestamp format"
	detailTimestampExpired = "Timestamp expired. Request timestamp is too old or too far in the future."
	detailCredentials      = "Invalid API credentials"
	detailSignature        = "Invalid signature"
	detailProjectOff       = "Project is disabled"
	detailForeignProject   = "Project ID in path does not match API Key's project"
	detailNoCode           = "Code not found"
	detailNoRoute          = "Not Found"
	detailMethod           = "Method Not Allowed"
)

// failure is an error whose detail is one sentence.
func failure(status int, detail string) answer {
	return answer{status: status, body: struct {
		Detail string `json:"detail"`
	}{detail}}
}

// fieldError is one entry of a 422.
type fieldError struct {
	Type  string         `json:"type"`
	Loc   []any          `json:"loc"`
	Msg   string         `json:"msg"`
	Input any            `json:"input"`
	Ctx   map[string]any `json:"ctx,omitempty"`
}

func invalid(errs ...fieldError) answer {
	return answer{status: http.StatusUnprocessableEntity, body: struct {
		Detail []fieldError `json:"detail"`
	}{errs}}
}

func missing(input any, loc ...any) fieldError {
	return fieldError{Type: "missing", Loc: loc, Msg: "Field required", Input: input}
}

// crash is the server's unhandled exception. The connection is closed behind
// it, which is not announced (seen on the running server).
func crash() answer {
	return answer{
		status: http.StatusInternalServerError,
		header: map[string]string{"Content-Type": "text/plain; charset=utf-8"},
		body:   "Internal Server Error",
	}
}

// bytes returns the body as it goes on the wire.
func (a answer) bytes() []byte {
	switch body := a.body.(type) {
	case nil:
		return nil
	case string:
		return []byte(body)
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	// The server leaves < > & as they are.
	enc.SetEscapeHTML(false)
	if err := enc.Encode(a.body); err != nil {
		// Every body is made of types of this package.
		panic("codegatetest: " + err.Error())
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}
