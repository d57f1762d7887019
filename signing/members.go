package signing

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// member is one name and value of a JSON object.
type member struct {
	key      []byte // unescaped
	value    []byte // raw JSON
	position int    // in the object, from 1
	start    int    // of value in the body
}

// appendMembers appends the members of the JSON object in body and returns
// where another member would be inserted. Keys and values point into body,
// except for keys with escapes.
func appendMembers(dst []member, body []byte) (members []member, end int, err error) {
	if !json.Valid(body) || !utf8.Valid(body) {
		return dst, 0, fmt.Errorf("%w: aihuishou: body is not JSON in UTF-8", ErrRequest)
	}
	i := skipSpace(body, 0)
	if body[i] != '{' {
		return dst, 0, fmt.Errorf("%w: aihuishou: body is not a JSON object", ErrRequest)
	}
	i++
	end = i
	// From here on every index stays inside, because the JSON is complete.
	for i = skipSpace(body, i); body[i] != '}'; i = skipSpace(body, i) {
		if body[i] == ',' {
			i = skipSpace(body, i+1)
		}
		m := member{position: len(dst) + 1}
		afterKey := skipString(body, i)
		if m.key, err = unquote(body[i:afterKey]); err != nil {
			return dst, 0, err
		}
		m.start = skipSpace(body, skipSpace(body, afterKey)+1) // over the colon
		end = skipValue(body, m.start)
		m.value = body[m.start:end]
		dst = append(dst, m)
		i = end
	}
	return dst, end, nil
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// skipString returns the index after the string that begins at i.
func skipString(b []byte, i int) int {
	for i++; b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// skipValue returns the index after the value that begins at i.
func skipValue(b []byte, i int) int {
	for depth := 0; ; {
		switch b[i] {
		case '"':
			i = skipString(b, i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			depth--
			i++
		case ',', ':', ' ', '\t', '\n', '\r':
			i++
		default:
			i = skipLiteral(b, i)
		}
		if depth == 0 {
			return i
		}
	}
}

// skipLiteral returns the index after the number, true, false or null at i.
func skipLiteral(b []byte, i int) int {
	for isAlphanumeric(b[i]) || b[i] == '-' || b[i] == '+' || b[i] == '.' {
		i++
	}
	return i
}

// unquote returns the text of a JSON string, without a copy where it holds no
// escapes.
func unquote(quoted []byte) ([]byte, error) {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1], nil
	}
	var text string
	if err := json.Unmarshal(quoted, &text); err != nil {
		return nil, fmt.Errorf("%w: aihuishou: a string of the body cannot be read", ErrRequest)
	}
	return []byte(text), nil
}
