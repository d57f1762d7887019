package uumit_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
	"github.com/pentagate/pentagate/transport/transporttest"
	"github.com/pentagate/pentagate/uumit"
)

const (
	wholeOrder = `{"id":"ord-1","status":"rework","order_no":"N1","task_id":"t","task_title":"T","skill_id":"s","rework_count":1,"ai_rework_count":2,
		"last_rework_reason":"r","rework_deadline":"2026-04-09T08:00:00Z","ai_precheck_passed":true,"delivery_review":{"score":1},"cancel_reason":"c",
		"rework_guidance":{"problem":"p","task_summary":"t","expected_hint":"h","how_to_fix":["a"],"retryable":true,"source":"s","next_step":"n","raw":"w"},
		"review_id":"r-1","status_url":"/s"}`
	wholeTransaction = `{"id":"tx-1","buyer_user_id":"b","seller_user_id":"s","capability_id":"c","transaction_type":"capability","price_ut":"12.50","status":"frozen","created_at":"2026-04-09T08:00:00Z"}`
	wholeEntry       = `{"id":"l-1","type":"income","amount":"1.00","currency":"UT","balance_after":"2.00","description":"d","biz_ref_id":"o","created_at":"2026-04-09T08:00:00Z"}`
	wholePage        = `{"items":[%s],"total":1,"page":1,"page_size":20,"next_cursor":"c","has_more":false}`
)

// wholeAnswers have all documented members, where those of calls have not.
var wholeAnswers = map[string]string{
	"Orders.Create": wholeOrder, "Orders.Get": wholeOrder, "Orders.Cancel": wholeOrder, "Orders.SubmitDeliverables": wholeOrder,
	"Orders.List":         fmt.Sprintf(wholePage, wholeOrder),
	"Transactions.Create": wholeTransaction, "Transactions.Get": wholeTransaction, "Transactions.Freeze": wholeTransaction,
	"Transactions.List": fmt.Sprintf(wholePage, wholeTransaction),
	"Wallet.Ledger":     fmt.Sprintf(wholePage, wholeEntry),
	"Wallet.Get":        `{"ut":{"available":"1","frozen":"2","total":"3","balance":"3","effective_withdrawable_ut":"1"},"cash":{"available":"4","frozen":"5","total":"9","balance":"9"}}`,
	"DeviceAuth":        `{"device_code":"d","user_code":"u","verification_url":"https://a/l","verification_url_complete":"https://a/l/u","expires_in":600,"interval":5,"agent_platform_type":"cursor"}`,
	"PollDeviceAuth":    `{"status":"approved","api_key":"k","user_id":"u","platform_user_id":"p","agent_platform_type":"cursor","interval":5}`,
}

// required is what makes an answer one: a member that does not fit there is an
// error. Any other is read as none.
var required = map[string][]string{
	"DeviceAuth":          {"device_code", "user_code", "verification_url"},
	"PollDeviceAuth":      {"api_key"},
	"Capabilities.Search": {"items", "items.0"},
	"Orders.Create":       {"id"},
	"Orders.Get":          {"id", "status"},
	"Orders.List":         {"items", "items.0"},
	"Transactions.Create": {"id"},
	"Transactions.Get":    {"id", "status"},
	"Transactions.List":   {"items", "items.0"},
	"Wallet.Ledger":       {"items", "items.0"},
	"Wallet.Rates":        {"cash_to_ut_rate"},
}

// odd are values that no document has.
var odd = []string{
	`null`, `""`, `" "`, `"x"`, `"variable"`, `0`, `7`, `-1`, `2.5`, `1e999999999`, `"1e999999999"`, `99999999999999999999999999`,
	`true`, `"false"`, `[]`, `[[1],null]`, `["x"]`, `[null]`, `{}`, `{"a":{"b":[1]}}`, `"2026-02-30"`, strings.Repeat("9", 500),
}

