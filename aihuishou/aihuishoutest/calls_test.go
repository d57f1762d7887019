package aihuishoutest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
)

const (
	pending   = `{"code":0,"msg":"success","data":{"create_time":"2024-08-28 15:30:00","order_no":"ORD20240828001","status":"pending_send","user_name":"张三","user_phone":"138****6789"}}`
	inspected = `{"code":0,"msg":"success","data":{"conclusion":"与描述一致","final_price":6800.00}}`
)

func TestAnOrderFromTheQuoteToTheTradeIn(t *testing.T) {
	srv := start(t)
	assert.Equal(t, `{"code":0,"msg":"success","data":{"deposit_price":50.00,"device_info":{"brand":"Apple","model":"iPhone 15 Pro","storage":"256GB"},"recycle_price":6800.00,`+
		`"remark":"估价有效期2天，最终价格以质检结果为准","valid_time":"2024-08-30 15:30:00","valuation_id":"VAL20240828001"}}`, call(t, srv, valuation, phone()))
	assert.Equal(t, `{"code":0,"msg":"success","data":{"create_time":"2024-08-28 15:30:00","express_company":"圆通快递","express_no":"YT20240828001",`+
		`"order_no":"ORD20240828001","status":"pending_send","store_info":null}}`, call(t, srv, create, sale()))

	order := map[string]any{"order_no": "ORD20240828001"}
	parcel := map[string]any{"logistics_no": "YT20240828001", "logistics_company": "圆通快递"}
	assert.Equal(t, pending, call(t, srv, detail, order))
	assert.Equal(t, `{"code":0,"msg":"success","data":{"logistics_company":"圆通快递","logistics_no":"YT20240828001","status":"pending","traces":[]}}`, call(t, srv, trace, parcel))
	assert.Equal(t, `{"code":0,"msg":"success","data":null}`, call(t, srv, inspection, order))
	assert.Equal(t, `{"code":1004,"msg":"结算单不存在","data":null}`, call(t, srv, settlement, order))

	srv.Advance(24 * time.Hour)
	assert.Equal(t, aihuishoutest.StatusInspecting, srv.AdvanceOrder("ORD20240828001"))
	assert.Contains(t, call(t, srv, detail, order), `"logistics_status":"signed","order_no":"ORD20240828001","status":"inspecting"`)
	assert.Contains(t, call(t, srv, trace, parcel), `"status":"signed","traces":[{"content":"爱回收质检中心已签收","time":"2024-08-29 15:30:00"}]`)
	assert.Equal(t, `{"code":0,"msg":"success","data":null}`, call(t, srv, inspection, order))

	srv.Advance(24 * time.Hour)
	assert.Equal(t, aihuishoutest.StatusCompleted, srv.AdvanceOrder("ORD20240828001"))
	assert.Equal(t, aihuishoutest.StatusCompleted, srv.AdvanceOrder("ORD20240828001"), "the end")
	assert.Equal(t, inspected, call(t, srv, inspection, order))
	assert.Contains(t, call(t, srv, detail, order), `"inspection_result":{"conclusion":"与描述一致","final_price":6800.00}`)
	settled := `{"code":0,"msg":"success","data":{"order_no":"ORD20240828001","settle_time":"2024-08-30 15:30:00","settlement_amount":6800.00,"settlement_no":"SET20240830001","status":"paid"}}`
	assert.Equal(t, settled, call(t, srv, settlement, order))
	assert.Equal(t, settled, call(t, srv, settlement, map[string]any{"settlement_no": "SET20240830001"}))
	assert.Equal(t, settled, call(t, srv, settlement, map[string]any{"settlement_no": "SET20240830001", "order_no": "ORD20240828001"}))
	assert.Contains(t, call(t, srv, settlement, map[string]any{"settlement_no": "SET20240830001", "order_no": "ORD1"}), `"code":1004`)

	assert.Equal(t, `{"code":0,"msg":"success","data":{"status":"created","subsidy_amount":200.00,"trade_in_no":"TRA20240830001"}}`,
		call(t, srv, tradeIn, map[string]any{"recycle_order_no": "ORD20240828001", "new_machine_order_no": "NEW-0001"}))
	assert.Equal(t, []aihuishoutest.TradeIn{{TradeInNo: "TRA20240830001", RecycleOrderNo: "ORD20240828001", NewMachineOrderNo: "NEW-0001", CreatedAt: now.Add(48 * time.Hour)}}, srv.TradeIns())
}

