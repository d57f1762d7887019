package uumit

import (
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
// tells the last three apart. It does not confirm. It ends with the context
// and with the first read that fails after its retries; waiting again does no
// harm.
func (s OrderService) Wait(ctx context.Context, req WaitOrderRequest, opts ...transport.CallOption) (*Order, error) {
	const operation = "Orders.Wait"
	var f transport.Fields
	checkID(&f, "order_id", req.OrderID)
	f.Check(req.Interval >= 0, "interval", "must not be negative")
	if err := f.Err(provider, operation); err != nil {
		return nil, err
	}
	interval := req.Interval
	if interval == 0 {
		interval = defaultWait
	}
	for last, first := OrderStatus(""), true; ; first = false {
		order, err := s.Get(ctx, req.OrderID, opts...)
		if err != nil {
			return nil, err
		}
		if req.OnChange != nil && (first || order.Status != last) {
			req.OnChange(order)
		}
		last = order.Status
		if last.Delivered() || last.Failed() {
			return order, nil
		}
		if err := s.t.Sleep(ctx, interval); err != nil {
			return nil, &transport.Error{Provider: provider, Operation: operation, Err: err}
		}
	}
}
