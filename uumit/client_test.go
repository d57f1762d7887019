package uumit_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
	"github.com/pentagate/pentagate/uumit"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

func asError(err error) (*transport.Error, bool) { return errors.AsType[*transport.Error](err) }

func TestOrdersOfBothSides(t *testing.T) {
	h := start(t)
	offer, ctx := h.offer(), t.Context()
	seller := h.seller(t, offer)
	var ids []string
	for range 3 {
		order, err := h.client.Orders.Create(ctx, uumit.CreateOrderRequest{CapabilityID: offer.ID})
		require.NoError(t, err)
		ids = append(ids, order.ID)
	}
	cancelled, err := h.client.Orders.Cancel(ctx, ids[0])
	require.NoError(t, err)
	assert.Equal(t, uumit.OrderCancelled, cancelled.Status)
	require.ErrorIs(t, cancelled.Err(), transport.ErrConflict)
	assert.EqualError(t, cancelled.Err(), "uumit: Orders: conflict: the order ended without a delivery (code cancelled)")
	_, err = h.client.Orders.Cancel(ctx, ids[0])
	require.ErrorIs(t, err, transport.ErrConflict)

	delivered, err := seller.Orders.SubmitDeliverables(ctx, uumit.SubmitDeliverablesRequest{
		OrderID:      ids[1],
		Deliverables: []uumit.Deliverable{{URL: "https://oss.uumit.com/contract.pdf", Name: "contract.pdf"}},
	})
	require.NoError(t, err)
	assert.Equal(t, uumit.OrderDelivered, delivered.Status)
	assert.NotEmpty(t, delivered.ReviewID)
	assert.False(t, delivered.StatusURL.IsZero())
	_, err = h.client.Orders.SubmitDeliverables(ctx, uumit.SubmitDeliverablesRequest{OrderID: ids[2], Deliverables: []uumit.Deliverable{{URL: "u", Name: "n"}}})
	require.ErrorIs(t, err, transport.ErrPermission, "only the seller delivers")

	page, err := seller.Orders.List(ctx, uumit.ListOrdersRequest{Role: uumit.Seller})
	require.NoError(t, err)
	assert.Len(t, page.Items, 3)
	assert.EqualValues(t, 3, *page.Total)
	assert.Equal(t, ids[2], page.Items[0].ID, "newest first")
	page, err = seller.Orders.List(ctx, uumit.ListOrdersRequest{Role: uumit.Buyer})
	require.NoError(t, err)
	assert.Empty(t, page.Items)
	page, err = h.client.Orders.List(ctx, uumit.ListOrdersRequest{Status: uumit.OrderDelivered})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	assert.Equal(t, ids[1], page.Items[0].ID)

	stranger, err := h.client.ForUser(h.AddUser(uumittest.User{}).ID)
	require.NoError(t, err)
	_, err = stranger.Orders.Get(ctx, ids[1])
	require.ErrorIs(t, err, transport.ErrNotFound)
}

func TestTransactionsStepByStep(t *testing.T) {
	h := start(t)
	offer, ctx := h.offer(), t.Context()
	seller := h.seller(t, offer)
	create := func() string {
		tx, err := h.client.Transactions.Create(ctx, uumit.CreateTransactionRequest{CapabilityID: offer.ID, BookedHours: new(2)})
		require.NoError(t, err)
		assert.True(t, tx.Status.AwaitsFreeze())
		equalAmount(t, "25", tx.PriceUT)
		assert.Equal(t, h.User("").ID, tx.BuyerUserID)
		assert.Equal(t, offer.SellerID, tx.SellerUserID)
		assert.Equal(t, offer.ID, tx.CapabilityID)
		assert.Equal(t, "capability", tx.TransactionType)
		assert.WithinDuration(t, now, tx.CreatedAt.Time, time.Hour)
		return tx.ID
	}
	id := create()
	equalDecimal(t, "1000", h.Wallet("").Available)
	for _, s := range []struct {
		do   stepFunc
		want uumit.TransactionStatus
	}{
		{h.client.Transactions.Freeze, uumit.TransactionFrozen},
		{seller.Transactions.Accept, uumit.TransactionAccepted},
		{func(ctx context.Context, id string, opts ...transport.CallOption) (*uumit.Transaction, error) {
			return seller.Transactions.Deliver(ctx, uumit.DeliverTransactionRequest{TransactionID: id, ResultPayload: map[string]string{"text": "done"}}, opts...)
		}, uumit.TransactionDelivered},
		{h.client.Transactions.Confirm, uumit.TransactionSettled},
	} {
		tx, err := s.do(ctx, id)
		require.NoError(t, err)
		assert.Equal(t, s.want, tx.Status)
		assert.Equal(t, id, tx.ID)
	}
	equalDecimal(t, "975", h.Wallet("").Available)
	equalDecimal(t, "1022.5", h.Wallet(offer.SellerID).Available)
	stored, _ := h.Transaction(id)
	assert.Equal(t, map[string]any{"text": "done"}, stored.ResultPayload)

	rejected := create()
	_, err := h.client.Transactions.Freeze(ctx, rejected, transport.WithIdempotencyKey("freeze-"+rejected))
	require.NoError(t, err)
	tx, err := seller.Transactions.Reject(ctx, rejected)
	require.NoError(t, err)
	assert.Equal(t, uumit.TransactionRejectedBySeller, tx.Status)
	tx, err = h.client.Transactions.Cancel(ctx, create())
	require.NoError(t, err)
	assert.Equal(t, uumit.TransactionCancelledByBuyer, tx.Status)
	equalDecimal(t, "975", h.Wallet("").Available)

	_, err = h.client.Transactions.Confirm(ctx, rejected)
	require.ErrorIs(t, err, transport.ErrConflict)
	_, err = h.client.Transactions.Accept(ctx, rejected)
	require.ErrorIs(t, err, transport.ErrPermission)
	tx, err = h.client.Transactions.Get(ctx, id)
	require.NoError(t, err)
	assert.Equal(t, uumit.TransactionSettled, tx.Status)
	page, err := seller.Transactions.List(ctx, uumit.ListTransactionsRequest{Role: uumit.Seller, Status: uumit.TransactionSettled})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	assert.Equal(t, id, page.Items[0].ID)
	n := 0
	for _, err := range h.client.Transactions.All(ctx, uumit.ListTransactionsRequest{PageRequest: uumit.PageRequest{PageSize: new(2)}}) {
		require.NoError(t, err)
		n++
	}
	assert.Equal(t, 3, n)

	assert.True(t, uumit.TransactionPending.AwaitsFreeze(), "the other word for it")
	assert.False(t, uumit.TransactionFrozen.AwaitsFreeze())
}

