package procure_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// only are the calls whose answer the documents do not describe: the envelope
// alone proves their success.
var only = map[string]bool{"UpdateIntent": true, "DeleteIntent": true, "ExecuteIntent": true}

func TestAnswersOfEveryCall(t *testing.T) {
	for name, tc := range map[string]struct {
		fault    transporttest.Fault
		want     error // nil for success
		thin     error // of the calls that need the envelope only
		requests int   // but 1 of the calls that must not run twice, where it may have run
	}{
		"null data":                                   {transporttest.Status(200, `{"code":0,"message":"success","data":null}`), transport.ErrMalformed, nil, 1},
		"missing data":                                {transporttest.Status(200, `{"code":0,"message":"success"}`), transport.ErrMalformed, nil, 1},
		"an empty object":                             {transporttest.Status(200, `{"code":0,"message":"success","data":{}}`), transport.ErrMalformed, nil, 1},
		"data that is a text":                         {transporttest.Status(200, `{"code":0,"message":"success","data":"ok"}`), transport.ErrMalformed, nil, 1},
		"data of wrong types":                         {transporttest.Status(200, `{"code":0,"data":{"id":[5],"status":[],"quantity":"many","items":7,"createdAt":"SECRET"}}`), transport.ErrMalformed, nil, 1},
		"no code":                                     {transporttest.Status(200, `{"data":{"id":"a","status":"SUBMITTED","items":[]}}`), transport.ErrMalformed, transport.ErrMalformed, 1},
		"a code of null":                              {transporttest.Status(200, `{"code":null,"data":{"id":"a","status":"SUBMITTED","items":[]}}`), transport.ErrMalformed, transport.ErrMalformed, 1},
		"a code that is a word":                       {transporttest.Status(200, `{"code":"OK","data":{"id":"a","status":"SUBMITTED","items":[]}}`), transport.ErrMalformed, transport.ErrMalformed, 1},
		"a list in place of the envelope":             {transporttest.Status(200, `[]`), transport.ErrMalformed, transport.ErrMalformed, 1},
		"null in place of the envelope":               {transporttest.Status(200, `null`), transport.ErrMalformed, transport.ErrMalformed, 1},
		"an empty body":                               {transporttest.Status(200, ``), transport.ErrMalformed, transport.ErrMalformed, 1},
		"an empty body with 202":                      {transporttest.Status(202, ``), transport.ErrMalformed, transport.ErrMalformed, 1},
		"204":                                         {transporttest.Status(204, ``), transport.ErrMalformed, nil, 1},
		"a page with 200":                             {transporttest.HTML(), transport.ErrMalformed, transport.ErrMalformed, 1},
		"broken JSON":                                 {transporttest.Garbage(), transport.ErrMalformed, transport.ErrMalformed, 1},
		"HTTP 200 with a code of 400":                 {transporttest.Status(200, `{"code":40001,"message":"m","data":{"field":"f","reason":"r"}}`), transport.ErrInvalid, transport.ErrInvalid, 1},
		"HTTP 200 with a code of 401":                 {transporttest.Status(200, `{"code":40101,"message":"m","data":null}`), transport.ErrUnauthenticated, transport.ErrUnauthenticated, 1},
		"HTTP 200 with a code of 403":                 {transporttest.Status(200, `{"code":40301,"message":"m"}`), transport.ErrPermission, transport.ErrPermission, 1},
		"HTTP 200 with a code of 404":                 {transporttest.Status(200, `{"code":"40401","message":"m"}`), transport.ErrNotFound, transport.ErrNotFound, 1},
		"HTTP 200 with a code of 409":                 {transporttest.Status(200, `{"code":40901,"message":null}`), transport.ErrConflict, transport.ErrConflict, 1},
		"HTTP 200 with a code of 500":                 {transporttest.Status(200, `{"code":50000,"message":7}`), transport.ErrUnavailable, transport.ErrUnavailable, 3},
		"HTTP 200 with a code beyond":                 {transporttest.Status(200, `{"code":9999999}`), transport.ErrUnavailable, transport.ErrUnavailable, 3},
		"HTTP 400 with a code of 500":                 {transporttest.Status(400, `{"code":50000}`), transport.ErrUnavailable, transport.ErrUnavailable, 3},
		"HTTP 400 that says busy":                     {transporttest.Status(400, `{"code":1234,"message":"系统繁忙，请稍后重试"}`), transport.ErrUnavailable, transport.ErrUnavailable, 3},
		"HTTP 400 for a time-out that is a parameter": {transporttest.Status(400, `{"code":40001,"message":"timeout must be a number"}`), transport.ErrInvalid, transport.ErrInvalid, 1},
		"HTTP 401 with a code of -1":                  {transporttest.Status(401, `{"code":-1,"message":"m"}`), transport.ErrUnauthenticated, transport.ErrUnauthenticated, 1},
		"HTTP 503 with a code of 429":                 {transporttest.Status(503, `{"code":42901}`), transport.ErrUnavailable, transport.ErrUnavailable, 3},
		"HTTP 200 with a code of 429":                 {transporttest.Status(200, `{"code":42901}`), transport.ErrRateLimited, transport.ErrRateLimited, 3},
		"HTTP 429":                                    {transporttest.Status(429, `Too Many Requests`), transport.ErrRateLimited, transport.ErrRateLimited, 3},
		"HTTP 400 with a code of 429":                 {transporttest.Status(400, `{"code":42901}`), transport.ErrRateLimited, transport.ErrRateLimited, 3},
		"HTTP 404 with a page":                        {transporttest.Status(404, `<html>not here`), transport.ErrMalformed, transport.ErrMalformed, 1},
		"HTTP 403 with a bare message":                {transporttest.Status(403, `{"statusCode":403,"message":"IP not allowed"}`), transport.ErrMalformed, transport.ErrMalformed, 1},
		"HTTP 401 with an empty body":                 {transporttest.Status(401, ``), transport.ErrMalformed, transport.ErrMalformed, 1},
		"HTTP 400 with a code in words":               {transporttest.Status(400, `{"code":"BLOCKED"}`), transport.ErrMalformed, transport.ErrMalformed, 1},
		"HTTP 407":                                    {transporttest.Status(407, `{"code":40701,"message":"m"}`), transport.ErrMalformed, transport.ErrMalformed, 1},
		"HTTP 418":                                    {transporttest.Status(418, `{"code":41801,"message":"m"}`), transport.ErrRejected, transport.ErrRejected, 1},
		"HTTP 200 with a code of 418":                 {transporttest.Status(200, `{"code":41801,"message":"m"}`), transport.ErrRejected, transport.ErrRejected, 1},
		"a code of no documented rule":                {transporttest.Status(200, `{"code":1234,"message":"商品已下架"}`), transport.ErrRejected, transport.ErrRejected, 1},
		"a code of one digit":                         {transporttest.Status(200, `{"code":7}`), transport.ErrRejected, transport.ErrRejected, 1},
		"a code of two hundred":                       {transporttest.Status(200, `{"code":200,"message":"ok","data":{"id":"a","status":"SUBMITTED","items":[]}}`), transport.ErrRejected, transport.ErrRejected, 1},
		"a code of -1":                                {transporttest.Status(200, `{"code":-1,"message":"m"}`), transport.ErrUnavailable, transport.ErrUnavailable, 3},
		"a code of 500":                               {transporttest.Status(200, `{"code":500,"message":"m"}`), transport.ErrUnavailable, transport.ErrUnavailable, 3},
		"a code that says busy in words":              {transporttest.Status(200, `{"code":1234,"message":"系统繁忙，请稍后重试"}`), transport.ErrUnavailable, transport.ErrUnavailable, 3},
		"a code that says it took too long":           {transporttest.Status(200, `{"code":1,"message":"upstream request timeout"}`), transport.ErrUnavailable, transport.ErrUnavailable, 3},
		"HTTP 500 with a page":                        {transporttest.Status(500, `<html>`), transport.ErrUnavailable, transport.ErrUnavailable, 3},
		"HTTP 404 with a code of success":             {transporttest.Status(404, `{"code":0,"message":"success","data":{"id":"a","status":"SUBMITTED"}}`), transport.ErrNotFound, transport.ErrNotFound, 1},
		"HTTP 302":                                    {transporttest.Redirect(302, "/login"), transport.ErrRedirect, transport.ErrRedirect, 1},
		"unknown fields, words and null":              {transporttest.Status(200, `{"code":0,"message":null,"more":1,"data":{"id":"a","status":"SHIPPED","platform":"EBAY","price":null,"quantity":null,"totalAmount":null,"createdAt":null,"cancelledAt":null,"title":null,"extra":{"a":[1]},"items":[{"id":"a","status":"SHIPPED"}],"total":null,"timestamp":null,"uptime":null}}`), nil, nil, 1},
		"numbers as texts":                            {transporttest.Status(200, `{"code":"0","data":{"id":"a","status":"healthy","price":"99.90","quantity":"2","totalAmount":"199.8","items":[],"total":"3","page":"1","pageSize":"20","totalPages":"1","uptime":"1.5"}}`), nil, nil, 1},
		"names in another case":                       {transporttest.Status(200, `{"CODE":"OK","Code":40001,"code":0,"DATA":null,"data":{"ID":"b","id":"a","status":"DRAFT","items":[]},"Data":[]}`), nil, nil, 1},
		"a byte order mark":                           {transporttest.Status(200, "\ufeff"+`{"code":0,"data":{"id":"a","status":"DRAFT","items":[]}}`), nil, nil, 1},
		"a created status for any success":            {transporttest.Status(201, `{"code":0,"data":{"id":"a","status":"SUBMITTED","items":[]}}`), nil, nil, 1},
	} {
		for call, do := range calls {
			t.Run(name+" for "+call, func(t *testing.T) {
				h := start(t)
				h.add(procure.StatusSubmitted)
				tc.fault.Date = now // so that no 401 looks like a wrong clock
				h.faults.Always(tc.fault)
				want := tc.want
				switch {
				case call == "DeleteIntent" && strings.HasPrefix(name, "an empty body"):
					want = nil // the usual answer to a DELETE
				case only[call]:
					want = tc.thin
				}
				got, err := do(t.Context(), h.client)
				if want == nil {
					require.NoError(t, err)
					if intent, ok := got.(*procure.Intent); ok {
						assert.Equal(t, "a", intent.ID)
					}
					return
				}
				require.ErrorIs(t, err, want)
				assert.Nil(t, got)
				assert.NotContains(t, err.Error(), "SECRET")
				open := errors.Is(want, transport.ErrMalformed) || errors.Is(want, transport.ErrUnavailable) || errors.Is(want, transport.ErrRedirect)
				assert.Equal(t, open && !reading[call], isUnknown(err), "outcome unknown")
				requests := tc.requests
				if open && (call == "CreateIntent" || call == "ExecuteIntent") {
					requests = 1 // it may have run
				}
				assert.Len(t, h.faults.Requests(), requests)
			})
		}
	}
}

