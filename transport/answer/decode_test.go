package answer_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport/answer"
)

func TestOnlyAnObjectIsRead(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		ok   bool
	}{
		"an object":                               {`{"id":"i1"}`, true},
		"an empty object":                         {`{}`, true},
		"white space around it":                   {" \t\r\n{\"id\":\"i1\"} \n", true},
		"white space inside":                      {"{ \"id\" :\n\t\"i1\" , \"x\" : [ 1 , { } ] }", true},
		"a byte order mark":                       {"\ufeff{\"id\":\"i1\"}", true},
		"a byte order mark between white space":   {"\n\ufeff\n{\"id\":\"i1\"}", true},
		"nothing":                                 {``, false},
		"white space only":                        {` `, false},
		"a byte order mark only":                  {"\ufeff", false},
		"two byte order marks":                    {"\ufeff\ufeff{}", false},
		"null":                                    {`null`, false},
		"an array":                                {`[{"id":"i1"}]`, false},
		"a string":                                {`"id"`, false},
		"a number":                                {`7`, false},
		"a cut object":                            {`{"id":"i1"`, false},
		"an object and something more":            {`{"id":"i1"}{}`, false},
		"a member without a value":                {`{"id":}`, false},
		"a page of HTML":                          {`<html></html>`, false},
		"nesting that encoding/json reads":        {`{"x":` + strings.Repeat("[", 9999) + strings.Repeat("]", 9999) + `}`, true},
		"nesting that encoding/json does not too": {`{"x":` + strings.Repeat("[", 10000) + strings.Repeat("]", 10000) + `}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			out := struct {
				ID   string `json:"id"`
				Kept string `json:"kept"`
			}{Kept: "before"}
			err := answer.Decode([]byte(tc.body), &out)
			if !tc.ok {
				require.ErrorIs(t, err, answer.ErrNoObject)
				assert.EqualError(t, err, "no JSON object")
			} else {
				require.NoError(t, err)
				assert.Equal(t, strings.Contains(tc.body, "i1"), out.ID == "i1")
			}
			assert.Equal(t, "before", out.Kept, "a field without a member keeps its value")
		})
	}
}

func TestOutHasToBeAPointerToAStruct(t *testing.T) {
	var none *struct{}
	for _, out := range []any{nil, 7, struct{}{}, new(int), none} {
		assert.PanicsWithValue(t, "answer: Decode needs a pointer to a struct", func() { _ = answer.Decode([]byte(`{}`), out) })
	}
}

type leaf struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// kinds has a field of every kind.
type kinds struct {
	String   string                     `json:"string"`
	Bool     bool                       `json:"bool"`
	Int      int                        `json:"int"`
	Int8     int8                       `json:"int8"`
	Int64    int64                      `json:"int64"`
	Uint16   uint16                     `json:"uint16"`
	Float    float64                    `json:"float"`
	Any      any                        `json:"any"`
	Number   json.Number                `json:"number"`
	Bytes    []byte                     `json:"bytes"`
	Time     time.Time                  `json:"time"`
	PString  *string                    `json:"pstring"`
	PBool    *bool                      `json:"pbool"`
	PInt     *int64                     `json:"pint"`
	PFloat   *float64                   `json:"pfloat"`
	PTime    *time.Time                 `json:"ptime"`
	Leaf     leaf                       `json:"leaf"`
	PLeaf    *leaf                      `json:"pleaf"`
	Leaves   []leaf                     `json:"leaves"`
	PLeaves  []*leaf                    `json:"pleaves"`
	Strings  []string                   `json:"strings"`
	Map      map[string]leaf            `json:"map"`
	Ints     map[string]int             `json:"ints"`
	Raw      json.RawMessage            `json:"raw"`
	Raws     map[string]json.RawMessage `json:"raws"`
	Anys     map[string]any             `json:"anys"`
	Floats   map[string]float64         `json:"floats"`
	Lists    map[string][]string        `json:"lists"`
	Maps     map[string]map[string]int  `json:"maps"`
	PMap     map[string]*leaf           `json:"pmap"`
	Numbered map[int]string             `json:"numbered"`
	Children []kinds                    `json:"children"`
}

func TestValues(t *testing.T) {
	at := time.Date(2026, 2, 1, 8, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		member string
		want   kinds
	}{
		"text":                              {`"string":"张\u4e09\n"`, kinds{String: "张三\n"}},
		"text that is no UTF-8":             {"\"string\":\"a\xffb\"", kinds{String: "a\ufffdb"}},
		"half a surrogate pair":             {`"string":"a\ud800b"`, kinds{String: "a\ufffdb"}},
		"a number is no text":               {`"string":7`, kinds{}},
		"true":                              {`"bool":true`, kinds{Bool: true}},
		"false":                             {`"bool":false`, kinds{}},
		"1 is no bool":                      {`"bool":1`, kinds{}},
		"the least int64":                   {`"int64":-9223372036854775808`, kinds{Int64: -9223372036854775808}},
		"beyond int64":                      {`"int64":9223372036854775808`, kinds{}},
		"beyond int8":                       {`"int8":128`, kinds{}},
		"the least int8":                    {`"int8":-128`, kinds{Int8: -128}},
		"a negative unsigned number":        {`"uint16":-1`, kinds{}},
		"the largest uint16":                {`"uint16":65535`, kinds{Uint16: 65535}},
		"beyond uint16":                     {`"uint16":65536`, kinds{}},
		"a fraction is no int":              {`"int":2.0`, kinds{}},
		"a quoted number is no int":         {`"int":"2"`, kinds{}},
		"null is no int":                    {`"int":null`, kinds{}},
		"a float":                           {`"float":1.5`, kinds{Float: 1.5}},
		"a float beyond all":                {`"float":1e999`, kinds{}},
		"anything":                          {`"any":{"a":[1,null]}`, kinds{Any: map[string]any{"a": []any{1.0, nil}}}},
		"a json.Number":                     {`"number":1.50`, kinds{Number: "1.50"}},
		"a json.Number that is a word":      {`"number":"much"`, kinds{}},
		"base64":                            {`"bytes":"YQ=="`, kinds{Bytes: []byte("a")}},
		"no base64":                         {`"bytes":"?"`, kinds{}},
		"a type with its own UnmarshalJSON": {`"time":"2026-02-01T08:00:00Z"`, kinds{Time: at}},
		"an error of its UnmarshalJSON":     {`"time":"2026-02-01 08:00:00"`, kinds{}},
		"a pointer":                         {`"pstring":"","pbool":false,"pint":0`, kinds{PString: new(""), PBool: new(false), PInt: new(int64(0))}},
		"null for pointers":                 {`"pstring":null,"pbool":null,"pint":null,"pfloat":null,"ptime":null,"pleaf":null`, kinds{}},
		"what does not fit for pointers":    {`"pstring":1,"pbool":"true","pint":"1","pfloat":"1","ptime":"","pleaf":[]`, kinds{}},
		"a pointer to a type with its UnmarshalJSON": {`"ptime":"2026-02-01T08:00:00Z"`, kinds{PTime: &at}},
		"a struct": {`"leaf":{"name":"n","count":2}`, kinds{Leaf: leaf{"n", 2}}},
		"a struct with a member that does not fit": {`"leaf":{"name":{"x":"}"},"count":2}`, kinds{Leaf: leaf{"", 2}}},
		"no struct":                             {`"leaf":["name"],"int":1`, kinds{Int: 1}},
		"a pointer to a struct":                 {`"pleaf":{"count":[],"name":"n"}`, kinds{PLeaf: &leaf{Name: "n"}}},
		"a pointer to an empty struct":          {`"pleaf":{}`, kinds{PLeaf: &leaf{}}},
		"a slice":                               {`"strings":["a","b","c"]`, kinds{Strings: []string{"a", "b", "c"}}},
		"an empty slice":                        {`"strings":[ ]`, kinds{Strings: []string{}}},
		"a slice whose elements do not all fit": {`"strings":["a",1,null,["x"],"b"]`, kinds{Strings: []string{"a", "", "", "", "b"}}},
		"no slice":                              {`"strings":{"0":"a"},"leaves":"x"`, kinds{}},
		"null for a slice":                      {`"strings":null`, kinds{}},
		"a slice of structs":                    {`"leaves":[{"name":"a","count":"?"},7,{"count":3}]`, kinds{Leaves: []leaf{{Name: "a"}, {}, {Count: 3}}}},
		"a slice of pointers":                   {`"pleaves":[{"name":"a"},null,7]`, kinds{PLeaves: []*leaf{{Name: "a"}, nil, nil}}},
		"a map":                                 {`"map":{"a":{"count":1},"\u0062":{}}`, kinds{Map: map[string]leaf{"a": {Count: 1}, "b": {}}}},
		"a map whose elements do not all fit":   {`"ints":{"a":1,"b":null,"c":"3","d":4}`, kinds{Ints: map[string]int{"a": 1, "d": 4}}},
		"a map that has a name twice":           {`"ints":{"a":1,"b":2,"a":3,"b":"?"}`, kinds{Ints: map[string]int{"a": 3}}},
		"names of a map that differ in case":    {`"ints":{"a":1,"A":2}`, kinds{Ints: map[string]int{"a": 1, "A": 2}}},
		"no map":                                {`"map":[],"ints":null`, kinds{}},
		"null in a map fits what can be null": {
			`"anys":{"a":null,"b":1},"floats":{"a":null,"b":1},"lists":{"a":null,"b":"x","c":["y"]},"maps":{"a":null,"b":[],"c":{}},"pmap":{"a":null,"b":7,"c":{}}`,
			kinds{
				Anys: map[string]any{"a": nil, "b": 1.0}, Floats: map[string]float64{"b": 1}, Lists: map[string][]string{"a": nil, "c": {"y"}},
				Maps: map[string]map[string]int{"a": nil, "c": {}}, PMap: map[string]*leaf{"a": nil, "c": {}},
			},
		},
		"a map by numbers":                     {`"numbered":{"1":"a"}`, kinds{Numbered: map[int]string{1: "a"}}},
		"a map by numbers that does not fit":   {`"numbered":{"1":"a","b":"c"}`, kinds{}},
		"white space behind numbers and words": {"\"int\":1 ,\"bool\":true\n,\"pint\":null\t,\"int8\": 2\r", kinds{Int: 1, Bool: true, Int8: 2}},
		"a raw value as it is written":         {`"raw": { "a" : [ 1.50 ] } `, kinds{Raw: json.RawMessage(`{ "a" : [ 1.50 ] }`)}},
		"null for a raw value":                 {`"raw":null`, kinds{}},
		"raw values":                           {`"raws":{"a":"x","b":null}`, kinds{Raws: map[string]json.RawMessage{"a": json.RawMessage(`"x"`), "b": nil}}},
		"depth": {
			`"children":[{"int":1,"string":2,"children":[{"leaf":{"count":5,"name":null}},"x"]}]`,
			kinds{Children: []kinds{{Int: 1, Children: []kinds{{Leaf: leaf{Count: 5}}, {}}}}},
		},
		"unknown members": {`"new":{"a":"}","b":["\"]"]},"int":1,"newer":"\\"`, kinds{Int: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			var got kinds
			require.NoError(t, answer.Decode([]byte(`{`+tc.member+`}`), &got))
			assert.Equal(t, tc.want, got)
		})
	}
}

func TestWhatIsReadSharesNoMemoryWithTheAnswer(t *testing.T) {
	body := []byte(`{"string":"text","raw":{"a":1},"strings":["b"]}`)
	var got kinds
	require.NoError(t, answer.Decode(body, &got))
	clear(body)
	assert.Equal(t, kinds{String: "text", Raw: json.RawMessage(`{"a":1}`), Strings: []string{"b"}}, got)
}

func TestAMemberReplacesWhatItsFieldHeld(t *testing.T) {
	got := kinds{Int: 7, String: "kept", PInt: new(int64(7)), Leaf: leaf{"old", 1}, Ints: map[string]int{"old": 1}, Strings: []string{"old", "old"}}
	require.NoError(t, answer.Decode([]byte(`{"int":"?","pint":null,"leaf":{"count":2},"ints":{"new":2},"strings":["new"]}`), &got))
	assert.Equal(t, kinds{String: "kept", Leaf: leaf{Count: 2}, Ints: map[string]int{"new": 2}, Strings: []string{"new"}}, got)
}

func TestNames(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		want string
	}{
		"spelled exactly":                                   {`{"code":"a"}`, "a"},
		"in another case":                                   {`{"CODE":"a"}`, "a"},
		"the exact spelling first":                          {`{"code":"a","CODE":"b","Code":"c"}`, "a"},
		"the exact spelling last":                           {`{"CODE":"b","Code":"c","code":"a"}`, "a"},
		"the exact spelling in between":                     {`{"CODE":"b","code":"a","Code":"c"}`, "a"},
		"the exact spelling, though its value does not fit": {`{"CODE":"b","code":7,"Code":"c"}`, ""},
		"twice alike":                                       {`{"code":"b","code":"a"}`, "a"},
		"twice alike, the second does not fit":              {`{"code":"b","code":null}`, ""},
		"twice in another case":                             {`{"CODE":"b","CODE":"a"}`, "a"},
		"with an escape":                                    {`{"c\u006fde":"a","CODE":"b"}`, "a"},
		"as the Go name":                                    {`{"Result":"b"}`, ""},
		"as a part only":                                    {`{"code2":"b","cod":"c","":"d"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var out struct {
				Result string `json:"code"`
			}
			require.NoError(t, answer.Decode([]byte(tc.body), &out))
			assert.Equal(t, tc.want, out.Result)
		})
	}
	t.Run("as encoding/json has them", func(t *testing.T) {
		var out struct {
			Untagged string
			Empty    string `json:",omitempty"`
			Dash     string `json:"-,"` //nolint:staticcheck // the point of the test
			Skipped  string `json:"-"`
			kelvin   string
			Kelvin   string `json:"k"`
			Lower    string `json:"x"`
			Upper    string `json:"X"`
		}
		require.NoError(t, answer.Decode([]byte(`{"untagged":"a","Empty":"b","-":"c","Skipped":"d","kelvin":"e","\u212a":"f","X":"g"}`), &out))
		assert.Equal(t, "a", out.Untagged)
		assert.Equal(t, "b", out.Empty)
		assert.Equal(t, "c", out.Dash)
		assert.Empty(t, out.Skipped)
		assert.Empty(t, out.kelvin)
		assert.Equal(t, "f", out.Kelvin, "the sign of the unit folds to a k")
		assert.Equal(t, []string{"", "g"}, []string{out.Lower, out.Upper})
	})
}

