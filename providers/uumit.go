package providers

import (
	"context"
	"errors"
	"time"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/uumit"
)

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
		},
		Open: func(settings map[string]any, opts ...transport.Option) (Provider, error) {
			var s uumitSettings
			if err := Decode("uumit", settings, &s); err != nil {
				return nil, err
			}
			config := uumit.Config{BaseURL: s.BaseURL, APIKey: s.APIKey, UserID: s.UserID}
			if !s.Token.IsZero() {
				config.TokenSource = signing.StaticToken(s.Token)
			}
			client, err := uumit.New(config, s.options(opts)...)
			if err != nil {
				return nil, err
			}
			return &uumitProvider{client, client.Close}, nil
		},
	}
}

// uumitProvider has Orders, CapabilitySearch and Health.
type uumitProvider struct {
	client *uumit.Client
	close  func() error
}

func (p *uumitProvider) Name() string { return "uumit" }
func (p *uumitProvider) Native() any  { return p.client }
func (p *uumitProvider) Close() error { return p.close() }

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
	page, err := p.client.Capabilities.Search(ctx, uumit.SearchRequest{Query: query, Limit: &limit})
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
		Env:  []EnvVar{{Name: uumit.EnvBaseURL, Key: "base_url"}},
		Open: func(settings map[string]any, opts ...transport.Option) (Provider, error) {
			var s uumitAuthSettings
			if err := Decode("uumit-auth", settings, &s); err != nil {
				return nil, err
			}
			client, err := uumit.NewDeviceClient(uumit.Config{BaseURL: s.BaseURL}, s.options(opts)...)
			if err != nil {
				return nil, err
			}
			return &uumitAuthProvider{client, uumit.AgentPlatform(s.AgentPlatform)}, nil
		},
	}
}

// uumitAuthProvider has DeviceAuthorization and Health.
type uumitAuthProvider struct {
	client  *uumit.DeviceClient
	program uumit.AgentPlatform
}

func (p *uumitAuthProvider) Name() string { return "uumit-auth" }
func (p *uumitAuthProvider) Native() any  { return p.client }
func (p *uumitAuthProvider) Close() error { return p.client.Close() }

// Health reads public figures. Any answer of the platform's own is a good one,
// also that it does not know them.
func (p *uumitAuthProvider) Health(ctx context.Context) error {
	err := p.client.Do(ctx, transport.Call{
		Operation: "Health",
		Method:    "GET",
		Path:      "/api/v1/public/community-stats",
		Route:     "/api/v1/public/community-stats",
	}, nil)
	if errors.Is(err, transport.ErrNotFound) {
		return nil
	}
	return err
}

func (p *uumitAuthProvider) StartAuthorization(ctx context.Context) (Authorization, error) {
	auth, err := p.client.DeviceAuth(ctx, p.program)
	if err != nil {
		return Authorization{}, err
	}
	return Authorization{UserCode: auth.UserCode, VerificationURL: auth.VerificationURLComplete, ExpiresAt: auth.ExpiresAt, Session: auth}, nil
}

// AwaitAuthorization returns a provider with the capabilities of uumit. It
// shares connections and limits with p, and is closed with it.
func (p *uumitAuthProvider) AwaitAuthorization(ctx context.Context, a Authorization) (Provider, error) {
	auth, ok := a.Session.(*uumit.DeviceAuthorization)
	if !ok {
		return nil, transport.Fields{{Name: "session", Problem: "must come from StartAuthorization"}}.Err("uumit-auth", "AwaitAuthorization")
	}
	credentials, err := p.client.DeviceAccessToken(ctx, auth)
	if err != nil {
		return nil, err
	}
	client, err := p.client.Client(*credentials)
	if err != nil {
		return nil, err
	}
	return &uumitProvider{client, func() error { return nil }}, nil
}
