package providers

import (
	"errors"
	"strings"
)

// Ref names one order of one provider of a gateway. Its text form is the
// provider's name, a colon and the id, such as "procure:intent_123".
type Ref struct {
	Provider string
	ID       string
}

// ParseRef reads the text form. Everything after the first colon is the id.
func ParseRef(s string) (Ref, error) {
	provider, id, ok := strings.Cut(s, ":")
	if !ok || provider == "" || id == "" {
		return Ref{}, errors.New(`providers: a reference must be a provider's name, a colon and an id, such as "procure:intent_123"`)
	}
	return Ref{Provider: provider, ID: id}, nil
}

// String returns the text form.
func (r Ref) String() string { return r.Provider + ":" + r.ID }

// MarshalText returns the text form.
func (r Ref) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the text form.
func (r *Ref) UnmarshalText(b []byte) error {
	parsed, err := ParseRef(string(b))
	if err != nil {
		return err
	}
	*r = parsed
	return nil
}
