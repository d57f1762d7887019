package codegate

import (
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/pentagate/pentagate/transport"
)

// What answers hold of codes and people masks itself by type. Requests hold
// plain strings, so they mask themselves: printed, logged and encoded, a
// request is JSON with masks in it. On the wire goes a type without these
// methods.

type (
	listPlain      ListCodesRequest
	verifyWire     VerifyCodeRequest
	reactivateWire ReactivateCodeRequest
)

// mask hides what the texts hold, but not whether they are empty.
func mask(texts ...*string) {
	for _, text := range texts {
		*text = transport.NewPersonal(*text).String()
	}
}

// encode writes a masked request as JSON.
func encode(masked any) json.RawMessage {
	b, _ := json.Marshal(masked) // numbers and texts can always be encoded
	return b
}

func (r ListCodesRequest) masked() json.RawMessage {
	mask(&r.Search)
	return encode(listPlain(r))
}

// MarshalJSON masks what is searched for.
func (r ListCodesRequest) MarshalJSON() ([]byte, error) { return r.masked(), nil }

// Format prints what MarshalJSON writes.
func (r ListCodesRequest) Format(f fmt.State, _ rune) { _, _ = f.Write(r.masked()) }

// LogValue returns what MarshalJSON writes.
func (r ListCodesRequest) LogValue() slog.Value { return slog.AnyValue(r.masked()) }

func (r VerifyCodeRequest) masked() json.RawMessage {
	mask(&r.Code, &r.VerifiedBy)
	return encode(verifyWire(r))
}

// MarshalJSON masks the code and the name.
func (r VerifyCodeRequest) MarshalJSON() ([]byte, error) { return r.masked(), nil }

// Format prints what MarshalJSON writes.
func (r VerifyCodeRequest) Format(f fmt.State, _ rune) { _, _ = f.Write(r.masked()) }

// LogValue returns what MarshalJSON writes.
func (r VerifyCodeRequest) LogValue() slog.Value { return slog.AnyValue(r.masked()) }

func (r ReactivateCodeRequest) masked() json.RawMessage {
	mask(&r.Code, &r.ReactivatedBy, &r.Reason)
	return encode(reactivateWire(r))
}

// MarshalJSON masks the code, the name and the reason.
func (r ReactivateCodeRequest) MarshalJSON() ([]byte, error) { return r.masked(), nil }

// Format prints what MarshalJSON writes.
func (r ReactivateCodeRequest) Format(f fmt.State, _ rune) { _, _ = f.Write(r.masked()) }

// LogValue returns what MarshalJSON writes.
func (r ReactivateCodeRequest) LogValue() slog.Value { return slog.AnyValue(r.masked()) }
