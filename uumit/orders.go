package uumit

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/url"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

const orderPath = "/api/v1/orders"

// OrderService creates and follows orders. It is the field Orders of a
// [Client].
type OrderService struct{ t *transport.Client }

// OrderStatus is the platform's word for an order's state. Unknown words are
// kept.
type OrderStatus string

// The states of orders for a capability, in their order ("UUMit Python quick
// start, Order status").
const (
	OrderPending   OrderStatus = "pending"
	OrderFrozen    OrderStatus = "frozen"
	OrderAccepted  OrderStatus = "accepted"
	OrderDelivered OrderStatus = "delivered"
	OrderConfirmed OrderStatus = "confirmed"
	OrderSettled   OrderStatus = "settled"
	OrderFailed    OrderStatus = "failed"
	OrderCancelled OrderStatus = "cancelled"
)

// Further states, of orders that a task or a skill gave rise to ("UUMit agent
// skill, Orders").
const (
	OrderPendingDelivery OrderStatus = "pending_delivery"
	OrderRework          OrderStatus = "rework"
	OrderRejected        OrderStatus = "rejected"
	// OrderCompleted is an older word for settled.
	OrderCompleted OrderStatus = "completed"
)

// Failed tells whether the order ended without a delivery that was accepted:
// failed, cancelled or rejected.
func (s OrderStatus) Failed() bool {
	return s == OrderFailed || s == OrderCancelled || s == OrderRejected
}

// Delivered tells whether the seller is done: delivered, confirmed, settled or
// completed.
func (s OrderStatus) Delivered() bool {
	return s == OrderDelivered || s == OrderConfirmed || s == OrderSettled || s == OrderCompleted
}

