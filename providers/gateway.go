package providers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pentagate/pentagate/transport"
)

// Gateway holds opened providers by name. [OpenGateway] makes it, and [NewGateway]
// of providers that are open already. [Gateway.Reload] exchanges what it holds,
// nothing else does. It is safe for concurrent use; the providers are as safe as
// their adapters.
type Gateway struct {
	registry *Registry                     // nil for one made of opened providers
	options  []transport.Option            // of all entries
	own      map[string][]transport.Option // of one entry, by its name
	reload   chan struct{}                 // filled by the reload under way
	closing  context.Context               //nolint:containedctx // it is the gateway's life
	end      context.CancelFunc

	mu      sync.RWMutex
	entries map[string]*entry // never changed, but exchanged
}

// entry is one opened provider.
type entry struct {
	provider Provider
	print    fingerprint
	clock    transport.Clock
	running  sync.WaitGroup // the gateway's own calls
	lent     atomic.Bool    // a caller has it too
}

func newGateway() *Gateway {
	g := &Gateway{reload: make(chan struct{}, 1)}
	g.closing, g.end = context.WithCancel(context.Background())
	return g
}

// current returns the entries, nil for a gateway that is nil or the zero value.
func (g *Gateway) current() map[string]*entry {
	if g == nil {
		return nil
	}
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.entries
}

// problem tells that the gateway is nil or the zero value.
func (g *Gateway) problem() error {
	if g.current() == nil {
		return errNoGateway
	}
	return nil
}

var (
	errNoGateway = errors.New("providers: the gateway is not open: make it with OpenGateway or OpenGatewayFromEnv")
	errNoContext = fmt.Errorf("providers: %w: the context must not be nil", transport.ErrInvalid)
)

// OpenGateway opens a provider for each entry of config: the key is the name
// by which the gateway and its references know it, the value its settings. The
// adapter is the one of that name, unless the setting "provider" names another,
// so that one platform can be opened twice. The options go to all of them. If
// one fails, none stays open, and the error names all that failed.
func OpenGateway(r *Registry, config map[string]map[string]any, opts ...transport.Option) (*Gateway, error) {
	entries := make(map[string]Entry, len(config))
	for name, settings := range config {
		entries[name] = Entry{Settings: settings}
	}
	return OpenEntries(r, entries, opts...)
}

// Entry is what one provider of a gateway is opened with.
type Entry struct {
	// Settings are those of the adapter, and "provider" where its name is not
	// the entry's.
	Settings map[string]any
	// Options go to this entry only. They count more than those of all, and
	// than the settings.
	Options []transport.Option
}

// OpenEntries is [OpenGateway] with options for each entry, such as a limiter
// that clients in other places share.
func OpenEntries(r *Registry, entries map[string]Entry, opts ...transport.Option) (*Gateway, error) {
	if r == nil {
		return nil, errNoRegistry
	}
	g := newGateway()
	g.registry, g.options, g.own = r, slices.Clone(opts), make(map[string][]transport.Option)
	config := make(map[string]map[string]any, len(entries))
	for name, e := range entries {
		config[name], g.own[name] = e.Settings, slices.Clone(e.Options)
	}
	opened, err := g.openAll(config, nil)
	if err != nil {
		return nil, err
	}
	g.entries = opened
	return g, nil
}

// NewGateway makes a gateway of providers that are open already, such as stubs
// in a test. It closes them, and cannot be reloaded.
func NewGateway(opened map[string]Provider) (*Gateway, error) {
	g := newGateway()
	g.entries = make(map[string]*entry, len(opened))
	var failed []error
	for _, name := range slices.Sorted(maps.Keys(opened)) {
		if err := checkName(name); err != nil {
			failed = append(failed, err)
		}
		if opened[name] == nil {
			failed = append(failed, fmt.Errorf("providers: %s: the provider must not be nil", name))
		}
		g.entries[name] = &entry{provider: opened[name], clock: transport.ClockOf()}
	}
	if len(failed) > 0 {
		return nil, errors.Join(failed...)
	}
	return g, nil
}

func checkName(name string) error {
	if name == "" || strings.Contains(name, ":") {
		return fmt.Errorf("providers: %q cannot name a provider: it must not be empty or hold a colon", name)
	}
	return nil
}

// openAll opens what config names, but takes the entries of old whose settings
// are the same. If one fails, none of those that it opened stays open.
func (g *Gateway) openAll(config map[string]map[string]any, old map[string]*entry) (map[string]*entry, error) {
	all, opened := make(map[string]*entry, len(config)), make(map[string]*entry)
	var failed []error
	for _, name := range slices.Sorted(maps.Keys(config)) {
		if err := checkName(name); err != nil {
			failed = append(failed, err)
			continue
		}
		wanted := fingerprintOf(config[name])
		if is := old[name]; is != nil && is.print == wanted {
			all[name] = is
			continue
		}
		e, err := g.openOne(name, config[name])
		if err != nil {
			failed = append(failed, about(name, err))
			continue
		}
		e.print = wanted
		all[name], opened[name] = e, e
	}
	if len(failed) > 0 {
		return nil, errors.Join(append(failed, closeAll(opened))...)
	}
	return all, nil
}

