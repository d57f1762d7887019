package aihuishou

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

// GetInspectionResult returns what the inspection of an order's device found.
// An order that was not inspected yet may give an empty result.
func (c *Client) GetInspectionResult(ctx context.Context, orderNo string, opts ...transport.CallOption) (*Inspection, error) {
	return post[Inspection](ctx, c, ofOrder("GetInspectionResult", "/api/order/getInspectionResult", orderNo), opts)
}

// Inspection is the result of an inspection, as part of an order's detail and
// on its own. The documents describe it as a report with the final price.
type Inspection struct {
	Conclusion transport.Personal `json:"conclusion"`
	// FinalPrice is in yuan, nil if there is none. The documents leave its
	// name open but for the beginning: it is read from final_price, else from
	// the one numeric member whose name begins with "final". If there are
	// several of those, which one it is cannot be told; Raw has them.
	FinalPrice *decimal.Decimal `json:"final_price"`
	// Raw is the answer as it came.
	Raw transport.Raw `json:"-"`
}

// UnmarshalJSON refuses what is no object.
func (i *Inspection) UnmarshalJSON(b []byte) error {
	var in struct {
		Conclusion transport.Personal `json:"conclusion"`
		FinalPrice answer.Amount      `json:"final_price"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	if !in.FinalPrice.Valid {
		in.FinalPrice = otherFinalPrice(b)
	}
	*i = Inspection{Conclusion: in.Conclusion, FinalPrice: in.FinalPrice.Ptr(), Raw: transport.NewRaw(b)}
	return nil
}

// otherFinalPrice returns the one number whose name begins with "final".
func otherFinalPrice(object []byte) (found answer.Amount) {
	var all map[string]json.RawMessage
	_ = json.Unmarshal(object, &all) // it was decoded before
	for name, raw := range all {
		var price answer.Amount
		if strings.HasPrefix(name, "final") {
			_ = price.UnmarshalJSON(raw) // it never fails
		}
		switch {
		case !price.Valid:
		case found.Valid:
			return answer.Amount{}
		default:
			found = price
		}
	}
	return found
}
