package codegate

import (
	"context"
	"net/http"
	"unicode/utf8"

	"github.com/pentagate/pentagate/transport"
)

// VerifyCode redeems a code. A business failure, such as a used code, is a
// result with Success false and not an error; see [VerifyResult.Err].
//
// When the answer is lost the code may or may not have been redeemed: the
// error then matches [transport.ErrOutcomeUnknown], and nothing was repeated.
//
// With [transport.WithReconcile], which needs req.VerifiedBy, the code is
// looked up instead:
//
//   - Used by this VerifiedBy: it was this call, and the result is a success
//     with Reconciled set. Only if the platform recorded the use clearly before
//     the call began, that is by more than the five minutes which its clock may
//     be off, the outcome stays unknown.
//   - Used by another, or by nobody that is named: the result is
//     CodeAlreadyUsed, with Reconciled set.
//   - Unused: the code is sent again, three times in all. The same goes for a
//     code that the project does not have, since those of other projects are
//     redeemed as well. An answer then counts if it proves what became of all
//     the requests: a success, CodeNotFound, CodeDisabled, CodeExpired or that
//     the project is off or at its end, each of which the platform tells only
//     of a code that is not used. CodeAlreadyUsed is looked up again.
//
// In all other cases the outcome stays unknown, also when the platform refuses
// the last request: an earlier one may still be under way.
//
// With [transport.WithUnsafeRetries] alone the code is sent again without a
// look-up; if it is used by then, nobody knows by whom: the error matches
// [transport.ErrOutcomeUnknown] and CodeAlreadyUsed.
func (c *Client) VerifyCode(ctx context.Context, req VerifyCodeRequest, opts ...transport.CallOption) (*VerifyResult, error) {
	reconcile := transport.Reconciles(opts)
	out := VerifyResult{client: c.t.Name()}
	call := c.call("VerifyCode", http.MethodPost, "/codes/verify", "/codes/verify", transport.Unsafe, verifyWire(req))
	call.Invalid = codeProblems(req.Code)
	call.Invalid.Check(utf8.RuneCountInString(req.VerifiedBy) <= maxVerifiedBy, "verified_by", "must be at most 100 characters")
	call.Invalid.Check(!reconcile || req.VerifiedBy != "", "verified_by", "must be set for reconciling")
	call.Reconcilable = true
	call.Refused = func(info transport.Info) *transport.Error {
		if !info.Repeated || out.Success || out.ErrorCode.provesUnused() {
			return nil
		}
		return out.refusal()
	}
	if reconcile {
		call.Settle = (&reconciliation{client: c, req: req, begun: c.t.Now(), out: &out}).settle
	}
	return result(&out, c.t.Do(ctx, call, &out, opts...))
}
