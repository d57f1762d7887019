package providers

import (
	"context"
	"time"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

// Provider is an opened platform. What it can do beyond this is found with
// [As]. Implementations are safe for concurrent use.
type Provider interface {
	// Name is that of the gateway's entry, such as "procure-b"; the adapter's,
	// such as "procure", if no gateway opened the provider.
	Name() string
	// Native returns the platform's own client, such as *procure.Client.
	Native() any
	// Close lets go of connections and refuses further calls.
	Close() error
}

// As returns the provider as one of the capability interfaces, or as any other
// type that its adapter has; ok is false if it has not.
//
//	if orders, ok := providers.As[providers.Orders](p); ok { ... }
func As[T any](p Provider) (capability T, ok bool) {
	capability, ok = p.(T)
	return capability, ok
}

// Health reports whether the platform answers and accepts the credentials.
type Health interface {
	// Health makes one cheap call. A nil error means: reachable, and, where
	// the call is signed, authenticated.
	Health(ctx context.Context) error
}

// Codes redeems activation codes.
type Codes interface {
	// LookUpCode returns a code by its text.
	LookUpCode(ctx context.Context, text string) (Code, error)
	// RedeemCode redeems a code in the name of by. A refusal, such as for a
	// used code, is an error. An unknown outcome matches
	// transport.ErrOutcomeUnknown.
	RedeemCode(ctx context.Context, text, by string) (Code, error)
}

// Intents creates purchase intents and sees them through.
type Intents interface {
	CreateIntent(ctx context.Context, req IntentRequest) (Intent, error)
	GetIntent(ctx context.Context, id string) (Intent, error)
	ExecuteIntent(ctx context.Context, id string) (Intent, error)
	CancelIntent(ctx context.Context, id string) (Intent, error)
}

// Valuations values used devices.
type Valuations interface {
	ValueDevice(ctx context.Context, req DeviceRequest) (Valuation, error)
}

// Orders follows whatever a platform delivers: purchase intents, recycling
// orders, marketplace orders.
type Orders interface {
	GetOrder(ctx context.Context, id string) (Order, error)
}

// CapabilitySearch finds what a marketplace offers.
type CapabilitySearch interface {
	// SearchCapabilities returns at most limit offers, as many as the platform
	// chooses if limit is 0.
	SearchCapabilities(ctx context.Context, query string, limit int) ([]Capability, error)
}

// DeviceAuthorization obtains credentials by letting a person confirm a code
// in a browser.
type DeviceAuthorization interface {
	// StartAuthorization returns the code and the address to show.
	StartAuthorization(ctx context.Context) (Authorization, error)
	// AwaitAuthorization waits until the person has confirmed, and returns a
	// provider that uses the credentials obtained; it is [Authorized], for
	// keeping them. Outages and the pages of something in front of the platform
	// do not end the wait.
	AwaitAuthorization(ctx context.Context, a Authorization) (Provider, error)
}

// Authorized is implemented by the providers that AwaitAuthorization returns. One
// that is nothing else holds a key that cannot be used as it is: look at the
// credentials.
type Authorized interface {
	Credentials() Credentials
}

// Paced is implemented by adapters whose platform allows few calls: a [Watch]
// polls it no faster.
type Paced interface {
	// PollEvery is the least time between two polls.
	PollEvery() time.Duration
}

// The JSON of what follows is for logs, queues and stores: members in
// snake_case, none for what a platform did not say, and no raw answer.

// Code is an activation code.
type Code struct {
	ID string `json:"id"`
	// Text is the code itself.
	Text transport.Personal `json:"text,omitzero"`
	// Status is available, used, disabled or expired.
	Status Status        `json:"status"`
	UsedAt time.Time     `json:"used_at,omitzero"`
	Raw    transport.Raw `json:"-"`
}

// IntentRequest orders a product of a shop. It is not printed; its JSON is whole,
// for a queue or a store.
type IntentRequest struct {
	UserID        string `json:"user_id"`
	Platform      string `json:"platform"`
	ProductURL    string `json:"product_url"`
	Title         string `json:"title"`
	Price         Money  `json:"price"`
	Quantity      int    `json:"quantity"`
	RecipientName string `json:"recipient_name"`
	Address       string `json:"address"`
	Phone         string `json:"phone"`
	Remarks       string `json:"remarks,omitempty"`
}

// Intent is a purchase intent, without the recipient.
type Intent struct {
	ID           string             `json:"id"`
	Status       Status             `json:"status"`
	VendorStatus string             `json:"vendor_status,omitempty"`
	Title        transport.Personal `json:"title,omitzero"`
	Price        Money              `json:"price,omitzero"`
	Quantity     int                `json:"quantity,omitzero"`
	CreatedAt    time.Time          `json:"created_at,omitzero"`
	UpdatedAt    time.Time          `json:"updated_at,omitzero"`
	Raw          transport.Raw      `json:"-"`
}

// DeviceRequest describes a used device in the words of the platform.
type DeviceRequest struct {
	Model            string `json:"model"`
	Brand            string `json:"brand"`
	Condition        string `json:"condition"`
	FunctionalStatus string `json:"functional_status"`
	Storage          string `json:"storage"`
	Color            string `json:"color,omitempty"`
	// Original says that the device was never opened; nil leaves it out.
	Original *bool `json:"original,omitempty"`
}

// Valuation is what a platform would pay.
type Valuation struct {
	ID    string `json:"id"`
	Price Money  `json:"price,omitzero"`
	// ValidUntil is zero if the platform does not say.
	ValidUntil time.Time     `json:"valid_until,omitzero"`
	Raw        transport.Raw `json:"-"`
}

// Order is what can be followed, without the parties' names and addresses.
type Order struct {
	ID           string `json:"id"`
	Status       Status `json:"status"`
	VendorStatus string `json:"vendor_status,omitempty"`
	// Amount is zero if the platform does not say.
	Amount    Money         `json:"amount,omitzero"`
	UpdatedAt time.Time     `json:"updated_at,omitzero"`
	Raw       transport.Raw `json:"-"`
}

// Capability is one offer of a marketplace.
type Capability struct {
	ID    string             `json:"id"`
	Title transport.Personal `json:"title,omitzero"`
	Price Money              `json:"price,omitzero"`
	Raw   transport.Raw      `json:"-"`
}

// Authorization is a started device authorization. It is plain data and can be
// kept: whoever has it can wait for its end, also another process. It prints its
// end only, and its JSON masks the device code: DeviceCode.Reveal gives that for
// keeping, and signing.NewSecret takes it back.
type Authorization struct {
	// UserCode is what the person types in.
	UserCode string `json:"user_code"`
	// VerificationURL is where, with the code in it where the platform
	// offers that.
	VerificationURL string    `json:"verification_url"`
	ExpiresAt       time.Time `json:"expires_at,omitzero"`
	// DeviceCode is the secret to ask with.
	DeviceCode signing.Secret `json:"device_code"`
	// Interval is the least time between two looks.
	Interval time.Duration `json:"interval"`
}

// Credentials are what a device authorization has obtained. They print, and
// turn into JSON, without the key: APIKey.Reveal gives it for keeping.
type Credentials struct {
	APIKey signing.Secret `json:"api_key"`
	// UserID is the user that the key acts for, "" if the platform did not say.
	UserID string `json:"user_id,omitempty"`
}
