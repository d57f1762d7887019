package transport

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Safety says what a repeat of a call may do. Together with what happened to
// the last attempt it decides whether the call is tried again.
type Safety uint8

const (
	// SafetyByMethod is Read for GET and HEAD, Unsafe for all else.
	SafetyByMethod Safety = iota
	// Read changes nothing: repeated after connection errors, 429, 5xx and
	// the platform's own server-error codes.
	Read
	// Keyed carries one Idempotency-Key on all its attempts: repeated like Read.
	Keyed
	// Idempotent has the same effect once or twice: repeated like Read.
	Idempotent
	// Unsafe is repeated only when the request provably did not run: never
	// sent, 429, or refused for its time.
	Unsafe
	// Once is never repeated.
	Once
)

func (s Safety) String() string {
	names := [...]string{"by method", "read", "keyed", "idempotent", "unsafe", "once"}
	if int(s) < len(names) {
		return names[s]
	}
	return "unknown"
}

// Call is one call of a platform.
type Call struct {
	// Operation names the call in errors and logs, such as "VerifyCode".
	Operation string
	// Method is the HTTP method in upper case.
	Method string
	// Path is the percent-decoded path below the base URL. It begins with a
	// slash and holds no "." or ".." segment.
	Path string
	// RawPath is the path as it goes on the request line, where that is not
	// the default encoding of Path.
	RawPath string
	// Route is the path with its variable segments in braces. Logs show it in
	// the place of the path.
	Route string
	// Query is sent sorted by key.
	Query url.Values
	// Header is sent besides the headers that this package and the signer set.
	// A Content-Type replaces the platform's usual one.
	Header http.Header
	// Body is sent as it is when it is a []byte or json.RawMessage, as JSON
	// otherwise; nil sends none. GET, HEAD, OPTIONS and DELETE take none.
	Body any
	// Safety says what a repeat may do.
	Safety Safety
	// Class names the rate limit that the call counts against besides the one
	// for all calls.
	Class string
	// Unsigned calls go without credentials.
	Unsigned bool
	// Invalid holds what the platform's package found wrong with the request.
	// It is reported together with what is wrong with the call, and nothing is
	// sent.
	Invalid Fields
	// Reconcilable tells that the operation supports [WithReconcile].
	Reconcilable bool
	// Settle, if there is one, is asked when the call has failed after it was
	// sent, before anybody is told: it may look up what became of it. It returns
	// nil if the call has succeeded after all, [ErrSendAgain] to have it sent once
	// more, as a further attempt of the same call, else the error that the caller
	// gets. It is for vendor packages.
	Settle func(ctx context.Context, info Info, err *Error) error
	// Refused, if there is one, is asked when a result was decoded. Where the
	// platform tells of refusals in there, it returns the refusal, else nil. Like
	// any other of a repeat it leaves open what became of the first attempt, and
	// Settle is asked. It is for vendor packages.
	Refused func(info Info) *Error
}

// ErrSendAgain is what [Call.Settle] returns to have the call sent once more.
// Callers never get it.
var ErrSendAgain = errors.New("send the call again")

func (c *Call) safety() Safety {
	switch {
	case c.Safety != SafetyByMethod:
		return c.Safety
	case c.Method == http.MethodGet || c.Method == http.MethodHead:
		return Read
	}
	return Unsafe
}

// problems lists what keeps the call from being sent.
func (c *Call) problems() Fields {
	var f Fields
	f.Check(c.Method != "" && strings.Trim(c.Method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "", "method", "must be an HTTP method in upper case")
	f.Check(plainPath(c.Path) && (c.RawPath != "" || !strings.ContainsAny(c.Path, "?#")), "path", `must begin with one slash and hold no "." or ".." segment, query, fragment or control character`)
	if c.RawPath != "" {
		decoded, err := url.PathUnescape(c.RawPath)
		f.Check(err == nil && decoded == c.Path, "path", "must agree with its encoded form")
	}
	f.Check(utf8.ValidString(c.Path), "path", "must be valid UTF-8")
	if len(c.Query) > 0 {
		checkQuery(&f, c.Query)
	}
	switch c.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodDelete:
		f.Check(c.Body == nil, "body", "must be absent for "+c.Method)
	}
	return f
}

// checkQuery names the parameters that are no UTF-8.
func checkQuery(f *Fields, q url.Values) {
	for _, name := range slices.Sorted(maps.Keys(q)) {
		ok := utf8.ValidString(name)
		for _, value := range q[name] {
			ok = ok && utf8.ValidString(value)
		}
		f.Check(ok, strings.ToValidUTF8(name, "?"), "must be valid UTF-8")
	}
}

func plainPath(p string) bool {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") {
		return false
	}
	if strings.ContainsFunc(p, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
		return false
	}
	for segment := range strings.SplitSeq(p, "/") {
		if segment == "." || segment == ".." {
			return false
		}
	}
	return true
}

// CallOption changes one call. See [Option] for those of a client.
type CallOption func(*callSettings)

type callSettings struct {
	attempts       *int
	header         http.Header
	idempotencyKey string
	infos          []*Info
	unsafeRetries  bool
	reconcile      bool
}

func settings(opts []CallOption) callSettings {
	var s callSettings
	for _, o := range opts {
		if o != nil {
			o(&s)
		}
	}
	return s
}

// WithAttempts bounds the attempts of this call: 1 for no retry.
func WithAttempts(n int) CallOption {
	return func(s *callSettings) { s.attempts = &n }
}

// WithHeader adds a header to this call. Refused when the call is made are
// headers that the signer sets, those that belong to the connection, such as
// Host and Accept-Encoding, and what no header can hold.
func WithHeader(name, value string) CallOption {
	return func(s *callSettings) {
		if s.header == nil {
			s.header = make(http.Header)
		}
		s.header.Set(name, value)
	}
}

// WithIdempotencyKey sets the key of a [Keyed] call in the place of a random
// one. The same key must never serve two different requests.
func WithIdempotencyKey(key string) CallOption {
	return func(s *callSettings) { s.idempotencyKey = key }
}

// WithInfo fills info when the call ends, also when it fails. The raw answer
// is part of it.
func WithInfo(info *Info) CallOption {
	return func(s *callSettings) { s.infos = append(s.infos, info) }
}

// WithUnsafeRetries retries an [Unsafe] call as if it were idempotent, which
// some platforms' own samples do: a lost answer then means that the call may
// be carried out twice.
func WithUnsafeRetries() CallOption {
	return func(s *callSettings) { s.unsafeRetries = true }
}

// WithReconcile lets an operation that says so in its doc look up what became
// of a call whose outcome is unknown. Other operations refuse the option.
func WithReconcile() CallOption {
	return func(s *callSettings) { s.reconcile = true }
}

// Reconciles reports whether opts hold [WithReconcile]. It is for vendor packages.
func Reconciles(opts []CallOption) bool { return settings(opts).reconcile }

// Info tells how a call went.
type Info struct {
	// Attempts counts the requests that were tried.
	Attempts int
	// Waited is the time spent between attempts.
	Waited time.Duration
	// WaitedForLimits is the time spent waiting for the client's own limits.
	WaitedForLimits time.Duration
	// Repeated tells that an earlier attempt of the call may have been carried
	// out before the last one was sent.
	Repeated bool
	// IdempotencyKey is the key that a [Keyed] call carried.
	IdempotencyKey string
	// Answer is the last answer, with its raw body.
	Answer Answer
}
