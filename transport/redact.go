package transport

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Everything that this package prints of a request or an answer goes through
// this file: what is not known to be harmless is masked.

const (
	redacted = "[redacted]"
	maxText  = 300 // characters
	minEcho  = 3   // bytes; shorter values stand in ordinary words by chance
	// maxEchoed is how much of a foreign text is looked at, and maxEchoedOfAll
	// of those of one error, in bytes, and maxFields how many wrong fields of an
	// answer are kept: a platform must not keep a call busy behind its deadline.
	maxEchoed      = 4 << 10
	maxEchoedOfAll = 2 * maxEchoed
	maxFields      = 50
)

// loggedHeaders are the answer's headers that logs may show.
var loggedHeaders = []string{"Content-Length", "Content-Type", "Date", "Retry-After", "X-Request-Id"}

func safeHeaders(h http.Header) map[string]string {
	out := make(map[string]string)
	for _, name := range loggedHeaders {
		if v := h.Get(name); v != "" {
			out[name] = clean(v)
		}
	}
	return out
}

// safeLocation is an address without user, query and fragment.
func safeLocation(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// location is where a redirect pointed, without its query and without the
// values of the call.
func (r *run) location(base *url.URL, a *Answer) string {
	u, err := base.Parse(a.Header.Get("Location"))
	if err != nil || a.Header.Get("Location") == "" {
		return "nowhere"
	}
	return u.Scheme + "://" + u.Host + r.echoes().mask(u.Path)
}

// longDigits matches phones, card numbers and timestamps.
var longDigits = regexp.MustCompile(`[0-9]{7,}`)

// clean makes foreign text fit for one line of a log: no control characters,
// no long runs of digits, no great length.
func clean(s string) string {
	s = longDigits.ReplaceAllString(s, redacted)
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s)
	if utf8.RuneCountInString(s) > maxText {
		s = string([]rune(s)[:maxText]) + "…"
	}
	return strings.TrimSpace(s)
}

// identifiers matches request ids as platforms make them.
var identifiers = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,128}$`)

func cleanID(s string) string {
	if identifiers.MatchString(s) {
		return s
	}
	return clean(s)
}

// plainHeaders are the request's headers whose values are no secret.
var plainHeaders = map[string]bool{"Accept": true, "Content-Type": true, "User-Agent": true}

// sentValues lists the values of the credentials, the query, the body and the
// variable path segments.
func (r *run) sentValues() []string {
	var values []string
	for name, sent := range r.header {
		if plainHeaders[name] {
			continue
		}
		for _, v := range sent {
			values = append(values, v, strings.TrimPrefix(v, "Bearer "))
		}
	}
	if r.query != "" {
		values = append(values, r.query)
		for pair := range strings.SplitSeq(r.query, "&") {
			_, value, _ := strings.Cut(pair, "=")
			values = append(values, value)
			if plain, err := url.QueryUnescape(value); err == nil {
				values = append(values, plain, url.PathEscape(plain))
			}
		}
	}
	values = append(values, variableSegments(r.call.Path, r.call.Route)...)
	dec := json.NewDecoder(bytes.NewReader(r.body))
	dec.UseNumber()
	var v any
	if len(r.body) > 0 && dec.Decode(&v) == nil {
		values = appendLeaves(values, v)
	}
	return values
}

// variableSegments returns the segments of path that its route names in
// braces; without a route, all of them.
func variableSegments(path, route string) []string {
	segments, names := strings.Split(path, "/"), strings.Split(route, "/")
	var out []string
	for i, s := range segments {
		if route != "" && i < len(names) && !strings.HasPrefix(names[i], "{") {
			continue
		}
		out = append(out, s)
		if plain, err := url.PathUnescape(s); err == nil && plain != s {
			out = append(out, plain)
		}
	}
	return out
}

func appendLeaves(values []string, v any) []string {
	switch v := v.(type) {
	case string:
		values = append(values, v)
	case json.Number:
		values = append(values, v.String())
	case []any:
		for _, e := range v {
			values = appendLeaves(values, e)
		}
	case map[string]any:
		for _, e := range v {
			values = appendLeaves(values, e)
		}
	}
	return values
}
