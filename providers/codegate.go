package providers

import (
	"context"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

type codegateSettings struct {
	Common
	BaseURL   string         `mapstructure:"base_url" required:"true"`
	APIKey    signing.Secret `mapstructure:"api_key" required:"true"`
	Secret    signing.Secret `mapstructure:"secret" required:"true"`
	ProjectID string         `mapstructure:"project_id" required:"true"`
}

func codegateAdapter() Adapter {
	return Adapter{
		Name: "codegate",
		Env: []EnvVar{
			{Name: codegate.EnvBaseURL, Key: "base_url", Required: true},
			{Name: codegate.EnvAPIKey, Key: "api_key", Required: true},
			{Name: codegate.EnvSecret, Key: "secret", Required: true},
			{Name: codegate.EnvProjectID, Key: "project_id", Required: true},
			{Name: "CODEGATE_PLAIN_HTTP", Key: "plain_http"},
		},
		Open: func(settings map[string]any, opts ...transport.Option) (Provider, error) {
			var s codegateSettings
			name := transport.NameOf("codegate", opts...)
			if err := Decode(name, settings, &s); err != nil {
				return nil, err
			}
			client, err := codegate.New(codegate.Config{BaseURL: s.BaseURL, APIKey: s.APIKey, Secret: s.Secret, ProjectID: s.ProjectID}, s.Options(opts...)...)
			if err != nil {
				return nil, err
			}
			return &codegateProvider{name, client}, nil
		},
	}
}

// codegateProvider has Codes and Health.
type codegateProvider struct {
	name   string
	client *codegate.Client
}

func (p *codegateProvider) Name() string { return p.name }
func (p *codegateProvider) Native() any  { return p.client }
func (p *codegateProvider) Close() error { return p.client.Close() }

// Shutdown lets running calls end.
func (p *codegateProvider) Shutdown(ctx context.Context) error { return p.client.Shutdown(ctx) }

func (p *codegateProvider) Health(ctx context.Context) error {
	_, err := p.client.GetProject(ctx)
	return err
}

func (p *codegateProvider) LookUpCode(ctx context.Context, text string) (Code, error) {
	detail, err := p.client.GetCodeByCode(ctx, text)
	if err != nil {
		return Code{}, err
	}
	word := codegate.StatusUnused
	switch {
	case detail.Used:
		word = codegate.StatusUsed
	case detail.Disabled:
		word = codegate.StatusDisabled
	case detail.Expired:
		word = codegate.StatusExpired
	}
	code := Code{ID: detail.ID, Text: detail.Code.Code, Status: Normalize(CodegateCode, string(word)), Raw: detail.Raw}
	if detail.VerifiedAt != nil {
		code.UsedAt = detail.VerifiedAt.Time
	}
	return code, nil
}

func (p *codegateProvider) RedeemCode(ctx context.Context, text, by string) (Code, error) {
	result, err := p.client.VerifyCode(ctx, codegate.VerifyCodeRequest{Code: text, VerifiedBy: by})
	if err != nil {
		return Code{}, err
	}
	if err := result.Err(); err != nil {
		return Code{}, err
	}
	code := Code{Text: transport.NewPersonal(text), Status: StatusUsed, Raw: result.Raw}
	if result.CodeID != nil {
		code.ID = *result.CodeID
	}
	if result.VerifiedAt != nil {
		code.UsedAt = result.VerifiedAt.Time
	}
	return code, nil
}