// The cases of embedding, each read by encoding/json as well.
type (
	Base struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	hidden struct {
		Note string `json:"note"`
	}
	Other struct {
		Name  string `json:"name"`
		Extra string `json:"extra"`
	}
	Word  string
	Loop  struct{ *Loop }
	outer struct {
		Base
		*Other // name is there twice on one level: neither counts
		hidden
		Word
		Loop
		ID string `json:"id"` // before that of Base
	}
	tagged struct {
		Base `json:"base"`
		// Plain and Strict claim one name; the tag decides.
		Plain
		Strict
	}
	Plain  struct{ Size int }
	Strict struct {
		Len int `json:"Size"`
	}
)

func TestEmbeddedStructsAreFlattenedAsByEncodingJSON(t *testing.T) {
	body := []byte(`{"id":"i","name":"n","extra":"e","note":"o","Word":"w","base":{"id":"b","name":"bn"},"Size":3,"Loop":{}}`)
	t.Run("with and without pointers", func(t *testing.T) {
		var got, want outer
		require.NoError(t, answer.Decode(body, &got))
		require.NoError(t, json.Unmarshal(body, &want))
		assert.Equal(t, outer{Other: &Other{Extra: "e"}, hidden: hidden{Note: "o"}, Word: "w", ID: "i"}, got)
		assert.Equal(t, want, got)
	})
	t.Run("with tags", func(t *testing.T) {
		var got, want tagged
		require.NoError(t, answer.Decode(body, &got))
		require.NoError(t, json.Unmarshal(body, &want))
		assert.Equal(t, tagged{Base: Base{"b", "bn"}, Strict: Strict{3}}, got)
		assert.Equal(t, want, got)
	})
	t.Run("a pointer that is there is followed", func(t *testing.T) {
		kept := &hidden{Note: "before"}
		out := struct {
			*hidden
			More string `json:"more"`
		}{hidden: kept}
		require.NoError(t, answer.Decode([]byte(`{"note":"n","more":"m"}`), &out))
		assert.Equal(t, "n", kept.Note)
	})
	t.Run("a pointer that cannot be set is left alone", func(t *testing.T) {
		var out struct {
			*hidden
			More string `json:"more"`
		}
		require.NoError(t, answer.Decode([]byte(`{"note":"n","more":"m"}`), &out))
		assert.Nil(t, out.hidden)
		assert.Equal(t, "m", out.More)
	})
}