func TestAnswersAreReadInFull(t *testing.T) {
	h := start(t)
	// As "Procure API, data structures" shows it, with and without milliseconds.
	const whole = `{"id":"intent_67890","status":"COMPLETED","userId":"user_001","platform":"JD","productUrl":"https://item.jd.com/1.html","title":"手机",
		"price":8999,"quantity":2,"totalAmount":17998,"recipientName":"张三","address":"北京市朝阳区","phone":"13800138000","remarks":"轻放",
		"createdAt":"2026-02-25T10:00:00Z","updatedAt":"2026-02-25T11:30:00.123+08:00","cancelledAt":"2026-02-25T12:00:00.000Z","orderNo":"X-1"}`
	h.faults.Script(transporttest.Status(200, `{"code":0,"message":"success","data":`+whole+`}`))
	intent, err := h.client.GetIntent(t.Context(), "intent_67890")
	require.NoError(t, err)
	assert.Equal(t, procure.StatusCompleted, intent.Status)
	assert.Equal(t, procure.JD, intent.Platform)
	assert.Equal(t, "8999", intent.Price.String())
	assert.Equal(t, "17998", intent.TotalAmount.String())
	assert.EqualValues(t, 2, intent.Quantity)
	assert.Equal(t, "轻放", intent.Remarks.Reveal())
	assert.Equal(t, time.Date(2026, 2, 25, 10, 0, 0, 0, time.UTC), intent.CreatedAt)
	assert.True(t, time.Date(2026, 2, 25, 3, 30, 0, 123e6, time.UTC).Equal(intent.UpdatedAt))
	assert.Equal(t, time.Date(2026, 2, 25, 12, 0, 0, 0, time.UTC), *intent.CancelledAt)
	assert.JSONEq(t, whole, string(intent.Raw.Bytes()))

	t.Run("who buys what is masked in JSON", func(t *testing.T) {
		encoded, err := json.Marshal(intent)
		require.NoError(t, err)
		assert.JSONEq(t, `{"id":"intent_67890","status":"COMPLETED","userId":"[redacted]","platform":"JD","productUrl":"[redacted]","title":"[redacted]",
			"price":"8999","quantity":2,"totalAmount":"17998","recipientName":"[redacted]","address":"[redacted]","phone":"[redacted]","remarks":"[redacted]",
			"createdAt":"2026-02-25T10:00:00Z","updatedAt":"2026-02-25T11:30:00.123+08:00","cancelledAt":"2026-02-25T12:00:00Z"}`, string(encoded))
	})
	t.Run("Reveal gives what came", func(t *testing.T) {
		var got []string
		for _, text := range []transport.Personal{intent.UserID, intent.ProductURL, intent.Title, intent.RecipientName, intent.Address, intent.Phone, intent.Remarks} {
			got = append(got, text.Reveal())
		}
		assert.Equal(t, []string{"user_001", "https://item.jd.com/1.html", "手机", "张三", "北京市朝阳区", "13800138000", "轻放"}, got)
	})
	t.Run("a thin answer is kept as it is", func(t *testing.T) {
		h.faults.Script(transporttest.Status(200, `{"code":0,"data":true}`), transporttest.Status(200, `{"code":0,"data":{"executionId":"e1"}}`))
		intent, err := h.client.ExecuteIntent(t.Context(), "a")
		require.NoError(t, err)
		assert.Equal(t, procure.Intent{ID: "a", Raw: transport.NewRaw([]byte("true"))}, *intent)
		intent, err = h.client.ExecuteIntent(t.Context(), "a")
		require.NoError(t, err)
		assert.Equal(t, procure.Intent{ID: "a", Raw: transport.NewRaw([]byte(`{"executionId":"e1"}`))}, *intent)
	})
	t.Run("an exact price of many digits", func(t *testing.T) {
		h.faults.Script(transporttest.Status(200, `{"code":0,"data":{"id":"a","status":"DRAFT","price":0.1000000000000000055511151231257827,"quantity":9007199254740993}}`))
		intent, err := h.client.GetIntent(t.Context(), "a")
		require.NoError(t, err)
		assert.Equal(t, "0.1000000000000000055511151231257827", intent.Price.String())
		assert.EqualValues(t, 9007199254740993, intent.Quantity)
	})
}

func TestTerminalStatuses(t *testing.T) {
	for status, want := range map[procure.Status]bool{
		procure.StatusDraft: false, procure.StatusSubmitted: false, procure.StatusProcessing: false,
		procure.StatusCompleted: true, procure.StatusFailed: true, procure.StatusCancelled: true,
		"SHIPPED": false, "": false,
	} {
		assert.Equal(t, want, status.Terminal(), strings.ToLower(string(status)))
	}
}

// A platform that is busy may have created the intent, whatever its status.
func TestABusyPlatformLeavesACreateOpenUnderEveryStatus(t *testing.T) {
	for _, status := range []int{400, 403, 409, 422} {
		for _, body := range []string{`{"code":500,"message":"系统繁忙，请稍后重试"}`, `{"code":-1,"message":"下单超时"}`} {
			h := start(t)
			h.faults.Script(transporttest.Status(status, body))
			_, err := h.client.CreateIntent(t.Context(), sample)
			require.ErrorIs(t, err, transport.ErrUnavailable, "%d %s", status, body)
			require.ErrorIs(t, err, transport.ErrOutcomeUnknown, "%d %s", status, body)
		}
	}
}
