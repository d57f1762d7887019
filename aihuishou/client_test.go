package aihuishou_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func TestTheSevenCalls(t *testing.T) {
	h := start(t)
	h.SetPrices("5499.90", "50.00")
	ctx := t.Context()

	quote, err := h.client.GetValuation(ctx, phone)
	require.NoError(t, err)
	assert.Equal(t, "VAL20240828001", quote.ValuationID)
	assert.Equal(t, "5499.9", quote.RecyclePrice.String())
	assert.Equal(t, "50", quote.DepositPrice.String())
	assert.Equal(t, "2024-08-30 15:30:00", quote.ValidTime.Text)
	assert.True(t, quote.ValidTime.Equal(now.Add(48*time.Hour)))
	assert.Equal(t, aihuishou.DeviceInfo{Model: "iPhone 15 Pro", Brand: "Apple", Storage: "256GB"}, quote.DeviceInfo)
	assert.False(t, quote.Remark.IsZero())

	req := sale
	req.ValuationID = quote.ValuationID
	order, err := h.client.CreateOrder(ctx, req)
	require.NoError(t, err)
	assert.Equal(t, "ORD20240828001", order.OrderNo)
	assert.Equal(t, "YT20240828001", order.ExpressNo)
	assert.Equal(t, "圆通快递", order.ExpressCompany)
	assert.True(t, order.StoreInfo.IsZero())
	assert.Equal(t, aihuishou.StatusPendingSend, order.Status)
	assert.Equal(t, "15:30:00", order.CreateTime.Format(time.TimeOnly))

	detail, err := h.client.GetOrderDetail(ctx, order.OrderNo)
	require.NoError(t, err)
	assert.Equal(t, order.OrderNo, detail.OrderNo)
	assert.Equal(t, aihuishou.StatusPendingSend, detail.Status)
	assert.Equal(t, order.CreateTime, detail.CreateTime)
	assert.Equal(t, "张三", detail.UserName.Reveal())
	assert.Equal(t, "138****6789", detail.UserPhone.Reveal(), "as it was sent")
	assert.Empty(t, detail.LogisticsStatus, "awaits posting")
	assert.Nil(t, detail.InspectionResult)

	early, err := h.client.GetInspectionResult(ctx, order.OrderNo)
	require.NoError(t, err, "a success without data is an empty result")
	assert.Nil(t, early.FinalPrice)
	assert.JSONEq(t, `{}`, string(early.Raw.Bytes()))

	h.clock.Advance(24 * time.Hour)
	h.AdvanceOrder(order.OrderNo)
	trace, err := h.client.GetLogisticsTrace(ctx, aihuishou.GetLogisticsTraceRequest{LogisticsNo: order.ExpressNo, LogisticsCompany: order.ExpressCompany})
	require.NoError(t, err)
	assert.Equal(t, "signed", trace.Status)
	require.Len(t, trace.Traces, 1)
	assert.Equal(t, "2024-08-29", trace.Traces[0].Time.Format(time.DateOnly))
	assert.False(t, trace.Traces[0].Content.IsZero())

	h.SetFinalPrice(order.OrderNo, "5000.00", "屏幕有划痕")
	h.AdvanceOrder(order.OrderNo)
	detail, err = h.client.GetOrderDetail(ctx, order.OrderNo)
	require.NoError(t, err)
	require.NotNil(t, detail.InspectionResult)
	assert.Equal(t, "屏幕有划痕", detail.InspectionResult.Conclusion.Reveal())
	result, err := h.client.GetInspectionResult(ctx, order.OrderNo)
	require.NoError(t, err)
	assert.Equal(t, detail.InspectionResult, result, "one shape in both places")
	assert.Equal(t, "5000", result.FinalPrice.String())

	settlement, err := h.client.GetSettlement(ctx, aihuishou.GetSettlementRequest{OrderNo: order.OrderNo})
	require.NoError(t, err)
	assert.Equal(t, order.OrderNo, settlement.OrderNo)
	assert.True(t, settlement.SettlementAmount.Equal(decimal.RequireFromString("5000.00")))
	bySettlementNo, err := h.client.GetSettlement(ctx, aihuishou.GetSettlementRequest{SettlementNo: settlement.SettlementNo})
	require.NoError(t, err)
	assert.Equal(t, settlement, bySettlementNo)

	linked, err := h.client.CreateTradeIn(ctx, aihuishou.CreateTradeInRequest{RecycleOrderNo: order.OrderNo, NewMachineOrderNo: "NEW-0001"})
	require.NoError(t, err)
	assert.Equal(t, h.TradeIns()[0].TradeInNo, linked.TradeInNo)
	assert.Equal(t, "200", linked.SubsidyAmount.String())

	for _, r := range h.Requests() {
		assert.Equal(t, "POST", r.Method, "Aihuishou partner API, environments: every endpoint is POST")
		assert.Equal(t, 200, r.Status)
	}
}

