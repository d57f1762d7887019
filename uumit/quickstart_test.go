package uumit_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
	"github.com/pentagate/pentagate/transport/transporttest"
	"github.com/pentagate/pentagate/uumit"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

func equalAmount(t *testing.T, want string, got answer.Amount) {
	t.Helper()
	require.True(t, got.Valid)
	equalDecimal(t, want, got.Decimal)
}

func equalDecimal(t *testing.T, want string, got decimal.Decimal) {
	t.Helper()
	assert.True(t, decimal.RequireFromString(want).Equal(got), "want %s, got %s", want, got)
}

// TestTheQuickStart makes the whole way of "UUMit Python quick start": search,
// order, wait, confirm.
func TestTheQuickStart(t *testing.T) {
	h := start(t, uumittest.WithOrderPace(20*time.Second))
	offer := h.offer()
	ctx := t.Context()

	found, err := h.client.Capabilities.Search(ctx, uumit.SearchRequest{Query: "帮我翻译合同", Limit: new(5)})
	require.NoError(t, err)
	require.Len(t, found.Items, 1)
	assert.Equal(t, offer.ID, found.Items[0].ID)
	assert.Equal(t, "Translate a contract", found.Items[0].Title.Reveal())
	equalAmount(t, "12.50", found.Items[0].PriceUT)

	order, err := h.client.Orders.Create(ctx, uumit.CreateOrderRequest{CapabilityID: offer.ID, DemandDescription: new("ten pages")})
	require.NoError(t, err)
	assert.Equal(t, uumit.OrderFrozen, order.Status)
	equalDecimal(t, "987.50", h.Wallet("").Available)
	equalDecimal(t, "12.50", h.Wallet("").Frozen)

	var seen []uumit.OrderStatus
	order, err = h.client.Orders.Wait(ctx, uumit.WaitOrderRequest{OrderID: order.ID, OnChange: func(o *uumit.Order) { seen = append(seen, o.Status) }})
	require.NoError(t, err)
	require.NoError(t, order.Err())
	assert.Equal(t, []uumit.OrderStatus{uumit.OrderFrozen, uumit.OrderAccepted, uumit.OrderDelivered}, seen)
	assert.Equal(t, []time.Duration{10 * time.Second, 10 * time.Second, 10 * time.Second, 10 * time.Second}, h.clock.Waits())

	confirmation, err := h.client.Orders.Confirm(ctx, order.ID)
	require.NoError(t, err)
	equalAmount(t, "11.25", confirmation.SellerIncome)
	assert.False(t, confirmation.AlreadyDone)

	wallet, err := h.client.Wallet.Get(ctx)
	require.NoError(t, err)
	equalAmount(t, "987.50", wallet.UT.Available)
	equalAmount(t, "0", wallet.UT.Frozen)
	equalAmount(t, "987.50", wallet.UT.Total())
	equalDecimal(t, "1011.25", h.Wallet(offer.SellerID).Available)

	h.clock.Advance(20 * time.Second)
	order, err = h.client.Orders.Get(ctx, order.ID)
	require.NoError(t, err)
	assert.Equal(t, uumit.OrderSettled, order.Status)
}

