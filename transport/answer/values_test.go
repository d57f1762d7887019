package answer_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/pentagate/pentagate/transport/answer"
)

// read decodes a member into a value of its type, on top of one that is there.
func read[T any](t *testing.T, value string, before T) T {
	t.Helper()
	out := struct {
		Value T `json:"value"`
	}{before}
	require.NoError(t, answer.Decode([]byte(`{"value":`+value+`}`), &out))
	plain := before
	require.NoError(t, json.Unmarshal([]byte(value), &plain), "encoding/json reads it too")
	assert.Equal(t, plain, out.Value)
	return out.Value
}

func written(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

func TestTextAndID(t *testing.T) {
	for value, want := range map[string]string{
		`"o-1"`:                `o-1`,
		`"张\u4e09"`:            `张三`,
		`" padded "`:           ` padded `,
		`7`:                    `7`,
		`-1.50`:                `-1.50`,
		`1e3`:                  `1e3`,
		`9007199254740993`:     `9007199254740993`,
		`20240828001234567890`: `20240828001234567890`,
		`""`:                   ``,
		`null`:                 ``,
		`true`:                 ``,
		`["o-1"]`:              ``,
		`{"id":"o-1"}`:         ``,
	} {
		t.Run(value, func(t *testing.T) {
			assert.Equal(t, answer.ID(want), read(t, value, answer.ID("before")))
			assert.Equal(t, answer.Text(want), read(t, value, answer.Text("before")))
		})
	}
	assert.Equal(t, `["o-1","7",null,"t",null]`, written(t, []any{answer.ID("o-1"), answer.ID("7"), answer.ID(""), answer.Text("t"), answer.Text("")}))
}

func TestAmount(t *testing.T) {
	const none = "none"
	for value, want := range map[string]string{
		`12.50`:                                `12.5`,
		`"12.50"`:                              `12.5`,
		`" 12.50\n"`:                           `12.5`,
		`"\u0031"`:                             `1`,
		`0`:                                    `0`,
		`"0.00"`:                               `0`,
		`-3`:                                   `-3`,
		`"+3"`:                                 `3`,
		`".5"`:                                 `0.5`,
		`"5."`:                                 `5`,
		`1.5e3`:                                `1500`,
		`"1E+2"`:                               `100`,
		`1e-32`:                                `0.00000000000000000000000000000001`,
		`1e32`:                                 `100000000000000000000000000000000`,
		`0.1000000000000000055511151231257827`: `0.1000000000000000055511151231257827`,
		`1234567890123456789012345678901234567890123456789012345678901234`:  `1234567890123456789012345678901234567890123456789012345678901234`,
		`12345678901234567890123456789012345678901234567890123456789012345`: none,
		`1e33`:            none,
		`1e-33`:           none,
		`1e1000000000`:    none,
		`1e99999999999`:   none,
		`"1e"`:            none,
		`""`:              none,
		`" "`:             none,
		`null`:            none,
		`true`:            none,
		`"n/a"`:           none,
		`"1,000.00"`:      none,
		`"1 000"`:         none,
		`"1_000"`:         none,
		`"¥12"`:           none,
		`"0x10"`:          none,
		`"NaN"`:           none,
		`"Inf"`:           none,
		`"−5"`:            none, // U+2212
		`"١"`:             none,
		`"."`:             none,
		`"-"`:             none,
		`".-5"`:           none,
		`"1.2.3"`:         none,
		`[1]`:             none,
		`{"amount":"12"}`: none,
	} {
		t.Run(value, func(t *testing.T) {
			a := read(t, value, answer.Amount{Decimal: decimal.NewFromInt(7), Valid: true})
			assert.Equal(t, want, a.String())
			assert.Equal(t, want != none, a.Valid)
		})
	}
}

func TestNoAmountIsNeverZero(t *testing.T) {
	var none answer.Amount
	some := read(t, `"12.50"`, none)
	twelve := decimal.RequireFromString("12.50")

	assert.Nil(t, none.Ptr())
	assert.True(t, some.Ptr().Equal(twelve))
	assert.Equal(t, "7", none.Or(decimal.NewFromInt(7)).String())
	assert.True(t, some.Or(decimal.NewFromInt(7)).Equal(twelve))
	assert.False(t, none.Null().Valid)
	assert.True(t, some.Null().Valid)
	assert.True(t, some.Null().Decimal.Equal(twelve))
	assert.True(t, some.IsPositive(), "it calculates as a decimal")

	assert.Equal(t, `["12.5",null]`, written(t, []answer.Amount{some, none}))
	assert.Equal(t, `{"12.5":1}`, written(t, map[answer.Amount]int{some: 1}))
	assert.Equal(t, "12.5 12.5  12.5 12.50", fmt.Sprintf("%v %s %5s %.2f", some, some, some, some))
	assert.Equal(t, "none none none none", fmt.Sprintf("%v %s %+v %.2f", none, none, none, none))
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("", "some", some, "none", none)
	assert.Contains(t, log.String(), `some=12.5 none=""`)

	for name, a := range map[string]answer.Amount{"some": some, "none": none} {
		t.Run(name, func(t *testing.T) {
			same := func(back answer.Amount) {
				t.Helper()
				assert.Equal(t, a.Valid, back.Valid)
				assert.True(t, a.Equal(back.Decimal))
			}
			before := answer.Amount{Decimal: decimal.NewFromInt(7), Valid: true}

			value, err := a.Value()
			require.NoError(t, err)
			assert.Equal(t, a.Valid, value != nil, "NULL for none")
			back := before
			require.NoError(t, back.Scan(value))
			same(back)
			require.Error(t, back.Scan("much"))

			var b bytes.Buffer
			require.NoError(t, gob.NewEncoder(&b).Encode(a))
			back = before
			require.NoError(t, gob.NewDecoder(&b).Decode(&back))
			same(back)

			binary, err := a.MarshalBinary()
			require.NoError(t, err)
			back = before
			require.NoError(t, back.UnmarshalBinary(binary))
			same(back)

			text, err := a.MarshalText()
			require.NoError(t, err)
			back = before
			require.NoError(t, back.UnmarshalText(text))
			same(back)
		})
	}
}

func TestInt(t *testing.T) {
	some := func(n int64) answer.Int { return answer.Int{Value: n, Valid: true} }
	for value, want := range map[string]answer.Int{
		`2`:                       some(2),
		`"2"`:                     some(2),
		`" 2 "`:                   some(2),
		`2.0`:                     some(2),
		`2e0`:                     some(2),
		`"2.50e1"`:                some(25),
		`20e-1`:                   some(2),
		`-0`:                      some(0),
		`0`:                       some(0),
		`9007199254740993`:        some(9007199254740993),
		`9223372036854775807`:     some(9223372036854775807),
		`-9223372036854775808.00`: some(-9223372036854775808),
		`9223372036854775808`:     {},
		`1e19`:                    {},
		`2.5`:                     {},
		`1e-1`:                    {},
		`""`:                      {},
		`null`:                    {},
		`true`:                    {},
		`"two"`:                   {},
		`"1,000"`:                 {},
		`[2]`:                     {},
		`{}`:                      {},
	} {
		t.Run(value, func(t *testing.T) {
			n := read(t, value, some(7))
			assert.Equal(t, want, n)
			if !want.Valid {
				assert.Nil(t, n.Ptr())
				return
			}
			assert.Equal(t, want.Value, *n.Ptr())
		})
	}
	assert.Equal(t, `[-2,0,null]`, written(t, []answer.Int{some(-2), some(0), {}}))
}

func TestFlag(t *testing.T) {
	yes, no, none := answer.Flag{Value: true, Valid: true}, answer.Flag{Valid: true}, answer.Flag{}
	for value, want := range map[string]answer.Flag{
		`true`: yes, `"true"`: yes, `"TRUE"`: yes, `" True "`: yes, `1`: yes, `"1"`: yes,
		`false`: no, `"false"`: no, `"False"`: no, `0`: no, `"0"`: no,
		`null`: none, `""`: none, `"yes"`: none, `2`: none, `1.0`: none, `-1`: none, `[true]`: none, `{}`: none, `"null"`: none,
	} {
		t.Run(value, func(t *testing.T) {
			f := read(t, value, yes)
			assert.Equal(t, want, f)
			assert.Equal(t, want == yes, f.Is())
			if want == none {
				assert.Nil(t, f.Ptr())
				return
			}
			assert.Equal(t, want == yes, *f.Ptr())
		})
	}
	assert.Equal(t, `[true,false,null]`, written(t, []answer.Flag{yes, no, none}))
	assert.False(t, answer.Flag{Value: true}.Is(), "none is no yes")
}

func TestTime(t *testing.T) {
	const none = "none"
	for value, tc := range map[string]struct{ text, want string }{
		`"2026-02-01T08:00:00Z"`:           {"2026-02-01T08:00:00Z", "2026-02-01T08:00:00Z"},
		`"2026-02-01T08:00:00.123Z"`:       {"2026-02-01T08:00:00.123Z", "2026-02-01T08:00:00.123Z"},
		`"2026-02-01T08:00:00.5+08:00"`:    {"2026-02-01T08:00:00.5+08:00", "2026-02-01T08:00:00.5+08:00"},
		`"2026-02-01T08:00:00-05:30"`:      {"2026-02-01T08:00:00-05:30", "2026-02-01T08:00:00-05:30"},
		`"2026-02-01 08:00:00"`:            {"2026-02-01 08:00:00", "2026-02-01T08:00:00Z"},
		`"2026-02-01 08:00:00.25"`:         {"2026-02-01 08:00:00.25", "2026-02-01T08:00:00.25Z"},
		`"2026-02-01T08:00:00"`:            {"2026-02-01T08:00:00", "2026-02-01T08:00:00Z"},
		`" 2026-02-01 08:00:00 "`:          {" 2026-02-01 08:00:00 ", "2026-02-01T08:00:00Z"},
		`1136214245`:                       {"1136214245", "2006-01-02T15:04:05Z"},
		`"1136214245"`:                     {"1136214245", "2006-01-02T15:04:05Z"},
		`1136214245.0`:                     {"1136214245.0", "2006-01-02T15:04:05Z"},
		`1136214245123`:                    {"1136214245123", "2006-01-02T15:04:05.123Z"},
		`"1136214245123"`:                  {"1136214245123", "2006-01-02T15:04:05.123Z"},
		`0`:                                {"0", "1970-01-01T00:00:00Z"},
		`-1`:                               {"-1", "1969-12-31T23:59:59Z"},
		`99999999999`:                      {"99999999999", "5138-11-16T09:46:39Z"},
		`100000000000`:                     {"100000000000", "1973-03-03T09:46:40Z"},
		`-100000000000`:                    {"-100000000000", "1966-10-31T14:13:20Z"},
		`253402300799999`:                  {"253402300799999", "9999-12-31T23:59:59.999Z"},
		`253402300800000`:                  {"253402300800000", none},
		`-99999999999`:                     {"-99999999999", none},
		`9223372036854775807`:              {"9223372036854775807", none},
		`1136214245.5`:                     {"1136214245.5", none},
		`"2026-02-01"`:                     {"2026-02-01", none},
		`"2026-13-40 00:00:00"`:            {"2026-13-40 00:00:00", none},
		`"2026/02/01 08:00:00"`:            {"2026/02/01 08:00:00", none},
		`"Sun, 01 Feb 2026 08:00:00 GMT"`:  {"Sun, 01 Feb 2026 08:00:00 GMT", none},
		`"soon"`:                           {"soon", none},
		`"0001-01-01T00:00:00Z"`:           {"0001-01-01T00:00:00Z", none},
		`""`:                               {"", none},
		`null`:                             {"", none},
		`true`:                             {"", none},
		`["2026-02-01T08:00:00Z"]`:         {"", none},
		`{"$date":"2026-02-01T08:00:00Z"}`: {"", none},
	} {
		t.Run(value, func(t *testing.T) {
			at := read(t, value, answer.Time{Time: time.Unix(7, 0), Text: "before"})
			assert.Equal(t, tc.text, at.Text)
			assert.Equal(t, tc.want, at.String())
			if tc.want != none {
				assert.Equal(t, `"`+tc.want+`"`, written(t, at))
				back := read(t, written(t, at), answer.Time{})
				assert.True(t, at.Equal(back.Time), "JSON keeps the moment")
				assert.True(t, at.Equal(*at.Ptr()))
				return
			}
			assert.True(t, at.IsZero())
			assert.Nil(t, at.Ptr())
			want := `"` + tc.text + `"`
			if tc.text == "" {
				want = "null"
			}
			assert.Equal(t, want, written(t, at))
		})
	}
}

func TestTimesWithoutAZone(t *testing.T) {
	china, tokyo := time.FixedZone("CST", 8*3600), time.FixedZone("JST", 9*3600)
	for name, tc := range map[string]struct{ value, want, again string }{
		"a clock's reading is that of the zone": {`"2026-02-01 08:00:00.5"`, "2026-02-01T08:00:00.5+08:00", "2026-02-01T09:00:00.5+09:00"},
		"with a T as well":                      {`"2026-02-01T08:00:00"`, "2026-02-01T08:00:00+08:00", "2026-02-01T09:00:00+09:00"},
		"a moment is the same one":              {`"2026-02-01T08:00:00Z"`, "2026-02-01T16:00:00+08:00", "2026-02-01T17:00:00+09:00"},
		"Unix time is the same one":             {`0`, "1970-01-01T08:00:00+08:00", "1970-01-01T09:00:00+09:00"},
		"none stays none":                       {`"soon"`, "none", "none"},
	} {
		t.Run(name, func(t *testing.T) {
			at := read(t, tc.value, answer.Time{})
			in := at.In(china)
			assert.Equal(t, tc.want, in.String())
			assert.Equal(t, at.Text, in.Text)
			assert.Equal(t, tc.again, in.In(tokyo).String(), "it has a zone now")
		})
	}
}

// Text handlers of slog, and YAML, ask for text.
func TestNoTimeIsNeverTheYearOne(t *testing.T) {
	some, odd := read(t, `1136214245`, answer.Time{}), read(t, `"soon"`, answer.Time{})
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("", "some", some, "odd", odd, "none", answer.Time{})
	assert.Contains(t, log.String(), `some=2006-01-02T15:04:05Z odd=soon none=""`)
	assert.Equal(t, "2006-01-02T15:04:05Z none none", fmt.Sprintf("%v %+v %s", some, odd, answer.Time{}))
	for _, at := range []answer.Time{some, odd, {}} {
		text, err := at.MarshalText()
		require.NoError(t, err)
		back := answer.Time{Text: "before"}
		require.NoError(t, back.UnmarshalText(text))
		assert.Equal(t, at.Time, back.Time)
		assert.Equal(t, string(text), back.Text)
	}
}

func TestPointersToNoneAreNil(t *testing.T) {
	var out struct {
		Text   *answer.Text              `json:"text"`
		ID     *answer.ID                `json:"id"`
		Amount *answer.Amount            `json:"amount"`
		Int    *answer.Int               `json:"int"`
		Flag   *answer.Flag              `json:"flag"`
		Time   *answer.Time              `json:"time"`
		Map    map[string]answer.Amount  `json:"map"`
		List   []*answer.Amount          `json:"list"`
		Times  []answer.Time             `json:"times"`
		Last   map[string]*answer.Amount `json:"last"`
	}
	require.NoError(t, answer.Decode([]byte(`{"text":"","id":{},"amount":"","int":2.5,"flag":"yes","time":"soon",
		"map":{"a":"","b":1},"list":["",1],"times":["soon"],"last":{"a":"x"}}`), &out))
	assert.Nil(t, out.Text)
	assert.Nil(t, out.ID)
	assert.Nil(t, out.Amount)
	assert.Nil(t, out.Int)
	assert.Nil(t, out.Flag)
	assert.Nil(t, out.Time)
	assert.Len(t, out.Map, 1)
	assert.Equal(t, "1", out.Map["b"].String())
	require.Len(t, out.List, 2)
	assert.Nil(t, out.List[0])
	assert.Equal(t, "1", out.List[1].String())
	assert.Equal(t, []answer.Time{{Text: "soon"}}, out.Times)
	assert.Empty(t, out.Last)

	require.NoError(t, answer.Decode([]byte(`{"text":"t","id":1,"amount":0,"int":0,"flag":0,"time":0}`), &out))
	assert.Equal(t, "t", string(*out.Text))
	assert.Equal(t, "1", string(*out.ID))
	assert.Equal(t, "0", out.Amount.String())
	assert.Equal(t, int64(0), out.Int.Value)
	assert.False(t, out.Flag.Is())
	assert.Equal(t, "1970-01-01T00:00:00Z", out.Time.String())
}

// The types are handed what is no JSON by programs only; they stand it.
func TestUnmarshalJSONNeverFails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := []byte(rapid.OneOf(rapid.String(), rapid.StringMatching(`["-]?[0-9eE.+-]{0,20}"?`)).Draw(t, "bytes"))
		for _, v := range []json.Unmarshaler{new(answer.Text), new(answer.ID), new(answer.Amount), new(answer.Int), new(answer.Flag), new(answer.Time)} {
			require.NoError(t, v.UnmarshalJSON(b))
			_, err := json.Marshal(v)
			require.NoError(t, err)
		}
	})
}