func TestAnOrderForAShopHasNoParcel(t *testing.T) {
	h := start(t)
	quote, err := h.client.GetValuation(t.Context(), phone)
	require.NoError(t, err)
	req := sale
	req.ValuationID, req.LogisticsType = quote.ValuationID, aihuishou.LogisticsStore
	order, err := h.client.CreateOrder(t.Context(), req)
	require.NoError(t, err)
	assert.Empty(t, order.ExpressNo)
	assert.Empty(t, order.ExpressCompany)
	assert.JSONEq(t, `{"store_name":"爱回收门店","store_address":"北京市朝阳区XX商场一层"}`, string(order.StoreInfo.Bytes()))
}

// The three steps of the document's script, "Aihuishou partner API, sample
// code": a quote, an order, its detail. The signatures were made by an
// independent implementation of the script's rules.
func TestTheThreeStepsOfTheScript(t *testing.T) {
	h := start(t)
	quote, err := h.client.GetValuation(t.Context(), phone)
	require.NoError(t, err)
	assert.Equal(t, "VAL20240828001", quote.ValuationID)

	h.clock.Advance(5 * time.Minute)
	req := sale
	req.ValuationID = quote.ValuationID
	order, err := h.client.CreateOrder(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, "ORD20240828001", order.OrderNo)

	h.clock.Advance(5 * time.Minute)
	detail, err := h.client.GetOrderDetail(t.Context(), order.OrderNo)
	require.NoError(t, err)
	assert.Equal(t, aihuishou.StatusPendingSend, detail.Status)

	want := []struct{ path, body, sign string }{
		{
			"/api/valuation/get",
			`{"device_model":"iPhone 15 Pro","brand":"Apple","condition":"good","functional_status":"normal","storage":"256GB","color":"black","is_original":true,"timestamp":"2024-08-28 15:30:00"}`,
			"38042871DE7384DBCD2E7BAE0DCBB1A8999F053294DA7799BB31D9E2269308CE",
		},
		{
			"/api/order/create",
			`{"valuation_id":"VAL20240828001","user_name":"张三","user_phone":"138****6789","user_address":"北京市朝阳区XX街道XX小区","logistics_type":"express","timestamp":"2024-08-28 15:35:00"}`,
			"693827B2F5C428448C592547EF8B7F2E610E3B69A3B1FF2E058D34518A206FFF",
		},
		{
			"/api/order/getDetail",
			`{"order_no":"ORD20240828001","timestamp":"2024-08-28 15:40:00"}`,
			"A2C95F95A9CB282931693C11059E909DE4DEAC51D414F8FC1807E1396D6615CA",
		},
	}
	got := h.faults.Requests()
	require.Len(t, got, len(want))
	for i, r := range got {
		assert.Equal(t, want[i].path, r.URI)
		assert.Equal(t, want[i].body, string(r.Body))
		assert.Equal(t, []string{want[i].sign}, r.Header["X-Sign"])
		assert.Equal(t, appID, r.Header.Get("X-AppId"))
		assert.Equal(t, "application/json;charset=UTF-8", r.Header.Get("Content-Type"))
	}
}

