package transport

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/pentagate/pentagate/signing"
)

// Config is what a platform's package declares about its platform.
type Config struct {
	// Provider names the platform in errors and logs.
	Provider string
	// BaseURL is the platform's address. HTTPS, unless the host is loopback
	// or [WithPlainHTTP] is given.
	BaseURL string
	// Signer authenticates requests; nil sends all of them unsigned.
	Signer signing.Signer
	// Interpret reads the envelope; nil takes the whole body of a 2xx answer.
	Interpret Interpreter
	// Limits are the documented rates; none means no limit.
	Limits []Limit
	// Retry is the platform's retry policy; its zero fields mean the defaults.
	Retry RetryPolicy
	// FollowSameOrigin follows a 307 or 308 within the platform's own origin
	// once. All other redirects are errors.
	FollowSameOrigin bool
	// UnclearClock is for platforms that do not tell a refused time from other
	// reasons of a 401: any 401 counts as one when the answer's Date is more
	// than four minutes away from the time that was signed.
	UnclearClock bool
	// MinTLS is the lowest TLS version, TLS 1.2 if zero.
	MinTLS uint16
	// ContentType goes with a body; "application/json" if empty.
	ContentType string
	// Invalid holds what the platform's package found wrong with its own
	// configuration: New reports it together with what it finds itself.
	Invalid Fields
	// RequestIDHeader is the answer's header with the platform's request id;
	// "X-Request-Id" if empty.
	RequestIDHeader string
}

// Client sends the calls of one platform with one set of credentials. It is
// immutable and safe for concurrent use.
type Client struct {
	cfg    Config
	set    clientSettings
	base   *url.URL
	root   string // base as text
	rest   *resty.Client
	chain  http.RoundTripper
	shared *shared
}

// shared is what clients with the same connections have in common.
type shared struct {
	conns  http.RoundTripper
	own    *http.Transport // conns, unless the caller brought them
	retry  RetryPolicy
	budget *budget
	skew   *clockSkew
	closed atomic.Bool
}

// New checks the configuration and returns a client. Close it to let go of
// its idle connections.
func New(cfg Config, opts ...Option) (*Client, error) {
	set := clientSettings{
		clock:            systemClock{},
		maxResponseBytes: defaultMaxResponseBytes,
		attemptTimeout:   defaultAttemptTimeout,
		maxConnections:   defaultMaxConnections,
		userAgent:        defaultUserAgent,
	}
	for _, o := range opts {
		if o != nil {
			o(&set)
		}
	}
	if set.retry == nil {
		set.retry = &cfg.Retry
	}
	retry := set.retry.withDefaults()
	if set.attempts != 0 {
		retry.Attempts = set.attempts
	}
	if cfg.ContentType == "" {
		cfg.ContentType = "application/json"
	}
	if cfg.Interpret == nil {
		cfg.Interpret = func(a *Answer) ([]byte, *Error) { return a.Body, StatusError(a.Status) }
	}
	if cfg.RequestIDHeader == "" {
		cfg.RequestIDHeader = "X-Request-Id"
	}

	wrong := slices.Clone(cfg.Invalid)
	base, problem := parseBaseURL(cfg.BaseURL, set.plainHTTP)
	wrong.Check(problem == "", "base_url", problem)
	wrong.Check(cfg.Provider != "", "provider", "must not be empty")
	wrong.Check(set.clock != nil, "clock", "must not be nil")
	wrong.Check(set.maxResponseBytes > 0, "max_response_bytes", "must be at least 1")
	wrong.Check(set.maxConnections > 0, "max_connections", "must be at least 1")
	wrong.Check(set.attemptTimeout > 0, "attempt_timeout", "must be more than 0")
	wrong = append(wrong, retry.problems()...)
	wrong = append(wrong, limitProblems(cfg.Limits)...)
	if err := wrong.Err(cfg.Provider, "New"); err != nil {
		return nil, err
	}

	if set.limiter == nil {
		set.limiter = NewLimiter(set.clock, cfg.Limits...)
	}
	sh := &shared{conns: set.base, retry: retry, budget: newBudget(retry.Budget), skew: &clockSkew{clock: set.clock}}
	if sh.conns == nil {
		sh.own = newConnections(cfg.MinTLS, set.maxConnections)
		sh.conns = sh.own
	}
	return newClient(cfg, set, base, sh), nil
}

