package procure_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// seed adds n intents, i000 the oldest.
func (h *harness) seed(n int) {
	for i := range n {
		h.AddIntent(procuretest.Intent{ID: fmt.Sprintf("i%03d", i), CreatedAt: now.Add(time.Duration(i) * time.Minute)})
	}
}

// "Procure API, list intents".
func TestListIntents(t *testing.T) {
	h := start(t)
	h.seed(45)
	page, err := h.client.ListIntents(t.Context(), procure.ListIntentsRequest{})
	require.NoError(t, err)
	assert.Len(t, page.Items, 20)
	assert.Equal(t, "i044", page.Items[0].ID, "newest first")
	assert.EqualValues(t, 45, *page.Total)
	assert.EqualValues(t, 1, *page.Page)
	assert.EqualValues(t, 20, *page.PageSize)
	assert.EqualValues(t, 3, *page.TotalPages)
	assert.Contains(t, string(page.Raw.Bytes()), `"totalPages":3`)

	page, err = h.client.ListIntents(t.Context(), procure.ListIntentsRequest{Page: new(3), PageSize: new(22), Order: procure.Ascending})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	assert.Equal(t, "i044", page.Items[0].ID)
	assert.Equal(t, "/api/v1/intents?order=asc&page=3&pageSize=22", h.Requests()[1].RequestURI)
}

func TestFilters(t *testing.T) {
	h := start(t)
	h.seed(3)
	h.AddIntent(procuretest.Intent{ID: "other", UserID: "张三 a+b&c=d%", Platform: procure.PDD, Status: procure.StatusFailed,
		Price: decimal.New(1, 0), CreatedAt: now.Add(-time.Hour), UpdatedAt: now.Add(time.Hour)})
	for name, tc := range map[string]struct {
		req  procure.ListIntentsRequest
		want string
	}{
		"status":                      {procure.ListIntentsRequest{Status: procure.StatusFailed}, "other"},
		"user":                        {procure.ListIntentsRequest{UserID: "张三 a+b&c=d%"}, "other"},
		"platform":                    {procure.ListIntentsRequest{Platform: procure.PDD}, "other"},
		"from a time of another zone": {procure.ListIntentsRequest{StartDate: now.Add(time.Minute).In(time.FixedZone("CST", 8*3600))}, "i002 i001"},
		"until a time":                {procure.ListIntentsRequest{EndDate: now.Add(-time.Millisecond)}, "other"},
		"by price":                    {procure.ListIntentsRequest{SortBy: procure.SortByPrice, Order: procure.Ascending, PageSize: new(1)}, "other"},
		"by update":                   {procure.ListIntentsRequest{SortBy: procure.SortByUpdatedAt, Order: procure.Descending, PageSize: new(1)}, "other"},
		"by creation":                 {procure.ListIntentsRequest{SortBy: procure.SortByCreatedAt, PageSize: new(1)}, "i002"},
		"nothing":                     {procure.ListIntentsRequest{Status: procure.StatusDraft}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			page, err := h.client.ListIntents(t.Context(), tc.req)
			require.NoError(t, err)
			assert.Equal(t, tc.want, ids(page.Items))
		})
	}
	t.Run("times have milliseconds at most", func(t *testing.T) {
		_, err := h.client.ListIntents(t.Context(), procure.ListIntentsRequest{StartDate: now.Add(1234567), EndDate: now})
		require.NoError(t, err)
		requests := h.Requests()
		assert.Equal(t, "/api/v1/intents?endDate=2026-02-01T00%3A00%3A00Z&startDate=2026-02-01T00%3A00%3A00.001Z", requests[len(requests)-1].RequestURI)
	})
}

func ids(items []procure.Intent) string {
	var out []string
	for _, item := range items {
		out = append(out, item.ID)
	}
	return strings.Join(out, " ")
}

