package procure_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
	"github.com/pentagate/pentagate/transport/transporttest"
)

const marker = "MARKER 张三"

// shown are the texts that may be printed, and why.
var shown = map[string]string{
	"Intent.ID":                    "an id is of no use without the App's secret",
	"UpdateIntentRequest.ID":       "an id",
	"WaitIntentRequest.ID":         "an id",
	"Intent.Status":                "a word",
	"Intent.Platform":              "a word",
	"CreateIntentRequest.Platform": "a word",
	"ListIntentsRequest.Status":    "a word",
	"ListIntentsRequest.Platform":  "a word",
	"ListIntentsRequest.SortBy":    "a word",
	"ListIntentsRequest.Order":     "a word",
	"Health.Status":                "about the platform",
	"Health.Service":               "about the platform",
	"Health.Uptime":                "a number",
}

// TestNoTypePrintsPersonalText fills all types that calls take and return, a
// type that is added later too, and prints, logs and encodes them.
func TestNoTypePrintsPersonalText(t *testing.T) {
	types := make(map[reflect.Type]bool)
	methods := reflect.TypeFor[*procure.Client]()
	for method := range methods.Methods() {
		collect(types, method.Type)
	}
	assert.Contains(t, types, reflect.TypeFor[procure.Intent](), "part of a page")
	used := make(map[string]bool)
	for typ := range types {
		value := reflect.New(typ)
		fill(value.Elem(), "", used)
		v, request := value.Elem().Interface(), strings.HasSuffix(typ.Name(), "Request")
		list := reflect.Append(reflect.MakeSlice(reflect.SliceOf(typ), 0, 1), value.Elem()).Interface()
		for name, nested := range map[string]any{
			"itself": v, "a pointer": value.Interface(), "a slice": list, "a slice of pointers": []any{value.Interface()}, "a map": map[string]any{"k": v},
			"a field": struct{ Inner any }{v}, "a field deep down": &struct{ Inner []any }{[]any{map[string]any{"k": list}}},
		} {
			assertMasked(t, typ.Name()+" as "+name, nested)
		}
		// fmt does not ask what stands in an unexported field how to print it,
		// and the texts of requests are plain strings.
		if !request {
			assertMasked(t, typ.Name()+" as an unexported field", struct{ inner any }{v}, &struct{ inner any }{list})
		}
	}
	assert.ElementsMatch(t, slices.Collect(maps.Keys(shown)), slices.Collect(maps.Keys(used)))
}

// collect adds the structs of the package that are part of a type, in
// functions and iterators as well.
func collect(types map[reflect.Type]bool, t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		collect(types, t.Elem())
	case reflect.Func:
		for in := range t.Ins() {
			collect(types, in)
		}
		for out := range t.Outs() {
			collect(types, out)
		}
	case reflect.Struct:
		if t.PkgPath() != "github.com/pentagate/pentagate/procure" || types[t] || t == reflect.TypeFor[procure.Client]() {
			return
		}
		types[t] = true
		for field := range t.Fields() {
			collect(types, field.Type)
		}
	}
}

// fill puts the marker into every text of v. Those that may be printed get
// another one; what was met of them is noted.
func fill(v reflect.Value, name string, used map[string]bool) {
	switch v.Type() {
	case reflect.TypeFor[transport.Personal]():
		v.Set(reflect.ValueOf(transport.NewPersonal(marker)))
		return
	case reflect.TypeFor[transport.Raw]():
		v.Set(reflect.ValueOf(transport.NewRaw([]byte(`{"name":"` + marker + `"}`))))
		return
	case reflect.TypeFor[time.Time](), reflect.TypeFor[decimal.Decimal](), reflect.TypeFor[answer.Amount]():
		return
	}
	switch v.Kind() {
	case reflect.String:
		if _, ok := shown[name]; ok {
			used[name] = true
			v.SetString("1")
			return
		}
		v.SetString(marker)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), name, used)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), name, used)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i), v.Type().Name()+"."+v.Type().Field(i).Name, used)
			}
		}
	}
}