func TestLiteralsCanBeSignedAsJSON(t *testing.T) {
	h := startPlatform(t, []aihuishoutest.Option{aihuishoutest.WithJSONLiterals()})
	_, err := h.client.GetValuation(t.Context(), phone)
	require.NoError(t, err)
	r := h.faults.Requests()[0]
	assert.Contains(t, string(r.Body), `"is_original":true`)
	assert.Equal(t, []string{"4671EF7806D188104560DCCEF2785CD5FCC226DCA62F4E8A4589FDA1ABDA3745"}, r.Header["X-Sign"])

	config := h.Config()
	config.Literals = aihuishou.LiteralsPython
	_, err = h.newClient(t, config).GetValuation(t.Context(), phone)
	require.ErrorIs(t, err, transport.ErrUnauthenticated, "the other way")
}

func TestAClockThatIsOffHealsItself(t *testing.T) {
	for name, off := range map[string]time.Duration{"20 minutes ahead": 20 * time.Minute, "20 minutes behind": -20 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			order := h.order(t)
			h.faults.Reset()
			h.Advance(off)
			_, err := h.client.CreateTradeIn(t.Context(), aihuishou.CreateTradeInRequest{RecycleOrderNo: order.OrderNo, NewMachineOrderNo: "NEW-0001"})
			require.NoError(t, err, "a refused request did not run, so that this call may be repeated too")
			assert.Len(t, h.faults.Requests(), 2, "one extra request")
			assert.Len(t, h.TradeIns(), 1)
			_, err = h.client.GetOrderDetail(t.Context(), order.OrderNo)
			require.NoError(t, err)
			assert.Len(t, h.faults.Requests(), 3, "and none later")
			h.Advance(-off)
			_, err = h.client.GetOrderDetail(t.Context(), order.OrderNo)
			require.NoError(t, err, "a clock that was set right heals too")
		})
	}
	t.Run("a small difference passes as it is", func(t *testing.T) {
		h := start(t)
		h.Advance(4 * time.Minute)
		_, err := h.client.GetValuation(t.Context(), phone)
		require.NoError(t, err)
		assert.Len(t, h.faults.Requests(), 1)
	})
	t.Run("without a Date header it fails as unauthenticated", func(t *testing.T) {
		h := start(t)
		h.faults.Always(transporttest.NoDate())
		h.Advance(20 * time.Minute)
		_, err := h.client.GetValuation(t.Context(), phone)
		require.ErrorIs(t, err, transport.ErrUnauthenticated)
		assert.Len(t, h.faults.Requests(), 1)
	})
}

