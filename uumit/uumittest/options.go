package uumittest

import (
	"net/http"
	"time"
)

// Option configures [New] and [NewServer].
type Option func(*options)

type options struct {
	now        func() time.Time
	middleware []func(http.Handler) http.Handler
	perMinute  int
	perDay     int
	pace       time.Duration
	txPace     time.Duration
	pending    bool
	interval   time.Duration
	processing func(*http.Request)
}

// WithClock makes the platform ask now for the time, instead of time.Now.
// It must be safe for concurrent use.
func WithClock(now func() time.Time) Option {
	return func(o *options) { o.now = now }
}

// WithMiddleware puts a handler in front of the platform, for faults that the
// platform does not make by itself. The first one given is the outermost.
// Requests that it answers by itself are not among [Platform.Requests].
func WithMiddleware(wrap func(http.Handler) http.Handler) Option {
	return func(o *options) { o.middleware = append(o.middleware, wrap) }
}

// WithRateLimit sets how many calls pass in any 60 seconds; 60 by default, 0
// for no limit.
func WithRateLimit(calls int) Option {
	return func(o *options) { o.perMinute = calls }
}

// WithDailyQuota sets how many calls a key has in a UTC day; 100,000 by
// default, 0 for no limit.
func WithDailyQuota(calls int) Option {
	return func(o *options) { o.perDay = calls }
}

// WithOrderPace lets orders move by the clock: a step every d, up to delivered
// and from confirmed to settled. Without it they move by hand.
func WithOrderPace(d time.Duration) Option {
	return func(o *options) { o.pace = d }
}

// WithTransactionPace lets sellers follow the clock in transactions: one that is
// frozen is accepted after d, and delivered after another d. Freezing and
// confirming are the buyer's. Without it transactions move by hand.
func WithTransactionPace(d time.Duration) Option {
	return func(o *options) { o.txPace = d }
}

// WithPendingOrders makes new orders pending: their price is frozen with the
// next step.
func WithPendingOrders() Option {
	return func(o *options) { o.pending = true }
}

// WithPollInterval sets the interval that a device authorization asks for, in
// whole seconds; 5 by default.
func WithPollInterval(d time.Duration) Option {
	return func(o *options) { o.interval = d }
}

// WithProcessing calls process for each request that has passed the checks,
// with its Idempotency-Key taken and nothing changed yet. The request is in
// progress until process returns; others are handled meanwhile, and process may
// use the platform's methods. The request's body has been read.
func WithProcessing(process func(*http.Request)) Option {
	return func(o *options) { o.processing = process }
}
