package procure

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/pentagate/pentagate/transport"
)

// serverErrors is where the platform's codes for its own failures begin
// ("Procure API, error handling").
const serverErrors = 50000

// interpret reads an answer's envelope, {"code":0,"message":"...","data":...}
// ("Procure API, response format"). It goes by the HTTP status first and by
// the code, an HTTP status times 100 and a serial number, second: an answer
// of HTTP 200 with a code that is not 0 is an error.
func interpret(a *transport.Answer) ([]byte, *transport.Error) {
	e := transport.StatusError(a.Status)
	var envelope struct {
		Code    json.RawMessage `json:"code"`
		Message json.RawMessage `json:"message"`
		Data    json.RawMessage `json:"data"`
	}
	err := json.Unmarshal(a.Body, &envelope)
	code, ok := number(envelope.Code)
	switch {
	case e == nil && (err != nil || !ok):
		return nil, &transport.Error{Kind: transport.ErrMalformed}
	case err != nil:
		return nil, e
	case e == nil && code == 0:
		if envelope.Data == nil {
			return []byte("null"), nil
		}
		return envelope.Data, nil
	case e == nil:
		e = codeError(code)
	}
	if json.Unmarshal(envelope.Message, &e.Message) != nil {
		e.Message = ""
	}
	e.Fields = wrongField(envelope.Data)
	if !ok {
		return nil, e
	}
	e.Code = strconv.FormatInt(code, 10)
	switch {
	case code >= serverErrors:
		e.Kind = transport.ErrUnavailable
	// A status of 5xx outweighs the code: the request may have run.
	case code/100 == http.StatusTooManyRequests && !errors.Is(e.Kind, transport.ErrUnavailable):
		e.Kind = transport.ErrRateLimited
	}
	return nil, e
}

// codeError classifies a code that came with HTTP 2xx. One that follows no
// documented rule leaves open what it means for the request.
func codeError(code int64) *transport.Error {
	if code/100 < http.StatusBadRequest {
		return &transport.Error{Kind: transport.ErrMalformed}
	}
	return transport.StatusError(int(min(code/100, http.StatusInternalServerError)))
}

// number reads a whole number, also in quotes.
func number(raw json.RawMessage) (n int64, ok bool) {
	text := string(raw)
	if unquoted, err := strconv.Unquote(text); err == nil {
		text = strings.TrimSpace(unquoted)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// wrongField reads the detail of a bad parameter ("Procure API, error
// handling").
func wrongField(data json.RawMessage) transport.Fields {
	var detail struct {
		Field  string `json:"field"`
		Reason string `json:"reason"`
	}
	if json.Unmarshal(data, &detail) != nil || detail.Field == "" {
		return nil
	}
	return transport.Fields{{Name: detail.Field, Problem: detail.Reason}}
}
