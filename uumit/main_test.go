package uumit_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
	"github.com/pentagate/pentagate/uumit"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// now is the time at which the tests' clocks begin.
var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// clients are a client with an API key, and one for device authorization.
type clients struct {
	*uumit.Client
	device *uumit.DeviceClient
}

// harness is clients of a fake platform, with faults in between. Clients and
// platform share a clock that begins at now and waits in no time.
type harness struct {
	*uumittest.Server
	client *uumit.Client
	device *uumit.DeviceClient
	faults *transporttest.Faults
	clock  *transporttest.Clock
}

func (h *harness) clients() clients { return clients{h.client, h.device} }

func start(t *testing.T, opts ...uumittest.Option) *harness {
	t.Helper()
	h := &harness{clock: transporttest.NewClock(now)}
	h.Server = uumittest.NewServer(append([]uumittest.Option{
		uumittest.WithClock(h.clock.Now),
		uumittest.WithMiddleware(func(next http.Handler) http.Handler {
			h.faults = transporttest.NewFaults(next)
			return h.faults
		}),
	}, opts...)...)
	t.Cleanup(h.Close)
	h.client = h.newClient(t, h.Config())
	device, err := uumit.NewDeviceClient(uumit.Config{BaseURL: h.URL}, transport.WithClock(h.clock))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, device.Close()) })
	h.device = device
	return h
}