func TestTheWallet(t *testing.T) {
	h := start(t)
	ctx := t.Context()
	order, err := h.client.Orders.Create(ctx, uumit.CreateOrderRequest{CapabilityID: h.offer().ID})
	require.NoError(t, err)
	wallet, err := h.client.Wallet.Get(ctx)
	require.NoError(t, err)
	equalAmount(t, "987.50", wallet.UT.Available)
	equalAmount(t, "12.50", wallet.UT.Frozen)
	equalAmount(t, "1000", wallet.UT.Total())

	h.SetOrderStatus(order.ID, uumittest.OrderSettled)
	page, err := h.client.Wallet.Ledger(ctx, uumit.LedgerRequest{})
	require.NoError(t, err)
	require.Len(t, page.Items, 2)
	entry := page.Items[0]
	assert.Equal(t, "expense", entry.Type)
	equalAmount(t, "-12.50", entry.Amount)
	equalAmount(t, "987.50", entry.BalanceAfter)
	assert.Equal(t, "UT", entry.Currency)
	assert.Equal(t, order.ID, entry.BizRefID)
	assert.False(t, entry.Description.IsZero())
	assert.Equal(t, now, entry.CreatedAt.UTC())
	n := 0
	for _, err := range h.client.Wallet.LedgerEntries(ctx, uumit.LedgerRequest{Type: "freeze", PageRequest: uumit.PageRequest{PageSize: new(1)}}) {
		require.NoError(t, err)
		n++
	}
	assert.Equal(t, 1, n)

	rates, err := h.client.Wallet.Rates(ctx)
	require.NoError(t, err)
	equalDecimal(t, "100", rates.CashToUTRate)
	equalDecimal(t, "1250", rates.ToUT(price))
}

// The documents have two words for the total.
func TestTheTotalOfAWallet(t *testing.T) {
	for name, tc := range map[string]struct{ data, want string }{
		"total":                       {`{"ut":{"available":"1","frozen":"2","total":"3.5","balance":"9"}}`, "3.5"},
		"balance in its place":        {`{"ut":{"available":"1","frozen":"2","balance":9.25}}`, "9.25"},
		"neither":                     {`{"ut":{"available":"1","frozen":"2","total":null}}`, "3"},
		"numbers, and no other money": {`{"ut":{"available":1500.10,"frozen":0.2,"effective_withdrawable_ut":5},"cash":null}`, "1500.3"},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			h.faults.Script(good(tc.data))
			wallet, err := h.client.Wallet.Get(t.Context())
			require.NoError(t, err)
			equalAmount(t, tc.want, wallet.UT.Total())
		})
	}
}

func TestInsufficientBalanceIsQuotaAndNotRepeated(t *testing.T) {
	h := start(t)
	offer := h.offer()
	h.SetBalance("", decimal.RequireFromString("12.49"))
	_, err := h.client.Orders.Create(t.Context(), uumit.CreateOrderRequest{CapabilityID: offer.ID})
	require.ErrorIs(t, err, transport.ErrQuota)
	require.NotErrorIs(t, err, transport.ErrOutcomeUnknown)
	assert.EqualError(t, err, "uumit: Orders.Create: quota exhausted: insufficient balance (HTTP 400, code 3001)")
	assert.Len(t, h.faults.Requests(), 1)
	assert.Empty(t, h.Orders())

	tx, err := h.client.Transactions.Create(t.Context(), uumit.CreateTransactionRequest{CapabilityID: offer.ID})
	require.NoError(t, err)
	_, err = h.client.Transactions.Freeze(t.Context(), tx.ID)
	require.ErrorIs(t, err, transport.ErrQuota)
}

// TestALostAnswerIsRepeatedWithTheSameKey loses answers after the order was
// made: there is one order and one charge all the same.
func TestALostAnswerIsRepeatedWithTheSameKey(t *testing.T) {
	for name, fault := range map[string]transporttest.Fault{
		"the answer was lost":   transporttest.DropAfter(),
		"half an answer":        transporttest.Truncated(),
		"the request never ran": transporttest.DropBefore(),
		"the proxy failed":      transporttest.Status(502, "<html>Bad Gateway"),
		"a system error":        transporttest.Status(200, `{"code":9999,"message":"system error"}`),
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			offer := h.offer()
			h.faults.Script(fault, fault)
			var info transport.Info
			order, err := h.client.Orders.Create(t.Context(), uumit.CreateOrderRequest{CapabilityID: offer.ID}, transport.WithInfo(&info))
			require.NoError(t, err)
			assert.True(t, info.Repeated)
			require.Len(t, h.Orders(), 1)
			assert.Equal(t, h.Orders()[0].ID, order.ID)
			equalDecimal(t, "12.50", h.Wallet("").Frozen)
			sent := h.faults.Requests()
			require.Len(t, sent, 3)
			for _, r := range sent {
				assert.Equal(t, info.IdempotencyKey, r.Header.Get("Idempotency-Key"))
			}
			assert.Regexp(t, "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", info.IdempotencyKey)
		})
	}
	t.Run("all answers are lost, and the caller repeats with the key of the error", func(t *testing.T) {
		h := start(t)
		req := uumit.CreateOrderRequest{CapabilityID: h.offer().ID}
		h.faults.Script(transporttest.DropAfter(), transporttest.DropAfter(), transporttest.DropAfter())
		_, err := h.client.Orders.Create(t.Context(), req)
		require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
		require.ErrorIs(t, err, transport.ErrUnavailable)
		e, ok := asError(err)
		require.True(t, ok)
		order, err := h.client.Orders.Create(t.Context(), req, transport.WithIdempotencyKey(e.IdempotencyKey))
		require.NoError(t, err)
		require.Len(t, h.Orders(), 1)
		assert.Equal(t, h.Orders()[0].ID, order.ID)
		equalDecimal(t, "12.50", h.Wallet("").Frozen)
	})
	t.Run("two calls have two keys", func(t *testing.T) {
		h := start(t)
		req := uumit.CreateOrderRequest{CapabilityID: h.offer().ID}
		for range 2 {
			_, err := h.client.Orders.Create(t.Context(), req)
			require.NoError(t, err)
		}
		assert.Len(t, h.Orders(), 2)
	})
}

