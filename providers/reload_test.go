package providers_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// TestNoCallFailsUnderReloads makes 1,000 calls from 16 goroutines on real
// sockets while 20 reloads change one entry, leave one and add and remove a
// third.
func TestNoCallFailsUnderReloads(t *testing.T) {
	leaks := goleak.IgnoreCurrent()
	srv := procuretest.NewServer(procuretest.WithoutLimits())
	id := srv.AddIntent(procuretest.Intent{}).ID
	config := func(i int) map[string]map[string]any {
		fast := map[string]any{"limits": map[string]any{"query": 1e5, "all": 1e5 - float64(i)}}
		config := map[string]map[string]any{
			"changing": procureSettings(srv.Platform, srv.URL, fast),
			"steady":   procureSettings(srv.Platform, srv.URL, map[string]any{"limits": map[string]any{"query": 1e5, "all": 1e5}}),
		}
		if i%2 == 1 {
			config["third"] = procureSettings(srv.Platform, srv.URL, nil)
		}
		return config
	}
	g, err := providers.OpenGateway(providers.Builtin(), config(0))
	require.NoError(t, err)
	steady := held(t, g, "steady")
	first := held(t, g, "changing")

	var begun, failed atomic.Int32
	done := make(chan error, 1000)
	call := func(i int32) error {
		name := []string{"changing", "changing", "steady"}[i%3]
		if i%2 == 0 {
			_, err := g.Order(t.Context(), providers.Ref{Provider: name, ID: id})
			return err
		}
		return providers.Use(g, name, func(intents providers.Intents) error {
			_, err := intents.GetIntent(t.Context(), id)
			return err
		})
	}
	for range 16 {
		go func() {
			for i := begun.Add(1); i <= 1000; i = begun.Add(1) {
				done <- call(i)
			}
		}()
	}
	reloads := 0
	for i := range 1000 {
		if err := <-done; err != nil {
			failed.Add(1)
			t.Error(err)
		}
		if i%50 == 25 {
			reloads++
			require.NoError(t, g.Reload(t.Context(), config(reloads)))
		}
	}
	assert.Equal(t, 20, reloads)
	assert.Zero(t, failed.Load())
	assert.Equal(t, 1000, srv.RequestCount())
	assert.Same(t, steady, held(t, g, "steady"), "with its limits and connections")
	assert.NotSame(t, first, held(t, g, "changing"))
	_, err = capable[providers.Orders](t, first).GetOrder(t.Context(), id)
	require.ErrorIs(t, err, transport.ErrClosed)
	_, err = g.Provider("third")
	require.EqualError(t, err, `providers: the gateway has no "third": it has changing, steady`)

	require.NoError(t, g.Close())
	srv.Close()
	goleak.VerifyNone(t, leaks)
}

// held returns a provider of a gateway without keeping reloads waiting.
func held(t *testing.T, g *providers.Gateway, name string) providers.Provider {
	t.Helper()
	var provider providers.Provider
	require.NoError(t, providers.Use(g, name, func(p providers.Provider) error {
		provider = p
		return nil
	}))
	return provider
}

// TestACallThatBeginsAsAReloadEndsIsTaken asks with Find for each call: between
// that and the call a reload may happen.
func TestACallThatBeginsAsAReloadEndsIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		platform := procuretest.New(procuretest.WithoutLimits())
		id := platform.AddIntent(procuretest.Intent{}).ID
		network := hosts{"127.0.0.1:1": {handler: platform, delay: 30 * time.Millisecond}}
		settings := func(i int) map[string]map[string]any {
			return map[string]map[string]any{"shop": procureSettings(platform, "http://127.0.0.1:1", map[string]any{"user_agent": fmt.Sprint("shop/", i)})}
		}
		g := newGateway(t, providers.Builtin(), settings(0), transport.WithRoundTripper(network), transport.WithLimiter(transport.NoLimits))
		var wg sync.WaitGroup
		var calls atomic.Int32
		ended := make(chan struct{})
		for range 16 {
			wg.Go(func() {
				for {
					orders, err := providers.Find[providers.Orders](g, "shop")
					assert.NoError(t, err)
					time.Sleep(500 * time.Millisecond)
					_, err = orders.GetOrder(t.Context(), id)
					assert.NoError(t, err)
					calls.Add(1)
					select {
					case <-ended:
						return
					default:
					}
				}
			})
		}
		for i := range 20 {
			time.Sleep(250 * time.Millisecond) // all have found the provider, and most not called it
			require.NoError(t, g.Reload(t.Context(), settings(i+1)))
		}
		close(ended)
		wg.Wait()
		assert.Greater(t, calls.Load(), int32(500))
	})
}

