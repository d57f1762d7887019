package aihuishou_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// samples are good data for each call: the two answers of the document, and
// likely ones for the others.
var samples = map[string]string{
	"GetValuation":        `{"valuation_id":"VAL20240828001","recycle_price":6800.00,"deposit_price":50.00,"valid_time":"2024-08-30 15:30:00","remark":"请保持设备完好","device_info":{"model":"iPhone 15 Pro","brand":"Apple","storage":"256GB"}}`,
	"CreateOrder":         `{"order_no":"ORD20240828001","express_no":"YT1234567890123","express_company":"圆通快递","store_info":null,"create_time":"2024-08-28 15:35:00","status":"pending_send"}`,
	"GetOrderDetail":      `{"order_no":"ORD20240828001","status":"pending_send","create_time":"2024-08-28 15:35:00","user_name":"张三","user_phone":"138****6789","logistics_status":"signed","inspection_result":{"conclusion":"ok","final_price":6700.50}}`,
	"GetLogisticsTrace":   `{"logistics_no":"YT1234567890123","logistics_company":"圆通快递","status":"signed","traces":[{"time":"2024-08-29 10:00:00","content":"已签收"}]}`,
	"GetInspectionResult": `{"conclusion":"ok","final_price":6700.50}`,
	"GetSettlement":       `{"settlement_no":"SET20240828001","order_no":"ORD20240828001","settlement_amount":6700.50,"status":"paid","settle_time":"2024-08-30 10:00:00"}`,
	"CreateTradeIn":       `{"trade_in_no":"TRA20240828001","subsidy_amount":200.00,"status":"created"}`,
}

func at(text string) aihuishou.Time {
	t, err := time.ParseInLocation(time.DateTime, text, china)
	if err != nil {
		panic(err)
	}
	return aihuishou.Time{Time: t, Text: text}
}

func yuan(text string) *decimal.Decimal { return new(decimal.RequireFromString(text)) }

// want holds what the samples say, without Raw.
var want = map[string]any{
	"GetValuation": &aihuishou.Valuation{
		ValuationID: "VAL20240828001", RecyclePrice: yuan("6800.00"), DepositPrice: yuan("50.00"), ValidTime: at("2024-08-30 15:30:00"),
		Remark: transport.NewPersonal("请保持设备完好"), DeviceInfo: aihuishou.DeviceInfo{Model: "iPhone 15 Pro", Brand: "Apple", Storage: "256GB"},
	},
	"CreateOrder": &aihuishou.Order{
		OrderNo: "ORD20240828001", ExpressNo: "YT1234567890123", ExpressCompany: "圆通快递", CreateTime: at("2024-08-28 15:35:00"), Status: aihuishou.StatusPendingSend,
	},
	"GetOrderDetail": &aihuishou.OrderDetail{
		OrderNo: "ORD20240828001", Status: aihuishou.StatusPendingSend, CreateTime: at("2024-08-28 15:35:00"), UserName: transport.NewPersonal("张三"), UserPhone: transport.NewPersonal("138****6789"),
		LogisticsStatus: "signed", InspectionResult: &aihuishou.Inspection{Conclusion: transport.NewPersonal("ok"), FinalPrice: yuan("6700.50")},
	},
	"GetLogisticsTrace": &aihuishou.LogisticsTrace{
		LogisticsNo: "YT1234567890123", LogisticsCompany: "圆通快递", Status: "signed",
		Traces: []aihuishou.LogisticsEvent{{Time: at("2024-08-29 10:00:00"), Content: transport.NewPersonal("已签收")}},
	},
	"GetInspectionResult": &aihuishou.Inspection{Conclusion: transport.NewPersonal("ok"), FinalPrice: yuan("6700.50")},
	"GetSettlement": &aihuishou.Settlement{
		SettlementNo: "SET20240828001", OrderNo: "ORD20240828001", SettlementAmount: yuan("6700.50"), Status: "paid", SettleTime: at("2024-08-30 10:00:00"),
	},
	"CreateTradeIn": &aihuishou.TradeIn{TradeInNo: "TRA20240828001", SubsidyAmount: yuan("200.00"), Status: "created"},
}