// TestEveryWriteKeepsItsKey loses the first answer of every call.
func TestEveryWriteKeepsItsKey(t *testing.T) {
	for _, call := range calls {
		t.Run(call.name, func(t *testing.T) {
			h := start(t)
			h.faults.Script(transporttest.DropBefore(), good(call.data))
			var opts []transport.CallOption
			if call.writes {
				opts = append(opts, transport.WithIdempotencyKey("order-1042"))
			}
			opts = append(opts, transport.WithAttempts(2)) // a poll is one request by itself
			require.NoError(t, call.do(t.Context(), h.clients(), opts...))
			require.Len(t, h.faults.Requests(), 2)
			for _, r := range h.faults.Requests() {
				want := ""
				if call.writes {
					want = "order-1042"
				}
				assert.Equal(t, want, r.Header.Get("Idempotency-Key"))
			}
		})
	}
}

func TestFailuresAreClassified(t *testing.T) {
	for name, tc := range map[string]struct {
		fault transporttest.Fault
		want  error
		code  string
		sent  int
	}{
		"credentials missing":                  {transporttest.Status(401, `{"code":1002,"message":"m"}`), transport.ErrUnauthenticated, "1002", 1},
		"an unknown key":                       {transporttest.Status(401, `{"code":1006,"message":"m"}`), transport.ErrUnauthenticated, "1006", 1},
		"an unknown key with HTTP 200":         {transporttest.Status(200, `{"code":1006,"message":"m"}`), transport.ErrUnauthenticated, "1006", 1},
		"the range of authentication":          {transporttest.Status(400, `{"code":2001,"message":"m"}`), transport.ErrUnauthenticated, "2001", 1},
		"no permission":                        {transporttest.Status(403, `{"code":1003,"message":"m"}`), transport.ErrPermission, "1003", 1},
		"a user that is not linked":            {transporttest.Status(403, `{"code":1007,"message":"m"}`), transport.ErrPermission, "1007", 1},
		"the daily quota":                      {transporttest.Status(429, `{"code":1010,"message":"m"}`), transport.ErrQuota, "1010", 1},
		"too many calls":                       {transporttest.Status(429, `{"code":1009,"message":"m"}`), transport.ErrRateLimited, "1009", 3},
		"a code as text":                       {transporttest.Status(400, `{"code":"3002","message":"m"}`), transport.ErrQuota, "3002", 1},
		"the wallet":                           {transporttest.Status(422, `{"code":3001,"message":"m"}`), transport.ErrQuota, "3001", 1},
		"payment required":                     {transporttest.Status(402, `{"code":8001,"message":"m"}`), transport.ErrQuota, "8001", 1},
		"a conflict":                           {transporttest.Status(400, `{"code":4001,"message":"m"}`), transport.ErrConflict, "4001", 1},
		"a conflict by its status":             {transporttest.Status(409, `{"code":7001,"message":"m"}`), transport.ErrConflict, "7001", 1},
		"4801 is no waiting outside of a poll": {transporttest.Status(200, `{"code":4801,"message":"authorization_pending","data":{"status":"pending"}}`), transport.ErrConflict, "4801", 1},
		"not found":                            {transporttest.Status(404, `{"code":4040,"message":"m"}`), transport.ErrNotFound, "4040", 1},
		"a validation":                         {transporttest.Status(422, `{"code":1001,"message":"m"}`), transport.ErrInvalid, "1001", 1},
		"invitations, with HTTP 200":           {transporttest.Status(200, `{"code":7001,"message":"m"}`), transport.ErrRejected, "7001", 1},
		"payments, with HTTP 200":              {transporttest.Status(200, `{"code":8001,"message":"m"}`), transport.ErrRejected, "8001", 1},
		"AI, with HTTP 200":                    {transporttest.Status(200, `{"code":5001,"message":"m"}`), transport.ErrUnavailable, "5001", 3},
		"a status as code, with HTTP 200":      {transporttest.Status(200, `{"code":500,"message":"m"}`), transport.ErrUnavailable, "500", 3},
		"429 as code, with HTTP 200":           {transporttest.Status(200, `{"code":429,"message":"m"}`), transport.ErrRateLimited, "429", 3},
		"-1, with HTTP 200":                    {transporttest.Status(200, `{"code":-1,"message":"m"}`), transport.ErrUnavailable, "-1", 3},
		"40001, which is of the range 4xxx":    {transporttest.Status(200, `{"code":40001,"message":"m"}`), transport.ErrConflict, "40001", 1},
		"a code of five digits":                {transporttest.Status(200, `{"code":30010,"message":"m"}`), transport.ErrQuota, "30010", 1},
		"an unknown code, and busy":            {transporttest.Status(200, `{"code":60001,"message":"系统繁忙，请稍后重试"}`), transport.ErrUnavailable, "60001", 3},
		"a system error with HTTP 200":         {transporttest.Status(200, `{"code":9999,"message":"m"}`), transport.ErrUnavailable, "9999", 3},
		"a system error with HTTP 400":         {transporttest.Status(400, `{"code":9999,"message":"m"}`), transport.ErrUnavailable, "9999", 3},
		"503 with a business code":             {transporttest.Status(503, `{"code":4001,"message":"m"}`), transport.ErrUnavailable, "4001", 3},
		"500 with code 0":                      {transporttest.Status(500, `{"code":0,"message":"success"}`), transport.ErrUnavailable, "", 3},
		"400 with code 0":                      {transporttest.Status(400, `{"code":0,"message":"success"}`), transport.ErrInvalid, "", 1},
		"a code that is no number":             {transporttest.Status(400, `{"code":"E1","message":"m"}`), transport.ErrMalformed, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			h.faults.Always(tc.fault)
			_, err := h.client.Orders.Create(t.Context(), uumit.CreateOrderRequest{CapabilityID: "cap-1"})
			require.ErrorIs(t, err, tc.want)
			e, ok := asError(err)
			require.True(t, ok)
			assert.Equal(t, tc.code, e.Code)
			assert.Equal(t, tc.sent, e.Attempts)
			assert.Len(t, h.faults.Requests(), tc.sent)
			assert.Equal(t, errors.Is(tc.want, transport.ErrUnavailable) || errors.Is(tc.want, transport.ErrMalformed), e.OutcomeUnknown)
		})
	}
}

