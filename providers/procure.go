package providers

import (
	"context"
	"time"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

type procureSettings struct {
	Common
	Environment string         `mapstructure:"environment"`
	BaseURL     string         `mapstructure:"base_url"`
	AppID       string         `mapstructure:"app_id" required:"true"`
	AppSecret   signing.Secret `mapstructure:"app_secret" required:"true"`
}

func procureAdapter() Adapter {
	return Adapter{
		Name: "procure",
		Env: []EnvVar{
			{Name: procure.EnvAppID, Key: "app_id", Required: true},
			{Name: procure.EnvAppSecret, Key: "app_secret", Required: true},
			{Name: procure.EnvEnvironment, Key: "environment"},
			{Name: procure.EnvBaseURL, Key: "base_url"},
			{Name: "PROCURE_PLAIN_HTTP", Key: "plain_http"},
		},
		Open: func(settings map[string]any, opts ...transport.Option) (Provider, error) {
			var s procureSettings
			name := transport.NameOf("procure", opts...)
			if err := Decode(name, settings, &s); err != nil {
				return nil, err
			}
			client, err := procure.New(procure.Config{
				Environment: procure.Environment(s.Environment),
				BaseURL:     s.BaseURL,
				AppID:       s.AppID,
				AppSecret:   s.AppSecret,
			}, s.Options(opts...)...)
			if err != nil {
				return nil, err
			}
			return &procureProvider{name, client}, nil
		},
	}
}

// procureProvider has Intents, Orders and Health.
type procureProvider struct {
	name   string
	client *procure.Client
}

func (p *procureProvider) Name() string { return p.name }
func (p *procureProvider) Native() any  { return p.client }
func (p *procureProvider) Close() error { return p.client.Close() }

// Shutdown lets running calls end.
func (p *procureProvider) Shutdown(ctx context.Context) error { return p.client.Shutdown(ctx) }

// PollEvery leaves half of the documented 100 queries a second to others.
func (p *procureProvider) PollEvery() time.Duration { return 20 * time.Millisecond }

// Health makes a signed call: the platform's own health call tells nothing of
// the credentials.
func (p *procureProvider) Health(ctx context.Context) error {
	if _, err := p.client.Health(ctx); err != nil {
		return err
	}
	_, err := p.client.ListIntents(ctx, procure.ListIntentsRequest{PageSize: new(1)})
	return err
}

func (p *procureProvider) CreateIntent(ctx context.Context, req IntentRequest) (Intent, error) {
	var f transport.Fields
	f.Check(req.Price.Currency == CNY, "price", "must be in CNY")
	if err := f.Err(p.name, "CreateIntent"); err != nil {
		return Intent{}, err
	}
	native := procure.CreateIntentRequest{
		UserID:        req.UserID,
		Platform:      procure.Platform(req.Platform),
		ProductURL:    req.ProductURL,
		Title:         req.Title,
		Price:         req.Price.Amount,
		Quantity:      int64(req.Quantity),
		RecipientName: req.RecipientName,
		Address:       req.Address,
		Phone:         req.Phone,
	}
	if req.Remarks != "" {
		native.Remarks = &req.Remarks
	}
	return procureIntent(p.client.CreateIntent(ctx, native))
}

func (p *procureProvider) GetIntent(ctx context.Context, id string) (Intent, error) {
	return procureIntent(p.client.GetIntent(ctx, id))
}

func (p *procureProvider) ExecuteIntent(ctx context.Context, id string) (Intent, error) {
	return procureIntent(p.client.ExecuteIntent(ctx, id))
}

func (p *procureProvider) CancelIntent(ctx context.Context, id string) (Intent, error) {
	return procureIntent(p.client.CancelIntent(ctx, id))
}

func procureIntent(i *procure.Intent, err error) (Intent, error) {
	if err != nil {
		return Intent{}, err
	}
	out := Intent{
		ID:           i.ID,
		Status:       Normalize(ProcureIntent, string(i.Status)),
		VendorStatus: string(i.Status),
		Title:        i.Title,
		Quantity:     int(i.Quantity),
		CreatedAt:    i.CreatedAt,
		UpdatedAt:    i.UpdatedAt,
		Raw:          i.Raw,
	}
	// The answer of a cancellation leaves the price out.
	if i.Price.Valid {
		out.Price = Money{i.Price.Decimal, CNY}
	}
	return out, nil
}

func (p *procureProvider) GetOrder(ctx context.Context, id string) (Order, error) {
	i, err := p.client.GetIntent(ctx, id)
	if err != nil {
		return Order{}, err
	}
	o := Order{ID: i.ID, Status: Normalize(ProcureIntent, string(i.Status)), VendorStatus: string(i.Status), UpdatedAt: i.UpdatedAt, Raw: i.Raw}
	if i.TotalAmount.Valid {
		o.Amount = Money{i.TotalAmount.Decimal, CNY}
	}
	return o, nil
}