// TestNoOddMemberFailsAnAnswer puts every odd value into every member of every
// answer.
func TestNoOddMemberFailsAnAnswer(t *testing.T) {
	for _, call := range calls {
		t.Run(call.name, func(t *testing.T) {
			h := start(t)
			data := call.data
			if whole := wholeAnswers[call.name]; whole != "" {
				data = whole
			}
			try := func(body, what string, mayFail bool) {
				t.Helper()
				h.faults.Reset()
				h.faults.Script(good(body))
				err := call.do(t.Context(), h.clients())
				if !mayFail {
					assert.NoError(t, err, what)
				} else if err != nil {
					assert.ErrorIs(t, err, transport.ErrMalformed, what)
				}
			}
			var tree any
			require.NoError(t, json.Unmarshal([]byte(data), &tree))
			for _, path := range paths(tree) {
				needed := slices.Contains(required[call.name], path)
				for _, value := range odd {
					try(replaced(t, data, path, json.RawMessage(value)), path+" is "+value, needed)
				}
				try(replaced(t, data, path, nil), path+" is missing", needed)
			}
		})
	}
}

// paths lists all members and elements of a tree, as names joined by dots.
func paths(tree any) (all []string) {
	add := func(name string, below any) {
		all = append(all, name)
		for _, p := range paths(below) {
			all = append(all, name+"."+p)
		}
	}
	switch tree := tree.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(tree)) {
			add(name, tree[name])
		}
	case []any:
		for i, element := range tree {
			add(strconv.Itoa(i), element)
		}
	}
	return all
}

// replaced returns a document with another value at a path, or without it.
func replaced(t *testing.T, document, path string, value json.RawMessage) string {
	t.Helper()
	name, rest, deeper := strings.Cut(path, ".")
	var list []json.RawMessage
	members := make(map[string]json.RawMessage)
	isList := json.Unmarshal([]byte(document), &list) == nil
	if isList {
		for i, element := range list {
			members[strconv.Itoa(i)] = element
		}
	} else {
		require.NoError(t, json.Unmarshal([]byte(document), &members))
	}
	switch {
	case deeper:
		members[name] = json.RawMessage(replaced(t, string(members[name]), rest, value))
	case value == nil:
		delete(members, name)
	default:
		members[name] = value
	}
	if !isList {
		out, err := json.Marshal(members)
		require.NoError(t, err)
		return string(out)
	}
	elements := make([]string, 0, len(members))
	for _, key := range slices.Sorted(maps.Keys(members)) {
		elements = append(elements, string(members[key]))
	}
	return "[" + strings.Join(elements, ",") + "]"
}

func TestWhatMakesAnAnswerIsRequired(t *testing.T) {
	for name, data := range map[string][]string{
		"Orders.Create":       {`{}`, `{"id":""}`, `{"id":null,"status":"frozen"}`, `{"id":{}}`, `[]`, `""`, `null`, `[{"id":"ord-1"}]`},
		"Orders.Get":          {`{}`, `{"id":"ord-1"}`, `{"status":"frozen"}`, `{"id":"ord-1","status":""}`, `[]`, `""`, `null`},
		"Transactions.Create": {`{}`, `{"status":"frozen"}`, `null`},
		"Transactions.Get":    {`{}`, `{"id":"tx-1"}`, `{"status":"frozen"}`, `[]`},
		"Orders.List":         {`{}`, `{"items":{}}`, `{"items":"none"}`, `{"items":[null]}`, `["x"]`, `{"items":null,"total":3}`, `true`},
		"Wallet.Get":          {`{}`, `[]`, `"rich"`, `{"ut":null}`, `{"ut":[],"cash":"none"}`, `null`},
		"Wallet.Rates":        {`{}`, `{"cash_to_ut_rate":""}`, `{"cash_to_ut_rate":0}`, `null`},
	} {
		call := calls[slices.IndexFunc(calls, func(c callCase) bool { return c.name == name })]
		for _, answer := range data {
			h := start(t)
			h.faults.Script(good(answer))
			err := call.do(t.Context(), h.clients())
			require.ErrorIs(t, err, transport.ErrMalformed, "%s %s", name, answer)
			e, _ := asError(err)
			assert.Equal(t, call.writes, e.OutcomeUnknown)
		}
	}
}

