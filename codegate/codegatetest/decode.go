package codegatetest

import (
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// The server is written in Python, so that its notion of escaping is that of
// urllib: broken escapes stay as they are, broken UTF-8 turns into U+FFFD.

// unquote resolves percent escapes once.
func unquote(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if b, err := hex.DecodeString(s[i+1 : i+3]); err == nil {
				out = append(out, b...)
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return replaceInvalid(out)
}

// replaceInvalid puts one U+FFFD in place of a character that is cut short,
// and of every byte that begins none.
func replaceInvalid(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	var out strings.Builder
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			for size < len(b) && !utf8.FullRune(b[:size+1]) {
				size++
			}
		}
		out.WriteRune(r)
		b = b[size:]
	}
	return out.String()
}

// parseQuery reads a query as the server does: values may be blank, and of a
// key that comes twice the last one counts.
func parseQuery(raw string) map[string]string {
	// Bytes that came without an escape are read as Latin-1.
	text := make([]rune, len(raw))
	for i := range len(raw) {
		text[i] = rune(raw[i])
	}
	query := make(map[string]string)
	for pair := range strings.SplitSeq(string(text), "&") {
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		query[unquotePlus(key)] = unquotePlus(value)
	}
	return query
}

func unquotePlus(s string) string { return unquote(strings.ReplaceAll(s, "+", " ")) }

// canonicalQuery is the query as it is signed: sorted by the key's code
// points before escaping, a space as +.
func canonicalQuery(query map[string]string) string {
	var out strings.Builder
	for i, key := range slices.Sorted(maps.Keys(query)) {
		if i > 0 {
			out.WriteByte('&')
		}
		out.WriteString(url.QueryEscape(key))
		out.WriteByte('=')
		out.WriteString(url.QueryEscape(query[key]))
	}
	return out.String()
}
