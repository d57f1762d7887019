package answer

import (
	"bytes"
	"encoding/json"
	"reflect"
	"unicode/utf8"
)

// cursor walks once over JSON that is known to be valid. That is why it looks
// for nothing but the end of each value.
type cursor struct {
	b []byte
	i int
}

// more steps to the next member or element. If there is none, it steps behind
// the end of the object or array.
func (c *cursor) more(end byte) bool {
	c.space()
	switch c.b[c.i] {
	case end:
		c.i++
		return false
	case ',':
		c.i++
		c.space()
	}
	return true
}

func (c *cursor) space() {
	for c.b[c.i] <= ' ' {
		c.i++
	}
}

// name returns a member's name in quotes and steps to its value.
func (c *cursor) name() []byte {
	quoted := c.value()
	c.space()
	c.i++ // the colon
	c.space()
	return quoted
}

// value returns the value at the cursor and steps behind it.
func (c *cursor) value() []byte {
	start := c.i
	switch c.b[c.i] {
	case '"':
		c.text()
	case '{', '[':
		c.nested()
	default:
		for c.i < len(c.b) && !ends(c.b[c.i]) {
			c.i++
		}
	}
	return c.b[start:c.i:c.i]
}

// ends reports whether a number or a word ends before b.
func ends(b byte) bool { return b <= ' ' || b == ',' || b == ']' || b == '}' }

func (c *cursor) text() {
	for c.i++; c.b[c.i] != '"'; c.i++ {
		if c.b[c.i] == '\\' {
			c.i++
		}
	}
	c.i++
}

func (c *cursor) nested() {
	for depth := 0; ; {
		switch c.b[c.i] {
		case '"':
			c.text()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		c.i++
		if depth == 0 {
			return
		}
	}
}

// object reads the object at the cursor into a struct.
func (c *cursor) object(v reflect.Value) {
	p := planOf(v.Type())
	var few [32]bool
	exact := few[:] // the fields whose name came as it is spelled
	if len(p.fields) > len(few) {
		exact = make([]bool, len(p.fields))
	}
	c.i++
	for c.more('}') {
		n, same := p.find(c.name())
		if n < 0 || exact[n] && !same {
			c.value()
			continue
		}
		exact[n] = same
		field, ok := p.fields[n].of(v)
		if !ok {
			c.value()
			continue
		}
		field.SetZero()
		p.fields[n].read(c, field)
	}
}

// unquote returns the text of a JSON string, "" for anything else.
func unquote(quoted []byte) string {
	if len(quoted) < 2 || quoted[0] != '"' || quoted[len(quoted)-1] != '"' {
		return ""
	}
	if plain := quoted[1 : len(quoted)-1]; bytes.IndexByte(plain, '\\') < 0 && utf8.Valid(plain) {
		return string(plain)
	}
	var text string
	if json.Unmarshal(quoted, &text) != nil {
		return ""
	}
	return text
}
