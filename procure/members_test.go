package procure_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

// answering is a client to which every call is answered with the same data.
func answering(t interface{ Fatal(...any) }, data string) *procure.Client {
	client, err := procure.New(procure.DevelopmentCredentials, transport.WithRoundTripper(answered(`{"code":0,"message":"success","data":`+data+`}`)), transport.WithClock(new(hurried)))
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// An intent was bought when its answer has an id and a status, whatever else it
// holds.
func TestAnOddMemberLosesNoIntent(t *testing.T) {
	second := time.Date(2026, 2, 1, 8, 0, 0, 0, time.UTC)
	for members, want := range map[string]procure.Intent{
		`"cancelledAt":""`:                      {},
		`"cancelledAt":"2026-02-01 08:00:00"`:   {CancelledAt: &second},
		`"cancelledAt":"yesterday"`:             {},
		`"updatedAt":""`:                        {},
		`"updatedAt":"2026-02-01 08:00:00"`:     {UpdatedAt: second},
		`"updatedAt":1769932800000`:             {UpdatedAt: second},
		`"updatedAt":"1769932800"`:              {UpdatedAt: second},
		`"createdAt":"2026-02-01T08:00:00"`:     {CreatedAt: second},
		`"createdAt":{"$date":1769932800000}`:   {},
		`"quantity":2.0`:                        {Quantity: 2},
		`"quantity":"2"`:                        {Quantity: 2},
		`"quantity":2.5`:                        {},
		`"quantity":"two"`:                      {},
		`"price":"99.90"`:                       {Price: amount("99.90")},
		`"price":0`:                             {Price: amount("0")},
		`"price":""`:                            {},
		`"price":"¥99"`:                         {},
		`"price":true`:                          {},
		`"totalAmount":""`:                      {},
		`"totalAmount":17998`:                   {TotalAmount: amount("17998")},
		`"totalAmount":1e1000000000`:            {},
		`"totalAmount":1e99999999`:              {},
		`"userId":7`:                            {UserID: transport.NewPersonal("7")},
		`"userId":9007199254740993`:             {UserID: transport.NewPersonal("9007199254740993")},
		`"phone":13800138000`:                   {Phone: transport.NewPersonal("13800138000")},
		`"remarks":7`:                           {Remarks: transport.NewPersonal("7")},
		`"remarks":""`:                          {},
		`"title":null,"address":[]`:             {},
		`"platform":"DOUYIN","productUrl":1984`: {Platform: "DOUYIN", ProductURL: transport.NewPersonal("1984")},
		`"Title":"b","title":"a","TITLE":"c"`:   {Title: transport.NewPersonal("a")},
	} {
		t.Run(members, func(t *testing.T) {
			data := `{"id":"i1","status":"SUBMITTED",` + members + `}`
			want.ID, want.Status, want.Raw = "i1", procure.StatusSubmitted, transport.NewRaw([]byte(data))
			client := answering(t, data)
			defer client.Close()
			for name, call := range map[string]func() (*procure.Intent, error){
				"create": func() (*procure.Intent, error) { return client.CreateIntent(t.Context(), sample) },
				"get":    func() (*procure.Intent, error) { return client.GetIntent(t.Context(), "i1") },
				"update": func() (*procure.Intent, error) {
					return client.UpdateIntent(t.Context(), procure.UpdateIntentRequest{ID: "i1"})
				},
				"cancel":  func() (*procure.Intent, error) { return client.CancelIntent(t.Context(), "i1") },
				"execute": func() (*procure.Intent, error) { return client.ExecuteIntent(t.Context(), "i1") },
			} {
				intent, err := call()
				require.NoError(t, err, name)
				assert.Equal(t, want, *intent, name)
			}
			client = answering(t, `{"items":[{"id":"i0"},`+data+`],"total":2}`)
			defer client.Close()
			page, err := client.ListIntents(t.Context(), procure.ListIntentsRequest{})
			require.NoError(t, err)
			require.Len(t, page.Items, 2)
			assert.Equal(t, want, page.Items[1])
		})
	}
}

func amount(text string) answer.Amount {
	return answer.Amount{Decimal: decimal.RequireFromString(text), Valid: true}
}

func TestIDsMayBeNumbers(t *testing.T) {
	client := answering(t, `{"id":9007199254740993,"status":"SUBMITTED"}`)
	defer client.Close()
	intent, err := client.CreateIntent(t.Context(), sample)
	require.NoError(t, err)
	assert.Equal(t, "9007199254740993", intent.ID, "digit by digit")
}

// What makes an answer an answer is required.
func TestAnIntentWithoutIDOrStatusIsNone(t *testing.T) {
	for _, data := range []string{
		`{}`, `{"id":"i1"}`, `{"status":"SUBMITTED"}`, `{"id":"","status":"SUBMITTED"}`, `{"id":"i1","status":""}`, `{"id":null,"status":"SUBMITTED"}`,
		`{"id":{},"status":"SUBMITTED"}`, `{"id":"i1","status":[]}`, `[]`, `[{"id":"i1","status":"SUBMITTED"}]`, `""`, `null`, `7`,
	} {
		client := answering(t, data)
		defer client.Close()
		_, err := client.CreateIntent(t.Context(), sample)
		require.ErrorIs(t, err, transport.ErrMalformed, data)
		require.ErrorIs(t, err, transport.ErrOutcomeUnknown, data)
		_, err = client.GetIntent(t.Context(), "i1")
		require.ErrorIs(t, err, transport.ErrMalformed, data)
		_, err = client.CancelIntent(t.Context(), "i1")
		require.ErrorIs(t, err, transport.ErrOutcomeUnknown, data)
	}
}

// Any JSON value in any optional member never fails an answer, and never yields
// a wrong amount.
func TestNoOptionalMemberFailsAnAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value, number := drawValue(t)
		member := rapid.SampledFrom([]string{
			"userId", "platform", "productUrl", "title", "price", "quantity", "totalAmount", "recipientName", "address", "phone", "remarks",
			"createdAt", "updatedAt", "cancelledAt", "orderNo", "timestamp", "service", "uptime", "total", "page", "pageSize", "totalPages", "message",
		}).Draw(t, "member")
		data := fmt.Sprintf(`{"id":"a","status":"healthy","items":[{"id":"b","status":"DRAFT",%q:%s}],%q:%s}`, member, value, member, value)
		client := answering(t, data)
		defer client.Close()
		for name, call := range calls {
			got, err := call(context.Background(), client)
			if err != nil {
				t.Fatalf("%s of %s: %v", name, data, err)
			}
			var intent procure.Intent
			switch got := got.(type) {
			case *procure.Intent:
				intent = *got
			case *procure.IntentPage:
				intent = got.Items[0]
			default:
				continue
			}
			for of, a := range map[string]answer.Amount{"price": intent.Price, "totalAmount": intent.TotalAmount} {
				switch wanted := of == member && number != nil; {
				case a.Valid != wanted:
					t.Fatalf("%s of %s: %s is %v", name, data, of, a)
				case wanted && !a.Equal(*number):
					t.Fatalf("%s of %s: %s is %v", name, data, of, a)
				}
			}
		}
	})
}

