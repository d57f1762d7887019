package providertest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/providers/providertest"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/uumit"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

// opener opens a built-in adapter with settings and the base URL of a check.
func opener(name string, settings map[string]any) func(string, ...transport.Option) (providers.Provider, error) {
	registry := providers.Builtin()
	return func(baseURL string, opts ...transport.Option) (providers.Provider, error) {
		settings["base_url"] = baseURL
		return registry.Open(name, settings, opts...)
	}
}

func getOrder(id string) func(context.Context, providers.Provider) error {
	return func(ctx context.Context, p providers.Provider) error {
		_, err := p.(providers.Orders).GetOrder(ctx, id)
		return err
	}
}

// object is a JSON object of names and values.
func object(members ...any) string {
	m := make(map[string]any)
	for i := 0; i < len(members); i += 2 {
		m[members[i].(string)] = members[i+1] //nolint:gosec // names and values come in pairs
	}
	body, _ := json.Marshal(m) // texts and numbers
	return string(body)
}

func uumitRefusal(_ int, message string) string {
	return object("code", 1099, "message", message, "data", nil)
}

func TestCodegatePasses(t *testing.T) {
	platform := codegatetest.New()
	platform.AddCode(codegatetest.Code{Code: "CARD-0001"})
	project := platform.Project("")
	providertest.Run(t, providertest.Harness{
		Name:     "codegate",
		Platform: platform,
		Refusal:  func(_ int, message string) string { return object("detail", message) },
		Open:     opener("codegate", map[string]any{"api_key": project.APIKey, "secret": project.Secret, "project_id": project.ID}),
		Secrets:  []string{project.APIKey, project.Secret},
		Read: func(ctx context.Context, p providers.Provider) error {
			_, err := p.Native().(*codegate.Client).GetStatistics(ctx)
			return err
		},
		Missing: func(ctx context.Context, p providers.Provider) error {
			_, err := p.(providers.Codes).LookUpCode(ctx, "NONE")
			return err
		},
		Write: func(ctx context.Context, p providers.Provider) error {
			_, err := p.(providers.Codes).RedeemCode(ctx, platform.AddCodes(1)[0].Code, "providertest")
			return err
		},
		Code: "CARD-0001",
	})
}

func TestProcurePasses(t *testing.T) {
	const secret = "procure-secret-71b2"
	platform := procuretest.New(procuretest.WithApp(procuretest.App{ID: "app_1", Secret: secret}), procuretest.WithoutLimits())
	intent := providers.IntentRequest{
		UserID: "user_001", Platform: "TAOBAO", ProductURL: "https://item.taobao.com/item.htm?id=123456", Title: "测试商品",
		Price: providers.Money{Amount: decimal.RequireFromString("99.90"), Currency: providers.CNY}, Quantity: 1,
		RecipientName: "张三", Address: "北京市朝阳区", Phone: "13800138000",
	}
	followed := platform.AddIntent(procuretest.Intent{}).ID
	providertest.Run(t, providertest.Harness{
		Name:     "procure",
		Platform: platform,
		Refusal: func(status int, message string) string {
			return object("code", status*100+99, "message", message, "data", nil)
		},
		Open:    opener("procure", map[string]any{"app_id": "app_1", "app_secret": secret}),
		Secrets: []string{secret},
		Limit:   transport.Limit{PerSecond: 97, Burst: 1},
		Read:    getOrder(followed),
		Missing: getOrder("intent_none"),
		Write: func(ctx context.Context, p providers.Provider) error {
			_, err := p.(providers.Intents).CreateIntent(ctx, intent)
			return err
		},
		Intent:  &intent,
		OrderID: followed,
	})
}

