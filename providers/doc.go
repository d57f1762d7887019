// Package providers lets a service treat several platforms alike: it opens
// them from configuration, finds what each can do, and follows orders over all
// of them.
//
//	gateway, err := providers.OpenGateway(providers.Builtin(), map[string]map[string]any{
//		"codegate": {"base_url": "https://codes.example.com", "api_key": key, "secret": secret, "project_id": project},
//		"procure":  {"environment": "test", "app_id": id, "app_secret": secret},
//	})
//	...
//	codes, err := providers.Find[providers.Codes](gateway, "codegate")
//	code, err := codes.RedeemCode(ctx, "WELCOME-2026", "order-1042")
//
// An entry's name, such as "procure-b", is its provider's name in errors, logs and
// observers. [OpenGatewayFrom] takes a configuration as viper, koanf or YAML give
// it, [OpenEntries] options for each entry, and [NewGateway] stubs.
// [Gateway.Reload] changes what a gateway holds while calls are under way.
//
// # Capabilities
//
// What a platform can do is a set of small interfaces: [Codes], [Intents],
// [Valuations], [Orders], [CapabilitySearch], [DeviceAuthorization], [Health].
// [As] finds one on a provider, [Find] on a gateway. What they return carries a
// normalized [Status] beside the platform's own word, exact [Money] with its
// currency, and the raw answer; the parties' names and addresses are left out.
// Everything else is reached through the platform's own client, which
// [Provider.Native] returns.
//
// Errors are those of package transport, untouched.
//
// [DeviceAuthorization] obtains credentials. What it starts is plain data and may
// be kept while a person takes their time, and what it obtains can be read from
// the provider that it returns, as [Authorized].
//
// # Following orders
//
// [Gateway.Watch] follows orders of all providers at once. Only a platform's own
// answer is about an order: an outage or the page of a proxy leaves none out, and
// a refusal only the third time in a row.
//
// # Adapters
//
// A [Registry] is a value. [Builtin] returns one that knows the five built-in
// adapters; more can be registered from outside. Package providertest holds the
// checks that an adapter must pass.
//
// The package decides nothing that belongs to a platform: limits, retries and
// formats are those of the platform's own client.
package providers