func TestPlatformErrorsAreClassified(t *testing.T) {
	valuation := func(ctx context.Context, c *aihuishou.Client) error {
		_, err := c.GetValuation(ctx, phone)
		return err
	}
	for name, tc := range map[string]struct {
		config func(*aihuishou.Config)
		fault  transporttest.Fault
		call   func(context.Context, *aihuishou.Client) error
		want   error
		text   string
	}{
		"a wrong secret": {
			config: func(c *aihuishou.Config) { c.AppSecret = signing.NewSecret("another") },
			want:   transport.ErrUnauthenticated, text: "aihuishou: GetValuation: unauthenticated: 签名错误或时间戳过期 (HTTP 401, code 401)",
		},
		"an unknown app id": {
			config: func(c *aihuishou.Config) { c.AppID = "another" },
			want:   transport.ErrUnauthenticated, text: "aihuishou: GetValuation: unauthenticated: 签名错误或时间戳过期 (HTTP 401, code 401)",
		},
		"an unknown order": {
			call: func(ctx context.Context, c *aihuishou.Client) error {
				_, err := c.GetOrderDetail(ctx, "ORD1")
				return err
			},
			want: transport.ErrNotFound, text: "aihuishou: GetOrderDetail: not found: 订单不存在 (HTTP 200, code 1004)",
		},
		"an unknown quote": {
			call: func(ctx context.Context, c *aihuishou.Client) error { _, err := c.CreateOrder(ctx, sale); return err },
			want: transport.ErrNotFound, text: "aihuishou: CreateOrder: not found: 估价不存在 (HTTP 200, code 1004)",
		},
		"an unknown path": {
			call: func(ctx context.Context, c *aihuishou.Client) error {
				return c.Do(ctx, transport.Call{Operation: "Else", Method: "POST", Path: "/api/else"}, nil)
			},
			want: transport.ErrNotFound, text: "aihuishou: Else: not found: 接口不存在 (HTTP 404, code 404)",
		},
		"a code and a message of another kind": {
			fault: transporttest.Status(200, `{"code":"-7","msg":{"x":1}}`),
			want:  transport.ErrRejected, text: "aihuishou: GetValuation: rejected (HTTP 200, code -7)",
		},
		"an answer of another system": {
			fault: transporttest.Status(200, `{"error":"no upstream"}`),
			want:  transport.ErrMalformed, text: "aihuishou: GetValuation: malformed answer: the answer holds no code that is a number (HTTP 200)",
		},
		"what was sent is masked in the message": {
			fault: transporttest.Status(200, `{"code":9,"msg":"no iPhone 15 Pro of 13812345678"}`),
			want:  transport.ErrRejected, text: "aihuishou: GetValuation: rejected: no [redacted] of [redacted] (HTTP 200, code 9)",
		},
		"a page of something in front": {
			fault: transporttest.Status(403, "<html><title>Forbidden</title>"),
			want:  transport.ErrMalformed,
			text:  `aihuishou: GetValuation: malformed answer: the answer is not in the platform's form: something in front of it may have sent it: 30 bytes of text/plain, titled "Forbidden" (HTTP 403)`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			config := h.Config()
			if tc.config != nil {
				tc.config(&config)
			}
			if tc.call == nil {
				tc.call = valuation
			}
			h.faults.Script(tc.fault)
			err := tc.call(t.Context(), h.newClient(t, config))
			require.ErrorIs(t, err, tc.want)
			require.NotErrorIs(t, err, transport.ErrOutcomeUnknown, "an answer is an answer")
			assert.EqualError(t, err, tc.text)
			assert.Len(t, h.faults.Requests(), 1, "not retried")
		})
	}
}

func TestAQuoteThatHasRunOut(t *testing.T) {
	h := start(t)
	quote, err := h.client.GetValuation(t.Context(), phone)
	require.NoError(t, err)
	h.clock.Advance(48*time.Hour + time.Second)
	assert.False(t, quote.ValidAt(h.clock.Now()))
	req := sale
	req.ValuationID = quote.ValuationID
	_, err = h.client.CreateOrder(t.Context(), req)
	assert.EqualError(t, err, "aihuishou: CreateOrder: conflict: 估价已过期 (HTTP 200, code 1005)")
	assert.Empty(t, h.Orders())
}

