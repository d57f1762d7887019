package codegatetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"
)

// decodeJSON reads a POST's body. It comes before authentication, so that
// anybody learns that his JSON is broken.
func decodeJSON(c *call) *answer {
	if len(c.body) == 0 || !isJSON(c.r.Header.Get("Content-Type")) {
		return nil
	}
	if !utf8.Valid(c.body) {
		a := failure(http.StatusBadRequest, detailBadBody)
		return &a
	}
	err := json.Unmarshal(c.body, &c.json)
	if syntax, found := errors.AsType[*json.SyntaxError](err); found {
		a := invalid(fieldError{
			Type:  "json_invalid",
			Loc:   []any{"body", utf8.RuneCount(c.body[:stoppedAt(syntax, c.body)])},
			Msg:   "JSON decode error",
			Input: struct{}{},
			Ctx:   map[string]any{"error": "Expecting value"},
		})
		return &a
	}
	return nil
}

// stoppedAt is the place of the byte that the decoder did not want. The
// decoder counts that byte as read, except at the end, where there is none.
func stoppedAt(err *json.SyntaxError, body []byte) int64 {
	if err.Offset < int64(len(body)) || !strings.HasPrefix(err.Error(), "unexpected end") {
		return max(err.Offset-1, 0)
	}
	return int64(len(body))
}

// isJSON reports whether the newer server reads a body of this type.
func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return false
	}
	return mediaType == "application/json" ||
		strings.HasPrefix(mediaType, "application/") && strings.HasSuffix(mediaType, "+json")
}

// bodyParameters checks a body that holds code and, where they are given,
// other texts, and leaves them in c.texts. Unknown fields are ignored.
func bodyParameters(optional ...string) func(*call) []fieldError {
	return func(c *call) []fieldError {
		if len(c.body) == 0 {
			return []fieldError{missing(nil, "body")}
		}
		var fields map[string]json.RawMessage
		if json.Unmarshal(c.json, &fields) != nil || fields == nil {
			return []fieldError{notAnObject(c)}
		}
		c.texts = make(map[string]*string)
		var errs []fieldError
		for _, name := range append([]string{"code"}, optional...) {
			raw, found := fields[name]
			required := name == "code"
			switch {
			case !found && required:
				errs = append(errs, missing(c.json, "body", name))
			case !found, !required && string(raw) == "null":
			case raw[0] != '"':
				errs = append(errs, fieldError{
					Type: "string_type", Loc: []any{"body", name}, Msg: "Input should be a valid string", Input: raw,
				})
			default:
				var text string
				// The decoder has been over the whole body before.
				_ = json.Unmarshal(raw, &text)
				c.texts[name] = &text
			}
		}
		return errs
	}
}

func notAnObject(c *call) fieldError {
	e := fieldError{
		Type: "model_attributes_type",
		Loc:  []any{"body"},
		Msg:  "Input should be a valid dictionary or object to extract fields from",
		// A body that was not announced as JSON is one text.
		Input: string(c.body),
	}
	if c.json != nil {
		e.Input = c.json
	}
	return e
}

const (
	defaultPageSize = 20
	maxPageSize     = 100
)

// number is what the server takes for a whole number in a query.
var number = regexp.MustCompile(`^[+-]?[0-9]+(_[0-9]+)*(\.0*)?$`)

// listParameters checks page and page_size and leaves them in c.
func listParameters(c *call) []fieldError {
	c.page, c.pageSize = big.NewInt(1), big.NewInt(defaultPageSize)
	var errs []fieldError
	for _, parameter := range []struct {
		name  string
		value *big.Int
		most  *big.Int
	}{
		{"page", c.page, nil},
		{"page_size", c.pageSize, big.NewInt(maxPageSize)},
	} {
		text, given := c.query[parameter.name]
		if !given {
			continue
		}
		if e := parseNumber(parameter.value, text, parameter.most); e != nil {
			e.Loc, e.Input = []any{"query", parameter.name}, text
			errs = append(errs, *e)
		}
	}
	return errs
}

// parseNumber reads a whole number from one to most into value.
func parseNumber(value *big.Int, text string, most *big.Int) *fieldError {
	text = strings.TrimSpace(text)
	if !number.MatchString(text) {
		return &fieldError{
			Type: "int_parsing",
			Msg:  "Input should be a valid integer, unable to parse string as an integer",
		}
	}
	whole, _, _ := strings.Cut(text, ".")
	value.SetString(strings.ReplaceAll(whole, "_", ""), 10)
	switch {
	case value.Sign() <= 0:
		return &fieldError{
			Type: "greater_than_equal",
			Msg:  "Input should be greater than or equal to 1",
			Ctx:  map[string]any{"ge": 1},
		}
	case most != nil && value.Cmp(most) > 0:
		return &fieldError{
			Type: "less_than_equal",
			Msg:  fmt.Sprintf("Input should be less than or equal to %d", most),
			Ctx:  map[string]any{"le": most},
		}
	}
	return nil
}
