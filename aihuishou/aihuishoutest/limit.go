package aihuishoutest

import "time"

// limiter lets so many requests through in any second.
type limiter struct {
	perSecond int
	passed    []time.Time // the last ones, at most perSecond
}

func (l *limiter) admit(now time.Time) bool {
	if l.perSecond == 0 {
		return true
	}
	if len(l.passed) == l.perSecond {
		// A clock that was set back does not shut the platform.
		if since := now.Sub(l.passed[0]); since >= 0 && since < time.Second {
			return false
		}
		l.passed = l.passed[1:]
	}
	l.passed = append(l.passed, now)
	return true
}