// takeRaw returns the raw answer that a result keeps, and takes what varies
// out of the result.
func takeRaw(result any) (raw string) {
	take := func(r *transport.Raw) { raw, *r = string(r.Bytes()), transport.Raw{} }
	switch r := result.(type) {
	case *aihuishou.Valuation:
		take(&r.Raw)
		r.AskedAt = time.Time{}
	case *aihuishou.Order:
		take(&r.Raw)
	case *aihuishou.OrderDetail:
		if r.InspectionResult != nil {
			r.InspectionResult.Raw = transport.Raw{}
		}
		take(&r.Raw)
	case *aihuishou.LogisticsTrace:
		take(&r.Raw)
	case *aihuishou.Inspection:
		take(&r.Raw)
	case *aihuishou.Settlement:
		take(&r.Raw)
	case *aihuishou.TradeIn:
		take(&r.Raw)
	}
	return raw
}

// answered makes a call to which the platform answers body.
func answered(t *testing.T, name, body string) (any, error) {
	t.Helper()
	h := start(t)
	h.faults.Always(transporttest.Status(200, body))
	return calls[name](t.Context(), h.client)
}

func TestAnswersOfTheDocumentAndLikelyOnes(t *testing.T) {
	for name, data := range samples {
		t.Run(name, func(t *testing.T) {
			got, err := answered(t, name, `{"code":0,"msg":"success","data": `+data+` }`)
			require.NoError(t, err)
			assert.Equal(t, data, takeRaw(got), "the answer is kept as it came")
			assert.Equal(t, want[name], got)

			written, err := json.Marshal(got)
			require.NoError(t, err)
			back, err := answered(t, name, `{"code":0,"data":`+string(written)+`}`)
			require.NoError(t, err)
			again, err := json.Marshal(back)
			require.NoError(t, err)
			assert.Equal(t, string(written), string(again), "JSON keeps everything but what it masks")
		})
	}
}

// proof is what a result must hold to be one.
var proof = map[string]string{"GetValuation": `"valuation_id":"V"`, "CreateOrder": `"order_no":"O","status":"melted"`, "GetOrderDetail": `"status":"melted"`}

// TestWhatIsNoAnswer: what makes an answer one is required. A success without
// data counts as an empty object ("Aihuishou partner API, answers"), which is
// enough where the document does not describe the answer; what is no object
// never is.
func TestWhatIsNoAnswer(t *testing.T) {
	for name := range calls {
		for what, tc := range map[string]struct {
			data     string
			isObject bool
		}{
			"no data":                   {``, true},
			"null":                      {`,"data":null`, true},
			"an empty object":           {`,"data":{}`, true},
			"all members null":          {`,"data":{"valuation_id":null,"order_no":null,"recycle_price":null,"inspection_result":null,"traces":null,"status":null,"valid_time":null}`, true},
			"proof of another type":     {`,"data":{"valuation_id":{},"order_no":[],"status":true}`, true},
			"proof that is empty":       {`,"data":{"valuation_id":"","order_no":"","status":""}`, true},
			"an empty list":             {`,"data":[]`, false},
			"a list of what was wanted": {`,"data":[{"valuation_id":"V","order_no":"O","status":"s"}]`, false},
			"an empty text":             {`,"data":""`, false},
			"a text":                    {`,"data":"done"`, false},
			"a number":                  {`,"data":1`, false},
			"true":                      {`,"data":true`, false},
		} {
			t.Run(name+", "+what, func(t *testing.T) {
				got, err := answered(t, name, `{"code":0,"msg":"success"`+tc.data+`}`)
				if tc.isObject && proof[name] == "" {
					require.NoError(t, err)
					assert.NotEmpty(t, takeRaw(got))
					return
				}
				assert.Nil(t, got)
				require.ErrorIs(t, err, transport.ErrMalformed)
				assert.Equal(t, changes(name), isOutcomeUnknown(err))
			})
		}
	}
}

