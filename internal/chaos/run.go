package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

const (
	// workers is how many calls are under way at a time.
	workers = 32
	// clientsEach is how many clients a platform has under each protocol.
	// Over HTTP/2 each has one connection: what befalls it befalls all its calls.
	clientsEach = 3
	// longestCall bounds one call with all its attempts.
	longestCall = 8 * time.Second
)

// settings say what a run does.
type settings struct {
	calls int
	limit time.Duration // for everything
	seed  uint64
	plant bool // see newProcure
}

// lane is one operation of a platform under one protocol.
type lane struct {
	platform *platform
	protocol string
	calls    []call // by client
}

func (l *lane) operation() string { return l.calls[0].operation }
func (l *lane) redeems() bool     { return l.calls[0].redeems }

// run makes the calls, waits until nothing happens any more, and compares.
func (s settings) run(ctx context.Context) (*report, error) {
	begin := time.Now()
	ctx, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	// The calls under way get the time they may take.
	lastCall := begin.Add(s.limit - min(longestCall+2*time.Second, s.limit/2))

	a, err := authority()
	if err != nil {
		return nil, err
	}
	platforms := []*platform{newProcure(s.plant), newAihuishou(), newUUMit(), newCodeGate()}
	f := &field{journal: newJournal(fromSeed(s.seed))}
	defer f.close()
	for _, p := range platforms {
		for _, protocol := range protocols {
			if err := f.add(ctx, p, protocol, a); err != nil {
				return nil, fmt.Errorf("%s: %w", p.name, err)
			}
		}
	}
	f.begin()
	results := f.call(ctx, s.calls, lastCall)
	f.close()
	return newReport(s, f, results, platforms, time.Since(begin))
}

const (
	http1 = "HTTP/1.1"
	http2 = "HTTP/2"
)

var protocols = []string{http1, http2}

// field is the platforms behind their servers, and the clients before them.
type field struct {
	journal *journal
	lanes   []*lane
	clients []*client
	servers []*transporttest.TLSServer
	faults  []*transporttest.Faults
	start   []func() // lets trouble begin
}

// add serves a platform under a protocol and opens clients of it. No request
// meets trouble before begin.
func (f *field) add(ctx context.Context, p *platform, protocol string, a *transporttest.Authority) error {
	faults := transporttest.NewFaults(p.handler)
	opts := []transporttest.TLSOption{transporttest.WithAuthority(a)}
	shared := protocol == http2
	if shared {
		opts = append(opts, transporttest.WithHTTP2())
	}
	server := transporttest.NewTLSServer(faults, opts...)
	f.faults, f.servers = append(f.faults, faults), append(f.servers, server)
	kinds := p.form.troubles()
	f.start = append(f.start, func() {
		faults.Choose(func(r transporttest.Request) transporttest.Fault { return f.journal.meet(server.URL, shared, kinds, r) })
	})
	var lanes []*lane
	for range clientsEach {
		c, err := f.open(ctx, p, server.URL, patience)
		if err != nil {
			return err
		}
		for i, call := range c.calls {
			if i == len(lanes) {
				lanes = append(lanes, &lane{platform: p, protocol: protocol})
			}
			lanes[i].calls = append(lanes[i].calls, call)
		}
	}
	f.lanes = append(f.lanes, lanes...)
	return nil
}

// open connects one more client. It waits for an answer no longer than wait,
// and never long between attempts, and is otherwise as it comes.
func (f *field) open(ctx context.Context, p *platform, address string, wait time.Duration) (*client, error) {
	c, err := p.connect(ctx, address,
		transport.WithLimiter(transport.NoLimits),
		transport.WithAttemptTimeout(wait),
		transport.WithRetry(transport.RetryPolicy{
			Attempts:      3,
			BaseDelay:     50 * time.Millisecond,
			MaxDelay:      100 * time.Millisecond,
			MaxRetryAfter: 2 * time.Second,
			Budget:        1 << 20,
		}))
	if err != nil {
		return nil, err
	}
	f.clients = append(f.clients, c)
	return c, nil
}

func (f *field) begin() {
	for _, start := range f.start {
		start()
	}
}

// call makes n calls, the lanes taking turns, and starts none after last.
func (f *field) call(ctx context.Context, n int, last time.Time) []result {
	results := make([]result, n)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n || time.Now().After(last) || ctx.Err() != nil {
					return
				}
				l := f.lanes[i%len(f.lanes)]
				ref := fmt.Sprintf("ref-%07d", i)
				c := l.calls[i/len(f.lanes)%len(l.calls)]
				if c.prepare != nil {
					c.prepare(ref)
				}
				results[i] = result{lane: l, ref: ref, err: within(ctx, c, ref), made: true}
			}
		})
	}
	wg.Wait()
	made := results[:0]
	for _, r := range results {
		if r.made {
			made = append(made, r)
		}
	}
	return made
}

func within(ctx context.Context, c call, ref string) error {
	ctx, cancel := context.WithTimeout(ctx, longestCall)
	defer cancel()
	return c.do(ctx, ref)
}

// close ends clients and servers, and returns when no handler runs any more.
func (f *field) close() {
	for _, c := range f.clients {
		_ = c.Close() // never fails
	}
	for _, s := range f.servers {
		s.Close()
	}
	for _, faults := range f.faults {
		faults.Wait()
	}
	f.clients, f.servers, f.faults = nil, nil, nil
}