func (g *Gateway) openOne(name string, settings map[string]any) (*entry, error) {
	settings = maps.Clone(settings)
	adapter := name
	if v, given := settings["provider"]; given {
		text, ok := v.(string)
		if !ok {
			return nil, errors.New("provider must be text")
		}
		adapter = text
		delete(settings, "provider")
	}
	a, err := g.registry.adapter(adapter)
	if err != nil {
		return nil, err
	}
	opts := slices.Concat(g.options, g.own[name], []transport.Option{transport.WithName(name)})
	p, err := a.open(settings, opts)
	if err != nil {
		return nil, err
	}
	return &entry{provider: p, clock: transport.ClockOf(opts...)}, nil
}

// about says which entry an error is about, unless it does so itself.
func about(name string, err error) error {
	if e, ok := errors.AsType[*transport.Error](err); ok && e.Provider == name {
		return fmt.Errorf("providers: %w", err)
	}
	return fmt.Errorf("providers: %s: %w", name, err)
}

// OpenGatewayFromEnv opens every adapter of the registry whose environment
// variables are set; see [Registry.FromEnv]. Adapters of which only some of the
// required variables are set are named in one error, and none is opened.
func OpenGatewayFromEnv(r *Registry, lookup func(string) string, opts ...transport.Option) (*Gateway, error) {
	if r == nil {
		return nil, errNoRegistry
	}
	config := make(map[string]map[string]any)
	var failed []error
	for _, name := range r.Names() {
		settings, ok, err := r.FromEnv(name, lookup)
		if err != nil {
			failed = append(failed, err)
		}
		if ok {
			config[name] = settings
		}
	}
	if len(failed) > 0 {
		return nil, errors.Join(failed...)
	}
	return OpenGateway(r, config, opts...)
}

// Names lists the providers in alphabetical order.
func (g *Gateway) Names() []string {
	return slices.Sorted(maps.Keys(g.current()))
}

// entry returns an entry; take sees it before a reload can.
func (g *Gateway) entry(name string, take func(*entry)) (*entry, error) {
	if err := g.problem(); err != nil {
		return nil, err
	}
	g.mu.RLock()
	defer g.mu.RUnlock()
	e, ok := g.entries[name]
	if !ok {
		return nil, fmt.Errorf("providers: the gateway has no %q: it has %s", name, orNone(slices.Sorted(maps.Keys(g.entries))))
	}
	take(e)
	return e, nil
}

// hold keeps an entry open until release is called.
func (g *Gateway) hold(name string) (e *entry, release func(), err error) {
	e, err = g.entry(name, func(e *entry) { e.running.Add(1) })
	if err != nil {
		return nil, nil, err
	}
	return e, e.running.Done, nil
}

// Provider returns a provider by name. See [Find] for how long it can be used.
func (g *Gateway) Provider(name string) (Provider, error) {
	e, err := g.entry(name, func(e *entry) { e.lent.Store(true) })
	if err != nil {
		return nil, err
	}
	return e.provider, nil
}

func orNone(names []string) string {
	return cmp.Or(strings.Join(names, ", "), "none at all")
}

// Find returns a provider of the gateway as a capability, such as
//
//	codes, err := providers.Find[providers.Codes](gateway, "codegate")
//
// When a [Gateway.Reload] changes or removes the provider, what Find has returned
// takes calls for another second, with the old settings, and refuses them then
// with [transport.ErrClosed]. A program that reloads asks for each call anew, or
// takes [Use].
func Find[T any](g *Gateway, name string) (T, error) {
	p, err := g.Provider(name)
	if err != nil {
		var none T
		return none, err
	}
	return capabilityOf[T](name, p)
}

func capabilityOf[T any](name string, p Provider) (T, error) {
	capability, ok := As[T](p)
	if !ok {
		return capability, fmt.Errorf("providers: %s does not support %s", name, strings.TrimPrefix(fmt.Sprintf("%T", new(T)), "*"))
	}
	return capability, nil
}

// Use calls use with a provider of the gateway as a capability. A reload leaves
// the provider open until use has returned. Its errors are returned as they are.
//
//	err := providers.Use(gateway, "codegate", func(codes providers.Codes) error {
//		_, err := codes.RedeemCode(ctx, "WELCOME-2026", "order-1042")
//		return err
//	})
func Use[T any](g *Gateway, name string, use func(T) error) error {
	e, release, err := g.hold(name)
	if err != nil {
		return err
	}
	defer release()
	capability, err := capabilityOf[T](name, e.provider)
	if err != nil {
		return err
	}
	return use(capability)
}

// Order returns an order by reference.
func (g *Gateway) Order(ctx context.Context, ref Ref) (Order, error) {
	var order Order
	err := Use(g, ref.Provider, func(orders Orders) (err error) {
		if ctx == nil {
			return errNoContext
		}
		order, err = orders.GetOrder(ctx, ref.ID)
		return err
	})
	return order, err
}

// Close closes all providers, also those that a reload still waits for.
func (g *Gateway) Close() error {
	if g.problem() != nil {
		return nil
	}
	g.mu.Lock()
	g.end() // no reload puts others in any more
	entries := g.entries
	g.mu.Unlock()
	return closeAll(entries)
}

func closeAll(entries map[string]*entry) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if err := entries[name].provider.Close(); err != nil {
			errs = append(errs, about(name, err))
		}
	}
	return errors.Join(errs...)
}
