package procure

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

// serverErrors is where the platform's codes for its own failures begin
// ("Procure API, error handling").
const serverErrors = 50000

// envelope is what every answer stands in: {"code":0,"message":"...","data":...}
// ("Procure API, response format").
type envelope struct {
	Code    answer.Int      `json:"code"`
	Message answer.Text     `json:"message"`
	Data    json.RawMessage `json:"data"`
}

func readEnvelope(body []byte) (envelope, bool) {
	var e envelope
	err := answer.Decode(body, &e)
	return e, err == nil && e.Code.Valid
}

// own recognizes the platform's answers: an envelope with a code, or for 2xx
// nothing at all, as there may be where nothing is left to tell.
func own(a *transport.Answer) bool {
	if a.Status < 300 && len(a.Body) == 0 {
		return true
	}
	_, ok := readEnvelope(a.Body)
	return ok
}

// interpret reads an own answer. It goes by the HTTP status first and by the
// code, an HTTP status times 100 and a serial number, second: an answer of HTTP
// 200 with a code that is not 0 is an error.
func interpret(a *transport.Answer) ([]byte, *transport.Error) {
	e := transport.StatusError(a.Status)
	envelope, ok := readEnvelope(a.Body)
	code := envelope.Code.Value
	switch {
	case e == nil && a.Status == http.StatusNoContent:
		return []byte("null"), nil
	case e == nil && !ok:
		return nil, nil // which is a result for those only who want none
	case e == nil && code == 0:
		if envelope.Data == nil {
			return []byte("null"), nil
		}
		return envelope.Data, nil
	case e == nil:
		e = codeError(code)
	}
	e.Code = strconv.FormatInt(code, 10)
	e.Message = string(envelope.Message)
	e.Fields = wrongField(envelope.Data)
	switch {
	case code >= serverErrors, a.Status != http.StatusUnauthorized && a.Status != http.StatusTooManyRequests && saysFailed(code, e.Message):
		e.Kind = transport.ErrUnavailable
	// A status of 5xx outweighs the code: the request may have run.
	case code/100 == http.StatusTooManyRequests && !errors.Is(e.Kind, transport.ErrUnavailable):
		e.Kind = transport.ErrRateLimited
	}
	return nil, e
}

// codeError classifies a code that came with HTTP 2xx. One that follows no
// documented rule is a refusal that nobody explains.
func codeError(code int64) *transport.Error {
	if refusal(code) {
		return transport.StatusError(int(code / 100))
	}
	return &transport.Error{Kind: transport.ErrRejected}
}

func refusal(code int64) bool {
	class := code / 100
	return class >= http.StatusBadRequest && class < http.StatusInternalServerError
}

// saysFailed reports whether a code that follows no documented rule, or the
// message beside it, tells of a failure of the platform: the request may have
// run.
func saysFailed(code int64, message string) bool {
	return !refusal(code) && (code == -1 || code >= 500 && code < 600 || failureWords.MatchString(message[:min(len(message), maxWords)]))
}

// maxWords is how much of a message is searched, in bytes.
const maxWords = 1 << 10

// failureWords are those in which platforms say that they are busy, have failed
// or ran out of time.
var failureWords = regexp.MustCompile(`(?i)系统(错误|异常|故障)|服务器?(错误|异常|不可用)|繁忙|超时|稍后|busy|timed? ?out|time-out|(system|server|internal) error|service unavailable|try again`)

// wrongField reads the detail of a bad parameter ("Procure API, error
// handling").
func wrongField(data json.RawMessage) transport.Fields {
	var detail struct {
		Field  answer.Text `json:"field"`
		Reason answer.Text `json:"reason"`
	}
	if answer.Decode(data, &detail) != nil || detail.Field == "" {
		return nil
	}
	return transport.Fields{{Name: string(detail.Field), Problem: string(detail.Reason)}}
}
