package codegate

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

// The texts of "detail" that mean more than their status does.
const (
	detailTimestampExpired = "Timestamp expired"
	detailProjectDisabled  = "Project is disabled"
	detailNoRoute          = "Not Found"
)

// serverError is the whole body of the platform's own 500.
const serverError = "Internal Server Error"

var errNoRoute = errors.New("the server does not know this path: check base_url")

// own recognizes the platform's answers: any JSON for 2xx, nothing at all for
// 204, the text of its 500, else an object with "detail", which is how its
// framework tells errors ("CodeGate SDK API reference, Errors"; the 500 as seen
// on the running server). The problem details of RFC 9457, which gateways
// write, have a member of that name too.
func own(a *transport.Answer) bool {
	switch {
	case a.Status == http.StatusNoContent:
		return len(a.Body) == 0
	case a.Status < http.StatusMultipleChoices:
		return json.Valid(a.Body)
	case a.Status == http.StatusInternalServerError && isServerError(a.Body):
		return true
	case strings.HasPrefix(a.Header.Get("Content-Type"), "application/problem+json"):
		return false
	}
	return !answer.IsNull(detailOf(a.Body))
}

func isServerError(body []byte) bool { return string(bytes.TrimSpace(body)) == serverError }

func detailOf(body []byte) json.RawMessage {
	var envelope struct {
		Detail json.RawMessage `json:"detail"`
	}
	_ = answer.Decode(body, &envelope) // what is no object has no detail either
	return envelope.Detail
}

// interpret reads an answer: the bare value for 2xx, else "detail" as text or
// as the list of a validation (the list as seen on the running server).
func interpret(a *transport.Answer) ([]byte, *transport.Error) {
	e := transport.StatusError(a.Status)
	if e == nil {
		return bytes.TrimSpace(a.Body), nil
	}
	if isServerError(a.Body) {
		e.Message = serverError
		return nil, e
	}
	detail := detailOf(a.Body)
	if entries, err := answer.Items(detail); err == nil {
		e.Fields, e.Message = validation(entries)
	} else {
		e.Message = string(text(detail))
	}
	switch {
	case a.Status == http.StatusNotFound && e.Message == detailNoRoute:
		// Any server of this framework says so of a path that it does not know,
		// and speaks of no project and no code.
		e.Kind, e.Err = transport.ErrMalformed, errNoRoute
	case a.Status == http.StatusUnauthorized && strings.HasPrefix(e.Message, detailTimestampExpired):
		e.Err = transport.ErrClock
	case a.Status == http.StatusUnauthorized && e.Message == detailProjectDisabled:
		// The signature was good. A redemption is told the same with HTTP 200
		// and PROJECT_DISABLED; both are one kind here.
		e.Kind, e.Code, e.Err = transport.ErrPermission, string(ProjectDisabled), ProjectDisabled
	}
	return nil, e
}

func text(b json.RawMessage) (t answer.Text) {
	_ = t.UnmarshalJSON(b) // never fails
	return t
}

// validation reads the entries of a 422. Their "input" echoes what was sent and
// is left out. Entries that name fields of the request come as fields: the
// platform checks them before it does anything, and alike every time. Headers,
// and JSON that cannot be read, are only ever wrong when something on the way
// changed them, this time: that comes as a message.
func validation(entries []json.RawMessage) (fields transport.Fields, message string) {
	named := true
	var texts []string
	for _, raw := range entries {
		var e struct {
			Loc  []answer.Text `json:"loc"`
			Msg  answer.Text   `json:"msg"`
			Type answer.Text   `json:"type"`
		}
		_ = answer.Decode(raw, &e) // it is an object
		var path []string
		for _, l := range e.Loc {
			path = append(path, string(l))
		}
		f := transport.Field{Name: strings.Join(path, "."), Problem: string(e.Msg)}
		if e.Type != "" {
			f.Problem += " (" + string(e.Type) + ")"
		}
		fields = append(fields, f)
		texts = append(texts, strings.TrimSpace(f.Name+" "+f.Problem))
		named = named && len(path) > 1 && slices.Contains([]string{"body", "query", "path"}, path[0]) && e.Type != "json_invalid"
	}
	if named {
		return fields, ""
	}
	return nil, strings.Join(texts, "; ")
}
