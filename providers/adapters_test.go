package providers_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
	"github.com/pentagate/pentagate/uumit"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

// now is the time at which the tests' clocks begin.
var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// vendor is what a test of one adapter has between itself and the fake: faults,
// and a clock that both sides share and that waits in no time.
type vendor struct {
	faults *transporttest.Faults
	clock  *transporttest.Clock
}

func newVendor() vendor {
	return vendor{transporttest.NewFaults(nil), transporttest.NewClock(now)}
}

func (v vendor) open(t *testing.T, adapter string, env map[string]string) providers.Provider {
	t.Helper()
	return open(t, adapter, settingsOf(t, adapter, env), transport.WithClock(v.clock))
}

func codegateVendor(t *testing.T) (*codegatetest.Server, vendor, providers.Provider) {
	v := newVendor()
	srv := codegatetest.NewServer(codegatetest.WithMiddleware(v.faults.Wrap), codegatetest.WithClock(v.clock.Now))
	t.Cleanup(srv.Close)
	return srv, v, v.open(t, "codegate", srv.Env())
}

func procureVendor(t *testing.T) (*procuretest.Server, vendor, providers.Provider) {
	v := newVendor()
	srv := procuretest.NewServer(procuretest.WithMiddleware(v.faults.Wrap), procuretest.WithClock(v.clock.Now))
	t.Cleanup(srv.Close)
	return srv, v, v.open(t, "procure", srv.Env())
}

func aihuishouVendor(t *testing.T) (*aihuishoutest.Server, vendor, providers.Provider) {
	v := newVendor()
	srv := aihuishoutest.NewServer(aihuishoutest.WithMiddleware(v.faults.Wrap), aihuishoutest.WithClock(v.clock.Now))
	t.Cleanup(srv.Close)
	return srv, v, v.open(t, "aihuishou", srv.Env())
}

func uumitVendor(t *testing.T, adapter string) (*uumittest.Server, vendor, providers.Provider) {
	v := newVendor()
	srv := uumittest.NewServer(uumittest.WithMiddleware(v.faults.Wrap), uumittest.WithClock(v.clock.Now))
	t.Cleanup(srv.Close)
	return srv, v, v.open(t, adapter, srv.Env())
}

func TestCodegateLooksUpAndRedeems(t *testing.T) {
	srv, v, p := codegateVendor(t)
	codes := capable[providers.Codes](t, p)
	seed := srv.AddCode(codegatetest.Code{Code: "WELCOME-2026"})

	code, err := codes.LookUpCode(t.Context(), "WELCOME-2026")
	require.NoError(t, err)
	assert.Equal(t, seed.ID, code.ID)
	assert.Equal(t, "WELCOME-2026", code.Text.Reveal())
	assert.Equal(t, providers.StatusAvailable, code.Status)
	assert.Zero(t, code.UsedAt)

	v.clock.Advance(time.Hour)
	code, err = codes.RedeemCode(t.Context(), "WELCOME-2026", "order-1042")
	require.NoError(t, err)
	assert.Equal(t, providers.Code{ID: seed.ID, Text: transport.NewPersonal("WELCOME-2026"), Status: providers.StatusUsed, UsedAt: now.Add(time.Hour), Raw: code.Raw}, code)
	var answer codegate.VerifyResult
	require.NoError(t, json.Unmarshal(code.Raw.Bytes(), &answer))
	assert.True(t, answer.Success)
	assert.Equal(t, "order-1042", *srv.Verifications()[0].By)

	code, err = codes.LookUpCode(t.Context(), "WELCOME-2026")
	require.NoError(t, err)
	assert.Equal(t, providers.StatusUsed, code.Status)
	assert.Equal(t, now.Add(time.Hour), code.UsedAt)
	assert.Contains(t, string(code.Raw.Bytes()), `"verification_logs"`)
}

func TestCodegateTellsWhyACodeIsRefused(t *testing.T) {
	srv, _, p := codegateVendor(t)
	codes := capable[providers.Codes](t, p)
	srv.AddCode(codegatetest.Code{Code: "USED", Used: true})
	srv.AddCode(codegatetest.Code{Code: "OFF", Disabled: true})
	srv.AddCode(codegatetest.Code{Code: "LATE", ExpiresAt: now.Add(-time.Hour)})
	for text, tc := range map[string]struct {
		status providers.Status
		word   codegate.ErrorCode
		kind   error
	}{
		"USED": {providers.StatusUsed, codegate.CodeAlreadyUsed, transport.ErrConflict},
		"OFF":  {providers.StatusDisabled, codegate.CodeDisabled, transport.ErrConflict},
		"LATE": {providers.StatusExpired, codegate.CodeExpired, transport.ErrConflict},
		"NONE": {"", codegate.CodeNotFound, transport.ErrNotFound},
	} {
		code, err := codes.RedeemCode(t.Context(), text, "order-1042")
		require.ErrorIs(t, err, tc.word, text)
		require.ErrorIs(t, err, tc.kind, text)
		assert.Zero(t, code, text)
		code, err = codes.LookUpCode(t.Context(), text)
		assert.Equal(t, tc.status, code.Status, text)
		if tc.status == "" {
			require.ErrorIs(t, err, transport.ErrNotFound)
		}
	}
}

