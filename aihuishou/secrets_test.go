package aihuishou_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/aihuishou"
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
	signer, err := signing.NewAihuishou(appID, config.AppSecret)
	require.NoError(t, err)

	quote, err := h.client.GetValuation(t.Context(), phone)
	require.NoError(t, err)
	req := aihuishou.CreateOrderRequest{
		ValuationID: quote.ValuationID, UserName: "Zhang San", UserPhone: "13812346789", UserAddress: "北京市朝阳区XX街道XX小区", LogisticsType: aihuishou.LogisticsExpress,
	}
	secrets := []string{appSecret, req.UserName, req.UserPhone, req.UserAddress}
	personal, err := json.Marshal(secrets)
	require.NoError(t, err)

	var info transport.Info
	order, err := h.client.CreateOrder(t.Context(), req, transport.WithInfo(&info))
	require.NoError(t, err)
	detail, err := h.client.GetOrderDetail(t.Context(), order.OrderNo)
	require.NoError(t, err)
	assert.Equal(t, req.UserName, detail.UserName)
	seen := h.faults.Requests()
	recorded := h.Requests()

	// The documents leave open what else answers hold: it may be personal.
	h.faults.Always(transporttest.Status(200, `{"code":0,"data":{"order_no":"ORD1","valuation_id":"VAL1","trade_in_no":"TRA1","status":"s","remark":"Zhang San",
		"conclusion":"Zhang San","store_info":`+string(personal)+`,"traces":[{"time":"2024-08-29 10:00:00","content":"Zhang San 13812346789"}],"more":`+string(personal)+`}}`))
	results := map[string]any{}
	for name, c := range calls {
		result, err := c(t.Context(), h.client)
		require.NoError(t, err)
		results[name] = result
	}
	trace := results["GetLogisticsTrace"].(*aihuishou.LogisticsTrace)

	h.faults.Reset()
	h.faults.Always(transporttest.Status(200, `{"code":7,"msg":"`+req.UserName+` of `+req.UserAddress+`, `+req.UserPhone+`, is not known"}`))
	_, refused := h.client.CreateOrder(t.Context(), req)
	require.ErrorIs(t, refused, transport.ErrRejected)
	h.faults.Reset()
	h.faults.Always(transporttest.DropAfter())
	_, lost := h.client.CreateOrder(t.Context(), req)
	require.ErrorIs(t, lost, transport.ErrOutcomeUnknown)
	broken := req
	broken.LogisticsType, broken.UserName = "Zhang San", "Zhang San\xff"
	_, invalid := h.client.CreateOrder(t.Context(), broken)
	require.ErrorIs(t, invalid, transport.ErrInvalid)

	// fmt does not ask a value inside of an unexported field how it wants to be
	// printed: what must never show has to hold out there too.
	for name, v := range map[string]any{
		"client": h.client, "config": config, "pointer to config": &config, "signer": signer, "bad input": invalid,
	} {
		holder := struct{ inner any }{v}
		assertHidden(t, name, secrets, v, holder, &holder, []any{v}, map[string]any{"v": v})
	}
	values := map[string]any{
		"refusal": refused, "lost answer": lost,
		"request": req, "pointer to request": &req, "order": *order, "detail": *detail, "pointer to detail": detail, "info": info,
		"faults' requests": seen, "platform's requests": recorded, "platform's orders": h.Orders(),
		"trace": *trace, "events": trace.Traces, "valuation": *results["GetValuation"].(*aihuishou.Valuation),
		"inspection": *results["GetInspectionResult"].(*aihuishou.Inspection), "settlement": *results["GetSettlement"].(*aihuishou.Settlement),
		"trade-in": *results["CreateTradeIn"].(*aihuishou.TradeIn), "other order": *results["CreateOrder"].(*aihuishou.Order),
	}
	for name, v := range results {
		values["result of "+name] = v
	}
	for name, v := range values {
		assertHidden(t, name, secrets, v, struct{ Inner any }{v}, []any{v}, map[string]any{"v": v})
	}
	for name, v := range map[string]any{"client": h.client, "config": config, "signer": signer, "refusal": refused, "lost answer": lost, "info": info} {
		encoded, err := json.Marshal(v)
		require.NoError(t, err)
		log.Info("print", "v", v)
		for _, secret := range secrets {
			assert.NotContains(t, string(encoded), secret, name)
			assert.NotContains(t, fmt.Sprintf("%p", v), secret, name)
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

func TestWhatIsPrintedInstead(t *testing.T) {
	h := start(t)
	order := h.order(t)
	detail, err := h.client.GetOrderDetail(t.Context(), order.OrderNo)
	require.NoError(t, err)
	assert.Equal(t, "order ORD20240828001 (pending_send)", fmt.Sprint(order))
	assert.Equal(t, "order ORD20240828001 (pending_send)", fmt.Sprintf("%#v", *detail))
	assert.Equal(t, "order request (valuation VAL20240828001, express)", fmt.Sprintf("%+v", sale))
	assert.Equal(t, "aihuishou client of "+h.URL, fmt.Sprint(h.client))
	stored, found := h.Order(order.OrderNo)
	require.True(t, found)
	assert.Equal(t, "order ORD20240828001 (pending_send)", fmt.Sprint(stored))
	assert.Regexp(t, `^POST request, HTTP 200, code 0 \(\d+ headers, \d+ bytes\)$`, fmt.Sprint(h.Requests()[1]))
}