// The document does not show what a list looks like.
func TestListsOfEveryShape(t *testing.T) {
	const a = `{"id":"a","status":"DRAFT"}`
	for data, want := range map[string]string{
		`[` + a + `]`:                      "a, total unknown",
		`[]`:                               ", total unknown",
		`{"items":[` + a + `],"total":7}`:  "a, total 7",
		`{"list":[` + a + `],"total":"7"}`: "a, total 7",
		`{"intents":[` + a + `]}`:          "a, total unknown",
		`{"records":[` + a + `,` + a + `],"page":1}`:          "a a, total unknown",
		`{"items":null,"list":[` + a + `]}`:                   "a, total unknown",
		`{"items":null}`:                                      ", total unknown",
		`{"items":null,"total":0}`:                            ", total 0",
		`{"items":{},"intents":[` + a + `]}`:                  "a, total unknown",
		`{"items":null,"total":1}`:                            "malformed",
		`{"items":{},"total":1}`:                              "malformed",
		`{"rows":[` + a + `]}`:                                "malformed",
		`{"items":[1]}`:                                       "malformed",
		`[7]`:                                                 "malformed",
		`{"items":[null]}`:                                    "malformed",
		`{"items":["x"]}`:                                     "malformed",
		`{"items":[[]],"intents":[` + a + `]}`:                "malformed",
		`{"list":{},"total":3}`:                               "malformed",
		`{"Items":[` + a + `,` + a + `],"items":[` + a + `]}`: "a, total unknown",
		`{"items":[],"total":"many"}`:                         ", total unknown",
		`{"items":[],"total":1.5}`:                            ", total unknown",
		`{"items":[],"total":2.0}`:                            ", total 2",
		`true`:                                                "malformed",
	} {
		t.Run(data, func(t *testing.T) {
			h := start(t)
			h.faults.Script(transporttest.Status(200, `{"code":0,"message":"success","data":`+data+`}`))
			page, err := h.client.ListIntents(t.Context(), procure.ListIntentsRequest{})
			if want == "malformed" {
				require.ErrorIs(t, err, transport.ErrMalformed)
				return
			}
			require.NoError(t, err)
			total := "unknown"
			if page.Total != nil {
				total = strconv.FormatInt(*page.Total, 10)
			}
			assert.Equal(t, want, ids(page.Items)+", total "+total)
			assert.JSONEq(t, data, string(page.Raw.Bytes()))
		})
	}
}

func TestIntentsReadsAllPages(t *testing.T) {
	h := start(t)
	h.seed(45)
	req := procure.ListIntentsRequest{PageSize: new(20), Order: procure.Ascending}
	all := h.client.Intents(t.Context(), req)
	for range 2 { // a sequence can be read again
		n := 0
		for intent, err := range all {
			require.NoError(t, err)
			assert.Equal(t, fmt.Sprintf("i%03d", n), intent.ID)
			n++
		}
		assert.Equal(t, 45, n)
	}
	assert.Len(t, h.faults.Requests(), 6)
	assert.Nil(t, req.Page, "the request stays as it was")

	n := 0
	for _, err := range h.client.Intents(t.Context(), procure.ListIntentsRequest{Page: new(3), PageSize: new(20)}) {
		require.NoError(t, err)
		n++
	}
	assert.Equal(t, 5, n, "from the page that was asked for")

	h.faults.Reset()
	h.faults.Script(transporttest.Status(200, `{"code":0,"data":{"items":[{"id":"i4"}],"total":4,"pageSize":3}}`))
	for _, err := range h.client.Intents(t.Context(), procure.ListIntentsRequest{Page: new(2), PageSize: new(20)}) {
		require.NoError(t, err)
	}
	assert.Len(t, h.faults.Requests(), 1, "the pages before it were of the size that the platform tells")

	h.faults.Reset()
	for _, err := range h.client.Intents(t.Context(), procure.ListIntentsRequest{}) {
		require.NoError(t, err)
		break
	}
	assert.Len(t, h.faults.Requests(), 1, "a loop that ends reads no further page")
	assert.Equal(t, "/api/v1/intents?page=1&pageSize=100", h.faults.Requests()[0].URI)

	for intent, err := range h.client.Intents(t.Context(), procure.ListIntentsRequest{Status: procure.StatusFailed}) {
		t.Error("there is none", intent, err)
	}
}

func TestIntentsStopsAfterTheFirstError(t *testing.T) {
	h := start(t)
	h.seed(45)
	h.faults.Script(transporttest.Pass(), transporttest.Status(403, `{"code":40301,"message":"no"}`))
	var items, errs int
	for _, err := range h.client.Intents(t.Context(), procure.ListIntentsRequest{PageSize: new(20)}) {
		if err != nil {
			require.ErrorIs(t, err, transport.ErrPermission)
			errs++
			continue
		}
		items++
	}
	assert.Equal(t, 20, items)
	assert.Equal(t, 1, errs)
	for _, err := range h.client.Intents(t.Context(), procure.ListIntentsRequest{Page: new(0)}) {
		require.ErrorIs(t, err, transport.ErrInvalid)
	}
}

