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
	// A Server's defaults are in NewServer.
	connections int
	stall       time.Duration
	idleTimeout time.Duration
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

// WithPool gives the platform so many database connections. A call that finds
// none stalls the whole platform for as long as stall says, by the real clock,
// and then is answered 500, as are the calls that came meanwhile. A [Server]
// has 15 and 30 s, as the running server; 0 connections, the default of a
// handler, are no bound.
func WithPool(connections int, stall time.Duration) Option {
	return func(o *options) { o.connections, o.stall = connections, stall }
}

// WithIdleTimeout sets after how long a [Server] closes a connection that
// nobody uses: 5 s by default, as the running server, 0 for never.
func WithIdleTimeout(d time.Duration) Option {
	return func(o *options) { o.idleTimeout = d }
}
