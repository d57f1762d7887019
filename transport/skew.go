package transport

import (
	"errors"
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

// clockSkew is how far the platform's clock is ahead of ours. A Date may be
// anybody's, so that it is only ever a proposal: an attempt is signed with it,
// on trial, and its success adopts it. What is refused is dropped.
type clockSkew struct {
	clock Clock
	value atomic.Int64
	// better is what an accepted answer proposes in the place of value. One
	// call tries it.
	better atomic.Pointer[time.Duration]
}

// observedDate is what one answer told about the platform's clock.
type observedDate struct {
	ahead time.Duration
	known bool
}

// contradicts reports whether the platform's time is far from the one that was
// signed with the difference used.
func (d observedDate) contradicts(used time.Duration) bool {
	return d.known && (d.ahead-used).Abs() > skewSuspect
}

// proposes reports whether the platform's time is another one than that which
// was signed, and returns the difference to sign with.
func (d observedDate) proposes(used time.Duration) (time.Duration, bool) {
	ahead := d.ahead
	if ahead.Abs() <= skewTolerance {
		ahead = 0
	}
	return ahead, d.known && (d.ahead-used).Abs() > skewTolerance
}

func (s *clockSkew) current() time.Duration { return time.Duration(s.value.Load()) }

// next is the difference to sign with where no trial is under way.
func (s *clockSkew) next() (ahead time.Duration, trial bool) {
	if s.better.Load() != nil {
		if p := s.better.Swap(nil); p != nil {
			return *p, true
		}
	}
	return s.current(), false
}

// learn draws the conclusions from an attempt's end.
func (s *clockSkew) learn(r *run, end outcome) {
	refused := end == clockRefused || end == answered && r.failure != nil && errors.Is(r.failure, ErrUnauthenticated)
	switch {
	case refused:
		if !r.trial && end == clockRefused {
			s.value.CompareAndSwap(int64(r.usedSkew), 0)
		}
		r.trial, r.trialRefused = false, r.trial
	case end == answered: // the platform took the signature and its time
		if r.trial {
			s.value.Store(int64(r.usedSkew))
			r.trial = false
		}
		if ahead, other := r.date.proposes(r.usedSkew); other && r.usedSkew != 0 {
			s.better.Store(&ahead)
		}
	}
}

// propose is the difference that an attempt which was refused for its time is
// repeated with: what its answer told, else the one that was in use before a
// trial, else none at all.
func (s *clockSkew) propose(r *run) (ahead time.Duration, ok bool) {
	if ahead, ok = r.date.proposes(r.usedSkew); ok {
		return ahead, true
	}
	if r.trialRefused {
		return s.current(), s.current() != r.usedSkew
	}
	return 0, r.usedSkew != 0
}

// timed decides the time that an attempt is signed for, and reads the Date of
// its answer.
type timed struct {
	next http.RoundTripper
	skew *clockSkew
}

func (t *timed) RoundTrip(req *http.Request) (*http.Response, error) {
	r := req.Context().Value(runKey{}).(*run)
	start := t.skew.clock.Now()
	if !r.trial {
		r.usedSkew, r.trial = t.skew.next()
	}
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
	return resp, nil
}
