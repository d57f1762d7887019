package aihuishou_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestAnythingInOneMemberLeavesTheOthers: whatever comes as one member of an
// answer, it neither fails the answer, unless it is its proof, nor changes
// another member, nor makes an amount of what is none.
func TestAnythingInOneMemberLeavesTheOthers(t *testing.T) {
	isAmount := map[string]bool{"recycle_price": true, "deposit_price": true, "final_price": true, "subsidy_amount": true, "settlement_amount": true}
	isProof := map[string]string{"GetValuation": "valuation_id", "CreateOrder": "order_no", "GetOrderDetail": "status"}
	noNumber := rapid.OneOf(
		rapid.SampledFrom([]string{
			`null`, `true`, `false`, `""`, `" "`, `{}`, `[]`, `[null]`, `{"amount":1}`, `[12.50]`, `"1,000.00"`, `"12.50元"`, `"0x1f"`, `"1_000"`, `"NaN"`, `1e999999999`, `-1E-99`,
		}),
		rapid.Map(rapid.StringMatching(`[^0-9]*`), strconv.Quote).Filter(func(s string) bool { return json.Valid([]byte(s)) }),
	)
	for name, sample := range samples {
		t.Run(name, func(t *testing.T) {
			members := membersOf(t, sample)
			before, err := decoded(name, sample)
			require.NoError(t, err)
			names := slices.Sorted(maps.Keys(members))
			rapid.Check(t, func(t *rapid.T) {
				member := rapid.SampledFrom(names).Filter(func(m string) bool { return m != isProof[name] }).Draw(t, "member")
				value, amount := noNumber.Draw(t, "value"), "null"
				if rapid.Bool().Draw(t, "number") {
					number := decimal.New(rapid.Int64().Draw(t, "cents"), -2)
					value, amount = number.StringFixed(2), strconv.Quote(number.String())
					if rapid.Bool().Draw(t, "quoted") {
						value = strconv.Quote(value)
					}
				}
				changed := maps.Clone(members)
				changed[member] = json.RawMessage(value)
				data, err := json.Marshal(changed)
				require.NoError(t, err)
				after, err := decoded(name, string(data))
				require.NoError(t, err, value)
				if isAmount[member] {
					require.Equal(t, amount, string(after[member]), value)
				}
				others := maps.Clone(before)
				delete(others, member)
				delete(after, member)
				require.Equal(t, others, after, value)
			})
		})
	}
}

// decoded reads data into the result of a call and returns what that is in
// JSON.
func decoded(name, data string) (map[string]json.RawMessage, error) {
	result := reflect.New(reflect.TypeOf(want[name]).Elem()).Interface()
	if err := json.Unmarshal([]byte(data), result); err != nil {
		return nil, err
	}
	written, err := json.Marshal(result)
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	return members, json.Unmarshal(written, &members)
}

func membersOf(t *testing.T, object string) map[string]json.RawMessage {
	t.Helper()
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(object), &members))
	return members
}
