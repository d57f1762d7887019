package aihuishou_test

import (
	"context"
	"errors"
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
	assert.Equal(t, aihuishou.OrderStatus("melted"), detail.Status, "an answer without a status tells nothing")
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

func TestWaitOrderEndsWithWhatStopsIt(t *testing.T) {
	enough := errors.New("enough")
	t.Run("an error of the callback is returned as it is", func(t *testing.T) {
		h := start(t)
		order := h.order(t)
		_, err := h.client.WaitOrder(t.Context(), aihuishou.WaitOrderRequest{OrderNo: order.OrderNo, OnChange: func(*aihuishou.OrderDetail) error { return enough }})
		assert.Equal(t, enough, err)
	})
	t.Run("an unknown order", func(t *testing.T) {
		h := start(t)
		_, err := h.client.WaitOrder(t.Context(), aihuishou.WaitOrderRequest{OrderNo: "ORD1"})
		assert.EqualError(t, err, "aihuishou: GetOrderDetail: invalid request: 订单不存在 (HTTP 200, code 1004)")
	})
	t.Run("a failure that outlasts the retries", func(t *testing.T) {
		h := start(t)
		h.faults.Always(transporttest.Status(503, ""))
		_, err := h.client.WaitOrder(t.Context(), aihuishou.WaitOrderRequest{OrderNo: "ORD1"})
		require.ErrorIs(t, err, transport.ErrUnavailable)
		assert.Len(t, h.faults.Requests(), 3)
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