func TestProcureTakesAnIntentThrough(t *testing.T) {
	srv, _, p := procureVendor(t)
	intents, orders := capable[providers.Intents](t, p), capable[providers.Orders](t, p)
	req := providers.IntentRequest{
		UserID: "user_001", Platform: "TAOBAO", ProductURL: "https://item.taobao.com/item.htm?id=123456", Title: "测试商品",
		Price: money("99.99", providers.CNY), Quantity: 2,
		RecipientName: "张三", Address: "北京市朝阳区", Phone: "13800138000", Remarks: "请尽快发货",
	}
	created, err := intents.CreateIntent(t.Context(), req)
	require.NoError(t, err)
	stored, ok := srv.Intent(created.ID)
	require.True(t, ok)
	assert.Equal(t, []string{"user_001", "TAOBAO", "https://item.taobao.com/item.htm?id=123456", "测试商品", "张三", "北京市朝阳区", "13800138000", "请尽快发货"},
		[]string{stored.UserID, string(stored.Platform), stored.ProductURL, stored.Title, stored.RecipientName, stored.Address, stored.Phone, *stored.Remarks})
	assert.Equal(t, "99.99", stored.Price.String())
	assert.EqualValues(t, 2, stored.Quantity)

	want := providers.Intent{
		ID: created.ID, Status: providers.StatusPending, VendorStatus: "SUBMITTED", Title: transport.NewPersonal("测试商品"),
		Price: money("99.99", providers.CNY), Quantity: 2, CreatedAt: stored.CreatedAt, UpdatedAt: stored.UpdatedAt,
	}
	read, err := intents.GetIntent(t.Context(), created.ID)
	require.NoError(t, err)
	assert.Contains(t, string(read.Raw.Bytes()), `"recipientName"`)
	read.Raw = transport.Raw{}
	assert.Equal(t, want, read)

	executed, err := intents.ExecuteIntent(t.Context(), created.ID)
	require.NoError(t, err)
	assert.Equal(t, created.ID, executed.ID)
	order, err := orders.GetOrder(t.Context(), created.ID)
	require.NoError(t, err)
	assert.Equal(t, providers.StatusActive, order.Status)
	assert.Equal(t, "PROCESSING", order.VendorStatus)

	_, err = intents.CreateIntent(t.Context(), providers.IntentRequest{Price: money("5", providers.UT)})
	require.EqualError(t, err, "procure: CreateIntent: invalid request: price must be in CNY")
	_, err = intents.CreateIntent(t.Context(), providers.IntentRequest{Price: money("5", providers.CNY)})
	require.ErrorContains(t, err, "recipientName", "the platform's own checks hold")
	assert.Len(t, srv.Intents(), 1)
}

func TestProcureWithoutRemarks(t *testing.T) {
	srv, _, p := procureVendor(t)
	created, err := capable[providers.Intents](t, p).CreateIntent(t.Context(), providers.IntentRequest{
		UserID: "user_001", Platform: "JD", ProductURL: "https://item.jd.com/1.html", Title: "a", Price: money("1", providers.CNY), Quantity: 1,
		RecipientName: "张三", Address: "北京市朝阳区", Phone: "13800138000",
	})
	require.NoError(t, err)
	stored, _ := srv.Intent(created.ID)
	assert.Nil(t, stored.Remarks)
}

func TestProcureCancels(t *testing.T) {
	srv, _, p := procureVendor(t)
	id := srv.AddIntent(procuretest.Intent{}).ID
	intents := capable[providers.Intents](t, p)
	cancelled, err := intents.CancelIntent(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, id, cancelled.ID)
	assert.Equal(t, providers.StatusCancelled, cancelled.Status)
	assert.True(t, cancelled.Price.IsZero(), "the answer names no price, and 0.00 CNY is one")

	order, err := capable[providers.Orders](t, p).GetOrder(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, providers.StatusCancelled, order.Status)
	assert.Equal(t, "CANCELLED", order.VendorStatus)
	_, err = intents.ExecuteIntent(t.Context(), id)
	require.ErrorIs(t, err, transport.ErrConflict)
}

func TestProcureOrdersTellTheTotal(t *testing.T) {
	srv, v, p := procureVendor(t)
	id := srv.AddIntent(procuretest.Intent{Price: decimal.RequireFromString("33.35"), Quantity: 3}).ID
	orders := capable[providers.Orders](t, p)
	order, err := orders.GetOrder(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, id, order.ID)
	assert.Equal(t, now, order.UpdatedAt.UTC())
	assert.Equal(t, providers.StatusPending, order.Status)
	assert.Contains(t, string(order.Raw.Bytes()), `"recipientName"`)

	v.faults.Script(transporttest.Status(200, `{"code":0,"message":"success","data":{"id":"`+id+`","status":"IN_CUSTOMS","totalAmount":100.05}}`))
	order, err = orders.GetOrder(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, "100.05 CNY", order.Amount.String())
	assert.Equal(t, providers.StatusUnknown, order.Status, "a word that is not documented")
	assert.Equal(t, "IN_CUSTOMS", order.VendorStatus)
}

