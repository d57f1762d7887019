package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pentagate/pentagate/signing"
)

// RetryPolicy says how often and after which waits a call is tried again.
// Whether it may be at all is decided by its [Safety] and by what happened.
type RetryPolicy struct {
	// Attempts is the number of requests a call may take; 3 if zero, 1 for
	// no retry. One more is made when the platform refused the request's time
	// and its Date tells the right one.
	Attempts int
	// BaseDelay is the longest wait before the second attempt; it doubles
	// with every further one. 1 second if zero.
	BaseDelay time.Duration
	// MaxDelay caps that; 20 seconds if zero.
	MaxDelay time.Duration
	// RateLimitDelay is the wait after a 429 that names none; the back-off if
	// zero.
	RateLimitDelay time.Duration
	// MaxRetryAfter is the longest wait that a platform may ask for; when it
	// asks for more the call fails at once. 60 seconds if zero.
	MaxRetryAfter time.Duration
	// Jitter picks the wait between 50 ms and longest; evenly at random if nil.
	Jitter func(longest time.Duration) time.Duration
	// Budget is how many retries a client may make above one for every ten
	// successful calls; 100 if zero, none if negative.
	Budget int
}

// minDelay lets a connection that the platform is about to close close first.
const minDelay = 50 * time.Millisecond

func (p RetryPolicy) withDefaults() RetryPolicy {
	setDefault(&p.Attempts, 3)
	setDefault(&p.BaseDelay, time.Second)
	setDefault(&p.MaxDelay, 20*time.Second)
	setDefault(&p.MaxRetryAfter, time.Minute)
	setDefault(&p.Budget, 100)
	if p.Jitter == nil {
		p.Jitter = func(longest time.Duration) time.Duration {
			return time.Duration(rand.Int64N(int64(longest) + 1)) //nolint:gosec // a wait is no secret
		}
	}
	return p
}