// values generates any JSON, numbers and quoted numbers above all.
func values() *rapid.Generator[string] {
	number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,70})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?`)
	quoted := rapid.Map(rapid.OneOf(number, rapid.String(), rapid.StringMatching(`[ \t\n]?[+-]?[0-9]{0,20}[.]?[0-9]{0,20}(e-?[0-9]{1,2})? ?`)), quote)
	scalar := rapid.OneOf(number, quoted, rapid.SampledFrom([]string{
		`null`, `true`, `false`, `""`, `0`, `1`, `"1"`, `2.0`, `"TRUE"`, `1e1000000000`, `9223372036854775808`, `1136214245123`,
		`"2026-02-01T08:00:00Z"`, `"2026-02-01 08:00:00"`, `"2026-02-30T08:00:00+24:00"`, "\"\xff\"", `"\ud800"`, `"\u0000"`,
	}))
	return rapid.OneOf(scalar, rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.OneOf(scalar, rapid.SampledFrom([]string{`[]`, `{}`, `[[{"name":1}]]`, `{"name":"n","count":3}`, `{"NAME":[],"name":"x"}`})), 0, 4).Draw(t, "parts")
		if rapid.Bool().Draw(t, "array") {
			return " [ " + strings.Join(parts, " , ") + " ] "
		}
		names := []string{"name", "COUNT", `n\u0061me`, "other"}
		for i := range parts {
			parts[i] = `"` + names[i] + `":` + parts[i]
		}
		return "{" + strings.Join(parts, ",") + "\n}"
	}))
}

func quote(text string) string {
	b, _ := json.Marshal(text) // cannot fail
	return string(b)
}

var decimalNumber = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE]([+-]?[0-9]+))?$`)

