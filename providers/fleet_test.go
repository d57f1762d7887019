package providers_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/uumit"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

// fleet is four platforms behind one gateway, and what happens on them.
type fleet struct {
	gateway   *providers.Gateway
	procure   map[string]*procuretest.Platform
	aihuishou *aihuishoutest.Platform
	uumit     *uumittest.Platform

	refs []providers.Ref
	plan []step // in the order of time
	want map[providers.Ref][]string
}

// step is one thing that the test does at a time of the watch.
type step struct {
	at time.Duration
	do func()
	// of a change of an order
	ref  providers.Ref
	word string
}

func newFleet(t *testing.T) *fleet {
	f := &fleet{
		procure:   map[string]*procuretest.Platform{"procure-a": procuretest.New(), "procure-b": procuretest.New()},
		aihuishou: aihuishoutest.New(aihuishoutest.WithCredentials("app", "secret")),
		uumit:     uumittest.New(),
		want:      make(map[providers.Ref][]string),
	}
	config := map[string]map[string]any{
		"aihuishou": {"base_url": "http://127.0.0.1:3", "app_id": "app", "app_secret": "secret"},
		"uumit":     {"base_url": "http://127.0.0.1:4", "api_key": f.uumit.APIKey(), "user_id": f.uumit.User("").ID},
	}
	network := hosts{
		"127.0.0.1:1": {handler: f.procure["procure-a"]}, // in no time, so that only the limits slow the watch down
		"127.0.0.1:2": {handler: f.procure["procure-b"], delay: 30 * time.Millisecond},
		"127.0.0.1:3": {handler: f.aihuishou, delay: 50 * time.Millisecond},
		"127.0.0.1:4": {handler: f.uumit, delay: 80 * time.Millisecond},
	}
	for i, name := range []string{"procure-a", "procure-b"} {
		app := f.procure[name].App("")
		config[name] = map[string]any{
			"provider": "procure", "base_url": fmt.Sprintf("http://127.0.0.1:%d", i+1), "app_id": app.ID, "app_secret": app.Secret,
		}
	}
	f.gateway = newGateway(t, providers.Builtin(), config, transport.WithRoundTripper(network))
	return f
}

// add takes an order into the watch, with the words it goes through after the
// first.
func (f *fleet) add(provider, id, first string, changes ...step) {
	ref := providers.Ref{Provider: provider, ID: id}
	f.refs = append(f.refs, ref)
	f.want[ref] = []string{first}
	for _, c := range changes {
		c.ref = ref
		f.plan = append(f.plan, c)
		f.want[ref] = append(f.want[ref], c.word)
	}
}

// spread returns the i-th of n moments between two.
func spread(i, n int, from, to time.Duration) time.Duration {
	return from + (to-from)*time.Duration(i)/time.Duration(n)
}

// addIntents gives each of n intents two changes at least 200 seconds apart,
// which is longer than any goes unseen. One in ten is not finished in the end.
func (f *fleet) addIntents(provider string, n int) {
	platform := f.procure[provider]
	for i := range n {
		id := platform.AddIntent(procuretest.Intent{}).ID
		at := spread(i, n, 90*time.Second, 3*time.Minute)
		set := func(at time.Duration, status procure.Status) step {
			return step{at: at, word: string(status), do: func() { platform.SetStatus(id, status) }}
		}
		changes := []step{set(at, procure.StatusProcessing)}
		switch i % 10 {
		case 9:
		case 8:
			changes = append(changes, set(at+200*time.Second, procure.StatusFailed))
		case 7:
			changes = append(changes, set(at+200*time.Second, procure.StatusCancelled))
		default:
			changes = append(changes, set(at+200*time.Second, procure.StatusCompleted))
		}
		f.add(provider, id, "SUBMITTED", changes...)
	}
}

