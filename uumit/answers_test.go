package uumit_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
	"github.com/pentagate/pentagate/uumit"
)

// TestAnswersOfEveryCall feeds every call the answers that the documents allow
// and those that a platform gives when it is not well.
func TestAnswersOfEveryCall(t *testing.T) {
	for _, call := range calls {
		malformed := error(nil)
		if call.needed {
			malformed = transport.ErrMalformed
		}
		for name, tc := range map[string]struct {
			fault transporttest.Fault
			want  error
		}{
			"a good answer":              {good(call.data), nil},
			"a good answer with 201":     {transporttest.Status(201, envelope(call.data)), nil},
			"without timestamp":          {transporttest.Status(200, `{"code":0,"data":`+call.data+`}`), nil},
			"a code as text":             {transporttest.Status(200, `{"code":"0","message":null,"data":`+call.data+`}`), nil},
			"unknown fields":             {good(strings.Replace(call.data, "{", `{"more":{"a":[1]},"less":null,`, 1)), nil},
			"null data":                  {good(`null`), malformed},
			"missing data":               {transporttest.Status(200, `{"code":0,"message":"success"}`), malformed},
			"data without an envelope":   {transporttest.Status(200, call.data), transport.ErrMalformed},
			"an empty object":            {transporttest.Status(200, `{}`), transport.ErrMalformed},
			"a code of null":             {transporttest.Status(200, `{"code":null,"data":`+call.data+`}`), transport.ErrMalformed},
			"a code that is no number":   {transporttest.Status(200, `{"code":"ok","data":`+call.data+`}`), transport.ErrMalformed},
			"a list":                     {transporttest.Status(200, `[]`), transport.ErrMalformed},
			"null":                       {transporttest.Status(200, `null`), transport.ErrMalformed},
			"an empty body":              {transporttest.Status(200, ""), transport.ErrMalformed},
			"no content":                 {transporttest.Status(204, ""), transport.ErrMalformed},
			"HTML":                       {transporttest.HTML(), transport.ErrMalformed},
			"half a JSON":                {transporttest.Garbage(), transport.ErrMalformed},
			"HTTP 200 with a code":       {transporttest.Status(200, `{"code":3001,"message":"m","data":`+call.data+`}`), transport.ErrQuota},
			"HTTP 200 with a code, bare": {transporttest.Status(200, `{"code":7001,"message":"m"}`), transport.ErrRejected},
			"an error in HTML":           {transporttest.Status(403, "<html>no</html>"), transport.ErrMalformed},
			"a page that is not found":   {transporttest.Status(404, "<html><title>404 Not Found</title></html>"), transport.ErrMalformed},
			"a path that is not known":   {transporttest.Status(404, `{"detail":"Not Found"}`), transport.ErrMalformed},
			"a conflict of a gateway":    {transporttest.Status(409, `{"message":"Conflict"}`), transport.ErrMalformed},
			"a proxy's question":         {transporttest.Status(407, `{"code":1002,"message":"m"}`), transport.ErrMalformed},
			"an error without a body":    {transporttest.Status(400, ""), transport.ErrMalformed},
			"a gateway's error":          {transporttest.Status(502, "<html>Bad Gateway</html>"), transport.ErrUnavailable},
			"too large":                  {good(`"` + strings.Repeat("x", 2000) + `"`), transport.ErrTooLarge},
		} {
			t.Run(call.name+"/"+name, func(t *testing.T) {
				if call.name == "PollDeviceAuth" && slices.Contains([]string{"data without an envelope", "a code of null", "a code that is no number", "HTTP 200 with a code"}, name) {
					t.Skip("a key is never thrown away: see TestWhatAPollSays")
				}
				h := start(t)
				opts := []transport.Option{transport.WithClock(h.clock)}
				if name == "too large" {
					opts = append(opts, transport.WithMaxResponseBytes(1000))
				}
				client := h.newClient(t, h.Config(), opts...)
				device, err := uumit.NewDeviceClient(h.Config(), opts...)
				require.NoError(t, err)
				defer device.Close()
				h.faults.Always(tc.fault)
				err = call.do(t.Context(), clients{client, device})
				require.ErrorIs(t, err, tc.want)
				retried := errors.Is(tc.want, transport.ErrUnavailable)
				unknown := retried || errors.Is(tc.want, transport.ErrMalformed) || errors.Is(tc.want, transport.ErrTooLarge)
				if call.writes && unknown {
					require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
				} else {
					require.NotErrorIs(t, err, transport.ErrOutcomeUnknown)
				}
				want := 1
				if retried && call.name != "PollDeviceAuth" {
					want = 3
				}
				assert.Len(t, h.faults.Requests(), want)
			})
		}
	}
}

