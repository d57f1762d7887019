package transport

import (
	"log/slog"
	"net/http"
	"time"
)

// Option changes a client. See [CallOption] for those of one call.
type Option func(*clientSettings)

type clientSettings struct {
	clock            Clock
	base             http.RoundTripper
	retry            *RetryPolicy
	limiter          Limiter
	observers        []Observer
	maxResponseBytes int64
	attemptTimeout   time.Duration
	maxConnections   int
	plainHTTP        bool
	unsafeRetries    bool
	attempts         int
	userAgent        string
}

const (
	defaultMaxResponseBytes = 10 << 20
	defaultAttemptTimeout   = 30 * time.Second
	defaultMaxConnections   = 64
	defaultUserAgent        = "pentagate-go"
)

// WithRoundTripper sends through rt in the place of the client's own tuned
// connections. Signing, limits and retries stay in the path. The caller
// closes rt.
func WithRoundTripper(rt http.RoundTripper) Option {
	return func(s *clientSettings) { s.base = rt }
}

// WithClock sets the clock for timestamps, limits and waits between attempts.
func WithClock(c Clock) Option {
	return func(s *clientSettings) { s.clock = c }
}

// WithRetry replaces the platform's default retry policy.
func WithRetry(p RetryPolicy) Option {
	return func(s *clientSettings) { s.retry = &p }
}

// WithLimiter replaces the platform's documented limits, for example by a
// limiter that several clients share. [NoLimits] switches them off.
func WithLimiter(l Limiter) Option {
	return func(s *clientSettings) { s.limiter = l }
}

// WithLogger logs calls and attempts: successes at debug level, failed
// attempts at info, failed calls at warn. No path, query, body or credential
// is logged.
func WithLogger(l *slog.Logger) Option {
	return WithObserver(&logObserver{log: l})
}

// WithObserver adds an observer of calls and attempts.
func WithObserver(o Observer) Option {
	return func(s *clientSettings) { s.observers = append(s.observers, o) }
}

// WithMaxResponseBytes caps an answer's body after decompression; 10 MiB by
// default. A larger one fails with [ErrTooLarge].
func WithMaxResponseBytes(n int64) Option {
	return func(s *clientSettings) { s.maxResponseBytes = n }
}

// WithAttemptTimeout bounds each attempt from connecting to the last byte of
// the answer; 30 seconds by default. The whole call is bounded by its context.
func WithAttemptTimeout(d time.Duration) Option {
	return func(s *clientSettings) { s.attemptTimeout = d }
}

// WithMaxConnections bounds the client's open connections; 64 by default.
// Calls beyond wait for a free one, within their context and the attempt's
// time. It does not apply to [WithRoundTripper].
func WithMaxConnections(n int) Option {
	return func(s *clientSettings) { s.maxConnections = n }
}

// WithPlainHTTP allows an http base URL on a host that is not loopback, such
// as a private installation. Requests then travel unencrypted.
func WithPlainHTTP() Option {
	return func(s *clientSettings) { s.plainHTTP = true }
}

// WithUnsafeRetriesByDefault is [WithUnsafeRetries] for all calls of a client.
func WithUnsafeRetriesByDefault() Option {
	return func(s *clientSettings) { s.unsafeRetries = true }
}

// WithDefaultAttempts is [WithAttempts] for all calls of a client; the rest of
// the platform's retry policy stays.
func WithDefaultAttempts(n int) Option {
	return func(s *clientSettings) { s.attempts = n }
}

// WithUserAgent sets the User-Agent header.
func WithUserAgent(ua string) Option {
	return func(s *clientSettings) { s.userAgent = ua }
}
