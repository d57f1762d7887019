package aihuishou_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func TestWaitOrderFollowsAnOrder(t *testing.T) {
	h := startPlatform(t, []aihuishoutest.Option{aihuishoutest.WithProgress(24 * time.Hour)})
	order := h.order(t)
	var seen []aihuishou.OrderStatus
	detail, err := h.client.WaitOrder(t.Context(), aihuishou.WaitOrderRequest{
		OrderNo:  order.OrderNo,
		Until:    []aihuishou.OrderStatus{"cancelled", aihuishoutest.StatusCompleted},
		Interval: time.Hour,
		OnChange: func(d *aihuishou.OrderDetail) error {
			seen = append(seen, d.Status)
			return nil
		},
	})
	require.NoError(t, err)
	assert.Equal(t, aihuishoutest.StatusCompleted, detail.Status)
	assert.NotNil(t, detail.InspectionResult)
	assert.Equal(t, []aihuishou.OrderStatus{"pending_send", "inspecting", "completed"}, seen, "told once for each change")
	assert.WithinDuration(t, now.Add(48*time.Hour), h.clock.Now(), time.Hour+time.Minute, "the time is the client's clock's")
	assert.InDelta(t, 49, len(h.faults.Requests()), 3, "one look an hour")
}

func TestWaitOrderWithoutStatusesEndsAtTheFirstUnknownOne(t *testing.T) {
	h := start(t)
	look := func(data string) transporttest.Fault {
		return transporttest.Status(200, `{"code":0,"data":`+data+`}`)
	}
	h.faults.Script(look(`{"status":"pending_send"}`), look(`{}`), look(`{"status":"pending_send"}`), look(`{"status":"melted"}`))
	detail, err := h.client.WaitOrder(t.Context(), aihuishou.WaitOrderRequest{OrderNo: "ORD1"})
	require.NoError(t, err)
	assert.Equal(t, aihuishou.OrderStatus("melted"), detail.Status, "an answer without a status is none")
	assert.Len(t, h.faults.Requests(), 4)
	assert.GreaterOrEqual(t, h.clock.Waited(), 90*time.Second, "30 seconds between looks")
}

func TestWaitOrderTellsOfMoreThanTheStatus(t *testing.T) {
	h := start(t)
	for _, data := range []string{
		`{"status":"a"}`,
		`{"status":"a","user_name":"李四"}`,
		`{"status":"a","logistics_status":"sent"}`,
		`{"status":"a","logistics_status":"sent","inspection_result":{"conclusion":"ok"}}`,
		`{"status":"a","logistics_status":"sent","inspection_result":{"conclusion":"better"}}`,
		`{"status":"b"}`,
	} {
		h.faults.Script(transporttest.Status(200, `{"code":0,"data":`+data+`}`))
	}
	told := 0
	_, err := h.client.WaitOrder(t.Context(), aihuishou.WaitOrderRequest{OrderNo: "ORD1", Until: []aihuishou.OrderStatus{"b"}, OnChange: func(*aihuishou.OrderDetail) error {
		told++
		return nil
	}})
	require.NoError(t, err)
	assert.Equal(t, 4, told)
}

// TestWaitOrderOutlastsWhatPasses: an order takes days, in which a platform and
// what stands in front of it fail more than once.
func TestWaitOrderOutlastsWhatPasses(t *testing.T) {
	twenty := func(f transporttest.Fault) []transporttest.Fault { return slices.Repeat([]transporttest.Fault{f}, 20) }
	for name, faults := range map[string][]transporttest.Fault{
		"a busy system":            twenty(busy),
		"the words of one":         twenty(transporttest.Status(200, `{"code":7,"msg":"服务异常"}`)),
		"HTTP 503":                 twenty(transporttest.Status(503, "")),
		"a page with HTTP 200":     twenty(page(200)),
		"a page with HTTP 403":     twenty(page(403)),
		"a page with HTTP 404":     twenty(page(404)),
		"a page with HTTP 413":     twenty(page(413)),
		"a lost connection":        twenty(transporttest.DropBefore()),
		"HTTP 429":                 twenty(transporttest.RateLimited("", "2")),
		"an order that is nothing": twenty(transporttest.Status(200, `{"code":0,"data":[]}`)),
		"two refusals in a row":    {other, other, busy, other, other},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, transport.WithDefaultAttempts(1))
			h.faults.Script(faults...)
			h.faults.Script(transporttest.Status(200, `{"code":0,"data":{"status":"melted"}}`))
			detail, err := h.client.WaitOrder(t.Context(), aihuishou.WaitOrderRequest{OrderNo: "ORD1"})
			require.NoError(t, err)
			assert.Equal(t, aihuishou.OrderStatus("melted"), detail.Status)
			assert.Len(t, h.faults.Requests(), len(faults)+1)
		})
	}
}