func TestHowLongAQuoteHolds(t *testing.T) {
	at := func(text string) time.Time {
		parsed, err := time.ParseInLocation(time.DateTime, text, china)
		require.NoError(t, err)
		return parsed
	}
	valid := aihuishou.Time{Time: at("2024-08-30 15:30:00")}
	for name, tc := range map[string]struct {
		quote aihuishou.Valuation
		at    string
		want  bool
	}{
		"up to valid_time":                     {aihuishou.Valuation{ValidTime: valid}, "2024-08-30 15:30:00", true},
		"not after it":                         {aihuishou.Valuation{ValidTime: valid}, "2024-08-30 15:30:01", false},
		"valid_time counts, not the two days":  {aihuishou.Valuation{ValidTime: valid, AskedAt: at("2024-08-01 00:00:00")}, "2024-08-30 15:30:00", true},
		"without valid_time for two days":      {aihuishou.Valuation{AskedAt: now}, "2024-08-30 15:30:00", true},
		"without valid_time, then no longer":   {aihuishou.Valuation{AskedAt: now}, "2024-08-30 15:30:01", false},
		"a valid_time that cannot be read":     {aihuishou.Valuation{ValidTime: aihuishou.Time{Text: "2023年1月1日"}, AskedAt: now}, "2024-08-28 15:30:00", false},
		"a valid_time of blanks is none":       {aihuishou.Valuation{ValidTime: aihuishou.Time{Text: " "}, AskedAt: now}, "2024-08-30 15:30:00", true},
		"a quote of which nothing is known":    {aihuishou.Valuation{}, "2024-08-28 15:30:00", false},
		"an hour that is said in another zone": {aihuishou.Valuation{ValidTime: aihuishou.Time{Time: at("2024-08-30 15:30:00").UTC()}}, "2024-08-30 15:29:59", true},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tc.want, tc.quote.ValidAt(at(tc.at))) })
	}
}

func TestNewRefusesBadConfigurations(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*aihuishou.Config)
		want   string
	}{
		"all wrong": {
			func(c *aihuishou.Config) {
				*c = aihuishou.Config{Environment: "staging", BaseURL: "api.aihuishou.com", Literals: 7}
			},
			`aihuishou: New: invalid request: app_id must not be empty; app_secret must not be empty; environment must be test or prod; literals must be LiteralsPython or LiteralsJSON; base_url must be an absolute URL such as "https://api.example.com"`,
		},
		"production in full":       {func(c *aihuishou.Config) { c.Environment = "production" }, "aihuishou: New: invalid request: environment must be test or prod"},
		"the prefix of the paths":  {func(c *aihuishou.Config) { c.BaseURL = "https://api.aihuishou.com/api" }, `base_url must not end in "/api", which every call adds: write "https://api.aihuishou.com"`},
		"TEST in capitals":         {func(c *aihuishou.Config) { c.Environment = "TEST" }, "environment must be test or prod"},
		"a newline in the app id":  {func(c *aihuishou.Config) { c.AppID = "a\nb" }, "app_id must be printable characters without a space at either end"},
		"a base URL without TLS":   {func(c *aihuishou.Config) { c.BaseURL = "http://api.aihuishou.com" }, "base_url must use https"},
		"a base URL with a secret": {func(c *aihuishou.Config) { c.BaseURL = "https://u:" + appSecret + "@api.aihuishou.com" }, "base_url must hold no user"},
	} {
		t.Run(name, func(t *testing.T) {
			config := credentials()
			tc.change(&config)
			_, err := aihuishou.New(config)
			require.ErrorIs(t, err, transport.ErrInvalid)
			assert.ErrorContains(t, err, tc.want)
			assert.NotContains(t, err.Error(), appSecret)
		})
	}
	t.Run("nothing is blamed but what is wrong", func(t *testing.T) {
		config := credentials()
		config.Environment = "staging"
		_, err := aihuishou.New(config)
		assert.EqualError(t, err, "aihuishou: New: invalid request: environment must be test or prod")
	})
}

// TestCredentialsWithWhatCannotBeSeenAreRefused: every request would fail as
// unauthenticated.
func TestCredentialsWithWhatCannotBeSeenAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"a line break":           appSecret + "\n",
		"a blank in front":       " " + appSecret,
		"a tab within":           "test\tsecret",
		"a zero-width space":     "test\u200bsecret",
		"a zero-width joiner":    "test\u200dsecret",
		"a byte order mark":      "\ufeff" + appSecret,
		"a no-break space":       "test\u00a0secret",
		"a mark of direction":    "test\u200esecret",
		"text that is not UTF-8": "test\xffsecret",
	} {
		t.Run(name, func(t *testing.T) {
			config := credentials()
			config.AppSecret = signing.NewSecret(text)
			_, err := aihuishou.New(config)
			assert.EqualError(t, err, "aihuishou: New: invalid request: app_secret must be printable characters without a space at either end")
			config = credentials()
			config.AppID = text
			_, err = aihuishou.New(config)
			assert.EqualError(t, err, "aihuishou: New: invalid request: app_id must be printable characters without a space at either end")
		})
	}
	config := credentials()
	config.AppID, config.AppSecret = "id of ours", signing.NewSecret(`密钥 "&=%+$é`)
	client, err := aihuishou.New(config)
	require.NoError(t, err, "what can be seen is the platform's affair")
	require.NoError(t, client.Close())
}

