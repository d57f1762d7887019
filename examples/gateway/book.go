package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/transport"
)

// book writes down what happens: lines while it does, tables at the end. It
// is a transport.Observer, so that it also learns of what the clients do by
// themselves.
type book struct {
	mu      sync.Mutex
	out     io.Writer
	begin   time.Time
	entries []entry
	asked   map[string]*traffic
}

// entry is what became of one thing.
type entry struct {
	provider, what string
	id             string // "" if there is none to follow or to ask for
	status         providers.Status
	amount         providers.Money
	err            error
}

func (e entry) ref() providers.Ref { return providers.Ref{Provider: e.provider, ID: e.id} }

// reference is the text form, the provider alone for what has no id.
func (e entry) reference() string { return strings.TrimSuffix(e.ref().String(), ":") }

// traffic is what one platform was asked.
type traffic struct {
	calls, retries   int
	waited, forLimit time.Duration
}

func (b *book) say(provider, format string, args ...any) {
	b.write("%5.1fs  %-10s  %s\n", time.Since(b.begin).Seconds(), provider, fmt.Sprintf(format, args...))
}

func (b *book) write(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, _ = fmt.Fprintf(b.out, format, args...)
}

func (b *book) enter(e entry) {
	if e.err != nil {
		b.say(e.provider, "%s failed: %v", e.what, e.err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entries = append(b.entries, e)
}

func (b *book) change(ref providers.Ref, change func(*entry)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.entries {
		if b.entries[i].ref() == ref {
			change(&b.entries[i])
		}
	}
}

// orders are the references of what can be followed.
func (b *book) orders() (refs []providers.Ref) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.entries {
		if e.id != "" && e.provider != "codegate" {
			refs = append(refs, e.ref())
		}
	}
	return refs
}

func (b *book) failed() (n int) {
	for _, e := range b.entries {
		if e.err != nil {
			n++
		}
	}
	return n
}

// StartCall counts a call when it ends.
func (b *book) StartCall(ctx context.Context, call transport.CallInfo) (context.Context, func(transport.Result)) {
	return ctx, func(result transport.Result) {
		b.mu.Lock()
		defer b.mu.Unlock()
		t := b.asked[call.Provider]
		if t == nil {
			t = new(traffic)
			b.asked[call.Provider] = t
		}
		t.calls++
		t.retries += max(result.Info.Attempts-1, 0)
		t.waited += result.Info.Waited
		t.forLimit += result.Info.WaitedForLimits
	}
}

// StartAttempt tells of the requests that came to nothing.
func (b *book) StartAttempt(ctx context.Context, attempt transport.AttemptInfo) (context.Context, func(transport.AttemptResult)) {
	return ctx, func(result transport.AttemptResult) {
		if result.Failed || result.Status >= 500 {
			b.say(attempt.Provider, "attempt %d of %s failed with HTTP %d", attempt.Attempt, attempt.Operation, result.Status)
		}
	}
}
