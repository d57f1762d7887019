package uumittest_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/uumit/uumittest"
)

func TestCredentials(t *testing.T) {
	srv := start(t)
	unlinked := srv.AddUser(uumittest.User{Unlinked: true})
	token := srv.User("").Token
	for name, tt := range map[string]struct {
		header       map[string]string
		status, code int
	}{
		"a key with a user":               {nil, 200, 0},
		"no credentials":                  {map[string]string{"X-Api-Key": "", "X-Platform-User-Id": ""}, 401, 1002},
		"no user":                         {map[string]string{"X-Platform-User-Id": ""}, 401, 1002},
		"a user without a key":            {map[string]string{"X-Api-Key": ""}, 401, 1002},
		"an unknown key":                  {map[string]string{"X-Api-Key": "pk_other"}, 401, 1006},
		"an unknown user":                 {map[string]string{"X-Platform-User-Id": "nobody"}, 403, 1007},
		"a user that is not linked":       {map[string]string{"X-Platform-User-Id": unlinked.ID}, 403, 1007},
		"a token":                         {map[string]string{"X-Api-Key": "", "Authorization": "Bearer " + token}, 200, 0},
		"an unknown token":                {map[string]string{"X-Api-Key": "", "Authorization": "Bearer tok"}, 401, 1002},
		"a token without the word Bearer": {map[string]string{"X-Api-Key": "", "Authorization": token}, 401, 1002},
		"both: the key wins":              {map[string]string{"X-Api-Key": "pk_other", "Authorization": "Bearer " + token}, 401, 1006},
	} {
		t.Run(name, func(t *testing.T) {
			check(t, do(t, srv, request{path: "/api/v1/wallet", header: tt.header}), tt.status, tt.code)
		})
	}
}

func TestEveryKeyActsForEveryLinkedUser(t *testing.T) {
	srv := start(t)
	public := map[string]string{"X-Api-Key": "", "X-Platform-User-Id": ""}
	authorized := func(userID string) string {
		begun := do(t, srv, request{method: "POST", path: "/api/v1/auth/device-auth", body: `{"agent_platform_type":"cursor"}`, header: public})
		srv.Approve(begun.data["user_code"].(string), userID)
		polled := do(t, srv, request{method: "POST", path: "/api/v1/auth/device-auth/poll", body: fmt.Sprintf(`{"device_code":%q}`, begun.data["device_code"]), header: public})
		return polled.data["api_key"].(string)
	}
	linked, unlinked := srv.AddUser(uumittest.User{UT: new(price)}), srv.AddUser(uumittest.User{Unlinked: true})
	first, second := authorized(""), authorized(linked.ID)
	for name, key := range map[string]string{"the platform's": srv.APIKey(), "one of a device authorization": first, "one of another user": second} {
		t.Run(name, func(t *testing.T) {
			wallet := func(userID string) response {
				return do(t, srv, request{path: "/api/v1/wallet", header: map[string]string{"X-Api-Key": key, "X-Platform-User-Id": userID}})
			}
			check(t, wallet(srv.User("").ID), 200, 0)
			got := wallet(linked.ID)
			check(t, got, 200, 0)
			assert.Contains(t, got.body, `"ut":{"available":"12.50"`, "the wallet of the user that the header names")
			check(t, wallet(unlinked.ID), 403, 1007)
			check(t, wallet("nobody"), 403, 1007)
		})
	}
	t.Run("a user who authorizes a device is linked", func(t *testing.T) {
		authorized(unlinked.ID)
		assert.False(t, srv.User(unlinked.ID).Unlinked)
		check(t, do(t, srv, request{path: "/api/v1/wallet", user: unlinked.ID, header: map[string]string{"X-Api-Key": first}}), 200, 0)
	})
}

func TestTheEnvelope(t *testing.T) {
	srv := start(t)
	got := do(t, srv, request{path: "/api/v1/wallet"})
	assert.Equal(t, `{"code":0,"message":"success","data":{"cash":{"available":"0.00","frozen":"0.00","total":"0.00"},"ut":{"available":"1000.00","frozen":"0.00","total":"1000.00"}},"timestamp":1772366400}`, got.body)
	assert.Equal(t, "application/json", got.header.Get("Content-Type"))
	assert.Equal(t, "Sun, 01 Mar 2026 12:00:00 GMT", got.header.Get("Date"))
	got = do(t, srv, request{path: "/api/v1/orders/none"})
	assert.Equal(t, `{"code":1004,"message":"order not found","data":null,"timestamp":1772366400}`, got.body)
	got = do(t, srv, request{path: "/api/v1/capabilities/search"})
	assert.Equal(t, `{"code":1001,"message":"validation failed","data":null,"detail":[{"type":"missing","loc":["query","q"],"msg":"Field required"}],"timestamp":1772366400}`, got.body)
}

