package main

import (
	"context"
	"net/http"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
	"github.com/pentagate/pentagate/transport"
)

// newAihuishou is Aihuishou, with the reference as the seller's name, or as the
// number of the purchase that a trade-in belongs to.
func newAihuishou() *platform {
	fake := aihuishoutest.New(aihuishoutest.WithRateLimit(0))
	var quote, recycled string // had by the first client for all
	return &platform{
		name:    "aihuishou",
		handler: fake,
		form: form{
			answer: func(status int) string {
				return object(map[string]any{"code": status, "msg": http.StatusText(status), "data": nil})
			},
			busy: []answer{
				{200, `{"code":500,"msg":"系统繁忙，请稍后重试","data":null}`},
				{200, `{"code":-1,"msg":"系统异常","data":null}`},
			},
			lateTime: `{"code":401,"msg":"签名错误或时间戳过期","data":null}`,
			odd: []member{
				{"data.create_time", `""`},
				{"data.create_time", `null`},
				{"data.express_no", `20260201001`},
				{"data.express_company", `null`},
				{"data.order_no", `20260201000001`},
				{"data.trade_in_no", `20260201000002`},
				{"data.subsidy_amount", `""`},
				{"data.status", `1`},
				{"msg", `null`},
			},
		},
		connect: func(ctx context.Context, address string, opts ...transport.Option) (*client, error) {
			config := fake.Config()
			config.BaseURL = address
			if quote == "" {
				var err error
				if quote, recycled, err = sell(ctx, config); err != nil {
					return nil, err
				}
			}
			c, err := aihuishou.New(config, opts...)
			if err != nil {
				return nil, err
			}
			return &client{c, []call{
				{operation: "CreateOrder", do: func(ctx context.Context, ref string) error {
					_, err := c.CreateOrder(ctx, order(quote, ref))
					return err
				}},
				{operation: "CreateTradeIn", do: func(ctx context.Context, ref string) error {
					_, err := c.CreateTradeIn(ctx, aihuishou.CreateTradeInRequest{RecycleOrderNo: recycled, NewMachineOrderNo: ref})
					return err
				}},
			}}, nil
		},
		ledger: func() (map[string]int, error) {
			found := make(map[string]int)
			for _, o := range fake.Orders() {
				found[o.UserName]++
			}
			for _, t := range fake.TradeIns() {
				found[t.NewMachineOrderNo]++
			}
			return found, nil
		},
	}
}

// sell returns what orders and trade-ins begin with: the ids of a quote and of
// an order.
func sell(ctx context.Context, config aihuishou.Config) (quote, recycled string, err error) {
	c, err := aihuishou.New(config)
	if err != nil {
		return "", "", err
	}
	defer func() { _ = c.Close() }()
	valuation, err := c.GetValuation(ctx, aihuishou.GetValuationRequest{
		DeviceModel:      "iPhone 15 Pro",
		Brand:            "Apple",
		Condition:        aihuishou.ConditionGood,
		FunctionalStatus: aihuishou.FunctionalNormal,
		Storage:          "256GB",
	})
	if err != nil {
		return "", "", err
	}
	sold, err := c.CreateOrder(ctx, order(valuation.ValuationID, "张三"))
	if err != nil {
		return "", "", err
	}
	return valuation.ValuationID, sold.OrderNo, nil
}

func order(quote, name string) aihuishou.CreateOrderRequest {
	return aihuishou.CreateOrderRequest{
		ValuationID:   quote,
		UserName:      name,
		UserPhone:     "138****6789",
		UserAddress:   "北京市朝阳区",
		LogisticsType: aihuishou.LogisticsExpress,
	}
}
