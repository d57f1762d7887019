package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/pentagate/pentagate/providers"
)

// follow watches all orders, of whatever platform, until each has come to its
// end, and confirms what is delivered.
func (s *session) follow(ctx context.Context) {
	if len(s.book.orders()) == 0 {
		return
	}
	for event, err := range s.gateway.Watch(ctx, s.book.orders()...) {
		switch {
		case ctx.Err() != nil:
			s.book.write("Not followed any longer: %v\n", context.Cause(ctx))
			return
		case err != nil:
			s.book.say(event.Ref.Provider, "%v", err)
			s.book.change(event.Ref, func(e *entry) { e.err = err })
			continue
		}
		was := ""
		if event.Previous != "" {
			was = ", was " + event.Previous
		}
		s.book.say(event.Ref.Provider, "%s is %s (%s%s)", event.Ref.ID, event.Order.Status, event.Order.VendorStatus, was)
		if event.Order.Status == providers.StatusDelivered {
			err = s.accept(ctx, event.Ref)
		}
		s.book.change(event.Ref, func(e *entry) {
			e.status, e.err = event.Order.Status, err
			if !event.Order.Amount.IsZero() {
				e.amount = event.Order.Amount
			}
		})
	}
}

// native returns a platform's own client.
func native[T any](gateway *providers.Gateway, name string) (T, error) {
	var none T
	p, err := gateway.Provider(name)
	if err != nil {
		return none, err
	}
	client, ok := p.Native().(T)
	if !ok {
		return none, fmt.Errorf("%s has another client than %T", name, none)
	}
	return client, nil
}

var errNothingSuitable = errors.New("no offer within the price")

// choose returns the first offer that does not cost too much.
func (w wanted) choose(found []providers.Capability) (providers.Capability, error) {
	for _, c := range found {
		if c.Price.Currency == w.AtMost.Currency && !c.Price.Amount.GreaterThan(w.AtMost.Amount) {
			return c, nil
		}
	}
	return providers.Capability{}, errNothingSuitable
}
