package providers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pentagate/pentagate/transport"
)

// Gateway holds opened providers by name. [OpenGateway] makes it. It is immutable
// and safe for concurrent use; the providers are as safe as their adapters.
type Gateway struct {
	providers map[string]Provider
}

// problem tells that the gateway is nil or the zero value.
func (g *Gateway) problem() error {
	if g == nil || g.providers == nil {
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
	g := &Gateway{providers: make(map[string]Provider, len(entries))}
	var failed []error
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if name == "" || strings.Contains(name, ":") {
			failed = append(failed, fmt.Errorf("providers: %q cannot name a provider: it must not be empty or hold a colon", name))
			continue
		}
		settings := maps.Clone(entries[name].Settings)
		adapter := name
		if v, given := settings["provider"]; given {
			text, ok := v.(string)
			if !ok {
				failed = append(failed, fmt.Errorf("providers: %s: provider must be text", name))
				continue
			}
			adapter = text
			delete(settings, "provider")
		}
		a, err := r.adapter(adapter)
		if err != nil {
			failed = append(failed, about(name, err))
			continue
		}
		p, err := a.open(settings, slices.Concat(opts, entries[name].Options, []transport.Option{transport.WithName(name)}))
		if err != nil {
			failed = append(failed, about(name, err))
			continue
		}
		g.providers[name] = p
	}
	if len(failed) > 0 {
		return nil, errors.Join(append(failed, g.Close())...)
	}
	return g, nil
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
	if g == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(g.providers))
}

// Provider returns a provider by name.
func (g *Gateway) Provider(name string) (Provider, error) {
	if err := g.problem(); err != nil {
		return nil, err
	}
	p, ok := g.providers[name]
	if !ok {
		return nil, fmt.Errorf("providers: the gateway has no %q: it has %s", name, orNone(g.Names()))
	}
	return p, nil
}

func orNone(names []string) string {
	return cmp.Or(strings.Join(names, ", "), "none at all")
}

// Find returns a provider of the gateway as a capability, such as
//
//	codes, err := providers.Find[providers.Codes](gateway, "codegate")
func Find[T any](g *Gateway, name string) (T, error) {
	var none T
	p, err := g.Provider(name)
	if err != nil {
		return none, err
	}
	capability, ok := As[T](p)
	if !ok {
		return none, fmt.Errorf("providers: %s does not support %s", name, strings.TrimPrefix(fmt.Sprintf("%T", new(T)), "*"))
	}
	return capability, nil
}

// Order returns an order by reference.
func (g *Gateway) Order(ctx context.Context, ref Ref) (Order, error) {
	orders, err := Find[Orders](g, ref.Provider)
	if err == nil && ctx == nil {
		err = errNoContext
	}
	if err != nil {
		return Order{}, err
	}
	return orders.GetOrder(ctx, ref.ID)
}

// Close closes all providers.
func (g *Gateway) Close() error {
	var errs []error
	for _, name := range g.Names() {
		if err := g.providers[name].Close(); err != nil {
			errs = append(errs, about(name, err))
		}
	}
	return errors.Join(errs...)
}
