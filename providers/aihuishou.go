package providers

import (
	"context"
	"net/http"
	"time"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

type aihuishouSettings struct {
	Common
	AppID       string         `mapstructure:"app_id" required:"true"`
	AppSecret   signing.Secret `mapstructure:"app_secret" required:"true"`
	Environment string         `mapstructure:"environment"`
	BaseURL     string         `mapstructure:"base_url"`
	Literals    string         `mapstructure:"literals"`
}

func aihuishouAdapter() Adapter {
	return Adapter{
		Name: "aihuishou",
		Env: []EnvVar{
			{Name: aihuishou.EnvAppID, Key: "app_id", Required: true},
			{Name: aihuishou.EnvAppSecret, Key: "app_secret", Required: true},
			{Name: aihuishou.EnvEnvironment, Key: "environment"},
			{Name: aihuishou.EnvBaseURL, Key: "base_url"},
			{Name: "AIHUISHOU_PLAIN_HTTP", Key: "plain_http"},
		},
		Open: func(settings map[string]any, opts ...transport.Option) (Provider, error) {
			var s aihuishouSettings
			name := transport.NameOf("aihuishou", opts...)
			if err := Decode(name, settings, &s); err != nil {
				return nil, err
			}
			config := aihuishou.Config{AppID: s.AppID, AppSecret: s.AppSecret, Environment: aihuishou.Environment(s.Environment), BaseURL: s.BaseURL}
			switch s.Literals {
			case "", "python":
				config.Literals = aihuishou.LiteralsPython
			case "json":
				config.Literals = aihuishou.LiteralsJSON
			default:
				return nil, transport.Fields{{Name: "literals", Problem: "must be python or json"}}.Err(name, "Open")
			}
			client, err := aihuishou.New(config, s.Options(opts...)...)
			if err != nil {
				return nil, err
			}
			return &aihuishouProvider{name, client}, nil
		},
	}
}

// aihuishouProvider has Valuations, Orders and Health.
type aihuishouProvider struct {
	name   string
	client *aihuishou.Client
}

func (p *aihuishouProvider) Name() string { return p.name }
func (p *aihuishouProvider) Native() any  { return p.client }
func (p *aihuishouProvider) Close() error { return p.client.Close() }

// Shutdown lets running calls end.
func (p *aihuishouProvider) Shutdown(ctx context.Context) error { return p.client.Shutdown(ctx) }

// PollEvery leaves half of the five calls a second to others.
func (p *aihuishouProvider) PollEvery() time.Duration { return 400 * time.Millisecond }

// Health asks for an order that does not exist: the platform documents no call
// without effect or cost. That it knows no such order is a good answer, in
// whatever words, as long as it is the platform that gives it. The order's detail
// is not read, for it may be as empty as the order.
func (p *aihuishouProvider) Health(ctx context.Context) error {
	err := p.client.Do(ctx, transport.Call{
		Operation: "Health",
		Method:    http.MethodPost,
		Path:      "/api/order/getDetail",
		Route:     "/api/order/getDetail",
		Safety:    transport.Read,
		Body:      map[string]string{"order_no": "HEALTH-CHECK"},
	}, nil)
	if refusedUnknown(err) {
		return nil
	}
	return err
}

func (p *aihuishouProvider) ValueDevice(ctx context.Context, req DeviceRequest) (Valuation, error) {
	v, err := p.client.GetValuation(ctx, aihuishou.GetValuationRequest{
		DeviceModel:      req.Model,
		Brand:            req.Brand,
		Condition:        aihuishou.Condition(req.Condition),
		FunctionalStatus: aihuishou.FunctionalStatus(req.FunctionalStatus),
		Storage:          req.Storage,
		Color:            req.Color,
		IsOriginal:       req.Original,
	})
	if err != nil {
		return Valuation{}, err
	}
	out := Valuation{ID: v.ValuationID, ValidUntil: v.ValidTime.Time, Raw: v.Raw}
	if v.RecyclePrice != nil {
		out.Price = Money{*v.RecyclePrice, CNY}
	}
	return out, nil
}

func (p *aihuishouProvider) GetOrder(ctx context.Context, id string) (Order, error) {
	d, err := p.client.GetOrderDetail(ctx, id)
	if err != nil {
		return Order{}, err
	}
	o := Order{ID: id, Status: Normalize(AihuishouOrder, string(d.Status)), VendorStatus: string(d.Status), Raw: d.Raw}
	if d.InspectionResult != nil && d.InspectionResult.FinalPrice != nil {
		o.Amount = Money{*d.InspectionResult.FinalPrice, CNY}
	}
	return o, nil
}