func TestRoutes(t *testing.T) {
	srv := start(t)
	for name, tt := range map[string]struct {
		method, path string
		status       int
		header, want string
	}{
		"an unknown path":                {"GET", "/api/v1/else", 404, "", ""},
		"an unknown path with a slash":   {"GET", "/api/v1/else/", 404, "", ""},
		"a method that is not there":     {"DELETE", "/api/v1/wallet", 405, "Allow", "GET"},
		"a slash too many":               {"GET", "/api/v1/wallet/", 307, "Location", srv.URL + "/api/v1/wallet"},
		"a slash too many, with a query": {"GET", "/api/v1/orders/?page=2", 307, "Location", srv.URL + "/api/v1/orders?page=2"},
		"a slash too many behind an id":  {"POST", "/api/v1/orders/a%20b/confirm/", 307, "Location", srv.URL + "/api/v1/orders/a%20b/confirm"},
		"an id with an escaped slash":    {"GET", "/api/v1/orders/a%2Fb", 404, "", ""},
		"an empty id":                    {"POST", "/api/v1/orders//confirm", 404, "", ""},
		"a path below another's":         {"GET", "/api/v1/orders/a/b", 404, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := do(t, srv, request{method: tt.method, path: tt.path})
			assert.Equal(t, tt.status, got.status, got.body)
			if tt.header != "" {
				assert.Equal(t, tt.want, got.header.Get(tt.header))
			}
		})
	}
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://api.uumit.com/api/v1/wallet/", nil))
	assert.Equal(t, "https://api.uumit.com/api/v1/wallet", w.Header().Get("Location"))
}

func TestBodies(t *testing.T) {
	srv := start(t)
	offer := srv.AddCapability(uumittest.Capability{PriceUT: price})
	for name, tt := range map[string]struct {
		body, contentType string
		status, code      int
	}{
		"good":                  {`{"capability_id":"` + offer.ID + `"}`, "application/json; charset=utf-8", 200, 0},
		"no body":               {``, "", 422, 1001},
		"an empty object":       {`{}`, "application/json", 422, 1001},
		"a list":                {`[]`, "application/json", 422, 1001},
		"null":                  {`null`, "application/json", 422, 1001},
		"broken":                {`{`, "application/json", 422, 1001},
		"of another type":       {`{"capability_id":1}`, "application/json", 422, 1001},
		"not announced as JSON": {`{"capability_id":"x"}`, "text/plain", 422, 1001},
		"an unknown capability": {`{"capability_id":"x"}`, "application/json", 404, 1004},
	} {
		t.Run(name, func(t *testing.T) {
			got := do(t, srv, request{method: "POST", path: "/api/v1/orders", body: tt.body, header: map[string]string{"Content-Type": tt.contentType}})
			check(t, got, tt.status, tt.code)
		})
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, "/api/v1/auth/device-auth", iotest.ErrReader(errors.New("broke off")))
	srv.ServeHTTP(w, r)
	assert.Equal(t, 422, w.Code)
}

func TestTheLimitOfAMinuteSlides(t *testing.T) {
	srv := start(t)
	wallet := func() response { return do(t, srv, request{path: "/api/v1/wallet"}) }
	for range 30 {
		check(t, wallet(), 200, 0)
	}
	srv.Advance(30 * time.Second)
	for range 30 {
		check(t, wallet(), 200, 0)
	}
	got := wallet()
	check(t, got, 429, 1009)
	assert.Equal(t, "30", got.header.Get("Retry-After"))
	srv.Advance(29500 * time.Millisecond)
	assert.Equal(t, "1", wallet().header.Get("Retry-After"), "rounded up")
	srv.Advance(500 * time.Millisecond)
	for range 30 {
		check(t, wallet(), 200, 0)
	}
	check(t, wallet(), 429, 1009)

	t.Run("all users of a key share it, a token and an address have their own", func(t *testing.T) {
		other := srv.AddUser(uumittest.User{})
		check(t, do(t, srv, request{path: "/api/v1/wallet", user: other.ID}), 429, 1009)
		check(t, do(t, srv, request{path: "/api/v1/wallet", header: map[string]string{"X-Api-Key": "", "Authorization": "Bearer " + other.Token}}), 200, 0)
		check(t, do(t, srv, request{method: "POST", path: "/api/v1/auth/device-auth", body: `{"agent_platform_type":"cursor"}`}), 200, 0)
	})
	t.Run("it can be set and switched off", func(t *testing.T) {
		srv := start(t, uumittest.WithRateLimit(1))
		check(t, do(t, srv, request{path: "/api/v1/wallet"}), 200, 0)
		check(t, do(t, srv, request{path: "/api/v1/wallet"}), 429, 1009)
		srv = start(t, uumittest.WithRateLimit(0))
		for range 100 {
			check(t, do(t, srv, request{path: "/api/v1/wallet"}), 200, 0)
		}
	})
}

func TestTheQuotaOfADay(t *testing.T) {
	srv := start(t, uumittest.WithDailyQuota(2))
	wallet := func() response { return do(t, srv, request{path: "/api/v1/wallet"}) }
	check(t, wallet(), 200, 0)
	check(t, wallet(), 200, 0)
	got := wallet()
	check(t, got, 429, 1010)
	assert.Equal(t, "43200", got.header.Get("Retry-After"))
	srv.Advance(12 * time.Hour)
	check(t, wallet(), 200, 0)
	srv = start(t, uumittest.WithDailyQuota(0))
	check(t, do(t, srv, request{path: "/api/v1/wallet"}), 200, 0)
}