// order reads itself through Decode and keeps what came.
type order struct {
	ID   answer.ID       `json:"id"`
	Sums []answer.Amount `json:"sums"`
	Raw  json.RawMessage `json:"-"`
}

func (o *order) UnmarshalJSON(b []byte) error {
	*o = order{}
	if err := answer.Decode(b, o); err != nil {
		return err
	}
	o.Raw = answer.Keep(b)
	return nil
}

func TestATypeCanReadItselfThroughDecode(t *testing.T) {
	var out struct {
		Orders []order `json:"orders"`
		Last   *order  `json:"last"`
		First  *order  `json:"first"`
	}
	require.NoError(t, answer.Decode([]byte(`{"orders":[ {"id":7,"sums":["1.50",null]} ,"x"],"last":[],"first":{"id":"f"}}`), &out))
	require.Len(t, out.Orders, 2)
	assert.Equal(t, answer.ID("7"), out.Orders[0].ID)
	assert.Equal(t, `{"id":7,"sums":["1.50",null]}`, string(out.Orders[0].Raw))
	assert.Equal(t, "1.5", out.Orders[0].Sums[0].String())
	assert.False(t, out.Orders[0].Sums[1].Valid)
	assert.Equal(t, order{}, out.Orders[1])
	assert.Nil(t, out.Last)
	assert.Equal(t, &order{ID: "f", Raw: json.RawMessage(`{"id":"f"}`)}, out.First)
}