// TestAmounts are text or numbers, and sometimes neither.
func TestAmounts(t *testing.T) {
	for text, want := range map[string]string{
		`"12.50"`: "12.5", `12.5`: "12.5", `"0"`: "0", `1e2`: "100", `"-3"`: "-3",
		`0.1000000000000000055511151231257827`: "0.1000000000000000055511151231257827",
		`"123456789012345678901234567890.12"`:  "123456789012345678901234567890.12",
		`null`:                                 "", `""`: "", `"variable"`: "", `{}`: "", `true`: "", `"1e999999999"`: "",
	} {
		t.Run(text, func(t *testing.T) {
			var c uumit.Capability
			require.NoError(t, json.Unmarshal([]byte(`{"id":"c","price_ut":`+text+`}`), &c))
			var tx uumit.Transaction
			require.NoError(t, json.Unmarshal([]byte(`{"id":"t","price_ut":`+text+`}`), &tx))
			var conf uumit.Confirmation
			require.NoError(t, json.Unmarshal([]byte(`{"seller_income":`+text+`}`), &conf))
			if want == "" {
				assert.False(t, c.PriceUT.Valid)
				assert.False(t, tx.PriceUT.Valid)
				assert.False(t, conf.SellerIncome.Valid)
				return
			}
			equalAmount(t, want, c.PriceUT)
			equalAmount(t, want, tx.PriceUT)
			equalAmount(t, want, conf.SellerIncome)
			out, err := json.Marshal(tx)
			require.NoError(t, err)
			assert.Contains(t, string(out), `"price_ut":"`+want+`"`, "text goes out")
		})
	}
	for name, data := range map[string]string{"none": `{}`, "null": `{"cash_to_ut_rate":null}`, "zero": `{"cash_to_ut_rate":0}`, "negative": `{"cash_to_ut_rate":"-1"}`, "text": `{"cash_to_ut_rate":"x"}`} {
		require.Error(t, json.Unmarshal([]byte(data), &uumit.Rates{}), name)
	}
}

func TestOrdersOfTasksAndSkills(t *testing.T) {
	h := start(t)
	data := `{"id":"ord-1","order_no":"N1","task_id":"t","task_title":"T","skill_id":"s","status":"rework","rework_count":1,"ai_rework_count":0,` +
		`"last_rework_reason":"r","rework_deadline":"2026-04-09T08:00:00Z","rework_guidance":{"raw":"more"},"ai_precheck_passed":false,` +
		`"delivery_review":{"status":"done","score":1},"cancel_reason":null,"new":1}`
	h.faults.Script(
		good(data),
		good(`{"id":"ord-2","status":7,"order_no":{},"rework_count":"some","rework_deadline":"","rework_guidance":"x","delivery_review":null,"ai_precheck_passed":"perhaps"}`),
	)
	order, err := h.client.Orders.Get(t.Context(), "ord-1")
	require.NoError(t, err)
	assert.Equal(t, "N1", order.OrderNo)
	assert.Equal(t, uumit.OrderRework, order.Status)
	assert.Equal(t, 1, *order.ReworkCount)
	assert.Equal(t, 0, *order.AIReworkCount)
	assert.Equal(t, "more", order.ReworkGuidance.Text.Reveal())
	assert.False(t, *order.AIPrecheckPassed)
	assert.Equal(t, time.Date(2026, 4, 9, 8, 0, 0, 0, time.UTC), order.ReworkDeadline.UTC())
	assert.JSONEq(t, `{"status":"done","score":1}`, string(order.DeliveryReview.Bytes()))
	assert.Equal(t, data, string(order.Raw.Bytes()))

	order, err = h.client.Orders.Get(t.Context(), "ord-2")
	require.NoError(t, err, "members of another type than documented break nothing")
	assert.Equal(t, uumit.OrderStatus("7"), order.Status)
	assert.Nil(t, order.ReworkCount, "and are not taken for zero")
	assert.Nil(t, order.AIPrecheckPassed)
	assert.Nil(t, order.ReworkGuidance)
	assert.True(t, order.ReworkDeadline.IsZero())
}

// What the documents do not describe comes with the id that was asked for.
func TestChangesWithoutADescribedAnswer(t *testing.T) {
	h := start(t)
	for _, data := range []string{`null`, `{}`, `[]`, `true`} {
		h.faults.Script(good(data), good(data))
		order, err := h.client.Orders.Cancel(t.Context(), "ord-1")
		require.NoError(t, err)
		assert.Equal(t, "ord-1", order.ID)
		assert.Equal(t, data, string(order.Raw.Bytes()))
		tx, err := h.client.Transactions.Accept(t.Context(), "tx-1")
		require.NoError(t, err)
		assert.Equal(t, "tx-1", tx.ID)
		assert.Empty(t, tx.Status)
	}
}

func TestTimes(t *testing.T) {
	at := time.Date(2026, 4, 9, 8, 0, 0, 0, time.UTC)
	out, err := json.Marshal([]uumit.Time{{Time: at}, {}})
	require.NoError(t, err)
	assert.Equal(t, `["2026-04-09T08:00:00Z",null]`, string(out))
	for text, want := range map[string]time.Time{
		`"2026-04-09T08:00:00Z"`: at, `"2026-04-09 08:00:00"`: at, `1775721600`: at, `"soon"`: {}, `""`: {}, `null`: {}, `{}`: {},
	} {
		entry := uumit.LedgerEntry{CreatedAt: uumit.Time{Time: now}}
		require.NoError(t, json.Unmarshal([]byte(`{"id":"l-1","created_at":`+text+`}`), &entry))
		assert.True(t, want.Equal(entry.CreatedAt.Time), text)
	}
}

func FuzzAnswers(f *testing.F) {
	for _, call := range calls {
		f.Add(call.data)
	}
	for _, s := range []string{`null`, `[]`, `{"items":[{}]}`, `{"ut":{}}`, `{"price_ut":"1e9999"}`, `{"created_at":""}`, "\xff", `{"rework_guidance":{"how_to_fix":[1]}}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, v := range []any{
			&uumit.Page[uumit.Capability]{}, &uumit.Page[uumit.Order]{}, &uumit.Page[uumit.Transaction]{}, &uumit.Page[uumit.LedgerEntry]{},
			&uumit.Confirmation{}, &uumit.Wallet{}, &uumit.Rates{}, &uumit.Guidance{}, &uumit.Order{}, &uumit.Transaction{}, &uumit.Capability{},
		} {
			if json.Unmarshal([]byte(s), v) != nil {
				continue
			}
			out, err := json.Marshal(v)
			require.NoError(t, err)
			assert.NotEmpty(t, out)
		}
	})
}