func TestIdempotencyKeys(t *testing.T) {
	srv := start(t)
	offer := srv.AddCapability(uumittest.Capability{PriceUT: price})
	other := srv.AddUser(uumittest.User{})
	body := `{"capability_id":"` + offer.ID + `"}`
	create := func(user, path, body, key string) response {
		return do(t, srv, request{method: "POST", path: path, body: body, user: user, header: map[string]string{"Idempotency-Key": key}})
	}
	first := create("", "/api/v1/orders", body, "k")
	check(t, first, 200, 0)
	srv.Advance(time.Second)
	assert.Equal(t, first.data, create("", "/api/v1/orders", body, "k").data)
	assert.Equal(t, first.data, create("", "/api/v1/orders", `{"capability_id":"another"}`, "k").data, "the key counts, not the body")
	assert.Len(t, srv.Orders(), 1)
	assert.True(t, srv.Wallet("").Frozen.Equal(price), "charged once")

	create("", "/api/v1/orders", body, "k2")
	create("", "/api/v1/orders", body, "")
	create(other.ID, "/api/v1/orders", body, "k")
	assert.Len(t, srv.Orders(), 4, "another key, no key, another user")
	check(t, create("", "/api/v1/transactions", body, "k"), 200, 0)

	t.Run("it may stand in the body", func(t *testing.T) {
		with := `{"capability_id":"` + offer.ID + `","idempotency_key":"b"}`
		first := create("", "/api/v1/transactions", with, "")
		check(t, first, 200, 0)
		assert.Equal(t, first.data, create("", "/api/v1/transactions", with, "").data)
	})
	t.Run("a failure is not remembered", func(t *testing.T) {
		srv.SetBalance("", decimal.Zero)
		check(t, create("", "/api/v1/orders", body, "k3"), 400, 3001)
		srv.SetBalance("", price)
		check(t, create("", "/api/v1/orders", body, "k3"), 200, 0)
	})
	t.Run("it is forgotten after 24 hours", func(t *testing.T) {
		srv.SetBalance("", price)
		srv.Advance(24 * time.Hour)
		assert.NotEqual(t, first.data, create("", "/api/v1/orders", body, "k").data)
	})
}

func TestAnIdempotencyKeyInProgress(t *testing.T) {
	arrived, proceed := make(chan struct{}), make(chan struct{})
	var held atomic.Bool
	hold := func(r *http.Request) {
		if r.Header.Get("Idempotency-Key") != "" && held.CompareAndSwap(false, true) {
			close(arrived)
			<-proceed
		}
	}
	srv := start(t, uumittest.WithProcessing(hold))
	offer := srv.AddCapability(uumittest.Capability{PriceUT: price})
	other := srv.AddUser(uumittest.User{})
	body := `{"capability_id":"` + offer.ID + `"}`
	create := func(user, path, body, key string) response {
		return do(t, srv, request{method: "POST", path: path, body: body, user: user, header: map[string]string{"Idempotency-Key": key}})
	}
	first := make(chan response)
	go func() { first <- create("", "/api/v1/orders", body, "k") }()
	<-arrived

	got := create("", "/api/v1/orders", body, "k")
	check(t, got, 409, 4090)
	assert.Contains(t, got.body, "a request with this Idempotency-Key is in progress")
	check(t, create("", "/api/v1/orders", `{"capability_id":"another"}`, "k"), 409, 4090)
	assert.Empty(t, srv.Orders(), "nothing is done yet")
	check(t, do(t, srv, request{path: "/api/v1/wallet"}), 200, 0)
	check(t, create("", "/api/v1/orders", body, "k2"), 200, 0)
	check(t, create("", "/api/v1/transactions", body, "k"), 200, 0)
	check(t, create(other.ID, "/api/v1/orders", body, "k"), 200, 0)

	srv.Advance(time.Minute)
	close(proceed)
	done := <-first
	check(t, done, 200, 0)
	assert.Equal(t, done.data, create("", "/api/v1/orders", body, "k").data)
	assert.Len(t, srv.Orders(), 3)
	requests := srv.Requests()
	last := requests[len(requests)-2]
	assert.Equal(t, now.Add(time.Minute), last.Time, "when it was answered")
	assert.Equal(t, 200, last.Status)
}

func TestAnIdempotencyKeyIsFreeAfterAFailure(t *testing.T) {
	var failure func()
	srv := start(t, uumittest.WithProcessing(func(*http.Request) {
		if failure != nil {
			failure()
		}
	}))
	offer := srv.AddCapability(uumittest.Capability{PriceUT: price})
	create := request{method: "POST", path: "/api/v1/orders", body: `{"capability_id":"` + offer.ID + `"}`, header: map[string]string{"Idempotency-Key": "k"}}
	failure = func() { srv.SetBalance("", decimal.Zero) }
	check(t, do(t, srv, create), 400, 3001)
	failure = func() { panic(http.ErrAbortHandler) }
	assert.PanicsWithError(t, http.ErrAbortHandler.Error(), func() {
		r := httptest.NewRequest(create.method, create.path, strings.NewReader(create.body))
		r.Header.Set("X-Api-Key", srv.APIKey())
		r.Header.Set("X-Platform-User-Id", srv.User("").ID)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", "k")
		srv.ServeHTTP(httptest.NewRecorder(), r)
	})
	failure = nil
	srv.SetBalance("", price)
	check(t, do(t, srv, create), 200, 0)
}

