package providers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/pentagate/pentagate/transport"
)

// lentFor is how long a provider that callers have too takes calls after a reload
// has replaced it: they may just have asked for it.
const lentFor = time.Second

// Graceful is implemented by providers that can let running calls end. Those of
// the built-in adapters do.
type Graceful interface {
	// Shutdown refuses further calls and returns when those under way have
	// ended. When the context ends first, it does what Close does and returns
	// the context's error.
	Shutdown(ctx context.Context) error
}

var errNoReload = errors.New("providers: a gateway made by NewGateway cannot be reloaded: it has no adapters")

// Reload makes the gateway hold what config says. Entries whose settings did not
// change, nor the files that they name, keep their provider with its limits and
// connections. New and changed ones are opened, with the options that the gateway
// was opened with, those of the entry included. If one fails, the error names all
// that failed, and the gateway stays as it was.
//
// From then on calls go to the new providers. Those that were changed or removed
// are closed when their running calls have ended, which Reload waits for; see
// [Graceful] and [Find]. When the context ends first they are closed at once, and
// Reload returns its error: the new configuration is in force all the same.
//
// Reloads go one after the other.
func (g *Gateway) Reload(ctx context.Context, config map[string]map[string]any) error {
	switch err := g.problem(); {
	case err != nil:
		return err
	case ctx == nil:
		return errNoContext
	case g.registry == nil:
		return errNoReload
	}
	select {
	case g.reload <- struct{}{}:
		defer func() { <-g.reload }()
	case <-ctx.Done():
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("providers: not reloaded: %w", err)
	}
	old := g.current()
	next, err := g.openAll(config, old)
	if err != nil {
		return err
	}
	if !g.exchange(next) {
		return errors.Join(fmt.Errorf("providers: not reloaded: %w", transport.ErrClosed), closeAll(without(next, old)))
	}
	return g.retire(ctx, without(old, next))
}

// exchange puts entries in, unless the gateway was closed.
func (g *Gateway) exchange(entries map[string]*entry) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closing.Err() != nil {
		return false
	}
	g.entries = entries
	return true
}

// without returns the entries that others does not have.
func without(entries, others map[string]*entry) map[string]*entry {
	out := maps.Clone(entries)
	maps.DeleteFunc(out, func(name string, e *entry) bool { return others[name] == e })
	return out
}

// retire closes entries that nobody can get any more, all at once.
func (g *Gateway) retire(ctx context.Context, entries map[string]*entry) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(g.closing, cancel)()
	names := slices.Sorted(maps.Keys(entries))
	errs := make([]error, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			if err := entries[name].retire(ctx); err != nil {
				errs[i] = about(name, err)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (e *entry) retire(ctx context.Context) error {
	idle := make(chan struct{})
	go func() {
		if e.lent.Load() {
			timer := time.NewTimer(lentFor)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-ctx.Done():
			}
		}
		e.running.Wait()
		close(idle)
	}()
	select {
	case <-idle:
	case <-ctx.Done():
	}
	if g, ok := As[Graceful](e.provider); ok {
		return g.Shutdown(ctx)
	}
	return errors.Join(ctx.Err(), e.provider.Close())
}
