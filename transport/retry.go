package transport

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"
)

// RetryPolicy says how often and after which waits a call is tried again.
// Whether it may be at all is decided by its [Safety] and by what happened.
type RetryPolicy struct {
	// Attempts is the number of requests a call may take; 3 if zero, 1 for
	// no retry. One more is made when the platform refused the request's time
	// and its Date tells another one, and up to three when it refused
	// credentials that have changed since ([signing.Source]).
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

// earn gives a token for a success.
func (b *budget) earn() { b.give(1) }

// giveBack returns the tokens of a retry that was not made.
func (b *budget) giveBack() { b.give(retryCost) }

func (b *budget) give(n int64) {
	for {
		had := b.tokens.Load()
		if b.tokens.CompareAndSwap(had, min(had+n, b.max)) {
			return
		}
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

func (t *retried) RoundTrip(req *http.Request) (*http.Response, error) {
	r, err := runOf(req)
	if err != nil {
		return nil, r.complete(t.client, &Error{Kind: ErrInvalid, Err: err}, pointless)
	}
	if !r.counted {
		if !t.client.shared.enter() {
			return nil, r.complete(t.client, &Error{Kind: ErrClosed}, pointless)
		}
		defer t.client.shared.leave()
	}
	r.entered = true
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
		end := t.client.judge(ctx, r, err)
		t.skew.learn(r, end)
		if r.failure == nil {
			t.budget.earn()
			return resp, nil
		}
		r.mayHaveRun = r.mayHaveRun || end == uncertain || end == hopeless
		if delay, ok := t.again(ctx, r, end); ok && t.pause(ctx, r, delay) {
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

// pause waits before the next attempt. When the caller's time or the client
// ends first, the last failure stays the call's and takes that as a cause.
func (t *retried) pause(ctx context.Context, r *run, d time.Duration) bool {
	clock := t.client.set.clock
	start := clock.Now()
	err := t.client.Sleep(ctx, d)
	r.waited += clock.Now().Sub(start)
	if err != nil {
		r.failure.Err = errors.Join(err, r.failure.Err)
		t.budget.giveBack()
	}
	return err == nil
}

// again is the retry rule: a function of the call's safety and of what
// happened. It returns the wait before the next attempt.
func (t *retried) again(ctx context.Context, r *run, end outcome) (time.Duration, bool) {
	safety := r.safety(t.client)
	tries, allowed := r.attempts, t.policy.Attempts
	if r.set.attempts != nil {
		allowed = *r.set.attempts
	}
	if r.clockRetried {
		tries--
	}
	tries -= r.renewed
	if safety == Once {
		return 0, false
	}
	// What was refused for its time or its credentials did not run.
	if end == clockRefused && !r.clockRetried {
		r.clockRetried = true
		if r.usedSkew, r.trial = t.skew.propose(r); r.trial {
			return 0, true
		}
	}
	switch {
	case end == clockRefused, end == answered:
		return 0, errors.Is(r.failure, ErrUnauthenticated) && !errors.Is(r.failure.Err, ErrClock) && t.renew(ctx, r)
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