func TestSearch(t *testing.T) {
	srv := start(t)
	srv.AddCapability(uumittest.Capability{ID: "c1", Title: "Translate a contract", Tags: []string{"翻译", ""}, PriceUT: price})
	srv.AddCapability(uumittest.Capability{ID: "c2", Title: "Recognize an invoice", Tags: []string{"OCR"}, PriceUT: decimal.NewFromInt(3)})
	for query, want := range map[string]string{
		"q=translate":      `"items":[{"id":"c1","title":"Translate a contract","price_ut":"12.50"}]`,
		"q=CONTRACT+or+so": `"id":"c1"`,
		"q=%E5%B8%AE%E6%88%91%E7%BF%BB%E8%AF%91%E5%90%88%E5%90%8C": `"id":"c1"`,
		"q=ocr":                      `"id":"c2"`,
		"q=invoice+contract&limit=1": `"items":[{"id":"c1"`,
		"q=an":                       `"items":[]`,
		"q=wash":                     `"items":[]`,
	} {
		got := do(t, srv, request{path: "/api/v1/capabilities/search?" + query})
		check(t, got, 200, 0)
		assert.Contains(t, got.body, want, query)
	}
	for _, query := range []string{"", "q=", "q=a&limit=0", "q=a&limit=x"} {
		check(t, do(t, srv, request{path: "/api/v1/capabilities/search?" + query}), 422, 1001)
	}
}

func TestOrdersByHandAndByTheClock(t *testing.T) {
	t.Run("by hand", func(t *testing.T) {
		srv := start(t)
		offer, id := ordered(t, srv)
		order, found := srv.Order(id)
		require.True(t, found)
		assert.Equal(t, uumittest.Order{ID: id, Status: "frozen", CapabilityID: offer.ID, DemandDescription: "d", BuyerID: srv.User("").ID, SellerID: offer.SellerID, PriceUT: price}, order)
		srv.Advance(time.Hour)
		order, _ = srv.Order(id)
		assert.Equal(t, "frozen", order.Status)
		assert.Equal(t, "accepted", srv.AdvanceOrder(id))
		check(t, do(t, srv, request{method: "POST", path: "/api/v1/orders/" + id + "/confirm"}), 409, 4000)
		assert.Equal(t, "delivered", srv.AdvanceOrder(id))
		check(t, do(t, srv, request{method: "POST", path: "/api/v1/orders/" + id + "/confirm", user: offer.SellerID}), 403, 1003)
		got := do(t, srv, request{method: "POST", path: "/api/v1/orders/" + id + "/confirm"})
		check(t, got, 200, 0)
		assert.Equal(t, map[string]any{"seller_income": "11.25"}, got.data)
		check(t, do(t, srv, request{method: "POST", path: "/api/v1/orders/" + id + "/confirm"}), 409, 4501)
		check(t, do(t, srv, request{method: "POST", path: "/api/v1/orders/" + id + "/cancel"}), 409, 4000)
		assert.Equal(t, "settled", srv.AdvanceOrder(id))
		assert.Panics(t, func() { srv.AdvanceOrder(id) })
	})
	t.Run("by the clock", func(t *testing.T) {
		srv := start(t, uumittest.WithOrderPace(time.Minute), uumittest.WithPendingOrders())
		_, id := ordered(t, srv)
		for _, want := range []string{"pending", "frozen", "accepted", "delivered", "delivered"} {
			order, _ := srv.Order(id)
			assert.Equal(t, want, order.Status)
			srv.Advance(time.Minute)
		}
		srv.Advance(24 * time.Hour)
		order, _ := srv.Order(id)
		assert.Equal(t, "settled", order.Status, "what nobody confirms")
		assert.True(t, srv.Wallet("").Frozen.IsZero())
		assert.True(t, srv.Wallet(order.SellerID).Available.Equal(decimal.RequireFromString("1011.25")))
	})
	t.Run("a pending order that cannot be paid fails", func(t *testing.T) {
		srv := start(t, uumittest.WithPendingOrders())
		_, id := ordered(t, srv)
		srv.SetBalance("", decimal.Zero)
		assert.Equal(t, "failed", srv.AdvanceOrder(id))
	})
	t.Run("a pending order that is cancelled was not frozen", func(t *testing.T) {
		srv := start(t, uumittest.WithPendingOrders())
		_, id := ordered(t, srv)
		check(t, do(t, srv, request{method: "POST", path: "/api/v1/orders/" + id + "/cancel"}), 200, 0)
		assert.True(t, srv.Wallet("").Available.Equal(decimal.NewFromInt(1000)))
	})
	t.Run("delivered by the seller", func(t *testing.T) {
		srv := start(t)
		offer, id := ordered(t, srv)
		deliver := func(user, body string) response {
			return do(t, srv, request{method: "POST", path: "/api/v1/orders/" + id + "/deliverables", user: user, body: body})
		}
		const good = `{"deliverables":[{"url":"u","name":"n"}]}`
		check(t, deliver("", good), 403, 1003)
		check(t, deliver(offer.SellerID, `{}`), 422, 1001)
		check(t, deliver(offer.SellerID, `{"deliverables":[{"url":"u"}]}`), 422, 1001)
		check(t, deliver(offer.SellerID, `{"deliverables":["x"]}`), 422, 1001)
		check(t, deliver(offer.SellerID, good), 200, 0)
		check(t, deliver(offer.SellerID, good), 409, 4000)
	})
	t.Run("of others", func(t *testing.T) {
		srv := start(t)
		_, id := ordered(t, srv)
		stranger := srv.AddUser(uumittest.User{}).ID
		for _, r := range []request{{path: "/api/v1/orders/" + id}, {method: "POST", path: "/api/v1/orders/" + id + "/confirm"}, {method: "POST", path: "/api/v1/orders/" + id + "/cancel"}, {method: "POST", path: "/api/v1/orders/" + id + "/deliverables", body: `{"deliverables":[{}]}`}} {
			r.user = stranger
			check(t, do(t, srv, r), 404, 1004)
		}
		_, found := srv.Order("none")
		assert.False(t, found)
		assert.Panics(t, func() { srv.AdvanceOrder("none") })
	})
}

