package transport

import (
	"net/http"
	"sync/atomic"
	"time"
)

const (
	// skewTolerance is the clock difference that is left alone: a Date has
	// whole seconds, and the network takes its time.
	skewTolerance = 30 * time.Second
	// skewSuspect is the difference at which a platform with a window of five
	// minutes is likely to have refused the time.
	skewSuspect = 4 * time.Minute
	// skewMaxRoundTrip is the longest attempt whose Date is believed.
	skewMaxRoundTrip = time.Minute
)

// clockSkew is how far the platform's clock is ahead of ours. It stays zero
// until the platform refuses a request for its time: a wrong Date from
// something in between does no harm before that. Once in use, every answer
// heals it.
type clockSkew struct {
	clock Clock
	value atomic.Int64
}

// observedDate is what one answer told about the platform's clock.
type observedDate struct {
	ahead time.Duration
	known bool
}

// contradicts tells whether the platform's time is far from the one that was
// signed with the difference used.
func (d observedDate) contradicts(used time.Duration) bool {
	return d.known && (d.ahead-used).Abs() > skewSuspect
}

func (s *clockSkew) current() time.Duration { return time.Duration(s.value.Load()) }

func (s *clockSkew) set(ahead time.Duration) {
	if ahead.Abs() <= skewTolerance {
		ahead = 0
	}
	s.value.Store(int64(ahead))
}

// adopt takes over what the refused attempt observed. It reports whether
// signing again makes sense: not without a Date, and not if the attempt was
// signed for about that time already.
func (s *clockSkew) adopt(used time.Duration, seen observedDate) bool {
	if !seen.known || (seen.ahead-used).Abs() <= skewTolerance {
		return false
	}
	s.set(seen.ahead)
	return true
}

// timed decides the time that an attempt is signed for, and watches the Date
// of its answer.
type timed struct {
	next http.RoundTripper
	skew *clockSkew
}

func (t *timed) RoundTrip(req *http.Request) (*http.Response, error) {
	r := req.Context().Value(runKey{}).(*run)
	start := t.skew.clock.Now()
	r.usedSkew = t.skew.current()
	r.signTime = start.Add(r.usedSkew)
	r.date = observedDate{}
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode < http.StatusBadRequest && r.usedSkew == 0 {
		return resp, nil // the time was good, and there is nothing to heal
	}
	now := t.skew.clock.Now()
	date, dateErr := http.ParseTime(resp.Header.Get("Date"))
	if dateErr != nil || resp.Header.Get("Age") != "" || now.Sub(start) > skewMaxRoundTrip {
		return resp, nil
	}
	r.date = observedDate{ahead: date.Sub(now), known: true}
	if t.skew.current() != 0 {
		t.skew.set(r.date.ahead)
	}
	return resp, nil
}
