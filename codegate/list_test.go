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
	h.faults.Script(transporttest.Pass(), transporttest.Status(404, ""))
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
	t.Run("page by page half the codes are skipped", func(t *testing.T) {
		h := start(t)
		h.AddCodes(80)
		redeemed := 0
		for code, err := range h.client.Codes(t.Context(), unused) {
			require.NoError(t, err)
			_, err = h.client.VerifyCode(t.Context(), codegate.VerifyCodeRequest{Code: code.Code})
			require.NoError(t, err)
			redeemed++
		}
		assert.Equal(t, 40, redeemed)
	})
	t.Run("collected first all are found", func(t *testing.T) {
		h := start(t)
		h.AddCodes(80)
		codes, err := h.client.CollectCodes(t.Context(), unused)
		require.NoError(t, err)
		for _, code := range codes {
			result, err := h.client.VerifyCode(t.Context(), codegate.VerifyCodeRequest{Code: code.Code})
			require.NoError(t, err)
			assert.True(t, result.Success)
		}
		assert.Len(t, codes, 80)
	})
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
				assert.False(t, found[c.Code], "each code once")
				found[c.Code] = true
			}
			for i := range 60 { // never redeemed
				assert.True(t, found[fmt.Sprintf("C%03d", i)], i)
			}
		})
	}
}
