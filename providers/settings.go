package providers

import (
	"errors"
	"maps"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mitchellh/mapstructure"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

// Common are the settings that every built-in adapter takes besides its own.
// A zero field stands for a setting that is not given, and then for the default
// that package transport documents. A number or a duration that is given must be
// more than 0.
type Common struct {
	// AttemptTimeout bounds each attempt, such as "10s".
	AttemptTimeout time.Duration `mapstructure:"attempt_timeout" positive:"true"`
	// CallTimeout bounds each call with all its attempts and waits.
	CallTimeout time.Duration `mapstructure:"call_timeout" positive:"true"`
	// MaxLimitWait bounds how long an attempt waits for the client's own limits.
	MaxLimitWait time.Duration `mapstructure:"max_limit_wait" positive:"true"`
	// IdleTimeout is how long a connection is kept that nothing uses.
	IdleTimeout time.Duration `mapstructure:"idle_timeout" positive:"true"`
	// MaxConnections bounds the open connections.
	MaxConnections int `mapstructure:"max_connections" positive:"true"`
	// Attempts bounds the requests of a call.
	Attempts int `mapstructure:"attempts" positive:"true"`
	// PlainHTTP allows an http base URL on a host that is not loopback.
	PlainHTTP bool `mapstructure:"plain_http"`
	// UserAgent replaces the User-Agent header.
	UserAgent string `mapstructure:"user_agent"`
	// Limits are calls a second by class, evenly spaced, in the place of the
	// platform's documented rates; "all" is that of all calls together.
	Limits map[string]float64 `mapstructure:"limits" positive:"true"`
	// Proxy is the address of the proxy, in the place of the environment's.
	// Decode keeps its user apart, for Options.
	Proxy url.URL `mapstructure:"proxy"`
	// CAFile names a PEM file with the authorities to trust in the place of
	// the system's.
	CAFile string `mapstructure:"ca_file"`
	// ClientCertFile and ClientKeyFile name PEM files with the certificate to
	// present and its key.
	ClientCertFile string `mapstructure:"client_cert_file"`
	ClientKeyFile  string `mapstructure:"client_key_file"`

	files // as Decode has read them, with what is secret of Proxy
}

// Options turns the settings, as [Decode] has filled them, into options of the
// transport, with opts after them, which count more.
func (c Common) Options(opts ...transport.Option) []transport.Option {
	var own []transport.Option
	for _, d := range []struct {
		is     time.Duration
		option func(time.Duration) transport.Option
	}{
		{c.AttemptTimeout, transport.WithAttemptTimeout},
		{c.CallTimeout, transport.WithCallTimeout},
		{c.MaxLimitWait, transport.WithMaxLimitWait},
		{c.IdleTimeout, transport.WithIdleTimeout},
	} {
		if d.is != 0 {
			own = append(own, d.option(d.is))
		}
	}
	if c.MaxConnections != 0 {
		own = append(own, transport.WithMaxConnections(c.MaxConnections))
	}
	if c.Attempts != 0 {
		own = append(own, transport.WithDefaultAttempts(c.Attempts))
	}
	if c.PlainHTTP {
		own = append(own, transport.WithPlainHTTP())
	}
	if c.UserAgent != "" {
		own = append(own, transport.WithUserAgent(c.UserAgent))
	}
	if len(c.Limits) > 0 {
		own = append(own, transport.WithLimits(c.limits()...))
	}
	if c.Proxy.Host != "" {
		if c.user != nil {
			c.Proxy.User = c.user()
		}
		own = append(own, transport.WithProxy(http.ProxyURL(&c.Proxy)))
	}
	if c.roots != nil {
		own = append(own, transport.WithRootCAs(c.roots))
	}
	if c.certificate != nil {
		own = append(own, transport.WithClientCertificate(*c.certificate))
	}
	return append(own, opts...)
}

// allCalls is the class of all calls together in settings.
const allCalls = "all"

func (c Common) limits() []transport.Limit {
	limits := make([]transport.Limit, 0, len(c.Limits))
	for _, class := range slices.Sorted(maps.Keys(c.Limits)) {
		l := transport.Limit{Class: class, PerSecond: c.Limits[class], Burst: 1}
		if class == allCalls {
			l.Class = ""
		}
		limits = append(limits, l)
	}
	return limits
}

// Decode fills out, a pointer to a struct with mapstructure tags, from
// settings. Text is read as the field's type: durations ("30s"), decimal
// numbers, true and false, addresses, comma-separated lists, secrets. The error
// names every unknown key, every wrong type, every missing field that is tagged
// `required:"true"` and every number or duration that is given, tagged
// `positive:"true"` and not more than 0, and never shows a value. The files that
// [Common] names are read, and the error says which cannot be used. It matches
// transport.ErrInvalid.
func Decode(provider string, settings map[string]any, out any) error {
	fields := make(map[string]reflect.StructField)
	collectFields(reflect.TypeOf(out).Elem(), nil, fields)
	var wrong transport.Fields
	good := make(map[string]any, len(settings))
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		field, known := fields[key]
		if !known {
			wrong.Check(false, key, "is unknown; known are "+strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
			continue
		}
		// One key at a time into a throw-away: mapstructure's errors show
		// values and are never passed on.
		single, filled := map[string]any{key: settings[key]}, reflect.New(reflect.TypeOf(out).Elem())
		if decode(single, filled.Interface()) != nil {
			wrong.Check(false, key, "must be "+kindOf(field.Type))
			continue
		}
		if settings[key] != nil && field.Tag.Get("positive") == "true" && !positive(filled.Elem().FieldByIndex(field.Index)) {
			wrong.Check(false, key, "must be more than 0")
			continue
		}
		good[key] = settings[key]
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		v := settings[key]
		wrong.Check(v != nil && v != "" || fields[key].Tag.Get("required") != "true", key, "is missing")
	}
	target := reflect.ValueOf(out).Elem()
	filled := reflect.New(target.Type())
	filled.Elem().Set(target)
	failed := decode(good, filled.Interface())
	if l, ok := reflect.TypeAssert[interface{ load() transport.Fields }](filled); ok {
		wrong = append(wrong, l.load()...)
	}
	if err := wrong.Err(provider, "Open"); err != nil {
		return err
	}
	if failed != nil {
		return &transport.Error{Provider: provider, Operation: "Open", Kind: transport.ErrInvalid}
	}
	target.Set(filled.Elem())
	return nil
}

func decode(in map[string]any, out any) error {
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result:           out,
		WeaklyTypedInput: true,
		Squash:           true,
		MatchName:        func(key, field string) bool { return key == field },
		DecodeHook: mapstructure.ComposeDecodeHookFunc(
			refuseMisfits,
			readDecimals,
			mapstructure.StringToTimeDurationHookFunc(),
			readText,
		),
	})
	if err != nil {
		return err
	}
	return decoder.Decode(in)
}

