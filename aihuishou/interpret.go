package aihuishou

import (
	"encoding/json"
	"errors"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

// envelope is what the platform's answers come in, such as
// {"code":0,"msg":"success","data":{...}} ("Aihuishou partner API, answers").
type envelope struct {
	Code code            `json:"code"`
	Msg  answer.Text     `json:"msg"`
	Data json.RawMessage `json:"data"` // nil for null
}

// code is the envelope's code: a number, quoted or not.
type code struct {
	text   answer.Text
	number answer.Amount
	whole  answer.Int
}

// UnmarshalJSON never fails.
func (c *code) UnmarshalJSON(b []byte) error {
	return errors.Join(c.text.UnmarshalJSON(b), c.number.UnmarshalJSON(b), c.whole.UnmarshalJSON(b))
}

// own recognizes the platform's answers: an object for 2xx, of which interpret
// reads the code, and an object with a code for all else, HTTP 401 included,
// whose body is not documented: a proxy may answer 401 as well.
func own(a *transport.Answer) bool {
	var in struct {
		Code code `json:"code"`
	}
	isObject := answer.Decode(a.Body, &in) == nil
	return isObject && (a.Status < 300 || in.Code.number.Valid)
}

var errNoCode = errors.New("the answer holds no code that is a number")

// interpret reads the envelope: code 0 is success, anything else an error that
// msg describes, and a success without data counts as an empty object
// ("Aihuishou partner API, answers"). A code that is no number is not what is
// documented: whether the call was carried out is then not known.
func interpret(a *transport.Answer) ([]byte, *transport.Error) {
	var in envelope
	_ = answer.Decode(a.Body, &in) // what is no object has no code
	e := transport.StatusError(a.Status)
	switch {
	case e != nil:
		e.Kind = statusRefusal(e.Kind, &in)
	case !in.Code.number.Valid:
		e = &transport.Error{Kind: transport.ErrMalformed, Err: errNoCode}
	case !in.Code.number.IsZero():
		e = &transport.Error{Kind: refusal(in.Code.whole.Value, string(in.Msg))}
	case in.Data == nil:
		return []byte("{}"), nil
	default:
		return in.Data, nil
	}
	e.Code, e.Message = string(in.Code.text), string(in.Msg)
	return nil, e
}

// statusRefusal is the class that a status tells, unless the envelope speaks of
// a busy or failing system, which a status of 400 does not make a definite
// refusal. HTTP 401 and 429 are documented, and come before any work.
func statusRefusal(kind error, in *envelope) error {
	if errors.Is(kind, transport.ErrUnauthenticated) || errors.Is(kind, transport.ErrRateLimited) {
		return kind
	}
	if told := refusal(in.Code.whole.Value, string(in.Msg)); errors.Is(told, transport.ErrUnavailable) {
		return told
	}
	return kind
}