func TestErrorsOfThePlatform(t *testing.T) {
	h := start(t)
	unlinked := h.AddUser(uumittest.User{Unlinked: true})
	for name, tc := range map[string]struct {
		config uumit.Config
		want   error
		code   string
	}{
		"an unknown key":       {uumit.Config{BaseURL: h.URL, APIKey: signing.NewSecret("pk_other"), UserID: "u"}, transport.ErrUnauthenticated, uumit.CodeInvalidAPIKey},
		"a user not linked":    {h.ConfigFor(unlinked.ID), transport.ErrPermission, uumit.CodeUserNotLinked},
		"an unknown token":     {uumit.Config{BaseURL: h.URL, TokenSource: signing.StaticToken(signing.NewSecret("tok"))}, transport.ErrUnauthenticated, uumit.CodeUnauthenticated},
		"a token that is none": {uumit.Config{BaseURL: h.URL, TokenSource: signing.StaticToken(signing.Secret{})}, transport.ErrUnauthenticated, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.newClient(t, tc.config).Wallet.Get(t.Context())
			require.ErrorIs(t, err, tc.want)
			e, _ := asError(err)
			assert.Equal(t, tc.code, e.Code)
		})
	}
	err := h.client.Do(t.Context(), transport.Call{Operation: "Search", Method: "GET", Path: "/api/v1/capabilities/search", Route: "/api/v1/capabilities/search"}, nil)
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.EqualError(t, err, "uumit: Search: invalid request: query.q Field required (missing): validation failed (HTTP 422, code 1001)")
}

// The detail of a 422 is text, a list, or anything.
func TestTheDetailOfAValidation(t *testing.T) {
	for name, tc := range map[string]struct {
		body    string
		message string
		fields  transport.Fields
	}{
		"text": {`{"detail":"capability is gone"}`, "capability is gone", nil},
		"a list outside of an envelope": {`{"detail":[{"type":"missing","loc":["body","capability_id"],"msg":"Field required","input":"SECRET"}]}`, "",
			transport.Fields{{Name: "body.capability_id", Problem: "Field required (missing)"}}},
		"a list inside of one":             {`{"code":1001,"message":"m","detail":[{"loc":["body",0],"msg":"x"}]}`, "m", transport.Fields{{Name: "body.0", Problem: "x"}}},
		"a list of text":                   {`{"detail":["a","b"]}`, "", nil},
		"an object":                        {`{"detail":{"a":1}}`, "", nil},
		"a number":                         {`{"detail":1}`, "", nil},
		"null":                             {`{"message":"m","detail":null}`, "m", nil},
		"a message that is no text":        {`{"message":{"a":1},"detail":"d"}`, "d", nil},
		"a message alone":                  {`{"message":"m"}`, "m", nil},
		"a list of entries without fields": {`{"detail":[{"x":1}]}`, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			h.faults.Always(transporttest.Status(422, tc.body))
			_, err := h.client.Orders.Create(t.Context(), uumit.CreateOrderRequest{CapabilityID: "cap-1"})
			require.ErrorIs(t, err, transport.ErrInvalid)
			e, _ := asError(err)
			assert.Equal(t, tc.message, e.Message)
			assert.Equal(t, tc.fields, e.Fields)
			assert.NotContains(t, err.Error(), "SECRET")
			assert.Len(t, h.faults.Requests(), 1)
		})
	}
}

func TestGuidanceOfARefusedDelivery(t *testing.T) {
	h := start(t)
	h.faults.Script(
		transporttest.Status(400, `{"code":4000,"error_code":"DELIVERABLE_FORMAT_MISMATCH","message":"m","data":{"guidance":{"problem":"only text","expected_hint":"pdf","how_to_fix":["a","b"],"retryable":true,"source":"precheck","task_summary":null,"next_step":7}}}`),
		transporttest.Status(400, `{"code":4801,"message":"unsafe"}`),
	)
	req := uumit.SubmitDeliverablesRequest{OrderID: "ord-1", Deliverables: []uumit.Deliverable{{URL: "u", Name: "n"}}}
	_, err := h.client.Orders.SubmitDeliverables(t.Context(), req)
	require.ErrorIs(t, err, uumit.DeliverableFormatMismatch)
	require.NotErrorIs(t, err, uumit.DeliverableUnchangedResubmit)
	require.ErrorIs(t, err, transport.ErrConflict)
	text := transport.NewPersonal
	guidance, ok := uumit.GuidanceFrom(err)
	require.True(t, ok)
	assert.Equal(t, &uumit.Guidance{Problem: text("only text"), ExpectedHint: text("pdf"), HowToFix: []transport.Personal{text("a"), text("b")}, Retryable: new(true), Source: "precheck", NextStep: text("7")}, guidance)

	_, err = h.client.Orders.SubmitDeliverables(t.Context(), req)
	e, _ := asError(err)
	assert.Equal(t, uumit.CodeAuthorizationPending, e.Code)
	_, ok = uumit.GuidanceFrom(err)
	assert.False(t, ok)
	_, ok = uumit.GuidanceFrom(errors.New("another"))
	assert.False(t, ok)
}