func setDefault[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

func (p RetryPolicy) problems() Fields {
	var f Fields
	f.Check(p.Attempts > 0, "retry.attempts", "must be at least 1")
	for name, d := range map[string]time.Duration{
		"retry.base_delay": p.BaseDelay, "retry.max_delay": p.MaxDelay,
		"retry.rate_limit_delay": p.RateLimitDelay, "retry.max_retry_after": p.MaxRetryAfter,
	} {
		f.Check(d >= 0, name, "must not be negative")
	}
	return f
}

// backoff is the wait after the n-th attempt, n from 1: full jitter over an
// exponentially growing span.
func (p RetryPolicy) backoff(n int) time.Duration {
	span := p.MaxDelay
	if shift := n - 1; shift < 32 && p.BaseDelay<<shift>>shift == p.BaseDelay {
		span = min(span, p.BaseDelay<<shift)
	}
	return min(max(p.Jitter(span), minDelay), max(span, minDelay))
}

// budget keeps a client from multiplying its load on a platform that fails:
// a retry takes ten tokens, a success gives one back.
type budget struct {
	tokens atomic.Int64
	max    int64
}

const retryCost = 10

func newBudget(retries int) *budget {
	b := &budget{max: int64(max(retries, 0)) * retryCost}
	b.tokens.Store(b.max)
	return b
}

func (b *budget) take() bool {
	if b.tokens.Add(-retryCost) >= 0 {
		return true
	}
	b.tokens.Add(retryCost)
	return false
}

func (b *budget) give() {
	if b.tokens.Add(1) > b.max {
		b.tokens.Add(-1)
	}
}

// retried is the loop over the attempts of a call.
type retried struct {
	next   http.RoundTripper
	policy RetryPolicy
	budget *budget
	skew   *clockSkew
	client *Client
}

// outcome is what an attempt's end says about the request.
type outcome int

const (
	answered     outcome = iota // a usable answer, good or bad
	notRun                      // not carried out, worth another try
	pointless                   // not carried out, another try gives the same
	clockRefused                // not carried out: signed for a wrong time
	uncertain                   // may have been carried out, worth another try
	hopeless                    // may have been carried out, another try gives the same
)

func (t *retried) RoundTrip(req *http.Request) (*http.Response, error) {
	r, err := runOf(req)
	if err != nil {
		return nil, r.complete(t.client, &Error{Kind: ErrInvalid, Err: err}, pointless)
	}
	ctx := req.Context()
	if ctx.Value(runKey{}) != r {
		ctx = context.WithValue(ctx, runKey{}, r)
		req = req.WithContext(ctx)
	}
	for {
		r.sent.Store(false)
		r.resent.Store(false)
		r.answer, r.payload, r.failure = Answer{}, nil, nil
		var resp *http.Response
		err := ctx.Err()
		if err == nil {
			resp, err = t.next.RoundTrip(req)
		}
		end := t.judge(ctx, r, err)
		if r.failure == nil {
			t.budget.give()
			return resp, nil
		}
		r.mayHaveRun = r.mayHaveRun || end == uncertain || end == hopeless
		if delay, ok := t.again(r, end); ok && t.pause(ctx, r, delay) {
			r.repeated = r.repeated || r.mayHaveRun
			continue
		}
		r.failure = r.complete(t.client, r.failure, end)
		if resp == nil || r.failure.OutcomeUnknown || errors.Is(r.failure, ErrRedirect) {
			return nil, r.failure
		}
		return resp, nil
	}
}

// pause waits before the next attempt. When the caller's time ends first, the
// last failure stays the call's and takes the context's error as a cause.
func (t *retried) pause(ctx context.Context, r *run, d time.Duration) bool {
	clock := t.client.set.clock
	start := clock.Now()
	err := clock.Sleep(ctx, d)
	r.waited += clock.Now().Sub(start)
	if err != nil {
		r.failure.Err = errors.Join(err, r.failure.Err)
	}
	return err == nil
}

// again is the retry rule: a function of the call's safety and of what
// happened. It returns the wait before the next attempt.
func (t *retried) again(r *run, end outcome) (time.Duration, bool) {
	safety := r.safety(t.client)
	tries, allowed := r.attempts, t.policy.Attempts
	if r.set.attempts > 0 {
		allowed = r.set.attempts
	}
	if r.clockRetried {
		tries--
	}
	switch {
	case safety == Once:
		return 0, false
	case end == clockRefused:
		first := !r.clockRetried
		r.clockRetried = true
		return 0, first && t.skew.adopt(r.usedSkew, r.date)
	case end != notRun && (end != uncertain || safety == Unsafe):
		return 0, false
	case tries >= allowed, r.failure.RetryAfter > t.policy.MaxRetryAfter, !t.budget.take():
		return 0, false
	case r.failure.RetryAfter > 0:
		return r.failure.RetryAfter, true
	case errors.Is(r.failure, ErrRateLimited) && t.policy.RateLimitDelay > 0:
		return t.policy.RateLimitDelay, true
	}
	return t.policy.backoff(tries), true
}

// judge classifies an attempt and leaves its failure, or the payload, in r.
func (t *retried) judge(ctx context.Context, r *run, err error) outcome {
	if err != nil {
		return t.judgeError(ctx, r, err)
	}
	a := &r.answer
	if a.Status >= 300 && a.Status < 400 {
		r.failure = &Error{Kind: ErrRedirect, Location: r.location(t.client.base, a)}
		if a.Status == http.StatusTemporaryRedirect || a.Status == http.StatusPermanentRedirect {
			return pointless // these ask for the same request elsewhere: it did not run here
		}
		return hopeless
	}
	r.payload, r.failure = t.client.cfg.Interpret(a)
	if r.failure == nil {
		r.mayHaveRun = true
		return answered
	}
	r.failure.RetryAfter = t.retryAfter(a.Header)
	switch {
	case errors.Is(r.failure, ErrUnavailable):
		return uncertain
	case errors.Is(r.failure, ErrRateLimited):
		return notRun
	case errors.Is(r.failure, ErrMalformed):
		return hopeless
	case errors.Is(r.failure.Err, ErrClock):
		return clockRefused
	case t.client.cfg.UnclearClock && errors.Is(r.failure, ErrUnauthenticated) && r.date.contradicts(r.usedSkew):
		return clockRefused
	}
	return answered
}

func (t *retried) judgeError(ctx context.Context, r *run, err error) outcome {
	gone := r.sent.Load() && !neverSent(err)
	var limit *limitError
	switch {
	case ctx.Err() != nil:
		r.failure = &Error{Err: ctx.Err()}
		if gone {
			return hopeless
		}
		return pointless
	case errors.As(err, &limit) && errors.Is(err, context.DeadlineExceeded):
		r.failure = &Error{Kind: ErrRateLimited, Err: err}
		return pointless
	case errors.As(err, &limit):
		r.failure = &Error{Kind: ErrUnavailable, Err: err}
		return pointless
	case errors.Is(err, errForeignOrigin), errors.Is(err, signing.ErrHeaderSet), errors.Is(err, signing.ErrRequest):
		r.failure = &Error{Kind: ErrInvalid, Err: err}
		return pointless
	case errors.Is(err, errSigning):
		r.failure = &Error{Kind: ErrUnauthenticated, Err: err}
		return pointless
	case errors.Is(err, errTooLarge):
		r.failure = &Error{Kind: ErrTooLarge, Err: err}
		return hopeless
	}
	r.failure = &Error{Kind: ErrUnavailable, Err: err}
	if gone {
		return uncertain
	}
	return notRun
}

// neverSent tells from the error alone that no byte of the request can have
// reached the platform: it could not be connected to, or did not prove who
// it is.
func neverSent(err error) bool {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return true
	}
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	return errors.Is(err, syscall.ECONNREFUSED) || errors.As(err, &dns) || errors.As(err, &cert) || errors.As(err, &record)
}

// retryAfter reads the header as seconds or as a date. A date is compared
// with the answer's own Date, so that our clock does not matter.
func (t *retried) retryAfter(h http.Header) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	if s, err := strconv.ParseInt(v, 10, 64); err == nil {
		return time.Duration(min(max(s, 0), int64(24*time.Hour/time.Second))) * time.Second
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = t.client.set.clock.Now()
	}
	return max(at.Sub(now), 0)
}
