package providers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// shop is a provider whose orders change by the clock. Its words are those of
// UUMit's orders.
type shop struct {
	pace  time.Duration
	start time.Time
	// timelines holds the changes of each order, by time since start.
	timelines map[string][]change
	// fails tells how a poll of an order fails, nil if it does not.
	fails func(id string, since time.Duration) error

	mu    sync.Mutex
	polls []poll
}

type change struct {
	at   time.Duration
	word string
}

type poll struct {
	id string
	at time.Duration // since start
}

func newShop(timelines map[string][]change) *shop {
	return &shop{start: time.Now(), timelines: timelines}
}

func (s *shop) Name() string             { return "shop" }
func (s *shop) Native() any              { return s }
func (s *shop) Close() error             { return nil }
func (s *shop) PollEvery() time.Duration { return s.pace }

func (s *shop) GetOrder(ctx context.Context, id string) (providers.Order, error) {
	since := time.Since(s.start)
	s.mu.Lock()
	s.polls = append(s.polls, poll{id, since})
	s.mu.Unlock()
	if s.fails != nil {
		if err := s.fails(id, since); err != nil {
			return providers.Order{}, err
		}
	}
	order := providers.Order{ID: id}
	for _, c := range s.timelines[id] {
		if c.at <= since {
			order.VendorStatus = c.word
		}
	}
	if order.VendorStatus == "" {
		return providers.Order{}, failure(transport.ErrNotFound)
	}
	order.Status = providers.Normalize(providers.UUMitOrder, order.VendorStatus)
	return order, ctx.Err()
}

// pollsOf returns when an order was asked for.
func (s *shop) pollsOf(id string) []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var at []time.Duration
	for _, p := range s.polls {
		if p.id == id {
			at = append(at, p.at)
		}
	}
	return at
}

// ordering is a provider whose GetOrder is the test's.
type ordering struct {
	stub
	getOrder func(ctx context.Context, id string) (providers.Order, error)
}

func (o *ordering) GetOrder(ctx context.Context, id string) (providers.Order, error) {
	return o.getOrder(ctx, id)
}

func failure(kind error) error {
	return &transport.Error{Provider: "shop", Operation: "GetOrder", Kind: kind}
}

// seen is one thing that a watch told, as text, and when.
type seen struct {
	at   time.Duration
	text string
}

// tell turns an event into text: the reference, the words before and now, or
// the error.
func tell(e providers.OrderEvent, err error) string {
	if err != nil {
		return strings.TrimSpace(refText(e.Ref) + " failed: " + err.Error())
	}
	return refText(e.Ref) + " " + e.Previous + ">" + e.Order.VendorStatus
}

func refText(r providers.Ref) string {
	if r == (providers.Ref{}) {
		return ""
	}
	return r.String()
}

// follow runs a watch to its end.
func follow(ctx context.Context, g *providers.Gateway, refs ...string) []seen {
	start := time.Now()
	var told []seen
	for e, err := range g.Watch(ctx, refsOf(refs...)...) {
		told = append(told, seen{time.Since(start), tell(e, err)})
	}
	return told
}

func refsOf(texts ...string) []providers.Ref {
	var refs []providers.Ref
	for _, text := range texts {
		ref, err := providers.ParseRef(text)
		if err != nil {
			panic(err)
		}
		refs = append(refs, ref)
	}
	return refs
}

func texts(told []seen) []string {
	var out []string
	for _, s := range told {
		out = append(out, s.text)
	}
	return out
}

func TestAWatchTellsEachChangeOnceUntilTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(map[string][]change{
			"a": {{0, "frozen"}, {30 * time.Second, "accepted"}, {5 * time.Minute, "delivered"}, {12 * time.Minute, "confirmed"}},
			"b": {{0, "pending"}, {time.Minute, "cancelled"}},
			"c": {{0, "settled"}},
		})
		g := gatewayOf(t, map[string]providers.Provider{"shop": s})
		told := follow(t.Context(), g, "shop:a", "shop:b", "shop:c", "shop:a")
		assert.Equal(t, []string{"shop:a >frozen", "shop:a frozen>accepted", "shop:a accepted>delivered", "shop:a delivered>confirmed"}, only(texts(told), "shop:a"))
		assert.Equal(t, []string{"shop:b >pending", "shop:b pending>cancelled"}, only(texts(told), "shop:b"))
		assert.Equal(t, []string{"shop:c >settled"}, only(texts(told), "shop:c"))
		assert.Len(t, told, 7)
		assert.Len(t, s.pollsOf("c"), 1, "what is finished is not asked for again")
		assert.Less(t, told[6].at, 14*time.Minute+time.Second, "a change shows within two minutes")
	})
}

func only(texts []string, prefix string) []string {
	var out []string
	for _, text := range texts {
		if strings.HasPrefix(text, prefix+" ") {
			out = append(out, text)
		}
	}
	return out
}