// life is an adapter's provider that tells what happens to it.
type life struct {
	ordering
	closed atomic.Bool
}

func (l *life) Close() error {
	l.closed.Store(true)
	return nil
}

// living is an adapter whose providers answer with their setting "word", after
// as long as they are told to.
type living struct {
	mu      sync.Mutex
	opened  []*life
	options [][]transport.Option
	delay   time.Duration
}

func (l *living) adapter() providers.Adapter {
	return providers.Adapter{Name: "living", Open: func(settings map[string]any, opts ...transport.Option) (providers.Provider, error) {
		var s struct {
			Word   string         `mapstructure:"word" required:"true"`
			Key    signing.Secret `mapstructure:"key"`
			CAFile string         `mapstructure:"ca_file"`
		}
		if err := providers.Decode(transport.NameOf("living", opts...), settings, &s); err != nil {
			return nil, err
		}
		p := &life{}
		p.getOrder = func(_ context.Context, id string) (providers.Order, error) {
			time.Sleep(l.delay)
			return providers.Order{ID: id, VendorStatus: s.Word, Status: providers.Normalize(providers.UUMitOrder, s.Word)}, nil
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.opened, l.options = append(l.opened, p), append(l.options, opts)
		return p, nil
	}}
}

// at returns the provider that was opened as the i-th.
func (l *living) at(i int) *life {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.opened[i]
}

func (l *living) registry(t *testing.T) *providers.Registry {
	t.Helper()
	r := providers.NewRegistry()
	require.NoError(t, r.Register(l.adapter()))
	return r
}

func words(of map[string]string) map[string]map[string]any {
	config := make(map[string]map[string]any)
	for name, word := range of {
		config[name] = map[string]any{"provider": "living", "word": word}
	}
	return config
}

// TestARunningCallEndsOnTheOldProvider: it is closed behind the call, and the
// reload waits for that.
func TestARunningCallEndsOnTheOldProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &living{delay: 10 * time.Second}
		g := newGateway(t, l.registry(t), words(map[string]string{"a": "frozen", "b": "frozen"}))
		var wg sync.WaitGroup
		wg.Go(func() {
			order, err := g.Order(t.Context(), providers.Ref{Provider: "a", ID: "1"})
			assert.NoError(t, err)
			assert.Equal(t, "frozen", order.VendorStatus)
			assert.False(t, l.at(0).closed.Load())
		})
		synctest.Wait()
		start := time.Now()
		wg.Go(func() {
			assert.NoError(t, g.Reload(t.Context(), words(map[string]string{"a": "settled"})))
			assert.Equal(t, 10*time.Second, time.Since(start))
			assert.True(t, l.at(0).closed.Load())
		})
		time.Sleep(time.Second)
		assert.True(t, l.at(1).closed.Load(), "b is gone, and nobody used it")
		order, err := g.Order(t.Context(), providers.Ref{Provider: "a", ID: "1"})
		require.NoError(t, err)
		assert.Equal(t, "settled", order.VendorStatus, "new calls go to the new one at once")
		wg.Wait()
		assert.False(t, l.at(2).closed.Load())
	})
}