func positive(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer:
		v = v.Elem()
	case reflect.Map:
		for _, each := range v.Seq2() {
			if !positive(each) {
				return false
			}
		}
		return true
	}
	return v.CanInt() && v.Int() > 0 || v.CanUint() && v.Uint() > 0 || v.CanFloat() && v.Float() > 0
}

// refuseMisfits refuses what weak decoding would make something of: a number
// for text, which loses leading zeros, half a number for a whole one, a
// duration without a unit.
func refuseMisfits(from, to reflect.Type, v any) (any, error) {
	given, field, fits := from.Kind(), reflect.Zero(to), true
	switch {
	case from == to, given == reflect.String:
	case to.Kind() == reflect.String, to == reflect.TypeFor[signing.Secret](), to == reflect.TypeFor[url.URL](), to == reflect.TypeFor[time.Duration]():
		fits = false
	case to.Kind() == reflect.Bool:
		fits = given == reflect.Bool
	case to.Kind() == reflect.Map:
		fits = given == reflect.Map
	case field.CanFloat():
		fits = given != reflect.Bool
	case to.Kind() == reflect.Slice:
		fits = given == reflect.Slice || given == reflect.Array
	case field.CanInt(), field.CanUint():
		fits = given != reflect.Bool && holds(field, reflect.ValueOf(v))
	}
	if !fits {
		return nil, errors.New("misfit")
	}
	return v, nil
}

