package codegate_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func TestTimeRoundTrip(t *testing.T) {
	moment := codegate.Time{Time: time.Unix(1704153600, 0).UTC()}
	b, err := json.Marshal([]codegate.Time{moment, {}})
	require.NoError(t, err)
	assert.Equal(t, `[1704153600,null]`, string(b))
	var back []codegate.Time
	require.NoError(t, json.Unmarshal([]byte(`["1704153600",null,1704153600000,"2024-01-02T00:00:00Z","soon",{}]`), &back))
	assert.Equal(t, []codegate.Time{moment, {}, moment, moment, {}, {}}, back)
}

// answers are one of each kind, with every member, and what it takes for an
// answer.
var answers = map[string]struct {
	json     string
	empty    func() any
	required []string
}{
	"project": {
		json: `{"id":"p","name":"n","description":"d","status":true,"expires_at":1772366400,"created_at":1772366400,
			"statistics":{"total_codes":4,"used_codes":1,"unused_codes":2,"disabled_codes":0,"expired_codes":0}}`,
		empty: func() any { return new(codegate.Project) }, required: []string{"id"},
	},
	"statistics": {
		json: `{"project_id":"p","total_codes":4,"used_codes":1,"unused_codes":2,"disabled_codes":0,"expired_codes":0,"usage_rate":0.25,
			"recent_verifications":[{"code":"A","verified_at":1772366400,"verified_by":"o"}]}`,
		empty: func() any { return new(codegate.Statistics) }, required: []string{"total_codes"},
	},
	"page": {
		json:  `{"items":[{"id":"c","status":false}],"total":1,"page":1,"page_size":20,"total_pages":1}`,
		empty: func() any { return new(codegate.CodePage) }, required: []string{"items"},
	},
	"code": {
		json: `{"id":"c","code":"A","status":true,"is_disabled":false,"is_expired":false,"expires_at":1772366400,"verified_at":1772366400,
			"verified_by":"o","created_at":1772366400}`,
		empty: func() any { return new(codegate.Code) }, required: []string{"id", "status"},
	},
	"detail": {
		json: `{"id":"c","code":"A","status":true,"is_disabled":false,"is_expired":false,"expires_at":1772366400,"verified_at":1772366400,
			"verified_by":"o","created_at":1772366400,"verification_logs":[{"id":"l","verified_at":1772366400,"verified_by":"o","ip_address":"::1","result":"success"}]}`,
		empty: func() any { return new(codegate.CodeDetail) }, required: []string{"id", "status"},
	},
	"log": {
		json:  `{"id":"l","verified_at":1772366400,"verified_by":"o","ip_address":"::1","result":"success"}`,
		empty: func() any { return new(codegate.VerificationLog) },
	},
	"recent verification": {
		json:  `{"code":"A","verified_at":1772366400,"verified_by":"o"}`,
		empty: func() any { return new(codegate.RecentVerification) },
	},
	"redemption": {
		json:  `{"success":true,"code_id":"c","code":"A","verified_at":1772366400,"message":"m","error_code":null}`,
		empty: func() any { return new(codegate.VerifyResult) }, required: []string{"success"},
	},
	"reactivation": {
		json:  `{"success":true,"code_id":"c","code":"A","reactivated_at":1772366400,"message":"m","error_code":null}`,
		empty: func() any { return new(codegate.ReactivateResult) }, required: []string{"success"},
	},
}

// members reads an object member by member.
func members(t require.TestingT, object []byte) map[string]json.RawMessage {
	var m map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(object, &m))
	return m
}

func encode(t require.TestingT, v any) []byte {
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return b
}

// hidden are the members that JSON masks.
var hidden = []string{"description", "code", "verified_by", "ip_address", "message"}

// maskMembers puts the mask in the place of hidden members, however deep.
func maskMembers(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = maskMembers(v[i])
		}
	case map[string]any:
		for name, member := range v {
			if v[name] = maskMembers(member); slices.Contains(hidden, name) {
				v[name] = "[redacted]"
			}
		}
	}
	return v
}

func masked(t require.TestingT, b []byte) []byte {
	var v any
	require.NoError(t, json.Unmarshal(b, &v))
	return encode(t, maskMembers(v))
}

