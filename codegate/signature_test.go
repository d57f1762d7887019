package codegate_test

import (
	"encoding/json"
	"os"
	"testing"

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
