package uumittest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"

	"github.com/shopspring/decimal"
)

// answer is one answer in the envelope, or without one if plain is set.
type answer struct {
	status  int
	header  map[string]string
	code    int
	message string
	data    any
	detail  []fieldError
	plain   any
}

func ok(data any) answer {
	return answer{status: http.StatusOK, message: "success", data: data}
}

func refused(status, code int, message string) *answer {
	return &answer{status: status, code: code, message: message}
}

func notFound(what string) answer {
	return *refused(http.StatusNotFound, 1004, what+" not found")
}

func conflict(message string) answer { return *refused(http.StatusConflict, 4000, message) }

func insufficient() answer {
	return *refused(http.StatusBadRequest, 3001, "insufficient balance")
}

// fieldError is one entry of a 422.
type fieldError struct {
	Type string   `json:"type"`
	Loc  []string `json:"loc"`
	Msg  string   `json:"msg"`
}

func invalid(where, field, kind, message string) answer {
	a := refused(http.StatusUnprocessableEntity, 1001, "validation failed")
	a.detail = []fieldError{{Type: kind, Loc: []string{where, field}, Msg: message}}
	return *a
}

func missing(where, field string) answer {
	return invalid(where, field, "missing", "Field required")
}

// bytes returns the body as it goes on the wire.
func (a answer) bytes(now time.Time) []byte {
	body := a.plain
	if a.plain == nil {
		body = struct {
			Code      int          `json:"code"`
			Message   string       `json:"message"`
			Data      any          `json:"data"`
			Detail    []fieldError `json:"detail,omitempty"`
			Timestamp int64        `json:"timestamp"`
		}{a.code, a.message, a.data, a.detail, now.Unix()}
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	// The server leaves < > & as they are.
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		// Every body is made of types of this package.
		panic("uumittest: " + err.Error())
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}

// ut is an amount as the platform writes it: text with two places.
func ut(d decimal.Decimal) string { return d.StringFixed(2) }

// moment is a time as the platform writes it.
func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// paged is one page of a list.
type paged struct {
	Items    any  `json:"items"`
	Total    int  `json:"total"`
	Page     int  `json:"page"`
	PageSize int  `json:"page_size"`
	HasMore  bool `json:"has_more"`
}