func TestAihuishouValuesAndFollows(t *testing.T) {
	srv, _, p := aihuishouVendor(t)
	original := true
	value, err := capable[providers.Valuations](t, p).ValueDevice(t.Context(), providers.DeviceRequest{
		Model: "iPhone 15 Pro", Brand: "Apple", Condition: "good", FunctionalStatus: "normal", Storage: "256GB", Color: "black", Original: &original,
	})
	require.NoError(t, err)
	assert.NotEmpty(t, value.ID)
	assert.Equal(t, "6800.00 CNY", value.Price.String())
	assert.Equal(t, now.Add(48*time.Hour), value.ValidUntil.UTC())
	assert.Contains(t, string(value.Raw.Bytes()), `"deposit_price"`)
	assert.JSONEq(t, `{"device_model":"iPhone 15 Pro","brand":"Apple","condition":"good","functional_status":"normal","storage":"256GB","color":"black","is_original":true,"timestamp":"2026-03-01 20:00:00"}`,
		string(srv.Requests()[0].Body))

	client, ok := p.Native().(*aihuishou.Client)
	require.True(t, ok)
	created, err := client.CreateOrder(t.Context(), aihuishou.CreateOrderRequest{
		ValuationID: value.ID, UserName: "张三", UserPhone: "138****6789", UserAddress: "北京市朝阳区", LogisticsType: aihuishou.LogisticsExpress,
	})
	require.NoError(t, err)
	orders := capable[providers.Orders](t, p)
	for _, want := range []struct {
		status providers.Status
		word   string
		amount string
	}{
		{providers.StatusPending, "pending_send", "-"},
		{providers.StatusActive, "inspecting", "-"},
		{providers.StatusCompleted, "completed", "6500.50 CNY"},
	} {
		order, err := orders.GetOrder(t.Context(), created.OrderNo)
		require.NoError(t, err)
		assert.Equal(t, created.OrderNo, order.ID)
		assert.Equal(t, want.status, order.Status)
		assert.Equal(t, want.word, order.VendorStatus)
		assert.Equal(t, want.amount, order.Amount.String())
		assert.Contains(t, string(order.Raw.Bytes()), want.word)
		srv.SetFinalPrice(created.OrderNo, "6500.50", "有划痕")
		srv.AdvanceOrder(created.OrderNo)
	}
}

func TestAihuishouWithoutAPrice(t *testing.T) {
	_, v, p := aihuishouVendor(t)
	v.faults.Script(transporttest.Status(200, `{"code":0,"msg":"success","data":{"valuation_id":"VAL1","recycle_price":null}}`),
		transporttest.Status(200, `{"code":0,"msg":"success","data":{"order_no":"O1","status":"回寄中","inspection_result":{"conclusion":"x"}}}`))
	value, err := capable[providers.Valuations](t, p).ValueDevice(t.Context(), providers.DeviceRequest{
		Model: "a", Brand: "b", Condition: "good", FunctionalStatus: "normal", Storage: "1GB",
	})
	require.NoError(t, err)
	assert.True(t, value.Price.IsZero())
	assert.Zero(t, value.ValidUntil)
	order, err := capable[providers.Orders](t, p).GetOrder(t.Context(), "O1")
	require.NoError(t, err)
	assert.True(t, order.Amount.IsZero())
	assert.Equal(t, providers.StatusUnknown, order.Status)
	assert.Equal(t, "回寄中", order.VendorStatus)

	_, err = capable[providers.Valuations](t, p).ValueDevice(t.Context(), providers.DeviceRequest{Condition: "as new"})
	require.ErrorIs(t, err, transport.ErrInvalid)
	require.ErrorContains(t, err, "condition")
}