// TestAClientThatNewDidNotMake: the zero value says so in the place of a panic.
func TestAClientThatNewDidNotMake(t *testing.T) {
	var client aihuishou.Client
	all := maps.Clone(calls)
	all["WaitOrder"] = func(ctx context.Context, c *aihuishou.Client) (any, error) {
		return c.WaitOrder(ctx, aihuishou.WaitOrderRequest{OrderNo: "ORD20240828001"})
	}
	all["Do"] = func(ctx context.Context, c *aihuishou.Client) (any, error) {
		return nil, c.Do(ctx, transport.Call{Method: http.MethodPost, Path: "/api/else"}, nil)
	}
	for name, call := range all {
		_, err := call(t.Context(), &client)
		require.ErrorIs(t, err, transport.ErrInvalid, name)
		assert.ErrorContains(t, err, "the client was not made by New", name)
	}
	require.NoError(t, client.Close())
	require.NoError(t, client.Shutdown(t.Context()))
	assert.Equal(t, "client that was not made by New", fmt.Sprint(&client))
}

func TestShutdownWaitsForCallsUnderWay(t *testing.T) {
	h := start(t)
	h.faults.Script(transporttest.Delay(100 * time.Millisecond))
	ended := make(chan error, 1)
	go func() {
		_, err := h.client.GetValuation(t.Context(), phone)
		ended <- err
	}()
	require.Eventually(t, func() bool { return len(h.faults.Requests()) == 1 }, 5*time.Second, time.Millisecond)
	require.NoError(t, h.client.Shutdown(t.Context()))
	select {
	case err := <-ended:
		require.NoError(t, err)
	case <-time.After(5 * time.Second):
		t.Fatal("the call was cut off")
	}
	_, err := h.client.GetValuation(t.Context(), phone)
	require.ErrorIs(t, err, transport.ErrClosed)
}

// TestEnvironments: "Aihuishou partner API, environments".
func TestEnvironments(t *testing.T) {
	for environment, want := range map[aihuishou.Environment]string{
		"":                        "https://test-api.aihuishou.com",
		aihuishou.EnvironmentTest: "https://test-api.aihuishou.com",
		aihuishou.EnvironmentProd: "https://api.aihuishou.com",
	} {
		config := credentials()
		config.Environment = environment
		client, err := aihuishou.New(config)
		require.NoError(t, err)
		defer func() { _ = client.Close() }()
		assert.Equal(t, "aihuishou client of "+want, fmt.Sprint(client))
	}
}

func TestConfigFromEnv(t *testing.T) {
	h := start(t)
	env := h.Env()
	client := h.newClient(t, aihuishou.ConfigFromEnv(func(name string) string { return env[name] }))
	_, err := client.GetValuation(t.Context(), phone)
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"AIHUISHOU_APP_ID", "AIHUISHOU_APP_SECRET", "AIHUISHOU_ENV", "AIHUISHOU_BASE_URL"}, slices.Collect(maps.Keys(env)))
}

