package procure

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// encode makes the bytes that JavaScript's JSON.stringify would make: the
// platform may check the signature over the body as it writes it itself. It
// differs from encoding/json in that nothing is escaped for HTML and that the
// line separators U+2028 and U+2029 stand as they are. It returns an error for
// what the transport refuses.
func encode(body any) ([]byte, error) {
	switch b := body.(type) {
	case []byte:
		return b, nil
	case json.RawMessage:
		if !utf8.Valid(b) {
			return nil, errNotUTF8
		}
		return b, nil
	case io.Reader:
		return nil, errReader
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		return nil, err
	}
	return rawSeparators(bytes.TrimSuffix(buf.Bytes(), []byte("\n")))
}

var (
	errNotUTF8 = errors.New("procure: the body is not UTF-8")
	errReader  = errors.New("procure: the body is a reader")
)

// rawSeparators takes the escapes of the line separators back, in place. The
// encoder escapes U+FFFD only where it stands for bytes that are no UTF-8.
func rawSeparators(b []byte) ([]byte, error) {
	if !bytes.Contains(b, []byte(`\u202`)) && !bytes.Contains(b, []byte(`\ufffd`)) {
		return b, nil
	}
	out := b[:0]
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] != '\\':
			out = append(out, b[i])
		case bytes.HasPrefix(b[i:], []byte(`\u2028`)):
			out = append(out, "\u2028"...)
			i += len(`\u2028`) - 1
		case bytes.HasPrefix(b[i:], []byte(`\u2029`)):
			out = append(out, "\u2029"...)
			i += len(`\u2029`) - 1
		case bytes.HasPrefix(b[i:], []byte(`\ufffd`)):
			return nil, errNotUTF8
		default: // an escape is two bytes at least, and its second may be a backslash
			out = append(out, b[i], b[i+1])
			i++
		}
	}
	return out, nil
}

// Prices that JavaScript carries exactly and writes without an exponent.
const (
	maxPriceDigits = 15
	priceProblem   = "must be more than 0, at least 0.000001 and below 1e21, with at most 15 significant digits"
)

// priceText writes a price as the shortest decimal number. It reports false
// for prices that are not positive or that JavaScript would change.
func priceText(d decimal.Decimal) (text string, ok bool) {
	// The place of the first digit, before anything is written: a few bytes
	// can stand for a number of a billion digits.
	magnitude := int64(d.NumDigits()) + int64(d.Exponent())
	if !d.IsPositive() || magnitude < -5 || magnitude > 21 {
		return "", false
	}
	text = d.StringFixed(max(0, -d.Exponent()))
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	digits := strings.Trim(strings.Replace(text, ".", "", 1), "0")
	return text, len(digits) <= maxPriceDigits
}
