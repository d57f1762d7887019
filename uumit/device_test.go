package uumit_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
	"github.com/pentagate/pentagate/uumit"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

const (
	approved = `{"code":0,"message":"success","data":{"status":"approved","api_key":"uuagent_sk_test","user_id":"u-1"}}`
	pending  = `{"code":4801,"message":"authorization_pending","data":{"status":"pending"}}`
)

// authorization is a started one that ends ten minutes from now.
func authorization() *uumit.DeviceAuthorization {
	return &uumit.DeviceAuthorization{DeviceCode: signing.NewSecret("dc_test"), ExpiresAt: now.Add(10 * time.Minute), Interval: 5 * time.Second}
}

func TestADeviceAuthorizationEndsInAClient(t *testing.T) {
	h := start(t)
	ctx := t.Context()
	auth, err := h.device.DeviceAuth(ctx, "")
	require.NoError(t, err)
	assert.Len(t, auth.DeviceCode.Reveal(), 40)
	assert.Len(t, auth.UserCode.Reveal(), 8)
	assert.Equal(t, uumit.CustomMCP, auth.AgentPlatform)
	assert.Equal(t, []string{auth.UserCode.Reveal()}, h.UserCodes())

	poll, err := h.device.PollDeviceAuth(ctx, auth.DeviceCode)
	require.NoError(t, err)
	assert.Equal(t, &uumit.DevicePoll{Status: uumit.DevicePending}, poll)
	h.Approve(auth.UserCode.Reveal(), "")
	credentials, err := h.device.DeviceAccessToken(ctx, auth)
	require.NoError(t, err)
	assert.Equal(t, h.User("").ID, credentials.UserID)
	assert.Equal(t, h.URL, credentials.BaseURL)

	client, err := h.device.Client(*credentials)
	require.NoError(t, err)
	_, err = client.Wallet.Get(ctx)
	require.NoError(t, err)
	_, err = h.newClient(t, credentials.Config()).Wallet.Get(ctx)
	require.NoError(t, err)
	other, err := client.ForUser(h.AddUser(uumittest.User{}).ID)
	require.NoError(t, err)
	_, err = other.Wallet.Get(ctx)
	require.NoError(t, err, "the key acts for every linked user")
	unlinked, err := client.ForUser(h.AddUser(uumittest.User{Unlinked: true}).ID)
	require.NoError(t, err)
	_, err = unlinked.Wallet.Get(ctx)
	require.ErrorIs(t, err, transport.ErrPermission)

	require.NoError(t, h.device.Close())
	_, err = client.Wallet.Get(ctx)
	require.ErrorIs(t, err, transport.ErrClosed)
}

func TestADeniedAuthorization(t *testing.T) {
	h := start(t)
	auth, err := h.device.DeviceAuth(t.Context(), uumit.OpenClaw)
	require.NoError(t, err)
	h.Deny(auth.UserCode.Reveal())
	_, err = h.device.DeviceAccessToken(t.Context(), auth)
	require.ErrorIs(t, err, uumit.ErrAccessDenied)
	require.ErrorIs(t, err, transport.ErrPermission)
	assert.EqualError(t, err, "uumit: DeviceAccessToken: permission denied: the person denied the authorization")
}