// holds reports whether an integer field takes a number as it is. What is no
// number is left to the decoder.
func holds(field, v reflect.Value) bool {
	if v.CanFloat() {
		f := v.Float()
		if f != math.Trunc(f) || math.Abs(f) >= 1<<53 {
			return false
		}
		v = reflect.ValueOf(int64(f))
	}
	switch {
	case v.CanInt() && field.CanInt():
		return !field.OverflowInt(v.Int())
	case v.CanInt():
		return v.Int() >= 0 && !field.OverflowUint(uint64(v.Int())) //nolint:gosec // it is not negative
	case v.CanUint() && field.CanInt():
		return v.Uint() <= math.MaxInt64 && !field.OverflowInt(int64(v.Uint())) //nolint:gosec // it fits
	}
	return !v.CanUint() || !field.OverflowUint(v.Uint())
}

// readDecimals reads text as the number or the word that people take it for:
// weak decoding would read "010" as 8 and "t" as true.
func readDecimals(from, to reflect.Type, v any) (any, error) {
	if from.Kind() != reflect.String || to == reflect.TypeFor[time.Duration]() {
		return v, nil
	}
	text, field := reflect.ValueOf(v).String(), reflect.Zero(to)
	switch {
	case to.Kind() == reflect.Bool:
		switch strings.ToLower(text) {
		case "true", "false":
			return strings.EqualFold(text, "true"), nil
		}
		return nil, errors.New("no boolean")
	case text == "":
		return v, nil
	case field.CanInt():
		return strconv.ParseInt(text, 10, to.Bits())
	case field.CanUint():
		return strconv.ParseUint(text, 10, to.Bits())
	case field.CanFloat() && strings.Trim(text, "+-.0123456789eE") != "":
		return nil, errors.New("no decimal number")
	}
	return v, nil
}

func readText(from, to reflect.Type, v any) (any, error) {
	text, ok := v.(string)
	if !ok || from.Kind() != reflect.String {
		return v, nil
	}
	switch to {
	case reflect.TypeFor[signing.Secret]():
		return signing.NewSecret(text), nil
	case reflect.TypeFor[url.URL]():
		u, err := url.Parse(text)
		if err != nil || u.Host == "" {
			return nil, errors.New("no absolute URL")
		}
		return *u, nil
	}
	if to.Kind() == reflect.Slice {
		list := strings.Split(text, ",")
		for i := range list {
			list[i] = strings.TrimSpace(list[i])
		}
		if len(list) == 1 && list[0] == "" {
			return []string{}, nil
		}
		return list, nil
	}
	return v, nil
}

// collectFields adds the fields by key, with their index from the outermost
// struct, which at leads to.
func collectFields(t reflect.Type, at []int, fields map[string]reflect.StructField) {
	for f := range t.Fields() {
		f.Index = slices.Concat(at, f.Index)
		name, options, _ := strings.Cut(f.Tag.Get("mapstructure"), ",")
		if f.Type.Kind() == reflect.Struct && (f.Anonymous || strings.Contains(options, "squash")) {
			collectFields(f.Type, f.Index, fields)
			continue
		}
		if name != "" && name != "-" {
			fields[name] = f
		}
	}
}

// kindOf says in words what a field takes.
func kindOf(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return `a duration with a unit, such as "30s"`
	case t == reflect.TypeFor[url.URL]():
		return `an absolute URL such as "https://api.example.com"`
	case t == reflect.TypeFor[signing.Secret](), t.Kind() == reflect.String:
		return "text"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Pointer:
		return kindOf(t.Elem())
	case t.Kind() == reflect.Float32, t.Kind() == reflect.Float64:
		return "a number"
	case t == reflect.TypeFor[map[string]float64]():
		return "a map of numbers"
	case t.Kind() == reflect.Map, t.Kind() == reflect.Struct:
		return "a map"
	case t.Kind() == reflect.Slice:
		return "a list, or text separated by commas"
	}
	return "a whole number"
}
