package transport

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
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

// The rates that a limit can have, in calls a second.
const (
	minRate = 1.0 / (24 * 60 * 60)
	maxRate = 1e6
)

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
// that [New] would refuse let no call go: every Wait fails with what is wrong,
// and New refuses the limiter.
func NewLimiter(clock Clock, limits ...Limit) Limiter {
	if len(limits) == 0 {
		return NoLimits
	}
	if clock == nil {
		clock = systemClock{}
	}
	b := &buckets{clock: clock, wrong: limitProblems(limits), byClass: make(map[string]*bucket, len(limits))}
	for _, l := range limits {
		b.byClass[l.Class] = &bucket{
			tokens: rate.NewLimiter(rate.Limit(l.PerSecond), max(l.Burst, 1)),
			wire:   rate.NewLimiter(rate.Limit(l.PerSecond), max(l.Burst, 1)),
			head:   make(chan struct{}, 1),
		}
	}
	return b
}

func limitProblems(limits []Limit) Fields {
	var f Fields
	var seen []string
	for _, l := range limits {
		f.Check(l.PerSecond >= minRate && l.PerSecond <= maxRate && l.Burst >= 1, "limits", "must have a rate of one a day to 1,000,000 a second and a burst of at least 1")
		f.Check(!slices.Contains(seen, l.Class), "limits", "must name a class once")
		seen = append(seen, l.Class)
	}
	return f
}

// overruled returns the platform's limits with those that the caller has set in
// their place; known tells that the platform limits each of their classes.
func overruled(platform, set []Limit) (limits []Limit, known bool) {
	limits, known = slices.Clone(platform), true
	for _, l := range set {
		at := slices.IndexFunc(limits, func(p Limit) bool { return p.Class == l.Class })
		switch {
		case at >= 0:
			limits[at] = l
		case l.Class == "":
			limits = append(limits, l)
		default:
			known = false
		}
	}
	return limits, known
}

// classes names those of the limits in words.
func classes(limits []Limit) string {
	names := []string{"all"}
	for _, l := range limits {
		if l.Class != "" {
			names = append(names, l.Class)
		}
	}
	return strings.Join(names, ", ")
}

type buckets struct {
	clock   Clock
	wrong   Fields
	byClass map[string]*bucket
}

// bucket is the tokens of a class and the queue for them.
type bucket struct {
	tokens  *rate.Limiter
	wire    *rate.Limiter // of the moment in which a request is written
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
	if err := b.wrong.Err("transport", "NewLimiter"); err != nil {
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

// spacer is a Limiter that keeps its rates on the wire too. Calls that got
// their tokens one after the other may have to wait for a connection, and would
// all be written in the moment in which the first one is there.
type spacer interface {
	// space returns when the request may be written, at the latest when the
	// context ends.
	space(ctx context.Context, class string)
}

func (b *buckets) space(ctx context.Context, class string) {
	for _, name := range []string{class, ""} {
		q := b.byClass[name]
		if q == nil {
			continue
		}
		now := b.clock.Now()
		if wait := q.wire.ReserveN(now, 1).DelayFrom(now); wait > 0 {
			_ = b.clock.Sleep(ctx, wait) // the context's end is the attempt's affair
		}
		if name == "" {
			return // the class and all calls are one
		}
	}
}

// limited waits before every attempt: for the end of a pause that the platform
// asked for, and for the limiter.
type limited struct {
	next   http.RoundTripper
	client *Client
}

func (t *limited) RoundTrip(req *http.Request) (*http.Response, error) {
	c := t.client
	if c.set.limiter == NoLimits && !c.shared.holds.any() {
		return t.next.RoundTrip(req)
	}
	r := req.Context().Value(runKey{}).(*run)
	start := c.set.clock.Now()
	err := c.waitForLimits(req.Context(), r.call.Class)
	r.limitWaited += c.set.clock.Now().Sub(start)
	if err != nil {
		return nil, err
	}
	return t.next.RoundTrip(req)
}

// errLimitWait tells a wait that was not begun, or given up.
var errLimitWait = errors.New("not sent: the client's own rate limit would hold it back for longer than allowed")

func (c *Client) waitForLimits(ctx context.Context, class string) error {
	ctx, stop := c.shared.whileOpen(ctx)
	defer stop()
	if err := c.waitForPause(ctx, class); err != nil {
		return err
	}
	if c.set.limiter == NoLimits {
		return nil
	}
	bounded, cancel := context.WithTimeout(ctx, c.set.maxLimitWait)
	defer cancel()
	err := c.set.limiter.Wait(bounded, class)
	switch {
	case err == nil:
		return c.waitForPause(ctx, class) // another call may have met a 429 meanwhile
	case context.Cause(ctx) == ErrClosed: //nolint:errorlint // the cause is the sentinel itself
		return &notSentError{kind: ErrClosed, err: nil}
	case ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) && !outlasts(ctx, c.set.maxLimitWait):
		return &notSentError{kind: ErrRateLimited, err: fmt.Errorf("%w (%s)", errLimitWait, c.set.maxLimitWait)}
	case errors.Is(err, context.DeadlineExceeded):
		return &notSentError{kind: ErrRateLimited, err: fmt.Errorf("rate limit: %w", err)}
	case errors.Is(err, ErrInvalid):
		return &notSentError{kind: ErrInvalid, err: err}
	}
	return &notSentError{kind: ErrUnavailable, err: fmt.Errorf("rate limit: %w", err)}
}

// outlasts reports whether d is longer than what the context's deadline leaves.
func outlasts(ctx context.Context, d time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && time.Until(deadline) <= d
}

// waitForPause waits until the platform takes calls of the class again.
func (c *Client) waitForPause(ctx context.Context, class string) error {
	for {
		left := c.shared.holds.left(class, c.set.clock.Now())
		if left <= 0 {
			return nil
		}
		if left > c.shared.retry.MaxRetryAfter {
			return &notSentError{kind: ErrRateLimited, err: errPaused, retryAfter: left}
		}
		err := c.set.clock.Sleep(ctx, left)
		switch {
		case err == nil:
		case context.Cause(ctx) == ErrClosed: //nolint:errorlint // the cause is the sentinel itself
			return &notSentError{kind: ErrClosed}
		default:
			return &notSentError{kind: ErrRateLimited, err: fmt.Errorf("%w: %w", errPaused, err), retryAfter: left}
		}
	}
}

var errPaused = errors.New("not sent: the platform asked for a pause")

// holds are the pauses that a platform asked for with a 429, by class.
type holds struct {
	count atomic.Int64
	mu    sync.Mutex
	until map[string]time.Time
	clock Clock
}

func (h *holds) any() bool { return h.count.Load() > 0 }

func (h *holds) set(class string, d time.Duration) {
	if d <= 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.until == nil {
		h.until = make(map[string]time.Time)
	}
	if until := h.clock.Now().Add(d); until.After(h.until[class]) {
		h.until[class] = until
	}
	h.count.Store(int64(len(h.until)))
}

func (h *holds) left(class string, now time.Time) time.Duration {
	if !h.any() {
		return 0
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	until, held := h.until[class]
	if held && !until.After(now) {
		delete(h.until, class)
		h.count.Store(int64(len(h.until)))
	}
	return until.Sub(now)
}