func TestUUMitSearchesAndFollows(t *testing.T) {
	srv, v, p := uumitVendor(t, "uumit")
	first := srv.AddCapability(uumittest.Capability{Title: "Translate a contract", PriceUT: decimal.RequireFromString("12.50")})
	srv.AddCapability(uumittest.Capability{Title: "Translate a poem", PriceUT: decimal.RequireFromString("3")})
	search := capable[providers.CapabilitySearch](t, p)
	found, err := search.SearchCapabilities(t.Context(), "translate", 1)
	require.NoError(t, err)
	require.Len(t, found, 1)
	assert.Equal(t, providers.Capability{ID: first.ID, Title: transport.NewPersonal("Translate a contract"), Price: money("12.50", providers.UT), Raw: found[0].Raw}, found[0])
	assert.Contains(t, string(found[0].Raw.Bytes()), first.ID)
	found, err = search.SearchCapabilities(t.Context(), "translate", 10)
	require.NoError(t, err)
	assert.Len(t, found, 2)
	found, err = search.SearchCapabilities(t.Context(), "knitting", 10)
	require.NoError(t, err)
	assert.Empty(t, found)
	found, err = search.SearchCapabilities(t.Context(), "translate", 0)
	require.NoError(t, err)
	assert.Len(t, found, 2)
	assert.NotContains(t, v.faults.Requests()[3].URI, "limit=", "the platform chooses")
	_, err = search.SearchCapabilities(t.Context(), "", -1)
	require.EqualError(t, err, "uumit: Capabilities.Search: invalid request: q must not be empty; limit must be at least 1")

	v.faults.Script(transporttest.Status(200, `{"code":0,"message":"ok","data":{"items":[{"id":"c","title":"t","price_ut":"variable"}]}}`))
	found, err = search.SearchCapabilities(t.Context(), "translate", 10)
	require.NoError(t, err)
	assert.True(t, found[0].Price.IsZero(), "the platform named none")

	client, ok := p.Native().(*uumit.Client)
	require.True(t, ok)
	created, err := client.Orders.Create(t.Context(), uumit.CreateOrderRequest{CapabilityID: first.ID})
	require.NoError(t, err)
	orders := capable[providers.Orders](t, p)
	for _, want := range []providers.Order{
		{Status: providers.StatusPending, VendorStatus: "frozen"},
		{Status: providers.StatusActive, VendorStatus: "accepted"},
		{Status: providers.StatusDelivered, VendorStatus: "delivered"},
		{Status: providers.StatusCompleted, VendorStatus: "confirmed"},
		{Status: providers.StatusCompleted, VendorStatus: "settled"},
	} {
		order, err := orders.GetOrder(t.Context(), created.ID)
		require.NoError(t, err)
		want.ID, want.Raw = created.ID, order.Raw
		assert.Equal(t, want, order)
		if want.VendorStatus != "settled" {
			srv.AdvanceOrder(created.ID)
		}
	}
}

func TestUUMitWithATokenInPlaceOfAKey(t *testing.T) {
	srv, v, _ := uumitVendor(t, "uumit")
	p := open(t, "uumit", map[string]any{"base_url": srv.URL, "token": srv.User("").Token}, transport.WithClock(v.clock))
	require.NoError(t, capable[providers.Health](t, p).Health(t.Context()))
	sent := srv.Requests()[0].Header
	assert.Empty(t, sent.Get("X-Api-Key"))
	assert.Equal(t, "Bearer "+srv.User("").Token, sent.Get("Authorization"))
	_, err := providers.Builtin().Open("uumit", map[string]any{"token": "t", "api_key": "k", "user_id": "u"})
	require.ErrorContains(t, err, "token must not be set beside api_key and user_id")
}

// TestUUMitAuthObtainsAProvider has a person confirm the code while the
// provider waits.
func TestUUMitAuthObtainsAProvider(t *testing.T) {
	srv, v, p := uumitVendor(t, "uumit-auth")
	api := capable[providers.DeviceAuthorization](t, p)
	started, err := api.StartAuthorization(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{started.UserCode}, srv.UserCodes())
	assert.Equal(t, "https://a2a.uupt.work/link?user_code="+started.UserCode, started.VerificationURL)
	assert.Equal(t, now.Add(10*time.Minute), started.ExpiresAt)

	v.faults.Script(transporttest.Pass(), transporttest.Status(503, ""))
	polls := 0
	approveAt := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if polls++; polls == 3 {
			srv.Approve(started.UserCode, "")
		}
	})
	p = v.through(t, "uumit-auth", srv.Env(), srv.Handler(), approveAt)
	obtained, err := capable[providers.DeviceAuthorization](t, p).AwaitAuthorization(t.Context(), started)
	require.NoError(t, err)
	assert.Equal(t, "uumit", obtained.Name())
	require.NoError(t, capable[providers.Health](t, obtained).Health(t.Context()))
	capable[providers.Orders](t, obtained)
	capable[providers.CapabilitySearch](t, obtained)
	_, isClient := obtained.Native().(*uumit.Client)
	assert.True(t, isClient)
	require.NoError(t, obtained.Close())
	require.NoError(t, capable[providers.Health](t, obtained).Health(t.Context()), "it is closed with the provider that obtained it")
	require.NoError(t, p.Close())
	require.ErrorIs(t, capable[providers.Health](t, obtained).Health(t.Context()), transport.ErrClosed)
}

// through opens a provider whose requests pass before on their way to the
// platform.
func (v vendor) through(t *testing.T, adapter string, env map[string]string, platform http.Handler, before http.HandlerFunc) providers.Provider {
	t.Helper()
	settings := settingsOf(t, adapter, env)
	settings["base_url"] = "http://127.0.0.1:1"
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		before(w, r)
		platform.ServeHTTP(w, r)
	})
	return open(t, adapter, settings, transport.WithClock(v.clock), transport.WithRoundTripper(hosts{"127.0.0.1:1": {handler: handler}}))
}

func TestUUMitAuthPassesTheProgramOn(t *testing.T) {
	srv, v, _ := uumitVendor(t, "uumit-auth")
	p := open(t, "uumit-auth", map[string]any{"base_url": srv.URL, "agent_platform": "cursor"}, transport.WithClock(v.clock))
	_, err := capable[providers.DeviceAuthorization](t, p).StartAuthorization(t.Context())
	require.NoError(t, err)
	assert.JSONEq(t, `{"agent_platform_type":"cursor"}`, string(srv.Requests()[0].Body))
}

