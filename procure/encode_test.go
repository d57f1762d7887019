package procure

import (
	"encoding/json"
	"math"
	"strconv"
	"testing"
	"unicode/utf8"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What JavaScript's JSON.stringify writes, written out.
func TestEncodeWritesWhatJSONStringifyWrites(t *testing.T) {
	for text, want := range map[string]string{
		"a<b>&c":                    `"a<b>&c"`,
		`"q" \ /`:                   `"\"q\" \\ /"`,
		"\b\f\n\r\t":                `"\b\f\n\r\t"`,
		"\x00\x1f\x7f":              "\"\\u0000\\u001f\x7f\"",
		"换行😀é":                      `"换行😀é"`,
		"\u2028\u2029":              "\"\u2028\u2029\"",
		`\u2028`:                    `"\\u2028"`,
		`\` + "\u2028":              "\"\\\\\u2028\"",
		`\\u2029\` + "\u2029" + `\`: "\"\\\\\\\\u2029\\\\\u2029\\\\\"",
		"\u2027\u202a":              "\"\u2027\u202a\"",
		"":                          `""`,
	} {
		got, err := encode(text)
		require.NoError(t, err)
		assert.Equal(t, want, string(got), "%q", text)
	}
	got, err := encode(map[string]any{"\u2028": []any{1, "\u2029"}})
	require.NoError(t, err)
	assert.Equal(t, "{\"\u2028\":[1,\"\u2029\"]}", string(got))
	for _, raw := range []any{[]byte(`{ "a": "\u2028" }`), json.RawMessage(`{ "a": "\u2028" }`)} {
		got, err := encode(raw)
		require.NoError(t, err)
		assert.Equal(t, `{ "a": "\u2028" }`, string(got), "bytes are sent as they are")
	}
}

func FuzzEncode(f *testing.F) {
	for _, s := range []string{"a", "\u2028", `\u2028`, `\` + "\u2029", "\x00\\\"", "😀<&>", "\ufffd", `\ufffd`, "\xe2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b, err := encode(s)
		if !utf8.ValidString(s) {
			require.Error(t, err, "the platform would get another text")
			return
		}
		require.NoError(t, err)
		var back string
		require.NoError(t, json.Unmarshal(b, &back))
		want, err := json.Marshal(s)
		require.NoError(t, err)
		var wanted string
		require.NoError(t, json.Unmarshal(want, &wanted))
		assert.Equal(t, wanted, back)
		assert.NotContains(t, string(b), `\u003c`)
	})
}

func TestPriceText(t *testing.T) {
	for _, tc := range []struct {
		price decimal.Decimal
		want  string // "" if refused
	}{
		{decimal.RequireFromString("99.90"), "99.9"},
		{decimal.RequireFromString("1"), "1"},
		{decimal.New(1000, -3), "1"},
		{decimal.New(1, 20), "100000000000000000000"},
		{decimal.New(123456789012345, 6), "123456789012345000000"},
		{decimal.New(1, -6), "0.000001"},
		{decimal.New(123456789012345, -20), "0.00000123456789012345"},
		{decimal.New(999999999999999, -2), "9999999999999.99"},
		{decimal.New(10, -7), "0.000001"},
		{decimal.New(9, -7), ""},
		{decimal.New(1, 21), ""},
		{decimal.New(1234567890123456, -2), ""},
		{decimal.New(0, 0), ""},
		{decimal.Decimal{}, ""},
		{decimal.New(-1, 0), ""},
		{decimal.New(1, math.MaxInt32), ""},
		{decimal.New(1, math.MinInt32), ""},
	} {
		got, ok := priceText(tc.price)
		assert.Equal(t, tc.want != "", ok, tc.want)
		if ok {
			assert.Equal(t, tc.want, got)
		}
	}
}

// The output of decimal.String can be changed for a whole program.
func TestPriceTextDoesNotDependOnGlobals(t *testing.T) {
	defer func(trim, scientific bool) {
		decimal.TrimTrailingZeros, decimal.UseScientificNotation = trim, scientific
	}(decimal.TrimTrailingZeros, decimal.UseScientificNotation)
	decimal.TrimTrailingZeros, decimal.UseScientificNotation = false, true
	got, _ := priceText(decimal.RequireFromString("99.90"))
	assert.Equal(t, "99.9", got)
	got, _ = priceText(decimal.New(1, 20))
	assert.Equal(t, "100000000000000000000", got)
}

// FuzzPriceText checks that JavaScript, whose numbers are float64, writes every
// price that is let through as it stands.
func FuzzPriceText(f *testing.F) {
	f.Add(int64(9990), int32(-2))
	f.Add(int64(123456789012345), int32(-20))
	f.Add(int64(999999999999999), int32(6))
	f.Add(int64(1), int32(math.MinInt32))
	f.Fuzz(func(t *testing.T, coefficient int64, exponent int32) {
		d := decimal.New(coefficient, exponent)
		text, ok := priceText(d)
		if !ok {
			return
		}
		number, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err)
		assert.Equal(t, text, strconv.FormatFloat(number, 'f', -1, 64))
		assert.True(t, decimal.RequireFromString(text).Equal(d))
	})
}