// exactly returns the number that a JSON value holds, nil if it holds none that
// Amount promises to read.
func exactly(value string) *big.Rat {
	text := strings.TrimSpace(value)
	if strings.HasPrefix(text, `"`) {
		var inner string
		_ = json.Unmarshal([]byte(text), &inner) // which is valid
		text = strings.Trim(inner, " \t\r\n")
	}
	match := decimalNumber.FindStringSubmatch(text)
	if match == nil || len(text) > 64 {
		return nil
	}
	if exponent, err := strconv.Atoi("0" + strings.TrimLeft(match[3], "+-")); err != nil || exponent > 32 {
		return nil
	}
	rat, _ := new(big.Rat).SetString(text)
	return rat
}

// Any JSON at all stands in any member.
func TestAnyValueInAnyMember(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := values().Draw(t, "value")
		var out struct {
			kinds
			Text    answer.Text              `json:"atext"`
			ID      answer.ID                `json:"aid"`
			Amount  answer.Amount            `json:"aamount"`
			At      answer.Time              `json:"atime"`
			Whole   answer.Int               `json:"aint"`
			Flag    answer.Flag              `json:"aflag"`
			PAmount *answer.Amount           `json:"paamount"`
			Amounts []answer.Amount          `json:"aamounts"`
			ByName  map[string]answer.Amount `json:"abyname"`
		}
		names := []string{
			"string", "bool", "int", "int8", "int64", "uint16", "float", "any", "number", "bytes", "time", "pstring", "pbool", "pint", "pfloat", "ptime",
			"leaf", "pleaf", "leaves", "pleaves", "strings", "map", "ints", "raw", "raws", "anys", "floats", "lists", "maps", "pmap", "numbered", "children",
			"atext", "aid", "aamount", "atime", "aint", "aflag", "paamount", "aamounts", "abyname", "unknown",
		}
		var members []string
		for _, name := range names {
			members = append(members, `"`+name+`": `+value)
		}
		require.NoError(t, answer.Decode([]byte("{"+strings.Join(members, ",")+"}"), &out))

		want := exactly(value)
		assert.Equal(t, want != nil, out.Amount.Valid, "an amount is a number, quoted or not")
		if want != nil {
			assert.Zero(t, want.Cmp(out.Amount.Rat()), "and exactly that one")
		}
		assert.Equal(t, want != nil && want.IsInt() && want.Num().IsInt64(), out.Whole.Valid)
		if out.Whole.Valid {
			assert.Equal(t, want.Num().Int64(), out.Whole.Value)
		}
		alike(t, value, out.String)
		alike(t, value, out.Bool)
		alike(t, value, out.Int)
		alike(t, value, out.Int8)
		alike(t, value, out.Int64)
		alike(t, value, out.Uint16)
		alike(t, value, out.Float)
		alike(t, value, out.Any)
		alike(t, value, out.Time)
		alike(t, value, out.PString)
		alike(t, value, out.PBool)
		alike(t, value, out.PInt)
		alike(t, value, out.PFloat)
		assert.Equal(t, want != nil, out.PAmount != nil)
		_, err := json.Marshal(out)
		require.NoError(t, err)
	})
}

// alike requires what encoding/json reads, zero where it returns an error.
func alike[T any](t *rapid.T, value string, got T) {
	var want, zero T
	if json.Unmarshal([]byte(value), &want) != nil {
		want = zero
	}
	assert.Equal(t, want, got, "%T", got)
}