// TestTheContextBoundsTheWaitForRunningCalls; the configuration is in force.
func TestTheContextBoundsTheWaitForRunningCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &living{delay: time.Minute}
		g := newGateway(t, l.registry(t), words(map[string]string{"a": "frozen"}))
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := g.Order(t.Context(), providers.Ref{Provider: "a", ID: "1"})
			assert.NoError(t, err)
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		err := g.Reload(ctx, words(map[string]string{"b": "frozen"}))
		require.EqualError(t, err, "providers: a: context deadline exceeded")
		assert.Equal(t, 5*time.Second, time.Since(start))
		assert.True(t, l.at(0).closed.Load())
		assert.Equal(t, []string{"b"}, g.Names())

		err = g.Reload(ctx, nil)
		require.EqualError(t, err, "providers: not reloaded: context deadline exceeded")
		assert.Equal(t, []string{"b"}, g.Names(), "a context that has ended changes nothing")
		wg.Wait()
	})
}

// TestClosingEndsAReload that waits for a call.
func TestClosingEndsAReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &living{delay: time.Minute}
		g := newGateway(t, l.registry(t), words(map[string]string{"a": "frozen"}))
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = g.Order(t.Context(), providers.Ref{Provider: "a", ID: "1"}) })
		synctest.Wait()
		wg.Go(func() {
			assert.ErrorIs(t, g.Reload(t.Context(), words(map[string]string{"a": "settled"})), context.Canceled)
		})
		synctest.Wait()
		require.NoError(t, g.Close())
		synctest.Wait()
		assert.True(t, l.at(0).closed.Load())
		assert.True(t, l.at(1).closed.Load())
		err := g.Reload(t.Context(), words(map[string]string{"a": "frozen"}))
		require.EqualError(t, err, "providers: not reloaded: client closed")
		require.ErrorIs(t, err, transport.ErrClosed)
		assert.True(t, l.at(2).closed.Load(), "nothing is opened behind a close")
		wg.Wait()
	})
}

// TestAWrongConfigurationChangesNothing: what was opened for it is closed.
func TestAWrongConfigurationChangesNothing(t *testing.T) {
	l := &living{}
	g := newGateway(t, l.registry(t), words(map[string]string{"a": "frozen", "b": "frozen"}))
	before := held(t, g, "a")
	wrong := words(map[string]string{"a": "settled", "c": ""})
	wrong["x:y"], wrong["d"] = nil, map[string]any{"provider": "other"}
	err := g.Reload(t.Context(), wrong)
	require.EqualError(t, err, `providers: c: Open: invalid request: word is missing
providers: d: unknown provider "other": known are living
providers: "x:y" cannot name a provider: it must not be empty or hold a colon`)
	assert.Equal(t, []string{"a", "b"}, g.Names())
	assert.Same(t, before, held(t, g, "a"))
	require.Len(t, l.opened, 3)
	assert.False(t, l.at(0).closed.Load())
	assert.False(t, l.at(1).closed.Load())
	assert.True(t, l.at(2).closed.Load())
}

// TestWhatCountsAsAChange: each step is a reload, and tells how many providers
// it opens.
func TestWhatCountsAsAChange(t *testing.T) {
	l := &living{}
	file := writeFile(t, []byte("one"))
	with := func(more map[string]any) map[string]map[string]any {
		config := map[string]map[string]any{"a": {"provider": "living", "word": "frozen", "ca_file": file}}
		maps.Copy(config["a"], more)
		return config
	}
	g := newGateway(t, l.registry(t), with(nil))
	key := map[string]any{"key": signing.NewSecret("k1")}
	for _, step := range []struct {
		what   string
		change func() map[string]map[string]any
		opened int
	}{
		{"the same", func() map[string]map[string]any { return with(nil) }, 0},
		{"another word", func() map[string]map[string]any { return with(map[string]any{"word": "settled"}) }, 1},
		{"the first one again", func() map[string]map[string]any { return with(nil) }, 1},
		{"a secret", func() map[string]map[string]any { return with(key) }, 1},
		{"the same secret", func() map[string]map[string]any { return with(map[string]any{"key": signing.NewSecret("k1")}) }, 0},
		{"another secret", func() map[string]map[string]any { return with(map[string]any{"key": signing.NewSecret("k2")}) }, 1},
		{"a file that was written anew", func() map[string]map[string]any {
			require.NoError(t, os.WriteFile(file, []byte("two"), 0o600))
			return with(map[string]any{"key": signing.NewSecret("k2")})
		}, 1},
		{"the same file", func() map[string]map[string]any { return with(map[string]any{"key": signing.NewSecret("k2")}) }, 0},
	} {
		before := len(l.opened)
		require.NoError(t, g.Reload(t.Context(), step.change()), step.what)
		assert.Equal(t, step.opened, len(l.opened)-before, step.what)
	}
}