func TestAnExpiredAuthorization(t *testing.T) {
	t.Run("the platform says so", func(t *testing.T) {
		h := start(t)
		auth, err := h.device.DeviceAuth(t.Context(), uumit.Cursor)
		require.NoError(t, err)
		h.Advance(10 * time.Minute)
		_, err = h.device.DeviceAccessToken(t.Context(), auth)
		require.ErrorIs(t, err, uumit.ErrExpiredToken)
		require.ErrorIs(t, err, transport.ErrConflict)
		assert.Len(t, h.faults.Requests(), 2)
	})
	t.Run("our clock says so while the platform still waits", func(t *testing.T) {
		h := start(t)
		h.faults.Always(transporttest.Status(200, pending))
		_, err := h.device.DeviceAccessToken(t.Context(), authorization())
		require.ErrorIs(t, err, uumit.ErrExpiredToken)
		assert.Equal(t, 10*time.Minute, h.clock.Now().Sub(now))
		assert.Len(t, h.faults.Requests(), 120)
	})
	t.Run("it was over before", func(t *testing.T) {
		h := start(t)
		h.clock.Advance(11 * time.Minute)
		_, err := h.device.DeviceAccessToken(t.Context(), authorization())
		require.ErrorIs(t, err, uumit.ErrExpiredToken)
		assert.Empty(t, h.faults.Requests())
	})
	t.Run("the platform was away all the time", func(t *testing.T) {
		h := start(t)
		h.faults.Always(transporttest.Status(503, ""))
		_, err := h.device.DeviceAccessToken(t.Context(), authorization())
		require.ErrorIs(t, err, uumit.ErrExpiredToken)
		require.ErrorIs(t, err, transport.ErrUnavailable)
		assert.ErrorContains(t, err, "the device code has expired; the last poll failed: uumit: PollDeviceAuth: unavailable")
	})
}

// TestAKeyIsNeverThrownAway holds that an answer with a key in it is approval,
// whatever its status, code and words: the documents do not say that a key can
// be had twice.
func TestAKeyIsNeverThrownAway(t *testing.T) {
	for name, tc := range map[string]struct {
		status int
		body   string
		user   string
	}{
		"as documented":                  {200, approved, "u-1"},
		"without the word":               {200, `{"code":0,"data":{"api_key":"uuagent_sk_test","user_id":"u-1"}}`, "u-1"},
		"another word":                   {200, `{"code":0,"data":{"status":"success","api_key":"uuagent_sk_test","user_id":"u-1"}}`, "u-1"},
		"the word in capitals":           {200, `{"code":0,"data":{"status":"APPROVED","api_key":"uuagent_sk_test","user_id":"u-1"}}`, "u-1"},
		"the word for waiting":           {200, `{"code":4801,"message":"authorization_pending","data":{"status":"pending","api_key":"uuagent_sk_test","user_id":"u-1"}}`, "u-1"},
		"the other name of the user":     {200, `{"code":0,"data":{"status":"approved","api_key":"uuagent_sk_test","platform_user_id":"u-1"}}`, "u-1"},
		"both names of the user":         {200, `{"code":0,"data":{"status":"approved","api_key":"uuagent_sk_test","user_id":"u-1","platform_user_id":"u-2"}}`, "u-1"},
		"an empty name beside the other": {200, `{"code":0,"data":{"status":"approved","api_key":"uuagent_sk_test","user_id":"","platform_user_id":"u-2"}}`, "u-2"},
		"a number for the user":          {200, `{"code":0,"data":{"status":"approved","api_key":"uuagent_sk_test","user_id":9007199254740993}}`, "9007199254740993"},
		"no user":                        {200, `{"code":0,"data":{"status":"approved","api_key":"uuagent_sk_test"}}`, ""},
		"a user that is none":            {200, `{"code":0,"data":{"status":"approved","api_key":"uuagent_sk_test","user_id":{}}}`, ""},
		"an odd code":                    {200, `{"code":1,"message":"m","data":{"api_key":"uuagent_sk_test","user_id":"u-1"}}`, "u-1"},
		"a code that is no number":       {200, `{"code":"ok","data":{"api_key":"uuagent_sk_test","user_id":"u-1"}}`, "u-1"},
		"no code":                        {200, `{"data":{"api_key":"uuagent_sk_test","user_id":"u-1"}}`, "u-1"},
		"no envelope":                    {200, `{"api_key":"uuagent_sk_test","user_id":"u-1"}`, "u-1"},
		"the key beside its data":        {200, `{"code":0,"api_key":"uuagent_sk_test","data":{"user_id":"u-1"}}`, "u-1"},
		"HTTP 201":                       {201, approved, "u-1"},
		"HTTP 400":                       {400, approved, "u-1"},
		"HTTP 400 and no envelope":       {400, `{"api_key":"uuagent_sk_test","user_id":"u-1"}`, "u-1"},
		"HTTP 403":                       {403, approved, "u-1"},
		"HTTP 429":                       {429, approved, "u-1"},
		"HTTP 500":                       {500, approved, "u-1"},
		"a byte order mark":              {200, "\xef\xbb\xbf" + approved, "u-1"},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			h.faults.Script(transporttest.Status(tc.status, tc.body))
			h.faults.Always(transporttest.Status(400, `{"code":4805,"message":"the code was used"}`))
			credentials, err := h.device.DeviceAccessToken(t.Context(), authorization())
			require.NoError(t, err)
			assert.Equal(t, "uuagent_sk_test", credentials.APIKey.Reveal())
			assert.Equal(t, tc.user, credentials.UserID)
			assert.Equal(t, h.URL, credentials.BaseURL)
			assert.Len(t, h.faults.Requests(), 1)
			if tc.user == "" {
				_, err := h.device.Client(*credentials)
				assert.EqualError(t, err, "uumit: Client: invalid request: user_id must be set, in printable ASCII without spaces")
				assert.Equal(t, "&{[redacted]   "+h.URL+"}", fmt.Sprint(credentials))
			}
		})
	}
}

