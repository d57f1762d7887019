package uumit

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

// envelope is the frame of almost all answers ("UUMit API key guide, Response
// format").
type envelope struct {
	Code      code            `json:"code"`
	Message   answer.Text     `json:"message"`
	ErrorCode answer.Text     `json:"error_code"`
	Data      json.RawMessage `json:"data"`
	// Detail comes with HTTP 422, as text, as a list or as anything else.
	Detail json.RawMessage `json:"detail"`
}

// code is the envelope's code as text, "" if there is none.
type code struct {
	text string
	odd  bool // it is there and no whole number
}

// UnmarshalJSON reads a whole number, also quoted.
func (c *code) UnmarshalJSON(b []byte) error {
	*c = code{}
	var n answer.Int
	_ = n.UnmarshalJSON(b) // never fails
	switch {
	case n.Valid:
		c.text = strconv.FormatInt(n.Value, 10)
	case !answer.IsNull(b) && string(b) != `""`:
		c.odd = true
	}
	return nil
}

// succeeded reports code 0.
func (c code) succeeded() bool { return c.text == "0" }

// own recognizes the platform's answers: errors by the envelope's code, or by
// the "detail" of its framework ("UUMit agent skill, Troubleshooting", which has
// a message alone for 422); successes by being JSON, since some have no
// envelope. A 404 "Not Found" is what any server of this framework says to a
// path that it does not know. The problem details of RFC 9457, which gateways
// write, have a "detail" too.
func own(a *transport.Answer) bool {
	switch {
	case a.Status == http.StatusNoContent && len(a.Body) == 0:
		return true
	case a.Status < 300:
		return json.Valid(a.Body)
	case strings.HasPrefix(a.Header.Get("Content-Type"), "application/problem+json"):
		return false
	}
	var frame envelope
	if answer.Decode(a.Body, &frame) != nil {
		return false
	}
	switch {
	case frame.Code.text != "":
		return true
	case a.Status == http.StatusNotFound:
		return frame.Detail != nil && string(frame.Detail) != `"Not Found"`
	case a.Status == http.StatusUnprocessableEntity:
		return frame.Detail != nil || frame.Message != ""
	}
	return frame.Detail != nil
}

// interpret reads an answer. It succeeds for HTTP 2xx with code 0, and for
// 2xx without a code, which the endpoints outside the envelope have: the typed
// calls refuse those when they decode.
func interpret(a *transport.Answer) ([]byte, *transport.Error) {
	if len(a.Body) == 0 && a.Status < 300 {
		return []byte("null"), nil
	}
	var head struct {
		Code code `json:"code"`
	}
	err := answer.Decode(a.Body, &head)
	switch {
	case a.Status >= 300:
	case head.Code.odd, err != nil && !json.Valid(a.Body):
		return nil, &transport.Error{Kind: transport.ErrMalformed}
	case head.Code.text == "", head.Code.succeeded():
		return a.Body, nil
	}
	var env envelope
	_ = answer.Decode(a.Body, &env) // what is no envelope has the status alone
	failure := &transport.Error{Message: string(env.Message), Fields: detailFields(env.Detail)}
	if !env.Code.succeeded() {
		failure.Code = env.Code.text
	}
	failure.Kind = kind(a.Status, failure.Code, failure.Message)
	if env.ErrorCode != "" {
		failure.Err = ErrorCode(env.ErrorCode)
	}
	if failure.Message == "" {
		failure.Message = textOf(env.Detail)
	}
	return nil, failure
}

// textOf returns a JSON string's text, "" for anything else.
func textOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}

// detailFields reads the list of a validation. Its "input" echoes what was
// sent and is left out.
func detailFields(detail json.RawMessage) transport.Fields {
	entries, err := answer.Items(detail)
	if err != nil {
		return nil
	}
	var fields transport.Fields
	for _, entry := range entries {
		var e struct {
			Loc  []answer.Text `json:"loc"`
			Msg  answer.Text   `json:"msg"`
			Type answer.Text   `json:"type"`
		}
		if answer.Decode(entry, &e) != nil || len(e.Loc) == 0 && e.Msg == "" {
			continue
		}
		var name []string
		for _, l := range e.Loc {
			name = append(name, string(l))
		}
		problem := string(e.Msg)
		if e.Type != "" {
			problem += fmt.Sprintf(" (%s)", e.Type)
		}
		fields = append(fields, transport.Field{Name: strings.Join(name, "."), Problem: problem})
	}
	return fields
}

var (
	errNoEnvelope = errors.New("the answer is not an envelope with a code")
	errNoID       = errors.New("the answer lacks the id")
	errNoStatus   = errors.New("the answer lacks the status")
)

// enveloped decodes the data of an envelope into out, null if there is none. It
// refuses a body without a code, since nothing then says that the call
// succeeded.
type enveloped struct{ out any }

func (e *enveloped) UnmarshalJSON(b []byte) error {
	var env struct {
		Code code            `json:"code"`
		Data json.RawMessage `json:"data"`
	}
	if answer.Decode(b, &env) != nil || !env.Code.succeeded() {
		return errNoEnvelope
	}
	if env.Data == nil {
		env.Data = json.RawMessage("null")
	}
	return into(e.out, env.Data)
}

// into decodes JSON that is known to be valid: the answer types need not check
// it again.
func into(out any, b []byte) error {
	if u, ok := out.(json.Unmarshaler); ok {
		return u.UnmarshalJSON(b)
	}
	return json.Unmarshal(b, out)
}

// anyBody decodes the data of an envelope, or the body as it is where there is
// no envelope.
type anyBody struct{ out any }

func (a *anyBody) UnmarshalJSON(b []byte) error {
	var head struct {
		Code code `json:"code"`
	}
	_ = answer.Decode(b, &head) // a body that is no object has no code either
	switch {
	case a.out == nil:
		return nil
	case head.Code.text == "":
		return json.Unmarshal(b, a.out)
	}
	return (&enveloped{a.out}).UnmarshalJSON(b)
}
