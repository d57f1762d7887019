package uumit_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
	"github.com/pentagate/pentagate/uumit"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

func status(word string) transporttest.Fault {
	return good(`{"id":"ord-1","status":"` + word + `"}`)
}

// TestWaitStopsOnTheseStates goes through the states of "UUMit Python quick
// start, Order status" and those of task orders.
func TestWaitStopsOnTheseStates(t *testing.T) {
	for word, failed := range map[string]bool{
		"delivered": false, "confirmed": false, "settled": false, "completed": false,
		"failed": true, "cancelled": true, "rejected": true,
	} {
		t.Run(word, func(t *testing.T) {
			h := start(t)
			var seen []uumit.OrderStatus
			h.faults.Script(status("pending"), status("frozen"), status("frozen"), status("accepted"), status("pending_delivery"), status("rework"), status("on_the_moon"), status(word))
			order, err := h.client.Orders.Wait(t.Context(), uumit.WaitOrderRequest{OrderID: "ord-1", OnChange: func(o *uumit.Order) { seen = append(seen, o.Status) }})
			require.NoError(t, err)
			assert.Equal(t, uumit.OrderStatus(word), order.Status)
			assert.Equal(t, failed, order.Err() != nil)
			assert.Equal(t, failed, order.Status.Failed())
			assert.Equal(t, !failed, order.Status.Delivered())
			assert.Equal(t, []uumit.OrderStatus{"pending", "frozen", "accepted", "pending_delivery", "rework", "on_the_moon", uumit.OrderStatus(word)}, seen)
			assert.Equal(t, 70*time.Second, h.clock.Waited(), "10 seconds between two reads")
		})
	}
}

func TestWaitKeepsItsInterval(t *testing.T) {
	h := start(t, uumittest.WithOrderPace(time.Minute), uumittest.WithPendingOrders())
	order, err := h.client.Orders.Create(t.Context(), uumit.CreateOrderRequest{CapabilityID: h.offer().ID})
	require.NoError(t, err)
	assert.Equal(t, uumit.OrderPending, order.Status)
	order, err = h.client.Orders.Wait(t.Context(), uumit.WaitOrderRequest{OrderID: order.ID, Interval: 90 * time.Second})
	require.NoError(t, err)
	assert.Equal(t, uumit.OrderDelivered, order.Status)
	assert.Equal(t, []time.Duration{90 * time.Second, 90 * time.Second}, h.clock.Waits())
}

func TestWaitEndsWithTheContext(t *testing.T) {
	h := start(t)
	h.faults.Always(status("frozen"))
	ctx, cancel := context.WithCancel(t.Context())
	_, err := h.client.Orders.Wait(ctx, uumit.WaitOrderRequest{OrderID: "ord-1", OnChange: func(*uumit.Order) { cancel() }})
	require.ErrorIs(t, err, context.Canceled)
	_, isOurs := asError(err)
	assert.True(t, isOurs)
	assert.Len(t, h.faults.Requests(), 1)

	_, err = h.client.Orders.Wait(ctx, uumit.WaitOrderRequest{OrderID: "ord-1"})
	require.ErrorIs(t, err, context.Canceled)
	assert.Len(t, h.faults.Requests(), 1)
}

// A wait of hours outlives what happens on the way meanwhile.
func TestWaitOutlivesOutagesAndForeignAnswers(t *testing.T) {
	h := start(t)
	down := transporttest.Status(503, "")
	page := transporttest.Status(403, "<html><title>Blocked</title></html>")
	h.faults.Script(status("frozen"), down, down, down, down, down, down, page, page, page, page,
		transporttest.Garbage(), transporttest.HTML(), transporttest.Status(404, `{"detail":"Not Found"}`), transporttest.RateLimited("", "90"), status("delivered"))
	order, err := h.client.Orders.Wait(t.Context(), uumit.WaitOrderRequest{OrderID: "ord-1"})
	require.NoError(t, err)
	assert.Equal(t, uumit.OrderDelivered, order.Status)
	assert.Len(t, h.faults.Requests(), 16)
}

func TestWaitEndsWithTheThirdRefusalInARow(t *testing.T) {
	h := start(t)
	gone := transporttest.Status(404, `{"code":1004,"message":"gone"}`)
	h.faults.Script(gone, gone, status("frozen"), gone, gone, gone)
	_, err := h.client.Orders.Wait(t.Context(), uumit.WaitOrderRequest{OrderID: "ord-1"})
	require.ErrorIs(t, err, transport.ErrNotFound)
	assert.Len(t, h.faults.Requests(), 6)
}

func TestWaitEndsWithTheClient(t *testing.T) {
	h := start(t)
	h.faults.Always(status("frozen"))
	client, err := uumit.New(h.Config())
	require.NoError(t, err)
	_, err = client.Orders.Wait(t.Context(), uumit.WaitOrderRequest{OrderID: "ord-1", OnChange: func(*uumit.Order) {
		time.AfterFunc(10*time.Millisecond, func() { assert.NoError(t, client.Close()) })
	}})
	require.ErrorIs(t, err, transport.ErrClosed)
}

// TestTheStatesOfAnOrder takes an order through all its states by hand.
func TestTheStatesOfAnOrder(t *testing.T) {
	h := start(t, uumittest.WithPendingOrders())
	order, err := h.client.Orders.Create(t.Context(), uumit.CreateOrderRequest{CapabilityID: h.offer().ID})
	require.NoError(t, err)
	states := []uumit.OrderStatus{order.Status}
	for range 5 {
		h.AdvanceOrder(order.ID)
		order, err = h.client.Orders.Get(t.Context(), order.ID)
		require.NoError(t, err)
		states = append(states, order.Status)
	}
	assert.Equal(t, []uumit.OrderStatus{uumit.OrderPending, uumit.OrderFrozen, uumit.OrderAccepted, uumit.OrderDelivered, uumit.OrderConfirmed, uumit.OrderSettled}, states)
	for _, end := range []string{uumittest.OrderFailed, uumittest.OrderCancelled} {
		order, err := h.client.Orders.Create(t.Context(), uumit.CreateOrderRequest{CapabilityID: h.offer().ID})
		require.NoError(t, err)
		h.SetOrderStatus(order.ID, end)
		order, err = h.client.Orders.Wait(t.Context(), uumit.WaitOrderRequest{OrderID: order.ID})
		require.NoError(t, err)
		require.ErrorIs(t, order.Err(), transport.ErrConflict)
	}
}
