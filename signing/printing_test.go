package signing_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
)

// printed is text in every way that a value gets into a log by accident.
func printed(t *testing.T, value any) string {
	t.Helper()
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "% x", "%t", "%p", "%10.3s"} {
		fmt.Fprintf(&out, verb+"\n", value)
	}
	if text, err := json.Marshal(value); err == nil {
		out.Write(text)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("text", "value", value)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("json", "value", value)
	return out.String()
}

func TestNothingPrintsASecret(t *testing.T) {
	const secret = "hunter2hunter2"
	held := signing.NewSecret(secret)
	codeGate, err := signing.NewCodeGate(held, held)
	require.NoError(t, err)
	procure, err := signing.NewProcure("app", held)
	require.NoError(t, err)
	aihuishou, err := signing.NewAihuishou("app", held)
	require.NoError(t, err)
	apiKey, err := signing.NewAPIKey("X-Key", held, "X-Id", "id")
	require.NoError(t, err)
	bearer, err := signing.NewBearer(signing.StaticToken(held))
	require.NoError(t, err)

	// Used once, so that the pools hold something to print.
	for _, signer := range []signing.Signer{codeGate, procure, aihuishou, apiKey, bearer} {
		r := signing.Request{Method: "POST", Path: "/p", Time: time.Unix(1704153600, 0)}
		require.NoError(t, signer.Sign(context.Background(), &r))
	}

	type exported struct{ Value any }
	type unexported struct {
		secret    signing.Secret
		pointer   *signing.Secret
		codeGate  *signing.CodeGate
		aihuishou *signing.Aihuishou
		apiKey    signing.APIKey
		list      []signing.Secret
		byName    map[string]signing.Signer
	}
	for name, value := range map[string]any{
		"a secret":                   held,
		"a pointer to one":           &held,
		"codegate":                   codeGate,
		"procure":                    procure,
		"aihuishou":                  aihuishou,
		"api key":                    apiKey,
		"bearer":                     bearer,
		"an api key's value":         *apiKey,
		"an aihuishou signer's":      *aihuishou,
		"a slice of secrets":         []signing.Secret{held},
		"a map of secrets":           map[string]signing.Secret{"key": held},
		"an exported field":          exported{held},
		"a signer in an exported":    &exported{codeGate},
		"signers behind interfaces":  []signing.Signer{codeGate, procure, aihuishou, apiKey, bearer},
		"unexported fields":          unexported{held, &held, codeGate, aihuishou, *apiKey, []signing.Secret{held}, map[string]signing.Signer{"a": procure}},
		"a pointer to a struct":      &unexported{secret: held, apiKey: *apiKey},
		"a signer nested in a slice": [][]any{{*aihuishou, bearer}},
	} {
		t.Run(name, func(t *testing.T) {
			text := printed(t, value)
			assert.NotContains(t, text, secret)
			assert.NotContains(t, text, "68756e746572", "in hexadecimal")
			assert.NotContains(t, text, "68 75 6e 74 65 72", "in hexadecimal")
			assert.NotContains(t, text, "104 117 110 116 101 114", "as a slice of bytes")
			assert.NotContains(t, text, "aHVudGVyMmh1", "in base64")
		})
	}

	assert.Equal(t, "[redacted]", fmt.Sprint(held))
	assert.Equal(t, "signing.Secret([redacted])", fmt.Sprintf("%#v", held))
	assert.Empty(t, fmt.Sprint(signing.Secret{}))
	assert.Equal(t, "signing.CodeGate([redacted])", fmt.Sprintf("%+v", codeGate))
	assert.Equal(t, "signing.Aihuishou([redacted])", fmt.Sprintf("%x", aihuishou))
	text, err := json.Marshal(map[string]any{"secret": held, "signer": procure})
	require.NoError(t, err)
	assert.JSONEq(t, `{"secret":"[redacted]","signer":"signing.Procure([redacted])"}`, string(text))
}

func TestSecret(t *testing.T) {
	secret := signing.NewSecret("hunter2")
	assert.Equal(t, "hunter2", secret.Reveal())
	assert.Empty(t, signing.Secret{}.Reveal())
	assert.True(t, signing.NewSecret("").IsZero())
	assert.False(t, secret.IsZero())
	assert.True(t, secret.Equal(signing.NewSecret("hunter2")))
	assert.False(t, secret.Equal(signing.NewSecret("hunter3")))
	assert.False(t, secret.Equal(signing.Secret{}))
}
