package uumit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

const devicePath = "/api/v1/auth/device-auth"

// The documents' values for a device authorization that does not name its own.
const (
	defaultExpiry   = 600 * time.Second
	defaultInterval = 5 * time.Second
	// slowDownBy is by how much RFC 8628, section 3.5, lengthens the interval.
	slowDownBy = 5 * time.Second
)

// The ends of a device authorization without credentials. The names are those
// of RFC 8628, section 3.5.
var (
	// ErrExpiredToken: the person did not confirm in time. Start again.
	ErrExpiredToken = errors.New("the device code has expired")
	// ErrAccessDenied: the person refused.
	ErrAccessDenied = errors.New("the person denied the authorization")
)

// AgentPlatform names the program that asks for authorization. The platform
// takes every other word for custom_mcp.
type AgentPlatform string

// The documented programs.
const (
	OpenClaw      AgentPlatform = "openclaw"
	ClaudeDesktop AgentPlatform = "claude_desktop"
	Cursor        AgentPlatform = "cursor"
	CustomMCP     AgentPlatform = "custom_mcp"
	HermesAgent   AgentPlatform = "hermes_agent"
)

// DeviceClient obtains credentials by letting a person confirm a code in a
// browser ("UUMit API key guide, Device authorization"). It carries none
// itself, is immutable and safe for concurrent use.
type DeviceClient struct{ t *transport.Client }

// NewDeviceClient returns a client for device authorization. Of the
// configuration it uses BaseURL only: no credential is sent, also where one is
// set.
func NewDeviceClient(cfg Config, opts ...transport.Option) (*DeviceClient, error) {
	t, err := transport.New(cfg.transport(nil, nil), opts...)
	if err != nil {
		return nil, err
	}
	return &DeviceClient{t}, nil
}

// Close lets go of idle connections and refuses further calls, also those of
// the clients that [DeviceClient.Client] returned.
func (c *DeviceClient) Close() error { return c.t.Close() }

// Format prints the platform and its address only.
func (c *DeviceClient) Format(f fmt.State, verb rune) { c.t.Format(f, verb) }

// Do sends any method and path that the platform serves without credentials;
// see [Client.Do].
func (c *DeviceClient) Do(ctx context.Context, call transport.Call, out any, opts ...transport.CallOption) error {
	return c.t.Do(ctx, call, &anyBody{out}, opts...)
}

// Client returns a client that uses the credentials. It shares connections,
// limits and retry budget with c and is closed with it. Credentials that come
// from elsewhere take [Credentials.Config] and [New].
func (c *DeviceClient) Client(cred Credentials) (*Client, error) {
	cfg := cred.Config()
	if err := cfg.problems().Err(provider, "Client"); err != nil {
		return nil, err
	}
	signer, err := cfg.signer()
	if err != nil {
		return nil, err
	}
	return newClient(c.t.WithSigner(signer), cred.APIKey), nil
}

// DeviceAuthorization is a started authorization. Show UserCode and
// VerificationURL to the person, or VerificationURLComplete, and pass it to
// DeviceAccessToken. It prints its end only, and its JSON masks the device
// code.
type DeviceAuthorization struct {
	// DeviceCode is the secret to poll with.
	DeviceCode signing.Secret
	// UserCode is what the person types in.
	UserCode string
	// VerificationURL is where.
	VerificationURL string
	// VerificationURLComplete is the same with the code in it.
	VerificationURLComplete string
	// ExpiresAt is when the codes end, by the client's clock; ten minutes
	// after the start unless the platform says otherwise.
	ExpiresAt time.Time
	// Interval is the least time between two polls; 5 seconds unless the
	// platform says otherwise.
	Interval time.Duration
	// AgentPlatform is the program as the platform understood it, "" if it did
	// not say.
	AgentPlatform AgentPlatform
}

// Format prints when the codes end.
func (d DeviceAuthorization) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "device authorization until "+d.ExpiresAt.Format(time.RFC3339))
}

// LogValue returns what Format prints.
func (d DeviceAuthorization) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(d)) }

// startedAuthorization is the answer of DeviceAuth.
type startedAuthorization struct {
	DeviceCode              string        `json:"device_code"`
	UserCode                string        `json:"user_code"`
	VerificationURL         string        `json:"verification_url"`
	VerificationURLComplete string        `json:"verification_url_complete"`
	ExpiresIn               int64         `json:"expires_in"`
	Interval                int64         `json:"interval"`
	AgentPlatform           AgentPlatform `json:"agent_platform_type"`
}

func (s *startedAuthorization) UnmarshalJSON(b []byte) error {
	type plain startedAuthorization
	if err := decode(b, (*plain)(s)); err != nil {
		return err
	}
	if s.DeviceCode == "" || s.UserCode == "" || s.VerificationURL == "" {
		return errors.New("uumit: the authorization lacks one of its codes or its address")
	}
	return nil
}

