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
	"github.com/pentagate/pentagate/internal/leaks"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// TestNothingPrintsASecret prints clients, configurations, signers, errors,
// requests and answers of calls in every way, alone and inside of other things.
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
	assert.Equal(t, req.UserName, detail.UserName.Reveal())
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

// TestNoTypeOfACallPrintsWhatIsPersonal covers types that come later as well.
func TestNoTypeOfACallPrintsWhatIsPersonal(t *testing.T) {
	const id, word, device = "an id or number of the platform's", "a word of the platform's", "says what the device is, and not whose"
	types, found := leaks.In(map[string]string{
		"Config.AppID":                              id,
		"Config.BaseURL":                            "an address that must hold no credentials",
		"Config.Environment":                        word,
		"CreateOrderRequest.LogisticsType":          word,
		"CreateOrderRequest.ValuationID":            id,
		"CreateTradeInRequest.NewMachineOrderNo":    id,
		"CreateTradeInRequest.RecycleOrderNo":       id,
		"DeviceInfo.Brand":                          device,
		"DeviceInfo.Model":                          device,
		"DeviceInfo.Storage":                        device,
		"GetLogisticsTraceRequest.LogisticsCompany": "a firm",
		"GetLogisticsTraceRequest.LogisticsNo":      id,
		"GetSettlementRequest.OrderNo":              id,
		"GetSettlementRequest.SettlementNo":         id,
		"GetValuationRequest.Brand":                 device,
		"GetValuationRequest.Color":                 device,
		"GetValuationRequest.Condition":             word,
		"GetValuationRequest.DeviceModel":           device,
		"GetValuationRequest.FunctionalStatus":      word,
		"GetValuationRequest.Storage":               device,
		"LogisticsTrace.LogisticsCompany":           "a firm",
		"LogisticsTrace.LogisticsNo":                id,
		"LogisticsTrace.Status":                     word,
		"Order.ExpressCompany":                      "a firm",
		"Order.ExpressNo":                           id,
		"Order.OrderNo":                             id,
		"Order.Status":                              word,
		"OrderDetail.LogisticsStatus":               word,
		"OrderDetail.OrderNo":                       id,
		"OrderDetail.Status":                        word,
		"Settlement.OrderNo":                        id,
		"Settlement.SettlementNo":                   id,
		"Settlement.Status":                         word,
		"Time.Text":                                 "a time, if one that cannot be read",
		"TradeIn.Status":                            word,
		"TradeIn.TradeInNo":                         id,
		"Valuation.ValuationID":                     id,
		"WaitOrderRequest.OrderNo":                  id,
		"WaitOrderRequest.Until":                    word,
	}, aihuishou.Client{}, aihuishou.Config{})
	assert.Empty(t, found)
	assert.Subset(t, types, []string{"CreateOrderRequest", "DeviceInfo", "Inspection", "LogisticsEvent", "OrderDetail"})
}

// TestARequestReadFromItsOwnJSONIsNotSent: a mask must not become a person's
// name.
func TestARequestReadFromItsOwnJSONIsNotSent(t *testing.T) {
	h := start(t)
	written, err := json.Marshal(sale)
	require.NoError(t, err)
	var again aihuishou.CreateOrderRequest
	require.NoError(t, json.Unmarshal(written, &again))
	_, err = h.client.CreateOrder(t.Context(), again)
	require.EqualError(t, err, "aihuishou: CreateOrder: invalid request: user_name must not be empty; user_phone must not be empty; user_address must not be empty")
	assert.Empty(t, h.faults.Requests())
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
	assert.Equal(t, "order ORD20240828001 (pending_send)", fmt.Sprintf("%+v", *detail))
	written, err := json.Marshal(detail)
	require.NoError(t, err)
	assert.Equal(t, `{"order_no":"ORD20240828001","status":"pending_send","create_time":"2024-08-28 15:30:00","user_name":"[redacted]","user_phone":"[redacted]","logistics_status":"","inspection_result":null}`, string(written))
	assert.Equal(t, "{ValuationID:VAL20240828001 LogisticsType:express}", fmt.Sprintf("%+v", sale))
	written, err = json.Marshal(sale)
	require.NoError(t, err)
	assert.Equal(t, `{"valuation_id":"VAL20240828001","logistics_type":"express"}`, string(written))
	assert.Equal(t, "aihuishou client of "+h.URL, fmt.Sprint(h.client))
	stored, found := h.Order(order.OrderNo)
	require.True(t, found)
	assert.Equal(t, "order ORD20240828001 (pending_send)", fmt.Sprint(stored))
	assert.Regexp(t, `^POST request, HTTP 200, code 0 \(\d+ headers, \d+ bytes\)$`, fmt.Sprint(h.Requests()[1]))
}
