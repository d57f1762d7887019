package answer

import (
	"bytes"
	"encoding/json"
)

// Text is a string, or a number as it is written. It is "" for anything else.
type Text string

// UnmarshalJSON never fails.
func (t *Text) UnmarshalJSON(b []byte) error {
	*t = Text(scalar(b))
	return nil
}

// MarshalJSON writes a string, null for "".
func (t Text) MarshalJSON() ([]byte, error) { return quote(string(t)) }

func (t Text) none() bool { return t == "" }

// ID is an identifier: a string, or a number digit by digit as it is written,
// however long. It is "" for anything else.
type ID string

// UnmarshalJSON never fails.
func (id *ID) UnmarshalJSON(b []byte) error {
	*id = ID(scalar(b))
	return nil
}

// MarshalJSON writes a string, null for "".
func (id ID) MarshalJSON() ([]byte, error) { return quote(string(id)) }

func (id ID) none() bool { return id == "" }

// scalar returns a string, or a number as it is written, "" for any other
// JSON.
func scalar(b []byte) string {
	b = bytes.Trim(b, white)
	if len(b) > 0 && (b[0] == '-' || '0' <= b[0] && b[0] <= '9') {
		return string(b)
	}
	return unquote(b)
}

func quote(text string) ([]byte, error) {
	if text == "" {
		return []byte("null"), nil
	}
	return json.Marshal(text)
}
