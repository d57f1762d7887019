package procuretest

import (
	"net/http"
	"time"
)

// Option configures [New] and [NewServer].
type Option func(*options)

type options struct {
	now        func() time.Time
	app        App
	unlimited  bool
	processing time.Duration
	pageCap    int
	middleware []func(http.Handler) http.Handler
}

// WithClock makes the platform ask now for the time, instead of time.Now.
// It must be safe for concurrent use.
func WithClock(now func() time.Time) Option {
	return func(o *options) { o.now = now }
}

// WithApp sets the default App, in the place of the documents' development
// credentials.
func WithApp(app App) Option {
	return func(o *options) { o.app = app }
}

// WithoutLimits lets any number of requests pass.
func WithoutLimits() Option {
	return func(o *options) { o.unlimited = true }
}

// WithProcessingTime completes executed intents by themselves after d.
// Without it they stay PROCESSING until SetStatus.
func WithProcessingTime(d time.Duration) Option {
	return func(o *options) { o.processing = d }
}

// WithPageCap puts at most n intents on a page of a list, whatever was asked
// for: page, pageSize and totalPages are then counted in pages of n. Without it
// a page holds what was asked for, up to the documented 100.
func WithPageCap(n int) Option {
	return func(o *options) { o.pageCap = n }
}

// WithMiddleware puts a handler in front of the platform, for faults that the
// platform does not make by itself. The first one given is the outermost.
// Requests that it answers by itself are not among [Platform.Requests].
func WithMiddleware(wrap func(http.Handler) http.Handler) Option {
	return func(o *options) { o.middleware = append(o.middleware, wrap) }
}