func TestTransactions(t *testing.T) {
	srv := start(t)
	offer := srv.AddCapability(uumittest.Capability{PriceUT: price})
	post := func(user, path, body string) response {
		return do(t, srv, request{method: "POST", path: "/api/v1/transactions" + path, user: user, body: body})
	}
	for _, body := range []string{`{}`, `{"capability_id":"` + offer.ID + `","booked_hours":0}`, `{"capability_id":"` + offer.ID + `","booked_hours":1.5}`, `{"capability_id":"` + offer.ID + `","booked_hours":"1"}`} {
		check(t, post("", "", body), 422, 1001)
	}
	check(t, post("", "", `{"capability_id":"none"}`), 404, 1004)
	got := post("", "", `{"capability_id":"`+offer.ID+`","booked_hours":null}`)
	check(t, got, 200, 0)
	id, _ := got.data["id"].(string)
	assert.Equal(t, "pending_freeze", got.data["status"])
	assert.Equal(t, "2026-03-01T12:00:00Z", got.data["created_at"])
	path := "/" + id
	check(t, post(offer.SellerID, path+"/accept", ""), 409, 4000)
	check(t, post(offer.SellerID, path+"/freeze", ""), 403, 1003)
	srv.SetBalance("", decimal.Zero)
	check(t, post("", path+"/freeze", ""), 400, 3001)
	srv.SetBalance("", price)
	check(t, post("", path+"/freeze", ""), 200, 0)
	check(t, post(offer.SellerID, path+"/accept", ""), 200, 0)
	check(t, post("", path+"/cancel", ""), 409, 4000)
	check(t, post(offer.SellerID, path+"/deliver", `{"result_payload":"x"}`), 422, 1001)
	check(t, post(offer.SellerID, path+"/deliver", `{"result_payload":{"x":1}}`), 200, 0)
	check(t, post("", path+"/confirm", ""), 200, 0)
	tx, found := srv.Transaction(id)
	require.True(t, found)
	assert.Equal(t, uumittest.TransactionSettled, tx.Status)
	assert.Equal(t, map[string]any{"x": 1.0}, tx.ResultPayload)
	check(t, do(t, srv, request{path: "/api/v1/transactions/none"}), 404, 1004)
	check(t, do(t, srv, request{path: "/api/v1/transactions/" + id, user: srv.AddUser(uumittest.User{}).ID}), 404, 1004)
	_, found = srv.Transaction("none")
	assert.False(t, found)
}

func TestSellersByTheClock(t *testing.T) {
	srv := start(t, uumittest.WithOrderPace(time.Minute), uumittest.WithTransactionPace(time.Minute))
	_, order := ordered(t, srv)
	offer, id := begun(t, srv)
	status := func() any {
		return do(t, srv, request{path: "/api/v1/transactions/" + id}).data["status"]
	}
	srv.Advance(time.Hour)
	assert.Equal(t, "pending_freeze", status(), "freezing is the buyer's")
	check(t, do(t, srv, request{method: "POST", path: "/api/v1/transactions/" + id + "/freeze"}), 200, 0)
	srv.Advance(time.Minute - time.Second)
	assert.Equal(t, "frozen", status())
	srv.Advance(time.Second)
	assert.Equal(t, "accepted", status())
	srv.Advance(time.Minute)
	got := do(t, srv, request{path: "/api/v1/transactions/" + id})
	assert.Equal(t, "delivered", got.data["status"])
	assert.Equal(t, map[string]any{"text": "Done: T"}, got.data["result_payload"])
	srv.Advance(48 * time.Hour)
	assert.Equal(t, "delivered", status(), "confirming is the buyer's")
	check(t, do(t, srv, request{method: "POST", path: "/api/v1/transactions/" + id + "/confirm"}), 200, 0)
	assert.Equal(t, "1011.25", srv.Wallet(offer.SellerID).Available.String())

	got = do(t, srv, request{path: "/api/v1/orders/" + order})
	assert.Contains(t, got.body, `"deliverables":[{"url":"https://oss.uumit.com/deliverables/`+order+`.txt","name":"delivery.txt","content_type":"text/plain","text_content":"Done: T"}]`)

	t.Run("both steps at once, if nobody looked", func(t *testing.T) {
		_, id := begun(t, srv)
		srv.SetTransactionStatus(id, uumittest.TransactionFrozen)
		srv.Advance(time.Hour)
		transaction, _ := srv.Transaction(id)
		assert.Equal(t, uumittest.TransactionDelivered, transaction.Status)
		assert.Equal(t, uumittest.TransactionSettled, srv.AdvanceTransaction(id))
	})
}