func TestAWatchAsksLessOftenWhileNothingChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(map[string][]change{"a": {{0, "frozen"}, {8 * time.Minute, "accepted"}}})
		g := gatewayOf(t, map[string]providers.Provider{"shop": s})
		ctx, cancel := context.WithTimeout(t.Context(), 9*time.Minute)
		defer cancel()
		follow(ctx, g, "shop:a")
		var waits []time.Duration
		polls := s.pollsOf("a")
		for i := 1; i < len(polls); i++ {
			waits = append(waits, (polls[i] - polls[i-1]).Round(10*time.Millisecond))
		}
		assert.Equal(t, []time.Duration{
			5 * time.Second, 7500 * time.Millisecond, 11250 * time.Millisecond, 16880 * time.Millisecond, 25310 * time.Millisecond,
			37970 * time.Millisecond, 56950 * time.Millisecond, 85430 * time.Millisecond, 2 * time.Minute, 2 * time.Minute,
			// and from the start again after the change
			5 * time.Second, 7500 * time.Millisecond, 11250 * time.Millisecond, 16880 * time.Millisecond,
		}, waits)
	})
}

func TestAWatchKeepsTheAdaptersPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(make(map[string][]change))
		s.pace = 2 * time.Second
		var refs []string
		for i := range 30 {
			id := fmt.Sprintf("o%d", i)
			s.timelines[id] = []change{{0, "frozen"}, {3 * time.Minute, "settled"}}
			refs = append(refs, "shop:"+id)
		}
		g := gatewayOf(t, map[string]providers.Provider{"shop": s})
		told := follow(t.Context(), g, refs...)
		assert.Len(t, told, 60)
		for i := 1; i < len(s.polls); i++ {
			assert.GreaterOrEqual(t, s.polls[i].at-s.polls[i-1].at, 2*time.Second)
		}
		for _, ref := range refs {
			assert.Less(t, s.pollsOf(ref[len("shop:"):])[0], time.Minute, "every order gets its turn")
		}
	})
}

// TestThreeRefusalsInARowLeaveAnOrderOut lets the platform refuse one of two
// orders in every way, and answer other things in between.
func TestThreeRefusalsInARowLeaveAnOrderOut(t *testing.T) {
	for _, kind := range []error{transport.ErrNotFound, transport.ErrPermission, transport.ErrConflict, transport.ErrInvalid, transport.ErrRejected} {
		refusal, outage := failure(kind), failure(transport.ErrUnavailable)
		page, credentials := failure(transport.ErrMalformed), failure(transport.ErrUnauthenticated)
		for name, tc := range map[string]struct {
			script []error // of the looks at the order, one after the other; then it is there
			told   []string
			polls  int
			kept   bool
		}{
			"one":   {[]error{refusal}, nil, 2, true},
			"two":   {[]error{refusal, refusal}, nil, 3, true},
			"three": {[]error{refusal, refusal, refusal}, []string{refusal.Error()}, 3, false},
			"three with answers in between": {
				[]error{refusal, refusal, nil, refusal, refusal, nil}, nil, 6, true,
			},
			"four with an outage in between": {
				[]error{refusal, refusal, outage, refusal, refusal}, []string{outage.Error()}, 6, true,
			},
			"four with a page in between": {
				[]error{refusal, refusal, page, refusal, refusal}, []string{page.Error()}, 6, true,
			},
			"four with refused credentials in between": {
				[]error{refusal, refusal, credentials, refusal, refusal}, []string{credentials.Error()}, 6, true,
			},
		} {
			synctest.Test(t, func(t *testing.T) {
				s := newShop(map[string][]change{"a": {{0, "frozen"}}, "b": {{0, "frozen"}}})
				looks := 0
				s.fails = func(id string, _ time.Duration) error {
					if looks++; id != "a" || len(s.pollsOf("a")) > len(tc.script) {
						return nil
					}
					return tc.script[len(s.pollsOf("a"))-1]
				}
				w := gatewayOf(t, map[string]providers.Provider{"shop": s}).NewWatcher(refsOf("shop:a", "shop:b")...)
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Minute)
				defer cancel()
				var told []string
				for e, err := range w.Events(ctx) {
					if err != nil && e.Ref.ID == "a" {
						told = append(told, errors.Unwrap(err).Error())
					}
				}
				assert.Equal(t, tc.told, told, "%s: %v", name, kind)
				if tc.kept {
					assert.Equal(t, providers.Cursor{"shop:a": "frozen", "shop:b": "frozen"}, w.Cursor(), "%s: %v", name, kind)
					assert.Greater(t, len(s.pollsOf("a")), tc.polls)
				} else {
					assert.Equal(t, providers.Cursor{"shop:b": "frozen"}, w.Cursor(), "%s: %v", name, kind)
					assert.Len(t, s.pollsOf("a"), tc.polls)
				}
				assert.Greater(t, len(s.pollsOf("b")), 10, "the others are looked at all the while")
			})
		}
	}
}

