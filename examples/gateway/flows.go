package main

import (
	"context"
	"errors"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/uumit"
)

// What several platforms could do is asked for as a capability, such as
// providers.Codes; what only one of them does is asked of its own client.

func (s *session) redeem(text string) func(context.Context) (entry, error) {
	return func(ctx context.Context) (e entry, err error) {
		codes, err := providers.Find[providers.Codes](s.gateway, "codegate")
		if err != nil {
			return e, err
		}
		code, err := codes.RedeemCode(ctx, text, "pentagate-gateway")
		e.id, e.status = code.ID, code.Status
		return e, err
	}
}

// purchase leaves a call alone whose answer was lost, as the client does: a
// second one would buy a second time.
func (s *session) purchase(ctx context.Context) (e entry, err error) {
	intents, err := providers.Find[providers.Intents](s.gateway, "procure")
	if err != nil {
		return e, err
	}
	intent, err := intents.CreateIntent(ctx, *s.list.Intent)
	if err != nil {
		return e, err
	}
	s.book.say("procure", "intent %s is %s", intent.ID, intent.Status)
	e.id, e.status = intent.ID, intent.Status
	intent, err = intents.ExecuteIntent(ctx, intent.ID)
	if err == nil {
		e.status = intent.Status
	}
	return e, err
}

func (s *session) recycle(ctx context.Context) (e entry, err error) {
	valuations, err := providers.Find[providers.Valuations](s.gateway, "aihuishou")
	if err != nil {
		return e, err
	}
	valuation, err := valuations.ValueDevice(ctx, *s.list.Device)
	if err != nil {
		return e, err
	}
	e.amount = valuation.Price
	s.book.say("aihuishou", "the device is worth %s", valuation.Price)
	if !s.live || s.list.PickUp == nil {
		return e, nil
	}
	client, err := native[*aihuishou.Client](s.gateway, "aihuishou")
	if err != nil {
		return e, err
	}
	order, err := client.CreateOrder(ctx, aihuishou.CreateOrderRequest{
		ValuationID:   valuation.ID,
		UserName:      s.list.PickUp.Name,
		UserPhone:     s.list.PickUp.Phone,
		UserAddress:   s.list.PickUp.Address,
		LogisticsType: aihuishou.LogisticsExpress,
	})
	if err == nil {
		e.id, e.status = order.OrderNo, providers.Normalize(providers.AihuishouOrder, string(order.Status))
	}
	return e, err
}

func (s *session) order(ctx context.Context) (e entry, err error) {
	market, err := providers.Find[providers.CapabilitySearch](s.gateway, "uumit")
	if err != nil {
		return e, err
	}
	found, err := market.SearchCapabilities(ctx, s.list.Capability.Query, 5)
	if err != nil {
		return e, err
	}
	offer, err := s.list.Capability.choose(found)
	if err != nil {
		return e, err
	}
	e.amount = offer.Price
	s.book.say("uumit", "of %d offers the first within the price costs %s", len(found), offer.Price)
	if !s.live {
		return e, nil
	}
	client, err := native[*uumit.Client](s.gateway, "uumit")
	if err != nil {
		return e, err
	}
	order, err := client.Orders.Create(ctx, uumit.CreateOrderRequest{CapabilityID: offer.ID, DemandDescription: &s.list.Capability.Demand})
	if err == nil {
		e.id, e.status = order.ID, providers.Normalize(providers.UUMitOrder, string(order.Status))
	}
	return e, err
}

// accept confirms a delivery of the marketplace, which pays the seller.
func (s *session) accept(ctx context.Context, ref providers.Ref) error {
	client, err := native[*uumit.Client](s.gateway, ref.Provider)
	if err == nil {
		_, err = client.Orders.Confirm(ctx, ref.ID)
	}
	return err
}

// authorize obtains credentials, and reads the wallet that they open.
func (s *session) authorize(ctx context.Context) (e entry, err error) {
	device, err := providers.Find[providers.DeviceAuthorization](s.gateway, "uumit-auth")
	if err != nil {
		return e, err
	}
	authorization, err := device.StartAuthorization(ctx)
	if err != nil {
		return e, err
	}
	s.book.say("uumit-auth", "please confirm at %s", authorization.VerificationURL)
	opened, err := device.AwaitAuthorization(ctx, authorization)
	if err != nil {
		return e, err
	}
	client, ok := opened.Native().(*uumit.Client)
	if !ok {
		return e, errors.New("the provider obtained is not UUMit's")
	}
	wallet, err := client.Wallet.Get(ctx)
	if err != nil {
		return e, err
	}
	e.status = "open"
	if available := wallet.UT.Available; available.Valid {
		e.amount = providers.Money{Amount: available.Decimal, Currency: providers.UT}
	}
	return e, nil
}
