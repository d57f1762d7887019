package codegate_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

func TestGenerateSignature(t *testing.T) {
	data, err := os.ReadFile("codegatetest/testdata/codegate.json")
	require.NoError(t, err)
	var golden struct {
		Cases []struct {
			Name, Method, Path, Secret, Signature string
			Query                                 map[string]string
			Body                                  *string
			Timestamp                             int64
		}
	}
	require.NoError(t, json.Unmarshal(data, &golden))
	require.Len(t, golden.Cases, 16)
	for _, c := range golden.Cases {
		t.Run(c.Name, func(t *testing.T) {
			body := ""
			if c.Body != nil {
				body = *c.Body
			}
			got, err := codegate.GenerateSignature(c.Method, c.Path, c.Query, body, c.Timestamp, signing.NewSecret(c.Secret))
			require.NoError(t, err)
			assert.Equal(t, c.Signature, got)
		})
	}
	_, err = codegate.GenerateSignature("", "", nil, "", 0, signing.Secret{})
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.EqualError(t, err, "codegate: GenerateSignature: invalid request: method must not be empty; path must not be empty; timestamp must be Unix time in seconds; secret must not be empty")
}

func FuzzAnswers(f *testing.F) {
	for _, s := range []string{`{}`, `null`, `{"success":true,"verified_at":1}`, `{"status":null,"created_at":"1"}`, `{"items":[{"expires_at":1e9}]}`, `{"detail":[{"loc":[1,"a"]}]}`, "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, s string) {
		for _, v := range []any{&codegate.Project{}, &codegate.CodePage{}, &codegate.CodeDetail{}, &codegate.VerifyResult{}, &codegate.ReactivateResult{}, &codegate.Statistics{}} {
			_ = json.Unmarshal([]byte(s), v) // must not panic
		}
	})
}

func TestTimeRoundTrip(t *testing.T) {
	moment := codegate.Time{Time: time.Unix(1704153600, 0).UTC()}
	b, err := json.Marshal([]codegate.Time{moment, {}})
	require.NoError(t, err)
	assert.Equal(t, `[1704153600,null]`, string(b))
	var back []codegate.Time
	require.NoError(t, json.Unmarshal([]byte(`["1704153600",null]`), &back))
	assert.Equal(t, []codegate.Time{moment, {}}, back)
	require.Error(t, json.Unmarshal([]byte(`[1.5]`), &back))
}