// TestARefusalEndsAnOutage: the platform that refuses is there again, so that the
// next outage is another one.
func TestARefusalEndsAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(map[string][]change{"a": {{0, "settled"}}})
		script := []error{failure(transport.ErrUnavailable), failure(transport.ErrUnavailable), failure(transport.ErrNotFound), failure(transport.ErrUnavailable)}
		s.fails = func(string, time.Duration) (err error) {
			if len(script) > 0 {
				err, script = script[0], script[1:]
			}
			return err
		}
		assert.Equal(t, []string{
			"shop:a failed: providers: shop: GetOrder: unavailable",
			"shop:a failed: providers: shop: GetOrder: unavailable",
			"shop:a >settled",
		}, texts(follow(t.Context(), gatewayOf(t, map[string]providers.Provider{"shop": s}), "shop:a")))
	})
}

func TestARefusedOrderIsToldOnceWithItsReference(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(map[string][]change{"a": {{0, "frozen"}, {5 * time.Minute, "settled"}}})
		g := gatewayOf(t, map[string]providers.Provider{"shop": s})
		assert.ElementsMatch(t, []string{
			"shop:none failed: providers: shop:none: shop: GetOrder: not found", "shop:a >frozen", "shop:a frozen>settled",
		}, texts(follow(t.Context(), g, "shop:none", "shop:a")))
		assert.Len(t, s.pollsOf("none"), 3)
	})
}

// TestAReferenceOfAWrongFormIsLeftOutAtOnce: the platform's own client refuses it
// before anything is sent, and will do so for ever.
func TestAReferenceOfAWrongFormIsLeftOutAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := procuretest.New()
		app := p.App("")
		g := newGateway(t, providers.Builtin(), map[string]map[string]any{
			"procure": {"base_url": "http://127.0.0.1:1", "app_id": app.ID, "app_secret": app.Secret},
		}, transport.WithRoundTripper(hosts{"127.0.0.1:1": {handler: p}}))
		w := g.NewWatcher(refsOf("procure:..")...)
		var told []string
		for e, err := range w.Events(t.Context()) {
			told = append(told, tell(e, err))
		}
		require.Len(t, told, 1)
		assert.Contains(t, told[0], "procure:.. failed: providers: procure:..: procure: GetIntent: invalid request: ")
		assert.Empty(t, w.Cursor())
		assert.Zero(t, p.RequestCount())
	})
}

// TestOrdersOfAProviderThatIsNotThereStayInTheCursor: a gateway that lacks one
// says nothing about the order.
func TestOrdersOfAProviderThatIsNotThereStayInTheCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(map[string][]change{"a": {{0, "frozen"}, {time.Minute, "settled"}}})
		g := gatewayOf(t, map[string]providers.Provider{"shop": s, "codes": &healing{}})
		w, err := g.ResumeWatcher(providers.Cursor{"nowhere:1": "PROCESSING", "nowhere:2": "", "codes:1": "", "shop:a": ""})
		require.NoError(t, err)
		var told []string
		for e, err := range w.Events(t.Context()) {
			told = append(told, tell(e, err))
		}
		assert.ElementsMatch(t, []string{
			`nowhere:1 failed: providers: the gateway has no "nowhere": it has codes, shop`,
			`nowhere:2 failed: providers: the gateway has no "nowhere": it has codes, shop`,
			"codes:1 failed: providers: codes does not support providers.Orders",
			"shop:a >frozen", "shop:a frozen>settled",
		}, told)
		assert.Equal(t, providers.Cursor{"nowhere:1": "PROCESSING", "nowhere:2": "", "codes:1": ""}, w.Cursor())
	})
}

