package main

import (
	"errors"
	"fmt"

	"github.com/pentagate/pentagate/transport"
)

// verdict is what the SDK says about a call.
type verdict int

const (
	done verdict = iota
	failed
	unknown
)

func (v verdict) String() string { return [...]string{"done", "failed", "unknown"}[v] }

// verdictOf reads the error of a call, which is nil for a success only: a
// redemption that is refused by its result comes as the result's error.
func verdictOf(err error) verdict {
	switch {
	case err == nil:
		return done
	case errors.Is(err, transport.ErrOutcomeUnknown):
		return unknown
	}
	return failed
}

// result is a call that was made, and what the platform has of it.
type result struct {
	lane  *lane
	ref   string
	err   error
	made  bool
	there int // how many things the platform has under the reference
}

// wrong reports whether what the SDK says is not so.
func (r result) wrong() bool {
	switch verdictOf(r.err) {
	case done:
		return r.there != 1
	case failed:
		return r.there > 0
	}
	return r.there > 1
}

// claim is what the SDK says beside what is so, such as "failed, 1 there".
func (r result) claim() string { return fmt.Sprintf("%v, %d there", verdictOf(r.err), r.there) }
