package aihuishou

import (
	"context"
	"slices"
	"time"

	"github.com/pentagate/pentagate/transport"
)

// defaultInterval suits an order that takes days.
const defaultInterval = 30 * time.Second

// WaitOrderRequest says what to wait for.
type WaitOrderRequest struct {
	// OrderNo is required.
	OrderNo string
	// Until names the statuses that end the wait. If there are none, the
	// first status other than StatusPendingSend does: which words follow, and
	// which of them are final, is not documented, and waiting on might never
	// end.
	Until []OrderStatus
	// Interval is the time between two looks, at least a second; 30 seconds
	// if zero.
	Interval time.Duration
	// OnChange is told of the first answer, and of every one in which the
	// status or the logistics status differs or the inspection result has
	// come. An error ends the wait and is returned as it is. Optional.
	OnChange func(*OrderDetail) error
}

func (r WaitOrderRequest) problems() transport.Fields {
	var f transport.Fields
	required(&f, "order_no", r.OrderNo)
	f.Check(!slices.Contains(r.Until, ""), "until", "must not hold an empty status")
	f.Check(r.Interval == 0 || r.Interval >= time.Second, "interval", "must be at least 1s, or 0 for 30s")
	return f
}

// WaitOrder looks at an order until it reaches a status. An order that is
// cancelled may never reach it, so the context should have a deadline.
//
// The wait goes on while the platform is busy, out of reach, limits the rate or
// answers what cannot be read. It ends with the third refusal by the platform
// in a row, such as that the order does not exist, and with the context or the
// client. Calling again goes on.
func (c *Client) WaitOrder(ctx context.Context, req WaitOrderRequest, opts ...transport.CallOption) (*OrderDetail, error) {
	if err := req.problems().Err(c.t.Name(), "WaitOrder"); err != nil {
		return nil, err
	}
	if req.Interval == 0 {
		req.Interval = defaultInterval
	}
	var last *OrderDetail
	var stopped error // by OnChange, whose errors are not those of a look
	err := c.t.Poll(ctx, c.t.Name(), "WaitOrder", req.Interval, func(ctx context.Context) (bool, error) {
		detail, err := c.GetOrderDetail(ctx, req.OrderNo, opts...)
		if err != nil {
			return false, err
		}
		if req.OnChange != nil && detail.differs(last) {
			stopped = req.OnChange(detail)
		}
		last = detail
		return stopped != nil || req.reached(detail.Status), nil
	})
	switch {
	case stopped != nil:
		return nil, stopped
	case err != nil:
		return nil, err
	}
	return last, nil
}

func (r WaitOrderRequest) reached(s OrderStatus) bool {
	if len(r.Until) == 0 {
		return s != StatusPendingSend
	}
	return slices.Contains(r.Until, s)
}

func (d *OrderDetail) differs(last *OrderDetail) bool {
	return last == nil || d.Status != last.Status || d.LogisticsStatus != last.LogisticsStatus ||
		(d.InspectionResult == nil) != (last.InspectionResult == nil)
}
