package providers

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pentagate/pentagate/transport"
)

// How a watch polls. A platform's own limits come on top: polls wait for
// them like any call.
const (
	// watchFirst is the wait before an order is looked at for the second time.
	watchFirst = 5 * time.Second
	// watchLongest is the longest wait while nothing changes: each look that
	// finds nothing new makes the wait half as long again.
	watchLongest = 2 * time.Minute
	// watchPause is the first pause of a platform that fails; it doubles.
	watchPause = time.Second
	// watchLongestPause caps that.
	watchLongestPause = 30 * time.Second
)

// OrderEvent is a change of an order that is watched.
type OrderEvent struct {
	Ref Ref `json:"ref"`
	// Order is as it stands now. It is zero beside an error.
	Order Order `json:"order"`
	// Previous is the platform's word for the state before, "" for an order
	// that is seen for the first time.
	Previous string `json:"previous,omitempty"`
}

// Cursor remembers what a watch has reported: the platform's word for the
// state of every order that is not finished, by reference. It is plain data,
// for JSON or any other store.
type Cursor map[string]string

// Watch follows orders over several providers and yields each change once, in
// the order of an order's changes; the state an order is first seen in counts
// as one. Each provider is polled on its own, one order at a time, no faster
// than its adapter allows ([Paced]), and less often while nothing changes.
//
// An error comes with the reference it belongs to. Only the platform itself can
// say that an order cannot be followed, and it has to say so three times in a
// row ([transport.MaxRefusals]): not found, not allowed, or any other refusal of
// the request. The third one is reported, and the order is left out. One that
// breaks a rule of the platform's before it is sent, as an id of a wrong form
// does, is reported and left out at once.
//
// Nothing else is about an order: not an outage, a limit, a quota, or the page of
// something in front of the platform. Refused credentials ([transport.ErrUnauthenticated])
// are not either, since they hold for all orders of a provider and may be
// mended. Such a provider is reported once, paused for up to 30 seconds at a time
// and asked again, without delay for the others; it is reported again when it
// fails after it has answered. An order that alone fails does not hold up its
// provider's others.
//
// The loop ends when every order is finished or left out, when the caller leaves
// it, and with the context's error when that ends. Orders of a provider that the
// gateway has not, or that was closed, are reported and not followed, but stay
// in the cursor of a [Watcher].
//
// Paces and pauses go by the clock that the gateway's options gave. An order of a
// provider that a [Gateway.Reload] has changed is asked for at the new one.
//
// To go on later where a watch was left, see [Gateway.NewWatcher].
func (g *Gateway) Watch(ctx context.Context, refs ...Ref) iter.Seq2[OrderEvent, error] {
	return g.NewWatcher(refs...).Events(ctx)
}

// Watcher is a watch that can be resumed. Its zero value has nothing to watch.
type Watcher struct {
	gateway *Gateway

	mu   sync.Mutex
	seen map[Ref]string // unfinished orders, "" before they are seen
}

// NewWatcher returns a watcher of the orders.
func (g *Gateway) NewWatcher(refs ...Ref) *Watcher {
	w := &Watcher{gateway: g, seen: make(map[Ref]string, len(refs))}
	for _, ref := range refs {
		w.seen[ref] = ""
	}
	return w
}

// ResumeWatcher returns a watcher that goes on where the cursor was taken:
// changes since then are reported, those before are not reported again. A nil
// cursor is an empty one.
func (g *Gateway) ResumeWatcher(c Cursor) (*Watcher, error) {
	if err := g.problem(); err != nil {
		return nil, err
	}
	w := &Watcher{gateway: g, seen: make(map[Ref]string, len(c))}
	for text, status := range c {
		ref, err := ParseRef(text)
		if err != nil {
			return nil, err
		}
		w.seen[ref] = status
	}
	return w, nil
}

// Cursor returns what was reported so far. An event counts as reported when
// the loop asks for the next one or ends.
func (w *Watcher) Cursor() Cursor {
	if w == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	c := make(Cursor, len(w.seen))
	for ref, status := range w.seen {
		c[ref.String()] = status
	}
	return c
}

var errNoWatcher = errors.New("providers: the watcher is nil: make it with NewWatcher or ResumeWatcher")

// Events is [Gateway.Watch] for a watcher. One loop at a time.
func (w *Watcher) Events(ctx context.Context) iter.Seq2[OrderEvent, error] {
	return func(yield func(OrderEvent, error) bool) {
		if w == nil {
			yield(OrderEvent{}, errNoWatcher)
			return
		}
		if ctx == nil {
			yield(OrderEvent{}, errNoContext)
			return
		}
		polling, stop := context.WithCancel(undated{ctx})
		found := make(chan finding)
		var wg sync.WaitGroup
		for name, followed := range w.byProvider() {
			wg.Go(func() { w.follow(polling, name, followed, found) })
		}
		go func() {
			wg.Wait()
			close(found)
		}()
		defer func() {
			stop()
			for range found { // until the last poll has ended
			}
		}()
		for f := range found {
			more := yield(f.event, f.err)
			w.reported(f)
			if !more {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(OrderEvent{}, err)
		}
	}
}

// undated hides when a context ends: a limiter would refuse the last polls
// before that as too late, and that is no failure of a platform.
type undated struct{ context.Context }

func (undated) Deadline() (time.Time, bool) { return time.Time{}, false }

// finding is what a poll has to report.
type finding struct {
	event OrderEvent
	err   error
	last  bool // the order is not followed any more
}

func (w *Watcher) reported(f finding) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case f.last:
		delete(w.seen, f.event.Ref)
	case f.err == nil:
		w.seen[f.event.Ref] = f.event.Order.VendorStatus
	}
}

