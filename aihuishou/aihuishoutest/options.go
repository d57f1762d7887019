package aihuishoutest

import (
	"net/http"
	"time"
)

// Option configures [New] and [NewServer].
type Option func(*options)

type options struct {
	now              func() time.Time
	appID, secret    string
	jsonLiterals     bool
	location         *time.Location
	perSecond        int
	progress         time.Duration
	middleware       []func(http.Handler) http.Handler
	recycle, deposit string
}

func defaults() options {
	return options{
		now:       time.Now,
		appID:     "test_app_id",
		secret:    randomHex(16),
		location:  time.FixedZone("CST", 8*60*60),
		perSecond: 5,
		recycle:   "6800.00",
		deposit:   "50.00",
	}
}

// WithClock makes the platform ask now for the time, instead of time.Now. It
// must be safe for concurrent use.
func WithClock(now func() time.Time) Option {
	return func(o *options) { o.now = now }
}

// WithCredentials fixes the app id and the app secret.
func WithCredentials(appID, appSecret string) Option {
	return func(o *options) { o.appID, o.secret = appID, appSecret }
}

// WithJSONLiterals makes the platform sign true, false and null, numbers,
// objects and arrays as JSON writes them, in the place of Python.
func WithJSONLiterals() Option {
	return func(o *options) { o.jsonLiterals = true }
}

// WithLocation sets the zone of the platform's times; UTC+8 by default.
func WithLocation(zone *time.Location) Option {
	return func(o *options) { o.location = zone }
}

// WithRateLimit sets how many requests pass in any second by the platform's
// clock: 5 by default ("Aihuishou partner API, call limits"), 0 for no limit.
func WithRateLimit(perSecond int) Option {
	return func(o *options) { o.perSecond = perSecond }
}

// WithProgress moves every order on to its next status when it has been in one
// for d by the platform's clock. Without it orders wait for AdvanceOrder.
func WithProgress(d time.Duration) Option {
	return func(o *options) { o.progress = d }
}

// WithMiddleware puts a handler in front of the platform, for faults that the
// platform does not make by itself. The first one given is the outermost.
// Requests that it answers by itself are not among [Platform.Requests].
func WithMiddleware(wrap func(http.Handler) http.Handler) Option {
	return func(o *options) { o.middleware = append(o.middleware, wrap) }
}
