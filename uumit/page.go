package uumit

import (
	"errors"
	"iter"
	"net/url"
	"strconv"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
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
	// Raw is the page as it came.
	Raw transport.Raw `json:"-"`

	bare    bool // an array
	content transport.Raw
}

var errNoItems = errors.New("the list lacks its items")

// UnmarshalJSON accepts an object with items, a bare array, and null for an
// empty list. Items that are null are an empty list too, unless a total says
// that there are some.
func (p *Page[T]) UnmarshalJSON(b []byte) error {
	*p = Page[T]{}
	raw := transport.NewRaw(b)
	switch {
	case answer.IsNull(raw.Bytes()):
		p.Raw = raw
		return nil
	case raw.Bytes()[0] == '[':
		*p = Page[T]{Raw: raw, bare: true}
		return p.read(raw)
	}
	var in struct {
		Items      member      `json:"items"`
		Total      answer.Int  `json:"total"`
		Page       answer.Int  `json:"page"`
		PageSize   answer.Int  `json:"page_size"`
		HasMore    answer.Flag `json:"has_more"`
		NextCursor answer.ID   `json:"next_cursor"`
	}
	if err := answer.Decode(raw.Bytes(), &in); err != nil {
		return err
	}
	none := answer.IsNull(in.Items.raw.Bytes())
	if !in.Items.present || none && in.Total.Value > 0 {
		return errNoItems
	}
	*p = Page[T]{
		Total: in.Total.Ptr(), Page: count(in.Page), PageSize: count(in.PageSize), HasMore: in.HasMore.Ptr(),
		NextCursor: string(in.NextCursor), Raw: raw,
	}
	if none {
		return nil
	}
	return p.read(in.Items.raw)
}

// read decodes the items.
func (p *Page[T]) read(raw transport.Raw) error {
	items, err := answer.Items(raw.Bytes())
	if err != nil {
		return err
	}
	p.content = raw
	p.Items = make([]T, len(items))
	for i := range items {
		if err := into(&p.Items[i], items[i]); err != nil {
			return err
		}
	}
	return nil
}

// member is a member as it came, which may be null.
type member struct {
	raw     transport.Raw
	present bool
}

func (m *member) UnmarshalJSON(b []byte) error {
	*m = member{raw: transport.NewRaw(b), present: true}
	return nil
}

// facts is what the page tells of its list.
func (p *Page[T]) facts() transport.PageFacts {
	f := transport.PageFacts{
		Items: len(p.Items), Content: p.content.Bytes(), Total: p.Total, More: p.HasMore, Cursor: p.NextCursor, Bare: p.bare,
	}
	if p.PageSize != nil {
		f.Size = new(int64(*p.PageSize))
	}
	return f
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

// listOf is a call that reads a page.
func listOf(operation, path string, r PageRequest) transport.Call {
	call := fixed(operation, get, path, transport.Read)
	call.Invalid.Check(r.Page == nil || *r.Page >= 1, "page", "must be at least 1")
	call.Invalid.Check(r.PageSize == nil || *r.PageSize >= 1 && *r.PageSize <= maxPageSize, "page_size", "must be 1 to 100")
	call.Query = make(url.Values)
	if r.Page != nil {
		call.Query.Set("page", strconv.Itoa(*r.Page))
	}
	if r.PageSize != nil {
		call.Query.Set("page_size", strconv.Itoa(*r.PageSize))
	}
	setUnlessEmpty(call.Query, "cursor", r.Cursor)
	return call
}

func setUnlessEmpty(q url.Values, name, value string) {
	if value != "" {
		q.Set(name, value)
	}
}

// all reads a list from first on, with 100 items a page unless first says
// otherwise.
func all[T any](t *transport.Client, first PageRequest, operation string, read func(PageRequest) (*Page[T], error)) iter.Seq2[T, error] {
	at := transport.PageAt{Number: 1, Size: maxPageSize, Cursor: first.Cursor}
	if first.Page != nil {
		at.Number = *first.Page
	}
	if first.PageSize != nil {
		at.Size = *first.PageSize
	}
	pages := transport.Pages(t.Name(), operation, at, func(at transport.PageAt) (*Page[T], error) {
		return read(PageRequest{Page: new(at.Number), PageSize: new(at.Size), Cursor: at.Cursor})
	}, (*Page[T]).facts)
	return transport.Each(pages, func(p *Page[T]) []T { return p.Items })
}
