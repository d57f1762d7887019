package procure

import (
	"context"
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
// (see [Status.Terminal]), and returns it. It stops with the first look that
// fails, after the usual retries, and with the context: give that a deadline,
// since nothing says how long a purchase takes.
func (c *Client) WaitIntent(ctx context.Context, req WaitIntentRequest, opts ...transport.CallOption) (*Intent, error) {
	var wrong transport.Fields
	wrong.Check(req.Interval >= 0, "interval", "must not be negative")
	if err := wrong.Err(provider, "WaitIntent"); err != nil {
		return nil, err
	}
	if req.Interval == 0 {
		req.Interval = defaultInterval
	}
	var last Status
	for {
		intent, err := c.GetIntent(ctx, req.ID, opts...)
		if err != nil {
			return nil, err
		}
		if intent.Status != last && req.OnChange != nil {
			req.OnChange(*intent)
		}
		last = intent.Status
		if last.Terminal() {
			return intent, nil
		}
		if err := c.t.Sleep(ctx, req.Interval); err != nil {
			return nil, &transport.Error{Provider: provider, Operation: "WaitIntent", Err: err}
		}
	}
}
