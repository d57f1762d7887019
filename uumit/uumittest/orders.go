package uumittest

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// The states of an order ("UUMit Python quick start, Order status").
const (
	OrderPending   = "pending"
	OrderFrozen    = "frozen"
	OrderAccepted  = "accepted"
	OrderDelivered = "delivered"
	OrderConfirmed = "confirmed"
	OrderSettled   = "settled"
	OrderFailed    = "failed"
	OrderCancelled = "cancelled"
)

// confirmsItself is how long after its delivery an order is confirmed by the
// platform ("UUMit Python quick start, Confirm").
const confirmsItself = 24 * time.Hour

// Order is an order as it stands.
type Order struct {
	ID, Status        string
	CapabilityID      string
	DemandDescription string
	BuyerID, SellerID string
	PriceUT           decimal.Decimal
}

// Format prints id and status.
func (o Order) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "order %s (%s)", o.ID, o.Status) }

type order struct {
	id, status    string
	offer         *Capability
	demand        string
	buyer, seller *user
	since         time.Time // in this status
}

// Orders returns all orders in the order they were created.
func (p *Platform) Orders() []Order {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick(p.Now())
	var all []Order
	for _, o := range p.orders {
		all = append(all, o.view())
	}
	return all
}

// Order returns an order as it stands.
func (p *Platform) Order(id string) (Order, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick(p.Now())
	o := p.order(id)
	if o == nil {
		return Order{}, false
	}
	return o.view(), true
}

func (o *order) view() Order {
	return Order{o.id, o.status, o.offer.ID, o.demand, o.buyer.id, o.seller.id, o.offer.PriceUT}
}

func (p *Platform) order(id string) *order {
	i := slices.IndexFunc(p.orders, func(o *order) bool { return o.id == id })
	if i < 0 {
		return nil
	}
	return p.orders[i]
}

// AdvanceOrder moves an order one step on: pending, frozen, accepted,
// delivered, confirmed, settled. It returns the new status.
func (p *Platform) AdvanceOrder(id string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := p.mustOrder(id)
	next := o.next()
	if next == "" {
		panic(fmt.Sprintf("uumittest: order %q is %s: there is no next step", id, o.status))
	}
	p.move(o, next, p.Now())
	return o.status
}

// SetOrderStatus ends an order as failed or cancelled, or moves it on to a
// later status step by step. Money moves with it.
func (p *Platform) SetOrderStatus(id, status string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	o, now := p.mustOrder(id), p.Now()
	if status == OrderFailed || status == OrderCancelled {
		p.end(o, status, now)
		return
	}
	for o.status != status {
		next := o.next()
		if next == "" {
			panic(fmt.Sprintf("uumittest: order %q is %s and cannot become %s", id, o.status, status))
		}
		p.move(o, next, now)
	}
}

func (p *Platform) mustOrder(id string) *order {
	o := p.order(id)
	if o == nil {
		panic(fmt.Sprintf("uumittest: there is no order %q", id))
	}
	return o
}

// next is the status after the order's own, "" at an end.
func (o *order) next() string {
	line := []string{OrderPending, OrderFrozen, OrderAccepted, OrderDelivered, OrderConfirmed, OrderSettled}
	i := slices.Index(line, o.status)
	if i < 0 || i == len(line)-1 {
		return ""
	}
	return line[i+1]
}

// move changes the status, and the wallets where the new one means that.
func (p *Platform) move(o *order, status string, at time.Time) {
	switch status {
	case OrderFrozen:
		if !o.buyer.freeze(o.offer.PriceUT, o.id, at) {
			status = OrderFailed
		}
	case OrderConfirmed:
		p.settle(o.buyer, o.seller, o.offer.PriceUT, o.id, at)
	}
	o.status, o.since = status, at
}

// end stops an order and gives a frozen price back.
func (p *Platform) end(o *order, status string, at time.Time) {
	switch o.status {
	case OrderFrozen, OrderAccepted, OrderDelivered:
		o.buyer.unfreeze(o.offer.PriceUT, o.id, at)
	case OrderPending:
	default:
		panic(fmt.Sprintf("uumittest: order %q is %s and cannot become %s", o.id, o.status, status))
	}
	o.status, o.since = status, at
}

