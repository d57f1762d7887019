package uumit_test

import (
	"context"
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
	assert.Len(t, auth.UserCode, 8)
	assert.Equal(t, uumit.CustomMCP, auth.AgentPlatform)
	assert.Equal(t, []string{auth.UserCode}, h.UserCodes())

	poll, err := h.device.PollDeviceAuth(ctx, auth.DeviceCode)
	require.NoError(t, err)
	assert.Equal(t, &uumit.DevicePoll{Status: uumit.DevicePending}, poll)
	h.Approve(auth.UserCode, "")
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
	h.Deny(auth.UserCode)
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
		assert.ErrorContains(t, err, "the device code has expired; the last poll failed: uumit: PollDeviceAuth: unavailable (HTTP 503")
	})
}

// TestWhatAPollSays holds the rules for answers of which the documents name
// only some fields: the word in the data counts, whatever code and status.
func TestWhatAPollSays(t *testing.T) {
	key := uumit.Credentials{APIKey: signing.NewSecret("uuagent_sk_test"), UserID: "u-1"}
	for name, tc := range map[string]struct {
		fault    transporttest.Fault
		status   uumit.DeviceStatus
		interval time.Duration
		err      error
	}{
		"approved":                               {transporttest.Status(200, approved), uumit.DeviceApproved, 0, nil},
		"approved with an odd code":              {transporttest.Status(400, `{"code":1,"data":{"status":"approved","api_key":"uuagent_sk_test","user_id":"u-1"}}`), uumit.DeviceApproved, 0, nil},
		"approved without the word":              {transporttest.Status(200, `{"code":0,"data":{"api_key":"uuagent_sk_test","user_id":"u-1"}}`), uumit.DeviceApproved, 0, nil},
		"approved under the other name":          {transporttest.Status(200, `{"code":0,"data":{"status":"approved","api_key":"uuagent_sk_test","platform_user_id":"u-1"}}`), uumit.DeviceApproved, 0, nil},
		"approved under both names":              {transporttest.Status(200, `{"code":0,"data":{"status":"approved","api_key":"uuagent_sk_test","user_id":"u-1","platform_user_id":"u-2"}}`), uumit.DeviceApproved, 0, nil},
		"approved without a key":                 {transporttest.Status(200, `{"code":0,"data":{"status":"approved","user_id":"u-1"}}`), "", 0, transport.ErrMalformed},
		"approved without a user":                {transporttest.Status(200, `{"code":0,"data":{"status":"approved","api_key":"uuagent_sk_test"}}`), "", 0, transport.ErrMalformed},
		"code 0 and nothing":                     {transporttest.Status(200, `{"code":0,"data":null}`), "", 0, transport.ErrMalformed},
		"code 0 and data of another kind":        {transporttest.Status(200, `{"code":0,"data":"approved"}`), "", 0, transport.ErrMalformed},
		"pending":                                {transporttest.Status(200, pending), uumit.DevicePending, 0, nil},
		"pending with HTTP 400":                  {transporttest.Status(400, pending), uumit.DevicePending, 0, nil},
		"pending with code 0":                    {transporttest.Status(200, `{"code":0,"data":{"status":"pending"}}`), uumit.DevicePending, 0, nil},
		"pending by its code":                    {transporttest.Status(200, `{"code":4801,"message":"authorization_pending"}`), uumit.DevicePending, 0, nil},
		"pending by its code, with another word": {transporttest.Status(200, `{"code":4801,"data":{"status":"scanned"}}`), "scanned", 0, nil},
		"pending with another interval":          {transporttest.Status(200, `{"code":4801,"data":{"status":"pending","interval":12}}`), uumit.DevicePending, 12 * time.Second, nil},
		"pending with an interval of 0":          {transporttest.Status(200, `{"code":4801,"data":{"status":"pending","interval":0}}`), uumit.DevicePending, 0, nil},
		"pending with an interval as text":       {transporttest.Status(200, `{"code":4801,"data":{"status":"pending","interval":"x"}}`), uumit.DevicePending, 0, nil},
		"slow down":                              {transporttest.Status(400, `{"code":4804,"message":"slow_down"}`), uumit.DeviceSlowDown, 0, nil},
		"denied":                                 {transporttest.Status(200, `{"code":4803,"data":{"status":"denied"}}`), uumit.DeviceDenied, 0, nil},
		"denied with HTTP 403":                   {transporttest.Status(403, `{"code":4803,"data":{"status":"denied"}}`), uumit.DeviceDenied, 0, nil},
		"expired with HTTP 410":                  {transporttest.Status(410, `{"code":4802,"data":{"status":"expired"}}`), uumit.DeviceExpired, 0, nil},
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
			require.ErrorIs(t, err, tc.err)
			if tc.err != nil {
				assert.NotContains(t, err.Error(), "uuagent_sk_test")
				assert.NotContains(t, err.Error(), "dc_test")
				return
			}
			assert.Equal(t, tc.status, poll.Status)
			assert.Equal(t, tc.interval, poll.Interval)
			if tc.status == uumit.DeviceApproved {
				assert.True(t, key.APIKey.Equal(poll.Credentials.APIKey))
				assert.Equal(t, "u-1", poll.Credentials.UserID)
			} else {
				assert.True(t, poll.Credentials.APIKey.IsZero())
			}
		})
	}
}

// TestThePaceOfPolling holds the waits between polls.
func TestThePaceOfPolling(t *testing.T) {
	const sec = time.Second
	limited := func(after string) []transporttest.Fault {
		f := transporttest.RateLimited("", after)
		return []transporttest.Fault{f, f, f}
	}
	wait := transporttest.Status(200, pending)
	for name, tc := range map[string]struct {
		script []transporttest.Fault
		waits  []time.Duration
	}{
		"the interval":                            {[]transporttest.Fault{wait, wait}, []time.Duration{5 * sec, 5 * sec, 5 * sec}},
		"a new interval holds from then on":       {[]transporttest.Fault{transporttest.Status(200, `{"code":4801,"data":{"status":"pending","interval":12}}`), wait}, []time.Duration{5 * sec, 12 * sec, 12 * sec}},
		"slow down adds five seconds a time":      {[]transporttest.Fault{transporttest.Status(400, `{"code":4804,"data":{"status":"slow_down"}}`), wait}, []time.Duration{5 * sec, 10 * sec, 10 * sec}},
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
	t.Run("it ends with any other failure", func(t *testing.T) {
		h := start(t)
		h.faults.Script(wait, transporttest.Status(400, `{"code":1001,"message":"bad"}`))
		_, err := h.device.DeviceAccessToken(t.Context(), authorization())
		require.ErrorIs(t, err, transport.ErrInvalid)
		assert.Len(t, h.faults.Requests(), 2)
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
		"times that make no sense":        {`{"device_code":"d","user_code":"A","verification_url":"https://a/l","expires_in":-1,"interval":1e99}`, "https://a/l?user_code=A", 10 * time.Minute, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			h.faults.Script(good(tc.data))
			auth, err := h.device.DeviceAuth(t.Context(), uumit.Cursor)
			require.NoError(t, err)
			assert.Equal(t, tc.complete, auth.VerificationURLComplete)
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
		assert.Equal(t, auth.UserCode, h.UserCodes()[1])
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
