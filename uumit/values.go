package uumit

import (
	"encoding/json"
	"time"

	"github.com/shopspring/decimal"
)

// Time is a moment that the platform writes as RFC 3339 text. It is zero for
// anything else, such as text without a zone; what came is in Raw.
type Time struct{ time.Time }

// UnmarshalJSON reads RFC 3339 text.
func (t *Time) UnmarshalJSON(b []byte) error {
	t.Time = time.Time{}
	var text string
	if json.Unmarshal(b, &text) != nil {
		return nil //nolint:nilerr // see the type's comment
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		t.Time = at
	}
	return nil
}

// MarshalJSON writes RFC 3339 text, null for the zero Time.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return t.Time.MarshalJSON()
}

// amount reads money that comes as text, as a number or not at all, such as
// the price "variable": that of a single offer must not break a whole search.
type amount struct{ decimal.NullDecimal }

func (a *amount) UnmarshalJSON(b []byte) error {
	if a.NullDecimal.UnmarshalJSON(b) != nil {
		a.NullDecimal = decimal.NullDecimal{}
	}
	return nil
}