func TestWhatComesIsKeptAndWrittenAsItCameButForMasks(t *testing.T) {
	for name, tc := range answers {
		t.Run(name, func(t *testing.T) {
			whole := members(t, []byte(tc.json))
			whole["more"] = json.RawMessage(`{"a":[1]}`)
			v := tc.empty()
			require.NoError(t, json.Unmarshal(encode(t, whole), v))
			delete(whole, "more")
			if _, page := v.(*codegate.CodePage); page {
				whole["items"] = json.RawMessage(`[{"id":"c","code":"","status":false,"is_disabled":false,"is_expired":false,"expires_at":null,"verified_at":null,"verified_by":"","created_at":null}]`)
				assert.JSONEq(t, string(encode(t, whole)), string(encode(t, v)))
				return
			}
			want := strings.ReplaceAll(string(masked(t, encode(t, whole))), `"error_code":null`, `"error_code":""`)
			assert.JSONEq(t, want, string(encode(t, v)))
		})
	}
	h := start(t)
	answer := `{"id":"c","status":true,"more":1,"verification_logs":[{"id":"l","more":2}]}`
	h.faults.Script(transporttest.Status(200, " "+answer+"\n"))
	detail, err := h.client.GetCode(t.Context(), "c")
	require.NoError(t, err)
	assert.Equal(t, answer, string(detail.Raw.Bytes()))
	assert.Equal(t, `{"id":"l","more":2}`, string(detail.VerificationLogs[0].Raw.Bytes()))
	h.faults.Script(transporttest.Status(200, `{"items":[`+answer+`],"more":3}`))
	page, err := h.client.ListCodes(t.Context(), codegate.ListCodesRequest{})
	require.NoError(t, err)
	assert.Equal(t, `{"items":[`+answer+`],"more":3}`, string(page.Raw.Bytes()))
	assert.Equal(t, answer, string(page.Items[0].Raw.Bytes()))
	project, err := h.client.GetProject(t.Context())
	require.NoError(t, err)
	want := strings.ReplaceAll(string(project.Raw.Bytes()), `"description":null`, `"description":""`)
	assert.JSONEq(t, want, string(encode(t, project)))
	statistics, err := h.client.GetStatistics(t.Context())
	require.NoError(t, err)
	assert.Contains(t, string(statistics.Raw.Bytes()), `"usage_rate"`)
	redeemed, err := h.client.VerifyCode(t.Context(), codegate.VerifyCodeRequest{Code: "NONE"})
	require.NoError(t, err)
	assert.Contains(t, string(redeemed.Raw.Bytes()), `"CODE_NOT_FOUND"`)
	back, err := h.client.ReactivateCode(t.Context(), codegate.ReactivateCodeRequest{Code: "NONE"})
	require.NoError(t, err)
	assert.Contains(t, string(back.Raw.Bytes()), `"CODE_NOT_FOUND"`)
}

// anyJSON draws any JSON value.
func anyJSON() *rapid.Generator[any] {
	scalar := rapid.OneOf(
		rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.Int64().AsAny(), rapid.Float64Range(-1e300, 1e300).AsAny(), rapid.String().AsAny(),
		rapid.SampledFrom([]any{"", "null", "2026-02-01 08:00:00", "true", json.Number("1e99999999"), json.Number(strings.Repeat("9", 5000))}),
	)
	return rapid.OneOf(scalar, rapid.SliceOfN(scalar, 0, 3).AsAny(), rapid.MapOfN(rapid.SampledFrom([]string{"id", "status", "a"}), scalar, 0, 3).AsAny())
}

func TestAnOddMemberNeverCostsTheAnswer(t *testing.T) {
	for name, tc := range answers {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				whole := members(t, []byte(tc.json))
				optional := slices.DeleteFunc(slices.Sorted(maps.Keys(whole)), func(m string) bool { return slices.Contains(tc.required, m) })
				odd := rapid.SampledFrom(optional).Draw(t, "member")
				whole[odd] = encode(t, anyJSON().Draw(t, "value"))
				v := tc.empty()
				require.NoError(t, json.Unmarshal(encode(t, whole), v))
				delete(whole, odd)
				whole = members(t, masked(t, encode(t, whole)))
				got := members(t, encode(t, v))
				for _, other := range slices.Sorted(maps.Keys(whole)) {
					if other != "items" && other != "error_code" {
						assert.JSONEq(t, string(whole[other]), string(got[other]), other)
					}
				}
			})
		})
	}
}

func TestOddMembersAreReadForWhatTheyAre(t *testing.T) {
	var detail codegate.CodeDetail
	require.NoError(t, json.Unmarshal([]byte(`{"id":12345678901234567890,"code":77,"status":"true","STATUS":false,"is_disabled":0,"expires_at":"",
		"verified_at":"1772366400","verified_by":4711,"created_at":"soon","verification_logs":[{"id":1,"result":"odd","ip_address":{}}]}`), &detail))
	assert.Equal(t, "12345678901234567890", detail.ID)
	assert.Equal(t, "77", detail.Code.Code.Reveal())
	assert.True(t, detail.Used, "the exact name counts")
	assert.False(t, detail.Disabled)
	assert.Nil(t, detail.ExpiresAt)
	assert.Equal(t, now, detail.VerifiedAt.Time)
	assert.Equal(t, "4711", detail.VerifiedBy.Reveal())
	assert.True(t, detail.CreatedAt.IsZero())
	assert.Equal(t, "1", detail.VerificationLogs[0].ID)
	assert.Equal(t, codegate.LogResult("odd"), detail.VerificationLogs[0].Result)
	assert.True(t, detail.VerificationLogs[0].IPAddress.IsZero())

	require.NoError(t, json.Unmarshal([]byte(`{"id":"c","status":true,"verified_by":"","verification_logs":[null]}`), &detail))
	assert.True(t, detail.VerifiedBy.IsZero())
	assert.Nil(t, detail.VerificationLogs)

	var redeemed codegate.VerifyResult
	require.NoError(t, json.Unmarshal([]byte(`{"success":false,"code_id":null,"code":null,"verified_at":null,"message":null,"error_code":"CODE_MELTED","more":{}}`), &redeemed))
	require.ErrorIs(t, redeemed.Err(), codegate.ErrorCode("CODE_MELTED"))
	assert.Nil(t, redeemed.CodeID)
}