func (f *fleet) addRecyclings(t *testing.T, n int) {
	client, err := providers.Find[interface{ Native() any }](f.gateway, "aihuishou")
	require.NoError(t, err)
	api := client.Native().(*aihuishou.Client)
	quote, err := api.GetValuation(t.Context(), aihuishou.GetValuationRequest{DeviceModel: "iPhone 15 Pro", Brand: "Apple", Condition: "good", FunctionalStatus: "normal", Storage: "256GB"})
	require.NoError(t, err)
	for i := range n {
		order, err := api.CreateOrder(t.Context(), aihuishou.CreateOrderRequest{
			ValuationID: quote.ValuationID, UserName: "张三", UserPhone: "138****6789", UserAddress: "北京市朝阳区", LogisticsType: aihuishou.LogisticsExpress,
		})
		require.NoError(t, err)
		at := spread(i, n, 90*time.Second, 3*time.Minute)
		advance := func() { f.aihuishou.AdvanceOrder(order.OrderNo) }
		changes := []step{{at: at, word: "inspecting", do: advance}}
		if i%10 != 9 {
			changes = append(changes, step{at: at + 200*time.Second, word: "completed", do: advance})
		}
		f.add("aihuishou", order.OrderNo, "pending_send", changes...)
	}
}

func (f *fleet) addPurchases(t *testing.T, n int) {
	client, err := providers.Find[interface{ Native() any }](f.gateway, "uumit")
	require.NoError(t, err)
	api := client.Native().(*uumit.Client)
	offer := f.uumit.AddCapability(uumittest.Capability{Title: "Translate a contract", PriceUT: decimal.NewFromInt(1)})
	for i := range n {
		order, err := api.Orders.Create(t.Context(), uumit.CreateOrderRequest{CapabilityID: offer.ID})
		require.NoError(t, err)
		at := spread(i, n, 90*time.Second, 150*time.Second)
		set := func(at time.Duration, status string) step {
			return step{at: at, word: status, do: func() { f.uumit.SetOrderStatus(order.ID, status) }}
		}
		changes := []step{set(at, uumittest.OrderAccepted), set(at+170*time.Second, uumittest.OrderDelivered)}
		if i%10 != 9 {
			changes = append(changes, set(at+340*time.Second, uumittest.OrderSettled))
		}
		f.add("uumit", order.ID, "frozen", changes...)
	}
}

// arrival is one request at a fake.
type arrival struct {
	at     time.Time
	status int
}

// arrivals returns each platform's requests since a moment.
func (f *fleet) arrivals(since time.Time) map[string][]arrival {
	all := make(map[string][]arrival)
	add := func(name string, at time.Time, status int) {
		if !at.Before(since) {
			all[name] = append(all[name], arrival{at, status})
		}
	}
	for name, p := range f.procure {
		for _, r := range p.Requests() {
			add(name, r.Time, r.Status)
		}
	}
	for _, r := range f.aihuishou.Requests() {
		add("aihuishou", r.Time, r.Status)
	}
	for _, r := range f.uumit.Requests() {
		add("uumit", r.Time, r.Status)
	}
	return all
}

// copyOfRequests is as large as what the fakes have recorded since a moment.
func (f *fleet) copyOfRequests(since time.Time) (copies []any) {
	keep := func(at time.Time, header http.Header, body []byte, path string) {
		if at.Before(since) {
			return
		}
		h := make(http.Header, len(header))
		for name, values := range header {
			for _, v := range values {
				h[name] = append(h[name], strings.Clone(v))
			}
		}
		copies = append(copies, &procuretest.Request{
			Method:     strings.Clone("POST " + path + " HTTP/1.1"), // the recorded method is a part of the line
			RequestURI: strings.Clone(path),
			Header:     h,
			Body:       append(make([]byte, 0, 512), body...), // as io.ReadAll makes it
		})
	}
	for _, p := range f.procure {
		for _, r := range p.Requests() {
			keep(r.Time, r.Header, r.Body, r.RequestURI)
		}
	}
	for _, r := range f.aihuishou.Requests() {
		keep(r.Time, r.Header, r.Body, r.RequestURI)
	}
	for _, r := range f.uumit.Requests() {
		keep(r.Time, r.Header, r.Body, r.RequestURI)
	}
	return copies
}

// heap returns the bytes that are in use once nothing can be collected.
func heap() int64 {
	runtime.GC()
	runtime.GC() // what had a finalizer goes in the second round
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // it fits
}

