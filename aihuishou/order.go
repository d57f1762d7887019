package aihuishou

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

// LogisticsType is how a device gets to the platform.
type LogisticsType string

// The documented ways.
const (
	LogisticsExpress LogisticsType = "express" // a parcel
	LogisticsStore   LogisticsType = "store"   // brought to a shop
)

// OrderStatus is the state of an order. The documents name three stages,
// awaiting posting, inspecting and completed, and the word of the first only.
// Unknown words are kept.
type OrderStatus string

// StatusPendingSend is an order that awaits posting.
const StatusPendingSend OrderStatus = "pending_send"

// CreateOrderRequest orders the recycling of a device ("Aihuishou partner API,
// create order"). All fields are required. It prints, and is written as JSON,
// without the person's data.
type CreateOrderRequest struct {
	// ValuationID is of a quote that is still valid.
	ValuationID string `json:"valuation_id"`
	UserName    string `json:"user_name"`
	// UserPhone is sent as it is. The platform takes masked numbers, such as
	// "138****6789".
	UserPhone string `json:"user_phone"`
	// UserAddress is where the parcel is picked up.
	UserAddress string `json:"user_address"`
	// LogisticsType is one of the Logistics constants, or another word of
	// letters, digits, _ and - that the platform knows.
	LogisticsType LogisticsType `json:"logistics_type"`
}

// createOrderWire is the request as it is sent, without its methods.
type createOrderWire CreateOrderRequest

// shown is what the request prints. What it leaves out is not masked there, so
// that the JSON of a request, read and sent again, is refused as incomplete
// rather than taken for an order of a person called "[redacted]".
func (r CreateOrderRequest) shown() any {
	return struct {
		ValuationID   string        `json:"valuation_id"`
		LogisticsType LogisticsType `json:"logistics_type"`
	}{r.ValuationID, r.LogisticsType}
}

// Format prints the id and the way only.
func (r CreateOrderRequest) Format(f fmt.State, verb rune) {
	_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), r.shown())
}

// MarshalJSON writes the id and the way only.
func (r CreateOrderRequest) MarshalJSON() ([]byte, error) { return json.Marshal(r.shown()) }

// LogValue returns what MarshalJSON writes.
func (r CreateOrderRequest) LogValue() slog.Value { return slog.AnyValue(r.shown()) }

func (r CreateOrderRequest) problems() transport.Fields {
	var f transport.Fields
	required(&f, "valuation_id", r.ValuationID)
	required(&f, "user_name", r.UserName)
	required(&f, "user_phone", r.UserPhone)
	required(&f, "user_address", r.UserAddress)
	word(&f, "logistics_type", r.LogisticsType)
	return f
}

// CreateOrder creates a recycling order. It is repeated only when the request
// provably did not run. When the answer is lost, speaks of a busy or failing
// system, or names no order, the order may exist all the same: the error then
// matches [transport.ErrOutcomeUnknown], and calling again may create a second
// one.
func (c *Client) CreateOrder(ctx context.Context, req CreateOrderRequest, opts ...transport.CallOption) (*Order, error) {
	return post[Order](ctx, c, transport.Call{
		Operation: "CreateOrder",
		Path:      "/api/order/create",
		Safety:    transport.Unsafe,
		Body:      createOrderWire(req),
		Invalid:   req.problems(),
	}, opts)
}

// Order is an order that was created.
type Order struct {
	// OrderNo is the number by which all later calls know the order.
	OrderNo string `json:"order_no"`
	// ExpressNo and ExpressCompany name the parcel, such as "圆通快递"; they may
	// be empty for LogisticsStore.
	ExpressNo      string `json:"express_no"`
	ExpressCompany string `json:"express_company"`
	// StoreInfo is empty unless LogisticsStore was asked for. Its shape is not
	// documented.
	StoreInfo  transport.Raw `json:"store_info,omitzero"`
	CreateTime Time          `json:"create_time"`
	Status     OrderStatus   `json:"status"`
	// Raw is the answer as it came.
	Raw transport.Raw `json:"-"`
}

