package sign

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pentagate/pentagate/signing"
)

// codeGate tries the mistakes with METHOD, PATH, QUERY, SHA256_HEX(body) and
// TIMESTAMP.
func (c *comparison) codeGate() {
	r := c.in.request
	c.method()
	c.with("path percent-encoded", 1, (&url.URL{Path: r.Path}).EscapedPath())
	c.with("path percent-decoded", 1, unescaped(r.Path))
	c.with("query left out", 2, "")
	c.with("query in the order given, not sorted", 2, r.RawQuery)
	c.with("spaces of the query as %20 instead of +", 2, strings.ReplaceAll(c.pieces[2], "+", "%20"))
	for _, body := range bodies(r.Body) {
		sum := sha256.Sum256([]byte(body.text))
		c.with(body.mistake, 3, hex.EncodeToString(sum[:]))
	}
	sum := sha256.Sum256(r.Body)
	c.with("hash of the body in upper case", 3, strings.ToUpper(hex.EncodeToString(sum[:])))
	c.with("hash of the body in base64", 3, base64.StdEncoding.EncodeToString(sum[:]))
	c.with("hash of the body left empty: an empty body has one too", 3, "")
	c.with("body in the place of its hash", 3, string(r.Body))
	for millis := range int64(1000) {
		c.with("timestamp in milliseconds", 4, strconv.FormatInt(r.Time.UnixMilli()+millis, 10))
	}
	c.around(r.Time, signing.DefaultWindow, time.Second, 4, func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) })
}

// procure tries the mistakes with METHOD, PATH and query, TIMESTAMP and BODY.
func (c *comparison) procure() {
	r := c.in.request
	c.method()
	query, sorted := "", ""
	if r.RawQuery != "" {
		pairs := strings.Split(r.RawQuery, "&")
		slices.Sort(pairs)
		query, sorted = "?"+r.RawQuery, "?"+strings.Join(pairs, "&")
	}
	c.with("path percent-encoded twice", 1, (&url.URL{Path: r.Path}).EscapedPath()+query)
	c.with("path percent-decoded", 1, unescaped(r.Path)+query)
	c.with("query left out", 1, r.Path)
	c.with("query sorted", 1, r.Path+sorted)
	c.with("spaces of the query as %20 instead of +", 1, r.Path+strings.ReplaceAll(query, "+", "%20"))
	c.with("spaces of the query as + instead of %20", 1, r.Path+strings.ReplaceAll(query, "%20", "+"))
	for _, body := range bodies(r.Body) {
		c.with(body.mistake, 3, body.text)
	}
	c.with("timestamp in seconds", 2, strconv.FormatInt(r.Time.Unix(), 10))
	millis := func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
	// Every millisecond of some minutes would be too many for a large body. A
	// clock that is read twice differs by a few of them, one that only knows
	// seconds has none.
	c.around(r.Time, 2*time.Second, time.Millisecond, 2, millis)
	c.around(r.Time, signing.DefaultWindow, time.Second, 2, millis)
	c.around(r.Time.Truncate(time.Second), signing.DefaultWindow, time.Second, 2, millis)
}

// aihuishou tries the mistakes with the sorted parameters.
func (c *comparison) aihuishou() {
	python, other, mistake := signing.LiteralsPython, signing.LiteralsJSON, "literals as JSON writes them"
	if c.in.literals != python {
		other, mistake = python, "literals as Python writes them"
	}
	c.signedWith(mistake, signing.WithLiterals(other))
	c.signedWith("timestamp in UTC", signing.WithLiterals(c.in.literals), signing.WithLocation(time.UTC))
	withAppID := append(slices.Clone(c.pieces), "app_id="+c.in.key)
	slices.Sort(withAppID)
	c.try("app_id among the parameters", c.in.secret, withAppID, "")
	stamp := slices.IndexFunc(c.pieces, func(piece string) bool { return strings.HasPrefix(piece, "timestamp=") })
	c.try("timestamp left out", c.in.secret, slices.Delete(slices.Clone(c.pieces), stamp, stamp+1), "")
	c.try("parameters in the order of the body, not sorted", c.in.secret, inOrder(c.pieces, c.in.request.Body), "")
	c.around(c.in.request.Time, signing.DefaultWindow, time.Second, stamp, func(t time.Time) string { return "timestamp=" + t.In(chinaTime).Format(time.DateTime) })
}

// signedWith tries another setting of the signer.
func (c *comparison) signedWith(mistake string, opts ...signing.AihuishouOption) {
	s, err := sign(c.in, opts...)
	if err == nil { // Python's literals have no form for nested values
		c.try(mistake, c.in.secret, s.pieces(c.in), "")
	}
}

// inOrder sorts parameters by their place in the body, the timestamp last if
// the signer has put it in.
func inOrder(pieces []string, body []byte) []string {
	var names []string
	decoder := json.NewDecoder(bytes.NewReader(body))
	_, _ = decoder.Token() // the brace: the signer has read the body before
	for decoder.More() {
		name, err := decoder.Token()
		var value json.RawMessage
		if err != nil || decoder.Decode(&value) != nil {
			break
		}
		text, _ := name.(string)
		names = append(names, text)
	}
	place := func(piece string) int {
		at := slices.IndexFunc(names, func(name string) bool { return strings.HasPrefix(piece, name+"=") })
		if at < 0 {
			return len(names)
		}
		return at
	}
	sorted := slices.Clone(pieces)
	slices.SortStableFunc(sorted, func(a, b string) int { return place(a) - place(b) })
	return sorted
}

// bodies are the body that was given in other spellings.
func bodies(body []byte) []struct{ mistake, text string } {
	if len(body) == 0 {
		return nil
	}
	spellings := []struct{ mistake, text string }{
		{"body left out", ""},
		{"body signed, also of a GET", string(body)},
		{"body with a newline after it", string(body) + "\n"},
		{"body without the white space around it", string(bytes.TrimSpace(body))},
	}
	var compact, spaced bytes.Buffer
	if json.Compact(&compact, body) != nil {
		return spellings
	}
	inString, escaped := false, false
	for _, c := range compact.Bytes() {
		spaced.WriteByte(c)
		if !inString && (c == ',' || c == ':') {
			spaced.WriteByte(' ')
		}
		inString = inString != (c == '"' && !escaped)
		escaped = c == '\\' && !escaped
	}
	return append(spellings,
		struct{ mistake, text string }{"body without spaces", compact.String()},
		struct{ mistake, text string }{"body with a space after each comma and colon", spaced.String()})
}

func unescaped(path string) string {
	if text, err := url.PathUnescape(path); err == nil {
		return text
	}
	return path
}