func (h *harness) newClient(t *testing.T, config uumit.Config, opts ...transport.Option) *uumit.Client {
	t.Helper()
	client, err := uumit.New(config, append([]transport.Option{transport.WithClock(h.clock)}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// offer seeds a capability of 12.50 UT.
func (h *harness) offer() uumittest.Capability {
	return h.AddCapability(uumittest.Capability{Title: "Translate a contract", Tags: []string{"翻译"}, PriceUT: price})
}

// seller returns the client of who sells an offer.
func (h *harness) seller(t *testing.T, offer uumittest.Capability) *uumit.Client {
	t.Helper()
	seller, err := h.client.ForUser(offer.SellerID)
	require.NoError(t, err)
	return seller
}

var price = decimal.RequireFromString("12.50")

// callCase is a typed call, with what an answer to it looks like.
type callCase struct {
	name string
	// writes tells that the call carries an Idempotency-Key.
	writes bool
	// data is a good answer's data, and needed tells that null is none.
	data   string
	needed bool
	do     func(context.Context, clients, ...transport.CallOption) error
}

// calls are all typed calls.
var calls = []callCase{
	{"DeviceAuth", false, `{"device_code":"dc_test","user_code":"A1B2C3D4","verification_url":"https://a2a.uupt.work/link","expires_in":600,"interval":5,"agent_platform_type":"cursor"}`, true,
		func(ctx context.Context, c clients, opts ...transport.CallOption) error {
			_, err := c.device.DeviceAuth(ctx, uumit.Cursor, opts...)
			return err
		}},
	{"PollDeviceAuth", false, `{"status":"approved","api_key":"uuagent_sk_test","user_id":"550e8400-e29b-41d4-a716-446655440000","agent_platform_type":"cursor"}`, true,
		func(ctx context.Context, c clients, opts ...transport.CallOption) error {
			_, err := c.device.PollDeviceAuth(ctx, signing.NewSecret("dc_test"), opts...)
			return err
		}},
	{"Capabilities.Search", false, `{"items":[{"id":"cap-1","title":"t","price_ut":"12.50"}]}`, false,
		func(ctx context.Context, c clients, opts ...transport.CallOption) error {
			_, err := c.Capabilities.Search(ctx, uumit.SearchRequest{Query: "翻译 a b&c", Limit: new(5)}, opts...)
			return err
		}},
	{"Orders.Create", true, `{"id":"ord-1","status":"frozen"}`, true,
		func(ctx context.Context, c clients, opts ...transport.CallOption) error {
			_, err := c.Orders.Create(ctx, uumit.CreateOrderRequest{CapabilityID: "cap-1", DemandDescription: new("d <张三> & Co")}, opts...)
			return err
		}},
	{"Orders.Get", false, `{"id":"ord-1","status":"delivered"}`, true,
		func(ctx context.Context, c clients, opts ...transport.CallOption) error {
			_, err := c.Orders.Get(ctx, "ord-1", opts...)
			return err
		}},
	{"Orders.Confirm", true, `{"seller_income":"11.25"}`, false,
		func(ctx context.Context, c clients, opts ...transport.CallOption) error {
			_, err := c.Orders.Confirm(ctx, "ord-1", opts...)
			return err
		}},
	{"Orders.Cancel", true, `{"id":"ord-1","status":"cancelled"}`, false,
		func(ctx context.Context, c clients, opts ...transport.CallOption) error {
			_, err := c.Orders.Cancel(ctx, "ord-1", opts...)
			return err
		}},
	{"Orders.SubmitDeliverables", true, `{"id":"ord-1","status":"delivered","review_id":"r-1","status_url":"/s"}`, false,
		func(ctx context.Context, c clients, opts ...transport.CallOption) error {
			_, err := c.Orders.SubmitDeliverables(ctx, uumit.SubmitDeliverablesRequest{OrderID: "ord-1", Type: uumit.DeliverableDigital,
				Deliverables: []uumit.Deliverable{{URL: "https://oss.uumit.com/a.pdf", Name: "合同.pdf", Size: new(int64(7)), ContentType: "application/pdf"}}}, opts...)
			return err
		}},
	{"Orders.List", false, `{"items":[{"id":"ord-1","status":"frozen"}],"total":1,"page":1,"page_size":20,"has_more":false}`, false,
		func(ctx context.Context, c clients, opts ...transport.CallOption) error {
			_, err := c.Orders.List(ctx, uumit.ListOrdersRequest{Role: uumit.Seller, Status: uumit.OrderRework, PageRequest: uumit.PageRequest{Page: new(2), PageSize: new(50)}}, opts...)
			return err
		}},
	{"Transactions.Create", true, `{"id":"tx-1","status":"pending_freeze","price_ut":"12.50"}`, true,
		func(ctx context.Context, c clients, opts ...transport.CallOption) error {
			_, err := c.Transactions.Create(ctx, uumit.CreateTransactionRequest{CapabilityID: "cap-1", DemandID: new("dem-1"), ContextID: new("ctx-1"), BookedHours: new(2)}, opts...)
			return err
		}},
	{"Transactions.Get", false, `{"id":"tx-1","status":"frozen"}`, true,
		func(ctx context.Context, c clients, opts ...transport.CallOption) error {
			_, err := c.Transactions.Get(ctx, "tx-1", opts...)
			return err
		}},
	{"Transactions.List", false, `{"items":[{"id":"tx-1","status":"frozen"}],"next_cursor":null,"has_more":false}`, false,
		func(ctx context.Context, c clients, opts ...transport.CallOption) error {
			_, err := c.Transactions.List(ctx, uumit.ListTransactionsRequest{Role: uumit.Buyer, Status: uumit.TransactionFrozen, PageRequest: uumit.PageRequest{Cursor: "c/1"}}, opts...)
			return err
		}},
	{"Transactions.Freeze", true, `{"id":"tx-1","status":"frozen"}`, false, step(func(c clients) stepFunc { return c.Transactions.Freeze })},
	{"Transactions.Accept", true, `{"id":"tx-1","status":"accepted"}`, false, step(func(c clients) stepFunc { return c.Transactions.Accept })},
	{"Transactions.Reject", true, `{"id":"tx-1","status":"rejected_by_seller"}`, false, step(func(c clients) stepFunc { return c.Transactions.Reject })},
	{"Transactions.Deliver", true, `{"id":"tx-1","status":"delivered"}`, false,
		func(ctx context.Context, c clients, opts ...transport.CallOption) error {
			_, err := c.Transactions.Deliver(ctx, uumit.DeliverTransactionRequest{TransactionID: "tx-1", ResultPayload: map[string]any{"text": "<b>"}}, opts...)
			return err
		}},
	{"Transactions.Confirm", true, `{"id":"tx-1","status":"settled"}`, false, step(func(c clients) stepFunc { return c.Transactions.Confirm })},
	{"Transactions.Cancel", true, `{"id":"tx-1","status":"cancelled_by_buyer"}`, false, step(func(c clients) stepFunc { return c.Transactions.Cancel })},
	{"Wallet.Get", false, `{"ut":{"available":"1500.00","frozen":"200.00","total":"1700.00"},"cash":{"available":"0.00","frozen":"0.00","total":"0.00"}}`, true,
		func(ctx context.Context, c clients, opts ...transport.CallOption) error {
			_, err := c.Wallet.Get(ctx, opts...)
			return err
		}},
	{"Wallet.Ledger", false, `{"items":[{"id":"l-1","type":"income","amount":"1.00"}],"total":1,"page":1,"page_size":20,"has_more":false}`, false,
		func(ctx context.Context, c clients, opts ...transport.CallOption) error {
			_, err := c.Wallet.Ledger(ctx, uumit.LedgerRequest{Type: "income", PageRequest: uumit.PageRequest{Page: new(1), PageSize: new(100)}}, opts...)
			return err
		}},
	{"Wallet.Rates", false, `{"cash_to_ut_rate":"100"}`, true,
		func(ctx context.Context, c clients, opts ...transport.CallOption) error {
			_, err := c.Wallet.Rates(ctx, opts...)
			return err
		}},
}

type stepFunc func(context.Context, string, ...transport.CallOption) (*uumit.Transaction, error)

func step(of func(clients) stepFunc) func(context.Context, clients, ...transport.CallOption) error {
	return func(ctx context.Context, c clients, opts ...transport.CallOption) error {
		_, err := of(c)(ctx, "tx-1", opts...)
		return err
	}
}

// envelope is a good answer with this data.
func envelope(data string) string {
	return `{"code":0,"message":"success","data":` + data + `,"timestamp":1710000000}`
}

func good(data string) transporttest.Fault { return transporttest.Status(200, envelope(data)) }

// noAnswer is a connection on which nothing comes back.
type noAnswer struct{}

func (noAnswer) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("no answer")
}

// always is a platform that has one answer to everything.
type always string

func (a always) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	return &http.Response{
		StatusCode:    http.StatusOK,
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{"Content-Type": {"application/json"}},
		Body:          io.NopCloser(strings.NewReader(string(a))),
		ContentLength: int64(len(a)),
		Request:       r,
	}, nil
}
