package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/pentagate/pentagate/providers"
)

// session is one run.
type session struct {
	gateway *providers.Gateway
	list    shopping
	live    bool // may change something, and move money
	book    *book
}

// flow is something to do on one platform.
type flow struct {
	provider, what string
	run            func(context.Context) (entry, error)
}

// flows are all that there is to do.
func (s *session) flows() (flows []flow) {
	if s.list.Device != nil {
		flows = append(flows, flow{"aihuishou", "recycling", s.recycle})
	}
	if s.list.Capability != nil {
		flows = append(flows, flow{"uumit", "marketplace", s.order})
	}
	if !s.live {
		return flows
	}
	for i, code := range s.list.Codes {
		flows = append(flows, flow{"codegate", fmt.Sprintf("code %d", i+1), s.redeem(code)})
	}
	if s.list.Intent != nil {
		flows = append(flows, flow{"procure", "purchase", s.purchase})
	}
	if s.list.Authorize {
		flows = append(flows, flow{"uumit-auth", "wallet", s.authorize})
	}
	return flows
}

// all runs every flow at the same time, and follows what they order.
func (s *session) all(ctx context.Context) {
	for _, verdict := range s.gateway.Health(ctx) {
		s.book.say(verdict.Provider, "%s, known after %s", verdict, verdict.Latency.Round(time.Millisecond))
	}
	var ordering, authorizing sync.WaitGroup
	for _, flow := range s.flows() {
		if _, err := s.gateway.Provider(flow.provider); err != nil {
			continue // not configured
		}
		group := &ordering
		if flow.provider == "uumit-auth" {
			group = &authorizing // takes as long as a person does: do not wait with the orders
		}
		group.Go(func() {
			e, err := flow.run(ctx)
			e.provider, e.what, e.err = flow.provider, flow.what, err
			s.book.enter(e)
		})
	}
	ordering.Wait()
	s.follow(ctx)
	authorizing.Wait()
}
