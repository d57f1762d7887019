package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// The classes of failure, alike for every platform. Test for them with
// [errors.Is]; one error may match several, such as [ErrOutcomeUnknown] and
// [ErrUnavailable].
var (
	// ErrInvalid: the request breaks a documented rule. Found before sending
	// where possible, else by the platform (HTTP 400, 422).
	ErrInvalid = errors.New("invalid request")
	// ErrUnauthenticated: the platform does not accept the credentials, the
	// signature or the time (HTTP 401).
	ErrUnauthenticated = errors.New("unauthenticated")
	// ErrPermission: the credentials are good but not for this (HTTP 403).
	ErrPermission = errors.New("permission denied")
	// ErrNotFound: the object does not exist or is not visible (HTTP 404).
	ErrNotFound = errors.New("not found")
	// ErrConflict: the object's state does not allow it (HTTP 409).
	ErrConflict = errors.New("conflict")
	// ErrRateLimited: too many requests in a short time (HTTP 429), or the
	// wait for a free place would not fit into the context's deadline.
	ErrRateLimited = errors.New("rate limited")
	// ErrRejected: the platform refused the call, and no document tells why.
	// The error's Code and Message are all that is known.
	ErrRejected = errors.New("rejected")
	// ErrQuota: a quota, allowance or balance is used up; waiting a moment
	// does not help.
	ErrQuota = errors.New("quota exhausted")
	// ErrUnavailable: the platform could not be reached or failed (connection
	// errors, time-outs, HTTP 5xx).
	ErrUnavailable = errors.New("unavailable")
	// ErrOutcomeUnknown: the call may or may not have been carried out. Look
	// before calling again.
	ErrOutcomeUnknown = errors.New("outcome unknown")
	// ErrTooLarge: the answer is larger than the cap of [WithMaxResponseBytes].
	ErrTooLarge = errors.New("answer too large")
	// ErrMalformed: the answer is not what the platform documents, such as the
	// page of a proxy in front of it, cut JSON or nothing at all.
	ErrMalformed = errors.New("malformed answer")

	// ErrRedirect: the platform answered with a redirect, which is not
	// followed with credentials. Error.Location tells where it pointed.
	ErrRedirect = errors.New("redirect refused")
	// ErrClock: the platform refused the time that the request was signed
	// for. It comes with [ErrUnauthenticated].
	ErrClock = errors.New("request time refused")
	// ErrClosed: the client was closed.
	ErrClosed = errors.New("client closed")
)

// Label returns a short word for the class of an error, for metrics and for
// grouping logs: "outcome_unknown", "invalid", "not_found", "canceled" and so
// on, "other" for what is none of this package's, "" for nil. The words do not
// change, and there are no more of them than sentinels.
func Label(err error) string {
	if err == nil {
		return ""
	}
	for _, class := range labels {
		if errors.Is(err, class.err) {
			return class.label
		}
	}
	return "other"
}

// labels are in the order in which they count.
var labels = []struct {
	err   error
	label string
}{
	{ErrOutcomeUnknown, "outcome_unknown"},
	{ErrClosed, "closed"},
	{ErrInvalid, "invalid"},
	{ErrUnauthenticated, "unauthenticated"},
	{ErrPermission, "permission"},
	{ErrNotFound, "not_found"},
	{ErrConflict, "conflict"},
	{ErrRateLimited, "rate_limited"},
	{ErrQuota, "quota"},
	{ErrRejected, "rejected"},
	{ErrTooLarge, "too_large"},
	{ErrMalformed, "malformed"},
	{ErrRedirect, "redirect"},
	{context.Canceled, "canceled"},
	{context.DeadlineExceeded, "deadline_exceeded"},
	{ErrUnavailable, "unavailable"},
}

// Field is one wrong field of a request or a configuration.
type Field struct {
	// Name is the vendor's name of the field.
	Name string `json:"name"`
	// Problem says what is allowed, or the platform's reason. It never
	// repeats the value when this package or a vendor package made it.
	Problem string `json:"problem"`
}

// Fields collects wrong fields, so that one error names all of them.
type Fields []Field

// Check adds the field unless ok.
func (f *Fields) Check(ok bool, name, problem string) {
	if !ok {
		*f = append(*f, Field{Name: name, Problem: problem})
	}
}

// CheckUnmasked adds the field if its text is the mask of a [Personal]: a
// request that was read back from a log must not be sent.
func (f *Fields) CheckUnmasked(name, text string) {
	f.Check(text != redacted, name, "must be the text itself, not its mask: the JSON of a request is for logs")
}

// Err returns an [*Error] that matches [ErrInvalid], or nil if nothing is wrong.
func (f Fields) Err(provider, operation string) error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Provider: provider, Operation: operation, Kind: ErrInvalid, Fields: f}
}

