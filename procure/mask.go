package procure

import (
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/pentagate/pentagate/transport"
)

// What answers hold of people masks itself by type. Requests hold plain
// strings, so they mask themselves: printed, logged and encoded, a request is
// JSON with masks in it. On the wire goes a type without these methods.

type (
	updateWire UpdateIntentRequest
	listPlain  ListIntentsRequest
)

// mask hides what a text holds, but not whether it is empty.
func mask(text string) string { return transport.NewPersonal(text).String() }

// maskPtr returns the mask of another text: that of the caller stays.
func maskPtr(text *string) *string {
	if text == nil {
		return nil
	}
	return new(mask(*text))
}

// encodeMasked writes a masked request as JSON, null for one that holds what
// JSON cannot, such as the year 10000.
func encodeMasked(request any) json.RawMessage {
	b, err := json.Marshal(request)
	if err != nil {
		return json.RawMessage("null")
	}
	return b
}

func (r CreateIntentRequest) masked() json.RawMessage {
	w, _ := r.wire()
	w.UserID, w.ProductURL, w.Title, w.Remarks = mask(w.UserID), mask(w.ProductURL), mask(w.Title), maskPtr(w.Remarks)
	w.RecipientName, w.Address, w.Phone = mask(w.RecipientName), mask(w.Address), mask(w.Phone)
	return encodeMasked(w)
}

// MarshalJSON masks all texts but the platform.
func (r CreateIntentRequest) MarshalJSON() ([]byte, error) { return r.masked(), nil }

// Format prints what MarshalJSON writes.
func (r CreateIntentRequest) Format(f fmt.State, _ rune) { _, _ = f.Write(r.masked()) }

// LogValue returns what MarshalJSON writes.
func (r CreateIntentRequest) LogValue() slog.Value { return slog.AnyValue(r.masked()) }

func (r UpdateIntentRequest) masked() json.RawMessage {
	r.RecipientName, r.Address, r.Phone, r.Remarks = maskPtr(r.RecipientName), maskPtr(r.Address), maskPtr(r.Phone), maskPtr(r.Remarks)
	return encodeMasked(struct {
		ID string `json:"id"`
		updateWire
	}{r.ID, updateWire(r)})
}

// MarshalJSON masks all texts but the id.
func (r UpdateIntentRequest) MarshalJSON() ([]byte, error) { return r.masked(), nil }

// Format prints what MarshalJSON writes.
func (r UpdateIntentRequest) Format(f fmt.State, _ rune) { _, _ = f.Write(r.masked()) }

// LogValue returns what MarshalJSON writes.
func (r UpdateIntentRequest) LogValue() slog.Value { return slog.AnyValue(r.masked()) }

func (r ListIntentsRequest) masked() json.RawMessage {
	r.UserID = mask(r.UserID)
	return encodeMasked(listPlain(r))
}

// MarshalJSON masks the user.
func (r ListIntentsRequest) MarshalJSON() ([]byte, error) { return r.masked(), nil }

// Format prints what MarshalJSON writes.
func (r ListIntentsRequest) Format(f fmt.State, _ rune) { _, _ = f.Write(r.masked()) }

// LogValue returns what MarshalJSON writes.
func (r ListIntentsRequest) LogValue() slog.Value { return slog.AnyValue(r.masked()) }
