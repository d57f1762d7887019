package transport

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// Personal is text about a person, such as a name, an address or a phone, or a
// code that is worth money. It prints as a mask under every fmt verb, in JSON,
// text and slog, however deep it is nested, and in unexported fields as an
// address. Reveal gives the text. The zero value is empty. Two are the same
// under reflect.DeepEqual, and not under ==, if their texts are.
type Personal struct{ text *string }

// NewPersonal wraps s. An empty s gives the zero Personal.
func NewPersonal(s string) Personal {
	if s == "" {
		return Personal{}
	}
	return Personal{&s}
}

// Reveal returns the text itself.
func (p Personal) Reveal() string {
	if p.text == nil {
		return ""
	}
	return *p.text
}

// IsZero reports whether the text is empty.
func (p Personal) IsZero() bool { return p.text == nil }

// String returns the mask, "" for the zero Personal.
func (p Personal) String() string {
	if p.IsZero() {
		return ""
	}
	return redacted
}

// GoString returns the mask.
func (p Personal) GoString() string { return "transport.Personal(" + p.String() + ")" }

// Format writes the mask for every verb.
func (p Personal) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// MarshalText returns the mask; encoding/json uses it too.
func (p Personal) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// LogValue returns the mask.
func (p Personal) LogValue() slog.Value { return slog.StringValue(p.String()) }

// UnmarshalText takes the text over.
func (p *Personal) UnmarshalText(text []byte) error {
	*p = NewPersonal(string(text))
	return nil
}

// UnmarshalJSON takes over a JSON string, or a number as it is written. All
// else leaves the zero Personal: it never fails.
func (p *Personal) UnmarshalJSON(b []byte) error {
	*p = Personal{}
	var text string
	switch {
	case json.Unmarshal(b, &text) == nil:
		*p = NewPersonal(text)
	case len(b) > 0 && (b[0] == '-' || '0' <= b[0] && b[0] <= '9'):
		*p = NewPersonal(string(b))
	}
	return nil
}

// Raw is an answer, or a part of one, as the platform sent it, which may hold
// anything about anybody. It prints its size, under every fmt verb, in JSON,
// text and slog, however deep it is nested. Bytes gives the answer. The zero
// value is none.
type Raw struct{ json *[]byte }

// NewRaw wraps a copy of b, without white space around it. An empty b gives
// the zero Raw.
func NewRaw(b []byte) Raw {
	b = bytes.Clone(bytes.TrimSpace(b))
	if len(b) == 0 {
		return Raw{}
	}
	return Raw{&b}
}

// Bytes returns the answer itself, nil for none. It must not be changed.
func (r Raw) Bytes() json.RawMessage {
	if r.json == nil {
		return nil
	}
	return *r.json
}

// IsZero reports whether there is none.
func (r Raw) IsZero() bool { return r.json == nil }

// Decode reads the answer into out, as encoding/json does.
func (r Raw) Decode(out any) error { return json.Unmarshal(r.Bytes(), out) }

// rawSize is what the mask of a Raw ends with.
const rawSize = " bytes of JSON"

// String tells the size, "" for the zero Raw.
func (r Raw) String() string {
	if r.IsZero() {
		return ""
	}
	return fmt.Sprint(len(*r.json), rawSize)
}

// GoString returns what String does.
func (r Raw) GoString() string { return "transport.Raw(" + r.String() + ")" }

// Format writes what String returns for every verb.
func (r Raw) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.String()) }

// MarshalText returns what String does; encoding/json uses it too.
func (r Raw) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// LogValue returns what String does.
func (r Raw) LogValue() slog.Value { return slog.StringValue(r.String()) }

// UnmarshalJSON keeps a copy of b, none for null. It never fails.
func (r *Raw) UnmarshalJSON(b []byte) error {
	*r = Raw{}
	if string(b) != "null" {
		*r = NewRaw(b)
	}
	return nil
}