func TestItems(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		want []string
		err  string
	}{
		"objects":               {`[{"id":1}, {"id":[2]} ]`, []string{`{"id":1}`, `{"id":[2]}`}, ""},
		"none":                  {` [ ] `, []string{}, ""},
		"a byte order mark":     {"\ufeff[{}]", []string{`{}`}, ""},
		"null":                  {`null`, nil, "no JSON array"},
		"nothing":               {``, nil, "no JSON array"},
		"an object":             {`{"items":[]}`, nil, "no JSON array"},
		"a cut array":           {`[{}`, nil, "no JSON array"},
		"null as an element":    {`[null]`, nil, "element 0: no JSON object"},
		"text as an element":    {`[{},"secret"]`, nil, "element 1: no JSON object"},
		"an array as element":   {`[[{}]]`, nil, "element 0: no JSON object"},
		"a number as element":   {`[{},{},7]`, nil, "element 2: no JSON object"},
		"a list of another one": {`[{"a":[{"b":1}]}]`, []string{`{"a":[{"b":1}]}`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			items, err := answer.Items([]byte(tc.body))
			if tc.err != "" {
				require.EqualError(t, err, tc.err)
				want := answer.ErrNoObject
				if tc.err == "no JSON array" {
					want = answer.ErrNoList
				}
				require.ErrorIs(t, err, want)
				return
			}
			require.NoError(t, err)
			got := []string{}
			for _, item := range items {
				got = append(got, string(item))
			}
			assert.Equal(t, tc.want, got)
		})
	}
}