// DeviceAuth starts an authorization for a program; CustomMCP if it is empty.
// It is repeated like a read, without an Idempotency-Key: a repeat makes
// another pair of codes, and the pair of a lost answer ends by itself.
func (c *DeviceClient) DeviceAuth(ctx context.Context, program AgentPlatform, opts ...transport.CallOption) (*DeviceAuthorization, error) {
	const operation = "DeviceAuth"
	if program == "" {
		program = CustomMCP
	}
	var f transport.Fields
	checkText(&f, "agent_platform_type", string(program))
	if err := f.Err(provider, operation); err != nil {
		return nil, err
	}
	call := fixed(operation, post, devicePath, transport.Read)
	call.Unsigned = true
	call.Body = struct {
		AgentPlatform AgentPlatform `json:"agent_platform_type"`
	}{program}
	start := c.t.Now() // before the request, so that the codes never seem to last longer than they do
	s, err := send[startedAuthorization](ctx, c.t, call, opts)
	if err != nil {
		return nil, err
	}
	d := &DeviceAuthorization{
		DeviceCode:              signing.NewSecret(s.DeviceCode),
		UserCode:                s.UserCode,
		VerificationURL:         s.VerificationURL,
		VerificationURLComplete: s.VerificationURLComplete,
		ExpiresAt:               start.Add(seconds(s.ExpiresIn, defaultExpiry)),
		Interval:                seconds(s.Interval, defaultInterval),
		AgentPlatform:           s.AgentPlatform,
	}
	if d.VerificationURLComplete == "" {
		d.VerificationURLComplete = withUserCode(s.VerificationURL, s.UserCode)
	}
	return d, nil
}

// seconds takes whole seconds from 1 up to a day, and def in the place of
// anything else.
func seconds(n int64, def time.Duration) time.Duration {
	if n < 1 || n > 24*60*60 {
		return def
	}
	return time.Duration(n) * time.Second
}

func withUserCode(address, code string) string {
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	return address + separator + "user_code=" + url.QueryEscape(code)
}

// DeviceStatus is how far a device authorization is. Unknown words are kept.
type DeviceStatus string

// The states of a device authorization.
const (
	DevicePending  DeviceStatus = "pending"
	DeviceApproved DeviceStatus = "approved"
	DeviceExpired  DeviceStatus = "expired"
	DeviceDenied   DeviceStatus = "denied"
	// DeviceSlowDown is pending, and a request to poll less often. It is of
	// RFC 8628; the platform does not document it.
	DeviceSlowDown DeviceStatus = "slow_down"
)

// DevicePoll is the answer to one poll.
type DevicePoll struct {
	Status DeviceStatus
	// Interval is the least time to the next poll, 0 if the platform does not
	// change it.
	Interval time.Duration
	// Credentials are set if the status is approved. Keep them: the documents
	// do not say that they can be polled twice.
	Credentials Credentials
}

// Credentials are an API key and the id of the user it acts for. They print,
// and turn into JSON, without the key; APIKey.Reveal gives it for storing.
type Credentials struct {
	APIKey signing.Secret
	UserID string
	// AgentPlatform is the program they were issued for.
	AgentPlatform AgentPlatform
	// BaseURL is the platform's address that issued them.
	BaseURL string
}

// Config returns the configuration of a client that uses them.
func (c Credentials) Config() Config {
	return Config{BaseURL: c.BaseURL, APIKey: c.APIKey, UserID: c.UserID}
}

// Format prints the user's id.
func (c Credentials) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "credentials of user %s (key %s)", c.UserID, c.APIKey)
}

// LogValue returns what Format prints.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

// polledData is the data of a poll, of whatever outcome.
type polledData struct {
	Status         DeviceStatus  `json:"status"`
	APIKey         string        `json:"api_key"`
	UserID         string        `json:"user_id"`
	PlatformUserID string        `json:"platform_user_id"`
	AgentPlatform  AgentPlatform `json:"agent_platform_type"`
	Interval       int64         `json:"interval"`
}

// UnmarshalJSON leaves members of an unexpected type out.
func (p *polledData) UnmarshalJSON(b []byte) error {
	type plain polledData
	return decode(b, (*plain)(p))
}

var errNoCredentials = errors.New("the approval lacks the key or the user's id")

// PollDeviceAuth asks once how far an authorization is, for programs that
// cannot wait in one place. Pending, expired and denied are answers and not
// errors. An unknown device code is an error of the platform's choice.
//
// The platform does not document the HTTP status and, but for pending, the
// code of these answers, so that the word in the data counts.
func (c *DeviceClient) PollDeviceAuth(ctx context.Context, deviceCode signing.Secret, opts ...transport.CallOption) (*DevicePoll, error) {
	const operation = "PollDeviceAuth"
	var f transport.Fields
	f.Check(!deviceCode.IsZero(), "device_code", "must not be empty")
	checkText(&f, "device_code", deviceCode.Reveal())
	if err := f.Err(provider, operation); err != nil {
		return nil, err
	}
	call := fixed(operation, post, devicePath+"/poll", transport.Read)
	call.Unsigned = true
	call.Body = struct {
		DeviceCode string `json:"device_code"`
	}{deviceCode.Reveal()}
	var info transport.Info
	_, err := send[json.RawMessage](ctx, c.t, call, append([]transport.CallOption{transport.WithInfo(&info)}, opts...))
	poll := c.readPoll(info.Answer.Body, err)
	if poll == nil && err != nil {
		return nil, err
	}
	if poll == nil || poll.Status == DeviceApproved && (poll.Credentials.APIKey.IsZero() || poll.Credentials.UserID == "") {
		return nil, &transport.Error{Provider: provider, Operation: operation, Kind: transport.ErrMalformed, Status: info.Answer.Status, Attempts: info.Attempts, Err: errNoCredentials}
	}
	return poll, nil
}