func newClient(cfg Config, set clientSettings, base *url.URL, sh *shared) *Client {
	c := &Client{cfg: cfg, set: set, base: base, root: base.String(), shared: sh}
	c.chain = c.newChain()
	c.rest = resty.NewWithClient(&http.Client{
		Transport:     c.chain,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}).SetRetryCount(0).SetLogger(quiet{})
	return c
}

// WithSigner returns a client with other credentials for the same platform.
// It shares connections, limits, retry budget and clock with c, and is closed
// with it.
func (c *Client) WithSigner(s signing.Signer) *Client {
	cfg := c.cfg
	cfg.Signer = s
	return newClient(cfg, c.set, c.base, c.shared)
}

// newChain builds what happens once an attempt, the outermost first: retry,
// redirect, limit, clock, sign, observe, receive. All but the first run for
// every attempt.
func (c *Client) newChain() http.RoundTripper {
	var rt http.RoundTripper = &receiver{next: c.shared.conns, limit: c.set.maxResponseBytes, timeout: c.set.attemptTimeout, traced: c.shared.own != nil}
	rt = &observed{next: rt, provider: c.cfg.Provider, observers: c.set.observers, clock: c.set.clock}
	rt = &signed{next: rt, signer: c.cfg.Signer, base: c.base}
	rt = &timed{next: rt, skew: c.shared.skew}
	rt = &limited{next: rt, limiter: c.set.limiter, clock: c.set.clock}
	if c.cfg.FollowSameOrigin {
		rt = &followed{next: rt, base: c.base}
	}
	return &retried{next: rt, policy: c.shared.retry, budget: c.shared.budget, skew: c.shared.skew, client: c}
}

// RoundTripper returns the attempt level for use under a plain [http.Client]:
// it signs, limits, sends, reads and retries. What a request may do is taken
// from [ContextWithCall], else from its method. A redirect is an error.
func (c *Client) RoundTripper() http.RoundTripper { return c.chain }

// BaseURL returns the platform's address.
func (c *Client) BaseURL() string { return c.root }

// Now returns the time of the client's clock.
func (c *Client) Now() time.Time { return c.set.clock.Now() }

// Sleep waits on the client's clock; see [Clock].
func (c *Client) Sleep(ctx context.Context, d time.Duration) error { return c.set.clock.Sleep(ctx, d) }

// Close lets go of idle connections and refuses further calls. Calls that
// are under way are not disturbed.
func (c *Client) Close() error {
	c.shared.closed.Store(true)
	if c.shared.own != nil {
		c.shared.own.CloseIdleConnections()
	}
	return nil
}

// Format prints the platform and its address only.
func (c *Client) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, c.cfg.Provider+" client of "+safeLocation(c.base))
}

// Do makes a call and decodes its result into out, unless out is nil. Every
// failure is an [*Error].
func (c *Client) Do(ctx context.Context, call Call, out any, opts ...CallOption) error {
	r, err := c.prepare(ctx, call, settings(opts))
	if err != nil {
		return err
	}
	ctx = context.WithValue(ctx, runKey{}, r)
	var ends []func(Result)
	for _, o := range c.set.observers {
		var end func(Result)
		ctx, end = o.StartCall(ctx, r.info(c.cfg.Provider))
		ends = append(ends, end)
	}
	err = c.execute(ctx, r, out)
	for _, info := range r.set.infos {
		*info = r.report()
	}
	for _, end := range ends {
		seen := r.report()
		seen.Answer, seen.IdempotencyKey = Answer{Status: seen.Answer.Status}, ""
		end(Result{Info: seen, Err: err})
	}
	return err
}