func TestWhatWasDeliveredIsHandedBack(t *testing.T) {
	t.Run("the files of an order", func(t *testing.T) {
		srv := start(t)
		offer, id := ordered(t, srv)
		detail := func(user string) response { return do(t, srv, request{path: "/api/v1/orders/" + id, user: user}) }
		deliver := func(body string) response {
			return do(t, srv, request{method: "POST", path: "/api/v1/orders/" + id + "/deliverables", user: offer.SellerID, body: body})
		}
		assert.NotContains(t, detail("").data, "deliverables")
		check(t, deliver(`{"deliverables":[{"url":"u","name":"n","size":"7"}]}`), 422, 1001)
		assert.NotContains(t, detail("").data, "deliverables")
		check(t, deliver(`{"deliverables":[{"url":"https://oss.uumit.com/a.pdf","name":"合同.pdf","size":12345678901234567,"content_type":"application/pdf","metadata":{"pages":10},"text_content":"<b>","else":1},{"url":"u","name":"n"}]}`), 200, 0)
		const files = `"deliverables":[{"url":"https://oss.uumit.com/a.pdf","name":"合同.pdf","size":12345678901234567,"content_type":"application/pdf","metadata":{"pages":10},"text_content":"<b>"},{"url":"u","name":"n"}]`
		assert.Contains(t, detail("").body, files)
		assert.Contains(t, detail(offer.SellerID).body, files)
		order, _ := srv.Order(id)
		require.Len(t, order.Deliverables, 2)
		assert.Equal(t, "合同.pdf", order.Deliverables[0].Name)
		assert.Equal(t, "deliverable", fmt.Sprintf("%+v", order.Deliverables[0]))
		assert.NotContains(t, do(t, srv, request{path: "/api/v1/orders"}).body, "deliverables")

		srv.SetOrderStatus(id, uumittest.OrderRework)
		check(t, deliver(`{"deliverables":[{"url":"u2","name":"n2"}]}`), 200, 0)
		assert.Contains(t, detail("").body, `"deliverables":[{"url":"u2","name":"n2"}]`, "the last ones")
	})
	t.Run("the result of a transaction", func(t *testing.T) {
		srv := start(t)
		offer, id := begun(t, srv)
		detail := func() response { return do(t, srv, request{path: "/api/v1/transactions/" + id}) }
		srv.SetTransactionStatus(id, uumittest.TransactionAccepted)
		assert.NotContains(t, detail().data, "result_payload")
		check(t, do(t, srv, request{method: "POST", path: "/api/v1/transactions/" + id + "/deliver", user: offer.SellerID, body: `{"result_payload":{"id":12345678901234567890,"text":"<b> 译文"}}`}), 200, 0)
		assert.Contains(t, detail().body, `"result_payload":{"id":12345678901234567890,"text":"<b> 译文"}`)
		assert.NotContains(t, do(t, srv, request{path: "/api/v1/transactions"}).body, "result_payload")
	})
}

func TestPages(t *testing.T) {
	srv := start(t)
	for range 3 {
		ordered(t, srv)
	}
	got := do(t, srv, request{path: "/api/v1/orders?page=2&page_size=2"})
	check(t, got, 200, 0)
	assert.Len(t, got.data["items"], 1)
	delete(got.data, "items")
	assert.Equal(t, map[string]any{"total": 3.0, "page": 2.0, "page_size": 2.0, "has_more": false}, got.data)
	got = do(t, srv, request{path: "/api/v1/orders?page=9&status=frozen&role=buyer"})
	assert.Equal(t, []any{}, got.data["items"])
	for _, query := range []string{"page=0", "page=x", "page_size=0", "page_size=101", "role=both"} {
		check(t, do(t, srv, request{path: "/api/v1/orders?" + query}), 422, 1001)
		check(t, do(t, srv, request{path: "/api/v1/transactions?" + query}), 422, 1001)
	}
}

func TestTheLedger(t *testing.T) {
	srv := start(t)
	offer, id := ordered(t, srv)
	srv.SetOrderStatus(id, uumittest.OrderSettled)
	got := do(t, srv, request{path: "/api/v1/wallet/transactions?type=income", user: offer.SellerID})
	check(t, got, 200, 0)
	items, _ := got.data["items"].([]any)
	require.Len(t, items, 1)
	entry, _ := items[0].(map[string]any)
	assert.Equal(t, "11.25", entry["amount"])
	assert.Equal(t, "1011.25", entry["balance_after"])
	assert.Equal(t, id, entry["biz_ref_id"])
	assert.Equal(t, map[string]any{"cash_to_ut_rate": "100"}, do(t, srv, request{path: "/api/v1/wallet/rates"}).data)
}

func TestDeviceCodes(t *testing.T) {
	srv := start(t)
	public := map[string]string{"X-Api-Key": "", "X-Platform-User-Id": ""}
	begin := func(body string) response {
		return do(t, srv, request{method: "POST", path: "/api/v1/auth/device-auth", body: body, header: public})
	}
	poll := func(code any) response {
		return do(t, srv, request{method: "POST", path: "/api/v1/auth/device-auth/poll", body: fmt.Sprintf(`{"device_code":%q}`, code), header: public})
	}
	check(t, begin(`{}`), 422, 1001)
	assert.Equal(t, "custom_mcp", begin(`{"agent_platform_type":"another"}`).data["agent_platform_type"])
	got := begin(`{"agent_platform_type":"hermes_agent"}`)
	assert.Equal(t, "hermes_agent", got.data["agent_platform_type"])
	assert.Equal(t, "https://a2a.uupt.work/link", got.data["verification_url"])
	assert.InDelta(t, 600, got.data["expires_in"], 0)
	assert.InDelta(t, 5, got.data["interval"], 0)
	assert.Regexp(t, "^[0-9a-f]{40}$", got.data["device_code"])
	user, _ := got.data["user_code"].(string)
	assert.Regexp(t, "^[A-Z0-9]{8}$", user)
	assert.Len(t, srv.UserCodes(), 2)

	pending := poll(got.data["device_code"])
	check(t, pending, 200, 4801)
	assert.Contains(t, pending.body, `"message":"authorization_pending","data":{"status":"pending"}`)
	check(t, poll("unknown"), 404, 1004)
	check(t, poll(""), 422, 1001)
	srv.Approve(user, "")
	for range 2 {
		approved := poll(got.data["device_code"])
		check(t, approved, 200, 0)
		assert.Equal(t, "approved", approved.data["status"])
		assert.Equal(t, srv.User("").ID, approved.data["user_id"])
		assert.Regexp(t, "^uuagent_sk_", approved.data["api_key"])
	}
	assert.Panics(t, func() { srv.Approve(user, "") })
	faster := start(t, uumittest.WithPollInterval(time.Second))
	assert.InDelta(t, 1, do(t, faster, request{method: "POST", path: "/api/v1/auth/device-auth", body: `{"agent_platform_type":"cursor"}`}).data["interval"], 0)
	srv.Deny(srv.UserCodes()[0])
	late := begin(`{"agent_platform_type":"cursor"}`)
	srv.Advance(10 * time.Minute)
	check(t, poll(late.data["device_code"]), 200, 4802)
	assert.Empty(t, srv.UserCodes())
	assert.Panics(t, func() { srv.Deny(late.data["user_code"].(string)) })
	assert.Panics(t, func() { srv.Deny("unknown") })
}

