package uumittest_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/pentagate/pentagate/uumit/uumittest"
)

// states are those of orders or of transactions, by where the price is.
type states struct{ withBuyer, frozen, paid []string }

func (s states) words() []string {
	return slices.Concat(s.withBuyer, s.frozen, s.paid, []string{"on_hold", ""})
}

var (
	orderStates = states{
		withBuyer: []string{"pending", "failed", "cancelled", "rejected"},
		frozen:    []string{"frozen", "accepted", "delivered", "pending_delivery", "rework"},
		paid:      []string{"confirmed", "settled", "completed"},
	}
	transactionStates = states{
		withBuyer: []string{"pending", "pending_freeze", "rejected_by_seller", "cancelled_by_buyer"},
		frozen:    []string{"frozen", "accepted", "delivered"},
		paid:      []string{"settled"},
	}
)

// TestNoUTIsMadeOrLost lets buyers, sellers, tests and time do anything in any
// order.
func TestNoUTIsMadeOrLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMarket(t)
		t.Repeat(map[string]func(*rapid.T){
			"a user orders":              func(t *rapid.T) { m.calls(t, "/api/v1/orders", m.purchase(t)) },
			"a user makes a transaction": func(t *rapid.T) { m.calls(t, "/api/v1/transactions", m.purchase(t)) },
			"a user acts on an order":    func(t *rapid.T) { m.calls(t, m.order(t)+draw(t, "/confirm", "/cancel", "/deliverables"), delivery) },
			"a user acts on a transaction": func(t *rapid.T) {
				m.calls(t, m.transaction(t)+draw(t, "/freeze", "/accept", "/reject", "/deliver", "/confirm", "/cancel"), delivery)
			},
			"a test sets an order": func(t *rapid.T) {
				m.SetOrderStatus(last(m.order(t)), draw(t, orderStates.words()...))
			},
			"a test sets a transaction": func(t *rapid.T) {
				m.SetTransactionStatus(last(m.transaction(t)), draw(t, transactionStates.words()...))
			},
			"time passes": func(t *rapid.T) { m.Advance(time.Duration(rapid.Int64Range(0, int64(25*time.Hour)).Draw(t, "time"))) },
			"":            m.check,
		})
	})
}

// market is a platform on which three users trade with each other.
type market struct {
	*uumittest.Platform
	users, offers []string
}

func newMarket(t *rapid.T) *market {
	opts := []uumittest.Option{uumittest.WithRateLimit(0)}
	if rapid.Bool().Draw(t, "orders are pending first") {
		opts = append(opts, uumittest.WithPendingOrders())
	}
	if rapid.Bool().Draw(t, "sellers deliver by the clock") {
		opts = append(opts, uumittest.WithOrderPace(time.Hour), uumittest.WithTransactionPace(time.Hour))
	}
	m := &market{Platform: uumittest.New(opts...)}
	m.SetNow(now)
	for range 3 {
		seller := m.AddUser(uumittest.User{UT: new(decimal.NewFromInt(30))}).ID
		cents := rapid.Int64Range(0, 2000).Draw(t, "price in cents")
		m.users = append(m.users, seller)
		m.offers = append(m.offers, m.AddCapability(uumittest.Capability{SellerID: seller, PriceUT: decimal.New(cents, -2)}).ID)
	}
	return m
}

func draw(t *rapid.T, from ...string) string { return rapid.SampledFrom(from).Draw(t, "drawn") }

func last(path string) string { return path[strings.LastIndex(path, "/")+1:] }

const delivery = `{"deliverables":[{"url":"u","name":"n"}],"result_payload":{}}`

func (m *market) purchase(t *rapid.T) string {
	return `{"capability_id":"` + draw(t, m.offers...) + `"}`
}

// order returns the path of an order.
func (m *market) order(t *rapid.T) string {
	orders := m.Orders()
	if len(orders) == 0 {
		t.Skip("nothing is ordered yet")
	}
	return "/api/v1/orders/" + rapid.SampledFrom(orders).Draw(t, "order").ID
}

func (m *market) transaction(t *rapid.T) string {
	transactions := m.Transactions()
	if len(transactions) == 0 {
		t.Skip("there is no transaction yet")
	}
	return "/api/v1/transactions/" + rapid.SampledFrom(transactions).Draw(t, "transaction").ID
}

// calls has some user post something, which may be refused.
func (m *market) calls(t *rapid.T, path, body string) {
	status, _ := m.send("POST", path, body, draw(t, m.users...), draw(t, "", "", "a", "b"))
	assert.Contains(t, []int{200, 400, 403, 404, 409}, status)
}

func (m *market) send(method, path, body, user, idempotencyKey string) (status int, answer []byte) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Api-Key", m.APIKey())
	r.Header.Set("X-Platform-User-Id", user)
	r.Header.Set("Idempotency-Key", idempotencyKey)
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w.Code, w.Body.Bytes()
}

// check says what always holds.
func (m *market) check(t *rapid.T) {
	sum := m.Fees()
	require.False(t, sum.IsNegative())
	entries := make(map[string]int) // by type and purchase
	for _, user := range m.users {
		w := m.Wallet(user)
		require.False(t, w.Available.IsNegative() || w.Frozen.IsNegative(), "%v", w)
		sum = sum.Add(w.Available).Add(w.Frozen)
		m.ledger(t, user, entries)
	}
	require.Equal(t, "90", sum.String())
	for _, o := range m.Orders() {
		orderStates.check(t, o.Status, o.ID, entries)
	}
	for _, tx := range m.Transactions() {
		transactionStates.check(t, tx.Status, tx.ID, entries)
	}
}

func (m *market) ledger(t *rapid.T, user string, entries map[string]int) {
	for page, more := 1, true; more; page++ {
		var ledger struct {
			Data struct {
				Items []struct {
					Type     string `json:"type"`
					BizRefID string `json:"biz_ref_id"`
				} `json:"items"`
				HasMore bool `json:"has_more"`
			} `json:"data"`
		}
		_, answer := m.send("GET", fmt.Sprintf("/api/v1/wallet/transactions?page_size=100&page=%d", page), "", user, "")
		require.NoError(t, json.Unmarshal(answer, &ledger))
		for _, item := range ledger.Data.Items {
			entries[item.Type+" "+item.BizRefID]++
		}
		more = ledger.Data.HasMore
	}
}

// check compares what the ledger says of a purchase with its status.
func (s states) check(t *rapid.T, status, id string, entries map[string]int) {
	paid := entries["expense "+id]
	frozen := entries["freeze "+id] - entries["unfreeze "+id] - paid
	require.Contains(t, []int{0, 1}, paid)
	require.Contains(t, []int{0, 1}, frozen)
	require.Equal(t, paid, entries["income "+id])
	switch {
	case paid == 1:
		require.Zero(t, frozen)
	case slices.Contains(s.withBuyer, status):
		require.Zero(t, frozen, status)
	case slices.Contains(s.frozen, status):
		require.Equal(t, 1, frozen, status)
	default:
		require.NotContains(t, s.paid, status)
	}
}
