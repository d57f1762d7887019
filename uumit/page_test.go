package uumit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
	"github.com/pentagate/pentagate/uumit"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

// orderIDs reads a list to its end.
func orderIDs(t *testing.T, h *harness, req uumit.ListOrdersRequest) []string {
	t.Helper()
	var ids []string
	for order, err := range h.client.Orders.All(t.Context(), req) {
		require.NoError(t, err)
		ids = append(ids, order.ID)
	}
	return ids
}

func pageSize(n int) uumit.ListOrdersRequest {
	return uumit.ListOrdersRequest{PageRequest: uumit.PageRequest{PageSize: new(n)}}
}

func TestAllReadsAllPages(t *testing.T) {
	h := start(t, uumittest.WithRateLimit(0))
	h.SetBalance("", price.Mul(price).Mul(price))
	offer := h.offer()
	for range 45 {
		_, err := h.client.Orders.Create(t.Context(), uumit.CreateOrderRequest{CapabilityID: offer.ID})
		require.NoError(t, err)
	}
	h.faults.Reset()
	req := pageSize(20)
	seen := make(map[string]bool)
	for _, id := range orderIDs(t, h, req) {
		seen[id] = true
	}
	assert.Len(t, seen, 45)
	assert.Len(t, h.faults.Requests(), 3)
	assert.Nil(t, req.Page, "the request stays as it was")

	req.Page = new(3)
	assert.Len(t, orderIDs(t, h, req), 5, "from the page that was asked for")

	h.faults.Reset()
	for _, err := range h.client.Orders.All(t.Context(), pageSize(20)) {
		require.NoError(t, err)
		break
	}
	assert.Len(t, h.faults.Requests(), 1, "a loop that ends reads no further page")
	assert.Contains(t, h.faults.Requests()[0].URI, "page=1&page_size=20")
}

func TestAllStopsAfterTheFirstError(t *testing.T) {
	h := start(t)
	h.faults.Script(good(`{"items":[{"id":"1"},{"id":"2"}],"has_more":true}`), transporttest.Status(403, `{"code":1003,"message":"m"}`), good(`{"items":[]}`))
	var items, errs int
	for _, err := range h.client.Orders.All(t.Context(), uumit.ListOrdersRequest{}) {
		if err != nil {
			require.ErrorIs(t, err, transport.ErrPermission)
			errs++
			continue
		}
		items++
	}
	assert.Equal(t, []int{2, 1}, []int{items, errs})
	assert.Len(t, h.faults.Requests(), 2)
}

// TestTheShapesOfLists ends each list where its shape says so.
func TestTheShapesOfLists(t *testing.T) {
	for name, tc := range map[string]struct {
		pages []string
		want  []string
		uris  []string
	}{
		"has_more decides": {
			[]string{`{"items":[{"id":"1"}],"has_more":true,"total":1}`, `{"items":[{"id":"2"}],"has_more":false}`},
			[]string{"1", "2"}, []string{"page=1&page_size=2", "page=2&page_size=2"},
		},
		"else the total": {
			[]string{`{"items":[{"id":"1"},{"id":"2"}],"total":3}`, `{"items":[{"id":"3"}],"total":3}`},
			[]string{"1", "2", "3"}, []string{"page=1&page_size=2", "page=2&page_size=2"},
		},
		"else an empty page": {
			[]string{`{"items":[{"id":"1"},{"id":"2"}]}`, `{"items":[{"id":"3"}]}`, `{"items":[]}`},
			[]string{"1", "2", "3"}, []string{"page=1&page_size=2", "page=2&page_size=2", "page=3&page_size=2"},
		},
		"a cursor is followed": {
			[]string{`{"items":[{"id":"1"}],"next_cursor":"c2","has_more":true}`, `{"items":[{"id":"2"}],"next_cursor":3}`, `{"items":[{"id":"3"}],"next_cursor":null}`},
			[]string{"1", "2", "3"}, []string{"page=1&page_size=2", "cursor=c2&page=2&page_size=2", "cursor=3&page=3&page_size=2"},
		},
		"a bare list is whole": {
			[]string{`[{"id":"1"},{"id":"2"},{"id":"3"}]`}, []string{"1", "2", "3"}, []string{"page=1&page_size=2"},
		},
		"an empty page with a cursor is not the end": {
			[]string{`{"items":[{"id":"1"}],"next_cursor":"b","has_more":true}`, `{"items":[],"next_cursor":"c","has_more":true}`, `{"items":[{"id":"2"}],"has_more":false}`},
			[]string{"1", "2"}, []string{"page=1&page_size=2", "cursor=b&page=2&page_size=2", "cursor=c&page=3&page_size=2"},
		},
		"an empty page with has_more is not the end": {
			[]string{`{"items":[],"has_more":true}`, `{"items":[{"id":"1"}],"has_more":false}`},
			[]string{"1"}, []string{"page=1&page_size=2", "page=2&page_size=2"},
		},
		"null is empty":                 {[]string{`null`}, nil, []string{"page=1&page_size=2"}},
		"null items are empty":          {[]string{`{"items":null}`}, nil, []string{"page=1&page_size=2"}},
		"null items of none in all too": {[]string{`{"items":null,"total":0,"has_more":false}`}, nil, []string{"page=1&page_size=2"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			for _, page := range tc.pages {
				h.faults.Script(good(page))
			}
			assert.Equal(t, tc.want, orderIDs(t, h, pageSize(2)))
			var uris []string
			for _, r := range h.faults.Requests() {
				uris = append(uris, r.URI[len("/api/v1/orders?"):])
			}
			assert.Equal(t, tc.uris, uris)
		})
	}
}

