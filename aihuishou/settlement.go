package aihuishou

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

// GetSettlementRequest names a settlement by its own number, by its order's, or
// by both ("Aihuishou partner API, endpoints"). One of them is required.
type GetSettlementRequest struct {
	SettlementNo string `json:"settlement_no,omitempty"`
	OrderNo      string `json:"order_no,omitempty"`
}

// GetSettlement returns what was paid for an order's device.
func (c *Client) GetSettlement(ctx context.Context, req GetSettlementRequest, opts ...transport.CallOption) (*Settlement, error) {
	var f transport.Fields
	f.Check(req.SettlementNo+req.OrderNo != "", "settlement_no", "or order_no must be set")
	return post[Settlement](ctx, c, transport.Call{
		Operation: "GetSettlement",
		Path:      "/api/settlement/get",
		Safety:    transport.Read,
		Body:      req,
		Invalid:   f,
	}, opts)
}

// Settlement is the payment for a device. The documents say of the answer that
// it holds the amount: the fields are likely ones, and Raw is sure.
type Settlement struct {
	SettlementNo string `json:"settlement_no"`
	OrderNo      string `json:"order_no"`
	// SettlementAmount is in yuan, nil if there is none.
	SettlementAmount *decimal.Decimal `json:"settlement_amount"`
	Status           string           `json:"status"`
	SettleTime       Time             `json:"settle_time"`
	// Raw is the answer as it came.
	Raw transport.Raw `json:"-"`
}

// UnmarshalJSON refuses what is no object.
func (s *Settlement) UnmarshalJSON(b []byte) error {
	var in struct {
		SettlementNo     answer.ID     `json:"settlement_no"`
		OrderNo          answer.ID     `json:"order_no"`
		SettlementAmount answer.Amount `json:"settlement_amount"`
		Status           answer.Text   `json:"status"`
		SettleTime       Time          `json:"settle_time"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	*s = Settlement{
		SettlementNo:     string(in.SettlementNo),
		OrderNo:          string(in.OrderNo),
		SettlementAmount: in.SettlementAmount.Ptr(),
		Status:           string(in.Status),
		SettleTime:       in.SettleTime,
		Raw:              transport.NewRaw(b),
	}
	return nil
}

func (s *Settlement) locate(zone *time.Location) { s.SettleTime.in(zone) }
