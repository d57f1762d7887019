package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Option changes a client. See [CallOption] for those of one call.
type Option func(*clientSettings)

type clientSettings struct {
	name             *string
	clock            Clock
	base             http.RoundTripper
	retry            *RetryPolicy
	limiter          Limiter
	limits           []Limit
	observers        []Observer
	maxResponseBytes int64
	attemptTimeout   time.Duration
	maxConnections   int
	plainHTTP        bool
	unsafeRetries    bool
	attempts         *int
	userAgent        string
	idleTimeout      time.Duration
	callTimeout      *time.Duration
	shape            []func(*http.Transport) // of the client's own connections
	wrap             func(http.RoundTripper) http.RoundTripper
	maxLimitWait     time.Duration

	wrong Fields // options that make no sense
}

const (
	defaultMaxResponseBytes = 10 << 20
	defaultAttemptTimeout   = 30 * time.Second
	defaultMaxLimitWait     = time.Minute
	defaultMaxConnections   = 64
	defaultUserAgent        = "pentagate-go"
)

// WithRoundTripper sends through rt in the place of the client's own tuned
// connections. Signing, limits and retries stay in the path. The caller
// closes rt.
//
// What the client's own connections do is then up to rt: the lowest TLS
// version, the bound on connections, the idle time, HTTP/2 pings, the bound on
// headers. When rt is an [*http.Transport] the client still sees when a request
// leaves; with any other, a request that could not be sent counts as sent
// unless its error is that of dialing or of the certificate.
func WithRoundTripper(rt http.RoundTripper) Option {
	return func(s *clientSettings) {
		t, is := rt.(*http.Transport)
		s.base = rt
		s.wrong.Check(rt != nil && (!is || t != nil), "round_tripper", "must not be nil: leave the option out")
	}
}

// WithName gives the client a name of its own, such as that of a gateway's
// entry: errors, logs and observers then tell two clients of one platform
// apart. It takes the place of the platform's name.
func WithName(name string) Option {
	return func(s *clientSettings) { s.name = &name }
}

// NameOf returns the name that [WithName] gives among the options, else the
// platform's, for packages that make errors before there is a client.
func NameOf(platform string, opts ...Option) string {
	if name := settingsOf(opts).name; name != nil {
		return *name
	}
	return platform
}

// ClockOf returns the clock that [WithClock] sets among the options, else the
// system's.
func ClockOf(opts ...Option) Clock {
	if clock := settingsOf(opts).clock; clock != nil {
		return clock
	}
	return systemClock{}
}

func settingsOf(opts []Option) clientSettings {
	var set clientSettings
	for _, o := range opts {
		if o != nil {
			o(&set)
		}
	}
	return set
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
	return func(s *clientSettings) {
		s.limiter = l
		s.wrong.Check(l != nil, "limiter", "must not be nil: leave the option out, or pass NoLimits")
		if b, ok := l.(*buckets); ok {
			s.wrong = append(s.wrong, b.wrong...)
		}
	}
}

// WithLimits sets the rates of the classes that it names, the empty class being
// all calls together; the platform's other documented rates stay. A class that
// the platform's documents do not limit is refused. [WithLimiter] takes the place
// of all of them.
func WithLimits(limits ...Limit) Option {
	return func(s *clientSettings) {
		s.limits = limits
		s.wrong = append(s.wrong, limitProblems(limits)...)
	}
}

// WithLogger logs calls and attempts: successes at debug level, failed
// attempts at info, failed calls at warn. No path, query, body or credential
// is logged.
func WithLogger(l *slog.Logger) Option {
	return func(s *clientSettings) {
		s.observers = append(s.observers, &logObserver{log: l})
		s.wrong.Check(l != nil, "logger", "must not be nil: leave the option out")
	}
}

// WithObserver adds an observer of calls and attempts.
func WithObserver(o Observer) Option {
	return func(s *clientSettings) {
		s.observers = append(s.observers, o)
		s.wrong.Check(o != nil, "observer", "must not be nil: leave the option out")
	}
}

// WithMaxResponseBytes caps an answer's body after decompression; 10 MiB by
// default. A larger one fails with [ErrTooLarge].
func WithMaxResponseBytes(n int64) Option {
	return func(s *clientSettings) { s.maxResponseBytes = n }
}