func TestLenientAnswers(t *testing.T) {
	const odd = `"recycle_price":"","deposit_price":{},"valid_time":"soon","remark":7,"device_info":[],"express_no":null,"express_company":12,"store_info":"s",
		"create_time":true,"user_name":null,"user_phone":13800000000,"logistics_status":3,"inspection_result":"none","logistics_no":[],
		"traces":{"a":1},"conclusion":true,"final_price":"n/a","settlement_amount":"1,000.00","settle_time":"2024-13-40 00:00:00","subsidy_amount":1e999999999,
		"unknown":{"deep":[1,2]}`
	for name := range calls {
		t.Run(name, func(t *testing.T) {
			data := odd
			if proof[name] != "" {
				data += "," + proof[name]
			}
			got, err := answered(t, name, `{"code":"0","msg":0,"data":{`+data+`},"trace_id":"x"}`)
			require.NoError(t, err)
			switch r := got.(type) {
			case *aihuishou.Valuation:
				assert.Nil(t, r.RecyclePrice)
				assert.Nil(t, r.DepositPrice)
				assert.True(t, r.ValidTime.IsZero())
				assert.Equal(t, "soon", r.ValidTime.Text)
				assert.False(t, r.ValidAt(now), "soon may have been")
			case *aihuishou.Order:
				assert.Equal(t, aihuishou.OrderStatus("melted"), r.Status, "an unknown word is kept")
				assert.Equal(t, "12", r.ExpressCompany)
				assert.Equal(t, `"s"`, string(r.StoreInfo.Bytes()))
				assert.Equal(t, "true", r.CreateTime.Text)
			case *aihuishou.OrderDetail:
				assert.Equal(t, "13800000000", r.UserPhone.Reveal())
				assert.Nil(t, r.InspectionResult)
			case *aihuishou.LogisticsTrace:
				assert.Empty(t, r.Traces)
			case *aihuishou.Inspection:
				assert.Nil(t, r.FinalPrice)
				assert.True(t, r.Conclusion.IsZero())
			case *aihuishou.Settlement:
				assert.Nil(t, r.SettlementAmount, "no guess at what 1,000.00 means")
			case *aihuishou.TradeIn:
				assert.Nil(t, r.SubsidyAmount)
			}
		})
	}
}

func TestNamesAreReadAsTheyAreSpelled(t *testing.T) {
	got, err := answered(t, "GetOrderDetail", `{"code":0,"data":{"STATUS":"loud","status":"quiet","Status":"other","ORDER_NO":"ORD1"}}`)
	require.NoError(t, err)
	detail := got.(*aihuishou.OrderDetail)
	assert.Equal(t, aihuishou.OrderStatus("quiet"), detail.Status)
	assert.Equal(t, "ORD1", detail.OrderNo, "another case is taken where there is no better one")
}

func TestAByteOrderMarkBeforeAnAnswerIsSkipped(t *testing.T) {
	for name, data := range samples {
		_, err := answered(t, name, "\ufeff"+`{"code":0,"data":`+data+`}`)
		require.NoError(t, err, name)
	}
}

func TestAnOrderThatWasNotInspectedHasNoResult(t *testing.T) {
	for result, inspected := range map[string]bool{`null`: false, `{}`: false, `{ }`: false, `[]`: false, `""`: false, `{"conclusion":null}`: true} {
		got, err := answered(t, "GetOrderDetail", `{"code":0,"data":{"status":"s","inspection_result":`+result+`}}`)
		require.NoError(t, err)
		assert.Equal(t, inspected, got.(*aihuishou.OrderDetail).InspectionResult != nil, result)
	}
}

