package answer

import (
	"strconv"
	"strings"
)

// Int is a whole number, or none. The zero Int is none.
//
// What an [Amount] reads counts if it is whole and fits: 2, 2.0, 2e0 and "2"
// are 2. Anything else is none, such as 2.5, "", null and what is beyond int64.
type Int struct {
	// Value is 0 for none.
	Value int64
	// Valid tells that there is a number.
	Valid bool
}

// UnmarshalJSON never fails.
func (n *Int) UnmarshalJSON(b []byte) error {
	*n = intOf(scalar(b))
	return nil
}

// MarshalJSON writes a number, null for none.
func (n Int) MarshalJSON() ([]byte, error) {
	if !n.Valid {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, n.Value, 10), nil
}

// Ptr returns the number, nil for none.
func (n Int) Ptr() *int64 {
	if !n.Valid {
		return nil
	}
	return &n.Value
}

func (n Int) none() bool { return !n.Valid }

func intOf(text string) Int {
	text = strings.Trim(text, white)
	if numeric(text) && len(text) <= maxDigits {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return Int{Value: n, Valid: true}
		}
	}
	a := amountOf(text)
	if !a.Valid || !a.IsInteger() || !a.BigInt().IsInt64() {
		return Int{}
	}
	return Int{Value: a.IntPart(), Valid: true}
}
