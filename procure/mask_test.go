package procure_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/internal/leaks"
	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// shown are the texts that may be printed, and why.
var shown = map[string]string{
	"Intent.ID":                    "an id is of no use without the App's secret",
	"UpdateIntentRequest.ID":       "an id",
	"WaitIntentRequest.ID":         "an id",
	"Intent.Status":                "a word",
	"Intent.Platform":              "a word",
	"CreateIntentRequest.Platform": "a word",
	"ListIntentsRequest.Status":    "a word",
	"ListIntentsRequest.Platform":  "a word",
	"ListIntentsRequest.SortBy":    "a word",
	"ListIntentsRequest.Order":     "a word",
	"Health.Status":                "about the platform",
	"Health.Service":               "about the platform",
	"Health.Uptime":                "a number",
}

// TestNoTypePrintsPersonalText covers types that come later as well.
func TestNoTypePrintsPersonalText(t *testing.T) {
	types, found := leaks.In(shown, procure.Client{})
	assert.Contains(t, types, "Intent", "the types of calls are found")
	assert.Empty(t, found)
}

func TestARequestPrintsAsJSONWithMasks(t *testing.T) {
	create := sample
	create.Remarks = new("轻放")
	change := procure.UpdateIntentRequest{ID: "a", Quantity: new(int64(2)), Phone: new("13800138000"), Remarks: new("")}
	list := procure.ListIntentsRequest{PageSize: new(5), Status: procure.StatusDraft, UserID: "user_001", StartDate: now}
	for _, tc := range []struct {
		request any
		want    string
	}{
		{create, `{"userId":"[redacted]","platform":"TAOBAO","productUrl":"[redacted]","title":"[redacted]","price":99.99,"quantity":1,` +
			`"recipientName":"[redacted]","address":"[redacted]","phone":"[redacted]","remarks":"[redacted]"}`},
		{change, `{"id":"a","quantity":2,"phone":"[redacted]","remarks":""}`},
		{list, `{"Page":null,"PageSize":5,"Status":"DRAFT","UserID":"[redacted]","Platform":"","StartDate":"2026-02-01T00:00:00Z",` +
			`"EndDate":"0001-01-01T00:00:00Z","SortBy":"","Order":""}`},
		{procure.ListIntentsRequest{StartDate: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, `null`},
		{procure.CreateIntentRequest{Price: decimal.New(1, 1<<30)}, `{"userId":"","platform":"","productUrl":"","title":"","price":0,"quantity":0,` +
			`"recipientName":"","address":"","phone":""}`},
	} {
		assert.Equal(t, tc.want, fmt.Sprint(tc.request))
		encoded, err := json.Marshal(tc.request)
		require.NoError(t, err)
		assert.Equal(t, tc.want, string(encoded))
		var logged bytes.Buffer
		slog.New(slog.NewJSONHandler(&logged, nil)).Info("", "request", tc.request)
		assert.Contains(t, logged.String(), `"request":`+tc.want)
	}
	assert.Equal(t, "13800138000", *change.Phone, "the request stays as it is")
}

// A client of two that its owner tells apart by name says which one it is, also
// in errors that no request was sent for.
func TestErrorsCarryTheNameOfTheClient(t *testing.T) {
	h := start(t, transport.WithName("procure-b"))
	ctx := t.Context()
	_, err := h.client.GetIntent(ctx, "none")
	require.ErrorContains(t, err, "procure-b: GetIntent: not found")
	_, err = h.client.GetIntent(ctx, "")
	require.ErrorContains(t, err, "procure-b: GetIntent: invalid request: id must be")
	_, err = h.client.WaitIntent(ctx, procure.WaitIntentRequest{ID: "a", Interval: -1})
	require.ErrorContains(t, err, "procure-b: WaitIntent: invalid request: interval must not be negative")
	h.faults.Script(transporttest.Status(200, `{"code":0,"data":{"items":[{"id":"a"}],"total":5,"totalPages":1}}`))
	for _, err = range h.client.Intents(ctx, procure.ListIntentsRequest{}) {
		if err != nil {
			break
		}
	}
	require.ErrorContains(t, err, "procure-b: ListIntents: malformed answer: the platform told 5 items and gave 1")
}

// Goods must not be sent to a mask that came back from a log.
func TestAMaskedRequestIsNotSent(t *testing.T) {
	h := start(t)
	for _, change := range []procure.UpdateIntentRequest{
		{ID: "a", RecipientName: new("张三")}, {ID: "a", Address: new("北京市朝阳区")}, {ID: "a", Remarks: new("轻放")},
	} {
		logged := procure.UpdateIntentRequest{ID: "a"}
		text, err := json.Marshal(change)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &logged))
		_, err = h.client.UpdateIntent(t.Context(), logged)
		require.ErrorIs(t, err, transport.ErrInvalid)
		require.ErrorContains(t, err, "must be the text itself, not its mask")
	}
	_, err := h.client.ListIntents(t.Context(), procure.ListIntentsRequest{UserID: "[redacted]"})
	require.ErrorContains(t, err, "userId must be the text itself, not its mask")
	assert.Zero(t, h.RequestCount())
}
