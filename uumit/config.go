package uumit

import (
	"strings"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

// The platform's addresses.
const (
	// BaseURL is the API's host in all documents but one, and the default.
	BaseURL = "https://api.uumit.com"
	// BaseURLAgent is the host of the "UUMit Python quick start".
	BaseURLAgent = "https://api.uuagent.com"
)

// The environment variables. All but EnvToken are those of the platform's own
// scripts.
const (
	EnvAPIKey  = "UUMIT_API_KEY"
	EnvUserID  = "UUMIT_USER_ID"
	EnvToken   = "UUMIT_TOKEN"
	EnvBaseURL = "UUMIT_BASE_URL"
)

// Config says who calls: APIKey with UserID, or TokenSource ("UUMit API key
// guide, Authentication channels").
type Config struct {
	// BaseURL is the platform's address; the constant BaseURL if empty.
	// HTTPS, unless the host is loopback or transport.WithPlainHTTP is given,
	// as private installations need it.
	BaseURL string
	// APIKey is sent as X-Api-Key. It has no fixed form.
	APIKey signing.Secret
	// UserID is the id of the user that the key acts for, a UUID in all
	// samples, sent as X-Platform-User-Id.
	UserID string
	// TokenSource gives the access token of a person, sent as Authorization:
	// Bearer. The platform documents no way to obtain or renew one.
	TokenSource signing.TokenSource
}

// ConfigFromEnv reads the variables named by the Env constants through
// lookup, which is os.Getenv for the process environment.
func ConfigFromEnv(lookup func(string) string) Config {
	c := Config{
		BaseURL: lookup(EnvBaseURL),
		APIKey:  signing.NewSecret(lookup(EnvAPIKey)),
		UserID:  lookup(EnvUserID),
	}
	if token := lookup(EnvToken); token != "" {
		c.TokenSource = signing.StaticToken(signing.NewSecret(token))
	}
	return c
}

func (c Config) problems() transport.Fields {
	var f transport.Fields
	keyed := !c.APIKey.IsZero() || c.UserID != ""
	switch {
	case keyed && c.TokenSource != nil:
		f.Check(false, "token", "must not be set beside api_key and user_id: a client uses one channel")
	case keyed:
		f.Check(headerText(c.APIKey.Reveal()), "api_key", "must be set, in printable ASCII without spaces")
		f.Check(headerText(c.UserID), "user_id", "must be set, in printable ASCII without spaces")
	case c.TokenSource == nil:
		f.Check(false, "api_key", "must be set together with user_id, or token in their place")
		f.Check(false, "user_id", "must be set together with api_key, or token in their place")
		f.Check(false, "token", "must be set if api_key and user_id are not")
	}
	return f
}

func (c Config) signer() (signing.Signer, error) {
	if c.TokenSource != nil {
		return signing.NewBearer(c.TokenSource)
	}
	return signing.NewAPIKey("X-Api-Key", c.APIKey, "X-Platform-User-Id", c.UserID)
}

// transport is what the platform declares for all its clients.
func (c Config) transport(signer signing.Signer, wrong transport.Fields) transport.Config {
	if c.BaseURL == "" {
		c.BaseURL = BaseURL
	}
	return transport.Config{
		Provider:         provider,
		BaseURL:          c.BaseURL,
		Signer:           signer,
		Interpret:        interpret,
		Invalid:          wrong,
		Limits:           limits(),
		Retry:            retryPolicy(),
		FollowSameOrigin: true, // collections are written with and without a last slash
	}
}

func headerText(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