// Order is an order, of whatever origin. The documents promise ID and Status;
// the other members come with orders of tasks and skills. It prints id and
// status only.
type Order struct {
	ID        string      `json:"id"`
	Status    OrderStatus `json:"status"`
	OrderNo   string      `json:"order_no,omitempty"`
	TaskID    string      `json:"task_id,omitempty"`
	TaskTitle string      `json:"task_title,omitempty"`
	SkillID   string      `json:"skill_id,omitempty"`
	// ReworkCount counts what the buyer, AIReworkCount what the platform's
	// review sent back.
	ReworkCount      *int      `json:"rework_count,omitempty"`
	AIReworkCount    *int      `json:"ai_rework_count,omitempty"`
	LastReworkReason string    `json:"last_rework_reason,omitempty"`
	ReworkDeadline   Time      `json:"rework_deadline,omitzero"`
	ReworkGuidance   *Guidance `json:"rework_guidance,omitempty"`
	// AIPrecheckPassed is about the review and not about the settlement.
	AIPrecheckPassed *bool           `json:"ai_precheck_passed,omitempty"`
	DeliveryReview   json.RawMessage `json:"delivery_review,omitempty"`
	CancelReason     string          `json:"cancel_reason,omitempty"`
	// ReviewID and StatusURL are the receipt of SubmitDeliverables: the review
	// goes on after the answer.
	ReviewID  string `json:"review_id,omitempty"`
	StatusURL string `json:"status_url,omitempty"`
	// Raw is the order as it came.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps what it reads in Raw. Ids may be numbers.
func (o *Order) UnmarshalJSON(b []byte) error {
	type plain Order
	var in struct {
		plain
		ID               answer.ID   `json:"id"`
		Status           answer.Text `json:"status"`
		OrderNo          answer.ID   `json:"order_no"`
		TaskID           answer.ID   `json:"task_id"`
		TaskTitle        answer.Text `json:"task_title"`
		SkillID          answer.ID   `json:"skill_id"`
		ReworkCount      answer.Int  `json:"rework_count"`
		AIReworkCount    answer.Int  `json:"ai_rework_count"`
		LastReworkReason answer.Text `json:"last_rework_reason"`
		AIPrecheckPassed answer.Flag `json:"ai_precheck_passed"`
		CancelReason     answer.Text `json:"cancel_reason"`
		ReviewID         answer.ID   `json:"review_id"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	*o = Order(in.plain)
	o.ID, o.Status = string(in.ID), OrderStatus(in.Status)
	o.OrderNo, o.TaskID, o.TaskTitle, o.SkillID = string(in.OrderNo), string(in.TaskID), string(in.TaskTitle), string(in.SkillID)
	o.ReworkCount, o.AIReworkCount = count(in.ReworkCount), count(in.AIReworkCount)
	o.LastReworkReason, o.CancelReason, o.ReviewID = string(in.LastReworkReason), string(in.CancelReason), string(in.ReviewID)
	o.AIPrecheckPassed = in.AIPrecheckPassed.Ptr()
	o.Raw = answer.Keep(b)
	return nil
}

// Format prints id and status.
func (o Order) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "order %s (%s)", o.ID, string(o.Status))
}

// LogValue returns what Format prints.
func (o Order) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(o)) }

// Err returns nil unless the order failed, was cancelled or rejected: then an
// error that matches [transport.ErrConflict], with the status as its Code.
func (o *Order) Err() error {
	if !o.Status.Failed() {
		return nil
	}
	return &transport.Error{Provider: provider, Operation: "Orders", Kind: transport.ErrConflict, Code: string(o.Status), Err: errOrderFailed}
}

var errOrderFailed = errors.New("the order ended without a delivery")

// createdOrder is an answer that proves itself by its id.
type createdOrder struct{ Order }

func (o *createdOrder) UnmarshalJSON(b []byte) error {
	if err := o.Order.UnmarshalJSON(b); err != nil {
		return err
	}
	if o.ID == "" {
		return errNoID
	}
	return nil
}

// orderDetail is an answer that nobody could use without its status.
type orderDetail struct{ createdOrder }

func (o *orderDetail) UnmarshalJSON(b []byte) error {
	if err := o.createdOrder.UnmarshalJSON(b); err != nil {
		return err
	}
	if o.Status == "" {
		return errNoStatus
	}
	return nil
}

// changedOrder is the answer to a change, which the documents do not describe:
// code 0 is what tells that it was made.
type changedOrder struct{ Order }

func (o *changedOrder) UnmarshalJSON(b []byte) error {
	if o.Order.UnmarshalJSON(b) != nil {
		o.Order = Order{Raw: answer.Keep(b)}
	}
	return nil
}

// CreateOrderRequest orders a capability. It prints the capability's id only.
type CreateOrderRequest struct {
	// CapabilityID is required: the ID of a search result.
	CapabilityID string `json:"capability_id"`
	// DemandDescription tells the seller what is wanted.
	DemandDescription *string `json:"demand_description,omitempty"`
}

// Format prints the capability's id.
func (r CreateOrderRequest) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "order of capability %s", r.CapabilityID)
}

// LogValue returns what Format prints.
func (r CreateOrderRequest) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(r)) }

// Create orders a capability and freezes its price in UT at once. The order
// comes back pending or frozen. A balance that does not suffice matches
// [transport.ErrQuota].
func (s OrderService) Create(ctx context.Context, req CreateOrderRequest, opts ...transport.CallOption) (*Order, error) {
	const operation = "Orders.Create"
	var f transport.Fields
	f.Check(req.CapabilityID != "", "capability_id", "must not be empty")
	if err := f.Err(provider, operation); err != nil {
		return nil, err
	}
	call := fixed(operation, post, orderPath, transport.Keyed)
	call.Body = req
	out, err := send[createdOrder](ctx, s.t, call, opts)
	if err != nil {
		return nil, err
	}
	return &out.Order, nil
}

// Get returns an order.
func (s OrderService) Get(ctx context.Context, orderID string, opts ...transport.CallOption) (*Order, error) {
	const operation = "Orders.Get"
	var f transport.Fields
	checkID(&f, "order_id", orderID)
	if err := f.Err(provider, operation); err != nil {
		return nil, err
	}
	call := ofID(operation, get, orderPath, "order_id", orderID, "", transport.Read)
	out, err := send[orderDetail](ctx, s.t, call, opts)
	if err != nil {
		return nil, err
	}
	return &out.Order, nil
}

// Confirmation is the answer of Confirm.
type Confirmation struct {
	// SellerIncome is what the seller is paid, in UT; not valid if the
	// platform did not say.
	SellerIncome answer.Amount `json:"seller_income"`
	// AlreadyDone tells that an earlier attempt of this call may have done it:
	// its answer was lost, and the repeat found the order confirmed.
	// SellerIncome is then not valid.
	AlreadyDone bool `json:"-"`
	// Raw is the answer as it came.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps what it reads in Raw. The documents promise no member.
func (c *Confirmation) UnmarshalJSON(b []byte) error {
	type plain Confirmation
	var in plain
	_ = answer.Decode(b, &in) // code 0 is what tells that it was done
	*c = Confirmation(in)
	c.Raw = answer.Keep(b)
	return nil
}

// Format prints the income.
func (c Confirmation) Format(f fmt.State, _ rune) {
	income := "unknown"
	if c.SellerIncome.Valid {
		income = c.SellerIncome.String() + " UT"
	}
	_, _ = fmt.Fprintf(f, "confirmation (seller income %s, already done %t)", income, c.AlreadyDone)
}

// LogValue returns what Format prints.
func (c Confirmation) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

// Confirm accepts a delivery as its buyer: the price is paid to the seller and
// cannot be had back. An order that is confirmed already matches
// [transport.ErrConflict] and has the Code CodeAlreadyConfirmed, unless an
// earlier attempt of the same call may have been what confirmed it: that counts
// as done.
func (s OrderService) Confirm(ctx context.Context, orderID string, opts ...transport.CallOption) (*Confirmation, error) {
	const operation = "Orders.Confirm"
	var f transport.Fields
	checkID(&f, "order_id", orderID)
	if err := f.Err(provider, operation); err != nil {
		return nil, err
	}
	var out Confirmation
	call := ofID(operation, post, orderPath, "order_id", orderID, "confirm", transport.Keyed)
	call.Settle = func(_ context.Context, info transport.Info, err *transport.Error) error {
		if !info.Repeated || err.Code != CodeAlreadyConfirmed || !errors.Is(err, transport.ErrConflict) {
			return err
		}
		out = Confirmation{AlreadyDone: true}
		return nil
	}
	if err := s.t.Do(ctx, call, &enveloped{&out}, opts...); err != nil {
		return nil, err
	}
	return &out, nil
}

// Cancel calls an order off and unfreezes its price. The documents do not
// describe the answer: the order comes with its id and with what was sent.
func (s OrderService) Cancel(ctx context.Context, orderID string, opts ...transport.CallOption) (*Order, error) {
	const operation = "Orders.Cancel"
	var f transport.Fields
	checkID(&f, "order_id", orderID)
	if err := f.Err(provider, operation); err != nil {
		return nil, err
	}
	call := ofID(operation, post, orderPath, "order_id", orderID, "cancel", transport.Keyed)
	return s.change(ctx, call, orderID, opts)
}

// change makes a change. The order has the id it was asked for with if the
// answer has none.
func (s OrderService) change(ctx context.Context, call transport.Call, id string, opts []transport.CallOption) (*Order, error) {
	out, err := send[changedOrder](ctx, s.t, call, opts)
	if err != nil {
		return nil, err
	}
	out.ID = cmp.Or(out.ID, id)
	return &out.Order, nil
}

// Deliverable is one delivered file. It prints nothing of it.
type Deliverable struct {
	// URL is required: a file that was uploaded to the platform before.
	URL string `json:"url"`
	// Name is required.
	Name        string          `json:"name"`
	Size        *int64          `json:"size,omitempty"`
	ContentType string          `json:"content_type,omitempty"`
	Metadata    json.RawMessage `json:"metadata,omitempty"`
	TextContent string          `json:"text_content,omitempty"`
}

// Format prints nothing of the file.
func (Deliverable) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "deliverable") }

// LogValue returns what Format prints.
func (v Deliverable) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(v)) }

// DeliverableType says what a delivery is.
type DeliverableType string

// The documented types.
const (
	DeliverableDigital      DeliverableType = "digital"
	DeliverableOfflineProof DeliverableType = "offline_proof"
)

// SubmitDeliverablesRequest delivers an order. It prints the order's id and the
// number of files only.
type SubmitDeliverablesRequest struct {
	// OrderID is required.
	OrderID string `json:"-"`
	// Deliverables holds at least one file.
	Deliverables []Deliverable `json:"deliverables"`
	// Type is "" for the platform's choice.
	Type DeliverableType `json:"deliverable_type,omitempty"`
	// OfflineNote goes with DeliverableOfflineProof.
	OfflineNote string `json:"offline_note,omitempty"`
}

// Format prints the order's id and the number of files.
func (r SubmitDeliverablesRequest) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "%d deliverables of order %s", len(r.Deliverables), r.OrderID)
}

// LogValue returns what Format prints.
func (r SubmitDeliverablesRequest) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(r)) }

// SubmitDeliverables delivers an order as its seller. The answer is the order
// with the receipt of a review that goes on. A delivery that is refused at once
// comes as an error that matches DeliverableFormatMismatch or
// DeliverableUnchangedResubmit, with [GuidanceFrom]; nothing is stored then.
// Code 4801 means that the content was refused.
func (s OrderService) SubmitDeliverables(ctx context.Context, req SubmitDeliverablesRequest, opts ...transport.CallOption) (*Order, error) {
	const operation = "Orders.SubmitDeliverables"
	var f transport.Fields
	checkID(&f, "order_id", req.OrderID)
	f.Check(len(req.Deliverables) > 0, "deliverables", "must hold at least one file")
	for i, d := range req.Deliverables {
		at := fmt.Sprintf("deliverables[%d].", i)
		f.Check(d.URL != "", at+"url", "must not be empty")
		f.Check(d.Name != "", at+"name", "must not be empty")
		f.Check(d.Size == nil || *d.Size >= 0, at+"size", "must not be negative")
		f.Check(len(d.Metadata) == 0 || json.Valid(d.Metadata), at+"metadata", "must be valid JSON")
	}
	if err := f.Err(provider, operation); err != nil {
		return nil, err
	}
	call := ofID(operation, post, orderPath, "order_id", req.OrderID, "deliverables", transport.Keyed)
	call.Body = req
	return s.change(ctx, call, req.OrderID, opts)
}

// Role says on which side of a purchase the caller stands. Other words than
// these are sent as they are.
type Role string

// The roles.
const (
	Buyer  Role = "buyer"
	Seller Role = "seller"
)

// ListOrdersRequest selects orders. The zero value is the first page of all.
type ListOrdersRequest struct {
	// Role is empty for both. The platform documents seller; buyer is its
	// counterpart in the list of transactions.
	Role Role
	// Status is empty for all.
	Status OrderStatus
	PageRequest
}

// List returns one page of orders.
func (s OrderService) List(ctx context.Context, req ListOrdersRequest, opts ...transport.CallOption) (*Page[Order], error) {
	const operation = "Orders.List"
	var f transport.Fields
	req.checkPage(&f)
	if err := f.Err(provider, operation); err != nil {
		return nil, err
	}
	call := fixed(operation, get, orderPath, transport.Read)
	call.Query = make(url.Values)
	setUnlessEmpty(call.Query, "role", string(req.Role))
	setUnlessEmpty(call.Query, "status", string(req.Status))
	req.addTo(call.Query)
	return send[Page[Order]](ctx, s.t, call, opts)
}

// All reads all orders from req.Page on, 100 a page unless req.PageSize says
// otherwise. It stops after the first error, and ends short of what the platform
// told with an error only: see [transport.Pages]. A list that changes while it
// is read may show an order twice.
func (s OrderService) All(ctx context.Context, req ListOrdersRequest, opts ...transport.CallOption) iter.Seq2[Order, error] {
	return all(req.PageRequest, "Orders.All", func(page PageRequest) (*Page[Order], error) {
		req := req
		req.PageRequest = page
		return s.List(ctx, req, opts...)
	})
}