// TestWhatAPollSays holds the rules for answers without a key, of which the
// documents name only some fields: the words count, whatever code and status.
func TestWhatAPollSays(t *testing.T) {
	for name, tc := range map[string]struct {
		fault    transporttest.Fault
		status   uumit.DeviceStatus
		interval time.Duration
		err      error
	}{
		"approved without a key":                 {transporttest.Status(200, `{"code":0,"data":{"status":"approved","user_id":"u-1"}}`), "", 0, transport.ErrMalformed},
		"approved with an empty key":             {transporttest.Status(200, `{"code":0,"data":{"status":"Approved","api_key":"","user_id":"u-1"}}`), "", 0, transport.ErrMalformed},
		"code 0 and nothing":                     {transporttest.Status(200, `{"code":0,"data":null}`), "", 0, transport.ErrMalformed},
		"code 0 and data of another kind":        {transporttest.Status(200, `{"code":0,"data":"approved"}`), "", 0, transport.ErrMalformed},
		"pending":                                {transporttest.Status(200, pending), uumit.DevicePending, 0, nil},
		"pending in capitals":                    {transporttest.Status(200, `{"code":4801,"data":{"status":" PENDING"}}`), uumit.DevicePending, 0, nil},
		"pending with HTTP 400":                  {transporttest.Status(400, pending), uumit.DevicePending, 0, nil},
		"pending with code 0":                    {transporttest.Status(200, `{"code":0,"data":{"status":"pending"}}`), uumit.DevicePending, 0, nil},
		"pending by its code":                    {transporttest.Status(200, `{"code":4801,"message":"wait"}`), uumit.DevicePending, 0, nil},
		"pending by its message":                 {transporttest.Status(400, `{"code":1,"message":"authorization_pending"}`), uumit.DevicePending, 0, nil},
		"pending by its error":                   {transporttest.Status(400, `{"code":1,"error":"authorization_pending"}`), uumit.DevicePending, 0, nil},
		"pending as RFC 8628 has it":             {transporttest.Status(400, `{"error":"authorization_pending"}`), uumit.DevicePending, 0, nil},
		"pending by its code, with another word": {transporttest.Status(200, `{"code":4801,"data":{"status":"scanned"}}`), "scanned", 0, nil},
		"pending with another interval":          {transporttest.Status(200, `{"code":4801,"data":{"status":"pending","interval":12}}`), uumit.DevicePending, 12 * time.Second, nil},
		"pending with an interval as text":       {transporttest.Status(200, `{"code":4801,"data":{"status":"pending","interval":"12"}}`), uumit.DevicePending, 12 * time.Second, nil},
		"pending with an interval of 0":          {transporttest.Status(200, `{"code":4801,"data":{"status":"pending","interval":0}}`), uumit.DevicePending, 0, nil},
		"pending with an interval of words":      {transporttest.Status(200, `{"code":4801,"data":{"status":"pending","interval":"x"}}`), uumit.DevicePending, 0, nil},
		"slow down by its message":               {transporttest.Status(400, `{"code":4804,"message":"slow_down"}`), uumit.DeviceSlowDown, 0, nil},
		"slow down by its error":                 {transporttest.Status(400, `{"code":4804,"error":"SLOW_DOWN","data":{"interval":10}}`), uumit.DeviceSlowDown, 10 * time.Second, nil},
		"slow down, which is pending too":        {transporttest.Status(400, `{"code":4801,"message":"slow_down","data":{"status":"pending"}}`), uumit.DeviceSlowDown, 0, nil},
		"slow down with HTTP 429":                {transporttest.Status(429, `{"code":4804,"message":"slow_down"}`), uumit.DeviceSlowDown, 0, nil},
		"denied":                                 {transporttest.Status(200, `{"code":4803,"data":{"status":"denied"}}`), uumit.DeviceDenied, 0, nil},
		"denied with HTTP 403":                   {transporttest.Status(403, `{"code":4803,"data":{"status":"denied"}}`), uumit.DeviceDenied, 0, nil},
		"denied by its message":                  {transporttest.Status(200, `{"code":4803,"message":"access_denied","data":null}`), uumit.DeviceDenied, 0, nil},
		"denied by its error code":               {transporttest.Status(200, `{"code":4000,"error_code":"ACCESS_DENIED","message":"no"}`), uumit.DeviceDenied, 0, nil},
		"expired with HTTP 410":                  {transporttest.Status(410, `{"code":4802,"data":{"status":"expired"}}`), uumit.DeviceExpired, 0, nil},
		"expired by its message":                 {transporttest.Status(200, `{"code":4802,"message":"expired_token","data":null}`), uumit.DeviceExpired, 0, nil},
		"expired by its error in the data":       {transporttest.Status(400, `{"code":4802,"data":{"error":"expired_token"}}`), uumit.DeviceExpired, 0, nil},
		"expired by its detail":                  {transporttest.Status(400, `{"detail":"expired_token"}`), uumit.DeviceExpired, 0, nil},
		"denied by something in front":           {transporttest.Status(403, `{"error":"access_denied"}`), "", 0, transport.ErrMalformed},
		"an unknown word":                        {transporttest.Status(200, `{"code":0,"data":{"status":"scanned"}}`), "scanned", 0, nil},
		"an unknown word and a failure":          {transporttest.Status(400, `{"code":1001,"data":{"status":"odd"}}`), "", 0, transport.ErrInvalid},
		"an unknown device code":                 {transporttest.Status(404, `{"code":1004,"message":"not found","data":null}`), "", 0, transport.ErrNotFound},
		"too many polls":                         {transporttest.RateLimited(pending, "7"), "", 0, transport.ErrRateLimited},
		"HTML":                                   {transporttest.HTML(), "", 0, transport.ErrMalformed},
		"nothing":                                {transporttest.Status(200, ""), "", 0, transport.ErrMalformed},
		"the platform failed":                    {transporttest.Status(500, "oops"), "", 0, transport.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			h.faults.Always(tc.fault)
			poll, err := h.device.PollDeviceAuth(t.Context(), signing.NewSecret("dc_test"))
			assert.Len(t, h.faults.Requests(), 1)
			if tc.err != nil {
				require.ErrorIs(t, err, tc.err)
				assert.NotContains(t, err.Error(), "dc_test")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tc.status, poll.Status)
			assert.Equal(t, tc.interval, poll.Interval)
			assert.True(t, poll.Credentials.APIKey.IsZero())
		})
	}
}

