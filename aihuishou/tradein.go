package aihuishou

import (
	"context"

	"github.com/shopspring/decimal"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

// CreateTradeInRequest links a recycling order to the purchase of a new device,
// so that a subsidy is taken off its price ("Aihuishou partner API,
// endpoints"). Both fields are required.
type CreateTradeInRequest struct {
	RecycleOrderNo string `json:"recycle_order_no"`
	// NewMachineOrderNo is the number of the purchase.
	NewMachineOrderNo string `json:"new_machine_order_no"`
}

// CreateTradeIn creates a trade-in order. It is repeated only when the request
// provably did not run. When the answer is lost, speaks of a busy or failing
// system, or holds data that is no object, the error matches
// [transport.ErrOutcomeUnknown].
func (c *Client) CreateTradeIn(ctx context.Context, req CreateTradeInRequest, opts ...transport.CallOption) (*TradeIn, error) {
	var f transport.Fields
	required(&f, "recycle_order_no", req.RecycleOrderNo)
	required(&f, "new_machine_order_no", req.NewMachineOrderNo)
	return post[TradeIn](ctx, c, transport.Call{
		Operation: "CreateTradeIn",
		Path:      "/api/tradeIn/create",
		Safety:    transport.Unsafe,
		Body:      req,
		Invalid:   f,
	}, opts)
}

// TradeIn is a trade-in order that was created. The documents do not describe
// the answer, so all fields may be empty: code 0 alone means success. Raw is
// sure.
type TradeIn struct {
	TradeInNo string `json:"trade_in_no"`
	// SubsidyAmount is in yuan, nil if there is none.
	SubsidyAmount *decimal.Decimal `json:"subsidy_amount"`
	Status        string           `json:"status"`
	// Raw is the answer as it came.
	Raw transport.Raw `json:"-"`
}

// UnmarshalJSON refuses what is no object.
func (t *TradeIn) UnmarshalJSON(b []byte) error {
	var in struct {
		TradeInNo     answer.ID     `json:"trade_in_no"`
		SubsidyAmount answer.Amount `json:"subsidy_amount"`
		Status        answer.Text   `json:"status"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	*t = TradeIn{
		TradeInNo:     string(in.TradeInNo),
		SubsidyAmount: in.SubsidyAmount.Ptr(),
		Status:        string(in.Status),
		Raw:           transport.NewRaw(b),
	}
	return nil
}
