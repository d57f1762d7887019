package answer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

var (
	// ErrNoObject tells that what came is no JSON object.
	ErrNoObject = errors.New("no JSON object")
	// ErrNoList tells that what came is no JSON array.
	ErrNoList = errors.New("no JSON array")
)

// Decode reads a JSON object into the struct that out points to. A byte order
// mark and white space before it are skipped. It returns [ErrNoObject], and
// leaves out as it was, if b is anything but one whole JSON object nested no
// deeper than encoding/json allows. Nothing else is an error:
//
//   - A member whose value does not fit leaves its field zero, in nested structs
//     as well. An element of a slice that does not fit is the zero value; one of
//     a map is left out. Where no array or object came, slices, maps and
//     pointers to structs are nil.
//   - A pointer is nil unless a value came that fits; one to a type of this
//     package is nil for none.
//   - An error of a field's own UnmarshalJSON leaves the field zero.
//   - A json.RawMessage is a copy; it is nil for null.
//   - Numbers in quotes and fractions do not fit Go's integers: see [Int].
//
// Fields are named and embedded structs flattened as in encoding/json; of the
// tag, the name alone counts. A name spelled exactly as the field's goes
// before one that differs in case, whichever comes first; of names spelled
// alike the last counts. A member replaces what its field held, a field
// without a member keeps it, and unknown members are ignored.
//
// Out's own UnmarshalJSON is not used, so that it can call Decode. Decode
// panics if out is no pointer to a struct.
func Decode(b []byte, out any) error {
	v := reflect.ValueOf(out)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		panic("answer: Decode needs a pointer to a struct")
	}
	if b = trim(b); !begins(b, '{') || !json.Valid(b) {
		return ErrNoObject
	}
	c := cursor{b: b}
	c.object(v.Elem())
	return nil
}

// Items returns the elements of a JSON array of objects; they share b's
// memory. It returns [ErrNoList] if b is no JSON array, and an error that
// matches [ErrNoObject] if an element is no object.
func Items(b []byte) ([]json.RawMessage, error) {
	if b = trim(b); !begins(b, '[') || !json.Valid(b) {
		return nil, ErrNoList
	}
	items := []json.RawMessage{}
	c := cursor{b: b, i: 1}
	for c.more(']') {
		if c.b[c.i] != '{' {
			return nil, fmt.Errorf("element %d: %w", len(items), ErrNoObject)
		}
		items = append(items, c.value())
	}
	return items, nil
}

// Keep returns a copy of b without white space around it, for a field that
// holds what came. It is nil for nothing, which encoding/json writes as null.
func Keep(b []byte) json.RawMessage {
	if b = trim(b); len(b) == 0 {
		return nil
	}
	return bytes.Clone(b)
}

// IsNull reports whether b is null or nothing at all.
func IsNull(b []byte) bool {
	b = trim(b)
	return len(b) == 0 || string(b) == "null"
}

const white = " \t\r\n" // as JSON has it

// trim takes white space and a byte order mark away.
func trim(b []byte) []byte {
	b = bytes.TrimPrefix(bytes.Trim(b, white), []byte("\ufeff"))
	return bytes.TrimLeft(b, white)
}

func begins(b []byte, with byte) bool { return len(b) > 0 && b[0] == with }
