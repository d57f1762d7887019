package codegate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/pentagate/pentagate/transport"
)

// The texts of "detail" that mean more than their status does.
const (
	detailTimestampExpired = "Timestamp expired"
	detailProjectDisabled  = "Project is disabled"
)

// interpret reads an answer: the bare object for 2xx, else "detail" as text or
// as the list of a validation ("CodeGate SDK API reference, Errors"; the list
// as seen on the running server).
func interpret(a *transport.Answer) ([]byte, *transport.Error) {
	e := transport.StatusError(a.Status)
	if e == nil {
		body := bytes.TrimSpace(a.Body)
		if len(body) == 0 || body[0] != '{' {
			return nil, &transport.Error{Kind: transport.ErrMalformed}
		}
		return body, nil
	}
	var envelope struct {
		Detail json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(a.Body, &envelope) != nil {
		return nil, e
	}
	if json.Unmarshal(envelope.Detail, &e.Message) != nil {
		e.Fields = validationFields(envelope.Detail)
	}
	switch {
	case !errors.Is(e, transport.ErrUnauthenticated):
	case strings.HasPrefix(e.Message, detailTimestampExpired):
		e.Err = transport.ErrClock
	case e.Message == detailProjectDisabled:
		e.Code, e.Err = string(ProjectDisabled), ProjectDisabled
	}
	return nil, e
}

// validationFields reads the entries of a 422. Their "input" echoes what was
// sent and is left out.
func validationFields(detail json.RawMessage) transport.Fields {
	var entries []struct {
		Loc  []any  `json:"loc"`
		Msg  string `json:"msg"`
		Type string `json:"type"`
	}
	if json.Unmarshal(detail, &entries) != nil {
		return nil
	}
	var fields transport.Fields
	for _, e := range entries {
		var name []string
		for _, l := range e.Loc {
			name = append(name, fmt.Sprint(l))
		}
		fields = append(fields, transport.Field{Name: strings.Join(name, "."), Problem: e.Msg + " (" + e.Type + ")"})
	}
	return fields
}