func TestEventsThatAreNoObjectsAreLeftOut(t *testing.T) {
	got, err := answered(t, "GetLogisticsTrace", `{"code":0,"data":{"traces":[null,"x",{"time":"2024-08-29 10:00:00","content":"已签收"},[],7]}}`)
	require.NoError(t, err)
	trace := got.(*aihuishou.LogisticsTrace)
	assert.Equal(t, []aihuishou.LogisticsEvent{{Time: at("2024-08-29 10:00:00"), Content: transport.NewPersonal("已签收")}}, trace.Traces)
}

// TestAMegabyteOfDigitsCostsWhatOtherTextDoes: to make a number of it takes
// seconds, in which no context ends.
func TestAMegabyteOfDigitsCostsWhatOtherTextDoes(t *testing.T) {
	const size = 1 << 20
	digits := strings.Repeat("9", size)
	took := func(call, body string) (any, time.Duration, error) {
		began := time.Now()
		got, err := answered(t, call, body)
		return got, time.Since(began), err
	}
	_, letters, err := took("GetValuation", `{"code":0,"data":{"valuation_id":"V","other":"`+strings.Repeat("x", size)+`"}}`)
	require.NoError(t, err)
	longest := 10*letters + time.Second/2

	got, cost, err := took("GetValuation", `{"code":0,"data":{"valuation_id":"V","recycle_price":`+digits+`}}`)
	require.NoError(t, err)
	assert.Nil(t, got.(*aihuishou.Valuation).RecyclePrice, "a price")
	assert.Less(t, cost, longest)

	got, cost, err = took("GetValuation", `{"code":0,"data":{"valuation_id":"V","valid_time":"`+digits+`"}}`)
	require.NoError(t, err)
	assert.False(t, got.(*aihuishou.Valuation).ValidAt(now))
	assert.Less(t, cost, longest)

	got, cost, err = took("GetInspectionResult", `{"code":0,"data":{"final_amount":"`+digits+`"}}`)
	require.NoError(t, err)
	assert.Nil(t, got.(*aihuishou.Inspection).FinalPrice, "a price")
	assert.Less(t, cost, longest)

	_, cost, err = took("GetValuation", `{"code":`+digits+`}`)
	require.ErrorIs(t, err, transport.ErrMalformed)
	assert.Less(t, cost, longest)
}

func TestNumbersAndTextAreTakenForEachOther(t *testing.T) {
	for name, tc := range map[string]struct{ call, data string }{
		"an id that is a number":          {"GetValuation", `{"valuation_id":20240828001}`},
		"an order number that is one":     {"CreateOrder", `{"order_no":20240828001234567890}`},
		"a quoted amount":                 {"GetSettlement", `{"settlement_amount":"6800.00"}`},
		"an amount with more digits":      {"GetSettlement", `{"settlement_amount":9007199254740993.01}`},
		"an amount without decimals":      {"GetSettlement", `{"settlement_amount":6800}`},
		"an amount with an exponent":      {"GetSettlement", `{"settlement_amount":6.8e3}`},
		"an amount below zero":            {"GetSettlement", `{"settlement_amount":-50.5}`},
		"an amount of a tenth, summed up": {"GetSettlement", `{"settlement_amount":0.1}`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := answered(t, tc.call, `{"code":0,"data":`+tc.data+`}`)
			require.NoError(t, err)
			switch r := got.(type) {
			case *aihuishou.Valuation:
				assert.Equal(t, "20240828001", r.ValuationID)
			case *aihuishou.Order:
				assert.Equal(t, "20240828001234567890", r.OrderNo)
			case *aihuishou.Settlement:
				exact := map[string]string{
					"a quoted amount": "6800", "an amount with more digits": "9007199254740993.01", "an amount without decimals": "6800",
					"an amount with an exponent": "6800", "an amount below zero": "-50.5", "an amount of a tenth, summed up": "0.1",
				}
				assert.Equal(t, exact[name], r.SettlementAmount.String())
			}
		})
	}
}