func TestUUMitAuthTellsARefusalAndAnEnd(t *testing.T) {
	srv, _, p := uumitVendor(t, "uumit-auth")
	api := capable[providers.DeviceAuthorization](t, p)
	started, err := api.StartAuthorization(t.Context())
	require.NoError(t, err)
	srv.Deny(started.UserCode)
	_, err = api.AwaitAuthorization(t.Context(), started)
	require.ErrorIs(t, err, uumit.ErrAccessDenied)

	started, err = api.StartAuthorization(t.Context())
	require.NoError(t, err)
	_, err = api.AwaitAuthorization(t.Context(), started)
	require.ErrorIs(t, err, uumit.ErrExpiredToken, "the clock runs while it waits")

	_, err = api.AwaitAuthorization(t.Context(), providers.Authorization{UserCode: "A1B2C3D4"})
	require.ErrorIs(t, err, transport.ErrInvalid, "without the code to ask with")
}

// TestAnAuthorizationAndItsCredentialsCanBeKept starts an authorization in one
// process, waits for it in a second and uses what it obtained in a third.
func TestAnAuthorizationAndItsCredentialsCanBeKept(t *testing.T) {
	srv, v, p := uumitVendor(t, "uumit-auth")
	started, err := capable[providers.DeviceAuthorization](t, p).StartAuthorization(t.Context())
	require.NoError(t, err)
	type row struct { // what a service would write into its store
		DeviceCode, UserCode, Address string
		End                           time.Time
		Interval                      time.Duration
	}
	stored, err := json.Marshal(row{started.DeviceCode.Reveal(), started.UserCode, started.VerificationURL, started.ExpiresAt, started.Interval})
	require.NoError(t, err)
	assert.Equal(t, 5*time.Second, started.Interval)
	srv.Approve(started.UserCode, "")

	var kept row
	require.NoError(t, json.Unmarshal(stored, &kept))
	second := v.open(t, "uumit-auth", srv.Env())
	obtained, err := capable[providers.DeviceAuthorization](t, second).AwaitAuthorization(t.Context(), providers.Authorization{
		DeviceCode: signing.NewSecret(kept.DeviceCode), UserCode: kept.UserCode, VerificationURL: kept.Address, ExpiresAt: kept.End, Interval: kept.Interval,
	})
	require.NoError(t, err)
	credentials := capable[providers.Authorized](t, obtained).Credentials()
	assert.Equal(t, srv.User("").ID, credentials.UserID)

	third := open(t, "uumit", map[string]any{"base_url": srv.URL, "api_key": credentials.APIKey, "user_id": credentials.UserID}, transport.WithClock(v.clock))
	require.NoError(t, callHealth(t, third))
	assertUnseen(t, credentials, []string{credentials.APIKey.Reveal()})
	assertUnseen(t, started, []string{started.DeviceCode.Reveal()})
}

// TestNothingOnTheWayEndsAnAuthorization lets the wait meet outages, limits and
// the pages of what stands in front of the platform.
func TestNothingOnTheWayEndsAnAuthorization(t *testing.T) {
	srv, v, p := uumitVendor(t, "uumit-auth")
	api := capable[providers.DeviceAuthorization](t, p)
	started, err := api.StartAuthorization(t.Context())
	require.NoError(t, err)
	srv.Approve(started.UserCode, "")
	v.faults.Script(transporttest.HTML(), page(400), page(401), page(403), page(404), page(404), page(404), page(410),
		transporttest.Status(503, ""), transporttest.Status(502, ""), transporttest.DropAfter(), transporttest.RateLimited("", "7"), transporttest.Garbage())
	obtained, err := api.AwaitAuthorization(t.Context(), started)
	require.NoError(t, err)
	assert.Equal(t, srv.User("").ID, capable[providers.Authorized](t, obtained).Credentials().UserID)
}

// TestAKeyWithoutAUserIsNotLost: the platform hands a key out once, and leaves
// out whom it acts for.
func TestAKeyWithoutAUserIsNotLost(t *testing.T) {
	_, v, p := uumitVendor(t, "uumit-auth")
	api := capable[providers.DeviceAuthorization](t, p)
	started, err := api.StartAuthorization(t.Context())
	require.NoError(t, err)
	v.faults.Script(transporttest.Status(200, `{"code":0,"message":"success","data":{"status":"approved","api_key":"uuagent_sk_4f9d1c"}}`))
	obtained, err := api.AwaitAuthorization(t.Context(), started)
	require.NoError(t, err)
	credentials := capable[providers.Authorized](t, obtained).Credentials()
	assert.Equal(t, "uuagent_sk_4f9d1c", credentials.APIKey.Reveal())
	assert.Empty(t, credentials.UserID)
	assert.Equal(t, "uumit", obtained.Name())
	for name, look := range finders {
		assert.False(t, look.as(obtained), "nothing can be called with it: %s", name)
	}
	assertUnseen(t, obtained, []string{"uuagent_sk_4f9d1c"})
	require.NoError(t, obtained.Close())
	require.NoError(t, callHealth(t, p), "the provider that obtained it goes on")
}

