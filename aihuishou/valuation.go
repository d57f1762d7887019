package aihuishou

import (
	"context"
	"errors"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

// Condition is how a device looks.
type Condition string

// The documented conditions.
const (
	ConditionGood   Condition = "good"
	ConditionNormal Condition = "normal"
	ConditionPoor   Condition = "poor"
)

// FunctionalStatus is how a device works.
type FunctionalStatus string

// The documented functional statuses.
const (
	FunctionalNormal   FunctionalStatus = "normal"
	FunctionalAbnormal FunctionalStatus = "abnormal" // for example a broken screen
)

// GetValuationRequest describes a device ("Aihuishou partner API, valuation").
// All fields but the last two are required.
type GetValuationRequest struct {
	// DeviceModel must be in the platform's library of models, such as
	// "iPhone 15 Pro" or "小米14".
	DeviceModel string `json:"device_model"`
	// Brand is the maker, such as "Apple".
	Brand string `json:"brand"`
	// Condition is one of the Condition constants, or another word of letters,
	// digits, _ and - that the platform knows.
	Condition Condition `json:"condition"`
	// FunctionalStatus is one of the Functional constants, or another word.
	FunctionalStatus FunctionalStatus `json:"functional_status"`
	// Storage is the size as the maker writes it, such as "256GB".
	Storage string `json:"storage"`
	// Color is left out if empty.
	Color string `json:"color,omitempty"`
	// IsOriginal tells that the device was never opened or repaired; nil does
	// not say. It is the one value that Config.Literals matters for.
	IsOriginal *bool `json:"is_original,omitempty"`
}

func (r GetValuationRequest) problems() transport.Fields {
	var f transport.Fields
	required(&f, "device_model", r.DeviceModel)
	required(&f, "brand", r.Brand)
	word(&f, "condition", r.Condition)
	word(&f, "functional_status", r.FunctionalStatus)
	required(&f, "storage", r.Storage)
	return f
}

// GetValuation asks for a quote. It changes nothing that counts and is
// repeated after a lost answer.
func (c *Client) GetValuation(ctx context.Context, req GetValuationRequest, opts ...transport.CallOption) (*Valuation, error) {
	asked := c.t.Now()
	v, err := post[Valuation](ctx, c, transport.Call{
		Operation: "GetValuation",
		Path:      "/api/valuation/get",
		Safety:    transport.Read,
		Body:      req,
		Invalid:   req.problems(),
	}, opts)
	if err == nil {
		v.AskedAt = asked
	}
	return v, err
}

// validity is how long a quote holds ("Aihuishou partner API, valuation").
const validity = 2 * 24 * time.Hour

// Valuation is a quote. Amounts are in yuan, nil if the platform gave none
// that can be read. An answer without valuation_id is none: it fails with
// [transport.ErrMalformed].
type Valuation struct {
	// ValuationID is what CreateOrder needs.
	ValuationID string `json:"valuation_id"`
	// RecyclePrice is what the device brings if it is as described.
	RecyclePrice *decimal.Decimal `json:"recycle_price"`
	// DepositPrice is paid in advance once the device is posted.
	DepositPrice *decimal.Decimal `json:"deposit_price"`
	// ValidTime is when the quote ends; see ValidAt.
	ValidTime  Time               `json:"valid_time"`
	Remark     transport.Personal `json:"remark"`
	DeviceInfo DeviceInfo         `json:"device_info"`
	// AskedAt is when GetValuation was called, by the client's clock.
	AskedAt time.Time `json:"-"`
	// Raw is the answer as it came.
	Raw transport.Raw `json:"-"`
}

// DeviceInfo is the device as the platform understood it.
type DeviceInfo struct {
	Model   string `json:"model"`
	Brand   string `json:"brand"`
	Storage string `json:"storage"`
}

// ValidAt reports whether an order can still be created from the quote: until
// ValidTime, or for two days from AskedAt if the platform gave no time. A
// quote that has neither is not valid, nor is one whose ValidTime cannot be
// read: what it says may have passed.
func (v *Valuation) ValidAt(t time.Time) bool {
	end := v.ValidTime.Time
	if !v.ValidTime.given() && !v.AskedAt.IsZero() {
		end = v.AskedAt.Add(validity)
	}
	return !t.After(end)
}

// UnmarshalJSON refuses a quote without valuation_id.
func (v *Valuation) UnmarshalJSON(b []byte) error {
	var in struct {
		ValuationID  answer.ID          `json:"valuation_id"`
		RecyclePrice answer.Amount      `json:"recycle_price"`
		DepositPrice answer.Amount      `json:"deposit_price"`
		ValidTime    Time               `json:"valid_time"`
		Remark       transport.Personal `json:"remark"`
		DeviceInfo   struct {
			Model   answer.Text `json:"model"`
			Brand   answer.Text `json:"brand"`
			Storage answer.Text `json:"storage"`
		} `json:"device_info"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	*v = Valuation{
		ValuationID:  string(in.ValuationID),
		RecyclePrice: in.RecyclePrice.Ptr(),
		DepositPrice: in.DepositPrice.Ptr(),
		ValidTime:    in.ValidTime,
		Remark:       in.Remark,
		DeviceInfo:   DeviceInfo{Model: string(in.DeviceInfo.Model), Brand: string(in.DeviceInfo.Brand), Storage: string(in.DeviceInfo.Storage)},
		Raw:          transport.NewRaw(b),
	}
	if v.ValuationID == "" {
		return errors.New("the quote lacks valuation_id")
	}
	return nil
}

func (v *Valuation) locate(zone *time.Location) { v.ValidTime.in(zone) }
