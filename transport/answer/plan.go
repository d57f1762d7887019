package answer

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// plan says where the members of an object belong in a struct.
type plan struct {
	fields []field
	byName map[string]int
}

type field struct {
	name   string
	tagged bool
	index  []int // as of reflect.Value.FieldByIndex
	read   reader
}

var plans sync.Map // reflect.Type to *plan

func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := &plan{byName: make(map[string]int)}
	for _, f := range visible(t) {
		p.byName[f.name] = len(p.fields)
		p.fields = append(p.fields, f)
	}
	stored, _ := plans.LoadOrStore(t, p)
	return stored.(*plan)
}

// find returns the number of the field for a name in quotes, -1 if there is
// none, and whether the name is spelled as the field's.
func (p *plan) find(quoted []byte) (n int, same bool) {
	name := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(name, '\\') >= 0 {
		name = []byte(unquote(quoted))
	}
	if n, ok := p.byName[string(name)]; ok {
		return n, true
	}
	for n := range p.fields {
		if strings.EqualFold(p.fields[n].name, string(name)) {
			return n, false
		}
	}
	return -1, false
}

// of returns the field in a struct. It makes the embedded structs on the way,
// and is false where it may not.
func (f *field) of(v reflect.Value) (reflect.Value, bool) {
	for _, i := range f.index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				if !v.CanSet() {
					return reflect.Value{}, false
				}
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v, v.CanSet()
}

// visible lists the fields by the rules of encoding/json: of those with one
// name the least nested counts; of several there the one that has a tag; else
// none.
func visible(t reflect.Type) []field {
	var fields []field
	taken := make(map[string]bool)
	visited := make(map[reflect.Type]bool)
	for level := []embedded{{t: t}}; len(level) > 0; {
		var found []field
		var next []embedded
		for _, e := range level {
			if !visited[e.t] {
				found, next = e.look(found, next)
			}
		}
		for _, e := range level {
			visited[e.t] = true
		}
		for _, f := range found {
			if !taken[f.name] && dominates(f, found) {
				fields = append(fields, f)
			}
		}
		for _, f := range found {
			taken[f.name] = true
		}
		level = next
	}
	return fields
}

// dominates reports whether f alone has its name on its level, or is the only
// one there with a tag.
func dominates(f field, level []field) bool {
	alike, tagged := 0, 0
	for _, other := range level {
		if other.name == f.name {
			alike++
			if other.tagged {
				tagged++
			}
		}
	}
	return alike == 1 || f.tagged && tagged == 1
}

// embedded is a struct whose fields belong to the one around it.
type embedded struct {
	t     reflect.Type
	index []int
}

// look adds the fields and the structs embedded beside them.
func (e embedded) look(fields []field, structs []embedded) ([]field, []embedded) {
	for i := range e.t.NumField() {
		f := e.t.Field(i)
		tag := f.Tag.Get("json")
		name, _, _ := strings.Cut(tag, ",")
		index := append(slices.Clip(e.index), i)
		inner := f.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		switch {
		case tag == "-":
		case f.Anonymous && name == "" && inner.Kind() == reflect.Struct:
			structs = append(structs, embedded{t: inner, index: index})
		case f.IsExported():
			tagged := name != ""
			if !tagged {
				name = f.Name
			}
			fields = append(fields, field{name: name, tagged: tagged, index: index, read: readerOf(f.Type)})
		}
	}
	return fields, structs
}
