package uumittest

import (
	"encoding/json"
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

// Further states, of orders that a task or a skill gave rise to ("UUMit agent
// skill, Orders"). Here an order has them only by [Platform.SetOrderStatus].
const (
	OrderPendingDelivery = "pending_delivery"
	OrderRework          = "rework"
	OrderRejected        = "rejected"
	// OrderCompleted is an older word for settled.
	OrderCompleted = "completed"
)

// orderMoney says where the price of an order is in each state.
var orderMoney = map[string]place{
	OrderPending:         withBuyer,
	OrderFrozen:          frozen,
	OrderAccepted:        frozen,
	OrderPendingDelivery: frozen,
	OrderDelivered:       frozen,
	OrderRework:          frozen,
	OrderConfirmed:       paid,
	OrderSettled:         paid,
	OrderCompleted:       paid,
	OrderFailed:          withBuyer,
	OrderCancelled:       withBuyer,
	OrderRejected:        withBuyer,
}

// afterOrder is the step that comes after a state. What is not in it is an end
// or an unknown word.
var afterOrder = map[string]string{
	OrderPending:         OrderFrozen,
	OrderFrozen:          OrderAccepted,
	OrderAccepted:        OrderDelivered,
	OrderPendingDelivery: OrderDelivered,
	OrderRework:          OrderDelivered,
	OrderDelivered:       OrderConfirmed,
	OrderConfirmed:       OrderSettled,
}

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
	// Deliverables is what was delivered last.
	Deliverables []Deliverable
}

// Deliverable is one delivered file ("UUMit agent skill, Deliverables"). It
// prints nothing of it.
type Deliverable struct {
	URL         string          `json:"url"`
	Name        string          `json:"name"`
	Size        *int64          `json:"size,omitempty"`
	ContentType string          `json:"content_type,omitempty"`
	Metadata    json.RawMessage `json:"metadata,omitempty"`
	TextContent string          `json:"text_content,omitempty"`
}

// Format prints nothing of the file.
func (Deliverable) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "deliverable") }

// Format prints id and status.
func (o Order) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "order %s (%s)", o.ID, o.Status) }

type order struct {
	purchase
	demand       string
	deliverables []Deliverable
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
	return Order{o.id, o.status, o.offer.ID, o.demand, o.buyer.id, o.seller.id, o.price, slices.Clone(o.deliverables)}
}

func (p *Platform) order(id string) *order {
	i := slices.IndexFunc(p.orders, func(o *order) bool { return o.id == id })
	if i < 0 {
		return nil
	}
	return p.orders[i]
}

// AdvanceOrder moves an order one step on: pending, frozen, accepted,
// delivered, confirmed, settled; from pending_delivery and rework to
// delivered. It returns the new status, which is failed if the buyer cannot
// pay. It panics at an end and at an unknown word.
func (p *Platform) AdvanceOrder(id string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.Now()
	p.tick(now)
	o := p.mustOrder(id)
	next := afterOrder[o.status]
	if next == "" {
		panic(fmt.Sprintf("uumittest: order %q is %s: there is no next step", id, o.status))
	}
	p.moveOrder(o, next, now)
	return o.status
}

// SetOrderStatus gives an order any status, also a word that the platform does
// not know. The price goes where the status has it: it is frozen from frozen
// to delivered, in pending_delivery and in rework; paid, once and for good, by
// confirmed, settled and completed; back with the buyer in all others. An
// unknown word leaves it where it is. An order that the buyer cannot pay
// becomes failed.
func (p *Platform) SetOrderStatus(id, status string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.Now()
	p.tick(now)
	p.moveOrder(p.mustOrder(id), status, now)
}

func (p *Platform) mustOrder(id string) *order {
	o := p.order(id)
	if o == nil {
		panic(fmt.Sprintf("uumittest: there is no order %q", id))
	}
	return o
}

func (p *Platform) moveOrder(o *order, status string, at time.Time) {
	if !p.become(&o.purchase, status, orderMoney, at) {
		p.become(&o.purchase, OrderFailed, orderMoney, at)
	}
}

// tickOrder takes an order through the steps whose time has come.
func (p *Platform) tickOrder(o *order, now time.Time) {
	for {
		wait, next := p.pace, afterOrder[o.status]
		if o.status == OrderDelivered {
			wait = confirmsItself
		}
		at := o.since.Add(wait)
		if wait <= 0 || next == "" || now.Before(at) {
			return
		}
		switch next {
		case OrderDelivered:
			o.deliverables = []Deliverable{{
				URL:         "https://oss.uumit.com/deliverables/" + o.id + ".txt",
				Name:        "delivery.txt",
				ContentType: "text/plain",
				TextContent: o.work(),
			}}
		case OrderConfirmed:
			next = OrderSettled // what the platform confirms it settles
		}
		p.moveOrder(o, next, at)
	}
}

type orderItem struct {
	ID           string `json:"id"`
	Status       string `json:"status"`
	CapabilityID string `json:"capability_id"`
	PriceUT      string `json:"price_ut"`
}

func (o *order) item() orderItem {
	return orderItem{o.id, o.status, o.offer.ID, ut(o.price)}
}

// orderDetail is an order as its own page shows it.
type orderDetail struct {
	orderItem
	Deliverables []Deliverable `json:"deliverables,omitempty"`
}

func (p *Platform) createOrder(c *call) answer {
	if c.text("capability_id") == "" {
		return missing("body", "capability_id")
	}
	offer := p.capability(c.text("capability_id"))
	if offer == nil {
		return notFound("capability")
	}
	o := &order{purchase: p.newPurchase(c, offer, offer.PriceUT, OrderPending), demand: c.text("demand_description")}
	if c.user.available.LessThan(offer.PriceUT) {
		return insufficient()
	}
	if !p.pending {
		p.moveOrder(o, OrderFrozen, c.now)
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
	return ok(orderDetail{o.item(), o.deliverables})
}

func (p *Platform) confirmOrder(c *call) answer {
	o := p.mine(c)
	switch {
	case o == nil:
		return notFound("order")
	case c.user != o.buyer:
		return forbidden("buyer")
	case o.status == OrderConfirmed, o.status == OrderSettled, o.status == OrderCompleted:
		return *refused(http.StatusConflict, 4501, "order is already confirmed")
	case o.status != OrderDelivered:
		return conflict("order is not delivered")
	}
	p.moveOrder(o, OrderConfirmed, c.now)
	return ok(map[string]string{"seller_income": ut(income(o.price))})
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
	p.moveOrder(o, OrderCancelled, c.now)
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
	case o.status != OrderFrozen && afterOrder[o.status] != OrderDelivered:
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
	var delivered []Deliverable
	if json.Unmarshal(c.member("deliverables"), &delivered) != nil {
		return invalid("body", "deliverables", "type_error", "Input should be a list of files")
	}
	o.deliverables = delivered
	p.moveOrder(o, OrderDelivered, c.now)
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
