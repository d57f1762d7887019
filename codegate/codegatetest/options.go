package codegatetest

import (
	"net/http"
	"time"
)

// Option configures [New] and [NewServer].
type Option func(*options)

type options struct {
	now        func() time.Time
	project    Project
	limit      RateLimit
	middleware []func(http.Handler) http.Handler
}

// WithClock makes the platform ask now for the time, instead of time.Now.
// It must be safe for concurrent use.
func WithClock(now func() time.Time) Option {
	return func(o *options) { o.now = now }
}

// WithProject fixes what the default project is made of.
func WithProject(seed Project) Option {
	return func(o *options) { o.project = seed }
}

// WithMiddleware puts a handler in front of the platform, for faults that the
// platform does not make by itself. The first one given is the outermost.
// Requests that it answers by itself are not among [Platform.Requests].
func WithMiddleware(wrap func(http.Handler) http.Handler) Option {
	return func(o *options) { o.middleware = append(o.middleware, wrap) }
}

// WithRateLimit puts a limiter in front, as a proxy would. The platform
// itself has none: the 60 calls a minute of "CodeGate API reference, Rate
// limits" were not there on the running server.
func WithRateLimit(limit RateLimit) Option {
	return func(o *options) { o.limit = limit }
}