// TestNothingThatComesFromElsewhereEndsAWatch lets a live order of each platform
// meet the answers of what stands in front of it, four times in a row.
func TestNothingThatComesFromElsewhereEndsAWatch(t *testing.T) {
	live := map[string]string{ // and how the platform answers of its own
		"procure":   `{"code":0,"message":"success","data":{"id":"x1","status":"%s"}}`,
		"aihuishou": `{"code":0,"msg":"success","data":{"order_no":"x1","status":"%s"}}`,
		"uumit":     `{"code":0,"message":"success","data":{"id":"x1","status":"%s"}}`,
	}
	words := map[string][2]string{"procure": {"PROCESSING", "COMPLETED"}, "aihuishou": {"inspecting", "completed"}, "uumit": {"accepted", "settled"}}
	elsewhere := map[string]transporttest.Fault{
		"an empty 403":         transporttest.Status(403, ""),
		"an empty 404":         transporttest.Status(404, ""),
		"a framework's 404":    transporttest.Status(404, `{"detail":"Not Found"}`),
		"an object of another": transporttest.Status(403, `{"error":"blocked by policy"}`),
		"busy, with a code":    transporttest.Status(200, `{"code":500,"msg":"系统繁忙，请稍后重试","message":"系统繁忙，请稍后重试","data":null}`),
		"an outage":            transporttest.Status(502, "<html>"),
		"a limit":              transporttest.RateLimited("", "3"),
	}
	for _, status := range []int{200, 400, 401, 403, 404, 407, 409, 410, 413, 422} {
		elsewhere[fmt.Sprintf("a page with %d", status)] = page(status)
	}
	for adapter, answer := range live {
		for name, fault := range elsewhere {
			synctest.Test(t, func(t *testing.T) {
				faults := transporttest.NewFaults(nil)
				good := transporttest.Status(200, fmt.Sprintf(answer, words[adapter][0]))
				faults.Script(good)
				faults.Always(fault)
				start := time.Now()
				time.AfterFunc(10*time.Minute, func() { faults.Always(good) })
				time.AfterFunc(20*time.Minute, func() { faults.Always(transporttest.Status(200, fmt.Sprintf(answer, words[adapter][1]))) })
				settings := someSettings()[adapter]
				settings["base_url"] = "http://127.0.0.1:1"
				g := newGateway(t, providers.Builtin(), map[string]map[string]any{adapter: settings}, transport.WithRoundTripper(hosts{"127.0.0.1:1": {handler: faults}}))
				w := g.NewWatcher(refsOf(adapter + ":x1")...)
				var told []string
				for e, err := range w.Events(t.Context()) {
					if err != nil {
						assert.Contains(t, w.Cursor(), adapter+":x1")
						told = append(told, "failed")
						continue
					}
					told = append(told, tell(e, nil))
				}
				assert.Equal(t, []string{
					adapter + ":x1 >" + words[adapter][0], "failed", adapter + ":x1 " + words[adapter][0] + ">" + words[adapter][1],
				}, told, "%s: %s", adapter, name)
				assert.Greater(t, len(faults.Requests()), 3+4)
				assert.Less(t, time.Since(start), 20*time.Minute+watchBound)
			})
		}
	}
}

func TestWatchingNothingEndsAtOnce(t *testing.T) {
	g := gatewayOf(t, map[string]providers.Provider{"shop": newShop(nil)})
	for e, err := range g.Watch(t.Context()) {
		t.Errorf("%v, %v", e, err)
	}
}

// TestAnOutageDelaysItsOwnOrdersOnly has two platforms with the same orders,
// one of which answers 500 for two minutes.
func TestAnOutageDelaysItsOwnOrdersOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		platforms := make(map[string]*procuretest.Platform)
		faults := transporttest.NewFaults(nil)
		network := make(hosts)
		config := make(map[string]map[string]any)
		var refs []string
		for i, name := range []string{"down", "up"} {
			p := procuretest.New()
			platforms[name] = p
			address := fmt.Sprintf("127.0.0.1:%d", i+1)
			network[address] = host{handler: p.Handler(), delay: 30 * time.Millisecond}
			if name == "down" {
				network[address] = host{handler: faults.Wrap(p), delay: 30 * time.Millisecond}
			}
			app := p.App("")
			config[name] = map[string]any{"provider": "procure", "base_url": "http://" + address, "app_id": app.ID, "app_secret": app.Secret}
			for range 20 {
				refs = append(refs, name+":"+p.AddIntent(procuretest.Intent{}).ID)
			}
		}
		g := newGateway(t, providers.Builtin(), config, transport.WithRoundTripper(network))

		at := func(d time.Duration, do func()) { time.AfterFunc(d, do) }
		move := func(status procure.Status) func() {
			return func() {
				for _, p := range platforms {
					for _, intent := range p.Intents() {
						p.SetStatus(intent.ID, status)
					}
				}
			}
		}
		const outage = time.Minute
		at(outage, func() {
			faults.Reset()
			faults.Always(transporttest.Status(500, ""))
		})
		at(outage+30*time.Second, move(procure.StatusProcessing))
		requests := 0
		at(outage+2*time.Minute, func() {
			requests = len(faults.Requests())
			faults.Reset()
		})
		at(outage+7*time.Minute, move(procure.StatusCompleted))

		var failures []string
		events := make(map[string][]seen)
		for e, err := range g.Watch(t.Context(), refsOf(refs...)...) {
			if err != nil {
				require.ErrorIs(t, err, transport.ErrUnavailable)
				failures = append(failures, fmt.Sprintf("%s: %v", e.Ref.Provider, err))
				assert.Contains(t, refs, e.Ref.String())
				continue
			}
			events[e.Ref.Provider] = append(events[e.Ref.Provider], seen{time.Since(start), tell(e, nil)})
		}
		assert.Equal(t, []string{"down: providers: down: GetIntent: unavailable: the answer is not in the platform's form: something in front of it may have sent it: nothing in it (HTTP 500, 3 attempts)"}, failures)
		for name, told := range events {
			assert.Len(t, told, 60, name)
			for _, s := range told {
				if strings.HasSuffix(s.text, "SUBMITTED>PROCESSING") {
					late := s.at - outage - 30*time.Second
					if name == "up" {
						assert.Less(t, late, 90*time.Second, "no later than without the other's outage")
					} else {
						assert.Greater(t, late, 90*time.Second, "not before the platform is back")
						assert.Less(t, late, 90*time.Second+watchBound, s.text)
					}
				}
			}
		}
		for _, ref := range refs {
			var told []string
			for _, s := range events[ref[:strings.Index(ref, ":")]] {
				told = append(told, s.text)
			}
			assert.Equal(t, []string{ref + " >SUBMITTED", ref + " SUBMITTED>PROCESSING", ref + " PROCESSING>COMPLETED"}, only(told, ref))
		}
		synctest.Wait() // for what the timers did
		assert.LessOrEqual(t, requests, 9*3, "pauses of 1, 2, 4, 8, 16 and then 30 seconds, three attempts each")
		t.Logf("%d requests during the two minutes", requests)
	})
}

