package signing_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
)

const (
	codeGateKey     = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	codeGateSecret  = "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90"
	procureSecret   = "dev_secret_local_do_not_use_in_production"
	aihuishouSecret = "test_app_secret_0123456789"
)

func newCodeGate(t testing.TB) *signing.CodeGate {
	t.Helper()
	signer, err := signing.NewCodeGate(signing.NewSecret(codeGateKey), signing.NewSecret(codeGateSecret))
	require.NoError(t, err)
	return signer
}

func newProcure(t testing.TB) *signing.Procure {
	t.Helper()
	signer, err := signing.NewProcure("dev_app_local", signing.NewSecret(procureSecret))
	require.NoError(t, err)
	return signer
}

func newAihuishou(t testing.TB, opts ...signing.AihuishouOption) *signing.Aihuishou {
	t.Helper()
	signer, err := signing.NewAihuishou("test_app_id", signing.NewSecret(aihuishouSecret), opts...)
	require.NoError(t, err)
	return signer
}
