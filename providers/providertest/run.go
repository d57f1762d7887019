package providertest

import (
	"net/http/httptest"
	"time"

	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// check is one run of one rule, with a server and a clock of its own.
type check struct {
	T
	h      Harness
	rule   string
	faults *transporttest.Faults
	clock  *transporttest.Clock
	url    string
}

// Run checks the adapter and reports every rule that it breaks through t.
func Run(t T, h Harness) {
	t.Helper()
	if h.Platform == nil || h.Open == nil || h.Read == nil || h.Refusal == nil {
		t.Errorf("providertest: the harness needs Platform, Open, Read and Refusal")
		return
	}
	for _, rule := range []struct {
		name string
		run  func(*check)
	}{
		{"identity", identity},
		{"health", health},
		{"capabilities", capabilities},
		{"error classes", errorClasses},
		{"who spoke", whoSpoke},
		{"context", contexts},
		{"unknown outcome", unknownOutcome},
		{"limits", limits},
		{"secrets", secrets},
		{"concurrency", concurrency},
		{"clean-up", cleanUp},
	} {
		c := &check{T: t, h: h, rule: rule.name, clock: transporttest.NewClock(time.Now())}
		c.faults = transporttest.NewFaults(h.Platform)
		server := httptest.NewServer(c.faults)
		c.url = server.URL
		rule.run(c)
		server.Close()
	}
}

// failf reports that the rule is broken.
func (c *check) failf(format string, args ...any) {
	c.Helper()
	c.Errorf("providertest: "+c.rule+": "+format, args...)
}

// open opens a provider whose waits take no time, and hands it to use.
func (c *check) open(use func(providers.Provider), opts ...transport.Option) {
	c.Helper()
	p, err := c.h.Open(c.url, append([]transport.Option{transport.WithClock(c.clock)}, opts...)...)
	if err != nil {
		c.failf("Open failed: %v", err)
		return
	}
	use(p)
	if err := p.Close(); err != nil {
		c.failf("Close failed: %v", err)
	}
}