// What a poll says is what observers are told: a person who has not confirmed
// yet is no failure.
func TestAPendingPollIsNoFailureToObservers(t *testing.T) {
	var logged bytes.Buffer
	h := start(t)
	device, err := uumit.NewDeviceClient(uumit.Config{BaseURL: h.URL}, transport.WithClock(h.clock),
		transport.WithLogger(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelWarn}))))
	require.NoError(t, err)
	defer device.Close()
	h.faults.Script(transporttest.Status(400, pending))
	_, err = device.PollDeviceAuth(t.Context(), signing.NewSecret("dc_test"))
	require.NoError(t, err)
	assert.Empty(t, logged.String())
}

// TestThePaceOfPolling holds the waits between polls.
func TestThePaceOfPolling(t *testing.T) {
	const sec = time.Second
	limited := func(after string) []transporttest.Fault {
		f := transporttest.RateLimited("", after)
		return []transporttest.Fault{f, f, f}
	}
	wait := transporttest.Status(200, pending)
	slow := transporttest.Status(400, `{"code":4804,"message":"slow_down"}`)
	for name, tc := range map[string]struct {
		script []transporttest.Fault
		waits  []time.Duration
	}{
		"the interval":                            {[]transporttest.Fault{wait, wait}, []time.Duration{5 * sec, 5 * sec, 5 * sec}},
		"a new interval holds from then on":       {[]transporttest.Fault{transporttest.Status(200, `{"code":4801,"data":{"status":"pending","interval":12}}`), wait}, []time.Duration{5 * sec, 12 * sec, 12 * sec}},
		"a shorter one does not":                  {[]transporttest.Fault{transporttest.Status(200, `{"code":4801,"data":{"status":"pending","interval":1}}`), wait}, []time.Duration{5 * sec, 5 * sec, 5 * sec}},
		"slow down adds five seconds for good":    {[]transporttest.Fault{transporttest.Status(200, `{"code":0,"data":{"status":"slow_down"}}`), transporttest.Status(200, `{"code":0,"data":{"status":"pending"}}`)}, []time.Duration{5 * sec, 10 * sec, 10 * sec}},
		"and five more each time":                 {[]transporttest.Fault{slow, slow, wait}, []time.Duration{5 * sec, 10 * sec, 15 * sec, 15 * sec}},
		"an interval does not take them back":     {[]transporttest.Fault{transporttest.Status(200, `{"code":0,"data":{"status":"slow_down","interval":5}}`), transporttest.Status(200, `{"code":0,"data":{"status":"pending","interval":5}}`)}, []time.Duration{5 * sec, 10 * sec, 10 * sec}},
		"unless it is longer":                     {[]transporttest.Fault{transporttest.Status(200, `{"code":0,"data":{"status":"slow_down","interval":30}}`), wait}, []time.Duration{5 * sec, 30 * sec, 30 * sec}},
		"the interval is kept after a failure":    {[]transporttest.Fault{slow, transporttest.Status(502, "<html>"), wait}, []time.Duration{5 * sec, 10 * sec, 10 * sec, 10 * sec}},
		"no answer doubles it until there is one": {[]transporttest.Fault{transporttest.DropAfter(), transporttest.DropAfter(), wait}, []time.Duration{5 * sec, 10 * sec, 20 * sec, 5 * sec}},
		"Retry-After, by the client and after it": {limited("7"), []time.Duration{5 * sec, 7 * sec, 7 * sec, 7 * sec}},
		"a 429 that names no time":                {limited(""), []time.Duration{5 * sec, 5 * sec, 5 * sec, 5 * sec}},
		"a wait too long for a retry":             {[]transporttest.Fault{transporttest.RateLimited("", "90")}, []time.Duration{5 * sec, 90 * sec}},
		"an unknown word":                         {[]transporttest.Fault{transporttest.Status(200, `{"code":0,"data":{"status":"scanned"}}`)}, []time.Duration{5 * sec, 5 * sec}},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			h.faults.Script(tc.script...)
			h.faults.Always(transporttest.Status(200, approved))
			credentials, err := h.device.DeviceAccessToken(t.Context(), authorization())
			require.NoError(t, err)
			assert.Equal(t, "u-1", credentials.UserID)
			assert.Equal(t, tc.waits, h.clock.Waits())
		})
	}
	t.Run("it goes on when the platform was away", func(t *testing.T) {
		h := start(t)
		down := transporttest.Status(503, "")
		h.faults.Script(wait, down, down, down, transporttest.DropAfter())
		h.faults.Always(transporttest.Status(200, approved))
		_, err := h.device.DeviceAccessToken(t.Context(), authorization())
		require.NoError(t, err)
		assert.Len(t, h.faults.Requests(), 6)
	})
	t.Run("it goes on whatever something in front of the platform answers", func(t *testing.T) {
		h := start(t)
		page := func(status int) transporttest.Fault {
			return transporttest.Fault{Status: status, Body: "<html><title>Blocked</title></html>", Header: http.Header{"Content-Type": {"text/html"}}}
		}
		h.faults.Script(page(200), page(403), page(404), page(407), page(409), page(302), transporttest.Garbage(), transporttest.Status(200, ""),
			transporttest.Status(404, `{"detail":"Not Found"}`), transporttest.Status(403, `{"error":"access_denied"}`), transporttest.Truncated())
		h.faults.Always(transporttest.Status(200, approved))
		_, err := h.device.DeviceAccessToken(t.Context(), authorization())
		require.NoError(t, err)
		assert.Len(t, h.faults.Requests(), 12)
	})
	t.Run("it ends with the third refusal by the platform in a row", func(t *testing.T) {
		h := start(t)
		refusal := transporttest.Status(404, `{"code":1004,"message":"no such code"}`)
		h.faults.Script(refusal, refusal, wait, refusal, refusal, transporttest.Status(503, ""), refusal, refusal)
		h.faults.Always(refusal)
		_, err := h.device.DeviceAccessToken(t.Context(), authorization())
		require.ErrorIs(t, err, transport.ErrNotFound)
		assert.Len(t, h.faults.Requests(), 9)
	})
	t.Run("it ends with the client", func(t *testing.T) {
		h := start(t)
		device, err := uumit.NewDeviceClient(uumit.Config{BaseURL: h.URL})
		require.NoError(t, err)
		time.AfterFunc(10*time.Millisecond, func() { assert.NoError(t, device.Close()) })
		a := authorization()
		a.ExpiresAt = time.Time{}
		_, err = device.DeviceAccessToken(t.Context(), a)
		require.ErrorIs(t, err, transport.ErrClosed)
		assert.EqualError(t, err, "uumit: DeviceAccessToken: client closed")
	})
	t.Run("a pause that outlasts the codes is not waited for", func(t *testing.T) {
		h := start(t)
		h.faults.Always(transporttest.RateLimited("", "86400"))
		_, err := h.device.DeviceAccessToken(t.Context(), authorization())
		require.ErrorIs(t, err, uumit.ErrExpiredToken)
		require.ErrorIs(t, err, transport.ErrRateLimited)
		assert.Equal(t, 10*time.Minute, h.clock.Now().Sub(now))
	})
	t.Run("it ends with the context", func(t *testing.T) {
		h := start(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := h.device.DeviceAccessToken(ctx, authorization())
		require.ErrorIs(t, err, context.Canceled)
		assert.Empty(t, h.faults.Requests())
	})
	t.Run("an authorization kept elsewhere takes the documented times", func(t *testing.T) {
		h := start(t)
		h.faults.Always(wait)
		_, err := h.device.DeviceAccessToken(t.Context(), &uumit.DeviceAuthorization{DeviceCode: signing.NewSecret("dc_test")})
		require.ErrorIs(t, err, uumit.ErrExpiredToken)
		assert.Equal(t, 10*time.Minute, h.clock.Now().Sub(now))
		assert.Len(t, h.faults.Requests(), 120)
	})
}

