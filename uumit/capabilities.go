package uumit

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

// CapabilityService finds capabilities. It is the field Capabilities of a
// [Client].
type CapabilityService struct{ t *transport.Client }

// SearchRequest describes in plain words, of any language, what is looked for.
type SearchRequest struct {
	// Query is required.
	Query string
	// Limit is the greatest number of results, at least 1. The platform names
	// no maximum; nil is its choice.
	Limit *int
}

// shown is what the request prints: a query may hold anything.
func (r SearchRequest) shown() any {
	var s struct {
		Limit int `json:"limit,omitempty"`
	}
	if r.Limit != nil {
		s.Limit = *r.Limit
	}
	return s
}

// Format prints the limit only.
func (r SearchRequest) Format(f fmt.State, verb rune) { format(f, verb, r.shown()) }

// MarshalJSON writes the limit only.
func (r SearchRequest) MarshalJSON() ([]byte, error) { return json.Marshal(r.shown()) }

// LogValue returns what MarshalJSON writes.
func (r SearchRequest) LogValue() slog.Value { return slog.AnyValue(r.shown()) }

// Capability is one result of a search ("UUMit Python quick start, Search").
type Capability struct {
	// ID is what CreateOrderRequest.CapabilityID takes.
	ID    string             `json:"id"`
	Title transport.Personal `json:"title"`
	// PriceUT is in UT, and not valid if the platform named no number.
	PriceUT answer.Amount `json:"price_ut"`
	// Raw is the result as it came.
	Raw transport.Raw `json:"-"`
}

// UnmarshalJSON keeps what it reads in Raw. An id may be a number.
func (c *Capability) UnmarshalJSON(b []byte) error {
	var in struct {
		ID      answer.ID          `json:"id"`
		Title   transport.Personal `json:"title"`
		PriceUT answer.Amount      `json:"price_ut"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	*c = Capability{ID: string(in.ID), Title: in.Title, PriceUT: in.PriceUT, Raw: transport.NewRaw(b)}
	return nil
}

// Search finds capabilities. Nothing found is an empty page.
func (s CapabilityService) Search(ctx context.Context, req SearchRequest, opts ...transport.CallOption) (*Page[Capability], error) {
	call := fixed("Capabilities.Search", get, "/api/v1/capabilities/search", transport.Read)
	call.Invalid.Check(req.Query != "", "q", "must not be empty")
	call.Invalid.Check(req.Limit == nil || *req.Limit >= 1, "limit", "must be at least 1")
	call.Query = url.Values{"q": {req.Query}}
	if req.Limit != nil {
		call.Query.Set("limit", strconv.Itoa(*req.Limit))
	}
	return send[Page[Capability]](ctx, s.t, call, opts)
}