// drawValue draws a JSON value, and the number if it is one.
func drawValue(t *rapid.T) (value string, number *decimal.Decimal) {
	if rapid.Bool().Draw(t, "number") {
		d := decimal.New(rapid.Int64().Draw(t, "coefficient"), rapid.Int32Range(-12, 12).Draw(t, "exponent"))
		text := d.String()
		if rapid.Bool().Draw(t, "quoted") {
			text = `" ` + text + `"`
		}
		return text, &d
	}
	return rapid.SampledFrom([]string{
		`null`, `true`, `false`, `""`, `" "`, `"-"`, `"N/A"`, `"1,000.00"`, `"1 2"`, `"0x10"`, `"NaN"`, `"Infinity"`, `1e1000000000`, `-1e99999999`, `"1e33"`,
		`[]`, `[1]`, `[null]`, `{}`, `{"amount":1}`, `"\ud800"`, `"2026-02-30"`, `"0000-00-00 00:00:00"`, `"` + strings.Repeat("9", 70) + `"`, strings.Repeat("9", 70),
	}).Draw(t, "value"), nil
}

func TestMillionsOfDigitsCostNothing(t *testing.T) {
	digits := strings.Repeat("9", 2_000_000)
	client := answering(t, `{"id":"a","status":"DRAFT","price":`+digits+`}`)
	defer client.Close()
	begin := time.Now()
	intent, err := client.GetIntent(t.Context(), "a")
	require.NoError(t, err)
	assert.False(t, intent.Price.Valid)
	assert.Less(t, time.Since(begin), 4*time.Second, "half of what such a number takes")
}

// GBK text in an error: its class and code stay readable, and the bytes are kept.
func TestErrorsInAnotherCharsetKeepTheirCode(t *testing.T) {
	config := procure.DevelopmentCredentials
	config.BaseURL = serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json;charset=GBK")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, "{\"code\":40001,\"message\":\"\xb2\xce\xca\xfd\xb4\xed\xce\xf3\",\"data\":\"\"}")
	})
	client, err := procure.New(config)
	require.NoError(t, err)
	defer client.Close()
	_, err = client.GetIntent(t.Context(), "a")
	require.ErrorIs(t, err, transport.ErrInvalid)
	var e *transport.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "40001", e.Code)
	assert.Contains(t, string(e.Body), "\xb2\xce\xca\xfd\xb4\xed\xce\xf3")
}

// The detail of an error is not always an object.
func TestTheDataOfErrorsMayBeAnything(t *testing.T) {
	for _, data := range []string{`""`, `[]`, `null`, `{}`, `"no"`, `{"field":[]}`, `{"reason":"no"}`} {
		config := procure.DevelopmentCredentials
		config.BaseURL = serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"code":40001,"message":"bad","data":`+data+`}`)
		})
		client, err := procure.New(config)
		require.NoError(t, err)
		defer client.Close()
		_, err = client.GetIntent(t.Context(), "a")
		var e *transport.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "40001", e.Code, data)
		assert.Equal(t, "bad", e.Message, data)
		assert.Empty(t, e.Fields, data)
	}
}
