package aihuishou

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// read decodes an answer leniently: the documents leave most of them open, and
// an order must not be lost over a member of an unexpected type. What cannot be
// read counts as absent, and so does everything in what is no object.
func read(b []byte, out any) {
	_ = json.Unmarshal(b, out) // goes on behind a member of a wrong type
}

// text is a string, or a number as it is written.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	*t = text(scalar(b))
	return nil
}

// scalar returns a string, or a number as it is written, else "". It is given
// what a decoder has found to be JSON.
func scalar(raw json.RawMessage) string {
	switch {
	case len(raw) > 1 && raw[0] == '"':
		if bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
			return string(raw[1 : len(raw)-1])
		}
		var text string
		if json.Unmarshal(raw, &text) == nil {
			return text
		}
	case len(raw) > 0 && (raw[0] == '-' || '0' <= raw[0] && raw[0] <= '9'):
		return string(raw)
	}
	return ""
}

// amount is an amount in yuan, quoted or not.
type amount struct{ *decimal.Decimal }

func (a *amount) UnmarshalJSON(b []byte) error {
	const (
		longest = 64 // characters
		places  = 32 // before or behind the point
	)
	a.Decimal = nil
	number := scalar(b)
	if number == "" || len(number) > longest {
		return nil
	}
	d, err := decimal.NewFromString(number)
	// Nobody has 1e999999999 yuan, and writing it out takes a gigabyte.
	if err == nil && -places <= d.Exponent() && d.Exponent() <= places {
		a.Decimal = &d
	}
	return nil
}

// notNull returns nil for a null.
func notNull(b json.RawMessage) json.RawMessage {
	if string(b) == "null" {
		return nil
	}
	return b
}

// keep copies what the decoder only lends.
func keep(b []byte) json.RawMessage { return bytes.Clone(bytes.TrimSpace(b)) }