func TestTheEscapeHatch(t *testing.T) {
	h := start(t)
	order := h.order(t)
	h.faults.Reset()

	t.Run("it is signed, limited, retried and decoded", func(t *testing.T) {
		h.faults.Script(transporttest.Status(503, ""))
		var out map[string]any
		call := transport.Call{Operation: "Raw", Method: http.MethodPost, Path: "/api/order/getDetail", Safety: transport.Read,
			Body: map[string]any{"order_no": order.OrderNo, "verbose": true, "page": 1, "note": nil}}
		require.NoError(t, h.client.Do(t.Context(), call, &out))
		assert.Equal(t, "张三", out["user_name"])
		assert.Len(t, h.faults.Requests(), 2)
	})
	t.Run("a nil body is an empty object with the timestamp", func(t *testing.T) {
		h.faults.Reset()
		err := h.client.Do(t.Context(), transport.Call{Operation: "Raw", Method: http.MethodPost, Path: "/api/order/getDetail", Route: "/api/order/getDetail"}, nil)
		assert.EqualError(t, err, "aihuishou: Raw: invalid request: 缺少参数或参数错误: order_no (HTTP 200, code 1001)")
		r := h.faults.Requests()[0]
		assert.Regexp(t, `^\{"timestamp":"2024-08-28 15:30:\d\d"\}$`, string(r.Body))
		assert.Equal(t, "application/json;charset=UTF-8", r.Header.Get("Content-Type"))
	})
	t.Run("a timestamp of the caller's is overwritten, and nothing is dropped", func(t *testing.T) {
		h.faults.Reset()
		call := transport.Call{Operation: "Raw", Method: http.MethodPost, Path: "/api/order/getDetail", Safety: transport.Read,
			Body: []byte(`{"timestamp":"2001-01-01 00:00:00","order_no":"` + order.OrderNo + `","empty":"","none":null}`)}
		require.NoError(t, h.client.Do(t.Context(), call, nil))
		assert.Regexp(t, `^\{"timestamp":"2024-08-28 15:30:\d\d","order_no":"ORD20240828001","empty":"","none":null\}$`, string(h.faults.Requests()[0].Body))
	})
	t.Run("it decodes into the package's own types", func(t *testing.T) {
		var detail aihuishou.OrderDetail
		call := transport.Call{Operation: "Raw", Method: http.MethodPost, Path: "/api/order/getDetail", Safety: transport.Read, Body: map[string]string{"order_no": order.OrderNo}}
		require.NoError(t, h.client.Do(t.Context(), call, &detail))
		assert.Equal(t, order.CreateTime, detail.CreateTime)
	})
	t.Run("what cannot be signed is refused before it is sent", func(t *testing.T) {
		h.faults.Reset()
		for _, body := range []any{[]string{"a"}, map[string]any{"nested": map[string]int{"a": 1}}, []byte("{")} {
			err := h.client.Do(t.Context(), transport.Call{Operation: "Raw", Method: http.MethodPost, Path: "/api/order/getDetail", Body: body}, nil)
			require.ErrorIs(t, err, transport.ErrInvalid)
			require.ErrorIs(t, err, signing.ErrRequest)
		}
		err := h.client.Do(t.Context(), transport.Call{Operation: "Raw", Method: http.MethodPost, Path: "/api/order/getDetail"}, nil, transport.WithHeader("x-sign", "A"))
		require.ErrorIs(t, err, signing.ErrHeaderSet)
		assert.Empty(t, h.faults.Requests())
	})
	t.Run("a wrong path or method is refused before it is sent", func(t *testing.T) {
		h.faults.Reset()
		err := h.client.Do(t.Context(), transport.Call{Operation: "Raw", Method: "post", Path: "api"}, nil)
		require.ErrorIs(t, err, transport.ErrInvalid)
		assert.Empty(t, h.faults.Requests())
	})
}

func TestOtherHostsSeeNothing(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the other host was reached") }))
	defer other.Close()
	h := start(t)
	h.faults.Script(transporttest.Redirect(302, other.URL+"/elsewhere?name=张三"))
	_, err := h.client.CreateOrder(t.Context(), sale)
	require.ErrorIs(t, err, transport.ErrRedirect)
	assert.EqualError(t, err, "aihuishou: CreateOrder: outcome unknown: redirect refused: it pointed to "+other.URL+"/elsewhere (HTTP 302)")
}