// prepare checks the call and encodes its body, once for all attempts.
func (c *Client) prepare(ctx context.Context, call Call, set callSettings) (*run, error) {
	wrong := call.problems()
	wrong.Check(ctx != nil, "context", "must not be nil")
	wrong.Check(set.attempts >= 0, "attempts", "must be at least 1")
	wrong.Check(call.Reconcilable || !set.reconcile, "reconcile", "is not available for this operation")
	r := &run{call: call, set: set, query: call.Query.Encode()}
	if call.safety() == Keyed {
		r.idempotencyKey = set.idempotencyKey
		if r.idempotencyKey == "" {
			r.idempotencyKey = newIdempotencyKey()
		}
		wrong.Check(headerText(r.idempotencyKey), "idempotency_key", "must be 1 to 255 printable ASCII characters")
	} else {
		wrong.Check(set.idempotencyKey == "", "idempotency_key", "is not available for this operation")
	}
	for _, name := range resendHeaders {
		wrong.Check(call.Header.Get(name) == "" && set.header.Get(name) == "", name, "must be set with WithIdempotencyKey")
	}
	body, err := encode(call.Body)
	wrong.Check(err == nil, "body", "must be encodable as JSON")
	r.body = body
	if err := wrong.Err(c.cfg.Provider, call.Operation); err != nil {
		return nil, err
	}
	if c.shared.closed.Load() {
		return nil, &Error{Provider: c.cfg.Provider, Operation: call.Operation, Kind: ErrClosed}
	}
	return r, nil
}

func (c *Client) execute(ctx context.Context, r *run, out any) error {
	req := c.rest.R().SetContext(ctx).SetDoNotParseResponse(true)
	maps.Copy(req.Header, r.call.Header)
	maps.Copy(req.Header, r.set.header)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.set.userAgent)
	if r.idempotencyKey != "" {
		req.Header.Set("Idempotency-Key", r.idempotencyKey)
	}
	if len(r.body) > 0 {
		if req.Header.Get("Content-Type") == "" { // an upload brings its own
			req.Header.Set("Content-Type", c.cfg.ContentType)
		}
		req.SetBody(r.body)
	}
	_, err := req.Execute(r.call.Method, c.address(r))
	if err != nil {
		if known, ok := errors.AsType[*Error](err); ok {
			return known
		}
		return r.complete(c, &Error{Kind: ErrInvalid, Err: err}, pointless)
	}
	if r.failure != nil {
		return r.failure
	}
	if out == nil && (len(r.payload) == 0 || json.Valid(r.payload)) {
		return nil
	}
	if out == nil || json.Unmarshal(r.payload, out) != nil {
		return r.complete(c, &Error{Kind: ErrMalformed, Err: errDecode}, hopeless)
	}
	return nil
}

// errDecode stands for the decoder's own error, which repeats the value.
var errDecode = errors.New("the result has not the documented shape")

// address puts the request's address together from escaped pieces.
func (c *Client) address(r *run) string {
	path := url.URL{Path: r.call.Path, RawPath: r.call.RawPath}
	address := c.root + path.EscapedPath()
	if r.query != "" {
		address += "?" + r.query
	}
	return address
}

// encode makes the body bytes: compact, without HTML escapes, as
// JSON.stringify writes it.
func encode(body any) ([]byte, error) {
	switch b := body.(type) {
	case nil:
		return nil, nil
	case []byte:
		return b, nil
	case json.RawMessage:
		return b, nil
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// resendHeaders are those that let net/http send any request a second time by
// itself, also one that must not be.
var resendHeaders = []string{"Idempotency-Key", "X-Idempotency-Key"}

// newIdempotencyKey returns a random UUID, version 4.
func newIdempotencyKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	key := make([]byte, 0, 36)
	for i, group := range [][]byte{b[:4], b[4:6], b[6:8], b[8:10], b[10:]} {
		if i > 0 {
			key = append(key, '-')
		}
		key = hex.AppendEncode(key, group)
	}
	return string(key)
}

func headerText(s string) bool {
	if s == "" || len(s) > 255 {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// quiet keeps resty from writing addresses to standard error.
type quiet struct{}

func (quiet) Errorf(string, ...any) {}
func (quiet) Warnf(string, ...any)  {}
func (quiet) Debugf(string, ...any) {}
