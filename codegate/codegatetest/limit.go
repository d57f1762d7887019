package codegatetest

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// RateLimit is what a proxy in front of the platform lets through. Beyond it
// the answer is a 429 in plain text, which did not reach the platform.
type RateLimit struct {
	// Requests is how many pass within Window, of all clients together. Zero
	// means that there is no limit.
	Requests int
	// Window begins with the first request and is measured by the platform's clock.
	Window time.Duration
	// RetryAfter says whether a 429 tells in a Retry-After header how many
	// seconds are left of the window, rounded up.
	RetryAfter bool
}

type limiter struct {
	limit RateLimit
	began time.Time
	count int
}

// admit counts a request and returns the answer if it is one too many.
func (l *limiter) admit(now time.Time) *answer {
	if l.limit.Requests == 0 {
		return nil
	}
	if l.count == 0 || !now.Before(l.began.Add(l.limit.Window)) {
		l.began, l.count = now, 0
	}
	if l.count < l.limit.Requests {
		l.count++
		return nil
	}
	a := &answer{
		status: http.StatusTooManyRequests,
		header: map[string]string{"Content-Type": "text/plain; charset=utf-8"},
		body:   "Too Many Requests",
	}
	if l.limit.RetryAfter {
		left := l.began.Add(l.limit.Window).Sub(now)
		a.header["Retry-After"] = strconv.Itoa(int(math.Ceil(left.Seconds())))
	}
	return a
}