// busiest returns the most requests that fall into any window of that length.
func busiest(requests []arrival, window time.Duration) int {
	most, first := 0, 0
	for i := range requests {
		for requests[i].at.Sub(requests[first].at) >= window {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

// TestAThousandOrdersOnFourPlatforms follows them for ten minutes of virtual
// time, with the platforms' limits in force, while the platforms move them on.
func TestAThousandOrdersOnFourPlatforms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t)
		f.addIntents("procure-a", 400)
		f.addIntents("procure-b", 400)
		f.addRecyclings(t, 160)
		f.addPurchases(t, 40)
		require.Len(t, f.refs, 1000)
		time.Sleep(time.Minute + time.Second) // lets what the creates used of the limits come back
		start := time.Now()

		var early, late, recorded int64
		f.plan = append(f.plan,
			step{at: 2 * time.Minute, do: func() { early = heap() }},
			step{at: 10*time.Minute - time.Millisecond, do: func() {
				late = heap()
				copies := f.copyOfRequests(start.Add(2 * time.Minute))
				recorded = heap() - late
				runtime.KeepAlive(copies)
			}})
		slices.SortStableFunc(f.plan, func(a, b step) int { return cmp.Compare(a.at, b.at) })
		changed := make(map[providers.Ref]map[string]time.Duration)
		for _, s := range f.plan {
			if s.word != "" && changed[s.ref] == nil {
				changed[s.ref] = make(map[string]time.Duration)
			}
			if s.word != "" {
				changed[s.ref][s.word] = s.at
			}
		}
		var planned sync.WaitGroup
		planned.Go(func() {
			for _, s := range f.plan {
				time.Sleep(time.Until(start.Add(s.at)))
				s.do()
			}
		})

		// All that is kept of the events is made before the heap is measured.
		words := make(map[string]string)
		type told struct {
			ref            providers.Ref
			previous, word string
			at             time.Duration
		}
		events := make([]told, 0, 4000)
		var last error
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		for e, err := range f.gateway.Watch(ctx, f.refs...) {
			require.NoError(t, last, "an error in the middle")
			if last = err; err != nil {
				continue
			}
			for _, word := range []string{e.Previous, e.Order.VendorStatus} {
				if _, known := words[word]; !known {
					words[strings.Clone(word)] = strings.Clone(word)
				}
			}
			events = append(events, told{e.Ref, words[e.Previous], words[e.Order.VendorStatus], time.Since(start)})
		}
		planned.Wait()
		require.Equal(t, context.DeadlineExceeded, last)
		require.Equal(t, 10*time.Minute, time.Since(start))

		got := make(map[providers.Ref][]string)
		delays := make(map[string][]time.Duration)
		for _, e := range events {
			previous := ""
			if words := got[e.ref]; len(words) > 0 {
				previous = words[len(words)-1]
			}
			if previous != e.previous {
				t.Errorf("%s: %s came after %q, not after %q", e.ref, e.word, previous, e.previous)
			}
			got[e.ref] = append(got[e.ref], e.word)
			if at, isChange := changed[e.ref][e.word]; isChange {
				delays[e.ref.Provider] = append(delays[e.ref.Provider], e.at-at)
			}
		}
		total := 0
		for ref, words := range f.want {
			total += len(words)
			if !slices.Equal(words, got[ref]) { // a difference of the maps as a whole fills the screen
				t.Errorf("%s: %v instead of %v, changed at %v", ref, got[ref], words, changed[ref])
			}
		}
		assert.Equal(t, total, len(events)) //nolint:testifylint // Len would print them all

		limits := map[string]struct{ perSecond, perMinute int }{
			"procure-a": {100, 6000}, "procure-b": {100, 6000}, "aihuishou": {5, 300}, "uumit": {60, 60},
		}
		arrived := f.arrivals(start)
		for _, name := range slices.Sorted(maps.Keys(limits)) {
			requests := arrived[name]
			for _, r := range requests {
				require.Equal(t, http.StatusOK, r.status, name)
			}
			perSecond, perMinute := busiest(requests, time.Second), busiest(requests, time.Minute)
			assert.LessOrEqual(t, perSecond, limits[name].perSecond, name)
			assert.LessOrEqual(t, perMinute, limits[name].perMinute, name)
			slices.Sort(delays[name])
			n := len(delays[name])
			t.Logf("%-9s %5d requests, at most %2d in a second and %4d in a minute; %4d changes seen after %v (median), %v (longest)",
				name, len(requests), perSecond, perMinute, n, delays[name][n/2].Round(time.Second), delays[name][n-1].Round(time.Second))
		}
		growth := late - early - recorded
		t.Logf("%d events; heap %d KiB at minute 2, %d KiB at minute 10, of which the fakes' records of requests are %d KiB: %+d KiB",
			len(events), early>>10, late>>10, recorded>>10, growth>>10)
		assert.Less(t, growth, int64(512<<10), "the heap stays flat")
	})
}
