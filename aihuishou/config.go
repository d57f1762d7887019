package aihuishou

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

// The environment variables that [ConfigFromEnv] reads.
const (
	EnvAppID       = "AIHUISHOU_APP_ID"
	EnvAppSecret   = "AIHUISHOU_APP_SECRET"
	EnvEnvironment = "AIHUISHOU_ENV"
	EnvBaseURL     = "AIHUISHOU_BASE_URL"
)

// Environment is one of the platform's two installations ("Aihuishou partner
// API, environments").
type Environment string

// The environments.
const (
	// EnvironmentTest is https://test-api.aihuishou.com: simulated data, no
	// real business.
	EnvironmentTest Environment = "test"
	// EnvironmentProd is https://api.aihuishou.com.
	EnvironmentProd Environment = "prod"
)

// The ways to sign true, false and null; see [signing.Literals].
const (
	LiteralsPython = signing.LiteralsPython
	LiteralsJSON   = signing.LiteralsJSON
)

// china is the zone of the platform's times: UTC+8, which knows no summer time.
var china = time.FixedZone("CST", 8*60*60)

// Config says which installation and which credentials to use.
type Config struct {
	// AppID is sent as X-AppId. Required.
	AppID string
	// AppSecret is part of every signature and is not sent. Required.
	AppSecret signing.Secret
	// Source gives credentials that may change, in the place of AppID and
	// AppSecret. Its function makes signers with [signing.NewAihuishou], which
	// also takes the literals and the zone then.
	Source *signing.Source
	// Environment is EnvironmentTest if empty.
	Environment Environment
	// BaseURL takes the place of the environment's address, for a proxy or a
	// fake platform. HTTPS, unless the host is loopback.
	BaseURL string
	// Literals says how true, false and null are signed: LiteralsPython by
	// default, as the platform's script does it. If requests fail as
	// unauthenticated only when IsOriginal is set, try LiteralsJSON.
	Literals signing.Literals
	// Location is the zone of the platform's times, in requests and answers;
	// UTC+8 if nil.
	Location *time.Location
}

// ConfigFromEnv reads the variables named by the Env constants through
// lookup, which is os.Getenv for the process environment. EnvEnvironment and
// EnvBaseURL may be unset.
func ConfigFromEnv(lookup func(string) string) Config {
	return Config{
		AppID:       lookup(EnvAppID),
		AppSecret:   signing.NewSecret(lookup(EnvAppSecret)),
		Environment: Environment(lookup(EnvEnvironment)),
		BaseURL:     lookup(EnvBaseURL),
	}
}

func (c Config) signer() (signing.Signer, error) {
	if c.Source != nil {
		return c.Source, nil
	}
	return signing.NewAihuishou(c.AppID, c.AppSecret, signing.WithLiterals(c.Literals), signing.WithLocation(c.location()))
}

func (c Config) problems() transport.Fields {
	var f transport.Fields
	if c.Source == nil {
		credential(&f, "app_id", c.AppID)
		credential(&f, "app_secret", c.AppSecret.Reveal())
	} else {
		f.Check(c.AppID == "" && c.AppSecret.IsZero(), "source", "must not be set together with app_id and app_secret")
	}
	switch c.Environment {
	case "", EnvironmentTest, EnvironmentProd:
	default:
		f.Check(false, "environment", "must be test or prod")
	}
	f.Check(c.Literals == LiteralsPython || c.Literals == LiteralsJSON, "literals", "must be LiteralsPython or LiteralsJSON")
	return f
}

// credential refuses what copying and pasting leaves around a credential, such
// as a line break or a zero-width character: all requests would fail as
// unauthenticated, and nobody would see why.
func credential(f *transport.Fields, name, value string) {
	hidden := strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsPrint(r) })
	f.Check(value != "", name, "must not be empty")
	f.Check(!hidden && utf8.ValidString(value) && strings.TrimSpace(value) == value, name, "must be printable characters without a space at either end")
}

func (c Config) baseURL() string {
	switch {
	case c.BaseURL != "":
		return c.BaseURL
	case c.Environment == EnvironmentProd:
		return "https://api.aihuishou.com"
	}
	return "https://test-api.aihuishou.com"
}

func (c Config) location() *time.Location {
	if c.Location == nil {
		return china
	}
	return c.Location
}
