package providertest

import (
	"context"
	"net/http"

	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/transport"
)

// T is what Run needs of a *testing.T.
type T interface {
	Helper()
	Errorf(format string, args ...any)
}

// Harness describes the adapter under test and its fake platform.
type Harness struct {
	// Name is what the provider must call itself.
	Name string
	// Platform is the fake platform. It serves all checks, with its limits
	// switched off.
	Platform http.Handler
	// Open opens a provider that sends to baseURL, with the options passed on
	// to its transport.
	Open func(baseURL string, opts ...transport.Option) (providers.Provider, error)
	// Refusal is the body of the platform's own refusal with an HTTP status of
	// 4xx, with a message in it. The code or the words in it must be none that
	// the platform documents for something else than the status says.
	Refusal func(status int, message string) string
	// Secrets are texts that must never be printed, such as the API key.
	Secrets []string
	// Limit is the rate that holds for Read; zero if the platform documents
	// none.
	Limit transport.Limit

	// Read makes a call that changes nothing.
	Read func(ctx context.Context, p providers.Provider) error
	// Missing reads something that does not exist.
	Missing func(ctx context.Context, p providers.Provider) error
	// NotFound is the class of the platform's answer to Missing;
	// transport.ErrNotFound if nil.
	NotFound error
	// Write makes a call that must not happen twice; nil if there is none.
	// Each call of Write must be able to succeed.
	Write func(ctx context.Context, p providers.Provider) error
	// Keyed tells that Write carries an idempotency key and may be repeated
	// under it.
	Keyed bool

	// The samples below make the checks of the capabilities. A capability that
	// the provider has needs its sample, and the other way round.

	// Code is the text of an unused code, for Codes.
	Code string
	// Intent is a request that the fake accepts, for Intents.
	Intent *providers.IntentRequest
	// Device is a request that the fake values, for Valuations.
	Device *providers.DeviceRequest
	// OrderID is an order of the fake, for Orders.
	OrderID string
	// Query finds something, for CapabilitySearch.
	Query string
	// Confirm confirms a user code on the fake, for DeviceAuthorization.
	Confirm func(userCode string)
}
