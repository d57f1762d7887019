package main

import (
	"context"
	"io"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// offline goes all the way with a fake platform, whose orders go on once a day,
// on a clock that waits in no time.
func offline(ctx context.Context, stdout io.Writer) error {
	clock := transporttest.NewClock(time.Date(2024, 8, 28, 7, 30, 0, 0, time.UTC))
	platform := aihuishoutest.NewServer(aihuishoutest.WithClock(clock.Now), aihuishoutest.WithProgress(24*time.Hour))
	defer platform.Close()
	client, err := aihuishou.New(platform.Config(), transport.WithClock(clock))
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	s := sale{client: client, out: stdout, person: aihuishou.CreateOrderRequest{
		UserName: "张三", UserPhone: "138****6789", UserAddress: "北京市朝阳区XX街道XX小区",
	}}
	s.say("No credentials in the environment: this is the fake platform.")
	for _, step := range []func(context.Context) error{s.quote, s.create, s.detail, s.wait, s.result, s.settle, s.tradeIn} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// wait follows the order until it is completed. That word is the fake
// platform's: the real one's are not published.
func (s *sale) wait(ctx context.Context) error {
	_, err := s.client.WaitOrder(ctx, aihuishou.WaitOrderRequest{
		OrderNo:  s.order.OrderNo,
		Until:    []aihuishou.OrderStatus{aihuishoutest.StatusCompleted},
		Interval: time.Hour,
		OnChange: func(d *aihuishou.OrderDetail) error {
			s.say("  now %s", string(d.Status))
			return nil
		},
	})
	return err
}

func (s *sale) result(ctx context.Context) error {
	trace, err := s.client.GetLogisticsTrace(ctx, aihuishou.GetLogisticsTraceRequest{LogisticsNo: s.order.ExpressNo, LogisticsCompany: s.order.ExpressCompany})
	if err != nil {
		return err
	}
	result, err := s.client.GetInspectionResult(ctx, s.order.OrderNo)
	if err != nil {
		return err
	}
	s.say("The parcel is %s, the final price %s.", trace.Status, yuan(result.FinalPrice))
	return nil
}

func (s *sale) settle(ctx context.Context) error {
	settlement, err := s.client.GetSettlement(ctx, aihuishou.GetSettlementRequest{OrderNo: s.order.OrderNo})
	if err != nil {
		return err
	}
	s.say("Settlement %s: %s.", settlement.SettlementNo, yuan(settlement.SettlementAmount))
	return nil
}

func (s *sale) tradeIn(ctx context.Context) error {
	linked, err := s.client.CreateTradeIn(ctx, aihuishou.CreateTradeInRequest{RecycleOrderNo: s.order.OrderNo, NewMachineOrderNo: "NEW-0001"})
	if err != nil {
		return err
	}
	s.say("Trade-in %s: %s off the new one.", linked.TradeInNo, yuan(linked.SubsidyAmount))
	return nil
}

func yuan(amount *decimal.Decimal) string {
	if amount == nil {
		return "an amount not named"
	}
	return "CNY " + amount.StringFixed(2)
}

// mask keeps personal data off the screen but for their beginning.
func mask(s string) string {
	runes := []rune(s)
	return string(runes[:min(2, len(runes)/2)]) + "…"
}