func TestKeep(t *testing.T) {
	b := []byte("\ufeff {\"a\": 1}\n")
	kept := answer.Keep(b)
	clear(b)
	assert.Equal(t, `{"a": 1}`, string(kept))
	assert.Equal(t, `7`, string(answer.Keep([]byte("7"))))
	for _, nothing := range [][]byte{nil, {}, []byte(" \n")} {
		assert.Nil(t, answer.Keep(nothing))
	}
	out, err := json.Marshal(struct{ Raw json.RawMessage }{answer.Keep([]byte(" "))})
	require.NoError(t, err)
	assert.Equal(t, `{"Raw":null}`, string(out))
}

func TestIsNull(t *testing.T) {
	for text, want := range map[string]bool{"null": true, " null\n": true, "": true, " ": true, `"null"`: false, "{}": false, "0": false, "nul": false} {
		assert.Equal(t, want, answer.IsNull([]byte(text)), "%q", text)
	}
	assert.True(t, answer.IsNull(nil))
}

func took(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

func TestTimeIsLinear(t *testing.T) {
	type chain struct {
		Next   *chain        `json:"next"`
		Amount answer.Amount `json:"amount"`
	}
	digits := strings.Repeat("7", 2<<20)
	for name, body := range map[string]string{
		"2 MB of digits":          `{"amount":` + digits + `}`,
		"2 MB of quoted digits":   `{"amount":"` + digits + `"}`,
		"2 MB of digits as int":   `{"int":` + digits + `}`,
		"2 MB of digits as time":  `{"time":"` + digits + `"}`,
		"2 MB of a small number":  `{"amount":0.` + strings.Repeat("0", 2<<20) + `1}`,
		"2 MB in a name":          `{"` + digits + `":1}`,
		"2 MB of escapes":         `{"text":"` + strings.Repeat(`\"`, 1<<20) + `"}`,
		"100,000 levels":          strings.Repeat(`{"next":`, 100_000) + `1` + strings.Repeat(`}`, 100_000),
		"100,000 levels of lists": `{"next":` + strings.Repeat(`[`, 100_000) + strings.Repeat(`]`, 100_000) + `}`,
		"10,000 levels":           strings.Repeat(`{"next":`, 10_000) + `1` + strings.Repeat(`}`, 10_000),
		"100,000 members":         `{` + strings.Repeat(`"amount":1.5,`, 100_000) + `"text":""}`,
	} {
		t.Run(name, func(t *testing.T) {
			var out struct {
				chain
				Int  answer.Int  `json:"int"`
				Time answer.Time `json:"time"`
				Text answer.Text `json:"text"`
			}
			limit := 100 * time.Millisecond
			decode := took(func() { _ = answer.Decode([]byte(body), &out) })
			if decode > limit { // a slow machine, or the race detector: they slow a mere check down as well
				limit = 20 * took(func() { json.Valid([]byte(body)) })
			}
			assert.Less(t, decode, limit)
			assert.False(t, out.Int.Valid)
			assert.True(t, out.Time.IsZero())
		})
	}
}

// typed is read alike by encoding/json, as long as all members fit.
type typed struct {
	leaf
	String  string             `json:"string"`
	Bool    bool               `json:"bool"`
	Int     int                `json:"int"`
	Int8    int8               `json:"int8"`
	Uint16  uint16             `json:"uint16"`
	Float   float64            `json:"float"`
	Any     any                `json:"any"`
	Number  json.Number        `json:"number"`
	Time    time.Time          `json:"time"`
	PString *string            `json:"pstring"`
	PInt    *int64             `json:"pint"`
	Child   *typed             `json:"child"`
	List    []typed            `json:"list"`
	Map     map[string]*string `json:"map"`
	Raw     json.RawMessage    `json:"raw"`
}

// FuzzDecode compares with encoding/json.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{}`, `[]`, `null`, "\ufeff{\"int\":1}", `{"string":"a\u00e9\ud83d\ude00","bool":true,"int":-1,"int8":127,"uint16":1,"float":1.5e3,"number":12.50}`,
		`{"time":"2026-02-01T08:00:00Z","pstring":"","pint":0,"child":{"child":{"list":[{},{"int":3}]}},"map":{"a":"b","c":null},"raw": [1, {"x":"]"}]}`,
		`{"name":"n","COUNT":5,"any":{"a":[true,false,null,"\\\""]},"unknown":[[[]],{}]}`, `{"string":7,"list":[1,null],"map":[]}`, "{\"string\":\"\xff\"}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		trimmed := bytes.TrimPrefix(body, []byte("\ufeff"))
		var got typed
		err := answer.Decode(body, &got)
		if object := json.Valid(trimmed) && bytes.TrimLeft(trimmed, " \t\r\n")[0] == '{'; object {
			require.NoError(t, err)
		}
		if err != nil {
			require.Equal(t, typed{}, got)
			return
		}
		var want typed
		if json.Unmarshal(trimmed, &want) != nil || ambiguous(trimmed) {
			return
		}
		dropNulls(&want)
		assert.Equal(t, want, got)
	})
}

