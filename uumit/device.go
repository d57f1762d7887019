package uumit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
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

// Close lets go of idle connections, ends the waits for a person and the calls
// that wait to be sent, and refuses further ones, also those of the clients that
// [DeviceClient.Client] returned.
func (c *DeviceClient) Close() error { return c.t.Close() }

// Shutdown refuses further calls and returns when those under way have ended,
// also those of the clients that [DeviceClient.Client] returned. When the
// context ends first it does what Close does and returns the context's error.
func (c *DeviceClient) Shutdown(ctx context.Context) error { return c.t.Shutdown(ctx) }

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
	const operation = "Client"
	if err := made(c.t, operation); err != nil {
		return nil, err
	}
	cfg := cred.Config()
	if err := cfg.problems().Err(c.t.Name(), operation); err != nil {
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
// DeviceAccessToken. It prints, and turns into JSON, without its codes.
type DeviceAuthorization struct {
	// DeviceCode is the secret to poll with.
	DeviceCode signing.Secret
	// UserCode is what the person types in.
	UserCode transport.Personal
	// VerificationURL is where.
	VerificationURL string
	// VerificationURLComplete is the same with the code in it.
	VerificationURLComplete transport.Personal
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

// startedAuthorization is the answer of DeviceAuth.
type startedAuthorization struct {
	DeviceCode              answer.ID   `json:"device_code"`
	UserCode                answer.ID   `json:"user_code"`
	VerificationURL         answer.Text `json:"verification_url"`
	VerificationURLComplete answer.Text `json:"verification_url_complete"`
	ExpiresIn               answer.Int  `json:"expires_in"`
	Interval                answer.Int  `json:"interval"`
	AgentPlatform           answer.Text `json:"agent_platform_type"`
}

func (s *startedAuthorization) UnmarshalJSON(b []byte) error {
	type plain startedAuthorization
	if err := answer.Decode(b, (*plain)(s)); err != nil {
		return err
	}
	if s.DeviceCode == "" || s.UserCode == "" || s.VerificationURL == "" {
		return errors.New("the authorization lacks one of its codes or its address")
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
	complete := string(s.VerificationURLComplete)
	if complete == "" {
		complete = withUserCode(string(s.VerificationURL), string(s.UserCode))
	}
	return &DeviceAuthorization{
		DeviceCode:              signing.NewSecret(string(s.DeviceCode)),
		UserCode:                transport.NewPersonal(string(s.UserCode)),
		VerificationURL:         string(s.VerificationURL),
		VerificationURLComplete: transport.NewPersonal(complete),
		ExpiresAt:               start.Add(seconds(s.ExpiresIn, defaultExpiry)),
		Interval:                seconds(s.Interval, defaultInterval),
		AgentPlatform:           AgentPlatform(s.AgentPlatform),
	}, nil
}

// seconds takes whole seconds from 1 up to a day, and def in the place of
// anything else.
func seconds(n answer.Int, def time.Duration) time.Duration {
	if n.Value < 1 || n.Value > 24*60*60 {
		return def
	}
	return time.Duration(n.Value) * time.Second
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
	// UserID is "" if the platform handed the key out without it. The key
	// cannot be used then before the user's id is set, which the platform's
	// console shows.
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

// PollDeviceAuth asks once how far an authorization is, for programs that
// cannot wait in one place. Pending, expired and denied are answers and not
// errors. An unknown device code is an error of the platform's choice.
//
// The platform does not document the HTTP status and, but for pending, the
// code of these answers. An answer with a key in it is approval, whatever else
// it says. Else the words count, those of the platform and of RFC 8628 alike.
//
// It is one request, unless [transport.WithAttempts] says otherwise: a repeat
// would take the place of an answer that may be the only one with the key.
func (c *DeviceClient) PollDeviceAuth(ctx context.Context, deviceCode signing.Secret, opts ...transport.CallOption) (*DevicePoll, error) {
	poll := polled{baseURL: c.t.BaseURL()}
	call := fixed("PollDeviceAuth", post, devicePath+"/poll", transport.Read)
	call.Invalid.Check(!deviceCode.IsZero(), "device_code", "must not be empty")
	call.Unsigned = true
	call.Body = struct {
		DeviceCode string `json:"device_code"`
	}{deviceCode.Reveal()}
	call.Settle = func(_ context.Context, info transport.Info, err *transport.Error) error {
		if poll.read(info.Answer.Body, err) {
			return nil
		}
		return err
	}
	err := c.t.Do(ctx, call, &poll, append([]transport.CallOption{transport.WithAttempts(1)}, opts...)...)
	if err != nil {
		return nil, err
	}
	return &poll.DevicePoll, nil
}

// DeviceAccessToken waits until the person has confirmed, and returns the
// credentials. Look at their UserID: see [Credentials].
//
// Between two polls it lets the interval pass, or what a 429 asks for; a
// platform that says slow_down is polled five seconds more seldom from then on,
// and one that does not answer half as often each time, down to once a minute,
// until it does (RFC 8628, section 3.5).
//
// It ends with the context, with the client, with an error that matches
// [ErrExpiredToken] when the codes have expired, by our clock too, with one
// that matches [ErrAccessDenied] when the person refused, with the last of three
// polls in a row that the platform refused for another reason, and with a quota
// that is used up. It goes on while the platform is unavailable and while
// something in front of it answers: the person may be confirming meanwhile.
func (c *DeviceClient) DeviceAccessToken(ctx context.Context, auth *DeviceAuthorization, opts ...transport.CallOption) (*Credentials, error) {
	const operation = "DeviceAccessToken"
	var f transport.Fields
	f.Check(ctx != nil, "context", "must not be nil")
	f.Check(auth != nil && !auth.DeviceCode.IsZero(), "device_code", "must be that of a started authorization")
	f.Check(auth == nil || auth.Interval >= 0, "interval", "must not be negative")
	if err := f.Err(c.t.Name(), operation); err != nil {
		return nil, err
	}
	w := &deviceWait{client: c, code: auth.DeviceCode, opts: opts, interval: cmp.Or(auth.Interval, defaultInterval), end: auth.ExpiresAt}
	if w.end.IsZero() {
		w.end = c.t.Now().Add(defaultExpiry)
	}
	w.pause = w.interval
	if err := c.t.Poll(ctx, c.t.Name(), operation, 0, w.look); err != nil {
		return nil, err
	}
	switch w.status {
	case DeviceApproved:
		return &w.credentials, nil
	case DeviceDenied:
		return nil, &transport.Error{Provider: c.t.Name(), Operation: operation, Kind: transport.ErrPermission, Err: ErrAccessDenied}
	}
	expired := ErrExpiredToken
	if w.last != nil {
		expired = fmt.Errorf("%w; the last poll failed: %w", ErrExpiredToken, w.last)
	}
	return nil, &transport.Error{Provider: c.t.Name(), Operation: operation, Kind: transport.ErrConflict, Err: expired}
}
