package codegate_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func TestCodesReadsAllPages(t *testing.T) {
	h := start(t)
	want := len(h.AddCodes(45))
	req := codegate.ListCodesRequest{PageSize: new(20)}
	seen := make(map[string]bool)
	for code, err := range h.client.Codes(t.Context(), req) {
		require.NoError(t, err)
		seen[code.ID] = true
	}
	assert.Len(t, seen, want)
	assert.Len(t, h.faults.Requests(), 3)
	assert.Nil(t, req.Page, "the request stays as it was")

	n := 0
	for _, err := range h.client.Codes(t.Context(), codegate.ListCodesRequest{Page: new(3), PageSize: new(20)}) {
		require.NoError(t, err)
		n++
	}
	assert.Equal(t, 5, n, "from the page that was asked for")

	h.faults.Reset()
	for _, err := range h.client.Codes(t.Context(), codegate.ListCodesRequest{PageSize: new(20)}) {
		require.NoError(t, err)
		break
	}
	assert.Len(t, h.faults.Requests(), 1, "a loop that ends reads no further page")
}

func TestCodesStopsAfterTheFirstError(t *testing.T) {
	h := start(t)
	h.AddCodes(45)
	h.faults.Script(transporttest.Pass(), transporttest.Status(404, `{"detail":"Code not found"}`))
	var items, errs int
	for _, err := range h.client.Codes(t.Context(), codegate.ListCodesRequest{PageSize: new(20)}) {
		if err != nil {
			require.ErrorIs(t, err, transport.ErrNotFound)
			errs++
			continue
		}
		items++
	}
	assert.Equal(t, 20, items)
	assert.Equal(t, 1, errs)
}

func TestAnEmptyListIsNoError(t *testing.T) {
	h := start(t)
	for code, err := range h.client.Codes(t.Context(), codegate.ListCodesRequest{}) {
		t.Error("there is no code", code, err)
	}
	codes, err := h.client.CollectCodes(t.Context(), codegate.ListCodesRequest{})
	require.NoError(t, err)
	assert.Empty(t, codes)
}

// TestRedeemingWhileReading shows the trap and the way around it.
func TestRedeemingWhileReading(t *testing.T) {
	unused := codegate.ListCodesRequest{Status: codegate.StatusUnused, PageSize: new(20)}
	t.Run("page by page half the codes are skipped, which is told", func(t *testing.T) {
		h := start(t)
		h.AddCodes(80)
		redeemed := 0
		var last error
		for code, err := range h.client.Codes(t.Context(), unused) {
			if last = err; err != nil {
				continue
			}
			_, err = h.client.VerifyCode(t.Context(), codegate.VerifyCodeRequest{Code: code.Code.Reveal()})
			require.NoError(t, err)
			redeemed++
		}
		assert.Equal(t, 40, redeemed)
		require.ErrorIs(t, last, transport.ErrConflict)
	})
	t.Run("collected first all are found", func(t *testing.T) {
		h := start(t)
		h.AddCodes(80)
		codes, err := h.client.CollectCodes(t.Context(), unused)
		require.NoError(t, err)
		for _, code := range codes {
			result, err := h.client.VerifyCode(t.Context(), codegate.VerifyCodeRequest{Code: code.Code.Reveal()})
			require.NoError(t, err)
			assert.True(t, result.Success)
		}
		assert.Len(t, codes, 80)
	})
}

// pages answers a list of codes with one page after the other, the last one for
// ever. Each page is its items, ids from one number up to another, and what
// else it tells.
func pages(t *testing.T, bodies ...string) *codegate.Client {
	t.Helper()
	n := 0
	front := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(bodies[min(n, len(bodies)-1)]))
		n++
	}))
	return connect(t, front, codegatetest.New().Project(""))
}

func codes(from, to int, rest string) string {
	var items []string
	for id := from; id <= to; id++ {
		items = append(items, fmt.Sprintf(`{"id":"%d","code":"C%d","status":false}`, id, id))
	}
	return `{"items":[` + strings.Join(items, ",") + `]` + rest + `}`
}