// A number that JavaScript could not hold comes through digit by digit.
func TestIdsThatAreNumbersKeepTheirDigits(t *testing.T) {
	h := start(t)
	const id = "20240828001234567890"
	h.faults.Script(
		good(`{"id":`+id+`,"status":"pending"}`),
		good(`{"id":`+id+`,"status":"pending","buyer_user_id":9007199254740993}`),
		good(`{"items":[{"id":`+id+`,"title":7,"price_ut":1}]}`),
		good(`{"items":[{"id":`+id+`,"biz_ref_id":9007199254740993}]}`),
	)
	ctx := t.Context()
	order, err := h.client.Orders.Create(ctx, uumit.CreateOrderRequest{CapabilityID: "cap-1"})
	require.NoError(t, err)
	assert.Equal(t, id, order.ID)
	tx, err := h.client.Transactions.Create(ctx, uumit.CreateTransactionRequest{CapabilityID: "cap-1"})
	require.NoError(t, err)
	assert.Equal(t, id, tx.ID)
	assert.Equal(t, "9007199254740993", tx.BuyerUserID)
	found, err := h.client.Capabilities.Search(ctx, uumit.SearchRequest{Query: "q"})
	require.NoError(t, err)
	assert.Equal(t, id, found.Items[0].ID)
	assert.Equal(t, "7", found.Items[0].Title.Reveal())
	ledger, err := h.client.Wallet.Ledger(ctx, uumit.LedgerRequest{})
	require.NoError(t, err)
	assert.Equal(t, "9007199254740993", ledger.Items[0].BizRefID)
}

// What a wallet does not say is not taken for zero.
func TestABalanceThatIsMissingIsNotZero(t *testing.T) {
	show := func(a answer.Amount) string { return a.String() }
	for name, tc := range map[string]struct{ data, available, frozen, total string }{
		"all of it":               {`{"ut":{"available":"1500.00","frozen":"200.00","total":"1700.00"}}`, "1500", "200", "1700"},
		"zeros":                   {`{"ut":{"available":"0.00","frozen":0,"total":"0"}}`, "0", "0", "0"},
		"the balance alone":       {`{"ut":{"balance":"1234.50"}}`, "none", "none", "1234.5"},
		"nothing":                 {`{"ut":{}}`, "none", "none", "none"},
		"null":                    {`{"ut":{"available":null,"frozen":null,"total":null}}`, "none", "none", "none"},
		"empty texts":             {`{"ut":{"available":"","frozen":"","total":""}}`, "none", "none", "none"},
		"words":                   {`{"ut":{"available":"much","frozen":{},"total":true}}`, "none", "none", "none"},
		"half of it":              {`{"ut":{"available":"5"}}`, "5", "none", "none"},
		"both halves":             {`{"ut":{"available":"5","frozen":"2.5"}}`, "5", "2.5", "7.5"},
		"a total in words beside": {`{"ut":{"available":"5","frozen":"2.5","total":"n/a","balance":"8"}}`, "5", "2.5", "8"},
		"no UT":                   {`{"cash":{"available":"5"}}`, "none", "none", "none"},
		"UT of another kind":      {`{"ut":"5","cash":{"available":"5"}}`, "none", "none", "none"},
		"names in capitals":       {`{"UT":{"Available":"5","available":"6","FROZEN":"2"}}`, "6", "2", "8"},
		"an exponent of money":    {`{"ut":{"available":1.5e3,"frozen":0}}`, "1500", "0", "1500"},
		"an exponent of none":     {`{"ut":{"available":1e999999999,"frozen":0}}`, "none", "0", "none"},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			h.faults.Script(good(tc.data))
			wallet, err := h.client.Wallet.Get(t.Context())
			require.NoError(t, err)
			assert.Equal(t, []string{tc.available, tc.frozen, tc.total}, []string{show(wallet.UT.Available), show(wallet.UT.Frozen), show(wallet.UT.Total())})
			assert.Equal(t, tc.data, string(wallet.Raw.Bytes()))
			assert.Contains(t, fmt.Sprint(wallet), "{{"+tc.available+" "+tc.frozen+" ")
		})
	}
}

