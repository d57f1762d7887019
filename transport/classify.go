package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/pentagate/pentagate/signing"
)

// outcome is what an attempt's end says about the request.
type outcome int

const (
	answered     outcome = iota // a usable answer, good or bad
	notRun                      // not carried out, worth another try
	pointless                   // not carried out, another try gives the same
	clockRefused                // not carried out: signed for a wrong time
	uncertain                   // may have been carried out, worth another try
	hopeless                    // may have been carried out, another try gives the same
)

// judge classifies an attempt and leaves its failure, or the payload, in r.
func (c *Client) judge(ctx context.Context, r *run, err error) outcome {
	if err != nil {
		return c.judgeError(ctx, r, err)
	}
	a := r.answer
	a.Body = withoutMark(a.Body)
	own := c.own(&a)
	switch {
	case a.Status >= 300 && a.Status < 400:
		r.failure = &Error{Kind: ErrRedirect, Location: r.location(c.base, &a)}
		if a.Status == http.StatusTemporaryRedirect || a.Status == http.StatusPermanentRedirect {
			return pointless // these ask for the same request elsewhere: it did not run here
		}
		return hopeless
	case own:
		r.payload, r.failure = c.cfg.Interpret(&a)
	case believedFromAnyone(a.Status):
		r.failure = StatusError(a.Status)
		r.failure.Err = foreign(&a)
	default:
		r.failure = &Error{Kind: ErrMalformed, Err: foreign(&a)}
	}
	if r.failure == nil {
		return answered
	}
	r.failure.RetryAfter = retryAfter(a.Header, c.set.clock)
	switch {
	case errors.Is(r.failure, ErrUnavailable):
		return uncertain
	case errors.Is(r.failure, ErrRateLimited):
		c.shared.holds.set(r.call.Class, r.failure.RetryAfter)
		return notRun
	case errors.Is(r.failure, ErrMalformed):
		return hopeless
	case errors.Is(r.failure.Err, ErrClock):
		return clockRefused
	case c.cfg.UnclearClock && errors.Is(r.failure, ErrUnauthenticated) && (r.usedSkew != 0 || r.date.contradicts(0)):
		return clockRefused
	}
	return answered
}

func (c *Client) judgeError(ctx context.Context, r *run, err error) outcome {
	gone := r.sent.Load() && (r.traced.Load() || !neverSent(err))
	var before *notSentError
	switch {
	case ctx.Err() != nil:
		r.failure = &Error{Err: ctx.Err()}
		if gone {
			return hopeless
		}
		return pointless
	case errors.As(err, &before):
		r.failure = &Error{Kind: before.kind, Err: before.err, RetryAfter: before.retryAfter}
		return pointless
	case errors.Is(err, errForeignOrigin), errors.Is(err, signing.ErrHeaderSet), errors.Is(err, signing.ErrRequest):
		r.failure = &Error{Kind: ErrInvalid, Err: err}
		return pointless
	case errors.Is(err, errSigning):
		r.failure = &Error{Kind: ErrUnauthenticated, Err: err}
		return pointless
	case errors.Is(err, errTooLarge):
		r.failure = &Error{Kind: ErrTooLarge, Err: err}
		return hopeless
	}
	r.failure = &Error{Kind: ErrUnavailable, Err: err}
	var cert *tls.CertificateVerificationError
	switch {
	case gone:
		return uncertain
	case errors.As(err, &cert):
		return pointless // it will not be trusted a moment later either
	}
	return notRun
}

// notSentError is the end of an attempt that the client itself kept back.
type notSentError struct {
	kind       error
	err        error
	retryAfter time.Duration
}

func (e *notSentError) Error() string { return e.kind.Error() }
func (e *notSentError) Unwrap() error { return e.err }

// neverSent tells from the error alone that no byte of the request can have
// reached the platform: it could not be connected to, or did not prove who
// it is. Where the connections were watched, what was seen counts instead.
func neverSent(err error) bool {
	var op *net.OpError
	var cert *tls.CertificateVerificationError
	return errors.As(err, &op) && op.Op == "dial" || errors.As(err, &cert)
}

// settled reports whether a refusal by the platform tells what became of all
// attempts of the call. The one that does names wrong fields: the same bytes
// are checked alike every time, and before anything is done. Any other speaks
// of the last attempt only: a key may have been revoked since, or an object
// have changed, by an earlier attempt for instance.
func (e *Error) settled() bool {
	return errors.Is(e, ErrInvalid) && len(e.Fields) > 0
}