// TestWhereIntentsEnds goes through platforms that tell more or less of a list
// of numbers, page by page.
func TestWhereIntentsEnds(t *testing.T) {
	numbers := func(from, to int) string {
		var items []string
		for i := from; i < to; i++ {
			items = append(items, fmt.Sprintf(`{"id":"%d","status":"DRAFT"}`, i))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	// items is a page of numbers, and what it tells besides.
	items := func(from, to int, told string) string { return `{"items":` + numbers(from, to) + told + `}` }
	for name, tc := range map[string]struct {
		pages    []string // data of page 1 and so on, then empty arrays
		want     int
		requests int
		fails    error
	}{
		"no total, a short page":                  {[]string{numbers(0, 5), numbers(5, 8)}, 8, 2, nil},
		"no total, full to the end":               {[]string{numbers(0, 5), numbers(5, 10)}, 10, 3, nil},
		"an empty list":                           {[]string{"[]"}, 0, 1, nil},
		"an empty list that is told":              {[]string{`{"items":null,"total":0}`}, 0, 1, nil},
		"the total is reached":                    {[]string{items(0, 5, `,"total":10`), items(5, 10, `,"total":10`)}, 10, 2, nil},
		"the last page is told":                   {[]string{items(0, 5, `,"totalPages":2`), items(5, 10, `,"totalPages":2`)}, 10, 2, nil},
		"short pages before the total":            {[]string{items(0, 3, `,"total":6`), items(3, 6, `,"total":6`)}, 6, 2, nil},
		"an empty page before the total":          {[]string{items(0, 5, `,"total":15`), items(0, 0, `,"total":15`), items(5, 10, `,"total":15`), items(0, 0, `,"total":15`)}, 10, 4, transport.ErrMalformed},
		"a total that is never reached":           {[]string{items(0, 5, `,"total":14`), items(5, 7, `,"total":14`), items(0, 0, `,"total":14`)}, 7, 3, transport.ErrMalformed},
		"a total of 0 beside intents":             {[]string{items(0, 5, `,"total":0`), items(5, 7, `,"total":0`)}, 7, 3, nil},
		"smaller pages than asked for, told":      {[]string{items(0, 3, `,"pageSize":3`), items(3, 4, `,"pageSize":3`)}, 4, 3, nil},
		"smaller pages than asked for, not told":  {[]string{items(0, 3, ``), items(3, 6, ``), items(6, 7, ``)}, 7, 4, nil},
		"smaller pages than asked for, and total": {[]string{items(0, 3, `,"pageSize":3,"total":7`), items(3, 6, `,"pageSize":3,"total":7`), items(6, 7, `,"pageSize":3,"total":7`)}, 7, 3, nil},
		"all in one, whatever was asked for":      {[]string{numbers(0, 12), numbers(0, 12)}, 12, 1, nil},
		"a platform that never turns a page":      {[]string{items(0, 5, `,"total":20`), items(0, 5, `,"total":20`)}, 5, 2, transport.ErrMalformed},
		"a platform that has no pages":            {[]string{numbers(0, 5), numbers(0, 5)}, 5, 2, nil},
		"a page that comes again later":           {[]string{numbers(0, 5), numbers(5, 10), numbers(0, 5)}, 10, 3, transport.ErrMalformed},
		"a page that cannot be read":              {[]string{numbers(0, 5), `{}`}, 5, 2, transport.ErrMalformed},
		"a page of nothing":                       {[]string{numbers(0, 5), `[null]`}, 5, 2, transport.ErrMalformed},
		"the same number of other intents is":     {[]string{numbers(0, 5), numbers(5, 10), numbers(10, 11)}, 11, 3, nil},
		"a list that shrinks meanwhile":           {[]string{items(0, 5, `,"total":10`), items(5, 7, `,"total":7`), items(0, 0, `,"total":7`)}, 7, 3, transport.ErrConflict},
		"a list that grows meanwhile":             {[]string{items(0, 5, `,"total":9`), items(5, 10, `,"total":10`)}, 10, 2, nil},
	} {
		t.Run(name, func(t *testing.T) {
			requests := 0
			config := procure.DevelopmentCredentials
			config.BaseURL = serve(t, func(w http.ResponseWriter, _ *http.Request) {
				data := "[]"
				if requests < len(tc.pages) {
					data = tc.pages[requests]
				}
				requests++
				fmt.Fprintf(w, `{"code":0,"message":"success","data":%s}`, data)
			})
			client, err := procure.New(config)
			require.NoError(t, err)
			defer client.Close()
			got, failed := 0, false
			for intent, err := range client.Intents(t.Context(), procure.ListIntentsRequest{PageSize: new(5)}) {
				if err != nil {
					require.ErrorIs(t, err, tc.fails)
					failed = true
					continue
				}
				assert.Equal(t, strconv.Itoa(got), intent.ID)
				got++
			}
			assert.Equal(t, tc.want, got)
			assert.Equal(t, tc.requests, requests)
			assert.Equal(t, tc.fails != nil, failed)
		})
	}
}

func serve(t *testing.T, h http.HandlerFunc) string {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}
