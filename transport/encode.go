package transport

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/pentagate/pentagate/signing"
)

// encode makes the body bytes, once for all attempts: compact, without HTML
// escapes, as JSON.stringify writes it. What cannot be sent as it is comes back
// as wrong fields.
func encode(body any) ([]byte, Fields) {
	var wrong Fields
	switch b := body.(type) {
	case nil:
		return nil, nil
	case []byte:
		return b, nil
	case json.RawMessage:
		wrong.Check(utf8.Valid(b), "body", "must be valid UTF-8")
		return b, wrong
	case io.Reader:
		wrong.Check(false, "body", "must not be a reader: pass the bytes, so that they can be signed and sent again")
		return nil, wrong
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if enc.Encode(body) != nil {
		wrong.Check(false, "body", "must be encodable as JSON")
		return nil, wrong
	}
	// The encoder writes the escape for bytes that are no UTF-8, and only for
	// those, and a mask for what is personal or secret: the platform would get
	// another text than the caller gave.
	for _, hint := range []string{`\ufffd`, `"` + redacted + `"`, rawSize + `"`} {
		if bytes.Contains(buf.Bytes(), []byte(hint)) {
			wrong = invalidText(nil, "body", reflect.ValueOf(body))
		}
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), wrong
}

// invalidText names the members of a body whose text is no UTF-8, or a mask.
func invalidText(f Fields, name string, v reflect.Value) Fields {
	if v.IsValid() {
		switch v.Interface().(type) {
		case Personal, Raw, signing.Secret:
			f.Check(v.IsZero(), name, "must be the text itself, not what masks it")
			return f
		}
	}
	switch v.Kind() {
	case reflect.String:
		f.Check(utf8.ValidString(v.String()), name, "must be valid UTF-8")
		f.CheckUnmasked(name, v.String())
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return invalidText(f, name, v.Elem())
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			f = invalidText(f, name, v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			f = invalidText(f, name, key)
			f = invalidText(f, strings.ToValidUTF8(fmt.Sprint(key), "?"), v.MapIndex(key))
		}
	case reflect.Struct:
		for field, value := range v.Fields() {
			member := name
			if tag, _, _ := strings.Cut(field.Tag.Get("json"), ","); tag != "" {
				member = tag
			}
			if field.IsExported() && member != "-" {
				f = invalidText(f, member, value)
			}
		}
	}
	return f
}