func TestAClientForAnotherUser(t *testing.T) {
	h := start(t)
	offer := h.offer()
	var users []*uumit.Client
	for range 5 {
		u, err := h.client.ForUser(h.AddUser(uumittest.User{UT: new(decimal.NewFromInt(100))}).ID)
		require.NoError(t, err)
		users = append(users, u)
	}
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			_, err := users[i%5].Orders.Create(t.Context(), uumit.CreateOrderRequest{CapabilityID: offer.ID})
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	counts := make(map[string]int)
	for _, o := range h.Orders() {
		counts[o.BuyerID]++
	}
	assert.Equal(t, []int{6, 6, 6, 6, 6}, slices.Collect(maps.Values(counts)))
	for _, r := range h.Requests() {
		assert.Equal(t, 200, r.Status, "all users share one limit")
	}

	_, err := h.client.ForUser("")
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.EqualError(t, err, "uumit: ForUser: invalid request: user_id must be set, in printable ASCII without spaces")
	_, err = h.newClient(t, h.BearerConfig("")).ForUser("another")
	assert.EqualError(t, err, "uumit: ForUser: invalid request: api_key must be set to act for several users: a token stands for its own")
	_, err = users[0].ForUser(h.User("").ID)
	require.NoError(t, err)
	require.NoError(t, h.client.Close())
	_, err = users[0].Wallet.Get(t.Context())
	require.ErrorIs(t, err, transport.ErrClosed)
}

// Nothing that a UUMit client sends depends on the time.
func TestAClockThatIsOffDoesNotMatter(t *testing.T) {
	h := start(t)
	h.Advance(20 * time.Minute)
	_, err := h.client.Wallet.Get(t.Context())
	require.NoError(t, err)
	assert.Len(t, h.faults.Requests(), 1)
}

// TestTheDocumentedLimit makes 300 calls as fast as the client lets them go,
// against a platform that counts every window of 60 seconds.
func TestTheDocumentedLimit(t *testing.T) {
	h := start(t)
	for range 300 {
		_, err := h.client.Wallet.Get(t.Context())
		require.NoError(t, err)
	}
	for _, r := range h.Requests() {
		require.Equal(t, 200, r.Status)
	}
	spent := h.clock.Now().Sub(now)
	assert.InDelta(t, (290 * 1200 * time.Millisecond).Seconds(), spent.Seconds(), 1)

	t.Run("a flow of ten calls is not slowed", func(t *testing.T) {
		h := start(t)
		for range 10 {
			_, err := h.client.Wallet.Get(t.Context())
			require.NoError(t, err)
		}
		assert.Empty(t, h.clock.Waits())
	})
	t.Run("without it the platform says 429, and the client waits for it", func(t *testing.T) {
		h := start(t)
		client := h.newClient(t, h.Config(), transport.WithLimiter(transport.NoLimits))
		for range 61 {
			_, err := client.Wallet.Get(t.Context())
			require.NoError(t, err)
		}
		assert.Equal(t, []time.Duration{time.Minute}, h.clock.Waits())
	})
}

func TestTheOtherSpellingOfACollection(t *testing.T) {
	h := start(t)
	offer := h.offer()
	var wallet uumit.Wallet
	require.NoError(t, h.client.Do(t.Context(), transport.Call{Method: "GET", Path: "/api/v1/wallet/"}, &wallet))
	equalAmount(t, "1000", wallet.UT.Available)
	var order uumit.Order
	require.NoError(t, h.client.Do(t.Context(), transport.Call{Method: "POST", Path: "/api/v1/orders/", Safety: transport.Keyed, Body: map[string]string{"capability_id": offer.ID}}, &order))
	assert.Len(t, h.Orders(), 1)
	sent := h.faults.Requests()
	require.Len(t, sent, 4)
	assert.Equal(t, "/api/v1/orders", sent[3].URI)
	assert.Equal(t, sent[2].Body, sent[3].Body)
	assert.Equal(t, h.APIKey(), sent[3].Header.Get("X-Api-Key"))
	assert.Equal(t, sent[2].Header.Get("Idempotency-Key"), sent[3].Header.Get("Idempotency-Key"))
}

// A platform behind a proxy that ends TLS names http when it redirects for a
// slash at the end of a path.
func TestTheOtherSpellingBehindAProxyThatEndsTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path, slash := strings.CutSuffix(r.URL.Path, "/"); !slash {
			w.Header().Set("Location", "http://"+r.Host+path+"/?"+r.URL.RawQuery)
			w.WriteHeader(http.StatusTemporaryRedirect)
			return
		}
		_, _ = w.Write([]byte(envelope(`{"items":[{"id":"ord-1"}]}`)))
	}))
	defer server.Close()
	client, err := uumit.New(uumit.Config{BaseURL: server.URL, APIKey: signing.NewSecret("pk_1"), UserID: "u"}, transport.WithRoundTripper(server.Client().Transport))
	require.NoError(t, err)
	defer client.Close()
	page, err := client.Orders.List(t.Context(), uumit.ListOrdersRequest{Role: "buyer"})
	require.NoError(t, err)
	assert.Len(t, page.Items, 1)
}

// Words are the platform's: those that the documents lack go out all the same.
func TestOtherWordsAreSentAsTheyAre(t *testing.T) {
	h := start(t)
	h.faults.Always(good(`{"items":[]}`))
	_, err := h.client.Orders.List(t.Context(), uumit.ListOrdersRequest{Role: "arbiter", Status: "REFUNDED"})
	require.NoError(t, err)
	_, err = h.client.Transactions.List(t.Context(), uumit.ListTransactionsRequest{Role: "both", Status: "on the moon"})
	require.NoError(t, err)
	assert.Equal(t, "/api/v1/orders?role=arbiter&status=REFUNDED", h.faults.Requests()[0].URI)
	assert.Equal(t, "/api/v1/transactions?role=both&status=on+the+moon", h.faults.Requests()[1].URI)
}

func TestOtherHostsSeeNothing(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the other host was reached") }))
	defer other.Close()
	for _, code := range []int{301, 302, 307, 308} {
		h := start(t)
		h.faults.Always(transporttest.Redirect(code, other.URL+"/elsewhere?key=1"))
		_, err := h.client.Orders.Create(t.Context(), uumit.CreateOrderRequest{CapabilityID: "cap-1"})
		require.ErrorIs(t, err, transport.ErrRedirect)
		assert.Len(t, h.faults.Requests(), 1)
	}
}

