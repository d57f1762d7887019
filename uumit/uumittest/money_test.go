package uumittest_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"

	"github.com/pentagate/pentagate/uumit/uumittest"
)

// where is what the three parties have of a price of 12.50: the buyer began
// with 1000, the seller with as much.
type where struct{ available, frozen, seller, fees string }

var (
	untouched = where{"1000", "0", "1000", "0"}
	held      = where{"987.5", "12.5", "1000", "0"}
	paidOut   = where{"987.5", "0", "1011.25", "1.25"}
)

func wallets(srv *uumittest.Server, seller string) where {
	buyer := srv.Wallet("")
	return where{buyer.Available.String(), buyer.Frozen.String(), srv.Wallet(seller).Available.String(), srv.Fees().String()}
}

func TestTheMoneyFollowsTheStatusOfAnOrder(t *testing.T) {
	for name, tc := range map[string]struct {
		statuses []string
		want     where
	}{
		"pending gives it back":                           {[]string{"pending"}, untouched},
		"accepted keeps it frozen":                        {[]string{"accepted"}, held},
		"delivered keeps it frozen":                       {[]string{"delivered"}, held},
		"pending_delivery keeps it frozen":                {[]string{"pending_delivery"}, held},
		"rework keeps it frozen":                          {[]string{"delivered", "rework"}, held},
		"rework and delivered again":                      {[]string{"delivered", "rework", "delivered"}, held},
		"confirmed pays":                                  {[]string{"confirmed"}, paidOut},
		"settled pays":                                    {[]string{"settled"}, paidOut},
		"completed pays, the older word for settled":      {[]string{"completed"}, paidOut},
		"confirmed, settled and completed pay once":       {[]string{"confirmed", "settled", "completed"}, paidOut},
		"settled after rework pays":                       {[]string{"rework", "settled"}, paidOut},
		"what is paid stays paid when it moves back":      {[]string{"settled", "frozen"}, paidOut},
		"what is paid is not paid again":                  {[]string{"settled", "delivered", "settled"}, paidOut},
		"what is paid is not unfrozen":                    {[]string{"settled", "cancelled"}, paidOut},
		"failed gives it back":                            {[]string{"failed"}, untouched},
		"cancelled gives it back":                         {[]string{"delivered", "cancelled"}, untouched},
		"rejected gives it back":                          {[]string{"delivered", "rejected"}, untouched},
		"it is given back once":                           {[]string{"failed", "cancelled", "rejected"}, untouched},
		"it is frozen again when an end is taken back":    {[]string{"cancelled", "accepted"}, held},
		"it is frozen and paid when an end is taken back": {[]string{"cancelled", "settled"}, paidOut},
		"an unknown word leaves it frozen":                {[]string{"on_hold"}, held},
		"an unknown word leaves it given back":            {[]string{"failed", "on_hold"}, untouched},
		"an unknown word leaves it paid":                  {[]string{"settled", "on_hold"}, paidOut},
		"no word at all leaves it frozen":                 {[]string{""}, held},
	} {
		t.Run(name, func(t *testing.T) {
			srv := start(t)
			offer, id := ordered(t, srv)
			for _, status := range tc.statuses {
				srv.SetOrderStatus(id, status)
				order, _ := srv.Order(id)
				assert.Equal(t, status, order.Status)
				got := do(t, srv, request{path: "/api/v1/orders/" + id})
				assert.Equal(t, status, got.data["status"])
			}
			assert.Equal(t, tc.want, wallets(srv, offer.SellerID))
		})
	}
}

func TestTheMoneyFollowsTheStatusOfATransaction(t *testing.T) {
	for name, tc := range map[string]struct {
		statuses []string
		want     where
	}{
		"pending is not frozen":                           {[]string{"pending"}, untouched},
		"pending_freeze gives it back":                    {[]string{"frozen", "pending_freeze"}, untouched},
		"frozen freezes it":                               {[]string{"frozen"}, held},
		"accepted has it frozen":                          {[]string{"accepted"}, held},
		"delivered has it frozen":                         {[]string{"delivered"}, held},
		"all three freeze it once":                        {[]string{"frozen", "accepted", "delivered"}, held},
		"settled pays":                                    {[]string{"settled"}, paidOut},
		"what is paid is not paid again":                  {[]string{"settled", "delivered", "settled"}, paidOut},
		"what is paid is not unfrozen":                    {[]string{"settled", "rejected_by_seller"}, paidOut},
		"rejected_by_seller gives it back":                {[]string{"frozen", "rejected_by_seller"}, untouched},
		"rejected_by_seller gives nothing without freeze": {[]string{"rejected_by_seller"}, untouched},
		"cancelled_by_buyer gives it back":                {[]string{"frozen", "cancelled_by_buyer"}, untouched},
		"cancelled_by_buyer gives nothing without freeze": {[]string{"cancelled_by_buyer"}, untouched},
		"it is frozen again when an end is taken back":    {[]string{"frozen", "cancelled_by_buyer", "accepted"}, held},
		"an unknown word leaves it frozen":                {[]string{"frozen", "on_hold"}, held},
		"an unknown word leaves it with the buyer":        {[]string{"on_hold"}, untouched},
	} {
		t.Run(name, func(t *testing.T) {
			srv := start(t)
			offer, id := begun(t, srv)
			for _, status := range tc.statuses {
				srv.SetTransactionStatus(id, status)
				transaction, _ := srv.Transaction(id)
				assert.Equal(t, status, transaction.Status)
				got := do(t, srv, request{path: "/api/v1/transactions/" + id})
				assert.Equal(t, status, got.data["status"])
			}
			assert.Equal(t, tc.want, wallets(srv, offer.SellerID))
		})
	}
}

