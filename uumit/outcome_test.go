package uumit_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
	"github.com/pentagate/pentagate/uumit"
)

func webPage(code int) transporttest.Fault {
	return transporttest.Fault{Status: code, Header: http.Header{"Content-Type": {"text/html"}}, Body: "<html><title>" + http.StatusText(code) + "</title></html>"}
}

// TestTheOutcomeOfTwoAttempts ends the first attempt of a call in one way and
// the second in another, and holds what the caller is told. A refusal of the
// second speaks of the second only, unless it names wrong fields: the first had
// the same.
func TestTheOutcomeOfTwoAttempts(t *testing.T) {
	type end struct {
		name  string
		fault transporttest.Fault
		want  error
		// alone and after tell whether the outcome of a call that changes
		// something is unknown: as the only attempt, and after one that may
		// have been carried out.
		alone, after bool
	}
	platform := transporttest.Status
	ends := []end{
		{"200", good(`{"id":"x-1","status":"frozen"}`), nil, false, false},
		{"400", platform(400, `{"code":1001,"message":"m"}`), transport.ErrInvalid, false, true},
		{"401", platform(401, `{"code":1006,"message":"m"}`), transport.ErrUnauthenticated, false, true},
		{"402", platform(402, `{"code":3001,"message":"m"}`), transport.ErrQuota, false, true},
		{"403", platform(403, `{"code":1003,"message":"m"}`), transport.ErrPermission, false, true},
		{"404", platform(404, `{"code":1004,"message":"m"}`), transport.ErrNotFound, false, true},
		{"409", platform(409, `{"code":4090,"message":"a request with this key is in progress"}`), transport.ErrConflict, false, true},
		{"413", platform(413, `{"code":1001,"message":"m"}`), transport.ErrInvalid, false, true},
		{"422", platform(422, `{"code":1001,"message":"m"}`), transport.ErrInvalid, false, true},
		{"422 that names fields", platform(422, `{"detail":[{"loc":["body","x"],"msg":"m"}]}`), transport.ErrInvalid, false, false},
		{"429", platform(429, `{"code":1009,"message":"m"}`), transport.ErrRateLimited, false, true},
		{"500", platform(500, `{"code":9999,"message":"m"}`), transport.ErrUnavailable, true, true},
		{"503", platform(503, `{"code":9999,"message":"m"}`), transport.ErrUnavailable, true, true},
		{"200 with a conflict", platform(200, `{"code":4001,"message":"m"}`), transport.ErrConflict, false, true},
		{"200 that no document explains", platform(200, `{"code":7001,"message":"m"}`), transport.ErrRejected, false, true},
		{"200 with a failure", platform(200, `{"code":5001,"message":"m"}`), transport.ErrUnavailable, true, true},
		{"HTML with 200", webPage(200), transport.ErrMalformed, true, true},
		{"HTML with 400", webPage(400), transport.ErrMalformed, true, true},
		{"HTML with 401", webPage(401), transport.ErrMalformed, true, true},
		{"HTML with 402", webPage(402), transport.ErrMalformed, true, true},
		{"HTML with 403", webPage(403), transport.ErrMalformed, true, true},
		{"HTML with 404", webPage(404), transport.ErrMalformed, true, true},
		{"HTML with 407", webPage(407), transport.ErrMalformed, true, true},
		{"HTML with 409", webPage(409), transport.ErrMalformed, true, true},
		{"HTML with 413", webPage(413), transport.ErrMalformed, true, true},
		{"HTML with 422", webPage(422), transport.ErrMalformed, true, true},
		{"HTML with 429", webPage(429), transport.ErrRateLimited, false, true},
		{"HTML with 503", webPage(503), transport.ErrUnavailable, true, true},
	}
	firsts := map[string][]transporttest.Fault{
		"none":  nil,
		"lost":  {transporttest.DropAfter()},
		"reset": {transporttest.DropBefore()},
		"502":   {webPage(502)},
	}
	for name, call := range map[string]struct {
		changes bool
		do      func(context.Context, *uumit.Client, ...transport.CallOption) error
	}{
		"Orders.Get": {false, func(ctx context.Context, c *uumit.Client, opts ...transport.CallOption) error {
			_, err := c.Orders.Get(ctx, "x-1", opts...)
			return err
		}},
		"Orders.Create": {true, func(ctx context.Context, c *uumit.Client, opts ...transport.CallOption) error {
			_, err := c.Orders.Create(ctx, uumit.CreateOrderRequest{CapabilityID: "cap-1"}, opts...)
			return err
		}},
		"Orders.Confirm": {true, func(ctx context.Context, c *uumit.Client, opts ...transport.CallOption) error {
			_, err := c.Orders.Confirm(ctx, "x-1", opts...)
			return err
		}},
		"Transactions.Freeze": {true, func(ctx context.Context, c *uumit.Client, opts ...transport.CallOption) error {
			_, err := c.Transactions.Freeze(ctx, "x-1", opts...)
			return err
		}},
	} {
		for first, faults := range firsts {
			t.Run(name+"/"+first, func(t *testing.T) {
				h := start(t)
				for _, second := range ends {
					h.faults.Reset()
					h.faults.Script(append(slices.Clip(faults), second.fault)...)
					err := call.do(t.Context(), h.client, transport.WithAttempts(len(faults)+1))
					assert.Len(t, h.faults.Requests(), len(faults)+1, second.name)
					if second.want == nil {
						assert.NoError(t, err, second.name)
						continue
					}
					e, ok := asError(err)
					require.True(t, ok)
					unknown := second.alone
					if len(faults) > 0 {
						unknown = second.after
					}
					assert.ErrorIs(t, err, second.want, second.name)
					assert.Equal(t, call.changes && unknown, e.OutcomeUnknown, second.name)
				}
			})
		}
		t.Run(name+"/HTML", func(t *testing.T) {
			h := start(t)
			h.faults.Script(webPage(200))
			err := call.do(t.Context(), h.client)
			require.ErrorIs(t, err, transport.ErrMalformed, "a page is no reason to send anything again")
			assert.EqualError(t, err, "uumit: "+name+map[bool]string{true: ": outcome unknown"}[call.changes]+
				`: malformed answer: the answer is not in the platform's form: something in front of it may have sent it: 30 bytes of text/html, titled "OK" (HTTP 200)`)
			assert.Len(t, h.faults.Requests(), 1)
		})
	}
}