// tick lets orders do what the time that has passed makes them do.
func (p *Platform) tick(now time.Time) {
	for _, o := range p.orders {
		for {
			wait, next := p.pace, o.next()
			if o.status == OrderDelivered {
				wait = confirmsItself
			}
			at := o.since.Add(wait)
			if wait <= 0 || next == "" || now.Before(at) {
				break
			}
			p.move(o, next, at)
			if next == OrderConfirmed {
				p.move(o, OrderSettled, at) // what the platform confirms it settles
			}
		}
	}
}

type orderItem struct {
	ID           string `json:"id"`
	Status       string `json:"status"`
	CapabilityID string `json:"capability_id"`
	PriceUT      string `json:"price_ut"`
}

func (o *order) item() orderItem {
	return orderItem{o.id, o.status, o.offer.ID, ut(o.offer.PriceUT)}
}

func (p *Platform) createOrder(c *call) answer {
	if c.text("capability_id") == "" {
		return missing("body", "capability_id")
	}
	offer := p.capability(c.text("capability_id"))
	if offer == nil {
		return notFound("capability")
	}
	o := &order{
		id:     newUUID(),
		status: OrderPending,
		offer:  offer,
		demand: c.text("demand_description"),
		buyer:  c.user,
		seller: p.users[offer.SellerID],
		since:  c.now,
	}
	if c.user.available.LessThan(offer.PriceUT) {
		return insufficient()
	}
	if !p.pending {
		p.move(o, OrderFrozen, c.now)
	}
	p.orders = append(p.orders, o)
	return ok(o.item())
}

// mine returns the order of the path, nil if it is not the caller's.
func (p *Platform) mine(c *call) *order {
	o := p.order(c.id)
	if o == nil || c.user != o.buyer && c.user != o.seller {
		return nil
	}
	return o
}

func (p *Platform) getOrder(c *call) answer {
	o := p.mine(c)
	if o == nil {
		return notFound("order")
	}
	return ok(o.item())
}

func (p *Platform) confirmOrder(c *call) answer {
	o := p.mine(c)
	switch {
	case o == nil:
		return notFound("order")
	case c.user != o.buyer:
		return forbidden("buyer")
	case o.status == OrderConfirmed, o.status == OrderSettled:
		return *refused(http.StatusConflict, 4501, "order is already confirmed")
	case o.status != OrderDelivered:
		return conflict("order is not delivered")
	}
	p.move(o, OrderConfirmed, c.now)
	return ok(map[string]string{"seller_income": ut(income(o.offer.PriceUT))})
}

func (p *Platform) cancelOrder(c *call) answer {
	o := p.mine(c)
	switch {
	case o == nil:
		return notFound("order")
	case c.user != o.buyer:
		return forbidden("buyer")
	case o.status != OrderPending && o.status != OrderFrozen:
		return conflict("order cannot be cancelled any more")
	}
	p.end(o, OrderCancelled, c.now)
	return ok(o.item())
}

func (p *Platform) deliverOrder(c *call) answer {
	o := p.mine(c)
	files, _ := c.body["deliverables"].([]any)
	switch {
	case o == nil:
		return notFound("order")
	case c.user != o.seller:
		return forbidden("seller")
	case len(files) == 0:
		return missing("body", "deliverables")
	case o.status != OrderFrozen && o.status != OrderAccepted:
		return conflict("order cannot be delivered now")
	}
	for _, f := range files {
		file, _ := f.(map[string]any)
		for _, name := range []string{"url", "name"} {
			if text, _ := file[name].(string); text == "" {
				return missing("body", name)
			}
		}
	}
	p.move(o, OrderDelivered, c.now)
	return ok(struct {
		orderItem
		ReviewID  string `json:"review_id"`
		StatusURL string `json:"status_url"`
	}{o.item(), newUUID(), api + "/orders/" + o.id})
}

func forbidden(who string) answer {
	return *refused(http.StatusForbidden, 1003, "only the "+who+" may do this")
}

func (p *Platform) listOrders(c *call) answer {
	if a := c.checkRole(); a != nil {
		return *a
	}
	status := c.r.URL.Query().Get("status")
	var items []orderItem
	for _, o := range newestFirst(p.orders) {
		if c.sides(o.buyer, o.seller) && (status == "" || status == o.status) {
			items = append(items, o.item())
		}
	}
	return page(c, items)
}
