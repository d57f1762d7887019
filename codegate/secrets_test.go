package codegate_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func serve(t *testing.T, h http.Handler) string {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// TestNothingPrintsASecret prints clients, configurations, signers, errors,
// requests and answers in every way, alone and inside of other things.
func TestNothingPrintsASecret(t *testing.T) {
	var logged bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h := start(t, transport.WithLogger(log))
	h.AddCode(codegatetest.Code{Code: "CARD-SECRET"})
	config := h.Config()
	signer, err := signing.NewCodeGate(config.APIKey, config.Secret)
	require.NoError(t, err)
	redeem := codegate.VerifyCodeRequest{Code: "CARD-SECRET", VerifiedBy: "Zhang San"}
	var info transport.Info
	result, err := h.client.VerifyCode(t.Context(), redeem, transport.WithInfo(&info))
	require.NoError(t, err)
	detail, err := h.client.GetCodeByCode(t.Context(), "CARD-SECRET")
	require.NoError(t, err)
	page, err := h.client.ListCodes(t.Context(), codegate.ListCodesRequest{Search: "CARD-SECRET"})
	require.NoError(t, err)
	statistics, err := h.client.GetStatistics(t.Context())
	require.NoError(t, err)
	h.faults.Script(transporttest.Status(200, `{"id":"p","name":"n","owner":"Zhang San"}`))
	project, err := h.client.GetProject(t.Context())
	require.NoError(t, err)
	back, err := h.client.ReactivateCode(t.Context(), codegate.ReactivateCodeRequest{Code: "CARD-SECRET", ReactivatedBy: "Zhang San"})
	require.NoError(t, err)
	h.faults.Script(transporttest.DropBefore(), transporttest.Status(200, `{"id":"x","status":false}`), transporttest.DropAfter(), transporttest.Status(200, `{"id":"x","code":"CARD-SECRET"}`))
	_, open := h.client.VerifyCode(t.Context(), redeem, transport.WithReconcile())
	require.ErrorIs(t, open, transport.ErrOutcomeUnknown)
	h.faults.Always(transporttest.Status(422, `{"detail":[{"type":"t","loc":["body","CARD-SECRET"],"msg":"CARD-SECRET is no good","input":"CARD-SECRET"}]}`))
	_, failed := h.client.VerifyCode(t.Context(), redeem)
	require.ErrorIs(t, failed, transport.ErrInvalid)
	_, lookup := h.client.GetCodeByCode(t.Context(), "CARD-SECRET")
	require.Error(t, lookup)
	again := *result
	again.Success, again.ErrorCode = false, codegate.CodeAlreadyUsed

	secrets := []string{config.APIKey.Reveal(), config.Secret.Reveal(), "CARD-SECRET", "Zhang San"}
	// fmt does not ask a value inside of an unexported field how it wants to be
	// printed: what must never show has to hold out there too.
	for name, v := range map[string]any{
		"client": h.client, "config": config, "pointer to config": &config, "signer": signer,
		"error": failed, "look-up error": lookup, "business error": again.Err(),
		"open outcome": open,
	} {
		holder := struct{ inner any }{v}
		assertHidden(t, name, secrets, v, holder, &holder, []any{v}, map[string]any{"v": v})
	}
	for name, v := range map[string]any{
		"request": redeem, "result": *result, "pointer to result": result, "info": info, "detail": *detail, "page": *page,
		"project": *project, "reactivation": *back, "statistics": *statistics, "logs": detail.VerificationLogs, "recorded requests": h.faults.Requests(),
	} {
		assertHidden(t, name, secrets, v, struct{ Inner any }{v}, []any{v}, map[string]any{"v": v})
	}
	for name, v := range map[string]any{"client": h.client, "config": config, "signer": signer, "error": failed, "info": info} {
		assert.NotContains(t, fmt.Sprintf("%p", v), "SECRET", name)
	}
	for name, v := range map[string]any{"client": h.client, "config": config, "signer": signer, "error": failed, "info": info} {
		encoded, err := json.Marshal(v)
		require.NoError(t, err)
		log.Info("print", "v", v)
		for _, secret := range secrets {
			assert.NotContains(t, string(encoded), secret, name)
		}
	}
	for _, secret := range secrets {
		assert.NotContains(t, logged.String(), secret)
	}
}

func assertHidden(t *testing.T, name string, secrets []string, values ...any) {
	t.Helper()
	for _, v := range values {
		for _, verb := range "vsqdxXTtbcoUeEfFgG" {
			for _, flags := range []string{"", "+", "#"} {
				text := fmt.Sprintf("%"+flags+string(verb), v)
				for _, secret := range secrets {
					assert.NotContains(t, text, secret, "%s with %%%s%c", name, flags, verb)
				}
			}
		}
	}
}