// TestTheQuickStartWordForWord feeds the client answers with the fields of the
// documents and nothing else, and compares what it sends.
func TestTheQuickStartWordForWord(t *testing.T) {
	h := start(t)
	ctx := t.Context()
	h.faults.Script(
		transporttest.Status(200, `{"code":0,"message":"success","data":{"items":[{"id":"cap-1","title":"t","price_ut":"12.50"}]},"timestamp":1710000000}`),
		transporttest.Status(200, `{"code":0,"message":"success","data":{"id":"ord-1","status":"frozen"},"timestamp":1710000000}`),
		transporttest.Status(200, `{"code":0,"message":"success","data":{"id":"ord-1","status":"delivered"},"timestamp":1710000000}`),
		transporttest.Status(200, `{"code":0,"message":"success","data":{"seller_income":"11.25"},"timestamp":1710000000}`),
		transporttest.Status(200, `{"code":0,"message":"success","data":{"ut":{"available":"1500.00","frozen":"200.00","total":"1700.00"},"cash":{"available":"0.00","frozen":"0.00","total":"0.00"}},"timestamp":1710000000}`),
	)
	found, err := h.client.Capabilities.Search(ctx, uumit.SearchRequest{Query: "翻译", Limit: new(5)})
	require.NoError(t, err)
	assert.Equal(t, "cap-1", found.Items[0].ID)
	assert.Equal(t, "t", found.Items[0].Title.Reveal())
	equalAmount(t, "12.50", found.Items[0].PriceUT)
	assert.Equal(t, `{"id":"cap-1","title":"t","price_ut":"12.50"}`, string(found.Items[0].Raw.Bytes()))
	order, err := h.client.Orders.Create(ctx, uumit.CreateOrderRequest{CapabilityID: "cap-1", DemandDescription: new("d")})
	require.NoError(t, err)
	assert.Equal(t, "ord-1", order.ID)
	assert.Equal(t, uumit.OrderFrozen, order.Status)
	order, err = h.client.Orders.Wait(ctx, uumit.WaitOrderRequest{OrderID: "ord-1"})
	require.NoError(t, err)
	assert.Equal(t, uumit.OrderDelivered, order.Status)
	confirmation, err := h.client.Orders.Confirm(ctx, "ord-1")
	require.NoError(t, err)
	equalAmount(t, "11.25", confirmation.SellerIncome)
	wallet, err := h.client.Wallet.Get(ctx)
	require.NoError(t, err)
	equalAmount(t, "1500.00", wallet.UT.Available)
	equalAmount(t, "200.00", wallet.UT.Frozen)
	equalAmount(t, "1700.00", wallet.UT.Total())
	equalAmount(t, "0", wallet.Cash.Total())

	var sent []string
	for _, r := range h.faults.Requests() {
		sent = append(sent, r.Method+" "+r.URI+" "+string(r.Body))
		assert.NotEmpty(t, r.Header.Get("X-Api-Key"))
		assert.Equal(t, h.User("").ID, r.Header.Get("X-Platform-User-Id"))
		assert.Equal(t, r.Method == http.MethodPost, r.Header.Get("Idempotency-Key") != "")
		assert.Empty(t, r.Header.Get("Authorization"))
	}
	assert.Equal(t, []string{
		"GET /api/v1/capabilities/search?limit=5&q=%E7%BF%BB%E8%AF%91 ",
		`POST /api/v1/orders {"capability_id":"cap-1","demand_description":"d"}`,
		"GET /api/v1/orders/ord-1 ",
		"POST /api/v1/orders/ord-1/confirm ",
		"GET /api/v1/wallet ",
	}, sent)
}