func TestTheStartOfADeviceAuthorization(t *testing.T) {
	for name, tc := range map[string]struct {
		data     string
		complete string
		expires  time.Duration
		interval time.Duration
	}{
		"the address with the code in it": {`{"device_code":"d","user_code":"A 1","verification_url":"https://a/l","verification_url_complete":"https://a/l/A","expires_in":60,"interval":2}`, "https://a/l/A", time.Minute, 2 * time.Second},
		"an address with a query":         {`{"device_code":"d","user_code":"A 1","verification_url":"https://a/l?x=1"}`, "https://a/l?x=1&user_code=A+1", 10 * time.Minute, 5 * time.Second},
		"times in quotes":                 {`{"device_code":"d","user_code":"A","verification_url":"https://a/l","expires_in":"60","interval":"7"}`, "https://a/l?user_code=A", time.Minute, 7 * time.Second},
		"times of null":                   {`{"device_code":"d","user_code":"A","verification_url":"https://a/l","expires_in":null,"interval":null}`, "https://a/l?user_code=A", 10 * time.Minute, 5 * time.Second},
		"times of 0":                      {`{"device_code":"d","user_code":"A","verification_url":"https://a/l","expires_in":0,"interval":0}`, "https://a/l?user_code=A", 10 * time.Minute, 5 * time.Second},
		"parts of a second":               {`{"device_code":"d","user_code":"A","verification_url":"https://a/l","expires_in":60.5,"interval":5.5}`, "https://a/l?user_code=A", 10 * time.Minute, 5 * time.Second},
		"codes that are numbers":          {`{"device_code":20240828001234567890,"user_code":123456,"verification_url":"https://a/l","expires_in":60,"interval":5}`, "https://a/l?user_code=123456", time.Minute, 5 * time.Second},
		"times that make no sense":        {`{"device_code":"d","user_code":"A","verification_url":"https://a/l","expires_in":-1,"interval":1e99}`, "https://a/l?user_code=A", 10 * time.Minute, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			h.faults.Script(good(tc.data))
			auth, err := h.device.DeviceAuth(t.Context(), uumit.Cursor)
			require.NoError(t, err)
			assert.Equal(t, tc.complete, auth.VerificationURLComplete.Reveal())
			assert.Equal(t, now.Add(tc.expires), auth.ExpiresAt)
			assert.Equal(t, tc.interval, auth.Interval)
		})
	}
	t.Run("a start is repeated, and its repeat makes another pair of codes", func(t *testing.T) {
		h := start(t)
		h.faults.Script(transporttest.DropAfter())
		auth, err := h.device.DeviceAuth(t.Context(), uumit.Cursor)
		require.NoError(t, err)
		assert.Len(t, h.UserCodes(), 2)
		assert.Equal(t, auth.UserCode.Reveal(), h.UserCodes()[1])
	})
}

func TestADeviceClientSendsNoCredentials(t *testing.T) {
	h := start(t)
	config := h.Config()
	device, err := uumit.NewDeviceClient(config, transport.WithClock(h.clock))
	require.NoError(t, err)
	defer device.Close()
	_, err = device.DeviceAuth(t.Context(), uumit.Cursor)
	require.NoError(t, err)
	err = device.Do(t.Context(), transport.Call{Method: "GET", Path: "/api/v1/wallet"}, nil)
	require.ErrorIs(t, err, transport.ErrUnauthenticated)
	for _, r := range h.faults.Requests() {
		assert.Empty(t, r.Header.Get("X-Api-Key"))
		assert.Empty(t, r.Header.Get("X-Platform-User-Id"))
	}
}
