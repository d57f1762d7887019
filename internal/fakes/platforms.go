package fakes

import (
	"maps"
	"sync"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

// Pace says how long the platforms' own people take. What is zero happens at
// once.
type Pace struct {
	// Delivery is from an order on the marketplace, or a transaction whose price
	// is frozen, to its delivery.
	Delivery time.Duration
	// Purchase is from the execution of a purchase intent to its completion.
	Purchase time.Duration
	// Recycling is how long a device is on its way, and again how long it is
	// inspected.
	Recycling time.Duration
	// Person is how long it takes somebody to confirm a device authorization.
	Person time.Duration
}

// Platforms are the running platforms. Device authorizations are served by
// UUMit; its user codes are confirmed here and by nobody else.
type Platforms struct {
	CodeGate  *codegatetest.Server
	Procure   *procuretest.Server
	Aihuishou *aihuishoutest.Server
	UUMit     *uumittest.Server

	faults map[string]*Faults
	stop   chan struct{}
	done   sync.WaitGroup
}

// Start starts the platforms on loopback ports. It panics if no port is
// free. Close them when done.
func Start(pace Pace) *Platforms {
	faults := map[string]*Faults{"codegate": {}, "procure": {}, "aihuishou": {}, "uumit": {}}
	p := &Platforms{
		CodeGate: codegatetest.NewServer(
			codegatetest.WithProject(codegatetest.Project{Name: "Pentagate sandbox"}),
			codegatetest.WithMiddleware(faults["codegate"].Wrap)),
		Procure: procuretest.NewServer(
			procuretest.WithProcessingTime(atLeast(pace.Purchase)),
			procuretest.WithMiddleware(faults["procure"].Wrap)),
		Aihuishou: aihuishoutest.NewServer(
			aihuishoutest.WithProgress(atLeast(pace.Recycling)),
			aihuishoutest.WithMiddleware(faults["aihuishou"].Wrap)),
		UUMit: uumittest.NewServer(
			uumittest.WithOrderPace(atLeast(pace.Delivery/2)), // accepted, then delivered
			uumittest.WithTransactionPace(atLeast(pace.Delivery/2)),
			uumittest.WithMiddleware(faults["uumit"].Wrap)),
		faults: faults,
		stop:   make(chan struct{}),
	}
	p.seed()
	p.done.Go(func() { p.confirm(pace.Person) })
	return p
}

// atLeast keeps a zero from meaning never.
func atLeast(d time.Duration) time.Duration { return max(d, time.Nanosecond) }

func (p *Platforms) seed() {
	for _, code := range []codegatetest.Code{
		{Code: "SPRING-2026", Used: true, VerifiedBy: new("order-1041")},
		{Code: "SUMMER-2026", Disabled: true},
		{Code: "GIFT-2026"},
		{Code: "WELCOME-2026"},
		{Code: "VIP 2026"},
		{Code: "新年-2026"},
		{Code: "50%/A+B? #1"},
	} {
		p.CodeGate.AddCode(code)
	}
	for _, c := range []uumittest.Capability{
		{Title: "Translate a contract", Tags: []string{"translation", "翻译", "合同"}, PriceUT: decimal.RequireFromString("12.50")},
		{Title: "Proofread a translation", Tags: []string{"翻译", "校对"}, PriceUT: decimal.RequireFromString("4.80")},
		{Title: "Design a logo", Tags: []string{"设计"}, PriceUT: decimal.RequireFromString("30")},
	} {
		p.UUMit.AddCapability(c)
	}
}

// confirm confirms device authorizations when their time has come.
func (p *Platforms) confirm(after time.Duration) {
	seen := make(map[string]time.Time)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		for _, code := range p.UUMit.UserCodes() {
			if _, known := seen[code]; !known {
				seen[code] = time.Now()
			}
			if time.Since(seen[code]) >= after {
				p.UUMit.Approve(code, "")
				delete(seen, code)
			}
		}
		select {
		case <-tick.C:
		case <-p.stop:
			return
		}
	}
}

// Env returns the environment variables that providers.Builtin reads, set for
// the platforms.
func (p *Platforms) Env() map[string]string {
	env := make(map[string]string)
	for _, of := range []map[string]string{p.CodeGate.Env(), p.Procure.Env(), p.Aihuishou.Env(), p.UUMit.Env()} {
		maps.Copy(env, of)
	}
	return env
}

// Faults returns what the requests to a platform meet: codegate, procure,
// aihuishou or uumit, nil for another name.
func (p *Platforms) Faults(platform string) *Faults { return p.faults[platform] }

// Close stops the platforms, after the requests under way. It may be called
// once.
func (p *Platforms) Close() {
	close(p.stop)
	p.done.Wait()
	p.CodeGate.Close()
	p.Procure.Close()
	p.Aihuishou.Close()
	p.UUMit.Close()
}