func TestSeeding(t *testing.T) {
	srv := start(t)
	u := srv.AddUser(uumittest.User{ID: "u", Token: "t", UT: new(price)})
	assert.Equal(t, u, srv.User("u"))
	assert.Equal(t, "user u", fmt.Sprintf("%+v", u))
	assert.True(t, srv.AddUser(uumittest.User{Unlinked: true}).Unlinked)
	offer := srv.AddCapability(uumittest.Capability{ID: "c", SellerID: "u"})
	assert.Equal(t, "u", offer.SellerID)
	assert.Regexp(t, "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$", srv.User("").ID)
	for name, ask := range map[string]func(){
		"a user twice":               func() { srv.AddUser(uumittest.User{ID: "u"}) },
		"a capability twice":         func() { srv.AddCapability(uumittest.Capability{ID: "c"}) },
		"a seller who is not":        func() { srv.AddCapability(uumittest.Capability{SellerID: "x"}) },
		"the wallet of nobody":       func() { srv.Wallet("x") },
		"the config of nobody":       func() { srv.ConfigFor("x") },
		"a balance of nobody":        func() { srv.SetBalance("x", price) },
		"the status of no order":     func() { srv.SetOrderStatus("x", uumittest.OrderFailed) },
		"a step of no order":         func() { srv.AdvanceOrder("x") },
		"a negative price":           func() { srv.AddCapability(uumittest.Capability{PriceUT: price.Neg()}) },
		"a status of no transaction": func() { srv.SetTransactionStatus("x", uumittest.TransactionFrozen) },
		"a step of no transaction":   func() { srv.AdvanceTransaction("x") },
		"an approval by nobody":      func() { srv.Approve("x", "x") },
		"the token of nobody":        func() { srv.BearerConfig("x") },
	} {
		t.Run("the platform refuses "+name, func(t *testing.T) { assert.Panics(t, ask) })
	}
}

func TestServerHandsOutItsCredentials(t *testing.T) {
	srv := start(t)
	config := srv.Config()
	assert.Equal(t, srv.URL, config.BaseURL)
	assert.Equal(t, srv.APIKey(), config.APIKey.Reveal())
	assert.Equal(t, srv.User("").ID, config.UserID)
	assert.True(t, config.Token.IsZero())
	assert.Equal(t, map[string]string{"UUMIT_BASE_URL": srv.URL, "UUMIT_API_KEY": srv.APIKey(), "UUMIT_USER_ID": srv.User("").ID}, srv.Env())
	bearer := srv.BearerConfig("")
	assert.True(t, bearer.APIKey.IsZero())
	assert.Equal(t, srv.User("").Token, bearer.Token.Reveal())
}

func TestClock(t *testing.T) {
	p := uumittest.New()
	assert.WithinDuration(t, time.Now(), p.Now(), time.Minute)
	p.Advance(time.Hour)
	assert.WithinDuration(t, time.Now().Add(time.Hour), p.Now(), time.Minute)
	p.SetNow(now)
	p.Advance(-time.Second)
	assert.Equal(t, now.Add(-time.Second), p.Now())
	p = uumittest.New(uumittest.WithClock(func() time.Time { return now }))
	assert.Equal(t, now, p.Now())
}

func TestRequestsAreRecorded(t *testing.T) {
	srv := start(t, uumittest.WithMiddleware(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Seen", "yes")
			next.ServeHTTP(w, r)
		})
	}))
	got := do(t, srv, request{method: "POST", path: "/api/v1/orders?x=1", body: `{}`})
	assert.Equal(t, "yes", got.header.Get("X-Seen"))
	require.Equal(t, 1, srv.RequestCount())
	r := srv.Requests()[0]
	assert.Equal(t, "POST", r.Method)
	assert.Equal(t, "/api/v1/orders?x=1", r.RequestURI)
	assert.Equal(t, srv.APIKey(), r.Header.Get("X-Api-Key"))
	assert.Equal(t, `{}`, string(r.Body))
	assert.Equal(t, 422, r.Status)
	assert.Equal(t, now, r.Time)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		assert.NotContains(t, fmt.Sprintf(verb, r), srv.APIKey())
	}
	p := uumittest.New(uumittest.WithRateLimit(0))
	for range 20_001 {
		p.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	}
	assert.Equal(t, 20_001, p.RequestCount())
	assert.Len(t, p.Requests(), 10_001)
	w := httptest.NewRecorder()
	p.ServeHTTP(w, &http.Request{Method: http.MethodPost, URL: httptest.NewRequest(http.MethodGet, "/api/v1/auth/device-auth", nil).URL})
	assert.Equal(t, 422, w.Code, "a handler without a server")
}

