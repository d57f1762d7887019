package transport_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
)

// hidden nests a value in every way, in unexported fields as well.
func hidden(v any) []any {
	type open struct{ V any }
	type closed struct{ v any }
	return []any{v, []any{v}, map[string]any{"k": v}, open{v}, &open{v}, closed{v}, &closed{v}, []open{{v}}, map[string]open{"k": {v}}, &[]*open{{v}}}
}

func TestPersonalTextAndRawAnswersMaskThemselvesWhereverTheyAre(t *testing.T) {
	type both struct {
		Name transport.Personal
		Raw  transport.Raw
		name transport.Personal
		raw  transport.Raw
	}
	name, raw := transport.NewPersonal("hunter2"), transport.NewRaw([]byte(`{"name":"hunter2"}`))
	for _, v := range []any{name, &name, raw, &raw, both{name, raw, name, raw}, &both{name, raw, name, raw}} {
		for _, nested := range hidden(v) {
			for _, text := range renderings(nested) {
				assert.NotContains(t, text, "hunter2")
			}
		}
	}
	assert.Equal(t, "[redacted]", name.String())
	assert.Equal(t, "18 bytes of JSON", fmt.Sprint(raw))
	encoded, err := json.Marshal(both{Name: name, Raw: raw})
	require.NoError(t, err)
	assert.Equal(t, `{"Name":"[redacted]","Raw":"18 bytes of JSON"}`, string(encoded))
}

func TestPersonalTextAndRawAnswersAreReadInOneWay(t *testing.T) {
	var got struct {
		Name, Number, Odd, None transport.Personal
		Raw, Null               transport.Raw
	}
	require.NoError(t, json.Unmarshal([]byte(`{"Name":"a\u4e2d","Number":138,"Odd":{"x":1},"None":null,"Raw": {"a": 1} ,"Null":null}`), &got))
	assert.Equal(t, "a中", got.Name.Reveal())
	assert.Equal(t, "138", got.Number.Reveal())
	assert.True(t, got.Odd.IsZero())
	assert.True(t, got.None.IsZero())
	assert.Equal(t, `{"a": 1}`, string(got.Raw.Bytes()))
	var inner struct{ A int }
	require.NoError(t, got.Raw.Decode(&inner))
	assert.Equal(t, 1, inner.A)
	assert.True(t, got.Null.IsZero())
	assert.Nil(t, got.Null.Bytes())
	assert.True(t, reflect.DeepEqual(transport.NewPersonal("a"), transport.NewPersonal("a")))
	assert.Empty(t, transport.Personal{}.Reveal())
	assert.Empty(t, transport.Personal{}.String())
}
