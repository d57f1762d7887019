package procuretest

import (
	"slices"
	"time"
)

// The documented requests a second ("Procure API, rate limits"; that for all
// together, "Procure API, common parameters").
const (
	createsPerSecond = 10
	queriesPerSecond = 100
	changesPerSecond = 20
	callsPerSecond   = 100
)

// lane is what is counted for itself: a class of an App's calls, or all of them.
type lane struct{ app, class string }

// limiter remembers when the calls of the last second came.
type limiter struct{ passed map[lane][]time.Time }

func newLimiter() *limiter { return &limiter{passed: make(map[lane][]time.Time)} }

// admit counts a call, or reports that it is one too many.
func (l *limiter) admit(now time.Time, app, class string, perSecond int) bool {
	own, all := lane{app, class}, lane{app: app}
	if l.within(own, now) >= perSecond || l.within(all, now) >= callsPerSecond {
		return false
	}
	l.passed[own] = append(l.passed[own], now)
	l.passed[all] = append(l.passed[all], now)
	return true
}

// within counts the calls of the second that ends now. Those of a future that
// a clock was set back from do not count.
func (l *limiter) within(of lane, now time.Time) int {
	l.passed[of] = slices.DeleteFunc(l.passed[of], func(at time.Time) bool {
		return at.After(now) || now.Sub(at) >= time.Second
	})
	return len(l.passed[of])
}
