package procure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/pentagate/pentagate/transport"
)

const maxPageSize = 100

// ListIntentsRequest selects intents ("Procure API, list intents"). The zero
// value is the first page of all intents of this App.
type ListIntentsRequest struct {
	// Page counts from 1; nil means 1.
	Page *int
	// PageSize is 1 to 100; nil means 20.
	PageSize *int
	// Status, UserID and Platform are left open if empty.
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
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON reads an array, or an object that holds one as items, list,
// intents or records. An answer without any is refused: taken for an empty
// list it could make a caller create again what exists.
func (p *IntentPage) UnmarshalJSON(b []byte) error {
	p.Raw = bytes.Clone(b)
	if isArray(b) {
		return json.Unmarshal(b, &p.Items)
	}
	var wire struct {
		Items, List, Intents, Records     json.RawMessage
		Total, Page, PageSize, TotalPages *integer
	}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	p.Total, p.Page = (*int64)(wire.Total), (*int64)(wire.Page)
	p.PageSize, p.TotalPages = (*int64)(wire.PageSize), (*int64)(wire.TotalPages)
	empty := false
	for _, list := range []json.RawMessage{wire.Items, wire.List, wire.Intents, wire.Records} {
		if isArray(list) {
			return json.Unmarshal(list, &p.Items)
		}
		empty = empty || isNull(list)
	}
	if !empty || p.Total != nil && *p.Total > 0 {
		return errors.New("procure: the answer holds no list")
	}
	return nil
}

func isArray(b []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(b), []byte("[")) }

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
	}
	var out IntentPage
	return result(&out, c.send(ctx, call, req.problems(), &out, opts))
}

func (r ListIntentsRequest) problems() transport.Fields {
	var f transport.Fields
	f.Check(r.Page == nil || *r.Page >= 1, "page", "must be at least 1")
	f.Check(r.PageSize == nil || *r.PageSize >= 1 && *r.PageSize <= maxPageSize, "pageSize", "must be 1 to 100")
	f.Check(r.Status == "" || r.Status.known(), "status", "must be DRAFT, SUBMITTED, PROCESSING, COMPLETED, FAILED, CANCELLED or empty")
	f.Check(utf8.ValidString(r.UserID), "userId", "must be valid UTF-8")
	f.Check(r.Platform == "" || r.Platform.known(), "platform", "must be TAOBAO, JD, PDD or empty")
	switch r.SortBy {
	case "", SortByCreatedAt, SortByUpdatedAt, SortByPrice:
	default:
		f.Check(false, "sortBy", "must be createdAt, updatedAt, price or empty")
	}
	f.Check(r.Order == "" || r.Order == Ascending || r.Order == Descending, "order", "must be asc, desc or empty")
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

var errListStands = errors.New("the next page is the one before it again")

// Intents reads all pages of a list from req.Page on, 100 intents a page
// unless req.PageSize says otherwise. It ends with the platform's total, else
// with a page that is not full, and it stops after the first error.
//
// The pages are read one after the other: an intent that leaves the list
// meanwhile, for example because the loop cancels it and req.Status asks for
// SUBMITTED, moves all later ones up, and the next page then begins too late.
// Collect the intents first where they change.
func (c *Client) Intents(ctx context.Context, req ListIntentsRequest, opts ...transport.CallOption) iter.Seq2[Intent, error] {
	first, size := 1, maxPageSize
	if req.Page != nil {
		first = *req.Page
	}
	if req.PageSize != nil {
		size = *req.PageSize
	}
	return func(yield func(Intent, error) bool) {
		req, number, pageSize := req, first, size
		req.Page, req.PageSize = &number, &pageSize
		passed := int64(first-1) * int64(size)
		var before *IntentPage
		for {
			page, err := c.ListIntents(ctx, req, opts...)
			if err == nil && before.sameAs(page) {
				err = &transport.Error{Provider: provider, Operation: "ListIntents", Kind: transport.ErrMalformed, Err: errListStands}
			}
			if err != nil {
				yield(Intent{}, err)
				return
			}
			for _, intent := range page.Items {
				if !yield(intent, nil) {
					return
				}
			}
			passed += int64(len(page.Items))
			if page.isLast(passed, size) {
				return
			}
			before = page
			number++
		}
	}
}

// sameAs recognizes a platform that does not turn the page, on which a loop
// would never end.
func (p *IntentPage) sameAs(next *IntentPage) bool {
	if p == nil || len(p.Items) == 0 || len(p.Items) != len(next.Items) {
		return false
	}
	last := len(p.Items) - 1
	return p.Items[0].ID == next.Items[0].ID && p.Items[last].ID == next.Items[last].ID
}

// isLast tells whether no further page is to be asked for, passed intents into
// the list.
func (p *IntentPage) isLast(passed int64, size int) bool {
	n := int64(len(p.Items))
	full := int64(size)
	if p.PageSize != nil && *p.PageSize > 0 {
		full = min(full, *p.PageSize)
	}
	switch {
	case n == 0:
		return true
	case p.Total != nil && *p.Total > 0:
		return passed >= *p.Total
	}
	// More than was asked for is a list that has no pages.
	return n != full
}