// ambiguous reports whether an object has a name twice but for case: there
// encoding/json goes by the order, and merges.
func ambiguous(body []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(body))
	var names []map[string]bool // nil for arrays
	isName := false
	for {
		token, err := dec.Token()
		if err != nil {
			return false
		}
		switch token {
		case json.Delim('{'):
			names = append(names, make(map[string]bool))
			isName = true
			continue
		case json.Delim('['):
			names = append(names, nil)
		case json.Delim('}'), json.Delim(']'):
			names = names[:len(names)-1]
		default:
			if name, ok := token.(string); ok && isName {
				name = strings.ToUpper(strings.ToLower(name))
				if names[len(names)-1][name] {
					return true
				}
				names[len(names)-1][name] = true
				isName = false
				continue
			}
		}
		isName = len(names) > 0 && names[len(names)-1] != nil
	}
}

// dropNulls takes the nulls away that encoding/json keeps in raw members.
func dropNulls(v *typed) {
	if string(v.Raw) == "null" {
		v.Raw = nil
	}
	if v.Child != nil {
		dropNulls(v.Child)
	}
	for i := range v.List {
		dropNulls(&v.List[i])
	}
}

const intentBody = `{"id":"intent_67890","status":"COMPLETED","userId":"user_001","platform":"JD","productUrl":"https://item.jd.com/1.html","title":"手机",
	"price":8999,"quantity":2,"totalAmount":17998,"recipientName":"张三","address":"北京市朝阳区","phone":"13800138000","remarks":"轻放",
	"createdAt":"2026-02-25T10:00:00Z","updatedAt":"2026-02-25T11:30:00.123+08:00","cancelledAt":null,"orderNo":"X-1","extra":{"a":[1,2,3]}}`