func TestAihuishouPasses(t *testing.T) {
	const secret = "aihuishou-secret-c4d5"
	platform := aihuishoutest.New(aihuishoutest.WithCredentials("company_1", secret), aihuishoutest.WithRateLimit(0))
	device := providers.DeviceRequest{Model: "iPhone 15 Pro", Brand: "Apple", Condition: "good", FunctionalStatus: "normal", Storage: "256GB", Original: new(true)}
	open := opener("aihuishou", map[string]any{"app_id": "company_1", "app_secret": secret})
	order := func(ctx context.Context, p providers.Provider) (string, error) {
		quote, err := p.(providers.Valuations).ValueDevice(ctx, device)
		if err != nil {
			return "", err
		}
		o, err := p.Native().(*aihuishou.Client).CreateOrder(ctx, aihuishou.CreateOrderRequest{
			ValuationID: quote.ID, UserName: "张三", UserPhone: "138****6789", UserAddress: "北京市朝阳区XX街道XX小区", LogisticsType: aihuishou.LogisticsExpress,
		})
		if err != nil {
			return "", err
		}
		return o.OrderNo, nil
	}
	followed := seed(t, platform, open, order)
	quoted := seed(t, platform, open, func(ctx context.Context, p providers.Provider) (string, error) {
		quote, err := p.(providers.Valuations).ValueDevice(ctx, device)
		return quote.ID, err
	})
	providertest.Run(t, providertest.Harness{
		Name:     "aihuishou",
		Platform: platform,
		Refusal:  func(_ int, message string) string { return object("code", 1099, "msg", message, "data", nil) },
		Open:     open,
		Secrets:  []string{secret},
		Limit:    transport.Limit{PerSecond: 4.75, Burst: 1},
		Read:     getOrder(followed),
		Missing:  getOrder("ORD-NONE"),
		Write: func(ctx context.Context, p providers.Provider) error {
			_, err := p.Native().(*aihuishou.Client).CreateOrder(ctx, aihuishou.CreateOrderRequest{
				ValuationID: quoted, UserName: "张三", UserPhone: "138****6789", UserAddress: "北京市朝阳区XX街道XX小区", LogisticsType: aihuishou.LogisticsExpress,
			})
			return err
		},
		Device:  &device,
		OrderID: followed,
	})
}

func TestUUMitPasses(t *testing.T) {
	platform := uumittest.New(uumittest.WithRateLimit(0))
	user := platform.AddUser(uumittest.User{})
	capability := platform.AddCapability(uumittest.Capability{Title: "translate", PriceUT: decimal.NewFromInt(1)})
	open := opener("uumit", map[string]any{"api_key": platform.APIKey(), "user_id": user.ID})
	followed := seed(t, platform, open, func(ctx context.Context, p providers.Provider) (string, error) {
		o, err := p.Native().(*uumit.Client).Orders.Create(ctx, uumit.CreateOrderRequest{CapabilityID: capability.ID})
		if err != nil {
			return "", err
		}
		return o.ID, nil
	})
	providertest.Run(t, providertest.Harness{
		Name:     "uumit",
		Platform: platform,
		Refusal:  uumitRefusal,
		Open:     open,
		Secrets:  []string{platform.APIKey()},
		Limit:    transport.Limit{PerSecond: 50.0 / 60, Burst: 10},
		Read:     getOrder(followed),
		Missing:  getOrder("00000000-0000-4000-8000-000000000000"),
		Write: func(ctx context.Context, p providers.Provider) error {
			_, err := p.Native().(*uumit.Client).Orders.Create(ctx, uumit.CreateOrderRequest{CapabilityID: capability.ID})
			return err
		},
		Keyed:   true,
		OrderID: followed,
		Query:   "translate",
	})
}

func TestUUMitAuthPasses(t *testing.T) {
	platform := uumittest.New(uumittest.WithRateLimit(0))
	user := platform.AddUser(uumittest.User{})
	providertest.Run(t, providertest.Harness{
		Name:     "uumit-auth",
		Platform: platform,
		Refusal:  uumitRefusal,
		Open:     opener("uumit-auth", map[string]any{"agent_platform": "cursor"}),
		Limit:    transport.Limit{PerSecond: 50.0 / 60, Burst: 10},
		Read: func(ctx context.Context, p providers.Provider) error {
			_, err := p.(providers.DeviceAuthorization).StartAuthorization(ctx)
			return err
		},
		Confirm: func(userCode string) { platform.Approve(userCode, user.ID) },
	})
}

// seed makes something on the fake through the adapter itself and returns its id.
func seed(t *testing.T, platform http.Handler, open func(string, ...transport.Option) (providers.Provider, error), create func(context.Context, providers.Provider) (string, error)) string {
	t.Helper()
	p, err := open("http://127.0.0.1:1", transport.WithRoundTripper(inMemory{platform}))
	require.NoError(t, err)
	defer func() { require.NoError(t, p.Close()) }()
	id, err := create(t.Context(), p)
	require.NoError(t, err)
	return id
}