func assertMasked(t *testing.T, name string, values ...any) {
	t.Helper()
	for _, v := range values {
		var out bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("text", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("json", "v", v, slog.Group("g", "v", v))
		encoded, err := json.Marshal(v)
		if _, unsupported := errors.AsType[*json.UnsupportedTypeError](err); !unsupported { // as OnChange is
			require.NoError(t, err, name)
		}
		out.Write(encoded)
		for _, form := range []string{marker, strings.Trim(fmt.Sprintf("%+q", marker), `"`), fmt.Sprintf("%x", marker), "MARKER"} {
			assert.NotContains(t, out.String(), form, name)
		}
	}
}

func TestARequestPrintsAsJSONWithMasks(t *testing.T) {
	create := sample
	create.Remarks = new("轻放")
	change := procure.UpdateIntentRequest{ID: "a", Quantity: new(int64(2)), Phone: new("13800138000"), Remarks: new("")}
	list := procure.ListIntentsRequest{PageSize: new(5), Status: procure.StatusDraft, UserID: "user_001", StartDate: now}
	for _, tc := range []struct {
		request any
		want    string
	}{
		{create, `{"userId":"[redacted]","platform":"TAOBAO","productUrl":"[redacted]","title":"[redacted]","price":99.99,"quantity":1,` +
			`"recipientName":"[redacted]","address":"[redacted]","phone":"[redacted]","remarks":"[redacted]"}`},
		{change, `{"id":"a","quantity":2,"phone":"[redacted]","remarks":""}`},
		{list, `{"Page":null,"PageSize":5,"Status":"DRAFT","UserID":"[redacted]","Platform":"","StartDate":"2026-02-01T00:00:00Z",` +
			`"EndDate":"0001-01-01T00:00:00Z","SortBy":"","Order":""}`},
		{procure.ListIntentsRequest{StartDate: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, `null`},
		{procure.CreateIntentRequest{Price: decimal.New(1, 1<<30)}, `{"userId":"","platform":"","productUrl":"","title":"","price":0,"quantity":0,` +
			`"recipientName":"","address":"","phone":""}`},
	} {
		assert.Equal(t, tc.want, fmt.Sprint(tc.request))
		encoded, err := json.Marshal(tc.request)
		require.NoError(t, err)
		assert.Equal(t, tc.want, string(encoded))
		var logged bytes.Buffer
		slog.New(slog.NewJSONHandler(&logged, nil)).Info("", "request", tc.request)
		assert.Contains(t, logged.String(), `"request":`+tc.want)
	}
	assert.Equal(t, "13800138000", *change.Phone, "the request stays as it is")
}

// A client of two that its owner tells apart by name says which one it is, also
// in errors that no request was sent for.
func TestErrorsCarryTheNameOfTheClient(t *testing.T) {
	h := start(t, transport.WithName("procure-b"))
	ctx := t.Context()
	_, err := h.client.GetIntent(ctx, "none")
	require.ErrorContains(t, err, "procure-b: GetIntent: not found")
	_, err = h.client.GetIntent(ctx, "")
	require.ErrorContains(t, err, "procure-b: GetIntent: invalid request: id must be")
	_, err = h.client.WaitIntent(ctx, procure.WaitIntentRequest{ID: "a", Interval: -1})
	require.ErrorContains(t, err, "procure-b: WaitIntent: invalid request: interval must not be negative")
	h.faults.Script(transporttest.Status(200, `{"code":0,"data":{"items":[{"id":"a"}],"total":5,"totalPages":1}}`))
	for _, err = range h.client.Intents(ctx, procure.ListIntentsRequest{}) {
		if err != nil {
			break
		}
	}
	require.ErrorContains(t, err, "procure-b: ListIntents: malformed answer: the platform told 5 items and gave 1")
}
