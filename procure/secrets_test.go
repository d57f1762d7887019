package procure_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// TestNothingPrintsASecret prints clients, configurations, signers, errors,
// requests and answers in every way, alone and inside of other things.
func TestNothingPrintsASecret(t *testing.T) {
	var logged bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h := start(t, transport.WithLogger(log))
	config := h.Config()
	signer, err := signing.NewProcure(config.AppID, config.AppSecret)
	require.NoError(t, err)
	request := sample
	request.UserID, request.Remarks = "user-SECRET", new("remarks-SECRET")
	var info transport.Info
	intent, err := h.client.CreateIntent(t.Context(), request, transport.WithInfo(&info))
	require.NoError(t, err)
	listing := procure.ListIntentsRequest{UserID: "user-SECRET"}
	page, err := h.client.ListIntents(t.Context(), listing)
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	changing := procure.UpdateIntentRequest{ID: intent.ID, RecipientName: new("张三"), Address: new("北京市朝阳区"), Phone: new("13800138000"), Remarks: new("remarks-SECRET")}
	changed, err := h.client.UpdateIntent(t.Context(), changing)
	require.NoError(t, err)
	h.faults.Script( // a platform that repeats whatever it is sent
		transporttest.Status(400, `{"code":40001,"message":"bad phone 13800138000 of 张三, 北京市朝阳区","data":{"field":"phone","reason":"13800138000 is not a phone, user-SECRET"}}`),
		transporttest.Status(400, `{"code":40001,"message":"bad phone 13800138000 of 张三, 北京市朝阳区","data":{"field":"remarks-SECRET","reason":"no"}}`),
		transporttest.Status(400, `{"code":40001,"message":"no user-SECRET","data":{"field":"userId","reason":"user-SECRET is none"}}`),
	)
	_, failed := h.client.CreateIntent(t.Context(), request)
	require.ErrorIs(t, failed, transport.ErrInvalid)
	_, failedUpdate := h.client.UpdateIntent(t.Context(), changing)
	require.ErrorIs(t, failedUpdate, transport.ErrInvalid)
	_, failedList := h.client.ListIntents(t.Context(), listing)
	require.ErrorIs(t, failedList, transport.ErrInvalid)

	secrets := []string{config.AppSecret.Reveal(), "user-SECRET", "remarks-SECRET", "张三", "北京市朝阳区", "13800138000"}
	// fmt does not ask a value inside of an unexported field how it wants to be
	// printed: what must never show has to hold out there too.
	for name, v := range map[string]any{
		"client": h.client, "config": config, "pointer to config": &config, "signer": signer, "error": failed, "update error": failedUpdate,
		"development credentials": procure.DevelopmentCredentials,
	} {
		holder := struct{ inner any }{v}
		assertHidden(t, name, secrets, v, holder, &holder, []any{v}, map[string]any{"v": v})
	}
	for name, v := range map[string]any{
		"create request": request, "pointer to it": &request, "list request": listing, "update request": changing, "pointer to that": &changing,
		"intent": *intent, "pointer to intent": intent, "update": changed, "page": *page, "pointer to page": page, "info": info,
		"recorded requests": h.faults.Requests(), "the platform's requests": h.Requests(), "list error": failedList,
	} {
		assertHidden(t, name, secrets, v, struct{ Inner any }{v}, []any{v}, map[string]any{"v": v})
	}
	for name, v := range map[string]any{"client": h.client, "config": config, "signer": signer, "error": failed, "info": info} {
		encoded, err := json.Marshal(v)
		require.NoError(t, err)
		log.Info("print", "v", v)
		for _, secret := range secrets {
			assert.NotContains(t, string(encoded), secret, name)
		}
	}
	for _, v := range []any{request, &request, listing, changing, &changing, *intent, intent, *page, page} {
		log.Info("print", "v", v)
	}
	for _, secret := range secrets {
		assert.NotContains(t, logged.String(), secret)
	}
	assert.Contains(t, logged.String(), `"id":"intent_1","status":"SUBMITTED"`)
	assert.Equal(t, `intent "intent_1" (SUBMITTED)`, fmt.Sprint(intent))
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

// An id of another App tells nothing either.
func TestTheSecretOfOneClientIsNotThatOfAnother(t *testing.T) {
	h := start(t)
	h.AddApp(procuretest.App{ID: "other", Secret: "s"})
	config := h.ConfigFor("other")
	config.AppID = h.Config().AppID
	_, err := h.newClient(t, config).GetIntent(t.Context(), "a")
	require.ErrorIs(t, err, transport.ErrUnauthenticated)
}