// TestTheFinalPriceByAnyName: the document's last lines, which name it, are cut
// off behind "final".
func TestTheFinalPriceByAnyName(t *testing.T) {
	for data, want := range map[string]string{
		`{"final_price":6700.50}`:                                 "6700.5",
		`{"final_price":"6700.50"}`:                               "6700.5",
		`{"final_recycle_price":6700.50}`:                         "6700.5",
		`{"finalPrice":"6700.50","conclusion":"ok"}`:              "6700.5",
		`{"final_price":1,"final_amount":2}`:                      "1",
		`{"final_price":null,"final_amount":2}`:                   "2",
		`{"final_time":"2024-08-30 10:00:00","final_amount":2}`:   "2",
		`{"final_amount":2,"final_grade":1}`:                      "none",
		`{"price":5,"a_final_price":6,"not_final":7}`:             "none",
		`{"final_price":{"amount":5},"final":[],"final_ok":true}`: "none",
		`{}`: "none",
	} {
		t.Run(data, func(t *testing.T) {
			for name, body := range map[string]string{
				"GetInspectionResult": `{"code":0,"data":` + data + `}`,
				"GetOrderDetail":      `{"code":0,"data":{"status":"s","inspection_result":` + data + `}}`,
			} {
				got, err := answered(t, name, body)
				require.NoError(t, err)
				result, isResult := got.(*aihuishou.Inspection)
				if detail, isDetail := got.(*aihuishou.OrderDetail); isDetail {
					result, isResult = detail.InspectionResult, detail.InspectionResult != nil
				}
				price := "none"
				if isResult && result.FinalPrice != nil {
					price = result.FinalPrice.String()
					assert.Equal(t, data, string(result.Raw.Bytes()))
				}
				assert.Equal(t, want, price, name)
			}
		})
	}
}

