package providers

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/pentagate/pentagate/transport"
)

// Adapter makes one kind of provider.
type Adapter struct {
	// Name is what configurations call it, such as "procure".
	Name string
	// Open makes a provider from settings; see [Decode]. The options go to its
	// client. A gateway puts the entry's name among them, which
	// [transport.NameOf] reads: the provider's Name and its errors have it.
	Open func(settings map[string]any, opts ...transport.Option) (Provider, error)
	// Env lists the environment variables that [Registry.FromEnv] reads.
	Env []EnvVar
}

// EnvVar is one environment variable of an adapter.
type EnvVar struct {
	// Name is the variable's, such as "PROCURE_APP_ID".
	Name string
	// Key is the setting it fills, such as "app_id".
	Key string
	// Required tells that the environment opens the provider only with it.
	Required bool
	// Instead tells that it takes the place of the required ones.
	Instead bool
}

// Registry knows adapters by name. It is safe for concurrent use; its zero
// value is empty.
type Registry struct {
	mu       sync.RWMutex
	adapters map[string]Adapter
}

// NewRegistry returns an empty registry.
func NewRegistry() *Registry { return &Registry{} }

// Builtin returns a new registry with the five built-in adapters: uumit,
// uumit-auth, codegate, procure and aihuishou.
func Builtin() *Registry {
	r := NewRegistry()
	for _, a := range builtin() {
		if err := r.Register(a); err != nil {
			panic(err) // the names are ours
		}
	}
	return r
}

// Register adds an adapter. It refuses an incomplete one and a name that is
// taken.
func (r *Registry) Register(a Adapter) error {
	if r == nil {
		return errNoRegistry
	}
	if a.Name == "" || strings.ContainsFunc(a.Name, func(r rune) bool { return r == ':' || unicode.IsSpace(r) }) {
		return errors.New("providers: an adapter's name must be one word without a colon")
	}
	if a.Open == nil {
		return fmt.Errorf("providers: adapter %q lacks Open", a.Name)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, taken := r.adapters[a.Name]; taken {
		return fmt.Errorf("providers: adapter %q is registered already", a.Name)
	}
	if r.adapters == nil {
		r.adapters = make(map[string]Adapter)
	}
	a.Env = slices.Clone(a.Env)
	r.adapters[a.Name] = a
	return nil
}

// Names lists the registered adapters in alphabetical order.
func (r *Registry) Names() []string {
	if r == nil {
		return nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Sorted(maps.Keys(r.adapters))
}

// Open makes a provider from settings as viper, koanf or a YAML file give
// them: keys in lower case with underscores, durations, numbers and lists also
// as text. One error names every unknown key, every wrong type and every
// missing setting, and never shows a value.
func (r *Registry) Open(name string, settings map[string]any, opts ...transport.Option) (Provider, error) {
	if r == nil {
		return nil, errNoRegistry
	}
	a, err := r.adapter(name)
	if err != nil {
		return nil, fmt.Errorf("providers: %w", err)
	}
	p, err := a.open(settings, opts)
	if errors.Is(err, errNothing) {
		return nil, fmt.Errorf("providers: %w", err)
	}
	return p, err
}

func (a Adapter) open(settings map[string]any, opts []transport.Option) (Provider, error) {
	p, err := a.Open(settings, opts...)
	if err == nil && p == nil {
		return nil, fmt.Errorf("adapter %q %w", a.Name, errNothing)
	}
	return p, err
}

var errNothing = errors.New("opened no provider: its Open must return one, or an error")

// FromEnv collects the settings of an adapter from the environment, through
// lookup, which is os.Getenv for the process. Variables that are unset or
// empty are left out. It is ok if the required variables are set, or one that
// takes their place; an adapter without required ones needs any. If only some
// of the required ones are set, the error names the others and matches
// transport.ErrInvalid.
func (r *Registry) FromEnv(name string, lookup func(string) string) (settings map[string]any, ok bool, err error) {
	if r == nil {
		return nil, false, errNoRegistry
	}
	a, err := r.adapter(name)
	if err != nil {
		return nil, false, fmt.Errorf("providers: %w", err)
	}
	if lookup == nil {
		return nil, false, errNoLookup
	}
	settings = make(map[string]any)
	var missing transport.Fields
	given, instead := false, false
	for _, v := range a.Env {
		value := lookup(v.Name)
		missing.Check(value != "" || !v.Required, v.Name, "is not set, though other variables of "+name+" are")
		if value == "" {
			continue
		}
		settings[v.Key] = value
		given = given || v.Required
		instead = instead || v.Instead
	}
	switch {
	case instead, len(missing) == 0:
		return settings, len(settings) > 0, nil
	case given:
		return settings, false, missing.Err(name, "FromEnv")
	}
	return settings, false, nil
}

// Env returns the environment variables of all adapters by adapter name.
func (r *Registry) Env() map[string][]EnvVar {
	if r == nil {
		return nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	out := make(map[string][]EnvVar, len(r.adapters))
	for name, a := range r.adapters {
		out[name] = slices.Clone(a.Env)
	}
	return out
}

var (
	errNoRegistry = errors.New("providers: the registry is nil: pass Builtin() or one made by NewRegistry")
	errNoLookup   = errors.New("providers: the lookup of the environment is nil: pass os.Getenv")
)

// adapter returns errors without the package's name.
func (r *Registry) adapter(name string) (Adapter, error) {
	r.mu.RLock()
	a, ok := r.adapters[name]
	r.mu.RUnlock()
	if !ok {
		return Adapter{}, fmt.Errorf("unknown provider %q: known are %s", name, orNone(r.Names()))
	}
	return a, nil
}