func (w *Watcher) byProvider() map[string]schedule {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make(map[string]schedule)
	byText := func(a, b Ref) int { return strings.Compare(a.String(), b.String()) }
	for _, ref := range slices.SortedFunc(maps.Keys(w.seen), byText) {
		out[ref.Provider] = append(out[ref.Provider], &followedOrder{ref: ref, status: w.seen[ref], wait: watchFirst})
	}
	return out
}

// followedOrder is an order and when to look at it next.
type followedOrder struct {
	ref      Ref
	status   string
	due      time.Time
	wait     time.Duration
	failing  bool // its last poll failed
	refusals int  // of the platform itself, in a row
}

// nothingNew puts the next look off.
func (o *followedOrder) nothingNew(now time.Time) {
	o.wait = min(o.wait*3/2, watchLongest)
	o.due = now.Add(o.wait)
}

// schedule is a heap of orders, the next one first.
type schedule []*followedOrder

func (s schedule) Len() int           { return len(s) }
func (s schedule) Less(i, j int) bool { return s[i].due.Before(s[j].due) }
func (s schedule) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *schedule) Push(v any)        { *s = append(*s, v.(*followedOrder)) }
func (s *schedule) Pop() any {
	last := len(*s) - 1
	v := (*s)[last]
	(*s)[last] = nil
	*s = (*s)[:last]
	return v
}

// give reports of each order that it cannot be followed.
func (s schedule) give(err error, report func(finding) bool) {
	for _, o := range s {
		if !report(finding{event: OrderEvent{Ref: o.ref}, err: err}) {
			return
		}
	}
}

// clockOf returns the clock that the options gave for a provider.
func (g *Gateway) clockOf(name string) (transport.Clock, error) {
	var clock transport.Clock
	_, err := g.entry(name, func(e *entry) { clock = e.clock })
	return clock, err
}

// follow polls the orders of one provider until none is left.
func (w *Watcher) follow(ctx context.Context, name string, orders schedule, found chan<- finding) {
	report := func(f finding) bool {
		select {
		case found <- f:
			return true
		case <-ctx.Done():
			return false
		}
	}
	clock, err := w.gateway.clockOf(name)
	if err != nil {
		orders.give(err, report)
		return
	}
	begin := clock.Now()
	for i, o := range orders {
		o.due = begin.Add(time.Duration(i)) // a nanosecond apart, so that the first round goes by reference
	}
	heap.Init(&orders)
	var pause time.Duration // of a provider that fails
	var known bool          // that it does
	for notBefore := begin; orders.Len() > 0; {
		o := orders[0]
		if clock.Sleep(ctx, later(o.due, notBefore).Sub(clock.Now())) != nil {
			return
		}
		var order Order
		var pace time.Duration
		asked := false
		was := w.gateway.current()[name]
		// Asked for anew each time: a reload may have put another one in.
		err := Use(w.gateway, name, func(api Orders) (err error) {
			asked = true
			if p, ok := api.(Paced); ok {
				pace = p.PollEvery()
			}
			order, err = api.GetOrder(ctx, o.ref.ID)
			return err
		})
		if !asked {
			orders.give(err, report)
			return
		}
		now := clock.Now()
		notBefore = now.Add(pace)
		if refused(err) && !misformed(err) {
			pause, known, o.failing = 0, false, false // the platform answers
			o.refusals++
		}
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, transport.ErrClosed) && w.gateway.current()[name] != was:
			continue // closed by a reload that did not wait: the order is due at the new one
		case errors.Is(err, transport.ErrClosed):
			report(finding{event: OrderEvent{Ref: o.ref}, err: about(name, err)})
			return
		case misformed(err), o.refusals == transport.MaxRefusals:
			heap.Pop(&orders)
			if !report(finding{event: OrderEvent{Ref: o.ref}, err: fmt.Errorf("providers: %s: %w", o.ref, err), last: true}) {
				return
			}
			continue
		case refused(err):
			o.nothingNew(now)
			heap.Fix(&orders, 0)
			continue
		case err != nil:
			o.refusals = 0
			// What failed before fails alone or is part of what was reported.
			if !known && !o.failing {
				known = true
				if !report(finding{event: OrderEvent{Ref: o.ref}, err: about(name, err)}) {
					return
				}
			}
			pause = min(max(2*pause, watchPause), watchLongestPause)
			notBefore = now.Add(max(pause, pace))
			// The next order goes first: this one may be all that fails.
			o.failing = true
			o.nothingNew(now)
			heap.Fix(&orders, 0)
			continue
		}
		pause, known, o.failing, o.refusals = 0, false, false, 0
		finished := order.Status.Terminal()
		if order.VendorStatus == o.status && !finished {
			o.nothingNew(now)
			heap.Fix(&orders, 0)
			continue
		}
		if !report(finding{event: OrderEvent{Ref: o.ref, Order: order, Previous: o.status}, last: finished}) {
			return
		}
		if finished {
			heap.Pop(&orders)
			continue
		}
		o.status, o.wait = order.VendorStatus, watchFirst
		o.due = clock.Now().Add(o.wait) // the caller may have taken its time
		heap.Fix(&orders, 0)
	}
}

// refused reports whether an error is a refusal of this order. Only answers of
// the platform itself are of these classes: see [transport.Config].
func refused(err error) bool {
	for _, kind := range []error{transport.ErrNotFound, transport.ErrPermission, transport.ErrConflict, transport.ErrInvalid, transport.ErrRejected} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// misformed reports whether the platform's own client refused the reference
// before anything was sent: time does not mend that.
func misformed(err error) bool {
	e, ok := errors.AsType[*transport.Error](err)
	return ok && e.Attempts == 0 && len(e.Fields) > 0 && errors.Is(e, transport.ErrInvalid)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
