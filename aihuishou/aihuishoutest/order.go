package aihuishoutest

import (
	"fmt"
	"time"

	"github.com/pentagate/pentagate/aihuishou"
)

// The statuses of an order in their sequence. The vendor document has the word
// of the first only; those of the others are this package's.
const (
	StatusPendingSend aihuishou.OrderStatus = "pending_send"
	StatusInspecting  aihuishou.OrderStatus = "inspecting"
	StatusCompleted   aihuishou.OrderStatus = "completed"
)

// expressCompany is that of the vendor document's sample.
const expressCompany = "圆通快递"

// Order is an order as it stands. Amounts are in yuan. It prints without the
// person's data.
type Order struct {
	OrderNo, ValuationID             string
	UserName, UserPhone, UserAddress string
	LogisticsType                    aihuishou.LogisticsType
	// ExpressNo is empty for a device that is brought to a shop.
	ExpressNo string
	Status    aihuishou.OrderStatus
	CreatedAt time.Time
	// InspectingSince and CompletedAt are zero until then.
	InspectingSince, CompletedAt time.Time
	// FinalPrice and Conclusion are what the inspection finds. They show in
	// answers once the order is completed.
	FinalPrice, Conclusion string
	// SettlementNo is given when the order is completed.
	SettlementNo string
}

// Format prints the number and the status.
func (o Order) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "order %s (%s)", o.OrderNo, string(o.Status))
}

// TradeIn is a trade-in order.
type TradeIn struct {
	TradeInNo, RecycleOrderNo, NewMachineOrderNo string
	CreatedAt                                    time.Time
}

// quote is one answer of valuation/get.
type quote struct {
	price string
	end   time.Time
}

// advance takes an order to its next status.
func (p *Platform) advance(o *Order, at time.Time) {
	switch o.Status {
	case StatusPendingSend:
		o.Status, o.InspectingSince = StatusInspecting, at
	case StatusInspecting:
		o.Status, o.CompletedAt = StatusCompleted, at
		o.SettlementNo = p.number("SET", at)
	}
}

// progressTo takes all orders to where the clock has brought them.
func (p *Platform) progressTo(now time.Time) {
	if p.progress <= 0 {
		return
	}
	for _, o := range p.orders {
		for o.Status != StatusCompleted {
			since := o.CreatedAt
			if o.Status == StatusInspecting {
				since = o.InspectingSince
			}
			next := since.Add(p.progress)
			if now.Before(next) {
				break
			}
			p.advance(o, next)
		}
	}
}
