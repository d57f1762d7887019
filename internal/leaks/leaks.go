// Package leaks finds what the types of a package print and should not. It
// serves the tests of the packages whose calls take or return personal data:
// types that a package gets later are found by themselves.
package leaks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

// marker is the personal text that must not be seen.
const marker = "hunter2-of-elm-street"

// In looks through all types of a package that a reader of its documentation
// gets to from the types of roots, by their methods and exported fields. Each is
// filled, nested and printed in every way. The strings that harmless names, as
// in "Order.OrderNo" with the reason, may show. In returns the names of the
// types, and a line for each leak and each name that is not there.
func In(harmless map[string]string, roots ...any) (types, found []string) {
	s := search{pkg: reflect.TypeOf(roots[0]).PkgPath(), harmless: harmless, used: make(map[string]bool)}
	for _, root := range roots {
		s.visit(reflect.TypeOf(root), true)
	}
	for _, r := range s.reached {
		types = append(types, nameOf(r.t))
		filled := reflect.New(r.t)
		s.fill(filled.Elem(), nameOf(r.t), 0)
		for _, n := range nested(filled, !r.taken) {
			for how, text := range printed(n) {
				if strings.Contains(text, marker) {
					found = append(found, fmt.Sprintf("%s shows in %T by %s", nameOf(r.t), n, how))
				}
			}
		}
	}
	for name := range harmless {
		if !s.used[name] {
			found = append(found, name+" is no string")
		}
	}
	slices.Sort(types)
	slices.Sort(found)
	return types, found
}

type search struct {
	pkg      string
	harmless map[string]string
	used     map[string]bool
	reached  []*reached
}

// reached is a type of the package; taken tells that calls only take it.
type reached struct {
	t     reflect.Type
	taken bool
}

func (s *search) visit(t reflect.Type, taken bool) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		s.visit(t.Elem(), taken)
	case reflect.Func: // a callback or an iterator, which hands results out
		for in := range t.Ins() {
			s.visit(in, false)
		}
	case reflect.Struct:
		s.visitStruct(t, taken)
	}
}

func (s *search) visitStruct(t reflect.Type, taken bool) {
	if t.PkgPath() != s.pkg {
		return
	}
	i := slices.IndexFunc(s.reached, func(r *reached) bool { return r.t == t })
	if i >= 0 && (taken || !s.reached[i].taken) {
		return
	}
	if i >= 0 {
		s.reached[i].taken = false
	} else {
		s.reached = append(s.reached, &reached{t, taken})
	}
	for f := range t.Fields() {
		if f.IsExported() {
			s.visit(f.Type, taken)
		}
	}
	for m := range reflect.PointerTo(t).Methods() {
		for in := range m.Type.Ins() {
			s.visit(in, true)
		}
		for out := range m.Type.Outs() {
			s.visit(out, false)
		}
	}
}

// nameOf leaves the package and type arguments out.
func nameOf(t reflect.Type) string {
	name, _, _ := strings.Cut(t.Name(), "[")
	return name
}

// fill sets every text in v, those of unexported fields included. The name is the field's that v belongs to.
func (s *search) fill(v reflect.Value, name string, depth int) {
	if depth > 8 || !v.CanSet() {
		return
	}
	switch v.Interface().(type) {
	case transport.Personal:
		v.Set(reflect.ValueOf(transport.NewPersonal(marker)))
		return
	case transport.Raw:
		v.Set(reflect.ValueOf(transport.NewRaw(fmt.Appendf(nil, "%q", marker))))
		return
	case signing.Secret:
		v.Set(reflect.ValueOf(signing.NewSecret(marker)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s.text(name))
	case reflect.Interface:
		if v.NumMethod() == 0 {
			v.Set(reflect.ValueOf(s.text(name)))
		}
	case reflect.Pointer:
		if e := v.Type().Elem(); e.Kind() != reflect.Struct || e.PkgPath() == s.pkg {
			v.Set(reflect.New(e))
			s.fill(v.Elem(), name, depth+1)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes(fmt.Appendf(nil, "%q", marker))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		s.fill(v.Index(0), name, depth+1)
	case reflect.Map:
		key, element := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		s.fill(key, name, depth+1)
		s.fill(element, name, depth+1)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, element)
	case reflect.Struct:
		if v.Type().PkgPath() != s.pkg {
			return
		}
		for f, field := range v.Fields() {
			if !f.IsExported() {
				field = reflect.NewAt(f.Type, field.Addr().UnsafePointer()).Elem()
			}
			s.fill(field, nameOf(v.Type())+"."+f.Name, depth+1)
		}
	}
}

func (s *search) text(name string) string {
	if _, ok := s.harmless[name]; ok {
		s.used[name] = true
		return "harmless"
	}
	return marker
}

// nested returns what p points to in all that it may be part of. Where fmt does
// not ask a value how it wants to be printed, which is in unexported fields and,
// for %s and %q, behind pointers to what has no methods, nothing can be done for
// plain strings: that is left out for a type that calls only take.
func nested(p reflect.Value, unasked bool) []any {
	v := p.Elem()
	list := reflect.Append(reflect.MakeSlice(reflect.SliceOf(v.Type()), 0, 1), v)
	pointers := reflect.Append(reflect.MakeSlice(reflect.SliceOf(p.Type()), 0, 1), p)
	table := reflect.MakeMap(reflect.MapOf(reflect.TypeFor[string](), v.Type()))
	table.SetMapIndex(reflect.ValueOf("k"), v)
	holder := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "V", Type: v.Type()}, {Name: "P", Type: p.Type()}, {Name: "L", Type: list.Type()}}))
	for i, part := range []reflect.Value{v, p, list} {
		holder.Elem().Field(i).Set(part)
	}
	type open struct{ V any }
	type closed struct{ v any }
	all := []any{holder.Interface()}
	for _, n := range []reflect.Value{v, p, list, pointers, table, holder.Elem()} {
		a := n.Interface()
		all = append(all, a, []any{a}, map[string]any{"k": a}, open{a}, &open{a}, []open{{a}})
		if unasked {
			all = append(all, []any{holder.Interface()}, []*open{{a}}, closed{a}, &closed{a}, []closed{{a}}, map[string]*closed{"k": {a}})
		}
	}
	return all
}

// printed returns the texts of v by how they were made.
func printed(v any) map[string]string {
	all := make(map[string]string)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		all[verb] = fmt.Sprintf(verb, v)
	}
	var text, lines bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("x", "v", v)
	slog.New(slog.NewJSONHandler(&lines, nil)).Info("x", "v", v)
	all["slog text"], all["slog JSON"] = text.String(), lines.String()
	encoded, err := json.Marshal(v)
	all["json.Marshal"] = fmt.Sprint(string(encoded), err)
	return all
}
