package transport

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
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
	// PathPrefix is what the paths of the platform's calls begin with, such as
	// "/api/v1": a base URL that ends in it is refused.
	PathPrefix string
	// Own reports whether an answer has the form of the platform's own answers,
	// such as its envelope. What has not may come from a proxy, a firewall or a
	// load balancer: it is an unusable answer ([ErrMalformed]) that proves
	// nothing, but for 429, 408 and 5xx, which mean the same whoever sends them.
	// Redirects and 407 are not asked about. The body is without a byte order
	// mark. Nil takes anything but a web page.
	Own func(a *Answer) bool
	// Interpret reads the envelope of an own answer; nil takes the whole body
	// of a 2xx answer.
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
	// MaxConnections bounds the open connections; 64 if zero.
	MaxConnections int
	// ClosesAfterFailure is for platforms that close the connection after an
	// answer of 5xx without saying so: no request is sent on it any more. It
	// does not apply to [WithRoundTripper].
	ClosesAfterFailure bool
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
	holds  *holds
	large  chan struct{} // filled by the large answers that are being read
	open   *openCalls
}

// New checks the configuration and returns a client. Close it to let go of
// its idle connections.
func New(cfg Config, opts ...Option) (*Client, error) {
	set := clientSettings{
		clock:            systemClock{},
		maxResponseBytes: defaultMaxResponseBytes,
		attemptTimeout:   defaultAttemptTimeout,
		maxConnections:   cmp.Or(cfg.MaxConnections, defaultMaxConnections),
		maxLimitWait:     defaultMaxLimitWait,
		idleTimeout:      defaultIdleTimeout,
		userAgent:        defaultUserAgent,
	}
	for _, o := range opts {
		if o != nil {
			o(&set)
		}
	}
	if set.name != nil {
		cfg.Provider = *set.name
	}
	if set.retry == nil {
		set.retry = &cfg.Retry
	}
	retry := set.retry.withDefaults()
	if set.attempts != nil {
		retry.Attempts = *set.attempts
	}
	if cfg.ContentType == "" {
		cfg.ContentType = "application/json"
	}
	if cfg.Interpret == nil {
		cfg.Interpret = func(a *Answer) ([]byte, *Error) { return a.Body, StatusError(a.Status) }
	}
	if cfg.Own == nil {
		cfg.Own = notAPage
	}
	if cfg.RequestIDHeader == "" {
		cfg.RequestIDHeader = "X-Request-Id"
	}

	wrong := slices.Concat(cfg.Invalid, set.wrong)
	base, problem := parseBaseURL(cfg.BaseURL, cfg.PathPrefix, set.plainHTTP)
	wrong.Check(problem == "", "base_url", problem)
	wrong.Check(cfg.Provider != "", "provider", "must not be empty")
	wrong.Check(set.clock != nil, "clock", "must not be nil")
	wrong.Check(set.maxResponseBytes > 0, "max_response_bytes", "must be at least 1")
	wrong.Check(set.maxConnections > 0, "max_connections", "must be at least 1")
	wrong.Check(set.attemptTimeout > 0, "attempt_timeout", "must be more than 0")
	wrong.Check(set.callTimeout == nil || *set.callTimeout > 0, "call_timeout", "must be more than 0")
	wrong.Check(set.base == nil || len(set.shape) == 0 && set.wrap == nil, "round_tripper", "must not be set together with options for the client's own connections")
	wrong.Check(set.maxLimitWait > 0, "max_limit_wait", "must be more than 0")
	wrong.Check(set.idleTimeout > 0, "idle_timeout", "must be more than 0")
	wrong.Check(headerValue(set.userAgent), "user_agent", "must hold no line break or other control character")
	wrong = append(wrong, retry.problems()...)
	wrong = append(wrong, limitProblems(cfg.Limits)...)
	limits, known := overruled(cfg.Limits, set.limits)
	wrong.Check(known, "limits", "must name classes that the platform limits: "+classes(cfg.Limits))
	if err := wrong.Err(cfg.Provider, "New"); err != nil {
		return nil, err
	}

	if set.limiter == nil {
		set.limiter = NewLimiter(set.clock, limits...)
	}
	sh := &shared{
		conns:  set.base,
		retry:  retry,
		budget: newBudget(retry.Budget),
		skew:   &clockSkew{clock: set.clock},
		holds:  &holds{clock: set.clock},
		large:  make(chan struct{}, largeAtOnce),
		open:   newOpenCalls(),
	}
	if sh.conns == nil {
		sh.own = newConnections(cfg.MinTLS, set.maxConnections, set.idleTimeout)
		for _, shape := range set.shape {
			shape(sh.own)
		}
		if cfg.ClosesAfterFailure {
			sh.own.DialContext = leaving(sh.own.DialContext)
		}
		sh.conns = sh.own
		if set.wrap != nil {
			sh.conns = set.wrap(sh.own)
		}
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
	if c == nil || c.shared == nil {
		return c
	}
	cfg := c.cfg
	cfg.Signer = s
	return newClient(cfg, c.set, c.base, c.shared)
}

// newChain builds what happens once an attempt, the outermost first: retry,
// redirect, limit, clock, sign, observe, receive. All but the first run for
// every attempt.
func (c *Client) newChain() http.RoundTripper {
	rt := c.newReceiver()
	rt = &observed{next: rt, provider: c.cfg.Provider, observers: c.set.observers, clock: c.set.clock}
	rt = &signed{next: rt, signer: c.cfg.Signer, base: c.base}
	rt = &timed{next: rt, skew: c.shared.skew}
	rt = &limited{next: rt, client: c}
	if c.cfg.FollowSameOrigin {
		rt = &followed{next: rt, base: c.base}
	}
	return &retried{next: rt, policy: c.shared.retry, budget: c.shared.budget, skew: c.shared.skew, client: c}
}

func (c *Client) newReceiver() http.RoundTripper {
	_, traced := c.shared.conns.(*http.Transport)
	t := &receiver{next: c.shared.conns, limit: c.set.maxResponseBytes, timeout: c.set.attemptTimeout, traced: traced || c.shared.own != nil, large: c.shared.large, leaves: c.cfg.ClosesAfterFailure}
	t.spacer, _ = c.set.limiter.(spacer)
	return t
}

// RoundTripper returns the attempt level for use under a plain [http.Client]:
// it signs, limits, sends, reads and retries. What a request may do is taken
// from [ContextWithCall], else from its method. A redirect is an error.
func (c *Client) RoundTripper() http.RoundTripper {
	if c == nil || c.shared == nil {
		return unmade{}
	}
	return c.chain
}

// unmade is the RoundTripper of the zero Client.
type unmade struct{}

func (unmade) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, &Error{Kind: ErrInvalid, Err: errNotMade}
}

