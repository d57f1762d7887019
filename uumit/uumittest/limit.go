package uumittest

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

const window = time.Minute

// limits count the calls of a key, a token or an address.
type limits struct {
	perMinute int
	calls     map[string][]time.Time
	day       string
	today     map[string]int
}

// admit counts a call, or returns the answer to one too many. A call that is
// refused does not count.
func (p *Platform) admit(scope string, now time.Time) *answer {
	l := &p.limits
	recent := l.calls[scope]
	for len(recent) > 0 && now.Sub(recent[0]) >= window {
		recent = recent[1:]
	}
	l.calls[scope] = recent
	if l.perMinute > 0 && len(recent) >= l.perMinute {
		return tooMany(1009, "too many requests", recent[0].Add(window).Sub(now))
	}
	if day := now.UTC().Format(time.DateOnly); day != l.day {
		l.day = day
		clear(l.today)
	}
	if p.perDay > 0 && l.today[scope] >= p.perDay {
		return tooMany(1010, "daily quota exhausted", now.UTC().Truncate(24*time.Hour).Add(24*time.Hour).Sub(now))
	}
	l.calls[scope] = append(recent, now)
	l.today[scope]++
	return nil
}

func tooMany(code int, message string, wait time.Duration) *answer {
	a := refused(http.StatusTooManyRequests, code, message)
	a.header = map[string]string{"Retry-After": strconv.Itoa(int(math.Ceil(wait.Seconds())))}
	return a
}
