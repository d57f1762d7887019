package providers

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
	"github.com/pentagate/pentagate/uumit"
)

const uumitEnvPlainHTTP = "UUMIT_PLAIN_HTTP"

type uumitSettings struct {
	Common
	BaseURL string         `mapstructure:"base_url"`
	APIKey  signing.Secret `mapstructure:"api_key"`
	UserID  string         `mapstructure:"user_id"`
	Token   signing.Secret `mapstructure:"token"`
}

func uumitAdapter() Adapter {
	return Adapter{
		Name: "uumit",
		Env: []EnvVar{
			{Name: uumit.EnvAPIKey, Key: "api_key", Required: true},
			{Name: uumit.EnvUserID, Key: "user_id", Required: true},
			{Name: uumit.EnvToken, Key: "token", Instead: true},
			{Name: uumit.EnvBaseURL, Key: "base_url"},
			{Name: uumitEnvPlainHTTP, Key: "plain_http"},
		},
		Open: func(settings map[string]any, opts ...transport.Option) (Provider, error) {
			var s uumitSettings
			name := transport.NameOf("uumit", opts...)
			if err := Decode(name, settings, &s); err != nil {
				return nil, err
			}
			config := uumit.Config{BaseURL: s.BaseURL, APIKey: s.APIKey, UserID: s.UserID}
			if !s.Token.IsZero() {
				config.TokenSource = signing.StaticToken(s.Token)
			}
			client, err := uumit.New(config, s.Options(opts...)...)
			if err != nil {
				return nil, err
			}
			return &uumitProvider{name, client, client}, nil
		},
	}
}

// uumitProvider has Orders, CapabilitySearch and Health.
type uumitProvider struct {
	name   string
	client *uumit.Client
	closer // the client, if it is the provider's own
}

func (p *uumitProvider) Name() string { return p.name }
func (p *uumitProvider) Native() any  { return p.client }

// closer ends a client.
type closer interface {
	Close() error
	Shutdown(ctx context.Context) error
}

// lent is a client that is closed with another one.
type lent struct{}

func (lent) Close() error                   { return nil }
func (lent) Shutdown(context.Context) error { return nil }

// PollEvery leaves half of the documented 60 calls a minute to others.
func (p *uumitProvider) PollEvery() time.Duration { return 2 * time.Second }

func (p *uumitProvider) Health(ctx context.Context) error {
	_, err := p.client.Wallet.Get(ctx)
	return err
}

func (p *uumitProvider) GetOrder(ctx context.Context, id string) (Order, error) {
	o, err := p.client.Orders.Get(ctx, id)
	if err != nil {
		return Order{}, err
	}
	return Order{ID: o.ID, Status: Normalize(UUMitOrder, string(o.Status)), VendorStatus: string(o.Status), Raw: o.Raw}, nil
}

func (p *uumitProvider) SearchCapabilities(ctx context.Context, query string, limit int) ([]Capability, error) {
	req := uumit.SearchRequest{Query: query}
	if limit != 0 {
		req.Limit = &limit
	}
	page, err := p.client.Capabilities.Search(ctx, req)
	if err != nil {
		return nil, err
	}
	found := make([]Capability, 0, len(page.Items))
	for _, item := range page.Items {
		c := Capability{ID: item.ID, Title: item.Title, Raw: item.Raw}
		if item.PriceUT.Valid {
			c.Price = Money{item.PriceUT.Decimal, UT}
		}
		found = append(found, c)
	}
	return found, nil
}

type uumitAuthSettings struct {
	Common
	BaseURL       string `mapstructure:"base_url"`
	AgentPlatform string `mapstructure:"agent_platform"`
}

func uumitAuthAdapter() Adapter {
	return Adapter{
		Name: "uumit-auth",
		Env: []EnvVar{
			{Name: uumit.EnvBaseURL, Key: "base_url", Required: true},
			{Name: uumitEnvPlainHTTP, Key: "plain_http"},
		},
		Open: func(settings map[string]any, opts ...transport.Option) (Provider, error) {
			var s uumitAuthSettings
			name := transport.NameOf("uumit-auth", opts...)
			if err := Decode(name, settings, &s); err != nil {
				return nil, err
			}
			client, err := uumit.NewDeviceClient(uumit.Config{BaseURL: s.BaseURL}, s.Options(opts...)...)
			if err != nil {
				return nil, err
			}
			return &uumitAuthProvider{name, transport.NameOf("uumit", opts...), client, uumit.AgentPlatform(s.AgentPlatform)}, nil
		},
	}
}

