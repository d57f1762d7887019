package procuretest

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// rule is what one field of a body must be like.
type rule struct {
	name     string
	required bool
	// check returns what is wrong with a value, "" if nothing is.
	check func(json.RawMessage) string
}

// The rules of "Procure API, create an intent" and "update an intent".
var (
	createRules = []rule{
		{"userId", true, text(1, 100)},
		{"platform", true, oneOf("TAOBAO", "JD", "PDD")},
		{"productUrl", true, webAddress},
		{"title", true, text(1, 200)},
		{"price", true, price},
		{"quantity", true, quantity},
		{"recipientName", true, text(2, 50)},
		{"address", true, text(5, 200)},
		{"phone", true, phone},
		{"remarks", false, remarks},
	}
	updateRules = []rule{
		{"userId", false, fixed},
		{"platform", false, fixed},
		{"productUrl", false, fixed},
		{"title", false, fixed},
		{"price", false, fixed},
		{"quantity", false, quantity},
		{"recipientName", false, text(2, 50)},
		{"address", false, text(5, 200)},
		{"phone", false, phone},
		{"remarks", false, remarks},
	}
)

// fields reads the body and checks it. The answer names the first wrong field.
func (c *call) fields(rules []rule) (map[string]json.RawMessage, *answer) {
	refuse := func(field, reason string) (map[string]json.RawMessage, *answer) {
		a := wrong(field, reason)
		return nil, &a
	}
	mediaType, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	var fields map[string]json.RawMessage
	if mediaType != "application/json" || !utf8.Valid(c.body) || json.Unmarshal(c.body, &fields) != nil || fields == nil {
		return refuse("body", "must be a JSON object")
	}
	for _, r := range rules {
		raw, found := fields[r.name]
		switch {
		case !found && r.required:
			return refuse(r.name, "is required")
		case !found:
		default:
			if reason := r.check(raw); reason != "" {
				return refuse(r.name, reason)
			}
		}
	}
	return fields, nil
}

// set writes checked fields into row.
func (row *Intent) set(fields map[string]json.RawMessage) {
	for name, into := range map[string]any{
		"userId":        &row.UserID,
		"platform":      &row.Platform,
		"productUrl":    &row.ProductURL,
		"title":         &row.Title,
		"price":         &row.Price,
		"quantity":      &row.Quantity,
		"recipientName": &row.RecipientName,
		"address":       &row.Address,
		"phone":         &row.Phone,
		"remarks":       &row.Remarks,
	} {
		raw, found := fields[name]
		if !found {
			continue
		}
		if err := json.Unmarshal(raw, into); err != nil {
			panic("procuretest: " + name + " was not checked well: " + err.Error())
		}
	}
}

func fixed(json.RawMessage) string { return "cannot be changed" }

func text(least, most int) func(json.RawMessage) string {
	return func(raw json.RawMessage) string {
		s, ok := parseText(raw)
		if n := utf8.RuneCountInString(s); !ok || n < least || n > most {
			return fmt.Sprintf("must be %d to %d characters", least, most)
		}
		return ""
	}
}

func remarks(raw json.RawMessage) string {
	if string(raw) == "null" {
		return ""
	}
	return text(0, 500)(raw)
}

func oneOf(words ...string) func(json.RawMessage) string {
	return func(raw json.RawMessage) string {
		if s, ok := parseText(raw); !ok || !slices.Contains(words, s) {
			return "must be one of " + strings.Join(words, ", ")
		}
		return ""
	}
}

func webAddress(raw json.RawMessage) string {
	s, ok := parseText(raw)
	u, err := url.Parse(s)
	if !ok || err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "must be a URL"
	}
	return ""
}

func price(raw json.RawMessage) string {
	d, ok := parseNumber(raw)
	if !ok || !d.IsPositive() {
		return "must be greater than 0"
	}
	return ""
}

func quantity(raw json.RawMessage) string {
	var n int64
	if _, ok := parseNumber(raw); !ok || json.Unmarshal(raw, &n) != nil || n < 1 {
		return "must be a positive integer"
	}
	return ""
}

var elevenDigits = regexp.MustCompile(`^[0-9]{11}$`)

func phone(raw json.RawMessage) string {
	if s, ok := parseText(raw); !ok || !elevenDigits.MatchString(s) {
		return "must be an 11-digit mobile number"
	}
	return ""
}

// parseText takes JSON strings only, and of those no null.
func parseText(raw json.RawMessage) (s string, ok bool) {
	return s, raw[0] == '"' && json.Unmarshal(raw, &s) == nil
}

// parseNumber takes JSON numbers only.
func parseNumber(raw json.RawMessage) (decimal.Decimal, bool) {
	d, err := decimal.NewFromString(string(raw))
	return d, err == nil && raw[0] != '"'
}
