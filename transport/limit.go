package transport

import (
	"context"
	"math"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// Limit is one documented rate.
type Limit struct {
	// Class is the class of calls that the rate holds for; the empty class
	// holds for all calls together.
	Class string
	// PerSecond is the number of calls a second.
	PerSecond float64
	// Burst is how many calls may go at once after a pause, at least 1.
	Burst int
}

// Limiter keeps calls within a platform's limits. It must be safe for
// concurrent use.
type Limiter interface {
	// Wait returns when a call of the class may go. It fails when the context
	// ends, and with context.DeadlineExceeded at once when the wait would
	// outlast the context's deadline.
	Wait(ctx context.Context, class string) error
}

// NoLimits is a Limiter that never waits.
var NoLimits Limiter = noLimits{}

type noLimits struct{}

func (noLimits) Wait(context.Context, string) error { return nil }

// NewLimiter returns token buckets for the limits, one a class. Calls of a
// class leave in the order in which they came. Clients of one account in one
// process can share it with [WithLimiter]. A nil clock is the system's. Limits
// that make no sense are as in [New]: see [Limit].
func NewLimiter(clock Clock, limits ...Limit) Limiter {
	if len(limits) == 0 {
		return NoLimits
	}
	if clock == nil {
		clock = systemClock{}
	}
	b := &buckets{clock: clock, byClass: make(map[string]*bucket, len(limits))}
	for _, l := range limits {
		b.byClass[l.Class] = &bucket{tokens: rate.NewLimiter(rate.Limit(l.PerSecond), max(l.Burst, 1)), head: make(chan struct{}, 1)}
	}
	return b
}

func limitProblems(limits []Limit) Fields {
	var f Fields
	var seen []string
	for _, l := range limits {
		f.Check(l.PerSecond > 0 && !math.IsInf(l.PerSecond, 0) && l.Burst >= 1, "limits", "must have a rate of more than 0 a second and a burst of at least 1")
		f.Check(!slices.Contains(seen, l.Class), "limits", "must name a class once")
		seen = append(seen, l.Class)
	}
	return f
}

type buckets struct {
	clock   Clock
	byClass map[string]*bucket
}

// bucket is the tokens of a class and the queue for them.
type bucket struct {
	tokens  *rate.Limiter
	head    chan struct{} // filled by the call that is next
	waiting atomic.Int64
}

// Wait takes the token of the class and the one for all calls in the same
// moment, when the call leaves. Taking one of them earlier would let calls
// that waited for the other leave in a bunch.
func (b *buckets) Wait(ctx context.Context, class string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var held []*bucket
	for _, name := range []string{class, ""} {
		q := b.byClass[name]
		if q == nil || len(held) == 1 && held[0] == q {
			continue
		}
		if err := q.enter(ctx, b.clock); err != nil {
			return err
		}
		defer q.leave()
		held = append(held, q)
	}
	now := b.clock.Now()
	for _, q := range held {
		q.tokens.ReserveN(now, 1)
	}
	return nil
}

// enter waits until the call is next and a token is there, which it leaves
// where it is.
func (q *bucket) enter(ctx context.Context, clock Clock) error {
	ahead := q.waiting.Add(1) - 1
	defer q.waiting.Add(-1)
	gap := time.Duration(float64(time.Second) / float64(q.tokens.Limit()))
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < time.Duration(ahead)*gap {
		return context.DeadlineExceeded
	}
	select {
	case q.head <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	missing := 1 - q.tokens.TokensAt(clock.Now())
	err := clock.Sleep(ctx, time.Duration(math.Ceil(missing*float64(gap))))
	if err != nil {
		q.leave()
	}
	return err
}

func (q *bucket) leave() { <-q.head }

// limited waits for the limiter before every attempt.
type limited struct {
	next    http.RoundTripper
	limiter Limiter
	clock   Clock
}

func (t *limited) RoundTrip(req *http.Request) (*http.Response, error) {
	if t.limiter == NoLimits {
		return t.next.RoundTrip(req)
	}
	r := req.Context().Value(runKey{}).(*run)
	start := t.clock.Now()
	err := t.limiter.Wait(req.Context(), r.call.Class)
	r.limitWaited += t.clock.Now().Sub(start)
	if err != nil {
		return nil, &limitError{err}
	}
	return t.next.RoundTrip(req)
}

// limitError marks the limiter's failures, so that the step above need not
// know what a limiter of the caller's returns.
type limitError struct{ err error }

func (e *limitError) Error() string { return "rate limit: " + e.err.Error() }
func (e *limitError) Unwrap() error { return e.err }