// uumitAuthProvider has DeviceAuthorization and Health.
type uumitAuthProvider struct {
	name     string
	obtained string // the name of the providers that it obtains
	client   *uumit.DeviceClient
	program  uumit.AgentPlatform
}

func (p *uumitAuthProvider) Name() string { return p.name }
func (p *uumitAuthProvider) Native() any  { return p.client }
func (p *uumitAuthProvider) Close() error { return p.client.Close() }

// Shutdown lets running calls end.
func (p *uumitAuthProvider) Shutdown(ctx context.Context) error { return p.client.Shutdown(ctx) }

// Health polls once for a device code that does not exist: the platform documents
// no other call without credentials or effect that tells it from any other
// server. Its own refusal of that code is a good answer, and so is its envelope.
func (p *uumitAuthProvider) Health(ctx context.Context) error {
	var info transport.Info
	_, err := p.client.PollDeviceAuth(ctx, signing.NewSecret("health-check"), transport.WithInfo(&info))
	e, ok := errors.AsType[*transport.Error](err)
	switch {
	case err == nil && info.Answer.Status < http.StatusMultipleChoices && !hasCode(info.Answer.Body):
		return &transport.Error{Provider: p.obtained, Operation: "Health", Kind: transport.ErrMalformed, Status: info.Answer.Status, Attempts: info.Attempts, Err: errNoEnvelope}
	case refusedUnknown(err), errors.Is(err, transport.ErrConflict):
		return nil
	case ok && e.Status == http.StatusBadRequest && errors.Is(e, transport.ErrInvalid):
		return nil // as RFC 8628, section 3.5, has it
	}
	return err
}

var errNoEnvelope = errors.New("the answer is no envelope with a code")

func hasCode(body []byte) bool {
	var envelope struct {
		Code answer.Text `json:"code"`
	}
	return answer.Decode(body, &envelope) == nil && envelope.Code != ""
}

func (p *uumitAuthProvider) StartAuthorization(ctx context.Context) (Authorization, error) {
	auth, err := p.client.DeviceAuth(ctx, p.program)
	if err != nil {
		return Authorization{}, err
	}
	return Authorization{
		UserCode:        auth.UserCode.Reveal(),
		VerificationURL: auth.VerificationURLComplete.Reveal(),
		ExpiresAt:       auth.ExpiresAt,
		DeviceCode:      auth.DeviceCode,
		Interval:        auth.Interval,
	}, nil
}

// AwaitAuthorization returns a provider with the capabilities of uumit. It
// shares connections and limits with p, and is closed with it. If what the
// platform hands out cannot be used as it is, such as a key without the user's
// id, the provider has no capability but Authorized, so that the key is not lost.
func (p *uumitAuthProvider) AwaitAuthorization(ctx context.Context, a Authorization) (Provider, error) {
	credentials, err := p.client.DeviceAccessToken(ctx, &uumit.DeviceAuthorization{
		DeviceCode: a.DeviceCode,
		ExpiresAt:  a.ExpiresAt,
		Interval:   a.Interval,
	})
	if err != nil {
		return nil, err
	}
	obtained := obtainedUUMit{Credentials{APIKey: credentials.APIKey, UserID: credentials.UserID}}
	client, err := p.client.Client(*credentials)
	if err != nil {
		return &keyOfUUMit{obtained, p.obtained, p.client}, nil //nolint:nilerr // the key would be gone for good
	}
	return &authorizedUUMit{obtained, uumitProvider{p.obtained, client, lent{}}}, nil
}

// obtainedUUMit has Authorized.
type obtainedUUMit struct{ credentials Credentials }

func (o obtainedUUMit) Credentials() Credentials { return o.credentials }

// authorizedUUMit is uumit with credentials that were obtained here.
type authorizedUUMit struct {
	obtainedUUMit
	uumitProvider
}

// keyOfUUMit is a key that nothing can be called with yet.
type keyOfUUMit struct {
	obtainedUUMit
	name   string
	client *uumit.DeviceClient
}

func (p *keyOfUUMit) Name() string { return p.name }
func (p *keyOfUUMit) Native() any  { return p.client }
func (p *keyOfUUMit) Close() error { return nil }