// page is the answer of something in front of a platform.
func page(status int) transporttest.Fault { return transporttest.ForeignPage(status, "Welcome") }

// refusal is the platform's own answer with an HTTP status of 4xx.
func refusal(adapter string, status int) transporttest.Fault {
	return transporttest.Status(status, map[string]string{
		"codegate":   `{"detail":"no"}`,
		"procure":    fmt.Sprintf(`{"code":%d99,"message":"no","data":null}`, status),
		"aihuishou":  `{"code":1099,"msg":"no","data":null}`,
		"uumit":      `{"code":1099,"message":"no","data":null}`,
		"uumit-auth": `{"code":1099,"message":"no","data":null}`,
	}[adapter])
}

// portableCalls are all calls of all capabilities of the built-in adapters.
var portableCalls = map[string]map[string]func(t *testing.T, p providers.Provider) error{
	"codegate": {
		"Health": callHealth,
		"LookUpCode": func(t *testing.T, p providers.Provider) error {
			return second(capable[providers.Codes](t, p).LookUpCode(t.Context(), "X"))
		},
		"RedeemCode": func(t *testing.T, p providers.Provider) error {
			return second(capable[providers.Codes](t, p).RedeemCode(t.Context(), "X", "order-1042"))
		},
	},
	"procure": {
		"Health":   callHealth,
		"GetOrder": callGetOrder,
		"CreateIntent": func(t *testing.T, p providers.Provider) error {
			return second(capable[providers.Intents](t, p).CreateIntent(t.Context(), providers.IntentRequest{
				UserID: "u", Platform: "JD", ProductURL: "https://item.jd.com/1.html", Title: "a", Price: money("1", providers.CNY), Quantity: 1,
				RecipientName: "张三", Address: "北京市朝阳区", Phone: "13800138000",
			}))
		},
		"GetIntent": func(t *testing.T, p providers.Provider) error {
			return second(capable[providers.Intents](t, p).GetIntent(t.Context(), "i"))
		},
		"ExecuteIntent": func(t *testing.T, p providers.Provider) error {
			return second(capable[providers.Intents](t, p).ExecuteIntent(t.Context(), "i"))
		},
		"CancelIntent": func(t *testing.T, p providers.Provider) error {
			return second(capable[providers.Intents](t, p).CancelIntent(t.Context(), "i"))
		},
	},
	"aihuishou": {
		"Health":   callHealth,
		"GetOrder": callGetOrder,
		"ValueDevice": func(t *testing.T, p providers.Provider) error {
			return second(capable[providers.Valuations](t, p).ValueDevice(t.Context(), providers.DeviceRequest{Model: "a", Brand: "b", Condition: "good", FunctionalStatus: "normal", Storage: "1GB"}))
		},
	},
	"uumit": {
		"Health":   callHealth,
		"GetOrder": callGetOrder,
		"SearchCapabilities": func(t *testing.T, p providers.Provider) error {
			return second(capable[providers.CapabilitySearch](t, p).SearchCapabilities(t.Context(), "translate", 1))
		},
	},
	"uumit-auth": {
		"Health": callHealth,
		"StartAuthorization": func(t *testing.T, p providers.Provider) error {
			return second(capable[providers.DeviceAuthorization](t, p).StartAuthorization(t.Context()))
		},
	},
}

func callHealth(t *testing.T, p providers.Provider) error {
	return capable[providers.Health](t, p).Health(t.Context())
}

func callGetOrder(t *testing.T, p providers.Provider) error {
	return second(capable[providers.Orders](t, p).GetOrder(t.Context(), "o"))
}

func second[T any](_ T, err error) error { return err }

// TestErrorsComeThroughUntouched lets every portable call meet every kind of
// failure: what comes out is the error of package transport itself, and not
// one that wraps it.
func TestErrorsComeThroughUntouched(t *testing.T) {
	for adapter, calls := range portableCalls {
		for name, call := range calls {
			for _, tc := range []struct {
				fault transporttest.Fault
				want  error
			}{
				{refusal(adapter, 401), transport.ErrUnauthenticated},
				{refusal(adapter, 403), transport.ErrPermission},
				{refusal(adapter, 404), transport.ErrNotFound},
				{refusal(adapter, 422), transport.ErrInvalid},
				{transporttest.RateLimited(`{}`, "600"), transport.ErrRateLimited},
				{transporttest.Status(503, ``), transport.ErrUnavailable},
				{transporttest.HTML(), transport.ErrMalformed},
				{page(401), transport.ErrMalformed},
				{page(403), transport.ErrMalformed},
				{page(404), transport.ErrMalformed},
			} {
				if asksForNothing := adapter == "uumit-auth" || adapter == "aihuishou"; asksForNothing && name == "Health" && errors.Is(tc.want, transport.ErrNotFound) {
					continue // TestHealthOfEachBuiltin
				}
				v := newVendor()
				v.faults.Always(tc.fault)
				settings := someSettings()[adapter]
				settings["base_url"] = "http://127.0.0.1:1"
				p := open(t, adapter, settings, transport.WithClock(v.clock), transport.WithRoundTripper(hosts{"127.0.0.1:1": {handler: v.faults}}))
				err := call(t, p)
				require.ErrorIs(t, err, tc.want, "%s: %s", adapter, name)
				e, ok := err.(*transport.Error) //nolint:errorlint // that it is not wrapped is the point
				require.True(t, ok, "%s: %s: %T", adapter, name, err)
				assert.Equal(t, strings.TrimSuffix(adapter, "-auth"), e.Provider)
				assert.Equal(t, tc.fault.Status, e.Status, "%s: %s", adapter, name)
			}
		}
	}
}