type intent struct {
	ID            string         `json:"id"`
	Status        string         `json:"status"`
	UserID        string         `json:"userId"`
	Platform      string         `json:"platform"`
	ProductURL    string         `json:"productUrl"`
	Title         string         `json:"title"`
	Price         answer.Amount  `json:"price"`
	Quantity      answer.Int     `json:"quantity"`
	TotalAmount   *answer.Amount `json:"totalAmount"`
	RecipientName string         `json:"recipientName"`
	Address       string         `json:"address"`
	Phone         string         `json:"phone"`
	Remarks       *string        `json:"remarks"`
	CreatedAt     answer.Time    `json:"createdAt"`
	UpdatedAt     answer.Time    `json:"updatedAt"`
	CancelledAt   answer.Time    `json:"cancelledAt"`
}

func BenchmarkDecode(b *testing.B) {
	page := []byte(`{"items":[` + strings.Repeat(intentBody+",", 99) + intentBody + `],"total":100}`)
	type list struct {
		Items []intent   `json:"items"`
		Total answer.Int `json:"total"`
	}
	for name, decode := range map[string]func([]byte, any) error{"answer": answer.Decode, "encoding-json": json.Unmarshal} {
		b.Run("one/"+name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(intentBody)))
			for b.Loop() {
				var out intent
				if err := decode([]byte(intentBody), &out); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("page of 100/"+name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(page)))
			for b.Loop() {
				var out list
				if err := decode(page, &out); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
