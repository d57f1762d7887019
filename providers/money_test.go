package providers_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/pentagate/pentagate/providers"
)

func money(amount, currency string) providers.Money {
	return providers.Money{Amount: decimal.RequireFromString(amount), Currency: currency}
}

func TestMoneyAsText(t *testing.T) {
	for want, m := range map[string]providers.Money{
		"-":           {},
		"0.00 CNY":    money("0", providers.CNY),
		"99.90 CNY":   money("99.9", providers.CNY),
		"99.990 CNY":  money("99.990", providers.CNY),
		"6800.00 CNY": money("6800", providers.CNY),
		"12.50 UT":    money("12.5", providers.UT),
		"0.001 UT":    money("0.001", providers.UT),
		"-5.00 CNY":   money("-5", providers.CNY),
		"1000.00 CNY": money("1e3", providers.CNY),
		"0.10 CNY":    money("1e-1", providers.CNY),
		"5.00 ":       money("5", ""),
	} {
		assert.Equal(t, want, m.String())
	}
}

func TestMoneyIsZeroWhenNoneWasNamed(t *testing.T) {
	assert.True(t, providers.Money{}.IsZero())
	assert.False(t, money("0", providers.CNY).IsZero(), "nothing to pay was named")
	assert.False(t, money("1", "").IsZero())
}

func TestMoneyIsExactInJSON(t *testing.T) {
	for _, m := range []providers.Money{money("0.1", "CNY"), money("0.30000000000000004", "CNY"), money("123456789012345678901234567890.12", "UT"), money("-0.005", "CNY"), {}} {
		text, err := json.Marshal(m)
		require.NoError(t, err)
		var back providers.Money
		require.NoError(t, json.Unmarshal(text, &back))
		assert.True(t, m.Amount.Equal(back.Amount), string(text))
		assert.Equal(t, m.Currency, back.Currency)
		assert.Equal(t, m.IsZero(), back.IsZero())
	}
	text, err := json.Marshal(money("0.30000000000000004", "CNY"))
	require.NoError(t, err)
	assert.Equal(t, `{"amount":"0.30000000000000004","currency":"CNY"}`, string(text))
	var number providers.Money
	require.NoError(t, json.Unmarshal([]byte(`{"amount":0.30000000000000004,"currency":"CNY"}`), &number))
	assert.Equal(t, "0.30000000000000004", number.Amount.String(), "a number is not read as a float either")
}

func TestMoneyGoesThroughTextAndJSONUnchanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := providers.Money{
			Amount:   decimal.New(rapid.Int64().Draw(t, "coefficient"), rapid.Int32Range(-20, 20).Draw(t, "exponent")),
			Currency: rapid.SampledFrom([]string{providers.CNY, providers.UT}).Draw(t, "currency"),
		}
		text, err := json.Marshal(m)
		require.NoError(t, err)
		var back providers.Money
		require.NoError(t, json.Unmarshal(text, &back))
		require.True(t, m.Amount.Equal(back.Amount))
		var amount, currency string
		_, err = fmt.Sscan(m.String(), &amount, &currency)
		require.NoError(t, err)
		require.True(t, m.Amount.Equal(decimal.RequireFromString(amount)), m.String())
		require.Equal(t, m.Currency, currency)
	})
}
