package answer

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"strconv"
	"sync"
)

// reader reads the value at the cursor into v, which is zero, and steps behind
// it. If the value does not fit, it leaves v zero and returns false.
type reader func(c *cursor, v reflect.Value) bool

// optional is a type of this package: it may hold none without an error.
type optional interface{ none() bool }

var (
	rawMessage      = reflect.TypeFor[json.RawMessage]()
	jsonNumber      = reflect.TypeFor[json.Number]()
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

var readers sync.Map // reflect.Type to reader

func readerOf(t reflect.Type) reader {
	if read, ok := readers.Load(t); ok {
		return read.(reader)
	}
	read := chooseReader(t)
	readers.Store(t, read)
	return read
}

// chooseReader looks no further than t: types may contain themselves.
func chooseReader(t reflect.Type) reader {
	itself := reflect.PointerTo(t)
	switch {
	case t == rawMessage:
		return readRaw
	case itself.Implements(jsonUnmarshaler):
		return readItself
	case t == jsonNumber, itself.Implements(textUnmarshaler):
		return readOther
	}
	switch t.Kind() {
	case reflect.String:
		return readString
	case reflect.Bool:
		return readBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return readInt
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return readUint
	case reflect.Pointer:
		return readPointer
	case reflect.Struct:
		return readStruct
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 { // those are base64 text
			return readSlice
		}
	case reflect.Map:
		if t.Key().Kind() == reflect.String && !reflect.PointerTo(t.Key()).Implements(textUnmarshaler) {
			return readMap
		}
	}
	return readOther
}

func readRaw(c *cursor, v reflect.Value) bool {
	if raw := c.value(); string(raw) != "null" {
		v.SetBytes(bytes.Clone(raw))
	}
	return true
}

func readItself(c *cursor, v reflect.Value) bool {
	to := v.Addr().Interface().(json.Unmarshaler)
	if to.UnmarshalJSON(c.value()) != nil {
		v.SetZero()
		return false
	}
	o, ok := to.(optional)
	return !ok || !o.none() // a Time of none keeps its Text
}

// readOther leaves to encoding/json what answers hardly hold: the value fits
// as a whole or not at all.
func readOther(c *cursor, v reflect.Value) bool {
	raw := c.value()
	if string(raw) == "null" {
		return v.Kind() == reflect.Interface
	}
	ok := json.Unmarshal(raw, v.Addr().Interface()) == nil
	if !ok {
		v.SetZero()
	}
	return ok
}

func readString(c *cursor, v reflect.Value) bool {
	raw := c.value()
	if raw[0] != '"' {
		return false
	}
	v.SetString(unquote(raw))
	return true
}

func readBool(c *cursor, v reflect.Value) bool {
	raw := string(c.value())
	v.SetBool(raw == "true")
	return raw == "true" || raw == "false"
}

// maxDigits bounds what is tried as a Go integer: the longest has 20
// characters.
const maxDigits = 20

func readInt(c *cursor, v reflect.Value) bool {
	raw := c.value()
	if len(raw) > maxDigits {
		return false
	}
	n, err := strconv.ParseInt(string(raw), 10, v.Type().Bits())
	if err != nil {
		return false
	}
	v.SetInt(n)
	return true
}

func readUint(c *cursor, v reflect.Value) bool {
	raw := c.value()
	if len(raw) > maxDigits {
		return false
	}
	n, err := strconv.ParseUint(string(raw), 10, v.Type().Bits())
	if err != nil {
		return false
	}
	v.SetUint(n)
	return true
}

func readPointer(c *cursor, v reflect.Value) bool {
	if c.b[c.i] == 'n' {
		c.value()
		return true
	}
	to := reflect.New(v.Type().Elem())
	if !readerOf(v.Type().Elem())(c, to.Elem()) {
		return false
	}
	v.Set(to)
	return true
}

func readStruct(c *cursor, v reflect.Value) bool {
	if c.b[c.i] != '{' {
		c.value()
		return false
	}
	c.object(v)
	return true
}

func readSlice(c *cursor, v reflect.Value) bool {
	if c.b[c.i] != '[' {
		return string(c.value()) == "null"
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	read := readerOf(v.Type().Elem())
	c.i++
	for n := 0; c.more(']'); n++ {
		v.Grow(1)
		v.SetLen(n + 1)
		read(c, v.Index(n))
	}
	return true
}

func readMap(c *cursor, v reflect.Value) bool {
	if c.b[c.i] != '{' {
		return string(c.value()) == "null"
	}
	t := v.Type()
	v.Set(reflect.MakeMap(t))
	read := readerOf(t.Elem())
	c.i++
	for c.more('}') {
		key, element := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		key.SetString(unquote(c.name()))
		if !read(c, element) {
			element = reflect.Value{} // which deletes what an earlier one left
		}
		v.SetMapIndex(key, element)
	}
	return true
}