// maxErrorBody bounds the copy of the answer that an error keeps.
const maxErrorBody = 16 << 10

// Error is the one error type of all calls. It prints no secret, no query, no
// body and none of the values that were sent. Only Body holds the platform's
// own words, which may repeat them: do not log it unseen.
type Error struct {
	// Provider is the platform, such as "codegate".
	Provider string
	// Operation is the call, such as "VerifyCode".
	Operation string
	// Host is the platform's host and port, "" if nothing was to be sent.
	Host string
	// Kind is the class of the failure, one of the sentinels of this package.
	// It is nil when only the context ended.
	Kind error
	// OutcomeUnknown tells that the call may have been carried out; the error
	// then matches ErrOutcomeUnknown too.
	OutcomeUnknown bool
	// Status is the HTTP status of the last answer, 0 if there was none.
	Status int
	// Code is the platform's own code as text, "" if it gave none.
	Code string
	// Message is the platform's message. What the call sent is masked in it,
	// as are long runs of digits; Body has it as it came.
	Message string
	// RequestID is the platform's id for the request, "" if it gave none.
	RequestID string
	// RetryAfter is the wait that the platform asked for, 0 if it did not.
	RetryAfter time.Duration
	// Location is where a refused redirect pointed, without its query.
	Location string
	// Fields lists the wrong fields, where they are known.
	Fields Fields
	// Attempts counts the requests that were tried, 0 if nothing left.
	Attempts int
	// IdempotencyKey is the key of a keyed call, for repeating it safely.
	IdempotencyKey string
	// Body holds the first 16 KiB of the last answer.
	Body []byte
	// Err is the cause, if there is one below the HTTP answer.
	Err error

	cause string // the text of Err, redacted
}

// Error returns a one-line text that is safe to log.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Provider)
	if e.Provider != "" && e.Operation != "" {
		b.WriteString(": ")
	}
	b.WriteString(e.Operation)
	if e.OutcomeUnknown {
		b.WriteString(": ")
		b.WriteString(ErrOutcomeUnknown.Error())
	}
	if e.Kind != nil {
		b.WriteString(": ")
		b.WriteString(e.Kind.Error())
	}
	separator := ": "
	for _, f := range e.Fields {
		b.WriteString(separator + clean(f.Name) + " " + clean(f.Problem))
		separator = "; "
	}
	cause := e.cause
	if cause == "" && e.Err != nil {
		cause = clean(e.Err.Error())
	}
	for _, text := range []string{clean(e.Message), cause} {
		if text != "" && text != e.Code {
			b.WriteString(": ")
			b.WriteString(text)
		}
	}
	if e.Location != "" {
		b.WriteString(": it pointed to ")
		b.WriteString(e.Location)
	}
	var facts []string
	if e.Status != 0 {
		facts = append(facts, "HTTP "+strconv.Itoa(e.Status))
	}
	if e.Code != "" {
		facts = append(facts, "code "+clean(e.Code))
	}
	if e.RequestID != "" {
		facts = append(facts, "request "+cleanID(e.RequestID))
	}
	if e.RetryAfter > 0 {
		facts = append(facts, "retry after "+e.RetryAfter.String())
	}
	if e.Attempts > 1 {
		facts = append(facts, strconv.Itoa(e.Attempts)+" attempts")
	}
	if len(facts) > 0 {
		b.WriteString(" (" + strings.Join(facts, ", ") + ")")
	}
	return b.String()
}

// Is matches the error's class, and ErrOutcomeUnknown where it applies.
func (e *Error) Is(target error) bool {
	return e.Kind != nil && target == e.Kind || e.OutcomeUnknown && target == ErrOutcomeUnknown
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Format writes the text of Error for every verb, so that %+v and %#v do not
// print the answer.
func (e *Error) Format(f fmt.State, verb rune) {
	if verb == 'q' {
		_, _ = io.WriteString(f, strconv.Quote(e.Error()))
		return
	}
	_, _ = io.WriteString(f, e.Error())
}

// MarshalText returns the text of Error; encoding/json uses it too.
func (e *Error) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// LogValue returns the facts of the error as attributes that are safe to log.
func (e *Error) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("provider", e.Provider),
		slog.String("operation", e.Operation),
		slog.String("error", e.Error()),
		slog.Int("attempts", e.Attempts),
	}
	if e.Host != "" {
		attrs = append(attrs, slog.String("host", e.Host))
	}
	if e.Status != 0 {
		attrs = append(attrs, slog.Int("status", e.Status))
	}
	if e.Code != "" {
		attrs = append(attrs, slog.String("code", clean(e.Code)))
	}
	if e.OutcomeUnknown {
		attrs = append(attrs, slog.Bool("outcome_unknown", true))
	}
	return slog.GroupValue(attrs...)
}
