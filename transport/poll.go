package transport

import (
	"context"
	"errors"
	"time"
)

// MaxRefusals is how many refusals of the platform itself in a row end a wait:
// one alone may pass, as that of an object that was made a moment ago.
const MaxRefusals = 3

// Poll looks at something again and again, with interval between the end of
// one look and the next, until look reports that it is done. A wait may take
// days, and outages pass: it goes on while the platform is unavailable, limits
// the rate, or answers what cannot be read, and lets pass at least what the
// platform asks for. It ends with
//
//   - the context's end, or that of the client ([ErrClosed]),
//   - three refusals by the platform itself in a row ([MaxRefusals]), such as
//     [ErrNotFound] or [ErrPermission], or an [ErrQuota],
//   - an error that is not an [*Error], which look returns to stop it,
//   - and a request that was not sent, since it is wrong ([ErrInvalid]).
//
// The error is then that of the last look. It is for vendor packages.
func (c *Client) Poll(ctx context.Context, provider, operation string, interval time.Duration, look func(context.Context) (done bool, err error)) error {
	if c == nil || c.shared == nil {
		return &Error{Provider: provider, Operation: operation, Kind: ErrInvalid, Err: errNotMade}
	}
	for refusals := 0; ; {
		done, err := look(ctx)
		if done && err == nil {
			return nil
		}
		pause := interval
		e, ours := errors.AsType[*Error](err)
		switch {
		case err == nil:
			refusals = 0
		case !ours, e.ends(), ctx.Err() != nil: // a nil context ends it before it is asked
			return err
		case e.passing():
			refusals = 0
			pause = max(pause, e.RetryAfter)
		default:
			if refusals++; refusals == MaxRefusals {
				return err
			}
		}
		if end := c.Sleep(ctx, pause); end != nil {
			stopped := &Error{Provider: provider, Operation: operation, Err: errors.Join(end, err)}
			if errors.Is(end, ErrClosed) {
				stopped.Kind = ErrClosed
			}
			return stopped
		}
	}
}

// ends reports whether looking again makes no sense.
func (e *Error) ends() bool {
	return errors.Is(e, ErrClosed) || errors.Is(e, ErrQuota) || e.Attempts == 0 && errors.Is(e, ErrInvalid)
}

// passing reports whether a failure says nothing of what was asked for.
func (e *Error) passing() bool {
	if e.Kind == nil { // its own time has ended, not the wait's
		return true
	}
	for _, kind := range []error{ErrUnavailable, ErrRateLimited, ErrMalformed, ErrTooLarge, ErrRedirect} {
		if errors.Is(e, kind) {
			return true
		}
	}
	return false
}