// TestTheDeviceAuthorizationPageWordForWord does the same for "UUMit API key
// guide, Device authorization".
func TestTheDeviceAuthorizationPageWordForWord(t *testing.T) {
	h := start(t)
	ctx := t.Context()
	pending := transporttest.Status(200, `{"code":4801,"message":"authorization_pending","data":{"status":"pending"},"timestamp":1710000000}`)
	h.faults.Script(
		transporttest.Status(200, `{"code":0,"message":"success","data":{"device_code":"dc_test","user_code":"A1B2C3D4","verification_url":"https://a2a.uupt.work/link","expires_in":600,"interval":5,"agent_platform_type":"cursor"},"timestamp":1710000000}`),
		pending, pending,
		transporttest.Status(200, `{"code":0,"message":"success","data":{"status":"approved","api_key":"uuagent_sk_test","user_id":"550e8400-e29b-41d4-a716-446655440000","agent_platform_type":"cursor"},"timestamp":1710000000}`),
	)
	auth, err := h.device.DeviceAuth(ctx, uumit.Cursor)
	require.NoError(t, err)
	assert.Equal(t, "dc_test", auth.DeviceCode.Reveal())
	assert.Equal(t, "A1B2C3D4", auth.UserCode.Reveal())
	assert.Equal(t, "https://a2a.uupt.work/link", auth.VerificationURL)
	assert.Equal(t, "https://a2a.uupt.work/link?user_code=A1B2C3D4", auth.VerificationURLComplete.Reveal())
	assert.Equal(t, now.Add(10*time.Minute), auth.ExpiresAt)
	assert.Equal(t, 5*time.Second, auth.Interval)
	assert.Equal(t, uumit.Cursor, auth.AgentPlatform)

	credentials, err := h.device.DeviceAccessToken(ctx, auth)
	require.NoError(t, err)
	assert.Equal(t, "uuagent_sk_test", credentials.APIKey.Reveal())
	assert.Equal(t, "550e8400-e29b-41d4-a716-446655440000", credentials.UserID)
	assert.Equal(t, uumit.Cursor, credentials.AgentPlatform)
	assert.Equal(t, []time.Duration{5 * time.Second, 5 * time.Second, 5 * time.Second}, h.clock.Waits())

	var sent []string
	for _, r := range h.faults.Requests() {
		sent = append(sent, r.Method+" "+r.URI+" "+string(r.Body))
		for _, name := range []string{"X-Api-Key", "X-Platform-User-Id", "Authorization", "Idempotency-Key"} {
			assert.Empty(t, r.Header.Get(name), name)
		}
	}
	poll := `POST /api/v1/auth/device-auth/poll {"device_code":"dc_test"}`
	assert.Equal(t, []string{`POST /api/v1/auth/device-auth {"agent_platform_type":"cursor"}`, poll, poll, poll}, sent)

	// user_id goes to X-Platform-User-Id.
	h.faults.Reset()
	h.faults.Script(good(`{"ut":{"available":"1500.00","frozen":"200.00","total":"1700.00"}}`))
	client, err := h.device.Client(*credentials)
	require.NoError(t, err)
	_, err = client.Wallet.Get(ctx)
	require.NoError(t, err)
	assert.Equal(t, "uuagent_sk_test", h.faults.Requests()[0].Header.Get("X-Api-Key"))
	assert.Equal(t, "550e8400-e29b-41d4-a716-446655440000", h.faults.Requests()[0].Header.Get("X-Platform-User-Id"))
}

func TestBothAuthenticationChannels(t *testing.T) {
	h := start(t)
	t.Run("an API key with a user's id", func(t *testing.T) {
		_, err := h.client.Wallet.Get(t.Context())
		require.NoError(t, err)
		header := h.faults.Requests()[0].Header
		assert.Equal(t, h.APIKey(), header.Get("X-Api-Key"))
		assert.Equal(t, h.User("").ID, header.Get("X-Platform-User-Id"))
		assert.Empty(t, header.Get("Authorization"))
	})
	t.Run("a bearer token", func(t *testing.T) {
		h.faults.Reset()
		_, err := h.newClient(t, h.BearerConfig("")).Wallet.Get(t.Context())
		require.NoError(t, err)
		header := h.faults.Requests()[0].Header
		assert.Equal(t, "Bearer "+h.User("").Token, header.Get("Authorization"))
		assert.Empty(t, header.Get("X-Api-Key"))
		assert.Empty(t, header.Get("X-Platform-User-Id"))
	})
	t.Run("a key of any form", func(t *testing.T) {
		for _, key := range []string{"uuagent_sk_1", "pk_1", "uk_1", "1"} {
			_, err := uumit.New(uumit.Config{APIKey: signing.NewSecret(key), UserID: "u"})
			require.NoError(t, err, key)
		}
	})
}