// entries are items as any list has them.
func entries(from, to int) string {
	var items []string
	for i := from; i < to; i++ {
		items = append(items, fmt.Sprintf(`{"id":"%d","status":"frozen","type":"income","amount":"1"}`, i))
	}
	return "[" + strings.Join(items, ",") + "]"
}

// lists are the iterators, which are to agree in all that follows.
var lists = map[string]func(context.Context, *uumit.Client, uumit.PageRequest) iter.Seq2[any, error]{
	"Orders.All": func(ctx context.Context, c *uumit.Client, page uumit.PageRequest) iter.Seq2[any, error] {
		return untyped(c.Orders.All(ctx, uumit.ListOrdersRequest{PageRequest: page}))
	},
	"Transactions.All": func(ctx context.Context, c *uumit.Client, page uumit.PageRequest) iter.Seq2[any, error] {
		return untyped(c.Transactions.All(ctx, uumit.ListTransactionsRequest{PageRequest: page}))
	},
	"Wallet.LedgerEntries": func(ctx context.Context, c *uumit.Client, page uumit.PageRequest) iter.Seq2[any, error] {
		return untyped(c.Wallet.LedgerEntries(ctx, uumit.LedgerRequest{PageRequest: page}))
	},
}

func untyped[T any](list iter.Seq2[T, error]) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		for item, err := range list {
			if !yield(item, err) {
				return
			}
		}
	}
}

// count reads a list to its end or its first error.
func count(list iter.Seq2[any, error]) (n int, last error) {
	for _, err := range list {
		if err != nil {
			last = errors.Join(last, err) // nothing follows an error
			continue
		}
		if n++; n > 1000 {
			return n, errors.New("the list does not end")
		}
	}
	return n, last
}

// pages answers page after page, by number and cursor.
func pages(t *testing.T, page func(number int, cursor string) string) *uumit.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		number, err := strconv.Atoi(r.URL.Query().Get("page"))
		assert.NoError(t, err)
		_, _ = w.Write([]byte(envelope(page(number, r.URL.Query().Get("cursor")))))
	}))
	t.Cleanup(server.Close)
	client, err := uumit.New(uumit.Config{BaseURL: server.URL, APIKey: signing.NewSecret("pk_1"), UserID: "u"}, transport.WithLimiter(transport.NoLimits))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

func TestListsAreReadToTheirEnd(t *testing.T) {
	// The platform has 120 items and gives 50 a page, whatever was asked for.
	capped := func(form string) func(int, string) string {
		return func(number int, _ string) string {
			from := min((number-1)*50, 120)
			return fmt.Sprintf(form, entries(from, min(from+50, 120)), number)
		}
	}
	for name, tc := range map[string]struct {
		page func(number int, cursor string) string
		want int
	}{
		"a smaller page than was asked for, with its size and the total": {capped(`{"items":%s,"total":120,"page":%d,"page_size":50}`), 120},
		"with the total alone":          {capped(`{"items":%s,"total":120,"page":%d}`), 120},
		"with its size alone":           {capped(`{"items":%s,"page":%d,"page_size":50}`), 120},
		"with nothing that tells of it": {capped(`{"items":%s,"page":%d}`), 120},
		"with numbers in quotes":        {capped(`{"items":%s,"total":"120","page":"%d","page_size":"50"}`), 120},
		"an empty page in the middle, by a cursor": {func(_ int, cursor string) string {
			return map[string]string{
				"":  `{"items":` + entries(0, 2) + `,"next_cursor":"b","has_more":true}`,
				"b": `{"items":[],"next_cursor":"c","has_more":true}`,
				"c": `{"items":` + entries(2, 4) + `,"next_cursor":null,"has_more":false}`,
			}[cursor]
		}, 4},
	} {
		for list, all := range lists {
			t.Run(name+"/"+list, func(t *testing.T) {
				n, err := count(all(t.Context(), pages(t, tc.page), uumit.PageRequest{}))
				require.NoError(t, err)
				assert.Equal(t, tc.want, n)
			})
		}
	}
}

