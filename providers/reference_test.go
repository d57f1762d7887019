package providers_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/pentagate/pentagate/providers"
)

func TestAReferenceIsANameAColonAndAnID(t *testing.T) {
	for text, want := range map[string]providers.Ref{
		"procure:intent_123": {Provider: "procure", ID: "intent_123"},
		"procure-2:a:b::c":   {Provider: "procure-2", ID: "a:b::c"},
		"uumit: ":            {Provider: "uumit", ID: " "},
		"爱回收:订单":             {Provider: "爱回收", ID: "订单"},
	} {
		ref, err := providers.ParseRef(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, ref)
		assert.Equal(t, text, ref.String())
		assert.Equal(t, text, fmt.Sprint(ref))
	}
	for _, text := range []string{"", ":", "procure", "procure:", ":intent_123"} {
		_, err := providers.ParseRef(text)
		assert.EqualError(t, err, `providers: a reference must be a provider's name, a colon and an id, such as "procure:intent_123"`, text)
	}
}

func TestAReferenceIsTextInJSON(t *testing.T) {
	type note struct {
		Ref  providers.Ref
		Seen map[providers.Ref]int
	}
	in := note{providers.Ref{Provider: "procure", ID: `in"tent:1`}, map[providers.Ref]int{{Provider: "uumit", ID: "o"}: 2}}
	text, err := json.Marshal(in)
	require.NoError(t, err)
	assert.JSONEq(t, `{"Ref":"procure:in\"tent:1","Seen":{"uumit:o":2}}`, string(text))
	var out note
	require.NoError(t, json.Unmarshal(text, &out))
	assert.Equal(t, in, out)

	kept := providers.Ref{Provider: "procure", ID: "1"}
	require.ErrorContains(t, json.Unmarshal([]byte(`"procure"`), &kept), "a reference must be")
	assert.Equal(t, providers.Ref{Provider: "procure", ID: "1"}, kept, "a refusal changes nothing")
}

func TestEveryReferenceCanBeReadAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ref := providers.Ref{Provider: rapid.StringMatching(`[^:]+`).Draw(t, "provider"), ID: rapid.StringN(1, -1, -1).Draw(t, "id")}
		back, err := providers.ParseRef(ref.String())
		require.NoError(t, err)
		require.Equal(t, ref, back)
	})
}