func TestNewRefusesBadConfigurations(t *testing.T) {
	secret := signing.NewSecret("pk_1")
	token := signing.StaticToken(secret)
	for name, tc := range map[string]struct {
		config uumit.Config
		want   string
	}{
		"nothing": {uumit.Config{BaseURL: "http://api.uumit.com"},
			"uumit: New: invalid request: api_key must be set together with user_id, or token in their place; user_id must be set together with api_key, or token in their place; token must be set if api_key and user_id are not; base_url must use https, unless the host is loopback or plain HTTP is allowed by option"},
		"both channels":                 {uumit.Config{APIKey: secret, UserID: "u", TokenSource: token}, "uumit: New: invalid request: token must not be set beside api_key and user_id: a client uses one channel"},
		"a token and an id":             {uumit.Config{UserID: "u", TokenSource: token}, "token must not be set beside api_key and user_id"},
		"a key without an id":           {uumit.Config{APIKey: secret}, "user_id must be set"},
		"an id without a key":           {uumit.Config{UserID: "u"}, "api_key must be set"},
		"a newline in the key":          {uumit.Config{APIKey: signing.NewSecret("pk_1\n"), UserID: "u v"}, "api_key must be set, in printable ASCII without spaces; user_id must be set, in printable ASCII without spaces"},
		"a zero-width space in the key": {uumit.Config{APIKey: signing.NewSecret("pk_1\u200b"), UserID: "u\u200b"}, "api_key must be set, in printable ASCII without spaces; user_id must be set, in printable ASCII without spaces"},
		"a token with its scheme":       {uumit.Config{Token: signing.NewSecret("Bearer pk_1")}, "uumit: New: invalid request: token must be the token alone, in printable ASCII without spaces and without the word Bearer"},
		"a newline in the token":        {uumit.Config{Token: signing.NewSecret("pk_1\n")}, "token must be the token alone"},
		"a token and a source":          {uumit.Config{Token: secret, TokenSource: token}, "uumit: New: invalid request: token must not be set beside a source of tokens"},
		"a key and a token":             {uumit.Config{APIKey: secret, UserID: "u", Token: secret}, "uumit: New: invalid request: token must not be set beside api_key and user_id: a client uses one channel"},
		"the prefix of the paths":       {uumit.Config{APIKey: secret, UserID: "u", BaseURL: "https://api.uumit.com/api/v1"}, "base_url must"},
		"the prefix with a slash":       {uumit.Config{APIKey: secret, UserID: "u", BaseURL: "https://m.uumit.com/api/v1/"}, "base_url must"},
		"a base URL":                    {uumit.Config{APIKey: secret, UserID: "u", BaseURL: "api.uumit.com"}, "base_url must be an absolute URL"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := uumit.New(tc.config)
			require.ErrorIs(t, err, transport.ErrInvalid)
			assert.ErrorContains(t, err, tc.want)
			assert.NotContains(t, err.Error(), "pk_1")
		})
	}
	_, err := uumit.NewDeviceClient(uumit.Config{BaseURL: "http://api.uumit.com"})
	require.ErrorIs(t, err, transport.ErrInvalid)
	for name, config := range map[string]uumit.Config{
		"the default host":       {APIKey: secret, UserID: "u"},
		"the other host":         {APIKey: secret, UserID: "u", BaseURL: uumit.BaseURLAgent},
		"a private installation": {TokenSource: token, BaseURL: "http://192.168.1.100:8010"},
		"a fixed token":          {Token: secret},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := uumit.New(config, transport.WithPlainHTTP())
			require.NoError(t, err)
			require.NoError(t, client.Close())
		})
	}
}

func TestConfigFromEnv(t *testing.T) {
	h := start(t)
	for name, env := range map[string]map[string]string{
		"a key":   h.Env(),
		"a token": {"UUMIT_BASE_URL": h.URL, "UUMIT_TOKEN": h.User("").Token},
	} {
		t.Run(name, func(t *testing.T) {
			client := h.newClient(t, uumit.ConfigFromEnv(func(name string) string { return env[name] }))
			_, err := client.Wallet.Get(t.Context())
			require.NoError(t, err)
		})
	}
	_, err := uumit.New(uumit.ConfigFromEnv(func(name string) string { return map[string]string{"UUMIT_TOKEN": "Bearer t"}[name] }))
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.ElementsMatch(t, []string{"UUMIT_API_KEY", "UUMIT_USER_ID", "UUMIT_BASE_URL"}, slices.Collect(maps.Keys(h.Env())))
	assert.Equal(t, "https://api.uumit.com", uumit.BaseURL)
	assert.Equal(t, "https://api.uuagent.com", uumit.BaseURLAgent)
}

