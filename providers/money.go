package providers

import "github.com/shopspring/decimal"

// The currencies of the built-in platforms.
const (
	CNY = "CNY" // yuan
	UT  = "UT"  // UUMit's unit of account
)

// Money is an exact amount. The zero value means that the platform named none.
type Money struct {
	Amount   decimal.Decimal `json:"amount"`
	Currency string          `json:"currency"`
}

// IsZero reports whether no amount was named.
func (m Money) IsZero() bool { return m.Currency == "" && m.Amount.IsZero() }

// String returns the amount with at least two places and its currency, such
// as "99.90 CNY".
func (m Money) String() string {
	if m.IsZero() {
		return "-"
	}
	return m.Amount.StringFixed(max(2, -m.Amount.Exponent())) + " " + m.Currency
}