// TestAnOrderThatWasMadeIsNeverDenied loses the answer of a create that was
// carried out, and refuses its repeat for reasons of which the first knows
// nothing.
func TestAnOrderThatWasMadeIsNeverDenied(t *testing.T) {
	for name, refusal := range map[string]transporttest.Fault{
		"the key was revoked":       transporttest.Status(401, `{"code":1006,"message":"invalid api key"}`),
		"a firewall":                webPage(403),
		"a permission":              transporttest.Status(403, `{"code":1003,"message":"blocked"}`),
		"a load balancer":           webPage(404),
		"the balance, now frozen":   transporttest.Status(402, `{"code":3001,"message":"balance"}`),
		"the key is in use":         transporttest.Status(409, `{"code":4090,"message":"in progress"}`),
		"a body that is too large":  transporttest.Status(413, ""),
		"a capability that is gone": transporttest.Status(404, `{"code":1004,"message":"gone"}`),
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			offer := h.offer()
			h.faults.Script(transporttest.DropAfter(), refusal)
			_, err := h.client.Orders.Create(t.Context(), uumit.CreateOrderRequest{CapabilityID: offer.ID})
			require.Len(t, h.Orders(), 1, "the order is there, and its price frozen")
			require.ErrorIs(t, err, transport.ErrOutcomeUnknown)

			e, _ := asError(err)
			order, err := h.client.Orders.Create(t.Context(), uumit.CreateOrderRequest{CapabilityID: offer.ID}, transport.WithIdempotencyKey(e.IdempotencyKey))
			require.NoError(t, err, "the key of the error finds it")
			assert.Equal(t, h.Orders()[0].ID, order.ID)
		})
	}
}

func TestAConfirmationThatWasLostCountsAsDone(t *testing.T) {
	confirmed := transporttest.Status(409, `{"code":4501,"message":"already confirmed"}`)
	for name, lost := range map[string]transporttest.Fault{
		"its answer was lost": transporttest.DropAfter(),
		"the proxy failed":    webPage(502),
		"the platform failed": transporttest.Status(200, `{"code":9999,"message":"m"}`),
	} {
		t.Run(name, func(t *testing.T) {
			var logged bytes.Buffer
			h := start(t)
			client := h.newClient(t, h.Config(), transport.WithLogger(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelWarn}))))
			h.faults.Script(lost, confirmed)
			got, err := client.Orders.Confirm(t.Context(), "ord-1")
			require.NoError(t, err)
			assert.True(t, got.AlreadyDone)
			assert.False(t, got.SellerIncome.Valid)
			assert.Empty(t, logged.String(), "observers are told what the caller is")
		})
	}
	for name, tc := range map[string]struct {
		script  []transporttest.Fault
		want    error
		unknown bool
	}{
		"nothing was lost":               {[]transporttest.Fault{confirmed}, transport.ErrConflict, false},
		"the first was not carried out":  {[]transporttest.Fault{transporttest.RateLimited("", "1"), confirmed}, transport.ErrConflict, false},
		"another conflict":               {[]transporttest.Fault{webPage(502), transporttest.Status(409, `{"code":4502,"message":"not delivered"}`)}, transport.ErrConflict, true},
		"a conflict of something else's": {[]transporttest.Fault{webPage(502), webPage(409)}, transport.ErrMalformed, true},
		"the code with a failure":        {[]transporttest.Fault{webPage(502), transporttest.Status(500, `{"code":4501}`), transporttest.Status(500, `{"code":4501}`)}, transport.ErrUnavailable, true},
	} {
		t.Run("not if "+name, func(t *testing.T) {
			h := start(t)
			h.faults.Script(tc.script...)
			_, err := h.client.Orders.Confirm(t.Context(), "ord-1", transport.WithIdempotencyKey("confirm-ord-1"))
			require.ErrorIs(t, err, tc.want)
			e, _ := asError(err)
			assert.Equal(t, tc.unknown, e.OutcomeUnknown)
			assert.Len(t, h.faults.Requests(), len(tc.script))
		})
	}
	t.Run("not of a transaction, for which no code says so", func(t *testing.T) {
		h := start(t)
		h.faults.Script(transporttest.DropAfter(), confirmed)
		_, err := h.client.Transactions.Confirm(t.Context(), "tx-1")
		require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
	})
}
