package aihuishoutest

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// window is how far a timestamp may be off, either way ("Aihuishou partner
// API, common parameters").
const window = 5 * time.Minute

// authentic checks the two headers and the timestamp of a request.
func (p *Platform) authentic(h http.Header, members map[string]json.RawMessage, now time.Time) bool {
	var text string
	if json.Unmarshal(members["timestamp"], &text) != nil {
		return false
	}
	signed, err := time.ParseInLocation(time.DateTime, text, p.location)
	// The timestamp has whole seconds.
	if err != nil || signed.Sub(now.Truncate(time.Second)).Abs() > window {
		return false
	}
	sign, known := p.sign(members)
	return known && header(h, "X-AppId") == p.appID &&
		subtle.ConstantTimeCompare([]byte(header(h, "X-Sign")), []byte(sign)) == 1
}

// header finds a name in any spelling, also where no server has made the names
// canonical.
func header(h http.Header, name string) string {
	for key, values := range h {
		if strings.EqualFold(key, name) && len(values) == 1 {
			return values[0]
		}
	}
	return ""
}

// sign returns the signature of the members of a body: sorted by name, joined
// as name=value with &, the secret behind, SHA-256 in upper-case hexadecimal.
// It is unknown where a value has no form.
func (p *Platform) sign(members map[string]json.RawMessage) (sign string, known bool) {
	pairs := make([]string, 0, len(members))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value, ok := p.form(members[name])
		if !ok {
			return "", false
		}
		pairs = append(pairs, name+"="+value)
	}
	sum := sha256.Sum256([]byte(strings.Join(pairs, "&") + p.secret))
	return fmt.Sprintf("%X", sum), true
}

// form returns a value as it is signed.
func (p *Platform) form(raw json.RawMessage) (string, bool) {
	var v any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return "", false
	}
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return p.numeral(v.String()), true
	case bool:
		if p.jsonLiterals {
			return strconv.FormatBool(v), true
		}
		return map[bool]string{true: "True", false: "False"}[v], true
	case nil:
		return map[bool]string{true: "null", false: "None"}[p.jsonLiterals], true
	}
	var compact bytes.Buffer
	known := p.jsonLiterals && json.Compact(&compact, raw) == nil
	return compact.String(), known
}

// numeral writes whole numbers as they are and all others as the language does
// that has read them.
func (p *Platform) numeral(text string) string {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || !strings.ContainsAny(text, ".eE") {
		return text
	}
	if p.jsonLiterals {
		written, _ := json.Marshal(f) // a finite number
		return string(written)
	}
	// Python's repr: an exponent below -4 and from 16 on, else at least one
	// decimal place.
	scientific := strconv.FormatFloat(f, 'e', -1, 64)
	_, exponent, _ := strings.Cut(scientific, "e")
	if n, _ := strconv.Atoi(exponent); f != 0 && (n < -4 || n >= 16) {
		return scientific
	}
	fixed := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(fixed, ".") {
		fixed += ".0"
	}
	return fixed
}
