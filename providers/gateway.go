package providers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pentagate/pentagate/transport"
)

// Gateway holds opened providers by name. It is immutable and safe for
// concurrent use; the providers are as safe as their adapters.
type Gateway struct {
	providers map[string]Provider
}

// OpenGateway opens a provider for each entry of config: the key is the name
// by which the gateway and its references know it, the value its settings. The
// adapter is the one of that name, unless the setting "provider" names another,
// so that one platform can be opened twice. The options go to all of them. If
// one fails, none stays open, and the error names all that failed.
func OpenGateway(r *Registry, config map[string]map[string]any, opts ...transport.Option) (*Gateway, error) {
	g := &Gateway{providers: make(map[string]Provider, len(config))}
	var failed []error
	for _, name := range slices.Sorted(maps.Keys(config)) {
		if name == "" || strings.Contains(name, ":") {
			failed = append(failed, fmt.Errorf("providers: %q cannot name a provider: it must not be empty or hold a colon", name))
			continue
		}
		settings := maps.Clone(config[name])
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
		p, err := r.Open(adapter, settings, opts...)
		if err != nil {
			failed = append(failed, fmt.Errorf("providers: %s: %w", name, err))
			continue
		}
		g.providers[name] = p
	}
	if len(failed) > 0 {
		return nil, errors.Join(append(failed, g.Close())...)
	}
	return g, nil
}

// OpenGatewayFromEnv opens every adapter of the registry whose environment
// variables are set; see [Registry.FromEnv].
func OpenGatewayFromEnv(r *Registry, lookup func(string) string, opts ...transport.Option) (*Gateway, error) {
	config := make(map[string]map[string]any)
	for _, name := range r.Names() {
		settings, ok, err := r.FromEnv(name, lookup)
		if err != nil {
			return nil, err
		}
		if ok {
			config[name] = settings
		}
	}
	return OpenGateway(r, config, opts...)
}

// Names lists the providers in alphabetical order.
func (g *Gateway) Names() []string { return slices.Sorted(maps.Keys(g.providers)) }

// Provider returns a provider by name.
func (g *Gateway) Provider(name string) (Provider, error) {
	p, ok := g.providers[name]
	if !ok {
		return nil, fmt.Errorf("providers: the gateway has no %q: it has %s", name, strings.Join(g.Names(), ", "))
	}
	return p, nil
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
		return none, fmt.Errorf("providers: %s has not the capability %s", name, strings.TrimPrefix(fmt.Sprintf("%T", new(T)), "*"))
	}
	return capability, nil
}

// Verdict is the health of one provider.
type Verdict struct {
	Provider string
	// Err is nil if the provider is well.
	Err error
	// Latency is how long it took to know.
	Latency time.Duration
}

// String says in a few words how the provider is.
func (v Verdict) String() string {
	switch {
	case v.Err == nil:
		return "healthy"
	case errors.Is(v.Err, errNoHealth):
		return "not checked"
	case errors.Is(v.Err, transport.ErrUnauthenticated), errors.Is(v.Err, transport.ErrPermission):
		return "credentials refused"
	case errors.Is(v.Err, transport.ErrRateLimited), errors.Is(v.Err, transport.ErrQuota):
		return "limited"
	case errors.Is(v.Err, context.Canceled), errors.Is(v.Err, context.DeadlineExceeded):
		return "no answer in time"
	}
	return "unavailable"
}

var errNoHealth = errors.New("providers: the adapter has no health check")

// Health asks all providers at once and returns a verdict each, in
// alphabetical order. The context bounds the wait.
func (g *Gateway) Health(ctx context.Context) []Verdict {
	names := g.Names()
	verdicts := make([]Verdict, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			begin := time.Now()
			err := errNoHealth
			if h, ok := As[Health](g.providers[name]); ok {
				err = h.Health(ctx)
			}
			verdicts[i] = Verdict{Provider: name, Err: err, Latency: time.Since(begin)}
		})
	}
	wg.Wait()
	return verdicts
}

// Order returns an order by reference.
func (g *Gateway) Order(ctx context.Context, ref Ref) (Order, error) {
	orders, err := Find[Orders](g, ref.Provider)
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
			errs = append(errs, fmt.Errorf("providers: %s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}