// TestTheErrorWrapperOfTheQuickStart holds the rules of "UUMit Python quick
// start, Error handling".
func TestTheErrorWrapperOfTheQuickStart(t *testing.T) {
	success := good(`{"ut":{"available":1,"frozen":"0"}}`)
	bad := transporttest.Status(502, "<html>Bad Gateway</html>")
	for name, tc := range map[string]struct {
		script   []transporttest.Fault
		want     error
		requests int
		waits    []time.Duration
	}{
		"429 waits as Retry-After says": {
			script:   []transporttest.Fault{transporttest.RateLimited(`{"code":429,"message":"slow"}`, "2"), success},
			requests: 2, waits: []time.Duration{2 * time.Second},
		},
		"429 without Retry-After waits 5 seconds": {
			script:   []transporttest.Fault{transporttest.RateLimited("", ""), success},
			requests: 2, waits: []time.Duration{5 * time.Second},
		},
		"5xx waits 1 and 2 seconds": {
			script:   []transporttest.Fault{bad, bad, success},
			requests: 3, waits: []time.Duration{time.Second, 2 * time.Second},
		},
		"three attempts in all, and no sleep after the last": {
			script: []transporttest.Fault{bad, bad, bad, success},
			want:   transport.ErrUnavailable, requests: 3, waits: []time.Duration{time.Second, 2 * time.Second},
		},
		"a code that is not 0 is a business error, also with HTTP 200": {
			script: []transporttest.Fault{transporttest.Status(200, `{"code":3001,"message":"insufficient"}`)},
			want:   transport.ErrQuota, requests: 1,
		},
		"another 4xx is not retried": {
			script: []transporttest.Fault{transporttest.Status(400, `{"code":1001,"message":"bad","data":null}`)},
			want:   transport.ErrInvalid, requests: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			policy := transport.RetryPolicy{Attempts: 3, BaseDelay: time.Second, RateLimitDelay: 5 * time.Second, Jitter: func(longest time.Duration) time.Duration { return longest }}
			client := h.newClient(t, h.Config(), transport.WithRetry(policy))
			h.faults.Script(tc.script...)
			_, err := client.Wallet.Get(t.Context())
			require.ErrorIs(t, err, tc.want)
			assert.Len(t, h.faults.Requests(), tc.requests)
			assert.Equal(t, tc.waits, h.clock.Waits())
		})
	}
	t.Run("these waits are the defaults, with jitter after a 5xx", func(t *testing.T) {
		h := start(t)
		h.faults.Script(bad, bad, transporttest.RateLimited("", ""))
		_, err := h.client.Wallet.Get(t.Context())
		require.ErrorIs(t, err, transport.ErrRateLimited)
		waits := h.clock.Waits()
		require.Len(t, waits, 2)
		assert.LessOrEqual(t, waits[0], time.Second)
		assert.LessOrEqual(t, waits[1], 2*time.Second)
		h.faults.Script(transporttest.RateLimited("", ""))
		_, err = h.client.Wallet.Get(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 5*time.Second, h.clock.Waits()[2])
	})
	t.Run("exhausted retries and business errors differ", func(t *testing.T) {
		h := start(t)
		h.faults.Script(bad, bad, bad, transporttest.Status(200, `{"code":3001,"message":"insufficient"}`))
		_, err := h.client.Wallet.Get(t.Context())
		require.ErrorContains(t, err, "3 attempts")
		_, err = h.client.Wallet.Get(t.Context())
		assert.EqualError(t, err, "uumit: Wallet.Get: quota exhausted: insufficient (HTTP 200, code 3001)")
	})
}

func TestOrdersConfirmThemselvesAfter24Hours(t *testing.T) {
	h := start(t)
	order, err := h.client.Orders.Create(t.Context(), uumit.CreateOrderRequest{CapabilityID: h.offer().ID})
	require.NoError(t, err)
	h.SetOrderStatus(order.ID, uumittest.OrderDelivered)
	h.clock.Advance(24*time.Hour - time.Second)
	order, err = h.client.Orders.Get(t.Context(), order.ID)
	require.NoError(t, err)
	assert.Equal(t, uumit.OrderDelivered, order.Status)
	h.clock.Advance(time.Second)
	order, err = h.client.Orders.Get(t.Context(), order.ID)
	require.NoError(t, err)
	assert.Equal(t, uumit.OrderSettled, order.Status)
	_, err = h.client.Orders.Confirm(t.Context(), order.ID)
	require.ErrorIs(t, err, transport.ErrConflict)
	e, ok := asError(err)
	require.True(t, ok)
	assert.Equal(t, uumit.CodeAlreadyConfirmed, e.Code)
}

func TestASearchWithoutResultsIsAnEmptyPage(t *testing.T) {
	h := start(t)
	h.offer()
	found, err := h.client.Capabilities.Search(t.Context(), uumit.SearchRequest{Query: "洗车"})
	require.NoError(t, err)
	assert.Empty(t, found.Items)
}
