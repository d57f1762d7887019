package procure

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

// The environment variables that [ConfigFromEnv] reads.
const (
	EnvAppID       = "PROCURE_APP_ID"
	EnvAppSecret   = "PROCURE_APP_SECRET"
	EnvBaseURL     = "PROCURE_BASE_URL"
	EnvEnvironment = "PROCURE_ENV"
)

// Environment is one of the platform's installations ("Procure API,
// environments"). Each has credentials of its own.
type Environment string

// The environments.
const (
	Production Environment = "production"
	Test       Environment = "test"
	// Local is a development server on port 3000 of this machine.
	Local Environment = "local"
)

// BaseURL returns the environment's address, "" for an unknown one.
func (e Environment) BaseURL() string {
	switch e {
	case Production:
		return "https://api.procure-core.com"
	case Test:
		return "https://api-test.procure-core.com"
	case Local:
		return "http://localhost:3000"
	}
	return ""
}

// The credentials of the documents, which are no secret.
const (
	developmentAppID     = "dev_app_local"
	developmentAppSecret = "dev_secret_local_do_not_use_in_production"
)

// DevelopmentCredentials are those that the documents print for development
// ("Procure API, quick start"), on the local server. Set Environment or
// BaseURL of a copy for another one; New refuses them in production.
var DevelopmentCredentials = Config{
	Environment: Local,
	AppID:       developmentAppID,
	AppSecret:   signing.NewSecret(developmentAppSecret),
}

// Config says which environment and App to use.
type Config struct {
	// Environment is Test if it and BaseURL are empty: nothing is bought for
	// want of a word.
	Environment Environment
	// BaseURL replaces the environment's address, for example by that of a
	// proxy. HTTPS, unless the host is loopback. A path prefix is sent but not
	// signed. It must not end in "/api/v1", which every call adds.
	BaseURL string
	// AppID is sent as X-App-Id.
	AppID string
	// AppSecret keys the signature.
	AppSecret signing.Secret
	// Source gives credentials that may change, in the place of AppID and
	// AppSecret. Its function makes signers with [signing.NewProcure].
	Source *signing.Source
}

// ConfigFromEnv reads the variables named by the Env constants through
// lookup, which is os.Getenv for the process environment.
func ConfigFromEnv(lookup func(string) string) Config {
	return Config{
		Environment: Environment(lookup(EnvEnvironment)),
		BaseURL:     lookup(EnvBaseURL),
		AppID:       lookup(EnvAppID),
		AppSecret:   signing.NewSecret(lookup(EnvAppSecret)),
	}
}

// baseURL is the address to use.
func (c Config) baseURL() string {
	switch {
	case c.BaseURL != "":
		return c.BaseURL
	case c.Environment.BaseURL() == "":
		return Test.BaseURL() // New refuses an unknown environment, and an address that nobody set is not to blame too
	}
	return c.Environment.BaseURL()
}

func (c Config) signer() (signing.Signer, error) {
	if c.Source != nil {
		return c.Source, nil
	}
	return signing.NewProcure(c.AppID, c.AppSecret)
}

func (c Config) problems() transport.Fields {
	var f transport.Fields
	f.Check(c.Environment == "" || c.Environment.BaseURL() != "", "environment", "must be production, test, local or empty")
	if c.Source != nil {
		f.Check(c.AppID == "" && c.AppSecret.IsZero(), "source", "must not be set together with app_id and app_secret")
		return f
	}
	f.Check(headerText(c.AppID), "app_id", "must be printable ASCII characters without spaces")
	switch secret := c.AppSecret.Reveal(); {
	case secret == "" || strings.TrimSpace(secret) != secret:
		f.Check(false, "app_secret", "must not be empty, nor begin or end with white space")
	default:
		f.Check(printable(secret), "app_secret", "must hold no line break and no character that cannot be seen")
	}
	if c.production() {
		f.Check(c.AppID != developmentAppID, "app_id", "must not be the documents' development App ID in production")
		f.Check(!c.AppSecret.Equal(signing.NewSecret(developmentAppSecret)), "app_secret", "must not be the documents' development secret in production")
	}
	return f
}

// production tells whether the client would work on the real thing, also
// when that is only known from the address.
func (c Config) production() bool {
	if c.Environment == Production {
		return true
	}
	u, err := url.Parse(c.baseURL())
	return err == nil && "https://"+strings.ToLower(u.Hostname()) == Production.BaseURL()
}

// printable reports whether a secret holds only what can be seen: what came
// along when it was copied makes every signature a wrong one.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

func headerText(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
