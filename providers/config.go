package providers

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

// OpenGatewayFrom is [OpenGateway] for a configuration as it was read; see
// [ReadConfig].
func OpenGatewayFrom(r *Registry, raw map[string]any, opts ...transport.Option) (*Gateway, error) {
	config, err := ReadConfig(raw)
	if err != nil {
		return nil, err
	}
	return OpenGateway(r, config, opts...)
}

// ReadConfig takes a configuration as it was read, by AllSettings of viper, Raw
// of koanf or a YAML decoder: a map of entries by name, each a map of settings.
// The result is for [OpenGateway] and [Gateway.Reload], and shares no map with
// raw. An entry without settings is one. The error names the entries that are no
// map, or have keys that are no text.
func ReadConfig(raw map[string]any) (map[string]map[string]any, error) {
	config := make(map[string]map[string]any, len(raw))
	var failed []error
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		settings, ok := plain(raw[name]).(map[string]any)
		if !ok && raw[name] != nil {
			failed = append(failed, fmt.Errorf("providers: %s: %w: its settings must be a map with text for keys", name, transport.ErrInvalid))
		}
		config[name] = settings
	}
	if len(failed) > 0 {
		return nil, errors.Join(failed...)
	}
	return config, nil
}

// plain copies the maps within v, as map[string]any where all keys are text.
func plain(v any) any {
	from := reflect.ValueOf(v)
	if from.Kind() == reflect.Slice && from.Type().Elem().Kind() == reflect.Interface {
		out := make([]any, from.Len())
		for i := range out {
			out[i] = plain(from.Index(i).Interface())
		}
		return out
	}
	if from.Kind() != reflect.Map {
		return v
	}
	out := make(map[string]any, from.Len())
	for key, value := range from.Seq2() {
		if key.Kind() == reflect.Interface {
			key = key.Elem()
		}
		if key.Kind() != reflect.String {
			return v
		}
		out[key.String()] = plain(value.Interface())
	}
	return out
}

// fingerprint tells settings apart without keeping them.
type fingerprint [sha256.Size]byte

// fingerprintOf covers what is in the files that settings name too: a renewed
// certificate is a change.
func fingerprintOf(settings map[string]any) fingerprint {
	shown, _ := plain(settings).(map[string]any)
	text := fmt.Appendf(nil, "%#v", revealed(shown)) // maps by their keys' order
	for _, key := range slices.Sorted(maps.Keys(shown)) {
		if path, is := shown[key].(string); is && strings.HasSuffix(key, "_file") {
			content, _ := os.ReadFile(path) //nolint:gosec // the configuration names it; the adapter tells what is wrong
			text = fmt.Appendf(text, "\n%q", content)
		}
	}
	return sha256.Sum256(text)
}

// revealed puts the text of secrets, which all print alike, into what plain has
// copied.
func revealed(v any) any {
	switch v := v.(type) {
	case signing.Secret:
		return v.Reveal()
	case *signing.Secret:
		if v != nil {
			return v.Reveal()
		}
	case map[string]any:
		for key := range v {
			v[key] = revealed(v[key])
		}
	case []any:
		for i := range v {
			v[i] = revealed(v[i])
		}
	}
	return v
}