// TestAnAmountThatIsNotThereIsNeverZero reads an amount in every form from each
// platform that tells one.
func TestAnAmountThatIsNotThereIsNeverZero(t *testing.T) {
	type reading struct {
		answer string // with a place for the amount
		unit   string
		read   func(t *testing.T, p providers.Provider) (providers.Money, transport.Raw)
	}
	readings := map[string]map[string]reading{
		"procure": {
			"the price of an intent": {`{"code":0,"message":"success","data":{"id":"i","status":"PROCESSING","price":%s}}`, "CNY", func(t *testing.T, p providers.Provider) (providers.Money, transport.Raw) {
				i, err := capable[providers.Intents](t, p).GetIntent(t.Context(), "i")
				require.NoError(t, err)
				return i.Price, i.Raw
			}},
			"the total of an order": {`{"code":0,"message":"success","data":{"id":"i","status":"PROCESSING","totalAmount":%s}}`, "CNY", readAmount},
		},
		"aihuishou": {
			"the value of a device": {`{"code":0,"msg":"success","data":{"valuation_id":"v","recycle_price":%s}}`, "CNY", func(t *testing.T, p providers.Provider) (providers.Money, transport.Raw) {
				v, err := capable[providers.Valuations](t, p).ValueDevice(t.Context(), providers.DeviceRequest{Model: "a", Brand: "b", Condition: "good", FunctionalStatus: "normal", Storage: "1GB"})
				require.NoError(t, err)
				return v.Price, v.Raw
			}},
			"the final price": {`{"code":0,"msg":"success","data":{"order_no":"i","status":"completed","inspection_result":{"final_price":%s}}}`, "CNY", readAmount},
		},
		"uumit": {
			"the price of an offer": {`{"code":0,"message":"success","data":{"items":[{"id":"c","title":"t","price_ut":%s}]}}`, "UT", func(t *testing.T, p providers.Provider) (providers.Money, transport.Raw) {
				found, err := capable[providers.CapabilitySearch](t, p).SearchCapabilities(t.Context(), "t", 0)
				require.NoError(t, err)
				require.Len(t, found, 1)
				return found[0].Price, found[0].Raw
			}},
		},
	}
	for adapter, of := range readings {
		for name, r := range of {
			for form, want := range map[string]string{
				`null`: "-", `""`: "-", `" "`: "-", `"free"`: "-", `true`: "-", `{}`: "-", `[]`: "-", `1e99999999`: "-", `"1e99999999"`: "-",
				`0`: "0.00", `"0"`: "0.00", `"0.00"`: "0.00", `12.5`: "12.50", `"12.50"`: "12.50",
			} {
				v := newVendor()
				v.faults.Always(transporttest.Status(200, fmt.Sprintf(r.answer, form)))
				settings := someSettings()[adapter]
				settings["base_url"] = "http://127.0.0.1:1"
				p := open(t, adapter, settings, transport.WithClock(v.clock), transport.WithRoundTripper(hosts{"127.0.0.1:1": {handler: v.faults}}))
				amount, raw := r.read(t, p)
				if want != "-" {
					want += " " + r.unit
				}
				assert.Equal(t, want, amount.String(), "%s: %s: %s", adapter, name, form)
				assert.Equal(t, want == "-", amount.IsZero(), "%s: %s: %s", adapter, name, form)
				assert.Contains(t, string(raw.Bytes()), form, "as it came")
			}
		}
	}
}

func readAmount(t *testing.T, p providers.Provider) (providers.Money, transport.Raw) {
	o, err := capable[providers.Orders](t, p).GetOrder(t.Context(), "i")
	require.NoError(t, err)
	return o.Amount, o.Raw
}

func TestALostAnswerOfAnUnsafeCallIsUnknown(t *testing.T) {
	srv, v, p := codegateVendor(t)
	srv.AddCode(codegatetest.Code{Code: "WELCOME-2026"})
	v.faults.Script(transporttest.DropAfter())
	_, err := capable[providers.Codes](t, p).RedeemCode(t.Context(), "WELCOME-2026", "order-1042")
	require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
	assert.Len(t, v.faults.Requests(), 1)

	_, v, p = procureVendor(t)
	v.faults.Script(transporttest.DropAfter())
	err = portableCalls["procure"]["CreateIntent"](t, p)
	require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
	assert.Len(t, v.faults.Requests(), 1)
}

