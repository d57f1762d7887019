package uumit

import (
	"cmp"
	"context"
	"time"

	"github.com/pentagate/pentagate/transport"
)

// defaultWait is the pause between two reads of "UUMit Python quick start,
// Wait for delivery".
const defaultWait = 10 * time.Second

// WaitOrderRequest says which order to wait for.
type WaitOrderRequest struct {
	// OrderID is required.
	OrderID string
	// Interval is the pause between two reads; 10 seconds if zero.
	Interval time.Duration
	// OnChange is told of the order as it is first read and at every change of
	// its status after that, if it is not nil. It is called by Wait itself, so
	// a slow one delays the next read.
	OnChange func(*Order)
}

// Wait reads an order until its status is delivered, confirmed, settled or
// completed, or failed, cancelled or rejected, and returns it then; [Order.Err]
// tells the last three apart. It does not confirm.
//
// Sellers may take days. Wait goes on while the platform is unavailable, limits
// the rate, or something in front of it answers. It ends with the context, with
// the client, with the last of three reads in a row that the platform itself
// refused, and with a quota that is used up; waiting again does no harm.
func (s OrderService) Wait(ctx context.Context, req WaitOrderRequest, opts ...transport.CallOption) (*Order, error) {
	const operation = "Orders.Wait"
	var f transport.Fields
	f.Check(ctx != nil, "context", "must not be nil")
	checkID(&f, "order_id", req.OrderID)
	f.Check(req.Interval >= 0, "interval", "must not be negative")
	if err := f.Err(s.t.Name(), operation); err != nil {
		return nil, err
	}
	var seen *Order
	err := s.t.Poll(ctx, s.t.Name(), operation, cmp.Or(req.Interval, defaultWait), func(ctx context.Context) (bool, error) {
		order, err := s.Get(ctx, req.OrderID, opts...)
		if err != nil {
			return false, err
		}
		changed := seen == nil || order.Status != seen.Status
		seen = order
		if req.OnChange != nil && changed {
			req.OnChange(order)
		}
		return order.Status.Delivered() || order.Status.Failed(), nil
	})
	if err != nil {
		return nil, err
	}
	return seen, nil
}
