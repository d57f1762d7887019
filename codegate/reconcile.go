package codegate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

const (
	// maxSent bounds how often a code is sent that look-ups show as unused.
	maxSent = 3
	// window is how far a request's time may be from the platform's
	// ("CodeGate SDK API reference, Authentication").
	window = 5 * time.Minute
)

var (
	errUnused   = errors.New("the code was unused when it was looked up, but a request may still be under way")
	errNotHere  = errors.New("the project has no such code, but those of other projects are redeemed too")
	errEarlier  = errors.New("this verified_by is recorded for a time before the call")
	errWhoKnows = errors.New("the code is used, and verified_by cannot be read")
)

// reconciliation finds out what became of a redemption whose answer was lost.
type reconciliation struct {
	client *Client
	req    VerifyCodeRequest
	begun  time.Time // by the client's clock
	sent   int
	out    *VerifyResult
}

// settle looks the code up. It is a transport.Call's Settle.
func (r *reconciliation) settle(ctx context.Context, _ transport.Info, err *transport.Error) error {
	if !err.OutcomeUnknown {
		return err
	}
	r.sent++
	found, lookUp := r.client.GetCodeByCode(ctx, r.req.Code)
	switch {
	case errors.Is(lookUp, transport.ErrNotFound):
		return r.sendAgain(err, errNotHere)
	case lookUp != nil:
		return fmt.Errorf("%w; looking the code up failed too: %w", err, lookUp)
	case !found.Used:
		return r.sendAgain(err, errUnused)
	case found.VerifiedBy.IsZero() && !namesNobody(found):
		return fmt.Errorf("%w; %w", err, errWhoKnows)
	case found.VerifiedBy.Reveal() != r.req.VerifiedBy: // which is not empty
		*r.out = VerifyResult{ErrorCode: CodeAlreadyUsed, Message: transport.NewPersonal("Code has already been used")}
	case r.before(found.VerifiedAt):
		return fmt.Errorf("%w; %w", err, errEarlier)
	default:
		*r.out = VerifyResult{Success: true, CodeID: &found.ID, VerifiedAt: found.VerifiedAt, Message: transport.NewPersonal("Code verified")}
	}
	r.out.Code, r.out.Raw = transport.NewPersonal(r.req.Code), found.Raw
	r.out.Reconciled, r.out.client = true, r.client.t.Name()
	return nil
}

func (r *reconciliation) sendAgain(err *transport.Error, why error) error {
	if r.sent < maxSent {
		return transport.ErrSendAgain
	}
	return fmt.Errorf("%w; %w", err, why)
}

// namesNobody reports whether the platform says that nobody is named, and not
// something that cannot be read.
func namesNobody(found *CodeDetail) bool {
	var in struct {
		VerifiedBy json.RawMessage `json:"verified_by"`
	}
	_ = answer.Decode(found.Raw.Bytes(), &in) // it was decoded before
	return in.VerifiedBy == nil || string(in.VerifiedBy) == `""`
}

// before reports whether the platform recorded a use clearly before the call
// began. What is known of its clock is that it has just taken the look-up's
// signature, and that it records whole seconds; a Date may be anybody's.
func (r *reconciliation) before(use *Time) bool {
	t := r.client.t
	begun := t.PlatformNow().Add(-t.Now().Sub(r.begun))
	return use != nil && use.Before(begun.Add(-window-time.Second))
}
