package answer

import "strings"

// Flag is yes, no, or none. The zero Flag is none.
//
// True and false count, 1 and 0, and all four in quotes, the words in any
// case. Anything else is none.
type Flag struct {
	// Value is false for none.
	Value bool
	// Valid tells that there is a yes or a no.
	Valid bool
}

// UnmarshalJSON never fails.
func (f *Flag) UnmarshalJSON(b []byte) error {
	text := scalar(b)
	if text == "" {
		text = string(b)
	}
	switch text = strings.Trim(text, white); {
	case text == "1", strings.EqualFold(text, "true"):
		*f = Flag{Value: true, Valid: true}
	case text == "0", strings.EqualFold(text, "false"):
		*f = Flag{Valid: true}
	default:
		*f = Flag{}
	}
	return nil
}

// MarshalJSON writes true or false, null for none.
func (f Flag) MarshalJSON() ([]byte, error) {
	switch {
	case !f.Valid:
		return []byte("null"), nil
	case f.Value:
		return []byte("true"), nil
	}
	return []byte("false"), nil
}

// Is reports a yes. It is false for none.
func (f Flag) Is() bool { return f.Valid && f.Value }

// Ptr returns the value, nil for none.
func (f Flag) Ptr() *bool {
	if !f.Valid {
		return nil
	}
	return &f.Value
}

func (f Flag) none() bool { return !f.Valid }
