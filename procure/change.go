package procure

import (
	"context"
	"errors"
	"fmt"
	"net/http"

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
// It is repeated after a lost answer. When the repeat then finds a status that
// does not allow it, the lost request may have been in time: the error matches
// [transport.ErrOutcomeUnknown].
func (c *Client) UpdateIntent(ctx context.Context, req UpdateIntentRequest, opts ...transport.CallOption) (*Intent, error) {
	call, wrong := intentCall("UpdateIntent", http.MethodPut, req.ID, "", transport.Idempotent)
	if req.Quantity != nil {
		quantity(&wrong, *req.Quantity)
	}
	if req.RecipientName != nil {
		text(&wrong, "recipientName", *req.RecipientName, minName, maxName)
	}
	if req.Address != nil {
		text(&wrong, "address", *req.Address, minAddress, maxAddress)
	}
	if req.Phone != nil {
		phone(&wrong, *req.Phone)
	}
	if req.Remarks != nil {
		text(&wrong, "remarks", *req.Remarks, 0, maxRemarks)
	}
	call.Body = req
	var info transport.Info
	out := thinIntent{ID: req.ID}
	err := c.send(ctx, call, wrong, &out, withInfo(&info, opts))
	if info.Repeated && refused(err) {
		err = unknown(err)
	}
	return result((*Intent)(&out), err)
}

// CancelIntent cancels an intent for good, which the platform allows in
// SUBMITTED and PROCESSING only. The answer holds ID, Status, UpdatedAt and
// CancelledAt ("Procure API, cancel an intent").
//
// It is repeated after a lost answer. When the repeat is refused the intent is
// looked up: if it is CANCELLED the call has succeeded, and returns it as it
// was looked up.
func (c *Client) CancelIntent(ctx context.Context, id string, opts ...transport.CallOption) (*Intent, error) {
	call, wrong := intentCall("CancelIntent", http.MethodPost, id, "/cancel", transport.Idempotent)
	var info transport.Info
	var out wholeIntent
	err := c.send(ctx, call, wrong, &out, withInfo(&info, opts))
	if !info.Repeated || !refused(err) {
		return result((*Intent)(&out), err)
	}
	found, lookupErr := c.GetIntent(ctx, id)
	switch {
	case lookupErr != nil:
		return nil, fmt.Errorf("%w; looking the intent up failed too: %w", unknown(err), lookupErr)
	case found.Status == StatusCancelled:
		return found, nil
	}
	return nil, err
}

// DeleteIntent removes an intent. Which statuses allow it is not documented.
// It is repeated after a lost answer; a repeat that finds the intent gone
// counts as done.
func (c *Client) DeleteIntent(ctx context.Context, id string, opts ...transport.CallOption) error {
	call, wrong := intentCall("DeleteIntent", http.MethodDelete, id, "", transport.Idempotent)
	var info transport.Info
	err := c.send(ctx, call, wrong, nil, withInfo(&info, opts))
	if info.Repeated && errors.Is(err, transport.ErrNotFound) {
		return nil
	}
	return err
}

// ExecuteIntent starts the purchase of an approved intent ("Procure API,
// architecture"). Which statuses allow it and what is answered is not
// documented: what the answer lacks stays empty in the result, but for ID.
//
// It is not repeated unless it provably did not run. An error that matches
// [transport.ErrOutcomeUnknown] means that the purchase may be under way:
// GetIntent tells.
func (c *Client) ExecuteIntent(ctx context.Context, id string, opts ...transport.CallOption) (*Intent, error) {
	call, wrong := intentCall("ExecuteIntent", http.MethodPost, id, "/execute", transport.Unsafe)
	out := thinIntent{ID: id}
	return result((*Intent)(&out), c.send(ctx, call, wrong, &out, opts))
}

func withInfo(info *transport.Info, opts []transport.CallOption) []transport.CallOption {
	return append([]transport.CallOption{transport.WithInfo(info)}, opts...)
}

// refused tells whether the platform may have found the intent's status to
// be a wrong one. Whether it then answers 400 or 409 is not documented.
func refused(err error) bool {
	return errors.Is(err, transport.ErrConflict) || errors.Is(err, transport.ErrInvalid)
}

// unknown marks the error of a repeat that does not tell what became of the
// request before it.
func unknown(err error) error {
	if e, ok := errors.AsType[*transport.Error](err); ok {
		e.OutcomeUnknown = true
	}
	return err
}
