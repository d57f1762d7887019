package uumit_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
	h.faults.Script(good(`{"items":[{"id":"1"},{"id":"2"}],"has_more":true}`), transporttest.Status(403, ""), good(`{"items":[]}`))
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
		"else a page that is not full": {
			[]string{`{"items":[{"id":"1"},{"id":"2"}]}`, `{"items":[{"id":"3"}]}`},
			[]string{"1", "2", "3"}, []string{"page=1&page_size=2", "page=2&page_size=2"},
		},
		"a cursor is followed": {
			[]string{`{"items":[{"id":"1"}],"next_cursor":"c2","has_more":true}`, `{"items":[{"id":"2"}],"next_cursor":"c3"}`, `{"items":[{"id":"3"}],"next_cursor":null}`},
			[]string{"1", "2", "3"}, []string{"page=1&page_size=2", "cursor=c2&page=2&page_size=2", "cursor=c3&page=3&page_size=2"},
		},
		"a bare list is whole": {
			[]string{`[{"id":"1"},{"id":"2"},{"id":"3"}]`}, []string{"1", "2", "3"}, []string{"page=1&page_size=2"},
		},
		"an empty page is the end, whatever it says": {
			[]string{`{"items":[],"has_more":true}`}, nil, []string{"page=1&page_size=2"},
		},
		"null is empty":       {[]string{`null`}, nil, []string{"page=1&page_size=2"}},
		"null items is empty": {[]string{`{"items":null,"total":7}`}, nil, []string{"page=1&page_size=2"}},
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

func TestACursorThatDoesNotMoveIsAnError(t *testing.T) {
	h := start(t)
	h.faults.Always(good(`{"items":[{"id":"1"}],"next_cursor":"c","has_more":true}`))
	n := 0
	var last error
	for _, err := range h.client.Orders.All(t.Context(), uumit.ListOrdersRequest{}) {
		n++
		last = err
	}
	assert.Equal(t, 3, n)
	require.ErrorIs(t, last, transport.ErrMalformed)
	assert.EqualError(t, last, "uumit: Orders.All: malformed answer: the list gave the same cursor again")
}

func TestPagesDecode(t *testing.T) {
	var page uumit.Page[uumit.Order]
	require.NoError(t, json.Unmarshal([]byte(`{"items":[{"id":"1"}],"total":3,"page":1,"page_size":1,"has_more":true,"next_cursor":"c","odd":1}`), &page))
	assert.EqualValues(t, 3, *page.Total)
	assert.Equal(t, 1, *page.Page)
	assert.Equal(t, 1, *page.PageSize)
	assert.True(t, *page.HasMore)
	assert.Equal(t, "c", page.NextCursor)
	require.NoError(t, json.Unmarshal([]byte(`{"items":[],"total":"3","has_more":"yes","next_cursor":7}`), &page))
	assert.Nil(t, page.Total, "nothing stays of the page before")
	assert.Nil(t, page.HasMore)
	assert.Empty(t, page.NextCursor)
	for _, bad := range []string{`{}`, `{"total":1}`, `{"items":{}}`, `{"items":"x"}`, `"x"`, `7`} {
		require.Error(t, json.Unmarshal([]byte(bad), &page), bad)
	}
}