func TestTheLogHasTheCodeThatTheClientSaw(t *testing.T) {
	unlinked := uumittest.User{ID: "550e8400-e29b-41d4-a716-446655440000", Unlinked: true}
	for name, tt := range map[string]struct {
		request
		status, code int
	}{
		"success":                    {request{path: "/api/v1/wallet"}, 200, 0},
		"no credentials":             {request{path: "/api/v1/wallet", header: map[string]string{"X-Api-Key": ""}}, 401, 1002},
		"an unknown key":             {request{path: "/api/v1/wallet", header: map[string]string{"X-Api-Key": "pk_other"}}, 401, 1006},
		"a user who is not linked":   {request{path: "/api/v1/wallet", user: unlinked.ID}, 403, 1007},
		"a wrong field":              {request{method: "POST", path: "/api/v1/orders", body: `{}`}, 422, 1001},
		"no JSON":                    {request{method: "POST", path: "/api/v1/orders", body: `{`}, 422, 1001},
		"an unknown order":           {request{path: "/api/v1/orders/none"}, 404, 1004},
		"an unknown path":            {request{path: "/api/v1/none"}, 404, 0},
		"a method that is not there": {request{method: "DELETE", path: "/api/v1/wallet"}, 405, 0},
		"a slash too many":           {request{path: "/api/v1/wallet/"}, 307, 0},
		"an unknown device code":     {request{method: "POST", path: "/api/v1/auth/device-auth/poll", body: `{"device_code":"none"}`}, 404, 1004},
	} {
		t.Run(name, func(t *testing.T) {
			srv := start(t)
			srv.AddUser(unlinked)
			check(t, do(t, srv, tt.request), tt.status, tt.code)
			require.Len(t, srv.Requests(), 1)
			r := srv.Requests()[0]
			assert.Equal(t, tt.status, r.Status)
			assert.Equal(t, tt.code, r.Code)
			assert.Equal(t, tt.path, r.RequestURI)
		})
	}
	t.Run("too many calls of a minute and of a day", func(t *testing.T) {
		for _, tt := range []struct {
			limit uumittest.Option
			code  int
		}{{uumittest.WithRateLimit(1), 1009}, {uumittest.WithDailyQuota(1), 1010}} {
			srv := start(t, tt.limit)
			check(t, do(t, srv, request{path: "/api/v1/wallet"}), 200, 0)
			check(t, do(t, srv, request{path: "/api/v1/wallet"}), 429, tt.code)
			assert.Equal(t, tt.code, srv.Requests()[1].Code)
		}
	})
	t.Run("a pending authorization", func(t *testing.T) {
		srv := start(t)
		begun := do(t, srv, request{method: "POST", path: "/api/v1/auth/device-auth", body: `{"agent_platform_type":"cursor"}`})
		check(t, do(t, srv, request{method: "POST", path: "/api/v1/auth/device-auth/poll", body: fmt.Sprintf(`{"device_code":%q}`, begun.data["device_code"])}), 200, 4801)
		assert.Equal(t, 4801, srv.Requests()[1].Code)
	})
}

// A handler that no server stands in front of gets requests as a client made
// them.
func TestTheLogOfAPlatformWithoutAServer(t *testing.T) {
	for target, want := range map[string]string{
		"https://api.uumit.com/api/v1/orders/a%2Fb?x=%20": "/api/v1/orders/a%2Fb?x=%20",
		"https://api.uumit.com":                           "/",
	} {
		p := uumittest.New()
		r, err := http.NewRequest(http.MethodGet, target, nil)
		require.NoError(t, err)
		require.Empty(t, r.RequestURI)
		p.ServeHTTP(httptest.NewRecorder(), r)
		assert.Equal(t, want, p.Requests()[0].RequestURI)
	}
	p := uumittest.New()
	p.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/api/v1/wallet", nil))
	assert.Equal(t, 401, p.Requests()[0].Status)
	assert.Equal(t, 1002, p.Requests()[0].Code)
}

// FuzzPlatform sends anything anywhere: nothing panics, and the answer is JSON.
func FuzzPlatform(f *testing.F) {
	f.Add("POST", "/api/v1/orders", `{"capability_id":"c"}`)
	f.Add("GET", "/api/v1/capabilities/search?q=a", "")
	f.Add("POST", "/api/v1/transactions/x/deliver", `{"result_payload":{}}`)
	f.Add("POST", "/api/v1/auth/device-auth/poll/", `{"device_code":1}`)
	f.Fuzz(func(t *testing.T, method, target, body string) {
		r, err := http.NewRequest(method, "http://h/", http.NoBody)
		if err != nil {
			return
		}
		u, err := r.URL.Parse(target)
		if err != nil {
			return
		}
		r.URL = u
		p := uumittest.New()
		p.AddCapability(uumittest.Capability{ID: "c", Title: "a", PriceUT: price})
		r.Header.Set("X-Api-Key", p.APIKey())
		r.Header.Set("X-Platform-User-Id", p.User("").ID)
		r.Header.Set("Content-Type", "application/json")
		r.Body = http.NoBody
		if body != "" {
			r.Body = readCloser(body)
		}
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		assert.Contains(t, []int{200, 307, 400, 404, 405, 409, 422}, w.Code)
	})
}
