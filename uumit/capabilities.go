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

// Format prints the limit only: a query may hold anything.
func (r SearchRequest) Format(f fmt.State, _ rune) {
	if r.Limit == nil {
		_, _ = fmt.Fprint(f, "search request")
		return
	}
	_, _ = fmt.Fprintf(f, "search request (limit %d)", *r.Limit)
}

// LogValue returns what Format prints.
func (r SearchRequest) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(r)) }

// Capability is one result of a search ("UUMit Python quick start, Search").
type Capability struct {
	// ID is what CreateOrderRequest.CapabilityID takes.
	ID    string `json:"id"`
	Title string `json:"title"`
	// PriceUT is in UT, and not valid if the platform named no number.
	PriceUT answer.Amount `json:"price_ut"`
	// Raw is the result as it came.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps what it reads in Raw. An id may be a number.
func (c *Capability) UnmarshalJSON(b []byte) error {
	var in struct {
		ID      answer.ID     `json:"id"`
		Title   answer.Text   `json:"title"`
		PriceUT answer.Amount `json:"price_ut"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	*c = Capability{ID: string(in.ID), Title: string(in.Title), PriceUT: in.PriceUT, Raw: answer.Keep(b)}
	return nil
}

// Format prints the id only.
func (c Capability) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "capability %s", c.ID) }

// LogValue returns what Format prints.
func (c Capability) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

// Search finds capabilities. Nothing found is an empty page.
func (s CapabilityService) Search(ctx context.Context, req SearchRequest, opts ...transport.CallOption) (*Page[Capability], error) {
	const operation = "Capabilities.Search"
	var f transport.Fields
	f.Check(req.Query != "", "q", "must not be empty")
	f.Check(req.Limit == nil || *req.Limit >= 1, "limit", "must be at least 1")
	if err := f.Err(provider, operation); err != nil {
		return nil, err
	}
	call := fixed(operation, get, "/api/v1/capabilities/search", transport.Read)
	call.Query = url.Values{"q": {req.Query}}
	if req.Limit != nil {
		call.Query.Set("limit", strconv.Itoa(*req.Limit))
	}
	return send[Page[Capability]](ctx, s.t, call, opts)
}