// watchBound is the longest that a change may go unseen once a platform
// answers: the longest wait between two looks and the longest pause.
const watchBound = 2*time.Minute + 30*time.Second + 5*time.Second

// TestEachOutageIsToldOnce has two outages, of failures of several kinds.
func TestEachOutageIsToldOnce(t *testing.T) {
	for _, kind := range []error{
		transport.ErrUnavailable, transport.ErrRateLimited, transport.ErrMalformed, transport.ErrTooLarge, transport.ErrQuota,
		transport.ErrUnauthenticated, transport.ErrRedirect, nil,
	} {
		synctest.Test(t, func(t *testing.T) {
			failed := error(&transport.Error{Kind: kind})
			if kind == nil {
				failed = errors.New("an adapter's own")
			}
			s := newShop(make(map[string][]change))
			var refs []string
			for i := range 10 {
				id := fmt.Sprintf("o%d", i)
				s.timelines[id] = []change{{0, "frozen"}, {20 * time.Minute, "settled"}}
				refs = append(refs, "shop:"+id)
			}
			s.fails = func(_ string, since time.Duration) error {
				if time.Minute < since && since < 3*time.Minute || 10*time.Minute < since && since < 12*time.Minute {
					return failed
				}
				return nil
			}
			g := gatewayOf(t, map[string]providers.Provider{"shop": s})
			var failures []error
			events := 0
			for _, err := range g.Watch(t.Context(), refsOf(refs...)...) {
				if err != nil {
					failures = append(failures, err)
				} else {
					events++
				}
			}
			assert.Equal(t, 20, events, "nothing is left out")
			require.Len(t, failures, 2, "%v", kind)
			for _, err := range failures {
				require.ErrorIs(t, err, failed)
				require.ErrorContains(t, err, "providers: shop: ")
			}
			first := 0
			for _, p := range s.polls {
				if time.Minute < p.at && p.at < 3*time.Minute {
					first++
				}
			}
			assert.LessOrEqual(t, first, 9, "pauses of 1, 2, 4, 8, 16 and then 30 seconds")
		})
	}
}

// TestOneBadOrderDoesNotHoldUpTheOthers has an order for which the platform
// always fails.
func TestOneBadOrderDoesNotHoldUpTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(map[string][]change{"bad": {{0, "frozen"}}})
		refs := []string{"shop:bad"}
		for i := range 20 {
			id := fmt.Sprintf("o%d", i)
			s.timelines[id] = []change{{0, "frozen"}, {5 * time.Minute, "settled"}}
			refs = append(refs, "shop:"+id)
		}
		s.fails = func(id string, since time.Duration) error {
			if id == "bad" && since < 15*time.Minute {
				return failure(transport.ErrUnavailable)
			}
			return nil
		}
		g := gatewayOf(t, map[string]providers.Provider{"shop": s})
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
		defer cancel()
		told := follow(ctx, g, refs...)
		assert.Equal(t, []string{"shop:bad failed: providers: shop: GetOrder: unavailable", "shop:bad >frozen"}, only(texts(told), "shop:bad"))
		for _, ref := range refs[1:] {
			assert.Equal(t, []string{ref + " >frozen", ref + " frozen>settled"}, only(texts(told), ref))
		}
		for _, s := range told {
			if strings.HasSuffix(s.text, "frozen>settled") {
				assert.Less(t, s.at, 5*time.Minute+watchBound, s.text)
			}
		}
		assert.Equal(t, "failed: context deadline exceeded", told[len(told)-1].text)
	})
}

func TestLeavingTheLoopStopsThePolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shops := make(map[string]providers.Provider)
		var refs []string
		for _, name := range []string{"s1", "s2", "s3"} {
			s := newShop(make(map[string][]change))
			for i := range 10 {
				id := fmt.Sprintf("o%d", i)
				s.timelines[id] = []change{{0, "frozen"}}
				refs = append(refs, name+":"+id)
			}
			shops[name] = s
		}
		g := gatewayOf(t, shops)
		for _, err := range g.Watch(t.Context(), refsOf(refs...)...) {
			require.NoError(t, err)
			break
		}
		polls := func() (n int) {
			for _, p := range shops {
				s := p.(*shop)
				s.mu.Lock()
				n += len(s.polls)
				s.mu.Unlock()
			}
			return n
		}
		before := polls()
		time.Sleep(time.Hour)
		assert.Equal(t, before, polls())
		// A goroutine that is left makes synctest.Test fail.
	})
}

func TestLeavingTheLoopEndsACallUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quick := newShop(map[string][]change{"a": {{0, "frozen"}}})
		slow := &ordering{getOrder: func(ctx context.Context, _ string) (providers.Order, error) {
			return providers.Order{}, wait(ctx, time.Hour)
		}}
		g := gatewayOf(t, map[string]providers.Provider{"quick": quick, "slow": slow})
		start := time.Now()
		for e, err := range g.Watch(t.Context(), refsOf("quick:a", "slow:b")...) {
			assert.Equal(t, "quick:a >frozen", tell(e, err))
			time.Sleep(time.Second)
			break
		}
		assert.Equal(t, time.Second, time.Since(start))
	})
}

func TestAPanicInTheLoopStopsThePolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gatewayOf(t, map[string]providers.Provider{"shop": newShop(map[string][]change{"a": {{0, "frozen"}}, "b": {{0, "frozen"}}})})
		w := g.NewWatcher(refsOf("shop:a", "shop:b")...)
		assert.Panics(t, func() {
			for _, err := range w.Events(t.Context()) {
				require.NoError(t, err)
				panic("the caller's")
			}
		})
		assert.Equal(t, providers.Cursor{"shop:a": "", "shop:b": ""}, w.Cursor(), "what was not dealt with is told again")
	})
}

func TestTheEndOfTheContextEndsTheWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gatewayOf(t, map[string]providers.Provider{
			"shop": newShop(map[string][]change{"a": {{0, "frozen"}}}),
			"slow": &ordering{getOrder: func(ctx context.Context, _ string) (providers.Order, error) {
				return providers.Order{}, wait(ctx, time.Hour)
			}},
		})
		deadline, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		assert.Equal(t, []seen{{0, "shop:a >frozen"}, {time.Minute, "failed: context deadline exceeded"}}, follow(deadline, g, "shop:a", "slow:b"))

		cancelled, cancel := context.WithCancel(t.Context())
		time.AfterFunc(7*time.Second, cancel)
		assert.Equal(t, []seen{{0, "shop:a >frozen"}, {7 * time.Second, "failed: context canceled"}}, follow(cancelled, g, "shop:a", "slow:b"))
		assert.Equal(t, []seen{{0, "failed: context canceled"}}, follow(cancelled, g, "shop:a"), "it has ended already")
	})
}

// TestADeadlineIsNotTakenForALimit: shortly before the end of the context the
// wait for a limit cannot succeed any more, which is no failure of a platform.
func TestADeadlineIsNotTakenForALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := procuretest.New()
		app := p.App("")
		g := newGateway(t, providers.Builtin(), map[string]map[string]any{
			"procure": {"base_url": "http://127.0.0.1:1", "app_id": app.ID, "app_secret": app.Secret},
		}, transport.WithRoundTripper(hosts{"127.0.0.1:1": {handler: p}}), transport.WithLimiter(transport.NewLimiter(nil, transport.Limit{PerSecond: 1, Burst: 1})))
		var refs []string
		for range 30 {
			refs = append(refs, "procure:"+p.AddIntent(procuretest.Intent{}).ID)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second+time.Second/2)
		defer cancel()
		told := texts(follow(ctx, g, refs...))
		assert.Equal(t, "failed: context deadline exceeded", told[len(told)-1])
		for _, text := range told[:len(told)-1] {
			assert.Contains(t, text, " >SUBMITTED")
		}
	})
}

func TestAProviderThatIsClosedKeepsItsOrdersInTheCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(map[string][]change{"a": {{0, "frozen"}}, "b": {{0, "accepted"}}})
		s.fails = func(_ string, since time.Duration) error {
			if since > time.Minute {
				return failure(transport.ErrClosed)
			}
			return nil
		}
		other := newShop(map[string][]change{"c": {{0, "frozen"}, {5 * time.Minute, "settled"}}})
		g := gatewayOf(t, map[string]providers.Provider{"shop": s, "other": other})
		w := g.NewWatcher(refsOf("shop:a", "shop:b", "other:c")...)
		var told []string
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		for e, err := range w.Events(ctx) {
			told = append(told, tell(e, err))
		}
		require.Len(t, told, 5)
		assert.Equal(t, []string{"other:c >frozen", "other:c frozen>settled"}, only(told, "other:c"), "the others go on to their end")
		assert.Contains(t, strings.Join(told, "\n"), " failed: providers: shop: GetOrder: client closed")
		assert.Equal(t, providers.Cursor{"shop:a": "frozen", "shop:b": "accepted"}, w.Cursor())
	})
}