func TestBadInputIsRefusedBeforeSending(t *testing.T) {
	h := start(t)
	ctx := t.Context()
	const badPage = "page must be at least 1; page_size must be 1 to 100"
	page := uumit.PageRequest{Page: new(0), PageSize: new(101)}
	for name, tc := range map[string]struct {
		call func() error
		want string
	}{
		"a search without words": {func() error {
			_, err := h.client.Capabilities.Search(ctx, uumit.SearchRequest{Limit: new(0)})
			return err
		}, "uumit: Capabilities.Search: invalid request: q must not be empty; limit must be at least 1"},
		"a search with broken text": {func() error {
			_, err := h.client.Capabilities.Search(ctx, uumit.SearchRequest{Query: "长\xff"})
			return err
		}, "q must be valid UTF-8"},
		"an order of nothing": {func() error {
			_, err := h.client.Orders.Create(ctx, uumit.CreateOrderRequest{})
			return err
		}, "uumit: Orders.Create: invalid request: capability_id must not be empty"},
		"an order in broken text": {func() error {
			_, err := h.client.Orders.Create(ctx, uumit.CreateOrderRequest{CapabilityID: "\xff", DemandDescription: new("长\xff")})
			return err
		}, "uumit: Orders.Create: invalid request: capability_id must be valid UTF-8; demand_description must be valid UTF-8"},
		"a delivery in broken text": {func() error {
			_, err := h.client.Orders.SubmitDeliverables(ctx, uumit.SubmitDeliverablesRequest{OrderID: "o", Deliverables: []uumit.Deliverable{{URL: "u", Name: "长\xff"}}, OfflineNote: "\xff"})
			return err
		}, "uumit: Orders.SubmitDeliverables: invalid request: name must be valid UTF-8; offline_note must be valid UTF-8"},
		"a transaction in broken text": {func() error {
			_, err := h.client.Transactions.Create(ctx, uumit.CreateTransactionRequest{CapabilityID: "长\xff", DemandID: new("\xff")})
			return err
		}, "uumit: Transactions.Create: invalid request: capability_id must be valid UTF-8; demand_id must be valid UTF-8"},
		"a result in broken text": {func() error {
			_, err := h.client.Transactions.Deliver(ctx, uumit.DeliverTransactionRequest{TransactionID: "t", ResultPayload: map[string]string{"text": "长\xff"}})
			return err
		}, "uumit: Transactions.Deliver: invalid request: text must be valid UTF-8"},
		"a list in broken text": {func() error {
			_, err := h.client.Transactions.List(ctx, uumit.ListTransactionsRequest{Status: "长\xff", PageRequest: uumit.PageRequest{Cursor: "\xff"}})
			return err
		}, "uumit: Transactions.List: invalid request: cursor must be valid UTF-8; status must be valid UTF-8"},
		"an order without id, and an option that is none of a read's": {func() error {
			_, err := h.client.Orders.Get(ctx, "a/b", transport.WithAttempts(0), transport.WithIdempotencyKey("k"))
			return err
		}, "uumit: Orders.Get: invalid request: order_id must be an id as the platform gave it: not empty, no slash, no control character; attempts must be at least 1; idempotency_key is not available for this operation"},
		"a payload that is none": {func() error {
			_, err := h.client.Transactions.Deliver(ctx, uumit.DeliverTransactionRequest{ResultPayload: func() {}}, transport.WithReconcile())
			return err
		}, "uumit: Transactions.Deliver: invalid request: tx_id must be an id as the platform gave it: not empty, no slash, no control character; result_payload must encode as a JSON object; reconcile is not available for this operation"},
		"an order without id":      {func() error { _, err := h.client.Orders.Get(ctx, ""); return err }, "uumit: Orders.Get: invalid request: order_id must be an id"},
		"an order id with a path":  {func() error { _, err := h.client.Orders.Get(ctx, "../wallet"); return err }, "order_id must be an id"},
		"an order id of dots":      {func() error { _, err := h.client.Orders.Confirm(ctx, ".."); return err }, "uumit: Orders.Confirm: invalid request: order_id must be an id"},
		"an order id with a line":  {func() error { _, err := h.client.Orders.Cancel(ctx, "a\nb"); return err }, "uumit: Orders.Cancel: invalid request: order_id must be an id"},
		"waiting for less than no": {func() error { _, err := h.client.Orders.Wait(ctx, uumit.WaitOrderRequest{Interval: -1}); return err }, "uumit: Orders.Wait: invalid request: order_id must be an id as the platform gave it: not empty, no slash, no control character; interval must not be negative"},
		"an empty delivery": {func() error {
			_, err := h.client.Orders.SubmitDeliverables(ctx, uumit.SubmitDeliverablesRequest{})
			return err
		}, "order_id must be an id as the platform gave it: not empty, no slash, no control character; deliverables must hold at least one file"},
		"a delivery of empty files": {func() error {
			_, err := h.client.Orders.SubmitDeliverables(ctx, uumit.SubmitDeliverablesRequest{OrderID: "o", Deliverables: []uumit.Deliverable{{URL: "u", Name: "n"}, {Size: new(int64(-1)), Metadata: []byte("{")}}})
			return err
		}, "uumit: Orders.SubmitDeliverables: invalid request: deliverables[1].url must not be empty; deliverables[1].name must not be empty; deliverables[1].size must not be negative; deliverables[1].metadata must be valid JSON"},
		"orders of page 0": {func() error {
			_, err := h.client.Orders.List(ctx, uumit.ListOrdersRequest{PageRequest: page})
			return err
		}, "uumit: Orders.List: invalid request: " + badPage},
		"all orders of page 0": {func() error {
			for _, err := range h.client.Orders.All(ctx, uumit.ListOrdersRequest{PageRequest: page}) {
				return err
			}
			return nil
		}, "uumit: Orders.List: invalid request: " + badPage},
		"a transaction of nothing": {func() error {
			_, err := h.client.Transactions.Create(ctx, uumit.CreateTransactionRequest{DemandID: new(""), ContextID: new(""), BookedHours: new(0)})
			return err
		}, "uumit: Transactions.Create: invalid request: capability_id must not be empty; demand_id must not be empty; leave it nil; context_id must not be empty; leave it nil; booked_hours must be at least 1"},
		"a transaction without id": {func() error { _, err := h.client.Transactions.Get(ctx, ""); return err }, "tx_id must be an id"},
		"freezing nothing":         {func() error { _, err := h.client.Transactions.Freeze(ctx, ""); return err }, "uumit: Transactions.Freeze: invalid request: tx_id must be an id"},
		"accepting nothing":        {func() error { _, err := h.client.Transactions.Accept(ctx, ""); return err }, "uumit: Transactions.Accept: invalid request: tx_id must be an id"},
		"rejecting nothing":        {func() error { _, err := h.client.Transactions.Reject(ctx, ""); return err }, "uumit: Transactions.Reject: invalid request: tx_id must be an id"},
		"confirming nothing":       {func() error { _, err := h.client.Transactions.Confirm(ctx, "a/b"); return err }, "uumit: Transactions.Confirm: invalid request: tx_id must be an id"},
		"cancelling nothing":       {func() error { _, err := h.client.Transactions.Cancel(ctx, ""); return err }, "uumit: Transactions.Cancel: invalid request: tx_id must be an id"},
		"delivering nothing": {func() error {
			_, err := h.client.Transactions.Deliver(ctx, uumit.DeliverTransactionRequest{})
			return err
		}, "tx_id must be an id as the platform gave it: not empty, no slash, no control character; result_payload must encode as a JSON object"},
		"delivering a list": {func() error {
			_, err := h.client.Transactions.Deliver(ctx, uumit.DeliverTransactionRequest{TransactionID: "t", ResultPayload: []string{"长"}})
			return err
		}, "uumit: Transactions.Deliver: invalid request: result_payload must encode as a JSON object"},
		"delivering a function": {func() error {
			_, err := h.client.Transactions.Deliver(ctx, uumit.DeliverTransactionRequest{TransactionID: "t", ResultPayload: func() {}})
			return err
		}, "result_payload must encode as a JSON object"},
		"transactions of page 0": {func() error {
			_, err := h.client.Transactions.List(ctx, uumit.ListTransactionsRequest{PageRequest: page})
			return err
		}, "uumit: Transactions.List: invalid request: " + badPage},
		"a ledger of page 0": {func() error {
			_, err := h.client.Wallet.Ledger(ctx, uumit.LedgerRequest{PageRequest: page})
			return err
		}, "uumit: Wallet.Ledger: invalid request: " + badPage},
		"a program's name that is no text": {func() error { _, err := h.device.DeviceAuth(ctx, "\xff"); return err }, "agent_platform_type must be valid UTF-8"},
		"polling nothing":                  {func() error { _, err := h.device.PollDeviceAuth(ctx, signing.Secret{}); return err }, "uumit: PollDeviceAuth: invalid request: device_code must not be empty"},
		"waiting for no authorization":     {func() error { _, err := h.device.DeviceAccessToken(ctx, nil); return err }, "uumit: DeviceAccessToken: invalid request: device_code must be that of a started authorization"},
		"waiting for less than nothing": {func() error {
			_, err := h.device.DeviceAccessToken(ctx, &uumit.DeviceAuthorization{Interval: -1})
			return err
		}, "device_code must be that of a started authorization; interval must not be negative"},
		"waiting without a context": {func() error {
			_, err := h.client.Orders.Wait(nil, uumit.WaitOrderRequest{OrderID: "o"}) //nolint:staticcheck // the point of the test
			return err
		}, "uumit: Orders.Wait: invalid request: context must not be nil"},
		"waiting for a person without a context": {func() error {
			_, err := h.device.DeviceAccessToken(nil, authorization()) //nolint:staticcheck // the point of the test
			return err
		}, "uumit: DeviceAccessToken: invalid request: context must not be nil"},
		"no credentials": {func() error { _, err := h.device.Client(uumit.Credentials{}); return err }, "uumit: Client: invalid request: api_key must be set"},
		"an idempotency key of a read": {func() error {
			_, err := h.client.Wallet.Get(ctx, transport.WithIdempotencyKey("k"))
			return err
		}, "idempotency_key is not available"},
		"a path with dots": {func() error { return h.client.Do(ctx, transport.Call{Method: "GET", Path: "/api/../x"}, nil) }, "path must"},
	} {
		t.Run(name, func(t *testing.T) {
			err := tc.call()
			require.ErrorIs(t, err, transport.ErrInvalid)
			assert.ErrorContains(t, err, tc.want)
			assert.NotContains(t, err.Error(), "长")
		})
	}
	assert.Empty(t, h.faults.Requests())
}