// begun seeds an offer and makes a transaction of it.
func begun(t *testing.T, srv *uumittest.Server) (uumittest.Capability, string) {
	t.Helper()
	offer := srv.AddCapability(uumittest.Capability{Title: "T", PriceUT: price})
	got := do(t, srv, request{method: "POST", path: "/api/v1/transactions", body: `{"capability_id":"` + offer.ID + `"}`})
	check(t, got, 200, 0)
	id, _ := got.data["id"].(string)
	return offer, id
}

func TestABuyerWhoCannotPay(t *testing.T) {
	srv := start(t)
	_, order := ordered(t, srv)
	_, transaction := begun(t, srv)
	srv.SetOrderStatus(order, uumittest.OrderCancelled)
	srv.SetBalance("", decimal.Zero)
	for _, status := range []string{uumittest.OrderRework, uumittest.OrderSettled} {
		srv.SetOrderStatus(order, status)
		got, _ := srv.Order(order)
		assert.Equal(t, uumittest.OrderFailed, got.Status)
	}
	for _, status := range []string{uumittest.TransactionFrozen, uumittest.TransactionSettled} {
		srv.SetTransactionStatus(transaction, status)
		got, _ := srv.Transaction(transaction)
		assert.Equal(t, uumittest.TransactionPendingFreeze, got.Status)
	}
	assert.Equal(t, uumittest.TransactionPendingFreeze, srv.AdvanceTransaction(transaction))
	assert.True(t, srv.Fees().IsZero())
}

func TestAnOrderThatMovedBackGoesOn(t *testing.T) {
	srv := start(t)
	offer, id := ordered(t, srv)
	post := func(user, action, body string) response {
		return do(t, srv, request{method: "POST", path: "/api/v1/orders/" + id + action, user: user, body: body})
	}
	const files = `{"deliverables":[{"url":"u","name":"n"}]}`
	for _, status := range []string{uumittest.OrderRework, uumittest.OrderPendingDelivery} {
		srv.SetOrderStatus(id, status)
		check(t, post("", "/confirm", ""), 409, 4000)
		check(t, post("", "/cancel", ""), 409, 4000)
		assert.Equal(t, uumittest.OrderDelivered, srv.AdvanceOrder(id))
		srv.SetOrderStatus(id, status)
		check(t, post(offer.SellerID, "/deliverables", files), 200, 0)
	}
	check(t, post("", "/confirm", ""), 200, 0)
	srv.SetOrderStatus(id, uumittest.OrderDelivered)
	got := post("", "/confirm", "")
	check(t, got, 200, 0)
	assert.Equal(t, map[string]any{"seller_income": "11.25"}, got.data)
	assert.Equal(t, paidOut, wallets(srv, offer.SellerID))
	srv.SetOrderStatus(id, uumittest.OrderCompleted)
	check(t, post("", "/confirm", ""), 409, 4501)
	for _, end := range []string{uumittest.OrderCompleted, uumittest.OrderRejected, "on_hold"} {
		srv.SetOrderStatus(id, end)
		assert.Panics(t, func() { srv.AdvanceOrder(id) })
	}
}

func TestTransactionsByHand(t *testing.T) {
	srv := start(t)
	offer, id := begun(t, srv)
	assert.Equal(t, id, srv.Transactions()[0].ID)
	for _, want := range []string{"frozen", "accepted", "delivered", "settled"} {
		assert.Equal(t, want, srv.AdvanceTransaction(id))
	}
	assert.Equal(t, paidOut, wallets(srv, offer.SellerID))
	for _, end := range []string{uumittest.TransactionSettled, uumittest.TransactionRejectedBySeller, uumittest.TransactionCancelledByBuyer, "on_hold"} {
		srv.SetTransactionStatus(id, end)
		assert.Panics(t, func() { srv.AdvanceTransaction(id) })
	}

	_, other := begun(t, srv)
	srv.SetTransactionStatus(other, uumittest.TransactionPending)
	check(t, do(t, srv, request{method: "POST", path: "/api/v1/transactions/" + other + "/freeze"}), 200, 0)
}
