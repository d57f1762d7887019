package signing

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

type queryPair struct{ key, value []byte }

// queryScratch is what one canonicalisation needs; it is pooled.
type queryScratch struct {
	pairs []queryPair
	text  []byte
}

var queryPool = sync.Pool{New: func() any { return new(queryScratch) }}

// appendCanonicalQuery appends the query as CodeGate's server signs it: parsed,
// the last of equal keys kept, sorted by unescaped key, form-encoded again.
// For one value a key that is what url.Values.Encode writes.
func appendCanonicalQuery(dst []byte, raw string) []byte {
	if raw == "" {
		return dst
	}
	s := queryPool.Get().(*queryScratch)
	defer s.release()
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		s.pairs = append(s.pairs, queryPair{s.unescape(key), s.unescape(value)})
	}
	// Stable, so that the last of equal keys on the wire stays the last.
	slices.SortStableFunc(s.pairs, func(a, b queryPair) int { return bytes.Compare(a.key, b.key) })
	start := len(dst)
	for i, p := range s.pairs {
		if i+1 < len(s.pairs) && bytes.Equal(p.key, s.pairs[i+1].key) {
			continue
		}
		if len(dst) > start {
			dst = append(dst, '&')
		}
		dst = appendFormEscaped(dst, p.key)
		dst = append(dst, '=')
		dst = appendFormEscaped(dst, p.value)
	}
	return dst
}

func (s *queryScratch) release() {
	if cap(s.text) > maxPooledText {
		*s = queryScratch{}
	}
	s.pairs, s.text = s.pairs[:0], s.text[:0]
	queryPool.Put(s)
}

// unescape reads form encoding as Python's unquote_plus does: a percent sign
// that begins no escape stays, and invalid UTF-8 becomes U+FFFD.
func (s *queryScratch) unescape(text string) []byte {
	start := len(s.text)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '+':
			s.text = append(s.text, ' ')
		case c == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]):
			s.text = append(s.text, unhex(text[i+1])<<4|unhex(text[i+2]))
			i += 2
		default:
			s.text = append(s.text, c)
		}
	}
	if !utf8.Valid(s.text[start:]) {
		s.text = append(s.text[:start], replaceInvalid(s.text[start:])...)
	}
	return s.text[start:len(s.text):len(s.text)]
}

// replaceInvalid writes one U+FFFD for each longest piece that begins a
// character and does not end it, as Python does. strings.ToValidUTF8 writes one
// for a run of such pieces, and a range over a string one for each byte.
func replaceInvalid(b []byte) []byte {
	var out []byte
	for len(b) > 0 {
		_, n := utf8.DecodeRune(b)
		if n > 1 || b[0] < utf8.RuneSelf {
			out, b = append(out, b[:n]...), b[n:]
			continue
		}
		for n < len(b) && !utf8.FullRune(b[:n+1]) {
			n++
		}
		out, b = utf8.AppendRune(out, utf8.RuneError), b[n:]
	}
	return out
}

func appendFormEscaped(dst, text []byte) []byte {
	for _, c := range text {
		switch {
		case isAlphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '~':
			dst = append(dst, c)
		case c == ' ':
			dst = append(dst, '+')
		default:
			dst = append(dst, '%', upperHex[c][0], upperHex[c][1])
		}
	}
	return dst
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&^0x20 - 'A' + 10
}
