package uumit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/pentagate/pentagate/transport"
)

// envelope is the frame of almost all answers ("UUMit API key guide, Response
// format").
type envelope struct {
	Code      code            `json:"code"`
	Message   string          `json:"message"`
	ErrorCode string          `json:"error_code"`
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
	text := string(bytes.Trim(b, `"`))
	if text == "null" || text == "" {
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	*c = code{text: strconv.FormatInt(n, 10), odd: err != nil}
	return nil
}

// open reads a frame, or some of its members. It is false for what is no JSON
// object. A message of another type than text is not worth an error.
func open(body []byte, frame any) bool {
	body = bytes.TrimSpace(body)
	return len(body) > 0 && body[0] == '{' && decode(body, frame) == nil
}

// interpret reads an answer. It succeeds for HTTP 2xx with code 0, and for
// 2xx bodies without a code, which the endpoints outside the envelope have:
// the typed calls refuse those when they decode.
func interpret(a *transport.Answer) ([]byte, *transport.Error) {
	if a.Status == http.StatusNoContent && len(a.Body) == 0 {
		return []byte("null"), nil
	}
	e := transport.StatusError(a.Status)
	var head struct {
		Code code `json:"code"`
	}
	isObject := open(a.Body, &head)
	switch {
	case e == nil && (!isObject || head.Code.odd):
		return nil, &transport.Error{Kind: transport.ErrMalformed}
	case e == nil && (head.Code.text == "" || head.Code.text == "0"):
		return a.Body, nil
	}
	var env envelope
	if !open(a.Body, &env) {
		env = envelope{} // what was read before the body turned out broken
	}
	failure := &transport.Error{Kind: kind(a.Status, e, env.Code.text), Message: env.Message, Fields: detailFields(env.Detail)}
	if env.Code.text != "0" && !env.Code.odd {
		failure.Code = env.Code.text
	}
	if env.ErrorCode != "" {
		failure.Err = ErrorCode(env.ErrorCode)
	}
	var text string
	if failure.Message == "" && json.Unmarshal(env.Detail, &text) == nil {
		failure.Message = text
	}
	return nil, failure
}

// kind classes a failure by code and status ("UUMit API, Error codes and rate
// limits": 1xxx parameters, 2xxx authentication, 3xxx wallet, 4xxx conflict).
// byStatus is nil for 2xx.
func kind(status int, byStatus *transport.Error, code string) error {
	class := ""
	if len(code) == 4 {
		class = code[:1]
	}
	switch {
	case status >= 500, code == CodeSystemError:
		return transport.ErrUnavailable
	case code == CodeDailyQuota:
		return transport.ErrQuota
	case status == http.StatusTooManyRequests:
		return transport.ErrRateLimited
	case code == CodeUnauthenticated, code == CodeInvalidAPIKey, class == "2":
		return transport.ErrUnauthenticated
	case code == CodePermission, code == CodeUserNotLinked:
		return transport.ErrPermission
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusNotFound, status == http.StatusGone:
		return byStatus.Kind
	case class == "3", status == http.StatusPaymentRequired:
		return transport.ErrQuota
	case status == http.StatusUnprocessableEntity:
		return transport.ErrInvalid
	case class == "4":
		return transport.ErrConflict
	case byStatus != nil:
		return byStatus.Kind
	}
	return transport.ErrInvalid
}

// detailFields reads the list of a validation. Its "input" echoes what was
// sent and is left out.
func detailFields(detail json.RawMessage) transport.Fields {
	var entries []struct {
		Loc  []any  `json:"loc"`
		Msg  string `json:"msg"`
		Type string `json:"type"`
	}
	if decode(detail, &entries) != nil {
		return nil
	}
	var fields transport.Fields
	for _, e := range entries {
		var name []string
		for _, l := range e.Loc {
			name = append(name, fmt.Sprint(l))
		}
		if len(name) == 0 && e.Msg == "" {
			continue
		}
		problem := e.Msg
		if e.Type != "" {
			problem += " (" + e.Type + ")"
		}
		fields = append(fields, transport.Field{Name: strings.Join(name, "."), Problem: problem})
	}
	return fields
}

var (
	errNoEnvelope = errors.New("uumit: the answer is not an envelope with a code")
	errNoID       = errors.New("uumit: the answer lacks the id")
)

// enveloped decodes the data of an envelope into out. It refuses a body
// without a code, since nothing then says that the call succeeded.
type enveloped struct{ out any }

func (e *enveloped) UnmarshalJSON(b []byte) error {
	env := struct {
		Code code   `json:"code"`
		Data member `json:"data"`
	}{Data: member{out: e.out}}
	if err := json.Unmarshal(b, &env); err != nil {
		return err
	}
	if env.Code.text != "0" || env.Code.odd {
		return errNoEnvelope
	}
	if !env.Data.present { // the same as null
		return env.Data.UnmarshalJSON([]byte("null"))
	}
	return nil
}

// anyBody decodes the data of an envelope, or the body as it is where there is
// no envelope.
type anyBody struct{ out any }

func (a *anyBody) UnmarshalJSON(b []byte) error {
	var head struct {
		Code code `json:"code"`
	}
	if err := decode(b, &head); err != nil || a.out == nil {
		return err
	}
	if head.Code.text == "" {
		return json.Unmarshal(b, a.out)
	}
	return (&enveloped{a.out}).UnmarshalJSON(b)
}

// member decodes a member into out and remembers that it was there.
type member struct {
	out     any
	present bool
}

func (m *member) UnmarshalJSON(b []byte) error {
	m.present = true
	if u, ok := m.out.(json.Unmarshaler); ok {
		return u.UnmarshalJSON(b) // b is valid: no need to check it again
	}
	return json.Unmarshal(b, m.out)
}

// decode is json.Unmarshal, but a member of another type than documented
// leaves its field zero: most members are documented by samples only, and what
// a result needs is checked by itself.
func decode(b []byte, v any) error {
	err := json.Unmarshal(b, v)
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return nil
	}
	return err
}

// optional reads a member into a pointer that stays nil for null and for
// another type than documented, where encoding/json would leave a pointer to
// zero.
type optional[T any] struct{ value *T }

func (o *optional[T]) UnmarshalJSON(b []byte) error {
	o.value = nil
	var v *T
	if json.Unmarshal(b, &v) == nil {
		o.value = v
	}
	return nil
}
