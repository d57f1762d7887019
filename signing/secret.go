package signing

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"
)

const mask = "[redacted]"

// Secret holds a key, a token or a password. It prints as a mask under every
// fmt verb, in JSON, text and slog, also from inside an unexported field. The
// zero value is empty.
type Secret struct {
	// A closure, because fmt, spew and reflection all stop at a function
	// value, while they print the strings of unexported fields.
	reveal func() string
}

// NewSecret wraps s. An empty s gives the zero Secret.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{reveal: func() string { return s }}
}

// checkSecret refuses what a secret gets on the way from a file or a web page
// and nobody sees: a line break, a zero-width character, a blank at its end.
// Every signature would be wrong.
func checkSecret(what string, s Secret) error {
	text := s.Reveal()
	switch {
	case text == "":
		return fmt.Errorf("%w: %s is empty", ErrCredentials, what)
	case strings.TrimSpace(text) != text, strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fmt.Errorf("%w: %s must be printable characters without a space at either end", ErrCredentials, what)
	}
	return nil
}

// Reveal returns the text itself.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// IsZero reports whether the secret is empty.
func (s Secret) IsZero() bool { return s.reveal == nil }

// Equal compares in time that depends on the lengths only.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

// String returns the mask, or "" for the zero Secret.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return mask
}

// GoString returns the mask.
func (s Secret) GoString() string { return "signing.Secret(" + s.String() + ")" }

// Format writes the mask for every verb.
func (s Secret) Format(f fmt.State, verb rune) {
	if verb == 'v' && f.Flag('#') {
		_, _ = io.WriteString(f, s.GoString())
		return
	}
	_, _ = io.WriteString(f, s.String())
}

// MarshalText returns the mask; encoding/json uses it too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue returns the mask.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
