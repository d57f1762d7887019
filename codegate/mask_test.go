package codegate_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/transport"
)

const marker = "MARKER 张三"

// shown are the texts that may be printed, and why.
var shown = map[string]string{
	"Code.ID":                    "an id is of no use without the API key",
	"Project.ID":                 "an id",
	"Statistics.ProjectID":       "an id",
	"VerificationLog.ID":         "an id",
	"VerifyResult.CodeID":        "an id",
	"ReactivateResult.CodeID":    "an id",
	"Project.Name":               "the name of a set of codes, not of a person",
	"Statistics.UsageRate":       "a number",
	"ListCodesRequest.Status":    "a word",
	"VerificationLog.Result":     "a word",
	"VerifyResult.ErrorCode":     "a word",
	"ReactivateResult.ErrorCode": "a word",
}

// TestNoTypePrintsPersonalText fills all types that calls take and return, a
// type that is added later too, and prints, logs and encodes them.
func TestNoTypePrintsPersonalText(t *testing.T) {
	types := make(map[reflect.Type]bool)
	methods := reflect.TypeFor[*codegate.Client]()
	for method := range methods.Methods() {
		collect(types, method.Type)
	}
	assert.Contains(t, types, reflect.TypeFor[codegate.VerificationLog](), "part of a list in an answer")
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
		if t.PkgPath() != "github.com/pentagate/pentagate/codegate" || types[t] || t == reflect.TypeFor[codegate.Client]() {
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
	case reflect.TypeFor[time.Time]():
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
		require.NoError(t, err, name)
		out.Write(encoded)
		for _, form := range []string{marker, strings.Trim(fmt.Sprintf("%+q", marker), `"`), fmt.Sprintf("%x", marker), "MARKER"} {
			assert.NotContains(t, out.String(), form, name)
		}
	}
}

func TestARequestPrintsAsJSONWithMasks(t *testing.T) {
	verify := codegate.VerifyCodeRequest{Code: "A", VerifiedBy: "o"}
	back := codegate.ReactivateCodeRequest{Code: "A", Reason: "r"}
	list := codegate.ListCodesRequest{PageSize: new(5), Status: codegate.StatusUsed, Search: "A"}
	for _, tc := range []struct {
		request any
		want    string
	}{
		{verify, `{"code":"[redacted]","verified_by":"[redacted]"}`},
		{back, `{"code":"[redacted]","reason":"[redacted]"}`},
		{list, `{"Page":null,"PageSize":5,"Status":"used","Search":"[redacted]"}`},
		{codegate.ListCodesRequest{}, `{"Page":null,"PageSize":null,"Status":"","Search":""}`},
	} {
		assert.Equal(t, tc.want, fmt.Sprint(tc.request))
		assert.Equal(t, tc.want, string(encode(t, tc.request)))
		var logged bytes.Buffer
		slog.New(slog.NewJSONHandler(&logged, nil)).Info("", "request", tc.request)
		assert.Contains(t, logged.String(), `"request":`+tc.want)
	}
	assert.Equal(t, codegate.VerifyCodeRequest{Code: "A", VerifiedBy: "o"}, verify, "the request stays as it is")
}

// A client of two that its owner tells apart by name says which one it is.
func TestErrorsCarryTheNameOfTheClient(t *testing.T) {
	h := start(t, transport.WithName("codegate-eu"))
	ctx := t.Context()
	result, err := h.client.VerifyCode(ctx, order)
	require.NoError(t, err)
	assert.EqualError(t, result.Err(), "codegate-eu: VerifyCode: not found (code CODE_NOT_FOUND)")
	back, err := h.client.ReactivateCode(ctx, codegate.ReactivateCodeRequest{Code: "A"})
	require.NoError(t, err)
	assert.EqualError(t, back.Err(), "codegate-eu: ReactivateCode: not found (code CODE_NOT_FOUND)")
	_, err = h.client.GetCode(ctx, "")
	require.EqualError(t, err, "codegate-eu: GetCode: invalid request: code_id must be 1 to 64 letters, digits or hyphens")
	assert.EqualError(t, (&codegate.VerifyResult{ErrorCode: codegate.CodeExpired}).Err(), "codegate: VerifyCode: conflict (code CODE_EXPIRED)")
}