func TestRevealGivesWhatThePlatformSent(t *testing.T) {
	h := start(t)
	h.faults.Script(
		transporttest.Status(200, `{"id":"c","code":"A","status":true,"verified_by":"o","verification_logs":[{"verified_by":"p","ip_address":"::1"}]}`),
		transporttest.Status(200, `{"id":"p","description":"d"}`),
		transporttest.Status(200, `{"total_codes":1,"recent_verifications":[{"code":"B","verified_by":"q"}]}`),
		transporttest.Status(200, `{"success":true,"code":"C","message":"m"}`),
		transporttest.Status(200, `{"success":true,"code":"D","message":"n"}`),
	)
	ctx := t.Context()
	detail, err := h.client.GetCode(ctx, "c")
	require.NoError(t, err)
	project, err := h.client.GetProject(ctx)
	require.NoError(t, err)
	statistics, err := h.client.GetStatistics(ctx)
	require.NoError(t, err)
	redeemed, err := h.client.VerifyCode(ctx, order)
	require.NoError(t, err)
	back, err := h.client.ReactivateCode(ctx, codegate.ReactivateCodeRequest{Code: "D"})
	require.NoError(t, err)
	var got []string
	for _, text := range []transport.Personal{
		detail.Code.Code, detail.VerifiedBy, detail.VerificationLogs[0].VerifiedBy, detail.VerificationLogs[0].IPAddress, project.Description,
		statistics.RecentVerifications[0].Code, statistics.RecentVerifications[0].VerifiedBy, redeemed.Code, redeemed.Message, back.Code, back.Message,
	} {
		got = append(got, text.Reveal())
	}
	assert.Equal(t, []string{"A", "o", "p", "::1", "d", "B", "q", "C", "m", "D", "n"}, got)
}

func TestWhatMakesAnAnswerMustBeThere(t *testing.T) {
	for name, tc := range answers {
		for _, member := range tc.required {
			for _, odd := range []string{"", "null", `""`, "{}", `"no such thing"`} {
				if odd == `"no such thing"` && member == "id" || member == "items" && odd == "null" {
					continue // an id; an empty list
				}
				t.Run(name+" with "+member+" "+odd, func(t *testing.T) {
					whole := members(t, []byte(tc.json))
					whole[member] = json.RawMessage(odd)
					if odd == "" {
						delete(whole, member)
					}
					require.Error(t, json.Unmarshal(encode(t, whole), tc.empty()))
				})
			}
		}
	}
	h := start(t)
	for _, answer := range []string{
		`{}`, `{"items":[null]}`, `{"items":["x"]}`, `{"items":[{}]}`, `{"items":{},"total":0}`, `{"items":null,"total":3}`, `{"total":0}`,
		`{"items":[{"id":"c","status":null}]}`, `{"items":[{"status":false}]}`,
	} {
		h.faults.Script(transporttest.Status(200, answer))
		_, err := h.client.ListCodes(t.Context(), codegate.ListCodesRequest{})
		require.ErrorIs(t, err, transport.ErrMalformed, answer)
	}
	for _, answer := range []string{`{"items":null}`, `{"items":null,"total":0}`, `{"items":[]}`} {
		h.faults.Script(transporttest.Status(200, answer))
		page, err := h.client.ListCodes(t.Context(), codegate.ListCodesRequest{})
		require.NoError(t, err, answer)
		assert.Empty(t, page.Items)
	}
}

func TestMillionsOfDigitsTakeNoTime(t *testing.T) {
	digits := strings.Repeat("9", 2<<20)
	for answer, empty := range map[string]func() any{
		`{"id":` + digits + `,"created_at":` + digits + `}`:                                    answers["project"].empty,
		`{"total_codes":1,"used_codes":` + digits + `,"usage_rate":0.` + digits + `}`:          answers["statistics"].empty,
		`{"items":[],"total":` + digits + `,"page":1e` + digits + `}`:                          answers["page"].empty,
		`{"success":false,"verified_at":` + digits + `,"error_code":` + digits + `}`:           answers["redemption"].empty,
		`{"id":"c","status":true,"expires_at":-` + digits + `,"verified_by":"` + digits + `"}`: answers["detail"].empty,
	} {
		began := time.Now()
		require.NoError(t, json.Unmarshal([]byte(answer), empty()))
		assert.Less(t, time.Since(began), 20*time.Second, "also under the race detector on a busy machine; it would take minutes")
	}
}

func FuzzAnswers(f *testing.F) {
	for _, s := range []string{`{}`, `null`, `{"success":true,"verified_at":1}`, `{"status":null,"created_at":"1"}`, `{"items":[{"expires_at":1e9}]}`, `{"detail":[{"loc":[1,"a"]}]}`, "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, s string) {
		for _, a := range answers {
			_ = json.Unmarshal([]byte(s), a.empty()) // must not panic
		}
	})
}
