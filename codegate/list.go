package codegate

import (
	"context"
	"errors"
	"iter"

	"github.com/pentagate/pentagate/transport"
)

// Codes reads all pages of a list from req.Page on, 100 codes a page unless
// req.PageSize says otherwise. It stops after the first error.
//
// It is right only while nothing changes: a code that leaves the list while
// it is read, for example because the loop redeems it, moves all later codes
// up, and the next page then begins too late. Use [Client.CollectCodes] where
// codes change.
func (c *Client) Codes(ctx context.Context, req ListCodesRequest, opts ...transport.CallOption) iter.Seq2[Code, error] {
	return func(yield func(Code, error) bool) {
		for page, err := range c.pages(ctx, req, opts) {
			if err != nil {
				yield(Code{}, err)
				return
			}
			for _, code := range page.Items {
				if !yield(code, nil) {
					return
				}
			}
		}
	}
}

// pages reads page after page and stops after the last one, after an empty
// one, and after an error. The request is a copy: the caller's stays as it is.
func (c *Client) pages(ctx context.Context, req ListCodesRequest, opts []transport.CallOption) iter.Seq2[*CodePage, error] {
	return func(yield func(*CodePage, error) bool) {
		number, size := 1, maxPageSize
		if req.Page != nil {
			number = *req.Page
		}
		if req.PageSize != nil {
			size = *req.PageSize
		}
		req := ListCodesRequest{Page: &number, PageSize: &size, Status: req.Status, Search: req.Search}
		for {
			page, err := c.ListCodes(ctx, req, opts...)
			if !yield(page, err) || err != nil || len(page.Items) == 0 || number >= page.TotalPages {
				return
			}
			number++
		}
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
// [transport.ErrConflict]: some may be missing.
//
// req.Page is not used. Set req.PageSize to less than 100 only for tests.
func (c *Client) CollectCodes(ctx context.Context, req ListCodesRequest, opts ...transport.CallOption) ([]Code, error) {
	var found []Code
	index := make(map[string]int)
	req.Page = nil
	for range maxPasses {
		seen := make(map[string]bool)
		total, steady := int64(-1), true
		for page, err := range c.pages(ctx, req, opts) {
			if err != nil {
				return nil, err
			}
			steady = steady && (total == -1 || total == page.Total)
			total = page.Total
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
		if steady && int64(len(seen)) == total {
			return found, nil
		}
	}
	return found, &transport.Error{Provider: provider, Operation: "CollectCodes", Kind: transport.ErrConflict, Err: errListChanging}
}
