package codegate

import (
	"context"
	"errors"
	"iter"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

// Codes reads all pages of a list from req.Page on, 100 codes a page unless
// req.PageSize says otherwise. It stops after the first error. How many pages
// there are is what the platform tells; see [transport.Pages] for where a list
// ends and for the errors of one that does not add up.
//
// It is right only while nothing changes: a code that leaves the list while
// it is read, for example because the loop redeems it, moves all later codes
// up, and the next page then begins too late. That is an error at the end, one
// that matches [transport.ErrConflict], if it can be seen. Use
// [Client.CollectCodes] where codes change.
func (c *Client) Codes(ctx context.Context, req ListCodesRequest, opts ...transport.CallOption) iter.Seq2[Code, error] {
	return transport.Each(c.pages(ctx, "Codes", req, opts), func(p *CodePage) []Code { return p.Items })
}

// pages reads page after page. The request is a copy: the caller's stays as it
// is.
func (c *Client) pages(ctx context.Context, operation string, req ListCodesRequest, opts []transport.CallOption) iter.Seq2[*CodePage, error] {
	first := transport.PageAt{Number: 1, Size: maxPageSize}
	if req.Page != nil {
		first.Number = *req.Page
	}
	if req.PageSize != nil {
		first.Size = *req.PageSize
	}
	return transport.Pages(c.t.Name(), operation, first, func(at transport.PageAt) (*CodePage, error) {
		return c.ListCodes(ctx, ListCodesRequest{Page: &at.Number, PageSize: &at.Size, Status: req.Status, Search: req.Search}, opts...)
	}, facts)
}

// facts are what a page tells of its list.
func facts(p *CodePage) transport.PageFacts {
	var in pageAnswer
	_ = answer.Decode(p.Raw.Bytes(), &in) // it was decoded before
	return transport.PageFacts{
		Items:   len(p.Items),
		Content: in.Items.raw,
		Total:   in.Total.Ptr(),
		Size:    in.PageSize.Ptr(),
		Pages:   in.TotalPages.Ptr(),
	}
}

var errListChanging = errors.New("the list kept changing while it was read")

// maxPasses bounds how often CollectCodes reads a list that keeps changing.
const maxPasses = 5

// CollectCodes reads a whole list before it returns, so that the codes can be
// redeemed, reactivated or disabled afterwards. When the list changes while it
// is read, it is read again, up to five times, until one reading found every
// page with the same total and that many different codes; what the readings
// found is put together, each code once, as it was seen last. When the list
// never stood still the codes come with an error that matches
// [transport.ErrConflict]: some may be missing. A list of which the platform
// tells no total is read once.
//
// req.Page is not used. Set req.PageSize to less than 100 only for tests.
func (c *Client) CollectCodes(ctx context.Context, req ListCodesRequest, opts ...transport.CallOption) ([]Code, error) {
	var found []Code
	index := make(map[string]int)
	req.Page = nil
	for range maxPasses {
		seen := make(map[string]bool)
		var total *int64
		steady := true
		for page, err := range c.pages(ctx, "CollectCodes", req, opts) {
			if errors.Is(err, transport.ErrConflict) {
				steady = false
				break
			}
			if err != nil {
				return nil, err
			}
			told := facts(page).Total
			steady = steady && (total == nil || told != nil && *total == *told)
			total = told
			for _, code := range page.Items {
				seen[code.ID] = true
				if i, ok := index[code.ID]; ok {
					found[i] = code
					continue
				}
				index[code.ID] = len(found)
				found = append(found, code)
			}
		}
		if steady && (total == nil || int64(len(seen)) == *total) {
			return found, nil
		}
	}
	return found, &transport.Error{Provider: c.t.Name(), Operation: "CollectCodes", Kind: transport.ErrConflict, Err: errListChanging}
}