// TestTheOptionsOfAnEntryStayWithItsName over reloads, and those of all too.
func TestTheOptionsOfAnEntryStayWithItsName(t *testing.T) {
	l := &living{}
	clock, other := transporttest.NewClock(time.Now()), transporttest.NewClock(time.Now())
	g, err := providers.OpenEntries(l.registry(t), map[string]providers.Entry{
		"a": {Settings: map[string]any{"provider": "living", "word": "frozen"}, Options: []transport.Option{transport.WithClock(clock)}},
	}, transport.WithClock(other))
	require.NoError(t, err)
	defer func() { require.NoError(t, g.Close()) }()
	require.NoError(t, g.Reload(t.Context(), nil))
	require.NoError(t, g.Reload(t.Context(), words(map[string]string{"a": "settled", "b": "settled"})))
	require.Len(t, l.options, 3)
	assert.Same(t, clock, transport.ClockOf(l.options[0]...))
	assert.Same(t, clock, transport.ClockOf(l.options[1]...))
	assert.Same(t, other, transport.ClockOf(l.options[2]...))
	assert.Equal(t, "b", transport.NameOf("living", l.options[2]...))
}

// TestAWatchFollowsAReload: an order of a provider that changed is asked for at
// the new one, and one of a provider that is gone stays in the cursor.
func TestAWatchFollowsAReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &living{}
		g := newGateway(t, l.registry(t), words(map[string]string{"changed": "frozen", "gone": "frozen", "kept": "settled"}))
		w := g.NewWatcher(providers.Ref{Provider: "changed", ID: "1"}, providers.Ref{Provider: "gone", ID: "1"}, providers.Ref{Provider: "kept", ID: "1"})
		var told []string
		for event, err := range w.Events(t.Context()) {
			if err != nil {
				told = append(told, err.Error())
				continue
			}
			told = append(told, event.Ref.String()+" "+event.Order.VendorStatus)
			if len(told) == 3 {
				require.NoError(t, g.Reload(t.Context(), words(map[string]string{"changed": "settled", "kept": "settled"})))
			}
		}
		assert.ElementsMatch(t, []string{"changed:1 frozen", "gone:1 frozen", "kept:1 settled"}, told[:3])
		assert.ElementsMatch(t, []string{"changed:1 settled", `providers: the gateway has no "gone": it has changed, kept`}, told[3:])
		assert.Equal(t, providers.Cursor{"gone:1": "frozen"}, w.Cursor())
	})
}

// A reload that cannot wait closes the provider in the middle of a poll.
func TestAWatchLosesNoOrderToAReloadThatDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &living{}
		g := newGateway(t, l.registry(t), words(map[string]string{"a": "frozen"}))
		l.at(0).getOrder = func(context.Context, string) (providers.Order, error) {
			time.Sleep(time.Second)
			return providers.Order{}, failure(transport.ErrClosed)
		}
		go func() {
			time.Sleep(time.Second / 2) // the poll is under way
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			assert.ErrorIs(t, g.Reload(ctx, words(map[string]string{"a": "settled"})), context.DeadlineExceeded)
		}()
		var told []string
		for event, err := range g.Watch(t.Context(), providers.Ref{Provider: "a", ID: "1"}, providers.Ref{Provider: "a", ID: "2"}) {
			told = append(told, fmt.Sprint(event.Ref, " ", event.Order.VendorStatus, " ", err))
		}
		assert.ElementsMatch(t, []string{"a:1 settled <nil>", "a:2 settled <nil>"}, told)
	})
}

