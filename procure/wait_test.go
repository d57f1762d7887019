package procure_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func TestWaitIntentFollowsAnIntentToItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := procuretest.New(procuretest.WithProcessingTime(10 * time.Second))
		p.AddIntent(procuretest.Intent{ID: "a"})
		client, err := procure.New(procure.DevelopmentCredentials, transport.WithRoundTripper(direct{p}))
		require.NoError(t, err)
		defer client.Close()
		time.AfterFunc(5*time.Second, func() {
			_, err := client.ExecuteIntent(context.Background(), "a")
			assert.NoError(t, err)
		})
		begin := time.Now()
		var seen []procure.Status
		intent, err := client.WaitIntent(t.Context(), procure.WaitIntentRequest{ID: "a", OnChange: func(i procure.Intent) { seen = append(seen, i.Status) }})
		require.NoError(t, err)
		assert.Equal(t, procure.StatusCompleted, intent.Status)
		assert.Equal(t, []procure.Status{procure.StatusSubmitted, procure.StatusProcessing, procure.StatusCompleted}, seen, "each once")
		assert.Equal(t, 16*time.Second, time.Since(begin).Round(time.Millisecond), "a look every 2 seconds")
		assert.Equal(t, 9+1, p.RequestCount())
	})
}

func TestWaitIntentEndsAtOnceWhereThereIsNothingToWaitFor(t *testing.T) {
	for _, status := range []procure.Status{procure.StatusCompleted, procure.StatusFailed, procure.StatusCancelled} {
		h := start(t)
		h.add(status)
		intent, err := h.client.WaitIntent(t.Context(), procure.WaitIntentRequest{ID: "a", Interval: time.Hour})
		require.NoError(t, err)
		assert.Equal(t, status, intent.Status)
		assert.Empty(t, h.clock.Waits())
	}
}

func TestWaitIntentGoesOnThroughUnknownStatuses(t *testing.T) {
	h := start(t)
	h.add(procure.StatusCompleted)
	h.faults.Script(
		transporttest.Status(200, `{"code":0,"data":{"id":"a","status":"REVIEWING"}}`),
		transporttest.Status(500, `{"code":50000}`),
		transporttest.Status(200, `{"code":0,"data":{"id":"a","status":"REVIEWING"}}`),
	)
	var seen []procure.Status
	_, err := h.client.WaitIntent(t.Context(), procure.WaitIntentRequest{ID: "a", Interval: time.Minute, OnChange: func(i procure.Intent) { seen = append(seen, i.Status) }})
	require.NoError(t, err)
	assert.Equal(t, []procure.Status{"REVIEWING", procure.StatusCompleted}, seen)
}

func TestWaitIntentSurvivesOutages(t *testing.T) {
	for name, fault := range map[string]transporttest.Fault{
		"the platform is down":                 {Status: 503},
		"the platform fails":                   transporttest.Status(200, `{"code":50000,"message":"oops"}`),
		"connections break":                    transporttest.DropBefore(),
		"answers are cut":                      transporttest.Truncated(),
		"a login page answers":                 transporttest.HTML(),
		"a load balancer knows no such page":   transporttest.Status(404, "<html><title>404 Not Found</title></html>"),
		"a firewall forbids":                   transporttest.Status(403, "<html><title>403 Forbidden</title></html>"),
		"a proxy asks for credentials":         transporttest.Status(407, ""),
		"the answers are those of others":      transporttest.Status(200, `{"ok":true}`),
		"the answers lack the intent's status": transporttest.Status(200, `{"code":0,"data":{"id":"a"}}`),
		"the rate is limited":                  transporttest.RateLimited("", "30"),
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			h.add(procure.StatusCompleted)
			h.faults.Script(slices.Repeat([]transporttest.Fault{fault}, 20)...)
			intent, err := h.client.WaitIntent(t.Context(), procure.WaitIntentRequest{ID: "a"})
			require.NoError(t, err)
			assert.Equal(t, procure.StatusCompleted, intent.Status)
			assert.Len(t, h.faults.Requests(), 21)
		})
	}
}

func TestWaitIntentStops(t *testing.T) {
	t.Run("with the third refusal by the platform in a row", func(t *testing.T) {
		h := start(t)
		h.add(procure.StatusCompleted)
		no := transporttest.Status(403, `{"code":40301,"message":"no"}`)
		processing := transporttest.Status(200, `{"code":0,"data":{"id":"a","status":"PROCESSING"}}`)
		page := transporttest.Status(404, "<html>")
		h.faults.Script(no, no, processing, no, no, page, no, no, no)
		_, err := h.client.WaitIntent(t.Context(), procure.WaitIntentRequest{ID: "a"})
		require.ErrorIs(t, err, transport.ErrPermission)
		require.EqualError(t, err, "procure: GetIntent: permission denied: no (HTTP 403, code 40301)")
		assert.Len(t, h.faults.Requests(), 9, "a page in between says nothing of the intent")
	})
	t.Run("with an intent that is not there", func(t *testing.T) {
		h := start(t)
		_, err := h.client.WaitIntent(t.Context(), procure.WaitIntentRequest{ID: "a"})
		require.ErrorIs(t, err, transport.ErrNotFound)
		assert.Len(t, h.faults.Requests(), 3)
	})
	t.Run("when the client is closed", func(t *testing.T) {
		h := start(t)
		h.add(procure.StatusProcessing)
		client := h.newClient(t, h.Config())
		_, err := client.WaitIntent(t.Context(), procure.WaitIntentRequest{ID: "a", OnChange: func(procure.Intent) { _ = client.Close() }})
		require.ErrorIs(t, err, transport.ErrClosed)
		assert.Len(t, h.faults.Requests(), 1)
	})
	t.Run("when the context is cancelled", func(t *testing.T) {
		h := start(t)
		h.add(procure.StatusProcessing)
		ctx, cancel := context.WithCancel(t.Context())
		_, err := h.client.WaitIntent(ctx, procure.WaitIntentRequest{ID: "a", OnChange: func(procure.Intent) { cancel() }})
		require.ErrorIs(t, err, context.Canceled)
		assert.EqualError(t, err, "procure: WaitIntent: context canceled")
		assert.Len(t, h.faults.Requests(), 1)
	})
	t.Run("with the context's deadline", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := procuretest.New()
			p.AddIntent(procuretest.Intent{ID: "a"})
			client, err := procure.New(procure.DevelopmentCredentials, transport.WithRoundTripper(direct{p}))
			require.NoError(t, err)
			defer client.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			_, err = client.WaitIntent(ctx, procure.WaitIntentRequest{ID: "a"})
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, 3, p.RequestCount())
		})
	})
}

func TestWaitIntentKeepsWithinTheQueryLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := procuretest.New()
		p.AddIntent(procuretest.Intent{ID: "a"})
		client, err := procure.New(procure.DevelopmentCredentials, transport.WithRoundTripper(direct{p}))
		require.NoError(t, err)
		defer client.Close()
		time.AfterFunc(3*time.Second, func() { p.SetStatus("a", procure.StatusFailed) })
		_, err = client.WaitIntent(t.Context(), procure.WaitIntentRequest{ID: "a", Interval: time.Nanosecond})
		require.NoError(t, err)
		assert.Zero(t, refusals(p))
		assert.LessOrEqual(t, p.RequestCount(), 300)
	})
}
