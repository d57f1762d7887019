package aihuishou_test

import (
	"context"

	"github.com/pentagate/pentagate/aihuishou"
)

// call is one of the seven calls with a good request.
type call func(context.Context, *aihuishou.Client) (any, error)

var calls = map[string]call{
	"GetValuation": func(ctx context.Context, c *aihuishou.Client) (any, error) { return c.GetValuation(ctx, phone) },
	"CreateOrder":  func(ctx context.Context, c *aihuishou.Client) (any, error) { return c.CreateOrder(ctx, sale) },
	"GetOrderDetail": func(ctx context.Context, c *aihuishou.Client) (any, error) {
		return c.GetOrderDetail(ctx, "ORD20240828001")
	},
	"GetLogisticsTrace": func(ctx context.Context, c *aihuishou.Client) (any, error) { return c.GetLogisticsTrace(ctx, parcel) },
	"GetInspectionResult": func(ctx context.Context, c *aihuishou.Client) (any, error) {
		return c.GetInspectionResult(ctx, "ORD20240828001")
	},
	"GetSettlement": func(ctx context.Context, c *aihuishou.Client) (any, error) {
		return c.GetSettlement(ctx, aihuishou.GetSettlementRequest{SettlementNo: "SET20240828001"})
	},
	"CreateTradeIn": func(ctx context.Context, c *aihuishou.Client) (any, error) { return c.CreateTradeIn(ctx, tradeIn) },
}

// changes tells the calls that change something.
func changes(name string) bool { return name == "CreateOrder" || name == "CreateTradeIn" }