func TestAnOrderForAShop(t *testing.T) {
	srv := start(t)
	call(t, srv, valuation, phone())
	assert.Contains(t, call(t, srv, create, with(sale(), "logistics_type", "store")),
		`"express_company":null,"express_no":null,"order_no":"ORD20240828001","status":"pending_send","store_info":{"store_address":"北京市朝阳区XX商场一层","store_name":"爱回收门店"}`)
	assert.Contains(t, call(t, srv, trace, map[string]any{"logistics_no": "", "logistics_company": "圆通快递"}), `"code":1001`)
	assert.Contains(t, call(t, srv, trace, map[string]any{"logistics_no": "YT20240828001", "logistics_company": "圆通快递"}), `"code":1004`)
}

func TestARepeatedCreateMakesASecondOrder(t *testing.T) {
	srv := start(t)
	call(t, srv, valuation, phone())
	assert.Contains(t, call(t, srv, create, sale()), `"order_no":"ORD20240828001"`)
	assert.Contains(t, call(t, srv, create, sale()), `"order_no":"ORD20240828002"`)
	assert.Len(t, srv.Orders(), 2)
}

func TestTheAnswerIsInTheTestsHand(t *testing.T) {
	srv := start(t)
	call(t, srv, valuation, phone())
	const busy = `{"code":500,"msg":"系统繁忙，请稍后重试","data":null}`
	t.Run("busy before the call ran", func(t *testing.T) {
		srv.AnswerWith(create, 500, "系统繁忙，请稍后重试", false)
		assert.Equal(t, busy, call(t, srv, create, sale()))
		assert.Empty(t, srv.Orders())
	})
	t.Run("busy after the call ran", func(t *testing.T) {
		srv.AnswerWith(create, 500, "系统繁忙，请稍后重试", true)
		assert.Equal(t, busy, call(t, srv, create, sale()))
		assert.Len(t, srv.Orders(), 1)
		got := srv.Requests()
		assert.Equal(t, 500, got[len(got)-1].Code)
	})
	t.Run("it is for one call of this path", func(t *testing.T) {
		srv.AnswerWith(create, 1, "one", false)
		srv.AnswerWith(create, 2, "two", false)
		assert.Contains(t, call(t, srv, detail, map[string]any{"order_no": "ORD20240828001"}), `"code":0`)
		got := send(t, srv, create, "{}", nil)
		assert.Equal(t, 401, got.status, "what is not authentic uses up no answer")
		assert.Equal(t, `{"code":1,"msg":"one","data":null}`, call(t, srv, create, sale()))
		assert.Equal(t, `{"code":2,"msg":"two","data":null}`, call(t, srv, create, sale()))
		assert.Contains(t, call(t, srv, create, sale()), `"order_no":"ORD20240828002"`)
	})
	t.Run("it panics for no call", func(t *testing.T) {
		assert.Panics(t, func() { srv.AnswerWith("/api/order/cancel", 1, "", false) })
	})
}

func TestMissingFields(t *testing.T) {
	srv := start(t)
	call(t, srv, valuation, phone())
	for path, tc := range map[string]struct {
		params func() map[string]any
		names  []string
	}{
		valuation:  {phone, []string{"device_model", "brand", "condition", "functional_status", "storage"}},
		create:     {sale, []string{"valuation_id", "user_name", "user_phone", "user_address", "logistics_type"}},
		detail:     {func() map[string]any { return map[string]any{"order_no": "O"} }, []string{"order_no"}},
		inspection: {func() map[string]any { return map[string]any{"order_no": "O"} }, []string{"order_no"}},
		settlement: {func() map[string]any { return map[string]any{"settlement_no": "S"} }, []string{"settlement_no"}},
		trace: {func() map[string]any { return map[string]any{"logistics_no": "L", "logistics_company": "C"} },
			[]string{"logistics_no", "logistics_company"}},
		tradeIn: {func() map[string]any { return map[string]any{"recycle_order_no": "O", "new_machine_order_no": "N"} },
			[]string{"recycle_order_no", "new_machine_order_no"}},
	} {
		for _, name := range tc.names {
			want := fmt.Sprintf(`{"code":1001,"msg":"缺少参数或参数错误: %s","data":null}`, name)
			assert.Equal(t, want, call(t, srv, path, without(tc.params(), name)), "%s without %s", path, name)
			assert.Equal(t, want, call(t, srv, path, with(tc.params(), name, "")), "%s with an empty %s", path, name)
			assert.Equal(t, want, call(t, srv, path, with(tc.params(), name, 5)), "%s with a number for %s", path, name)
		}
	}
	for name, params := range map[string]map[string]any{
		"condition":         with(phone(), "condition", "new"),
		"functional_status": with(phone(), "functional_status", "odd"),
	} {
		assert.Contains(t, call(t, srv, valuation, params), `"code":1001,"msg":"缺少参数或参数错误: `+name)
	}
	assert.Contains(t, call(t, srv, create, with(sale(), "logistics_type", "drone")), `"code":1001`)
	assert.Empty(t, srv.Orders())
}