func TestAnEntryWithoutAnAmountIsOneOfItsPage(t *testing.T) {
	h := start(t)
	h.faults.Script(good(`{"items":[{"id":"l1","type":"income","amount":"10","balance_after":"20.5"},{"id":"l2","type":"adjust","amount":""},{"id":"l3"}],"has_more":false}`))
	page, err := h.client.Wallet.Ledger(t.Context(), uumit.LedgerRequest{})
	require.NoError(t, err)
	require.Len(t, page.Items, 3)
	equalAmount(t, "10", page.Items[0].Amount)
	equalAmount(t, "20.5", page.Items[0].BalanceAfter)
	assert.False(t, page.Items[1].Amount.Valid)
	assert.False(t, page.Items[2].Amount.Valid)
	assert.False(t, page.Items[2].BalanceAfter.Valid)
	assert.Equal(t, `{"id":"l3"}`, string(page.Items[2].Raw.Bytes()))
}

// Names that differ in case only must not decide against the documented ones.
func TestTheDocumentedSpellingOfANameWins(t *testing.T) {
	h := start(t)
	h.faults.Script(
		transporttest.Status(200, `{"CODE":"OK","code":0,"Data":{},"data":{"ID":"wrong","id":"ord-1","status":"frozen","STATUS":"failed"},"DATA":null}`),
		transporttest.Status(200, `{"code":4001,"Code":0,"message":"m","MESSAGE":"M"}`),
		transporttest.Status(200, "\xef\xbb\xbf"+`{"code":0,"data":{"id":"ord-1","status":"frozen"}}`),
	)
	order, err := h.client.Orders.Get(t.Context(), "ord-1")
	require.NoError(t, err)
	assert.Equal(t, "ord-1", order.ID)
	assert.Equal(t, uumit.OrderFrozen, order.Status)
	_, err = h.client.Orders.Get(t.Context(), "ord-1")
	require.ErrorIs(t, err, transport.ErrConflict)
	e, _ := asError(err)
	assert.Equal(t, []string{"4001", "m"}, []string{e.Code, e.Message})
	_, err = h.client.Orders.Get(t.Context(), "ord-1")
	require.NoError(t, err, "a byte order mark is skipped")
}

// Converting a number of many digits takes time that no deadline bounds: eight
// seconds for two million. Here they cost what any text of that length does.
func TestManyDigitsCostNothing(t *testing.T) {
	digits := strings.Repeat("9", 1<<19)
	took := func(member string) time.Duration {
		client, err := uumit.New(uumit.Config{APIKey: signing.NewSecret("pk_1"), UserID: "u"},
			transport.WithRoundTripper(always(envelope(`{"id":"tx-1","status":"frozen",`+member+`}`))))
		require.NoError(t, err)
		defer client.Close()
		begin := time.Now()
		confirmation, err := client.Orders.Confirm(t.Context(), "ord-1")
		require.NoError(t, err)
		assert.False(t, confirmation.SellerIncome.Valid)
		tx, err := client.Transactions.Get(t.Context(), "tx-1")
		require.NoError(t, err)
		assert.False(t, tx.PriceUT.Valid)
		return time.Since(begin)
	}
	text := took(`"note":"` + digits + `","more":"` + digits + `"`)
	assert.Less(t, took(`"seller_income":`+digits+`,"price_ut":"`+digits+`"`), 10*text)
}