// WithAttemptTimeout bounds each attempt from connecting to the last byte of
// the answer; 30 seconds by default, unless the platform's package says otherwise.
// [WithCallTimeout] and the context bound the whole call.
func WithAttemptTimeout(d time.Duration) Option {
	return func(s *clientSettings) { s.attemptTimeout = d }
}

// WithCallTimeout bounds each call with all its waits and attempts. There is
// no bound by default but the context's: three attempts of 30 seconds and two
// waits of a minute are then possible. A call that runs out of time ends like
// one whose context has ended, with context.DeadlineExceeded.
func WithCallTimeout(d time.Duration) Option {
	return func(s *clientSettings) { s.callTimeout = &d }
}

// WithMaxLimitWait bounds how long one attempt waits for the client's own
// limits; a minute by default. A call that would wait for longer fails at once
// with [ErrRateLimited], and nothing was sent.
func WithMaxLimitWait(d time.Duration) Option {
	return func(s *clientSettings) { s.maxLimitWait = d }
}

// WithIdleTimeout sets how long a connection is kept that nothing uses; 4
// seconds by default, just below what common servers keep it for (5 seconds). A
// call that is sent in the moment in which the server closes is lost, and its
// outcome unknown. It does not apply to [WithRoundTripper].
func WithIdleTimeout(d time.Duration) Option {
	return func(s *clientSettings) { s.idleTimeout = d }
}

// WithMaxConnections bounds the client's open connections; 64 by default,
// unless the platform's package says otherwise.
// Calls beyond wait for a free one, within their context and the attempt's
// time. It does not apply to [WithRoundTripper].
func WithMaxConnections(n int) Option {
	return func(s *clientSettings) { s.maxConnections = n }
}

// The options below shape the client's own connections, which keep their floor
// of TLS, their bounds and their trace. They do not go with [WithRoundTripper].

// WithRootCAs trusts the authorities in the place of the system's, such as those
// of a private installation.
func WithRootCAs(roots *x509.CertPool) Option {
	return func(s *clientSettings) {
		s.wrong.Check(roots != nil, "root_cas", "must not be nil: leave the option out")
		s.shape = append(s.shape, func(t *http.Transport) { t.TLSClientConfig.RootCAs = roots })
	}
}

// WithClientCertificate presents a certificate to a platform, or to a proxy
// before it, that asks for one.
func WithClientCertificate(cert tls.Certificate) Option {
	return func(s *clientSettings) {
		s.wrong.Check(len(cert.Certificate) > 0 && cert.PrivateKey != nil, "client_certificate", "must hold a certificate and its key")
		s.shape = append(s.shape, func(t *http.Transport) { t.TLSClientConfig.Certificates = append(t.TLSClientConfig.Certificates, cert) })
	}
}

// WithProxy chooses the proxy of a request, as [http.Transport].Proxy does;
// [http.ProxyURL] returns such a function for one address. The default is the
// environment's (HTTPS_PROXY and NO_PROXY); nil uses none.
func WithProxy(proxy func(*http.Request) (*url.URL, error)) Option {
	return func(s *clientSettings) {
		s.shape = append(s.shape, func(t *http.Transport) { t.Proxy = proxy })
	}
}

// WithDialer opens connections in the place of the standard dialer, which has
// ten seconds for it.
func WithDialer(dial func(ctx context.Context, network, address string) (net.Conn, error)) Option {
	return func(s *clientSettings) {
		s.wrong.Check(dial != nil, "dialer", "must not be nil: leave the option out")
		s.shape = append(s.shape, func(t *http.Transport) { t.DialContext = dial })
	}
}

// WithWrapper puts a RoundTripper around the client's own connections, such as
// one that writes trace headers. It sees every attempt as it goes on the wire,
// signed, with its credentials, and must send it once, with the request's
// context or one derived from it: by that the client still sees when a request
// leaves.
func WithWrapper(wrap func(http.RoundTripper) http.RoundTripper) Option {
	return func(s *clientSettings) {
		s.wrap = wrap
		s.wrong.Check(wrap != nil, "wrapper", "must not be nil: leave the option out")
	}
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
	return func(s *clientSettings) { s.attempts = &n }
}

// WithUserAgent sets the User-Agent header.
func WithUserAgent(ua string) Option {
	return func(s *clientSettings) { s.userAgent = ua }
}
