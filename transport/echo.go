package transport

import (
	"html"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Platforms like to repeat a wrong value in their message, and not always
// letter by letter: in capitals, cut, a phone with dashes, digits in full width.

const (
	// A run of this many characters that a value and a message have in common
	// is an echo, also when the value goes on: fewer stand in ordinary words.
	latinEcho = 8
	hanEcho   = 4
	// surelyEcho is a run that counts also where it ends within a word.
	surelyEcho = 14
	// maxCompared bounds the characters of all values that are compared so.
	maxCompared = 1 << 14
)

// echoes masks what a call sent in the texts of one error.
type echoes struct {
	run    *run
	values []string // the longest first
	left   int      // bytes of text to look at
}

func (r *run) echoes() *echoes { return &echoes{run: r, left: maxEchoedOfAll} }

// mask masks in s whatever the call sent, then cleans it. A text for which
// there is no time left is masked whole.
func (e *echoes) mask(s string) string {
	if s == "" {
		return ""
	}
	s = s[:min(len(s), maxEchoed)]
	if e.left -= len(s); e.left < 0 {
		return redacted
	}
	s = html.UnescapeString(s)
	if e.values == nil {
		e.values = e.run.sentValues()
		slices.SortFunc(e.values, func(a, b string) int { return len(b) - len(a) })
	}
	for _, v := range e.values {
		if len(v) >= minEcho {
			s = strings.ReplaceAll(s, v, redacted)
		}
	}
	return clean(maskAlike(s, e.values, e.run.query))
}

// maskAlike masks what s has in common with one of the values once case, width
// and all but letters and digits are left aside. The query as a whole has the
// names of its parameters in it.
func maskAlike(s string, values []string, query string) string {
	text := bareText(s)
	masked := make([]bool, len(s))
	left := maxCompared
	for _, v := range slices.Backward(values) { // a long one must not use up what is left for a phone
		if v == query {
			continue
		}
		v = v[:min(len(v), left)]
		left -= len(v)
		markCommon(masked, text, bareText(v))
	}
	var b strings.Builder
	for i := range len(s) {
		switch {
		case !masked[i]:
			b.WriteByte(s[i])
		case i == 0 || !masked[i-1]:
			b.WriteString(redacted)
		}
	}
	return b.String()
}

// letter is a character that is compared, and where it stands.
type letter struct {
	char       rune
	start, end int
}

func bareText(s string) []letter {
	var out []letter
	for i, r := range s {
		end := i + utf8.RuneLen(r)
		if r >= '！' && r <= '～' { // full width
			r -= '！' - '!'
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			out = append(out, letter{unicode.ToLower(r), i, end})
		}
	}
	return out
}

// markCommon marks the runs that text shares with value: those that are long
// enough for an echo, and the whole value where it stands as a word.
func markCommon(masked []bool, text, value []letter) {
	length := latinEcho
	if slices.ContainsFunc(value, func(l letter) bool { return unicode.Is(unicode.Han, l.char) }) {
		length = hanEcho
	}
	word := len(value) < length
	length = min(length, len(value))
	if length < minEcho {
		return
	}
	runs := make(map[string]bool)
	for i := range len(value) - length + 1 {
		runs[chars(value[i:i+length])] = true
	}
	for i := 0; i+length <= len(text); i++ {
		end := i
		for end+length <= len(text) && runs[chars(text[end:end+length])] {
			end++
		}
		if end == i {
			continue
		}
		end += length - 1 // behind the last character in common
		if word && len(text[i:end]) != len(value) || !standsAlone(text, i, end) {
			continue
		}
		for at := text[i].start; at < text[end-1].end; at++ {
			masked[at] = true
		}
		i = end - 1
	}
}

// standsAlone reports whether a run is made of whole words, as far as its script
// has words, or is so long that it is no chance.
func standsAlone(text []letter, from, to int) bool {
	if to-from >= surelyEcho || unicode.Is(unicode.Han, text[from].char) {
		return true
	}
	joined := from > 0 && text[from-1].end == text[from].start || to < len(text) && text[to-1].end == text[to].start
	return !joined
}

func chars(run []letter) string {
	out := make([]rune, len(run))
	for i, l := range run {
		out[i] = l.char
	}
	return string(out)
}