func TestACursorIsPlainDataAndTakesAWatchUpAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(map[string][]change{
			"a": {{0, "frozen"}, {10 * time.Minute, "accepted"}, {20 * time.Minute, "delivered"}, {70 * time.Minute, "settled"}},
			"b": {{0, "frozen"}, {10 * time.Minute, "settled"}},
			"c": {{0, "frozen"}, {70 * time.Minute, "settled"}},
			"d": {{0, "settled"}},
			"e": {{0, "frozen"}, {70 * time.Minute, "settled"}},
		})
		g := gatewayOf(t, map[string]providers.Provider{"shop": s})
		w := g.NewWatcher(refsOf("shop:a", "shop:b", "shop:c", "shop:d", "shop:e", "shop:gone")...)
		assert.Equal(t, providers.Cursor{"shop:a": "", "shop:b": "", "shop:c": "", "shop:d": "", "shop:e": "", "shop:gone": ""}, w.Cursor())
		var told []string
		for e, err := range w.Events(t.Context()) {
			told = append(told, tell(e, err))
			if len(told) == 5 {
				break
			}
		}
		cursor := w.Cursor()
		require.Len(t, cursor, 6-len(only(told, "shop:d"))-len(only(told, "shop:gone")), "what is finished or left out is gone")

		text, err := json.Marshal(cursor)
		require.NoError(t, err)
		var stored providers.Cursor
		require.NoError(t, json.Unmarshal(text, &stored))
		assert.Equal(t, cursor, stored)

		time.Sleep(time.Hour)
		w, err = g.ResumeWatcher(stored)
		require.NoError(t, err)
		assert.Equal(t, cursor, w.Cursor())
		for e, err := range w.Events(t.Context()) {
			told = append(told, tell(e, err))
		}
		// What happened in between is told as one change.
		assert.Equal(t, []string{"shop:a >frozen", "shop:a frozen>delivered", "shop:a delivered>settled"}, only(told, "shop:a"))
		assert.Equal(t, []string{"shop:b >frozen", "shop:b frozen>settled"}, only(told, "shop:b"))
		assert.Equal(t, []string{"shop:c >frozen", "shop:c frozen>settled"}, only(told, "shop:c"))
		assert.Equal(t, []string{"shop:d >settled"}, only(told, "shop:d"))
		assert.Equal(t, []string{"shop:gone failed: providers: shop:gone: shop: GetOrder: not found"}, only(told, "shop:gone"))
		assert.Empty(t, w.Cursor())
	})
}

// TestAnEndThatTheCursorAlreadyHolds: a word that was unknown when the cursor
// was taken may be an end for a later version of this package.
func TestAnEndThatTheCursorAlreadyHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gatewayOf(t, map[string]providers.Provider{"shop": newShop(map[string][]change{"a": {{0, "settled"}}})})
		w, err := g.ResumeWatcher(providers.Cursor{"shop:a": "settled"})
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		var told []string
		for e, err := range w.Events(ctx) {
			told = append(told, tell(e, err))
		}
		assert.Equal(t, []string{"shop:a settled>settled"}, told)
	})
}

func TestACursorWithABrokenReferenceIsRefused(t *testing.T) {
	g := gatewayOf(t, map[string]providers.Provider{"shop": newShop(nil)})
	_, err := g.ResumeWatcher(providers.Cursor{"shop:a": "", "shop": ""})
	require.ErrorContains(t, err, "a reference must be")
	w, err := g.ResumeWatcher(nil)
	require.NoError(t, err)
	assert.Empty(t, w.Cursor())
}

// TestAWatchOfNothingTellsWhatToDo: no nil and no zero value panics.
func TestAWatchOfNothingTellsWhatToDo(t *testing.T) {
	watched := func(ctx context.Context, w *providers.Watcher) (told []string) {
		for e, err := range w.Events(ctx) {
			told = append(told, tell(e, err))
		}
		return told
	}
	const notOpen = "providers: the gateway is not open: make it with OpenGateway or OpenGatewayFromEnv"
	for name, g := range map[string]*providers.Gateway{"nil": nil, "zero": {}} {
		_, err := g.ResumeWatcher(nil)
		require.EqualError(t, err, notOpen, name)
		w := g.NewWatcher(refsOf("shop:a")...)
		assert.Equal(t, []string{"shop:a failed: " + notOpen}, watched(t.Context(), w), name)
		assert.Equal(t, providers.Cursor{"shop:a": ""}, w.Cursor(), name)
		assert.Equal(t, []seen{{0, "shop:a failed: " + notOpen}}, withoutTimes(follow(t.Context(), g, "shop:a")), name)
	}
	var none *providers.Watcher
	assert.Equal(t, []string{"failed: providers: the watcher is nil: make it with NewWatcher or ResumeWatcher"}, watched(t.Context(), none))
	assert.Nil(t, none.Cursor())
	assert.Empty(t, watched(t.Context(), new(providers.Watcher)))

	w := gatewayOf(t, map[string]providers.Provider{"shop": newShop(nil)}).NewWatcher(refsOf("shop:a")...)
	assert.Equal(t, []string{"failed: providers: invalid request: the context must not be nil"}, watched(nil, w))
	assert.Equal(t, providers.Cursor{"shop:a": ""}, w.Cursor())
}