// Name returns what the client is called in errors and logs: the platform's
// name, unless [WithName] gave another.
func (c *Client) Name() string {
	if c == nil {
		return ""
	}
	return c.cfg.Provider
}

// BaseURL returns the platform's address.
func (c *Client) BaseURL() string {
	if c == nil {
		return ""
	}
	return c.root
}

// Now returns the time of the client's clock.
func (c *Client) Now() time.Time {
	if c == nil || c.shared == nil {
		return time.Now()
	}
	return c.set.clock.Now()
}

// PlatformNow returns the platform's time as far as it is known: that of the
// client's clock, with the correction that requests are signed with. Once the
// platform has taken a signed request it is off by no more than the platform's
// window, whatever the Date of an answer says.
func (c *Client) PlatformNow() time.Time {
	if c == nil || c.shared == nil {
		return time.Now()
	}
	return c.Now().Add(c.shared.skew.current())
}

// Sleep waits on the client's clock; see [Clock]. It ends with [ErrClosed] when
// the client is closed.
func (c *Client) Sleep(ctx context.Context, d time.Duration) error {
	if c == nil || c.shared == nil {
		return &Error{Kind: ErrInvalid, Err: errNotMade}
	}
	if ctx == nil {
		return &Error{Provider: c.cfg.Provider, Kind: ErrInvalid, Fields: Fields{{Name: "context", Problem: "must not be nil"}}}
	}
	ctx, stop := c.shared.whileOpen(ctx)
	defer stop()
	err := c.set.clock.Sleep(ctx, d)
	if err != nil && errors.Is(context.Cause(ctx), ErrClosed) {
		return ErrClosed
	}
	return err
}

// Format prints the platform and its address only.
func (c *Client) Format(f fmt.State, _ rune) {
	if c == nil || c.shared == nil {
		_, _ = io.WriteString(f, "client that was not made by New")
		return
	}
	_, _ = io.WriteString(f, c.cfg.Provider+" client of "+safeLocation(c.base))
}

// errNotMade is that of the zero value of a client.
var errNotMade = errors.New("the client was not made by New")

