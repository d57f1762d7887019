package aihuishou_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// A quote, an order, and what became of it. The platform is a fake one, on a
// clock that waits in no time; leave the option out for the real ones.
func Example() {
	clock := transporttest.NewClock(time.Date(2024, 8, 28, 7, 30, 0, 0, time.UTC))
	platform := aihuishoutest.NewServer(aihuishoutest.WithClock(clock.Now), aihuishoutest.WithProgress(24*time.Hour))
	defer platform.Close()
	client, err := aihuishou.New(platform.Config(), transport.WithClock(clock))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = client.Close() }()
	ctx := context.Background()

	quote, err := client.GetValuation(ctx, aihuishou.GetValuationRequest{
		DeviceModel:      "iPhone 15 Pro",
		Brand:            "Apple",
		Condition:        aihuishou.ConditionGood,
		FunctionalStatus: aihuishou.FunctionalNormal,
		Storage:          "256GB",
		IsOriginal:       new(true),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s brings %s until %s\n", quote.DeviceInfo.Model, quote.RecyclePrice.StringFixed(2), quote.ValidTime)

	order, err := client.CreateOrder(ctx, aihuishou.CreateOrderRequest{
		ValuationID:   quote.ValuationID,
		UserName:      "张三",
		UserPhone:     "138****6789",
		UserAddress:   "北京市朝阳区XX街道XX小区",
		LogisticsType: aihuishou.LogisticsExpress,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("send it with", order.ExpressCompany)

	detail, err := client.WaitOrder(ctx, aihuishou.WaitOrderRequest{
		OrderNo:  order.OrderNo,
		Until:    []aihuishou.OrderStatus{"completed"},
		Interval: time.Hour,
		OnChange: func(d *aihuishou.OrderDetail) error {
			fmt.Println(d)
			return nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("final price", detail.InspectionResult.FinalPrice.StringFixed(2))
	// Output:
	// iPhone 15 Pro brings 6800.00 until 2024-08-30 15:30:00 +0800 CST
	// send it with 圆通快递
	// order ORD20240828001 (pending_send)
	// order ORD20240828001 (inspecting)
	// order ORD20240828001 (completed)
	// final price 6800.00
}

// When the answer to an order is lost, the order may exist: it is not sent
// again, and must not be without a look at the platform's side.
func ExampleClient_CreateOrder_outcomeUnknown() {
	var faults *transporttest.Faults
	platform := aihuishoutest.NewServer(aihuishoutest.WithMiddleware(func(next http.Handler) http.Handler {
		faults = transporttest.NewFaults(next)
		return faults
	}))
	defer platform.Close()
	client, err := aihuishou.New(platform.Config(), transport.WithLimiter(transport.NoLimits))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = client.Close() }()
	quote, err := client.GetValuation(context.Background(), aihuishou.GetValuationRequest{
		DeviceModel: "小米14", Brand: "小米", Condition: aihuishou.ConditionNormal, FunctionalStatus: aihuishou.FunctionalNormal, Storage: "256GB",
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	faults.Script(transporttest.DropAfter())
	_, err = client.CreateOrder(context.Background(), aihuishou.CreateOrderRequest{
		ValuationID: quote.ValuationID, UserName: "张三", UserPhone: "138****6789", UserAddress: "北京市朝阳区XX街道XX小区", LogisticsType: aihuishou.LogisticsStore,
	})
	fmt.Println("unknown:", errors.Is(err, transport.ErrOutcomeUnknown))
	fmt.Println("orders on the platform:", len(platform.Orders()))
	// Output:
	// unknown: true
	// orders on the platform: 1
}

// One error names all that is wrong, before anything is sent.
func ExampleClient_GetValuation_badRequest() {
	platform := aihuishoutest.NewServer()
	defer platform.Close()
	client, err := aihuishou.New(platform.Config())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = client.Close() }()
	_, err = client.GetValuation(context.Background(), aihuishou.GetValuationRequest{DeviceModel: "小米14", Brand: "小米", Condition: "like new"})
	fmt.Println(err)
	// Output:
	// aihuishou: GetValuation: invalid request: condition must be a word of letters, digits, _ and -; functional_status must be a word of letters, digits, _ and -; storage must not be empty
}

// The platform's own codes are not published: they are there as they came,
// beside what their words mean.
func ExampleClient_Do() {
	platform := aihuishoutest.NewServer()
	defer platform.Close()
	client, err := aihuishou.New(platform.Config())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = client.Close() }()
	var out map[string]any
	err = client.Do(context.Background(), transport.Call{
		Operation: "GetDetail",
		Method:    http.MethodPost,
		Path:      "/api/order/getDetail",
		Body:      map[string]string{"order_no": "ORD20240828001"},
		Safety:    transport.Read,
	}, &out)
	if refused, ok := errors.AsType[*transport.Error](err); ok {
		fmt.Println(refused.Code, refused.Message)
		fmt.Println(refused.Kind)
	}
	// Output:
	// 1004 订单不存在
	// not found
}
