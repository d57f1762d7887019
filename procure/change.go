package procure

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/pentagate/pentagate/transport"
)

// UpdateIntentRequest says what to change ("Procure API, update an intent").
// A nil field stays as it is and is not sent. Limits are those of
// [CreateIntentRequest].
type UpdateIntentRequest struct {
	// ID is the intent's, required.
	ID            string  `json:"-"`
	Quantity      *int64  `json:"quantity,omitempty"`
	RecipientName *string `json:"recipientName,omitempty"`
	Address       *string `json:"address,omitempty"`
	Phone         *string `json:"phone,omitempty"`
	// Remarks that are empty are sent as "". That this clears them is not
	// documented.
	Remarks *string `json:"remarks,omitempty"`
}

// UpdateIntent changes an intent, which the platform allows in DRAFT and
// SUBMITTED only; other fields cannot be changed. The answer is not
// documented: what it lacks stays empty in the result, but for ID.
//
// It is repeated after a lost answer. When the repeat is refused, for example
// because the status does not allow it any more, the lost request may have been
// in time: the error matches [transport.ErrOutcomeUnknown], unless it names a
// field of the request as wrong.
func (c *Client) UpdateIntent(ctx context.Context, req UpdateIntentRequest, opts ...transport.CallOption) (*Intent, error) {
	call := intentCall("UpdateIntent", http.MethodPut, req.ID, "", transport.Idempotent)
	if req.Quantity != nil {
		quantity(&call.Invalid, *req.Quantity)
	}
	if req.RecipientName != nil {
		text(&call.Invalid, "recipientName", *req.RecipientName, minName, maxName)
	}
	if req.Address != nil {
		text(&call.Invalid, "address", *req.Address, minAddress, maxAddress)
	}
	if req.Phone != nil {
		phone(&call.Invalid, *req.Phone)
	}
	if req.Remarks != nil {
		text(&call.Invalid, "remarks", *req.Remarks, 0, maxRemarks)
	}
	call.Body = updateWire(req)
	call.Settle = func(_ context.Context, info transport.Info, err *transport.Error) error {
		return open(info, err, "quantity", "recipientName", "address", "phone", "remarks")
	}
	out := thinIntent{ID: req.ID}
	return result((*Intent)(&out), c.send(ctx, call, &out, opts))
}

// CancelIntent cancels an intent for good, which the platform allows in
// SUBMITTED and PROCESSING only. The answer holds ID, Status, UpdatedAt and
// CancelledAt ("Procure API, cancel an intent").
//
// It is repeated after a lost answer. When the repeat is refused the intent is
// looked up. If it is CANCELLED the call has succeeded, and returns it as it
// was looked up. If it is COMPLETED or FAILED it cannot be cancelled any more,
// and the refusal stands. Else the error matches
// [transport.ErrOutcomeUnknown].
func (c *Client) CancelIntent(ctx context.Context, id string, opts ...transport.CallOption) (*Intent, error) {
	call := intentCall("CancelIntent", http.MethodPost, id, "/cancel", transport.Idempotent)
	var out wholeIntent
	call.Settle = func(ctx context.Context, info transport.Info, err *transport.Error) error {
		if !info.Repeated || !refused(err) {
			return err
		}
		err.OutcomeUnknown = true
		found, lookup := c.GetIntent(ctx, id)
		switch {
		case lookup != nil:
			err.Err = fmt.Errorf("looking the intent up failed too: %w", lookup)
		case found.Status == StatusCancelled:
			out = wholeIntent(*found)
			return nil
		default:
			err.OutcomeUnknown = !found.Status.Terminal()
		}
		return err
	}
	return result((*Intent)(&out), c.send(ctx, call, &out, opts))
}

// DeleteIntent removes an intent. Which statuses allow it is not documented.
// It is repeated after a lost answer; when the platform does not know the
// intent any more by then, the call has succeeded. Any other refusal of a repeat
// matches [transport.ErrOutcomeUnknown].
func (c *Client) DeleteIntent(ctx context.Context, id string, opts ...transport.CallOption) error {
	call := intentCall("DeleteIntent", http.MethodDelete, id, "", transport.Idempotent)
	call.Settle = func(_ context.Context, info transport.Info, err *transport.Error) error {
		if info.Repeated && errors.Is(err, transport.ErrNotFound) {
			return nil
		}
		return open(info, err)
	}
	return c.send(ctx, call, nil, opts)
}

// ExecuteIntent starts the purchase of an approved intent ("Procure API,
// architecture"). Which statuses allow it and what is answered is not
// documented: what the answer lacks stays empty in the result, but for ID.
//
// It is not repeated unless it provably did not run. An error that matches
// [transport.ErrOutcomeUnknown] means that the purchase may be under way:
// GetIntent tells.
func (c *Client) ExecuteIntent(ctx context.Context, id string, opts ...transport.CallOption) (*Intent, error) {
	call := intentCall("ExecuteIntent", http.MethodPost, id, "/execute", transport.Unsafe)
	call.Settle = func(_ context.Context, info transport.Info, err *transport.Error) error { return open(info, err) }
	out := thinIntent{ID: id}
	return result((*Intent)(&out), c.send(ctx, call, &out, opts))
}

// refused tells whether the platform may have found the intent's status to
// be a wrong one. Which answer it then gives is not documented.
func refused(err error) bool {
	return errors.Is(err, transport.ErrConflict) || errors.Is(err, transport.ErrInvalid) || errors.Is(err, transport.ErrRejected)
}

// open keeps the outcome of a repeat unknown that was refused for a field which
// is not in the body: the platform may name the status, and that may be a wrong
// one because of the attempt before.
func open(info transport.Info, err *transport.Error, body ...string) error {
	for _, f := range err.Fields {
		if info.Repeated && !slices.Contains(body, f.Name) {
			err.OutcomeUnknown = true
		}
	}
	return err
}