// Do makes a call and decodes its result into out, unless out is nil. Every
// failure is an [*Error]. Observers are told what the caller gets, also of a
// call that is refused before it is sent.
func (c *Client) Do(ctx context.Context, call Call, out any, opts ...CallOption) error {
	if c == nil || c.shared == nil {
		return &Error{Operation: call.Operation, Kind: ErrInvalid, Err: errNotMade}
	}
	r, err := c.prepare(ctx, call, settings(opts))
	if err == nil {
		if err = c.admit(ctx, r); err == nil {
			defer c.shared.leave()
		}
	}
	if ctx == nil {
		ctx = context.Background() // the call has failed, for the observers only
	}
	if c.set.callTimeout != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, *c.set.callTimeout)
		defer cancel()
	}
	caller := ctx
	var ends []func(Result)
	for _, o := range c.set.observers {
		var end func(Result)
		ctx, end = o.StartCall(ctx, r.info(c.cfg.Provider))
		ends = append(ends, end)
	}
	if err == nil {
		ctx = context.WithValue(ctx, runKey{}, r)
		err = c.execute(ctx, r, out)
		if call.Settle != nil {
			err = c.settle(ctx, caller, r, out, err)
		}
	}
	for _, info := range r.set.infos {
		if info != nil {
			*info = r.report()
		}
	}
	for _, end := range ends {
		seen := r.report()
		seen.Answer, seen.IdempotencyKey = Answer{Status: seen.Answer.Status}, ""
		end(Result{Info: seen, Err: err})
	}
	return err
}

// admit takes a call in, unless the client is closed.
func (c *Client) admit(ctx context.Context, r *run) error {
	if !c.shared.enter() && (ctx.Value(settlingKey{}) != c.shared || !c.shared.enterWithin()) {
		return &Error{Provider: c.cfg.Provider, Operation: r.call.Operation, Kind: ErrClosed}
	}
	return nil
}

// settlingKey marks the context of the look-ups that a call makes: they are
// part of it.
type settlingKey struct{}

// settle asks what became of a call that failed, and sends it again as often
// as it is told to.
func (c *Client) settle(ctx, caller context.Context, r *run, out any, err error) error {
	caller = context.WithValue(caller, settlingKey{}, c.shared)
	for {
		failure, ok := errors.AsType[*Error](err)
		if !ok || failure.Attempts == 0 {
			return err
		}
		if err = r.call.Settle(caller, r.report(), failure); !errors.Is(err, ErrSendAgain) {
			return err
		}
		r.repeated, r.entered = r.repeated || r.mayHaveRun, false
		err = c.execute(ctx, r, out)
	}
}

// prepare checks the call and encodes its body, once for all attempts.
func (c *Client) prepare(ctx context.Context, call Call, set callSettings) (*run, error) {
	wrong := append(slices.Clone(call.Invalid), call.problems()...)
	wrong.Check(ctx != nil, "context", "must not be nil")
	wrong.Check(set.attempts == nil || *set.attempts >= 1, "attempts", "must be at least 1")
	wrong.Check(!slices.Contains(set.infos, nil), "info", "must not be nil")
	wrong.Check(call.Reconcilable || !set.reconcile, "reconcile", "is not available for this operation")
	r := &run{call: call, set: set, query: call.Query.Encode(), counted: true}
	if call.safety() == Keyed {
		r.idempotencyKey = set.idempotencyKey
		if r.idempotencyKey == "" {
			r.idempotencyKey = newIdempotencyKey()
		}
		wrong.Check(headerText(r.idempotencyKey), "idempotency_key", "must be 1 to 255 printable ASCII characters")
	} else {
		wrong.Check(set.idempotencyKey == "", "idempotency_key", "is not available for this operation")
	}
	checkHeader(&wrong, call.Header)
	checkHeader(&wrong, set.header)
	body, badBody := encode(call.Body)
	r.body = body
	wrong = append(wrong, badBody...)
	return r, wrong.Err(c.cfg.Provider, call.Operation)
}

func (c *Client) execute(ctx context.Context, r *run, out any) error {
	req := c.rest.R().SetContext(ctx).SetDoNotParseResponse(true)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.set.userAgent)
	maps.Copy(req.Header, r.call.Header)
	maps.Copy(req.Header, r.set.header)
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
		r.mayHaveRun = true // also for what Settle sends after it
		return r.complete(c, &Error{Kind: ErrMalformed, Err: errDecode}, hopeless)
	}
	if r.call.Refused != nil {
		if refusal := r.call.Refused(r.report()); refusal != nil {
			return r.complete(c, refusal, answered)
		}
	}
	return nil
}

// errDecode stands for the decoder's own error, which repeats the value.
var errDecode = errors.New("the result does not match the documented shape")

// address puts the request's address together from escaped pieces.
func (c *Client) address(r *run) string {
	path := url.URL{Path: r.call.Path, RawPath: r.call.RawPath}
	address := c.root + path.EscapedPath()
	if r.query != "" {
		address += "?" + r.query
	}
	return address
}

// quiet keeps resty from writing addresses to standard error.
type quiet struct{}

func (quiet) Errorf(string, ...any) {}
func (quiet) Warnf(string, ...any)  {}
func (quiet) Debugf(string, ...any) {}
