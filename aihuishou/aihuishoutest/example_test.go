package aihuishoutest_test

import (
	"context"
	"fmt"
	"time"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// Both sides have one clock, which waits in no time; the order goes on when
// the test says so.
func Example() {
	clock := transporttest.NewClock(time.Date(2024, 8, 28, 7, 30, 0, 0, time.UTC))
	platform := aihuishoutest.NewServer(aihuishoutest.WithClock(clock.Now))
	defer platform.Close()
	platform.SetPrices("5200.00", "50.00")
	client, err := aihuishou.New(platform.Config(), transport.WithClock(clock))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = client.Close() }()
	ctx := context.Background()

	quote, err := client.GetValuation(ctx, aihuishou.GetValuationRequest{
		DeviceModel: "小米14", Brand: "小米", Condition: aihuishou.ConditionPoor, FunctionalStatus: aihuishou.FunctionalAbnormal, Storage: "256GB",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	order, err := client.CreateOrder(ctx, aihuishou.CreateOrderRequest{
		ValuationID: quote.ValuationID, UserName: "张三", UserPhone: "138****6789", UserAddress: "北京市朝阳区XX街道XX小区", LogisticsType: aihuishou.LogisticsExpress,
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	platform.SetFinalPrice(order.OrderNo, "4800.00", "屏幕有划痕")
	fmt.Println(platform.AdvanceOrder(order.OrderNo))
	fmt.Println(platform.AdvanceOrder(order.OrderNo))
	result, err := client.GetInspectionResult(ctx, order.OrderNo)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.FinalPrice.StringFixed(2), result.Conclusion.Reveal())
	fmt.Println(len(platform.Requests()), "requests")
	// Output:
	// inspecting
	// completed
	// 4800.00 屏幕有划痕
	// 3 requests
}