func withoutTimes(told []seen) []seen {
	for i := range told {
		told[i].at = 0
	}
	return told
}

func TestACursorIsACopy(t *testing.T) {
	g := gatewayOf(t, map[string]providers.Provider{"shop": newShop(nil)})
	w := g.NewWatcher(refsOf("shop:a")...)
	w.Cursor()["shop:b"] = "frozen"
	assert.Equal(t, providers.Cursor{"shop:a": ""}, w.Cursor())
}

// TestNoEventIsLostOrRepeatedOverResumptions draws orders and the moments at
// which the loop is left: all that the loops were told, put together, is every
// state of every order, each once and in order.
func TestNoEventIsLostOrRepeatedOverResumptions(t *testing.T) {
	words := []string{"pending", "frozen", "accepted", "delivered", "rework", "settled"}
	rapid.Check(t, func(rt *rapid.T) {
		timelines := make(map[string][]change)
		want := make(map[string][]string)
		for i := range rapid.IntRange(1, 8).Draw(rt, "orders") {
			id, at, previous := fmt.Sprintf("o%d", i), time.Duration(0), ""
			for _, word := range words[rapid.IntRange(0, len(words)-1).Draw(rt, "first"):] {
				timelines[id] = append(timelines[id], change{at, word})
				want[id] = append(want[id], "shop:"+id+" "+previous+">"+word)
				// Longer than the longest wait, so that none is skipped.
				at += time.Duration(rapid.IntRange(130, 400).Draw(rt, "stays")) * time.Second
				previous = word
			}
		}
		pace := time.Duration(rapid.IntRange(0, 500).Draw(rt, "pace")) * time.Millisecond
		loops := rapid.SliceOfN(rapid.IntRange(1, 6), 1, 20).Draw(rt, "events of each loop")
		got, err := map[string][]string(nil), error(nil)
		synctest.Test(t, func(t *testing.T) {
			s := newShop(timelines)
			s.pace = pace
			got, err = inLoops(gatewayOf(t, map[string]providers.Provider{"shop": s}), slices.Collect(maps.Keys(timelines)), loops)
		})
		require.NoError(rt, err)
		require.Equal(rt, want, got)
	})
}

// inLoops watches orders of the shop, leaves each loop after so many events,
// and goes on with the cursor as it comes out of JSON.
func inLoops(g *providers.Gateway, ids []string, loops []int) (map[string][]string, error) {
	cursor := make(providers.Cursor)
	for _, id := range ids {
		cursor["shop:"+id] = ""
	}
	got := make(map[string][]string)
	for loop := 0; len(cursor) > 0; loop++ {
		w, err := g.ResumeWatcher(cursor)
		if err != nil {
			return nil, err
		}
		if loop > 8*6 {
			return nil, errors.New("the loops do not come to an end")
		}
		left := loops[loop%len(loops)]
		for e, err := range w.Events(context.Background()) {
			if err != nil {
				return nil, err
			}
			got[e.Ref.ID] = append(got[e.Ref.ID], tell(e, nil))
			if left--; left == 0 {
				break
			}
		}
		text, err := json.Marshal(w.Cursor())
		cursor = nil
		if err := errors.Join(err, json.Unmarshal(text, &cursor)); err != nil {
			return nil, err
		}
	}
	return got, nil
}

func TestAnUnknownWordIsFollowedAndNotTakenForTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(map[string][]change{"a": {{0, "in customs"}, {time.Minute, "sold"}, {4 * time.Minute, "settled"}}})
		g := gatewayOf(t, map[string]providers.Provider{"shop": s})
		var statuses []providers.Status
		for e, err := range g.Watch(t.Context(), refsOf("shop:a")...) {
			require.NoError(t, err)
			statuses = append(statuses, e.Order.Status)
		}
		assert.Equal(t, []providers.Status{providers.StatusUnknown, providers.StatusUnknown, providers.StatusCompleted}, statuses)
	})
}

// TestTheCallerMayBeSlow: while the loop deals with an event the polls wait,
// and no event is lost.
func TestTheCallerMayBeSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(map[string][]change{
			"a": {{0, "frozen"}, {10 * time.Minute, "accepted"}, {40 * time.Minute, "settled"}},
			"b": {{0, "frozen"}, {10 * time.Minute, "accepted"}, {40 * time.Minute, "settled"}},
		})
		g := gatewayOf(t, map[string]providers.Provider{"shop": s})
		var told []string
		for e, err := range g.Watch(t.Context(), refsOf("shop:a", "shop:b")...) {
			told = append(told, tell(e, err))
			time.Sleep(5 * time.Minute)
		}
		slices.Sort(told)
		assert.Equal(t, []string{
			"shop:a >frozen", "shop:a accepted>settled", "shop:a frozen>accepted",
			"shop:b >frozen", "shop:b accepted>settled", "shop:b frozen>accepted",
		}, told)
	})
}
