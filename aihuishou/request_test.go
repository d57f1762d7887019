package aihuishou_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func TestBadInputIsRefusedBeforeSending(t *testing.T) {
	h := start(t)
	const text = " must not be empty"
	const word = " must be a word of letters, digits, _ and -"
	const utf8 = " must be valid UTF-8"
	valuation := func(change func(*aihuishou.GetValuationRequest)) func(context.Context) error {
		req := phone
		change(&req)
		return func(ctx context.Context) error { _, err := h.client.GetValuation(ctx, req); return err }
	}
	order := func(change func(*aihuishou.CreateOrderRequest)) func(context.Context) error {
		req := sale
		change(&req)
		return func(ctx context.Context) error { _, err := h.client.CreateOrder(ctx, req); return err }
	}
	wait := func(req aihuishou.WaitOrderRequest) func(context.Context) error {
		return func(ctx context.Context) error { _, err := h.client.WaitOrder(ctx, req); return err }
	}
	for name, tc := range map[string]struct {
		call func(context.Context) error
		want string
	}{
		"a valuation of nothing": {
			valuation(func(r *aihuishou.GetValuationRequest) { *r = aihuishou.GetValuationRequest{} }),
			"aihuishou: GetValuation: invalid request: device_model" + text + "; brand" + text + "; condition" + word + "; functional_status" + word + "; storage" + text,
		},
		"no device_model": {valuation(func(r *aihuishou.GetValuationRequest) { r.DeviceModel = "" }), "device_model" + text},
		"no brand":        {valuation(func(r *aihuishou.GetValuationRequest) { r.Brand = "" }), "brand" + text},
		"no condition":    {valuation(func(r *aihuishou.GetValuationRequest) { r.Condition = "" }), "condition" + word},
		"a condition that is no word": {
			valuation(func(r *aihuishou.GetValuationRequest) { r.Condition = "SECRET&" }), "condition" + word,
		},
		"a functional_status of two words": {
			valuation(func(r *aihuishou.GetValuationRequest) { r.FunctionalStatus = "SECRET one" }), "functional_status" + word,
		},
		"no storage":                  {valuation(func(r *aihuishou.GetValuationRequest) { r.Storage = "" }), "storage" + text},
		"a color that is not UTF-8":   {valuation(func(r *aihuishou.GetValuationRequest) { r.Color = "SECRET\xff" }), "color must be valid UTF-8"},
		"a storage that is not UTF-8": {valuation(func(r *aihuishou.GetValuationRequest) { r.Storage = "SECRET\xff" }), "storage" + utf8},
		"an order of nothing": {
			order(func(r *aihuishou.CreateOrderRequest) { *r = aihuishou.CreateOrderRequest{} }),
			"aihuishou: CreateOrder: invalid request: valuation_id" + text + "; user_name" + text + "; user_phone" + text + "; user_address" + text + "; logistics_type" + word,
		},
		"no valuation_id":                  {order(func(r *aihuishou.CreateOrderRequest) { r.ValuationID = "" }), "valuation_id" + text},
		"no user_name":                     {order(func(r *aihuishou.CreateOrderRequest) { r.UserName = "" }), "user_name" + text},
		"no user_phone":                    {order(func(r *aihuishou.CreateOrderRequest) { r.UserPhone = "" }), "user_phone" + text},
		"no user_address":                  {order(func(r *aihuishou.CreateOrderRequest) { r.UserAddress = "" }), "user_address" + text},
		"an address in broken text":        {order(func(r *aihuishou.CreateOrderRequest) { r.UserAddress = "SECRET\xff" }), "user_address" + utf8},
		"a logistics_type that is no word": {order(func(r *aihuishou.CreateOrderRequest) { r.LogisticsType = "SECRET=" }), "logistics_type" + word},
		"a way in broken text":             {order(func(r *aihuishou.CreateOrderRequest) { r.LogisticsType = "SECRET\xff" }), "logistics_type" + word},
		"a detail of no order":             {func(ctx context.Context) error { _, err := h.client.GetOrderDetail(ctx, ""); return err }, "GetOrderDetail: invalid request: order_no" + text},
		"an inspection of no order":        {func(ctx context.Context) error { _, err := h.client.GetInspectionResult(ctx, ""); return err }, "GetInspectionResult: invalid request: order_no" + text},
		"a trace of no parcel": {func(ctx context.Context) error {
			_, err := h.client.GetLogisticsTrace(ctx, aihuishou.GetLogisticsTraceRequest{})
			return err
		}, "GetLogisticsTrace: invalid request: logistics_no" + text + "; logistics_company" + text},
		"a settlement of nothing": {func(ctx context.Context) error {
			_, err := h.client.GetSettlement(ctx, aihuishou.GetSettlementRequest{})
			return err
		}, "GetSettlement: invalid request: settlement_no or order_no must be set"},
		"a settlement in broken text": {func(ctx context.Context) error {
			_, err := h.client.GetSettlement(ctx, aihuishou.GetSettlementRequest{SettlementNo: "\xff", OrderNo: "\xff"})
			return err
		}, "settlement_no must be valid UTF-8; order_no must be valid UTF-8"},
		"a trade-in of nothing": {func(ctx context.Context) error {
			_, err := h.client.CreateTradeIn(ctx, aihuishou.CreateTradeInRequest{})
			return err
		}, "CreateTradeIn: invalid request: recycle_order_no" + text + "; new_machine_order_no" + text},
		"a wait for nothing": {
			wait(aihuishou.WaitOrderRequest{Until: []aihuishou.OrderStatus{""}, Interval: -1}),
			"WaitOrder: invalid request: order_no" + text + "; until must not hold an empty status; interval must be at least 1s, or 0 for 30s",
		},
		"a wait that spins": {wait(aihuishou.WaitOrderRequest{OrderNo: "ORD1", Interval: 999_999_999}), "interval must be at least 1s, or 0 for 30s"},
		"an idempotency key, which the platform has none of": {func(ctx context.Context) error {
			_, err := h.client.CreateOrder(ctx, sale, transport.WithIdempotencyKey("key"))
			return err
		}, "idempotency_key is not available"},
		"reconciling, which nothing here can": {func(ctx context.Context) error {
			_, err := h.client.CreateOrder(ctx, sale, transport.WithReconcile())
			return err
		}, "reconcile is not available"},
		"a bad request with a bad option": {func(ctx context.Context) error {
			_, err := h.client.GetOrderDetail(ctx, "", transport.WithAttempts(0), transport.WithReconcile())
			return err
		}, "aihuishou: GetOrderDetail: invalid request: order_no" + text + "; attempts must be at least 1; reconcile is not available"},
		"a nil context": {func(context.Context) error { _, err := h.client.GetValuation(nil, phone); return err }, "context must not be nil"}, //nolint:staticcheck // the point of the test
	} {
		t.Run(name, func(t *testing.T) {
			err := tc.call(t.Context())
			require.ErrorIs(t, err, transport.ErrInvalid)
			assert.ErrorContains(t, err, tc.want)
			assert.NotContains(t, err.Error(), "SECRET")
		})
	}
	assert.Empty(t, h.faults.Requests())
}

