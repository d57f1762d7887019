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

// Config says who calls: APIKey with UserID, or a token ("UUMit API key guide,
// Authentication channels").
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
	// Token is the access token of a person, without the word Bearer, sent as
	// Authorization: Bearer. The platform documents no way to obtain or renew
	// one.
	Token signing.Secret
	// TokenSource gives the token in the place of Token, for one that changes.
	TokenSource signing.TokenSource
	// Source gives credentials that may change, of either channel and in the
	// place of all the others. Its function makes signers with
	// [signing.NewAPIKey], for the headers X-Api-Key and X-Platform-User-Id, or
	// with [signing.NewBearer]. A client with a source has no other user.
	Source *signing.Source
}

// ConfigFromEnv reads the variables named by the Env constants through
// lookup, which is os.Getenv for the process environment.
func ConfigFromEnv(lookup func(string) string) Config {
	return Config{
		BaseURL: lookup(EnvBaseURL),
		APIKey:  signing.NewSecret(lookup(EnvAPIKey)),
		UserID:  lookup(EnvUserID),
		Token:   signing.NewSecret(lookup(EnvToken)),
	}
}

func (c Config) problems() transport.Fields {
	var f transport.Fields
	if c.Source != nil {
		f.Check(c.APIKey.IsZero() && c.UserID == "" && c.Token.IsZero() && c.TokenSource == nil, "source", "must not be set together with other credentials")
		return f
	}
	keyed, fixed := !c.APIKey.IsZero() || c.UserID != "", !c.Token.IsZero()
	switch {
	case keyed && (fixed || c.TokenSource != nil):
		f.Check(false, "token", "must not be set beside api_key and user_id: a client uses one channel")
	case keyed:
		f.Check(headerText(c.APIKey.Reveal()), "api_key", "must be set, in printable ASCII without spaces")
		f.Check(headerText(c.UserID), "user_id", "must be set, in printable ASCII without spaces")
	case fixed && c.TokenSource != nil:
		f.Check(false, "token", "must not be set beside a source of tokens")
	case fixed:
		f.Check(headerText(c.Token.Reveal()), "token", "must be the token alone, in printable ASCII without spaces and without the word Bearer")
	case c.TokenSource == nil:
		f.Check(false, "api_key", "must be set together with user_id, or token in their place")
		f.Check(false, "user_id", "must be set together with api_key, or token in their place")
		f.Check(false, "token", "must be set if api_key and user_id are not")
	}
	return f
}

func (c Config) signer() (signing.Signer, error) {
	switch {
	case c.Source != nil:
		return c.Source, nil
	case c.TokenSource != nil:
		return signing.NewBearer(c.TokenSource)
	case !c.Token.IsZero():
		return signing.NewBearer(signing.StaticToken(c.Token))
	}
	return signing.NewAPIKey("X-Api-Key", c.APIKey, "X-Platform-User-Id", c.UserID)
}

// transport is what the platform declares for all its clients.
func (c Config) transport(signer signing.Signer, wrong transport.Fields) transport.Config {
	if c.BaseURL == "" {
		c.BaseURL = BaseURL
	}
	return transport.Config{
		Provider:         "uumit",
		BaseURL:          c.BaseURL,
		Signer:           signer,
		PathPrefix:       "/api/v1",
		Own:              own,
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
