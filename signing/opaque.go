package signing

import (
	"fmt"
	"io"
	"log/slog"
)

// opaque, embedded in a signer, prints the signer's name and nothing of its
// fields under every fmt verb, in JSON, text and slog.
type opaque struct{ name string }

// String returns the signer's name and a mask.
func (o opaque) String() string { return "signing." + o.name + "(" + mask + ")" }

// GoString returns the same as String.
func (o opaque) GoString() string { return o.String() }

// Format writes the same as String for every verb.
func (o opaque) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, o.String()) }

// MarshalText returns the same as String; encoding/json uses it too.
func (o opaque) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// LogValue returns the same as String.
func (o opaque) LogValue() slog.Value { return slog.StringValue(o.String()) }