// TestRefusalsOfEveryCall: a code other than 0 is an error with code and
// message ("Aihuishou partner API, answers"), a success is nothing else. What
// has not the platform's form tells nothing.
func TestRefusalsOfEveryCall(t *testing.T) {
	for name := range calls {
		for what, tc := range map[string]struct {
			fault     transporttest.Fault
			want      error
			code, msg string
			unclear   bool // whether a change was made
			attempts  int
		}{
			"a code":                  {transporttest.Status(200, `{"code":2001,"msg":"型号不在库中","data":{"valuation_id":"V","order_no":"O"}}`), transport.ErrRejected, "2001", "型号不在库中", false, 1},
			"a quoted code":           {transporttest.Status(200, `{"code":"2001","msg":"型号不在库中"}`), transport.ErrRejected, "2001", "型号不在库中", false, 1},
			"a code that is no whole": {transporttest.Status(200, `{"code":0.5}`), transport.ErrRejected, "0.5", "", false, 1},
			"a busy system":           {transporttest.Status(200, `{"code":500,"msg":"系统繁忙，请稍后重试","data":""}`), transport.ErrUnavailable, "500", "系统繁忙，请稍后重试", true, 3},
			"a system that failed":    {transporttest.Status(200, `{"code":7,"msg":"system error: timeout waiting for logistics service"}`), transport.ErrUnavailable, "7", "system error: timeout waiting for logistics service", true, 3},
			"a missing permission":    {transporttest.Status(200, `{"code":403,"msg":"no"}`), transport.ErrPermission, "403", "no", false, 1},
			"a code of letters":       {transporttest.Status(200, `{"code":"E9","msg":"m"}`), transport.ErrMalformed, "E9", "m", true, 1},
			"no code":                 {transporttest.Status(200, `{"msg":"success","data":{"valuation_id":"V","order_no":"O"}}`), transport.ErrMalformed, "", "success", true, 1},
			"a null code":             {transporttest.Status(200, `{"code":null,"data":{"valuation_id":"V","order_no":"O"}}`), transport.ErrMalformed, "", "", true, 1},
			"a code that is true":     {transporttest.Status(200, `{"code":true}`), transport.ErrMalformed, "", "", true, 1},
			"HTML with 200":           {transporttest.HTML(), transport.ErrMalformed, "", "", true, 1},
			"broken JSON":             {transporttest.Garbage(), transport.ErrMalformed, "", "", true, 1},
			"an empty body":           {transporttest.Status(200, ""), transport.ErrMalformed, "", "", true, 1},
			"null":                    {transporttest.Status(200, "null"), transport.ErrMalformed, "", "", true, 1},
			"a list":                  {transporttest.Status(200, `[{"code":0}]`), transport.ErrMalformed, "", "", true, 1},
			"HTTP 400 with HTML":      {transporttest.Status(400, "<html>Bad Request"), transport.ErrMalformed, "", "", true, 1},
			"HTTP 400 with a code":    {transporttest.Status(400, `{"code":400,"msg":"no"}`), transport.ErrInvalid, "400", "no", false, 1},
			"HTTP 400 of a busy one":  {transporttest.Status(400, `{"code":400,"msg":"系统繁忙"}`), transport.ErrUnavailable, "400", "系统繁忙", true, 3},
			"HTTP 404 with a code":    {transporttest.Status(404, `{"code":0,"msg":"no route"}`), transport.ErrNotFound, "0", "no route", false, 1},
			"HTTP 404 with text":      {transporttest.Status(404, "404 page not found"), transport.ErrMalformed, "", "", true, 1},
			"HTTP 401 with nothing":   {transporttest.Fault{Status: 401, NoDate: true}, transport.ErrMalformed, "", "", true, 1},
			"HTTP 401 with HTML":      {transporttest.Status(401, "<html>Log in"), transport.ErrMalformed, "", "", true, 1},
			"HTTP 502 with HTML":      {transporttest.Status(502, "<html>Bad Gateway"), transport.ErrUnavailable, "", "", true, 3},
			"HTTP 503 with code 0":    {transporttest.Status(503, `{"code":0,"data":{"valuation_id":"V","order_no":"O"}}`), transport.ErrUnavailable, "0", "", true, 3},
		} {
			t.Run(name+", "+what, func(t *testing.T) {
				h := start(t)
				h.faults.Always(tc.fault)
				result, err := calls[name](t.Context(), h.client)
				assert.Nil(t, result, "no half answer beside an error")
				require.ErrorIs(t, err, tc.want)
				var e *transport.Error
				require.ErrorAs(t, err, &e)
				assert.Equal(t, tc.code, e.Code)
				assert.Equal(t, tc.msg, e.Message)
				assert.Equal(t, name, e.Operation)
				assert.Equal(t, tc.unclear && changes(name), isOutcomeUnknown(err))
				attempts := tc.attempts
				if changes(name) {
					attempts = 1
				}
				assert.Len(t, h.faults.Requests(), attempts)
			})
		}
	}
}

func TestTimesAreThoseOfTheConfiguredZone(t *testing.T) {
	tokyo := time.FixedZone("JST", 9*60*60)
	h := startPlatform(t, []aihuishoutest.Option{aihuishoutest.WithLocation(tokyo), aihuishoutest.WithProgress(time.Hour)})
	quote, err := h.client.GetValuation(t.Context(), phone)
	require.NoError(t, err)
	assert.Contains(t, string(h.faults.Requests()[0].Body), `"timestamp":"2024-08-28 16:30:00"`)
	assert.Equal(t, "2024-08-30 16:30:00", quote.ValidTime.Text)
	assert.True(t, quote.ValidTime.Equal(now.Add(48*time.Hour)))

	order := h.order(t)
	created := order.CreateTime
	assert.WithinDuration(t, now, created.Time, time.Second)
	h.clock.Advance(3 * time.Hour)
	detail, err := h.client.GetOrderDetail(t.Context(), order.OrderNo)
	require.NoError(t, err)
	assert.Equal(t, created, detail.CreateTime)
	trace, err := h.client.GetLogisticsTrace(t.Context(), aihuishou.GetLogisticsTraceRequest{LogisticsNo: order.ExpressNo, LogisticsCompany: order.ExpressCompany})
	require.NoError(t, err)
	assert.True(t, trace.Traces[0].Time.Equal(created.Add(time.Hour)))
	settlement, err := h.client.GetSettlement(t.Context(), aihuishou.GetSettlementRequest{OrderNo: order.OrderNo})
	require.NoError(t, err)
	assert.True(t, settlement.SettleTime.Equal(created.Add(2*time.Hour)))
}

