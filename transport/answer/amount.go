package answer

import (
	"database/sql/driver"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// Amount is an exact number, or none. The zero Amount is none.
//
// A number counts, and a number in quotes, also with blanks around it, a plus
// sign or a bare decimal point (".5"). Anything else is none: "", null, words,
// true, objects, more than 64 characters, and an exponent (as in 1e33) of more
// than 32 digits to either side, which nobody's money has and a few bytes of
// which stand for gigabytes.
//
// Test Valid before calculating: the methods of decimal take none for 0.
type Amount struct {
	decimal.Decimal
	// Valid tells that there is an amount.
	Valid bool
}

// UnmarshalJSON never fails.
func (a *Amount) UnmarshalJSON(b []byte) error {
	*a = amountOf(scalar(b))
	return nil
}

// MarshalJSON writes what decimal writes, which is a string unless
// decimal.MarshalJSONWithoutQuotes is set, and null for none.
func (a Amount) MarshalJSON() ([]byte, error) { return a.Null().MarshalJSON() }

// String returns the number in full, "none" for none.
func (a Amount) String() string {
	if !a.Valid {
		return "none"
	}
	return a.Decimal.String()
}

// Or returns the number, def for none.
func (a Amount) Or(def decimal.Decimal) decimal.Decimal {
	if !a.Valid {
		return def
	}
	return a.Decimal
}

// Ptr returns the number, nil for none.
func (a Amount) Ptr() *decimal.Decimal {
	if !a.Valid {
		return nil
	}
	return &a.Decimal
}

// Null returns the number, null for none.
func (a Amount) Null() decimal.NullDecimal {
	return decimal.NullDecimal{Decimal: a.Decimal, Valid: a.Valid}
}

func (a Amount) none() bool { return !a.Valid }

// The methods below stand before those of decimal, which would write 0 for
// none to logs, databases and caches.

// Format writes what decimal writes, "none" for none and every verb.
func (a Amount) Format(f fmt.State, verb rune) {
	if !a.Valid {
		_, _ = io.WriteString(f, a.String())
		return
	}
	a.Decimal.Format(f, verb)
}

// MarshalText writes the number in full, nothing for none.
func (a Amount) MarshalText() ([]byte, error) { return a.Null().MarshalText() }

// UnmarshalText reads what UnmarshalJSON reads in quotes. It never fails.
func (a *Amount) UnmarshalText(text []byte) error {
	*a = amountOf(string(text))
	return nil
}

// MarshalBinary writes what MarshalText writes.
func (a Amount) MarshalBinary() ([]byte, error) { return a.MarshalText() }

// UnmarshalBinary reads what MarshalBinary writes. It never fails.
func (a *Amount) UnmarshalBinary(b []byte) error { return a.UnmarshalText(b) }

// GobEncode writes what MarshalText writes.
func (a Amount) GobEncode() ([]byte, error) { return a.MarshalText() }

// GobDecode reads what GobEncode writes. It never fails.
func (a *Amount) GobDecode(b []byte) error { return a.UnmarshalText(b) }

// Value gives a database NULL for none.
func (a Amount) Value() (driver.Value, error) { return a.Null().Value() }

// Scan reads a database's value as decimal.NullDecimal does.
func (a *Amount) Scan(value any) error {
	var n decimal.NullDecimal
	if err := n.Scan(value); err != nil {
		return err
	}
	*a = Amount{Decimal: n.Decimal, Valid: n.Valid}
	return nil
}

const (
	maxNumber   = 64 // characters
	maxExponent = 32
)

func amountOf(text string) Amount {
	text = strings.Trim(text, white)
	if !numeric(text) {
		return Amount{}
	}
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		n, err := strconv.Atoi(text[at+1:])
		if err != nil || n < -maxExponent || n > maxExponent {
			return Amount{}
		}
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return Amount{}
	}
	return Amount{Decimal: d, Valid: true}
}

// numeric keeps from parsing what is no number at a glance, and from what
// decimal reads beyond ASCII.
func numeric(text string) bool {
	return len(text) <= maxNumber && strings.Trim(text, "+-.eE0123456789") == ""
}
