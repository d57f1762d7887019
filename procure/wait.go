package procure

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/pentagate/pentagate/transport"
)

const defaultInterval = 2 * time.Second

// WaitIntentRequest says which intent to follow.
type WaitIntentRequest struct {
	// ID is the intent's, required.
	ID string
	// Interval is the time between two looks, 2 seconds if zero. The query
	// limit holds besides.
	Interval time.Duration
	// OnChange is called with what was seen first, and then whenever the
	// status is another one. It may be nil. Cancel the context to stop.
	OnChange func(Intent)
}

// WaitIntent looks at an intent again and again until its status is terminal
// (see [Status.Terminal]), and returns it. A purchase may take days, and
// outages pass: it goes on while the platform is unavailable, limits the rate or
// answers what cannot be read, as a page of something in front of it. It ends
// with the context, with Close, and with the third refusal by the platform
// itself in a row, such as [transport.ErrNotFound]; the error is then that of
// the last look. Give the context a deadline, since nothing says how long a
// purchase takes.
func (c *Client) WaitIntent(ctx context.Context, req WaitIntentRequest, opts ...transport.CallOption) (*Intent, error) {
	call := intentCall("GetIntent", http.MethodGet, req.ID, "", transport.Read)
	call.Invalid.Check(req.Interval >= 0, "interval", "must not be negative")
	if len(call.Invalid) > 0 {
		call.Operation = "WaitIntent" // it is what was asked for
	}
	var last *Intent
	err := c.t.Poll(ctx, c.t.Name(), "WaitIntent", cmp.Or(req.Interval, defaultInterval), func(ctx context.Context) (bool, error) {
		intent, err := c.getIntent(ctx, call, opts)
		if err != nil {
			return false, err
		}
		if req.OnChange != nil && (last == nil || intent.Status != last.Status) {
			req.OnChange(*intent)
		}
		last = intent
		return intent.Status.Terminal(), nil
	})
	return result(last, err)
}