func TestTimeInJSON(t *testing.T) {
	moment := at("2024-08-28 15:30:00")
	written, err := json.Marshal([]aihuishou.Time{moment, {}, {Text: "soon"}})
	require.NoError(t, err)
	assert.Equal(t, `["2024-08-28 15:30:00",null,"soon"]`, string(written))
	var back []aihuishou.Time
	require.NoError(t, json.Unmarshal(written, &back))
	assert.Equal(t, []aihuishou.Time{moment, {}, {Text: "soon"}}, back)
}

// TestFormsOfATime: the document knows one form; a time in another one is
// better than none.
func TestFormsOfATime(t *testing.T) {
	for written, want := range map[string]string{
		`"2024-08-28 15:30:00"`:       "2024-08-28 15:30:00",
		`" 2024-08-28 15:30:00 "`:     "2024-08-28 15:30:00",
		`"2024-08-28 15:30:00.5"`:     "2024-08-28 15:30:00.5",
		`"2024-08-28T15:30:00"`:       "2024-08-28 15:30:00",
		`"2024-08-28T07:30:00Z"`:      "2024-08-28 15:30:00",
		`"2024-08-28T15:30:00+08:00"`: "2024-08-28 15:30:00",
		`1724830200`:                  "2024-08-28 15:30:00",
		`"1724830200"`:                "2024-08-28 15:30:00",
		`1724830200000`:               "2024-08-28 15:30:00",
		`"2024-8-28 15:30:00"`:        "none, 2024-8-28 15:30:00",
		`"2024-13-40 00:00:00"`:       "none, 2024-13-40 00:00:00",
		`"0000-00-00 00:00:00"`:       "none, 0000-00-00 00:00:00",
		`{"at":1}`:                    `none, {"at":1}`,
		`false`:                       "none, false",
		`""`:                          "none, ",
		`null`:                        "none, ",
	} {
		var got aihuishou.Time
		require.NoError(t, json.Unmarshal([]byte(written), &got), written)
		read := got.Format("2006-01-02 15:04:05.999")
		if got.IsZero() {
			read = "none, " + got.Text
		}
		assert.Equal(t, want, read, written)

		again, err := json.Marshal(got)
		require.NoError(t, err)
		var back aihuishou.Time
		require.NoError(t, json.Unmarshal(again, &back))
		assert.True(t, got.Equal(back.Time), "JSON keeps it: %s", again)
	}
}

// FuzzAnswers decodes anything into every result, prints it and writes it.
func FuzzAnswers(f *testing.F) {
	for _, data := range samples {
		f.Add(data)
	}
	for _, data := range []string{``, `null`, `{}`, `[]`, `{"traces":[null,1,{"time":5}]}`, `{"recycle_price":1e2147483647,"valuation_id":"v"}`, "{\"order_no\":\"\xff\"}", `{"inspection_result":{"final":"1e-99"}}`} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data string) {
		for _, out := range []any{&aihuishou.Valuation{}, &aihuishou.Order{}, &aihuishou.OrderDetail{}, &aihuishou.LogisticsTrace{}, &aihuishou.Inspection{}, &aihuishou.Settlement{}, &aihuishou.TradeIn{}} {
			if json.Unmarshal([]byte(data), out) != nil {
				continue
			}
			_ = fmt.Sprintf("%+v %#v", out, out)
			written, err := json.Marshal(out)
			if err != nil {
				t.Fatalf("%T of %q cannot be written: %v", out, data, err)
			}
			if len(written) > 8*len(data)+2000 {
				t.Fatalf("%T of %d bytes is written as %d", out, len(data), len(written))
			}
		}
	})
}