func TestHealthOfEachBuiltin(t *testing.T) {
	servers := map[string]func() (vendor, providers.Provider){
		"codegate":   func() (vendor, providers.Provider) { _, v, p := codegateVendor(t); return v, p },
		"procure":    func() (vendor, providers.Provider) { _, v, p := procureVendor(t); return v, p },
		"aihuishou":  func() (vendor, providers.Provider) { _, v, p := aihuishouVendor(t); return v, p },
		"uumit":      func() (vendor, providers.Provider) { _, v, p := uumitVendor(t, "uumit"); return v, p },
		"uumit-auth": func() (vendor, providers.Provider) { _, v, p := uumitVendor(t, "uumit-auth"); return v, p },
	}
	for name, start := range servers {
		v, p := start()
		require.NoError(t, callHealth(t, p), name)
		v.faults.Always(refusal(name, 401))
		require.ErrorIs(t, callHealth(t, p), transport.ErrUnauthenticated, name)
		v.faults.Always(refusal(name, 403))
		require.ErrorIs(t, callHealth(t, p), transport.ErrPermission, name)
		v.faults.Always(transporttest.Status(500, ``))
		require.ErrorIs(t, callHealth(t, p), transport.ErrUnavailable, name)
		for _, status := range []int{200, 400, 401, 403, 404, 407, 413} {
			v.faults.Always(page(status))
			require.ErrorIs(t, callHealth(t, p), transport.ErrMalformed, "%s: %d", name, status)
		}
		// Any server of the framework that some platforms are made with says so.
		v.faults.Always(transporttest.Status(404, `{"detail":"Not Found"}`))
		require.ErrorIs(t, callHealth(t, p), transport.ErrMalformed, name)
	}
}

// TestHealthTakesTheRefusalOfWhatDoesNotExistForWell: these two platforms have
// no call without effect that reports whether they are well.
func TestHealthTakesTheRefusalOfWhatDoesNotExistForWell(t *testing.T) {
	type answer struct {
		fault transporttest.Fault
		want  error
	}
	for adapter, answers := range map[string]map[string]answer{
		"aihuishou": {
			"not found":                 {refusal("aihuishou", 404), nil},
			"a code of no known kind":   {transporttest.Status(200, `{"code":1099,"msg":"no","data":null}`), nil},
			"no detail":                 {transporttest.Status(200, `{"code":0,"msg":"success","data":null}`), nil},
			"an empty detail":           {transporttest.Status(200, `{"code":0,"msg":"success","data":{}}`), nil},
			"a detail of another form":  {transporttest.Status(200, `{"code":0,"msg":"success","data":[]}`), nil},
			"another platform's object": {transporttest.Status(200, `{"status":"ok"}`), transport.ErrMalformed},
			"busy":                      {transporttest.Status(200, `{"code":500,"msg":"系统繁忙，请稍后重试","data":null}`), transport.ErrUnavailable},
		},
		"uumit-auth": {
			"not found":                 {refusal("uumit-auth", 404), nil},
			"a bad request":             {refusal("uumit-auth", 400), nil},
			"expired":                   {transporttest.Status(400, `{"code":4802,"message":"expired_token","data":null}`), nil},
			"expired, by the word":      {transporttest.Status(200, `{"code":4802,"data":{"status":"expired"}}`), nil},
			"still waiting":             {transporttest.Status(200, `{"code":4801,"message":"authorization_pending","data":{"status":"pending"}}`), nil},
			"another platform's object": {transporttest.Status(200, `{"status":"ok"}`), transport.ErrMalformed},
		},
	} {
		for name, tc := range answers {
			v := newVendor()
			v.faults.Always(tc.fault)
			settings := someSettings()[adapter]
			settings["base_url"] = "http://127.0.0.1:1"
			p := open(t, adapter, settings, transport.WithClock(v.clock), transport.WithRoundTripper(hosts{"127.0.0.1:1": {handler: v.faults}}))
			require.ErrorIs(t, callHealth(t, p), tc.want, "%s: %s", adapter, name)
		}
	}
}

// TestAProjectThatIsOffIsNotTakenForWrongCredentials: CodeGate refuses all calls
// of such a project, however good their signature is.
func TestAProjectThatIsOffIsNotTakenForWrongCredentials(t *testing.T) {
	srv := codegatetest.NewServer()
	defer srv.Close()
	g := newGateway(t, providers.Builtin(), map[string]map[string]any{"codes": {
		"provider": "codegate", "base_url": srv.URL,
		"api_key": srv.Project("").APIKey, "secret": srv.Project("").Secret, "project_id": srv.Project("").ID,
	}})
	srv.SetProjectEnabled("", false)
	verdict := g.Health(t.Context())[0]
	assert.Equal(t, "switched off", verdict.String())
	require.ErrorIs(t, verdict.Err, codegate.ProjectDisabled)
}

// TestProcureHealthChecksTheCredentials: the platform's own health call is
// unsigned and would be green with a wrong secret.
func TestProcureHealthChecksTheCredentials(t *testing.T) {
	srv, v, _ := procureVendor(t)
	settings := settingsOf(t, "procure", srv.Env())
	settings["app_secret"] = "wrong"
	p := open(t, "procure", settings, transport.WithClock(v.clock))
	require.ErrorIs(t, callHealth(t, p), transport.ErrUnauthenticated)
}