// readPoll decides what a poll's answer says. It is nil when err, or nothing,
// is all that can be told.
func (c *DeviceClient) readPoll(body []byte, err error) *DevicePoll {
	var env envelope
	var data polledData
	if !open(body, &env) || len(env.Data) > 0 && data.UnmarshalJSON(env.Data) != nil {
		return nil
	}
	status := data.Status
	switch {
	case status != "":
	case env.Code.text == "0" && data.APIKey != "":
		status = DeviceApproved
	case env.Message == string(DeviceSlowDown):
		status = DeviceSlowDown
	case env.Code.text == CodeAuthorizationPending:
		status = DevicePending
	}
	switch status {
	case "":
		return nil
	case DeviceApproved:
		cred := Credentials{APIKey: signing.NewSecret(data.APIKey), UserID: data.UserID, AgentPlatform: data.AgentPlatform, BaseURL: c.t.BaseURL()}
		if cred.UserID == "" {
			cred.UserID = data.PlatformUserID
		}
		return &DevicePoll{Status: status, Credentials: cred}
	case DeviceDenied, DeviceExpired:
		return &DevicePoll{Status: status}
	}
	// What is left is a kind of waiting, unless it comes with a failure of its
	// own. A 429 tells better than the data how long to wait.
	waits := err == nil || status == DevicePending || status == DeviceSlowDown || env.Code.text == CodeAuthorizationPending
	if !waits || errors.Is(err, transport.ErrRateLimited) {
		return nil
	}
	return &DevicePoll{Status: status, Interval: seconds(data.Interval, 0)}
}

// DeviceAccessToken waits until the person has confirmed, and returns the
// credentials. Between two polls it lets the interval pass, or what a 429 asks
// for. It ends with the context, with an error that matches [ErrExpiredToken]
// when the codes have expired, by our clock too, or [ErrAccessDenied] when the
// person refused. It goes on while the platform is unavailable: the person may
// be confirming meanwhile.
func (c *DeviceClient) DeviceAccessToken(ctx context.Context, auth *DeviceAuthorization, opts ...transport.CallOption) (*Credentials, error) {
	const operation = "DeviceAccessToken"
	var f transport.Fields
	f.Check(auth != nil && !auth.DeviceCode.IsZero(), "device_code", "must be that of a started authorization")
	f.Check(auth == nil || auth.Interval >= 0, "interval", "must not be negative")
	if err := f.Err(provider, operation); err != nil {
		return nil, err
	}
	interval, end := auth.Interval, auth.ExpiresAt
	if interval == 0 {
		interval = defaultInterval
	}
	if end.IsZero() {
		end = c.t.Now().Add(defaultExpiry)
	}
	wait, last := interval, error(nil)
	for {
		left := end.Sub(c.t.Now())
		if left <= 0 {
			return nil, authorizationError(operation, transport.ErrConflict, ErrExpiredToken, last)
		}
		if err := c.t.Sleep(ctx, min(wait, left)); err != nil {
			return nil, &transport.Error{Provider: provider, Operation: operation, Err: err}
		}
		poll, err := c.PollDeviceAuth(ctx, auth.DeviceCode, opts...)
		last = err
		if err != nil {
			pause, goOn := pauseAfter(err)
			if !goOn {
				return nil, err
			}
			wait = max(interval, pause)
			continue
		}
		switch poll.Status {
		case DeviceApproved:
			return &poll.Credentials, nil
		case DeviceDenied:
			return nil, authorizationError(operation, transport.ErrPermission, ErrAccessDenied, nil)
		case DeviceExpired:
			return nil, authorizationError(operation, transport.ErrConflict, ErrExpiredToken, nil)
		case DeviceSlowDown:
			interval += slowDownBy
		}
		if poll.Interval > 0 {
			interval = poll.Interval
		}
		wait = interval
	}
}

// pauseAfter tells whether polling goes on after a failure, and after which
// time at least.
func pauseAfter(err error) (time.Duration, bool) {
	e, ok := errors.AsType[*transport.Error](err)
	switch {
	case !ok:
		return 0, false
	case errors.Is(err, transport.ErrRateLimited):
		return max(e.RetryAfter, retryPolicy().RateLimitDelay), true
	case errors.Is(err, transport.ErrUnavailable):
		return e.RetryAfter, true
	}
	return 0, false
}

func authorizationError(operation string, kind, end, last error) error {
	if last != nil {
		end = fmt.Errorf("%w; the last poll failed: %w", end, last)
	}
	return &transport.Error{Provider: provider, Operation: operation, Kind: kind, Err: end}
}
