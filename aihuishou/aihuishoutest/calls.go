package aihuishoutest

import (
	"encoding/json"
	"time"

	"github.com/pentagate/pentagate/aihuishou"
)

// routes are the seven calls ("Aihuishou partner API, endpoints").
var routes = map[string]func(*Platform, parameters, time.Time) answer{
	"/api/valuation/get":             (*Platform).getValuation,
	"/api/order/create":              (*Platform).createOrder,
	"/api/order/getDetail":           (*Platform).getOrderDetail,
	"/api/logistics/getTrace":        (*Platform).getLogisticsTrace,
	"/api/order/getInspectionResult": (*Platform).getInspectionResult,
	"/api/settlement/get":            (*Platform).getSettlement,
	"/api/tradeIn/create":            (*Platform).createTradeIn,
}

// validity is how long a quote holds ("Aihuishou partner API, valuation").
const validity = 48 * time.Hour

const subsidy = "200.00"

// fields is the data of an answer.
type fields map[string]any

func lacks(name string) answer {
	return refusal(CodeMissingField, "缺少参数或参数错误: "+name)
}
func unknown(what string) answer { return refusal(CodeUnknownOrder, what+"不存在") }

func (p *Platform) getValuation(m parameters, now time.Time) answer {
	if name := m.missing("device_model", "brand", "condition", "functional_status", "storage"); name != "" {
		return lacks(name)
	}
	switch {
	case !m.among("condition", "good", "normal", "poor"):
		return lacks("condition")
	case !m.among("functional_status", "normal", "abnormal"):
		return lacks("functional_status")
	}
	id, q := p.number("VAL", now), &quote{price: p.recycle, end: now.Add(validity)}
	p.quotes[id] = q
	return success(fields{
		"valuation_id":  id,
		"recycle_price": json.Number(p.recycle),
		"deposit_price": json.Number(p.deposit),
		"valid_time":    p.text(q.end),
		"remark":        "估价有效期2天，最终价格以质检结果为准",
		"device_info":   fields{"model": m.text("device_model"), "brand": m.text("brand"), "storage": m.text("storage")},
	})
}

func (p *Platform) createOrder(m parameters, now time.Time) answer {
	if name := m.missing("valuation_id", "user_name", "user_phone", "user_address", "logistics_type"); name != "" {
		return lacks(name)
	}
	if !m.among("logistics_type", "express", "store") {
		return lacks("logistics_type")
	}
	q := p.quotes[m.text("valuation_id")]
	switch {
	case q == nil:
		return unknown("估价")
	case now.After(q.end):
		return refusal(CodeQuoteExpired, "估价已过期")
	}
	o := &Order{
		OrderNo:       p.number("ORD", now),
		ValuationID:   m.text("valuation_id"),
		UserName:      m.text("user_name"),
		UserPhone:     m.text("user_phone"),
		UserAddress:   m.text("user_address"),
		LogisticsType: aihuishou.LogisticsType(m.text("logistics_type")),
		Status:        StatusPendingSend,
		CreatedAt:     now,
		FinalPrice:    q.price,
		Conclusion:    "与描述一致",
	}
	data := fields{
		"order_no":        o.OrderNo,
		"express_no":      nil,
		"express_company": nil,
		"store_info":      fields{"store_name": "爱回收门店", "store_address": "北京市朝阳区XX商场一层"},
		"create_time":     p.text(now),
		"status":          o.Status,
	}
	if o.LogisticsType == aihuishou.LogisticsExpress {
		o.ExpressNo = p.number("YT", now)
		data["express_no"], data["express_company"], data["store_info"] = o.ExpressNo, expressCompany, nil
	}
	p.orders = append(p.orders, o)
	return success(data)
}

func (p *Platform) getOrderDetail(m parameters, _ time.Time) answer {
	if name := m.missing("order_no"); name != "" {
		return lacks(name)
	}
	o := p.order(m.text("order_no"))
	if o == nil {
		return unknown("订单")
	}
	data := fields{
		"order_no":    o.OrderNo,
		"status":      o.Status,
		"create_time": p.text(o.CreatedAt),
		"user_name":   o.UserName,
		"user_phone":  o.UserPhone,
	}
	if o.Status != StatusPendingSend {
		data["logistics_status"] = "signed"
	}
	if o.Status == StatusCompleted {
		data["inspection_result"] = o.inspection()
	}
	return success(data)
}

func (o *Order) inspection() fields {
	return fields{"conclusion": o.Conclusion, "final_price": json.Number(o.FinalPrice)}
}

func (p *Platform) getInspectionResult(m parameters, _ time.Time) answer {
	if name := m.missing("order_no"); name != "" {
		return lacks(name)
	}
	o := p.order(m.text("order_no"))
	switch {
	case o == nil:
		return unknown("订单")
	case o.Status != StatusCompleted:
		return success(nil)
	}
	return success(o.inspection())
}

func (p *Platform) getLogisticsTrace(m parameters, _ time.Time) answer {
	if name := m.missing("logistics_no", "logistics_company"); name != "" {
		return lacks(name)
	}
	for _, o := range p.orders {
		if o.ExpressNo != m.text("logistics_no") || m.text("logistics_company") != expressCompany {
			continue
		}
		data := fields{"logistics_no": o.ExpressNo, "logistics_company": expressCompany, "status": "pending", "traces": []fields{}}
		if o.Status != StatusPendingSend {
			data["status"] = "signed"
			data["traces"] = []fields{{"time": p.text(o.InspectingSince), "content": "爱回收质检中心已签收"}}
		}
		return success(data)
	}
	return unknown("运单")
}

func (p *Platform) getSettlement(m parameters, _ time.Time) answer {
	number, orderNo := m.text("settlement_no"), m.text("order_no")
	if number+orderNo == "" {
		return lacks("settlement_no")
	}
	for _, o := range p.orders {
		if o.SettlementNo == "" || number != "" && number != o.SettlementNo || orderNo != "" && orderNo != o.OrderNo {
			continue
		}
		return success(fields{
			"settlement_no":     o.SettlementNo,
			"order_no":          o.OrderNo,
			"settlement_amount": json.Number(o.FinalPrice),
			"status":            "paid",
			"settle_time":       p.text(o.CompletedAt),
		})
	}
	return unknown("结算单")
}

func (p *Platform) createTradeIn(m parameters, now time.Time) answer {
	if name := m.missing("recycle_order_no", "new_machine_order_no"); name != "" {
		return lacks(name)
	}
	if p.order(m.text("recycle_order_no")) == nil {
		return unknown("订单")
	}
	t := TradeIn{
		TradeInNo:         p.number("TRA", now),
		RecycleOrderNo:    m.text("recycle_order_no"),
		NewMachineOrderNo: m.text("new_machine_order_no"),
		CreatedAt:         now,
	}
	p.tradeIns = append(p.tradeIns, t)
	return success(fields{"trade_in_no": t.TradeInNo, "subsidy_amount": json.Number(subsidy), "status": "created"})
}
