package uumit

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"

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
// the other members come with orders of tasks and skills.
type Order struct {
	ID        string             `json:"id"`
	Status    OrderStatus        `json:"status"`
	OrderNo   string             `json:"order_no,omitempty"`
	TaskID    string             `json:"task_id,omitempty"`
	TaskTitle transport.Personal `json:"task_title,omitzero"`
	SkillID   string             `json:"skill_id,omitempty"`
	// ReworkCount counts what the buyer, AIReworkCount what the platform's
	// review sent back.
	ReworkCount      *int               `json:"rework_count,omitempty"`
	AIReworkCount    *int               `json:"ai_rework_count,omitempty"`
	LastReworkReason transport.Personal `json:"last_rework_reason,omitzero"`
	ReworkDeadline   Time               `json:"rework_deadline,omitzero"`
	ReworkGuidance   *Guidance          `json:"rework_guidance,omitempty"`
	// AIPrecheckPassed is about the review and not about the settlement.
	AIPrecheckPassed *bool              `json:"ai_precheck_passed,omitempty"`
	DeliveryReview   transport.Raw      `json:"delivery_review,omitzero"`
	CancelReason     transport.Personal `json:"cancel_reason,omitzero"`
	// ReviewID and StatusURL are the receipt of SubmitDeliverables: the review
	// goes on after the answer.
	ReviewID  string             `json:"review_id,omitempty"`
	StatusURL transport.Personal `json:"status_url,omitzero"`
	// Raw is the order as it came.
	Raw transport.Raw `json:"-"`
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
		SkillID          answer.ID   `json:"skill_id"`
		ReworkCount      answer.Int  `json:"rework_count"`
		AIReworkCount    answer.Int  `json:"ai_rework_count"`
		AIPrecheckPassed answer.Flag `json:"ai_precheck_passed"`
		ReviewID         answer.ID   `json:"review_id"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	*o = Order(in.plain)
	o.ID, o.Status = string(in.ID), OrderStatus(in.Status)
	o.OrderNo, o.TaskID, o.SkillID, o.ReviewID = string(in.OrderNo), string(in.TaskID), string(in.SkillID), string(in.ReviewID)
	o.ReworkCount, o.AIReworkCount = count(in.ReworkCount), count(in.AIReworkCount)
	o.AIPrecheckPassed = in.AIPrecheckPassed.Ptr()
	o.Raw = transport.NewRaw(b)
	return nil
}

// String tells the id and the status.
func (o Order) String() string { return "order " + o.ID + " (" + string(o.Status) + ")" }

// Err returns nil unless the order failed, was cancelled or rejected: then an
// error that matches [transport.ErrConflict], with the status as its Code.
func (o *Order) Err() error {
	if !o.Status.Failed() {
		return nil
	}
	return &transport.Error{Provider: "uumit", Operation: "Orders", Kind: transport.ErrConflict, Code: string(o.Status), Err: errOrderFailed}
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
		o.Order = Order{Raw: transport.NewRaw(b)}
	}
	return nil
}

// CreateOrderRequest orders a capability. It prints, and is written as JSON,
// with a mask for what is wanted.
type CreateOrderRequest struct {
	// CapabilityID is required: the ID of a search result.
	CapabilityID string `json:"capability_id"`
	// DemandDescription tells the seller what is wanted.
	DemandDescription *string `json:"demand_description,omitempty"`
}

// createOrderWire is the request as it is sent, without its methods.
type createOrderWire CreateOrderRequest

// shown holds a mask where there is a description, so that the JSON of a
// request, read and sent again, is refused rather than an order of something
// else.
func (r CreateOrderRequest) shown() any {
	return struct {
		CapabilityID      string             `json:"capability_id"`
		DemandDescription transport.Personal `json:"demand_description,omitzero"`
	}{r.CapabilityID, transport.NewPersonal(r.demand())}
}

func (r CreateOrderRequest) demand() string {
	if r.DemandDescription == nil {
		return ""
	}
	return *r.DemandDescription
}

// Format prints the capability's id and the mask.
func (r CreateOrderRequest) Format(f fmt.State, verb rune) { format(f, verb, r.shown()) }

// MarshalJSON writes the capability's id and the mask.
func (r CreateOrderRequest) MarshalJSON() ([]byte, error) { return json.Marshal(r.shown()) }

// LogValue returns what MarshalJSON writes.
func (r CreateOrderRequest) LogValue() slog.Value { return slog.AnyValue(r.shown()) }

// Create orders a capability and freezes its price in UT at once. The order
// comes back pending or frozen. A balance that does not suffice matches
// [transport.ErrQuota].
func (s OrderService) Create(ctx context.Context, req CreateOrderRequest, opts ...transport.CallOption) (*Order, error) {
	call := fixed("Orders.Create", post, orderPath, transport.Keyed)
	call.Invalid.Check(req.CapabilityID != "", "capability_id", "must not be empty")
	call.Body = createOrderWire(req)
	out, err := send[createdOrder](ctx, s.t, call, opts)
	if err != nil {
		return nil, err
	}
	return &out.Order, nil
}

// Get returns an order.
func (s OrderService) Get(ctx context.Context, orderID string, opts ...transport.CallOption) (*Order, error) {
	call := ofID("Orders.Get", get, orderPath, "order_id", orderID, "", transport.Read)
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
	Raw transport.Raw `json:"-"`
}

// UnmarshalJSON keeps what it reads in Raw. The documents promise no member.
func (c *Confirmation) UnmarshalJSON(b []byte) error {
	type plain Confirmation
	var in plain
	_ = answer.Decode(b, &in) // code 0 is what tells that it was done
	*c = Confirmation(in)
	c.Raw = transport.NewRaw(b)
	return nil
}

// Confirm accepts a delivery as its buyer: the price is paid to the seller and
// cannot be had back. An order that is confirmed already matches
// [transport.ErrConflict] and has the Code CodeAlreadyConfirmed, unless an
// earlier attempt of the same call may have been what confirmed it: that counts
// as done.
func (s OrderService) Confirm(ctx context.Context, orderID string, opts ...transport.CallOption) (*Confirmation, error) {
	var out Confirmation
	call := ofID("Orders.Confirm", post, orderPath, "order_id", orderID, "confirm", transport.Keyed)
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
	call := ofID("Orders.Cancel", post, orderPath, "order_id", orderID, "cancel", transport.Keyed)
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

// Deliverable is one delivered file. It prints, and is written as JSON, with
// its kind only.
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

// deliverableWire is the file as it is sent, without its methods.
type deliverableWire Deliverable

func (d Deliverable) shown() any {
	return struct {
		ContentType string `json:"content_type,omitempty"`
	}{d.ContentType}
}

// Format prints the kind only.
func (d Deliverable) Format(f fmt.State, verb rune) { format(f, verb, d.shown()) }

// MarshalJSON writes the kind only.
func (d Deliverable) MarshalJSON() ([]byte, error) { return json.Marshal(d.shown()) }

// LogValue returns what MarshalJSON writes.
func (d Deliverable) LogValue() slog.Value { return slog.AnyValue(d.shown()) }

// DeliverableType says what a delivery is.
type DeliverableType string

// The documented types.
const (
	DeliverableDigital      DeliverableType = "digital"
	DeliverableOfflineProof DeliverableType = "offline_proof"
)

// SubmitDeliverablesRequest delivers an order. It prints, and is written as
// JSON, with the order's id, the type and the number of files only.
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

// submitDeliverablesWire is the request as it is sent.
type submitDeliverablesWire struct {
	Deliverables []deliverableWire `json:"deliverables"`
	Type         DeliverableType   `json:"deliverable_type,omitempty"`
	OfflineNote  string            `json:"offline_note,omitempty"`
}

// wire leaves out metadata that is no JSON, which check refuses.
func (r SubmitDeliverablesRequest) wire() submitDeliverablesWire {
	w := submitDeliverablesWire{Type: r.Type, OfflineNote: r.OfflineNote}
	for _, d := range r.Deliverables {
		if !json.Valid(d.Metadata) {
			d.Metadata = nil
		}
		w.Deliverables = append(w.Deliverables, deliverableWire(d))
	}
	return w
}

func (r SubmitDeliverablesRequest) check(f *transport.Fields) {
	f.Check(len(r.Deliverables) > 0, "deliverables", "must hold at least one file")
	for i, d := range r.Deliverables {
		at := fmt.Sprintf("deliverables[%d].", i)
		f.Check(d.URL != "", at+"url", "must not be empty")
		f.Check(d.Name != "", at+"name", "must not be empty")
		f.Check(d.Size == nil || *d.Size >= 0, at+"size", "must not be negative")
		f.Check(len(d.Metadata) == 0 || json.Valid(d.Metadata), at+"metadata", "must be valid JSON")
	}
}

func (r SubmitDeliverablesRequest) shown() any {
	return struct {
		OrderID string          `json:"order_id"`
		Type    DeliverableType `json:"deliverable_type,omitempty"`
		Files   int             `json:"files"`
	}{r.OrderID, r.Type, len(r.Deliverables)}
}

// Format prints the order's id, the type and the number of files.
func (r SubmitDeliverablesRequest) Format(f fmt.State, verb rune) { format(f, verb, r.shown()) }

// MarshalJSON writes what Format prints.
func (r SubmitDeliverablesRequest) MarshalJSON() ([]byte, error) { return json.Marshal(r.shown()) }

// LogValue returns what MarshalJSON writes.
func (r SubmitDeliverablesRequest) LogValue() slog.Value { return slog.AnyValue(r.shown()) }

// SubmitDeliverables delivers an order as its seller. The answer is the order
// with the receipt of a review that goes on. A delivery that is refused at once
// comes as an error that matches DeliverableFormatMismatch or
// DeliverableUnchangedResubmit, with [GuidanceFrom]; nothing is stored then.
// Code 4801 means that the content was refused.
func (s OrderService) SubmitDeliverables(ctx context.Context, req SubmitDeliverablesRequest, opts ...transport.CallOption) (*Order, error) {
	call := ofID("Orders.SubmitDeliverables", post, orderPath, "order_id", req.OrderID, "deliverables", transport.Keyed)
	req.check(&call.Invalid)
	call.Body = req.wire()
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
	call := listOf("Orders.List", orderPath, req.PageRequest)
	setUnlessEmpty(call.Query, "role", string(req.Role))
	setUnlessEmpty(call.Query, "status", string(req.Status))
	return send[Page[Order]](ctx, s.t, call, opts)
}

// All reads all orders from req.Page on, 100 a page unless req.PageSize says
// otherwise. It stops after the first error, and ends short of what the platform
// told with an error only: see [transport.Pages]. A list that changes while it
// is read may show an order twice.
func (s OrderService) All(ctx context.Context, req ListOrdersRequest, opts ...transport.CallOption) iter.Seq2[Order, error] {
	return all(s.t, req.PageRequest, "Orders.All", func(page PageRequest) (*Page[Order], error) {
		req := req
		req.PageRequest = page
		return s.List(ctx, req, opts...)
	})
}