func TestListsThatContradictThemselvesAreErrors(t *testing.T) {
	for name, tc := range map[string]struct {
		page func(number int, cursor string) string
		want int
		text string
	}{
		"the same page for ever": {func(int, string) string { return `{"items":` + entries(0, 100) + `,"has_more":true}` }, 100, "gave a page again"},
		"the same cursor": {func(number int, _ string) string {
			return fmt.Sprintf(`{"items":[{"id":"%d"}],"next_cursor":"c","has_more":true}`, number)
		}, 2, "gave a cursor again"},
		"two cursors in turn": {func(number int, _ string) string {
			return fmt.Sprintf(`{"items":[{"id":"%d"}],"next_cursor":"c%d","has_more":true}`, number, number%2)
		}, 3, "gave a cursor again"},
		"fewer items than the total": {func(number int, _ string) string {
			return fmt.Sprintf(`{"items":[{"id":"%d"}],"total":7,"has_more":%t}`, number, number < 3)
		}, 3, "7 items and gave 3"},
		"null for items that there are": {func(int, string) string { return `{"items":null,"total":3}` }, 0, ""},
		"an item that is null":          {func(int, string) string { return `{"items":[{"id":"1"},null]}` }, 0, ""},
		"an item that is text":          {func(int, string) string { return `["x"]` }, 0, ""},
		"no items":                      {func(int, string) string { return `{"total":3}` }, 0, ""},
		"items of another kind":         {func(int, string) string { return `{"items":{"id":"1"}}` }, 0, ""},
		"text":                          {func(int, string) string { return `"none"` }, 0, ""},
	} {
		for list, all := range lists {
			t.Run(name+"/"+list, func(t *testing.T) {
				n, err := count(all(t.Context(), pages(t, tc.page), uumit.PageRequest{}))
				require.ErrorIs(t, err, transport.ErrMalformed)
				assert.ErrorContains(t, err, tc.text)
				assert.Equal(t, tc.want, n)
			})
		}
	}
}

func TestAListThatChangedAndLacksItemsSaysSo(t *testing.T) {
	for list, all := range lists {
		t.Run(list, func(t *testing.T) {
			client := pages(t, func(number int, _ string) string {
				return fmt.Sprintf(`{"items":[{"id":"%d"}],"total":%d,"has_more":%t}`, number, 5-number, number < 3)
			})
			n, err := count(all(t.Context(), client, uumit.PageRequest{}))
			require.ErrorIs(t, err, transport.ErrConflict)
			assert.Equal(t, 3, n)
		})
	}
}

func TestAListIsReadNoFurtherThanAsked(t *testing.T) {
	for list, all := range lists {
		t.Run(list, func(t *testing.T) {
			read := make(chan int, 10)
			client := pages(t, func(number int, _ string) string {
				read <- number
				return `{"items":` + entries(number*10, number*10+2) + `,"has_more":true}`
			})
			seen := 0
			for _, err := range all(t.Context(), client, uumit.PageRequest{Page: new(7)}) {
				require.NoError(t, err)
				if seen++; seen == 3 {
					break
				}
			}
			assert.Len(t, read, 2)
			assert.Equal(t, 7, <-read)
			assert.Equal(t, 8, <-read)
		})
	}
}

func TestPagesDecode(t *testing.T) {
	var page uumit.Page[uumit.Order]
	const data = `{"items":[{"id":1}],"total":3,"page":1,"page_size":1,"has_more":true,"next_cursor":"c","odd":1}`
	require.NoError(t, json.Unmarshal([]byte(data), &page))
	assert.EqualValues(t, 3, *page.Total)
	assert.Equal(t, 1, *page.Page)
	assert.Equal(t, 1, *page.PageSize)
	assert.True(t, *page.HasMore)
	assert.Equal(t, "c", page.NextCursor)
	assert.Equal(t, "1", page.Items[0].ID)
	assert.Equal(t, data, string(page.Raw.Bytes()))
	require.NoError(t, json.Unmarshal([]byte(`{"items":[],"total":"many","page":{},"has_more":"perhaps","next_cursor":false}`), &page))
	assert.Nil(t, page.Total, "nothing stays of the page before")
	assert.Nil(t, page.Page)
	assert.Nil(t, page.HasMore)
	assert.Empty(t, page.NextCursor)
}
