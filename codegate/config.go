package codegate

import (
	"strings"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

// The environment variables of the platform's own examples.
const (
	EnvAPIKey    = "CODEGATE_API_KEY"
	EnvSecret    = "CODEGATE_SECRET"
	EnvProjectID = "CODEGATE_PROJECT_ID"
	EnvBaseURL   = "CODEGATE_BASE_URL"
)

// Config says which installation, project and key to use.
type Config struct {
	// BaseURL is the installation's address, such as "https://codes.example.com".
	// It is required: there is no public hosted service. HTTPS, unless the
	// host is loopback. A path prefix is sent but not signed, for installations
	// behind a proxy that strips it.
	BaseURL string
	// APIKey is sent as X-API-Key: 32 lower-case hexadecimal characters.
	APIKey signing.Secret
	// Secret keys the signature: 64 lower-case hexadecimal characters, used
	// as text.
	Secret signing.Secret
	// Source gives credentials that may change, in the place of APIKey and Secret. Its
	// function makes signers with [signing.NewCodeGate].
	Source *signing.Source
	// ProjectID is the project's id: 32 lower-case hexadecimal characters.
	ProjectID string
}

// ConfigFromEnv reads the variables named by the Env constants through
// lookup, which is os.Getenv for the process environment.
func ConfigFromEnv(lookup func(string) string) Config {
	return Config{
		BaseURL:   lookup(EnvBaseURL),
		APIKey:    signing.NewSecret(lookup(EnvAPIKey)),
		Secret:    signing.NewSecret(lookup(EnvSecret)),
		ProjectID: lookup(EnvProjectID),
	}
}

func (c Config) signer() (signing.Signer, error) {
	if c.Source != nil {
		return c.Source, nil
	}
	return signing.NewCodeGate(c.APIKey, c.Secret)
}

func (c Config) problems() transport.Fields {
	var f transport.Fields
	if c.Source != nil {
		f.Check(c.APIKey.IsZero() && c.Secret.IsZero(), "source", "must not be set together with api_key and secret")
		f.Check(lowerHex(c.ProjectID, 32), "project_id", "must be 32 lower-case hexadecimal characters")
		return f
	}
	f.Check(lowerHex(c.APIKey.Reveal(), 32), "api_key", "must be 32 lower-case hexadecimal characters")
	f.Check(lowerHex(c.Secret.Reveal(), 64), "secret", "must be 64 lower-case hexadecimal characters")
	f.Check(lowerHex(c.ProjectID, 32), "project_id", "must be 32 lower-case hexadecimal characters")
	return f
}

func lowerHex(s string, length int) bool {
	return len(s) == length && strings.Trim(s, "0123456789abcdef") == ""
}