func TestIdsAreOpaque(t *testing.T) {
	for _, id := range []string{"550e8400-e29b-41d4-a716-446655440000", "cap_ocr_invoice_v1", "a b", "50%", "%2F", "a?b#c", "单", "...", "a+b", strings.Repeat("x", 300)} {
		h := start(t)
		h.faults.Script(good(`{"id":"x","status":"frozen"}`))
		_, err := h.client.Orders.Get(t.Context(), id)
		require.NoError(t, err, id)
		r, err := http.NewRequest(http.MethodGet, "http://h"+h.faults.Requests()[0].URI, nil)
		require.NoError(t, err)
		assert.Equal(t, "/api/v1/orders/"+id, r.URL.Path)
	}
}

// TestErrorsTellTheNameThatTheClientWasGiven looks at those that the package
// makes itself.
func TestErrorsTellTheNameThatTheClientWasGiven(t *testing.T) {
	h := start(t)
	ctx := t.Context()
	client := h.newClient(t, h.Config(), transport.WithName("shop-eu"))
	device, err := uumit.NewDeviceClient(h.Config(), transport.WithName("shop-eu"), transport.WithClock(h.clock))
	require.NoError(t, err)
	defer device.Close()

	_, err = client.Orders.Wait(ctx, uumit.WaitOrderRequest{OrderID: "o", Interval: -1})
	require.EqualError(t, err, "shop-eu: Orders.Wait: invalid request: interval must not be negative")
	_, err = client.ForUser("")
	require.EqualError(t, err, "shop-eu: ForUser: invalid request: user_id must be set, in printable ASCII without spaces")
	h.faults.Script(good(`{"items":[{"id":"a"}],"next_cursor":"c"}`), good(`{"items":[{"id":"b"}],"next_cursor":"c"}`))
	_, err = count(lists["Orders.All"](ctx, client, uumit.PageRequest{}))
	require.ErrorIs(t, err, transport.ErrMalformed)
	require.ErrorContains(t, err, "shop-eu: Orders.All: ")

	_, err = device.Client(uumit.Credentials{APIKey: signing.NewSecret("k")})
	require.EqualError(t, err, "shop-eu: Client: invalid request: user_id must be set, in printable ASCII without spaces")
	_, err = device.DeviceAccessToken(ctx, nil)
	require.EqualError(t, err, "shop-eu: DeviceAccessToken: invalid request: device_code must be that of a started authorization")
	auth, err := device.DeviceAuth(ctx, uumit.Cursor)
	require.NoError(t, err)
	h.Deny(auth.UserCode.Reveal())
	_, err = device.DeviceAccessToken(ctx, auth)
	require.EqualError(t, err, "shop-eu: DeviceAccessToken: permission denied: the person denied the authorization")
	auth.ExpiresAt = h.clock.Now()
	_, err = device.DeviceAccessToken(ctx, auth)
	require.EqualError(t, err, "shop-eu: DeviceAccessToken: conflict: the device code has expired")
	ended, cancel := context.WithCancel(ctx)
	cancel()
	auth.ExpiresAt = h.clock.Now().Add(time.Minute)
	_, err = device.DeviceAccessToken(ended, auth)
	require.EqualError(t, err, "shop-eu: DeviceAccessToken: context canceled")
	require.EqualError(t, (&uumit.Order{Status: uumit.OrderRejected}).Err(), "uumit: Orders: conflict: the order ended without a delivery (code rejected)", "an order knows its platform only")
}