func TestWaitOrderEndsWithWhatStopsIt(t *testing.T) {
	enough := errors.New("enough")
	t.Run("an error of the callback is returned as it is", func(t *testing.T) {
		h := start(t)
		order := h.order(t)
		_, err := h.client.WaitOrder(t.Context(), aihuishou.WaitOrderRequest{OrderNo: order.OrderNo, OnChange: func(*aihuishou.OrderDetail) error { return enough }})
		assert.Equal(t, enough, err)
	})
	t.Run("an error of the callback that is one of another call", func(t *testing.T) {
		h := start(t)
		order := h.order(t)
		h.faults.Reset()
		busy := &transport.Error{Provider: "other", Kind: transport.ErrUnavailable}
		_, err := h.client.WaitOrder(t.Context(), aihuishou.WaitOrderRequest{OrderNo: order.OrderNo, OnChange: func(*aihuishou.OrderDetail) error { return busy }})
		assert.Same(t, busy, err)
		assert.Len(t, h.faults.Requests(), 1)
	})
	t.Run("an unknown order, when the platform has said so three times", func(t *testing.T) {
		h := start(t)
		_, err := h.client.WaitOrder(t.Context(), aihuishou.WaitOrderRequest{OrderNo: "ORD1"})
		assert.EqualError(t, err, "aihuishou: GetOrderDetail: not found: 订单不存在 (HTTP 200, code 1004)")
		assert.Len(t, h.faults.Requests(), 3)
		assert.GreaterOrEqual(t, h.clock.Waited(), time.Minute)
	})
	t.Run("a refusal that no document explains, three times", func(t *testing.T) {
		h := start(t)
		h.faults.Always(transporttest.Status(200, `{"code":7}`))
		_, err := h.client.WaitOrder(t.Context(), aihuishou.WaitOrderRequest{OrderNo: "ORD1"})
		require.ErrorIs(t, err, transport.ErrRejected)
		assert.Len(t, h.faults.Requests(), 3)
	})
	t.Run("the client", func(t *testing.T) {
		h := start(t)
		order := h.order(t)
		_, err := h.client.WaitOrder(t.Context(), aihuishou.WaitOrderRequest{OrderNo: order.OrderNo, OnChange: func(*aihuishou.OrderDetail) error { return h.client.Close() }})
		require.ErrorIs(t, err, transport.ErrClosed)
	})
	t.Run("a request that cannot be sent", func(t *testing.T) {
		h := start(t)
		_, err := h.client.WaitOrder(t.Context(), aihuishou.WaitOrderRequest{OrderNo: "ORD\xff"})
		require.ErrorIs(t, err, transport.ErrInvalid)
		_, err = h.client.WaitOrder(nil, aihuishou.WaitOrderRequest{OrderNo: "ORD1"}) //nolint:staticcheck // the point of the test
		assert.ErrorContains(t, err, "context must not be nil")
		assert.Empty(t, h.faults.Requests())
	})
	t.Run("the context, in the middle of a wait", func(t *testing.T) {
		h := start(t)
		order := h.order(t)
		ctx, cancel := context.WithCancelCause(t.Context())
		_, err := h.client.WaitOrder(ctx, aihuishou.WaitOrderRequest{OrderNo: order.OrderNo, OnChange: func(*aihuishou.OrderDetail) error {
			cancel(enough)
			return nil
		}})
		require.ErrorIs(t, err, context.Canceled)
		assert.EqualError(t, err, "aihuishou: WaitOrder: context canceled")
	})
}

func TestAWaitTellsTheNameThatTheClientWasGiven(t *testing.T) {
	h := start(t, transport.WithName("shop-eu"))
	_, err := h.client.WaitOrder(t.Context(), aihuishou.WaitOrderRequest{})
	require.EqualError(t, err, "shop-eu: WaitOrder: invalid request: order_no must not be empty")
	order := h.order(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err = h.client.WaitOrder(ctx, aihuishou.WaitOrderRequest{
		OrderNo:  order.OrderNo,
		OnChange: func(*aihuishou.OrderDetail) error { cancel(); return nil },
	})
	require.EqualError(t, err, "shop-eu: WaitOrder: context canceled")
}