// TestWordsThatTheDocumentDoesNotKnowAreSent: the platform may.
func TestWordsThatTheDocumentDoesNotKnowAreSent(t *testing.T) {
	h := start(t)
	h.faults.Always(transporttest.Status(200, `{"code":0,"data":{"valuation_id":"V","order_no":"O"}}`))
	quoted, ordered := phone, sale
	quoted.Condition, quoted.FunctionalStatus = "like-new_2", "无法开机"
	_, err := h.client.GetValuation(t.Context(), quoted)
	require.NoError(t, err)
	ordered.LogisticsType = "SF-DoorToDoor"
	_, err = h.client.CreateOrder(t.Context(), ordered)
	require.NoError(t, err)
	sent := h.faults.Requests()
	assert.Contains(t, string(sent[0].Body), `"condition":"like-new_2","functional_status":"无法开机"`)
	assert.Contains(t, string(sent[1].Body), `"logistics_type":"SF-DoorToDoor"`)
}

// TestOptionalFieldsAreLeftOutUnlessSet: what is not sent is not signed, and
// false is not the same as unset.
func TestOptionalFieldsAreLeftOutUnlessSet(t *testing.T) {
	h := start(t)
	for want, change := range map[string]func(*aihuishou.GetValuationRequest){
		`"storage":"256GB","timestamp"`:                     func(r *aihuishou.GetValuationRequest) { r.Color, r.IsOriginal = "", nil },
		`"storage":"256GB","is_original":false,"timestamp"`: func(r *aihuishou.GetValuationRequest) { r.Color, r.IsOriginal = "", new(false) },
		`"storage":"256GB","color":"<黑>&","timestamp"`:      func(r *aihuishou.GetValuationRequest) { r.Color, r.IsOriginal = "<黑>&", nil },
	} {
		h.faults.Reset()
		req := phone
		change(&req)
		_, err := h.client.GetValuation(t.Context(), req)
		require.NoError(t, err)
		assert.Contains(t, string(h.faults.Requests()[0].Body), want)
	}
}

// TestAnyTextIsSignedAsItIs: values are neither escaped nor quoted in what is
// signed ("Aihuishou partner API, signature").
func TestAnyTextIsSignedAsItIs(t *testing.T) {
	h := start(t)
	for _, text := range []string{"a&b=c+d 100% e/f?g#h", "成色😀 ok", `it's "x" \ y`, "line1\nline2\ttab", "\u2028\u2029\x00\x7f", "<script>", strings.Repeat("长", 5000)} {
		req := phone
		req.DeviceModel, req.Color = text, text
		quote, err := h.client.GetValuation(t.Context(), req)
		require.NoError(t, err)
		assert.Equal(t, text, quote.DeviceInfo.Model)
	}
}
