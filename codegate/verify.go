package codegate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/pentagate/pentagate/transport"
)

// reconcileRounds bounds how often VerifyCode sends a code that look-ups show
// as still unused.
const reconcileRounds = 3

// VerifyCode redeems a code. A business failure, such as a used code, is a
// result with Success false and not an error; see [VerifyResult.Err].
//
// When the answer is lost the code may or may not have been redeemed: the
// error then matches [transport.ErrOutcomeUnknown], and nothing was repeated.
// With [transport.WithReconcile], which needs req.VerifiedBy, the code is
// looked up instead. Used by this VerifiedBy within the time of the call: it
// was this call, and the result is a success with Reconciled set. Used
// otherwise: the result is CodeAlreadyUsed. Still unused: the code is sent
// again, three times in all, and then the error no longer matches
// ErrOutcomeUnknown if the platform did answer the last request. When the
// look-up fails too, the outcome stays unknown.
func (c *Client) VerifyCode(ctx context.Context, req VerifyCodeRequest, opts ...transport.CallOption) (*VerifyResult, error) {
	reconcile := transport.Reconciles(opts)
	f := codeProblems(req.Code)
	f.Check(utf8.RuneCountInString(req.VerifiedBy) <= maxVerifiedBy && utf8.ValidString(req.VerifiedBy), "verified_by", "must be at most 100 characters of valid UTF-8")
	f.Check(!reconcile || req.VerifiedBy != "", "verified_by", "must be set for reconciling")
	if err := f.Err(provider, "VerifyCode"); err != nil {
		return nil, err
	}
	call := c.call("VerifyCode", http.MethodPost, "/codes/verify", "/codes/verify", transport.Unsafe, req)
	call.Reconcilable = true

	start := c.t.Now()
	for round := 1; ; round++ {
		var out VerifyResult
		err := c.t.Do(ctx, call, &out, opts...)
		lost := errors.Is(err, transport.ErrOutcomeUnknown)
		// After a lost answer "already used" may speak of this very call.
		own := round > 1 && err == nil && out.ErrorCode == CodeAlreadyUsed
		if !reconcile || !lost && !own {
			return result(&out, err)
		}
		found, lookupErr := c.lookUp(ctx, req, start)
		switch {
		case lookupErr != nil && own:
			return nil, &transport.Error{Provider: provider, Operation: "VerifyCode", Kind: transport.ErrUnavailable, OutcomeUnknown: true, Err: lookupErr}
		case lookupErr != nil:
			return nil, fmt.Errorf("%w; looking the code up failed too: %w", err, lookupErr)
		case found != nil:
			return found, nil
		case own:
			return &out, nil // used when it was sent, unused again when it was looked up
		case round == reconcileRounds:
			return nil, notRedeemed(err)
		}
	}
}

// notRedeemed is the error of a code that stayed unused. Where the platform
// answered, it is done with the request; where it did not, the request may
// still be under way.
func notRedeemed(err error) error {
	var e *transport.Error
	if errors.As(err, &e) && e.Status != 0 {
		e.OutcomeUnknown = false
	}
	return err
}

// lookUp tells what became of a code: a result if it is used, nil if it is not.
func (c *Client) lookUp(ctx context.Context, req VerifyCodeRequest, start time.Time) (*VerifyResult, error) {
	var info transport.Info
	detail, err := c.GetCodeByCode(ctx, req.Code, transport.WithInfo(&info))
	if err != nil {
		return nil, err
	}
	if !detail.Used {
		return nil, nil
	}
	r := &VerifyResult{Code: req.Code, ErrorCode: CodeAlreadyUsed, Message: "Code has already been used", Reconciled: true}
	if detail.VerifiedBy != nil && *detail.VerifiedBy == req.VerifiedBy && c.during(detail.VerifiedAt, start, info.Answer.Header) {
		r.Success, r.ErrorCode, r.Message = true, "", "Code verified"
		r.CodeID, r.VerifiedAt = &detail.ID, detail.VerifiedAt
	}
	return r, nil
}

// during tells whether the platform's time at falls into the call that began
// at our time start. The platform's clock is read off its Date header; both
// its times have whole seconds.
func (c *Client) during(at *Time, start time.Time, h http.Header) bool {
	if at == nil {
		return false
	}
	const tolerance = 2 * time.Second
	now := c.t.Now()
	platformNow, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		platformNow = now
	}
	platformStart := platformNow.Add(-now.Sub(start))
	return !at.Before(platformStart.Add(-tolerance)) && !at.After(platformNow.Add(tolerance))
}
