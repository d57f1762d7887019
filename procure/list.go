package procure

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

const maxPageSize = 100

// ListIntentsRequest selects intents ("Procure API, list intents"). The zero
// value is the first page of all intents of this App.
type ListIntentsRequest struct {
	// Page counts from 1; nil means 1.
	Page *int
	// PageSize is 1 to 100; nil means 20.
	PageSize *int
	// Status, UserID and Platform are left open if empty. Words that are not
	// documented are sent as they are, as those of SortBy and Order.
	Status   Status
	UserID   string
	Platform Platform
	// StartDate and EndDate bound the time, which is sent in UTC with
	// milliseconds at most; the zero Time leaves them open. That they bound
	// the creation, and whether they are part of the span, is not documented.
	StartDate, EndDate time.Time
	// SortBy is SortByCreatedAt if empty.
	SortBy SortBy
	// Order is Descending if empty.
	Order Order
}

// SortBy is what a list is sorted by.
type SortBy string

// The documented sort fields.
const (
	SortByCreatedAt SortBy = "createdAt"
	SortByUpdatedAt SortBy = "updatedAt"
	SortByPrice     SortBy = "price"
)

// Order is the direction of a list.
type Order string

// The directions.
const (
	Ascending  Order = "asc"
	Descending Order = "desc"
)

// IntentPage is one page of a list. How a list looks is not documented: what
// the answer does not tell is nil.
type IntentPage struct {
	Items      []Intent `json:"items"`
	Total      *int64   `json:"total,omitempty"`
	Page       *int64   `json:"page,omitempty"`
	PageSize   *int64   `json:"pageSize,omitempty"`
	TotalPages *int64   `json:"totalPages,omitempty"`
	// Raw is what the answer holds as data.
	Raw transport.Raw `json:"-"`
}

// UnmarshalJSON reads an array, or an object that holds one as items, list,
// intents or records. An answer without any is refused: taken for an empty
// list it could make a caller create again what exists.
func (p *IntentPage) UnmarshalJSON(b []byte) error {
	var wire struct {
		Items      rawList    `json:"items"`
		List       rawList    `json:"list"`
		Intents    rawList    `json:"intents"`
		Records    rawList    `json:"records"`
		Total      answer.Int `json:"total"`
		Page       answer.Int `json:"page"`
		PageSize   answer.Int `json:"pageSize"`
		TotalPages answer.Int `json:"totalPages"`
	}
	list := b
	if answer.Decode(b, &wire) == nil {
		list = firstList(wire.Items, wire.List, wire.Intents, wire.Records)
		if string(list) == "null" && wire.Total.Value <= 0 {
			list = []byte("[]")
		}
	}
	items, err := answer.Items(list)
	if err != nil {
		return fmt.Errorf("procure: the answer holds no list of intents: %w", err)
	}
	*p = IntentPage{
		Items:      make([]Intent, len(items)),
		Total:      wire.Total.Ptr(),
		Page:       wire.Page.Ptr(),
		PageSize:   wire.PageSize.Ptr(),
		TotalPages: wire.TotalPages.Ptr(),
		Raw:        transport.NewRaw(b),
	}
	for i := range items {
		if err := p.Items[i].UnmarshalJSON(items[i]); err != nil {
			return err
		}
	}
	return nil
}

// rawList is a member that may hold the list, "null" if it came as such.
type rawList []byte

func (l *rawList) UnmarshalJSON(b []byte) error {
	*l = bytes.Clone(b)
	return nil
}

// firstList returns the first array, else null if there is one of that.
func firstList(members ...rawList) (list rawList) {
	for _, m := range members {
		switch {
		case bytes.HasPrefix(m, []byte("[")):
			return m
		case string(m) == "null":
			list = m
		}
	}
	return list
}

// ListIntents returns one page of the intents of this App.
func (c *Client) ListIntents(ctx context.Context, req ListIntentsRequest, opts ...transport.CallOption) (*IntentPage, error) {
	call := transport.Call{
		Operation: "ListIntents",
		Method:    http.MethodGet,
		Path:      intentsPath,
		Route:     intentsPath,
		Query:     req.query(),
		Safety:    transport.Read,
		Class:     ClassQuery,
		Invalid:   req.problems(),
	}
	var out IntentPage
	return result(&out, c.send(ctx, call, &out, opts))
}

func (r ListIntentsRequest) problems() transport.Fields {
	var f transport.Fields
	f.CheckUnmasked("userId", r.UserID)
	f.Check(r.Page == nil || *r.Page >= 1, "page", "must be at least 1")
	f.Check(r.PageSize == nil || *r.PageSize >= 1 && *r.PageSize <= maxPageSize, "pageSize", "must be 1 to 100")
	for _, p := range []struct{ name, word string }{
		{"status", string(r.Status)}, {"platform", string(r.Platform)}, {"sortBy", string(r.SortBy)}, {"order", string(r.Order)},
	} {
		f.Check(p.word == "" || word(p.word), p.name, "must be empty or a "+wordProblem)
	}
	return f
}

func (r ListIntentsRequest) query() url.Values {
	q := make(url.Values)
	for name, n := range map[string]*int{"page": r.Page, "pageSize": r.PageSize} {
		if n != nil {
			q.Set(name, strconv.Itoa(*n))
		}
	}
	for name, text := range map[string]string{
		"status": string(r.Status), "userId": r.UserID, "platform": string(r.Platform),
		"startDate": timeText(r.StartDate), "endDate": timeText(r.EndDate),
		"sortBy": string(r.SortBy), "order": string(r.Order),
	} {
		if text != "" {
			q.Set(name, text)
		}
	}
	return q
}

// timeText writes ISO 8601 in UTC, in JavaScript's resolution.
func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.999Z07:00")
}

// Intents reads all pages of a list from req.Page on, 100 intents a page
// unless req.PageSize says otherwise, and stops after the first error. What the
// platform tells decides where it ends (see [transport.Pages]): it never ends
// short of the platform's total in silence.
//
// The pages are read one after the other: an intent that leaves the list
// meanwhile, for example because the loop cancels it and req.Status asks for
// SUBMITTED, moves all later ones up, and the next page then begins too late.
// The error at the end then matches [transport.ErrConflict]. Collect the intents
// first where they change.
func (c *Client) Intents(ctx context.Context, req ListIntentsRequest, opts ...transport.CallOption) iter.Seq2[Intent, error] {
	first := transport.PageAt{Number: 1, Size: maxPageSize}
	if req.Page != nil {
		first.Number = *req.Page
	}
	if req.PageSize != nil {
		first.Size = *req.PageSize
	}
	pages := transport.Pages(c.t.Name(), "ListIntents", first, func(at transport.PageAt) (*IntentPage, error) {
		req := req
		req.Page, req.PageSize = &at.Number, &at.Size
		return c.ListIntents(ctx, req, opts...)
	}, (*IntentPage).facts)
	return transport.Each(pages, func(p *IntentPage) []Intent { return p.Items })
}

// facts is what the page tells of its list. A total of 0 beside intents is none.
func (p *IntentPage) facts() transport.PageFacts {
	f := transport.PageFacts{Items: len(p.Items), Total: p.Total, Size: p.PageSize, Pages: p.TotalPages, Bare: bytes.HasPrefix(p.Raw.Bytes(), []byte("["))}
	if p.Total != nil && *p.Total == 0 && len(p.Items) > 0 {
		f.Total = nil
	}
	for _, intent := range p.Items {
		f.Content = append(f.Content, intent.Raw.Bytes()...)
	}
	return f
}