// TestAWatchGoesByTheClockOfTheOptions: a quarter of an hour of polls and pauses
// takes no time.
func TestAWatchGoesByTheClockOfTheOptions(t *testing.T) {
	clock := transporttest.NewClock(time.Now())
	start := clock.Now()
	l := &living{}
	g := newGateway(t, l.registry(t), words(map[string]string{"a": "frozen"}), transport.WithClock(clock))
	var polls []time.Duration
	l.at(0).getOrder = func(context.Context, string) (providers.Order, error) {
		since := clock.Now().Sub(start).Truncate(time.Second)
		polls = append(polls, since)
		switch {
		case since == 0:
			return providers.Order{}, failure(transport.ErrUnavailable)
		case since > 15*time.Minute:
			return providers.Order{VendorStatus: "settled", Status: providers.StatusCompleted}, nil
		}
		return providers.Order{VendorStatus: "frozen", Status: providers.StatusActive}, nil
	}
	begin := time.Now()
	var told []string
	for event, err := range g.Watch(t.Context(), providers.Ref{Provider: "a", ID: "1"}) {
		told = append(told, fmt.Sprint(event.Order.VendorStatus, err))
	}
	assert.Equal(t, []string{"providers: a: shop: GetOrder: unavailable", "frozen<nil>", "settled<nil>"}, told)
	assert.Equal(t, []time.Duration{0, 7 * time.Second, 12 * time.Second, 20 * time.Second}, polls[:4], "7.5 s after a failure, then 5 and 7.5")
	assert.Greater(t, clock.Waited(), 15*time.Minute)
	assert.Less(t, time.Since(begin), 2*time.Second)
}

// A reload notices another secret wherever the settings hold it.
func TestASecretThatChangedInAListIsAChange(t *testing.T) {
	for _, settings := range []func(signing.Secret) map[string]any{
		func(s signing.Secret) map[string]any { return map[string]any{"keys": []any{s}} },
		func(s signing.Secret) map[string]any { return map[string]any{"keys": []any{map[string]any{"key": s}}} },
		func(s signing.Secret) map[string]any { return map[string]any{"keys": &s} },
	} {
		opened := 0
		r := providers.NewRegistry()
		require.NoError(t, r.Register(providers.Adapter{Name: "a", Open: func(map[string]any, ...transport.Option) (providers.Provider, error) {
			opened++
			return &stub{name: "a"}, nil
		}}))
		g := newGateway(t, r, map[string]map[string]any{"a": settings(signing.NewSecret("old"))})
		require.NoError(t, g.Reload(t.Context(), map[string]map[string]any{"a": settings(signing.NewSecret("old"))}))
		assert.Equal(t, 1, opened)
		require.NoError(t, g.Reload(t.Context(), map[string]map[string]any{"a": settings(signing.NewSecret("new"))}))
		assert.Equal(t, 2, opened)
	}
}

// Settings that embed Common print no password of the proxy, and reach it all
// the same.
func TestTheProxysPasswordIsNotPrinted(t *testing.T) {
	var settings struct {
		providers.Common `mapstructure:",squash"`
	}
	require.NoError(t, providers.Decode("a", map[string]any{"proxy": "http://user:hunter2@127.0.0.1:1"}, &settings))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		assert.NotContains(t, fmt.Sprintf(verb, settings), "hunter2", verb)
		assert.NotContains(t, fmt.Sprintf(verb, []any{&settings}), "hunter2", verb)
	}
	assert.Nil(t, settings.Proxy.User)
}
