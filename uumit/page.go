package uumit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/url"
	"strconv"

	"github.com/pentagate/pentagate/transport"
)

const maxPageSize = 100

// Page is one page of a list. The platform has pages with a number and pages
// with a cursor, and some of its lists are bare arrays ("UUMit API best
// practices, Pagination"); members that did not come are nil or empty.
type Page[T any] struct {
	Items []T `json:"items"`
	// Total counts the items of all pages.
	Total    *int64 `json:"total,omitempty"`
	Page     *int   `json:"page,omitempty"`
	PageSize *int   `json:"page_size,omitempty"`
	HasMore  *bool  `json:"has_more,omitempty"`
	// NextCursor is "" on the last page.
	NextCursor string `json:"next_cursor,omitempty"`

	bare bool // an array: the whole list
}

// Format prints the number of items.
func (p Page[T]) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "page of %d", len(p.Items)) }

// LogValue returns what Format prints.
func (p Page[T]) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(p)) }

// UnmarshalJSON accepts an object with items, a bare array, and null for an
// empty list.
func (p *Page[T]) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	*p = Page[T]{}
	switch {
	case string(b) == "null":
		return nil
	case len(b) > 0 && b[0] == '[':
		p.bare = true
		return json.Unmarshal(b, &p.Items)
	}
	var page struct {
		Items      json.RawMessage `json:"items"`
		Total      optional[int64] `json:"total"`
		Page       optional[int]   `json:"page"`
		PageSize   optional[int]   `json:"page_size"`
		HasMore    optional[bool]  `json:"has_more"`
		NextCursor string          `json:"next_cursor"`
	}
	if err := decode(b, &page); err != nil {
		return err
	}
	if len(page.Items) == 0 {
		return errors.New("uumit: the list lacks its items")
	}
	p.Total, p.Page, p.PageSize = page.Total.value, page.Page.value, page.PageSize.value
	p.HasMore, p.NextCursor = page.HasMore.value, page.NextCursor
	return json.Unmarshal(page.Items, &p.Items)
}

// last tells whether no page follows the one with this number.
func (p *Page[T]) last(number, size int) bool {
	switch {
	case p.bare, len(p.Items) == 0:
		return true
	case p.HasMore != nil:
		return !*p.HasMore
	case p.NextCursor != "":
		return false
	case p.Total != nil:
		return int64(number)*int64(size) >= *p.Total
	}
	return len(p.Items) < size
}

// PageRequest says which page of a list to read. The zero value is the first
// page.
type PageRequest struct {
	// Page counts from 1; nil means 1.
	Page *int
	// PageSize is 1 to 100; nil is the platform's choice.
	PageSize *int
	// Cursor is the NextCursor of the page before. The platform does not
	// document the name under which a list takes it; it is sent as "cursor".
	Cursor string
}

func (r PageRequest) checkPage(f *transport.Fields) {
	f.Check(r.Page == nil || *r.Page >= 1, "page", "must be at least 1")
	f.Check(r.PageSize == nil || *r.PageSize >= 1 && *r.PageSize <= maxPageSize, "page_size", "must be 1 to 100")
	checkText(f, "cursor", r.Cursor)
}

func (r PageRequest) addTo(q url.Values) {
	if r.Page != nil {
		q.Set("page", strconv.Itoa(*r.Page))
	}
	if r.PageSize != nil {
		q.Set("page_size", strconv.Itoa(*r.PageSize))
	}
	setUnlessEmpty(q, "cursor", r.Cursor)
}

func setUnlessEmpty(q url.Values, name, value string) {
	if value != "" {
		q.Set(name, value)
	}
}

var errSameCursor = errors.New("the list gave the same cursor again")

// all reads page after page from first on, with 100 items a page unless first
// says otherwise, and stops after the last one and after an error.
func all[T any](first PageRequest, operation string, read func(PageRequest) (*Page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		number, size := 1, maxPageSize
		if first.Page != nil {
			number = *first.Page
		}
		if first.PageSize != nil {
			size = *first.PageSize
		}
		cursor := first.Cursor
		for {
			page, err := read(PageRequest{Page: new(number), PageSize: new(size), Cursor: cursor})
			if err != nil {
				yield(zero, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			if page.last(number, size) {
				return
			}
			if cursor != "" && cursor == page.NextCursor {
				// The platform does not know our name of the parameter: it
				// would go on with the same page for ever.
				yield(zero, &transport.Error{Provider: provider, Operation: operation, Kind: transport.ErrMalformed, Err: errSameCursor})
				return
			}
			number, cursor = number+1, page.NextCursor
		}
	}
}