func TestUnknownNumbers(t *testing.T) {
	srv := start(t)
	for path, params := range map[string]map[string]any{
		create:     sale(),
		detail:     {"order_no": "O"},
		inspection: {"order_no": "O"},
		settlement: {"settlement_no": "S"},
		trace:      {"logistics_no": "L", "logistics_company": "圆通快递"},
		tradeIn:    {"recycle_order_no": "O", "new_machine_order_no": "N"},
	} {
		assert.Contains(t, call(t, srv, path, params), `"code":1004`, path)
	}
}

func TestQuotesRunOutAfterTwoDays(t *testing.T) {
	srv := start(t)
	call(t, srv, valuation, phone())
	srv.Advance(48 * time.Hour)
	assert.Contains(t, call(t, srv, create, sale()), `"code":0`)
	srv.Advance(time.Second)
	assert.Equal(t, `{"code":1005,"msg":"估价已过期","data":null}`, call(t, srv, create, sale()))
}

func TestOrdersGoOnWithTheClock(t *testing.T) {
	srv := start(t, aihuishoutest.WithProgress(time.Hour))
	call(t, srv, valuation, phone())
	call(t, srv, create, sale())
	status := func() aihuishou.OrderStatus {
		order, _ := srv.Order("ORD20240828001")
		return order.Status
	}
	srv.Advance(time.Hour - time.Second)
	assert.Equal(t, aihuishoutest.StatusPendingSend, status())
	srv.Advance(time.Second)
	assert.Equal(t, aihuishoutest.StatusInspecting, status())
	srv.Advance(24 * time.Hour)
	assert.Equal(t, aihuishoutest.StatusCompleted, srv.Orders()[0].Status)
	order, found := srv.Order("ORD20240828001")
	assert.True(t, found)
	assert.Equal(t, now.Add(time.Hour), order.InspectingSince)
	assert.Equal(t, now.Add(2*time.Hour), order.CompletedAt, "when it was due, not when somebody looked")
	assert.Contains(t, call(t, srv, inspection, map[string]any{"order_no": "ORD20240828001"}), "final_price")
}

func TestPrices(t *testing.T) {
	srv := start(t)
	srv.SetPrices("1234.50", "0")
	assert.Contains(t, call(t, srv, valuation, phone()), `"deposit_price":0,`)
	call(t, srv, create, sale())
	srv.SetFinalPrice("ORD20240828001", "1000.00", "屏幕有划痕")
	srv.AdvanceOrder("ORD20240828001")
	srv.AdvanceOrder("ORD20240828001")
	assert.Contains(t, call(t, srv, inspection, map[string]any{"order_no": "ORD20240828001"}), `{"conclusion":"屏幕有划痕","final_price":1000.00}`)

	for name, ask := range map[string]func(){
		"a price that is no number":   func() { srv.SetPrices("1,000", "0") },
		"a deposit that is no number": func() { srv.SetPrices("1000", "NaN") },
		"a final price of nothing":    func() { srv.SetFinalPrice("ORD20240828001", "", "") },
		"a final price of no order":   func() { srv.SetFinalPrice("ORD1", "1", "") },
		"no order to advance":         func() { srv.AdvanceOrder("ORD1") },
	} {
		t.Run("it panics for "+name, func(t *testing.T) { assert.Panics(t, ask) })
	}
	_, found := srv.Order("ORD1")
	assert.False(t, found)
}