// UnmarshalJSON refuses an answer without order_no.
func (r *Order) UnmarshalJSON(b []byte) error {
	var in struct {
		OrderNo        answer.ID     `json:"order_no"`
		ExpressNo      answer.ID     `json:"express_no"`
		ExpressCompany answer.Text   `json:"express_company"`
		StoreInfo      transport.Raw `json:"store_info"`
		CreateTime     Time          `json:"create_time"`
		Status         answer.Text   `json:"status"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	*r = Order{
		OrderNo:        string(in.OrderNo),
		ExpressNo:      string(in.ExpressNo),
		ExpressCompany: string(in.ExpressCompany),
		StoreInfo:      in.StoreInfo,
		CreateTime:     in.CreateTime,
		Status:         OrderStatus(in.Status),
		Raw:            transport.NewRaw(b),
	}
	if r.OrderNo == "" {
		return errors.New("the answer lacks order_no")
	}
	return nil
}

func (r *Order) locate(zone *time.Location) { r.CreateTime.in(zone) }

// String tells the number and the status.
func (r Order) String() string { return "order " + r.OrderNo + " (" + string(r.Status) + ")" }

// GetOrderDetail returns an order as it stands. An answer without status is
// none: it fails with [transport.ErrMalformed].
func (c *Client) GetOrderDetail(ctx context.Context, orderNo string, opts ...transport.CallOption) (*OrderDetail, error) {
	return post[OrderDetail](ctx, c, ofOrder("GetOrderDetail", "/api/order/getDetail", orderNo), opts)
}

// ofOrder is a call that reads what belongs to an order.
func ofOrder(operation, path, orderNo string) transport.Call {
	call := transport.Call{Operation: operation, Path: path, Safety: transport.Read}
	required(&call.Invalid, "order_no", orderNo)
	call.Body = struct {
		OrderNo string `json:"order_no"`
	}{orderNo}
	return call
}

// OrderDetail is an order as it stands.
type OrderDetail struct {
	// OrderNo may be empty: the documents show no sample of the answer.
	OrderNo    string             `json:"order_no"`
	Status     OrderStatus        `json:"status"`
	CreateTime Time               `json:"create_time"`
	UserName   transport.Personal `json:"user_name"`
	UserPhone  transport.Personal `json:"user_phone"`
	// LogisticsStatus is empty while the device awaits posting.
	LogisticsStatus string `json:"logistics_status"`
	// InspectionResult is nil until the device was inspected.
	InspectionResult *Inspection `json:"inspection_result"`
	// Raw is the answer as it came.
	Raw transport.Raw `json:"-"`
}

// UnmarshalJSON refuses an answer without status.
func (d *OrderDetail) UnmarshalJSON(b []byte) error {
	var in struct {
		OrderNo          answer.ID          `json:"order_no"`
		Status           answer.Text        `json:"status"`
		CreateTime       Time               `json:"create_time"`
		UserName         transport.Personal `json:"user_name"`
		UserPhone        transport.Personal `json:"user_phone"`
		LogisticsStatus  answer.Text        `json:"logistics_status"`
		InspectionResult json.RawMessage    `json:"inspection_result"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	*d = OrderDetail{
		OrderNo:         string(in.OrderNo),
		Status:          OrderStatus(in.Status),
		CreateTime:      in.CreateTime,
		UserName:        in.UserName,
		UserPhone:       in.UserPhone,
		LogisticsStatus: string(in.LogisticsStatus),
		Raw:             transport.NewRaw(b),
	}
	if result := new(Inspection); result.UnmarshalJSON(in.InspectionResult) == nil && !isEmpty(in.InspectionResult) {
		d.InspectionResult = result
	}
	if d.Status == "" {
		return errors.New("the answer lacks status")
	}
	return nil
}

// isEmpty tells of an object whether it has no members.
func isEmpty(object []byte) bool { return len(bytes.TrimSpace(object[1:len(object)-1])) == 0 }

func (d *OrderDetail) locate(zone *time.Location) { d.CreateTime.in(zone) }

// String tells the number and the status.
func (d OrderDetail) String() string { return "order " + d.OrderNo + " (" + string(d.Status) + ")" }