func TestAListEndsWhereThePlatformSaysSo(t *testing.T) {
	for name, tc := range map[string]struct {
		pages []string
		want  int
		err   error
	}{
		"without total_pages the total counts":       {pages: []string{codes(1, 100, `,"total":250`), codes(101, 200, `,"total":250`), codes(201, 250, `,"total":250`)}, want: 250},
		"without both an empty page is the end":      {pages: []string{codes(1, 100, ``), codes(101, 150, ``), codes(1, 0, ``)}, want: 150},
		"with total_pages an empty page is none":     {pages: []string{codes(1, 100, `,"total":150,"total_pages":3`), codes(1, 0, `,"total":150,"total_pages":3`), codes(101, 150, `,"total":150,"total_pages":3`)}, want: 150},
		"smaller pages than asked for are read on":   {pages: []string{codes(1, 2, `,"total":5,"page_size":2`), codes(3, 4, `,"total":5,"page_size":2`), codes(5, 5, `,"total":5,"page_size":2`)}, want: 5},
		"fewer codes than told are an error":         {pages: []string{codes(1, 3, `,"total":5,"total_pages":1`)}, want: 3, err: transport.ErrMalformed},
		"a page that comes again is an error":        {pages: []string{codes(1, 3, `,"total":9,"total_pages":3`)}, want: 3, err: transport.ErrMalformed},
		"a total that shrinks tells of a change":     {pages: []string{codes(1, 2, `,"total":5,"total_pages":3`), codes(4, 5, `,"total":4,"total_pages":2`)}, want: 4, err: transport.ErrConflict},
		"a list that is null though there are codes": {pages: []string{`{"items":null,"total":3,"total_pages":1}`}, err: transport.ErrMalformed},
		"items that are none":                        {pages: []string{`{"items":[null],"total":1}`}, err: transport.ErrMalformed},
		"an empty list":                              {pages: []string{`{"items":[],"total":0,"total_pages":0}`}},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			var last error
			for code, err := range pages(t, tc.pages...).Codes(t.Context(), codegate.ListCodesRequest{}) {
				if last = err; err == nil {
					n++
					assert.Equal(t, "C"+code.ID, code.Code.Reveal())
				}
			}
			assert.Equal(t, tc.want, n)
			require.ErrorIs(t, last, tc.err)
		})
		if tc.err == nil {
			t.Run(name+", collected", func(t *testing.T) {
				got, err := pages(t, tc.pages...).CollectCodes(t.Context(), codegate.ListCodesRequest{})
				require.NoError(t, err)
				assert.Len(t, got, tc.want)
			})
		}
	}
}

// changing redeems a code of page 1 before each of the first n list calls
// but the very first.
func (h *harness) changing(n int, others *codegate.Client, t *testing.T) http.Handler {
	calls := 0
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/codes") {
			if calls++; calls > 1 && calls <= n {
				_, err := others.VerifyCode(t.Context(), codegate.VerifyCodeRequest{Code: fmt.Sprintf("C%03d", 100-calls)})
				assert.NoError(t, err)
			}
		}
		h.Handler().ServeHTTP(w, r)
	})
}

func TestCollectCodesWhileOthersRedeem(t *testing.T) {
	for name, tc := range map[string]struct {
		changes int
		steady  bool
	}{
		"for a while": {changes: 4, steady: true},
		"all along":   {changes: 1000},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			for i := range 100 {
				h.AddCode(codegatetest.Code{Code: fmt.Sprintf("C%03d", i)})
			}
			front := serve(t, h.changing(tc.changes, h.client, t))
			config := h.Config()
			config.BaseURL = front
			codes, err := h.newClient(t, config).CollectCodes(t.Context(), codegate.ListCodesRequest{Status: codegate.StatusUnused, PageSize: new(20)})
			if tc.steady {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, transport.ErrConflict)
			}
			found := make(map[string]bool)
			for _, c := range codes {
				assert.False(t, found[c.Code.Reveal()], "each code once")
				found[c.Code.Reveal()] = true
			}
			for i := range 60 { // never redeemed
				assert.True(t, found[fmt.Sprintf("C%03d", i)], i)
			}
		})
	}
}
