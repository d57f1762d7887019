package transport

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// Answer is one whole answer of a platform. It prints its status and size
// only: the body may hold personal data.
type Answer struct {
	// Status is the HTTP status, 0 if there was no answer.
	Status int
	// Header holds the answer's headers.
	Header http.Header
	// Body is the whole body, uncompressed.
	Body []byte
}

// Format writes status and size for every verb.
func (a Answer) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, a.summary())
}

// MarshalText returns status and size; encoding/json uses it too.
func (a Answer) MarshalText() ([]byte, error) { return []byte(a.summary()), nil }

func (a Answer) summary() string {
	return fmt.Sprintf("HTTP %d, %d bytes", a.Status, len(a.Body))
}

// Interpreter reads a platform's envelope. It is given the platform's own
// answers only ([Config].Own), without a byte order mark. It returns the part of the body
// that holds the result, or an error of which it sets Kind, Code, Message,
// Fields and Err; the transport adds the rest. The retry rule goes by Kind:
// [ErrUnavailable] for the platform's own failures, [ErrRateLimited] for
// refusals that took place before any work, and an Err that is [ErrClock] for
// a refused time.
type Interpreter func(a *Answer) (payload []byte, err *Error)

// withoutMark cuts a byte order mark, which RFC 8259, section 8.1, lets a
// reader skip.
func withoutMark(body []byte) []byte { return bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")) }

// StatusError classifies an answer by its HTTP status alone. It returns nil
// for 2xx. A status of 4xx without a class of its own is [ErrRejected].
func StatusError(status int) *Error {
	switch {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusUnauthorized:
		return &Error{Kind: ErrUnauthenticated}
	case status == http.StatusForbidden:
		return &Error{Kind: ErrPermission}
	case status == http.StatusNotFound, status == http.StatusGone:
		return &Error{Kind: ErrNotFound}
	case status == http.StatusConflict:
		return &Error{Kind: ErrConflict}
	case status == http.StatusTooManyRequests:
		return &Error{Kind: ErrRateLimited}
	case status == http.StatusRequestTimeout, status >= 500:
		return &Error{Kind: ErrUnavailable}
	case status == http.StatusBadRequest, status == http.StatusUnprocessableEntity,
		status == http.StatusRequestEntityTooLarge, status == http.StatusRequestURITooLong:
		return &Error{Kind: ErrInvalid}
	case status >= 400:
		return &Error{Kind: ErrRejected}
	}
	return &Error{Kind: ErrMalformed}
}
