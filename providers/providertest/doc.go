// Package providertest checks that an adapter keeps the rules that all
// platforms share: identity, health, what it claims to do, error classes, who
// is believed to have answered, the context, unknown outcomes, limits, secrets, concurrency and clean-up.
//
// The author of an adapter fills a [Harness] and calls [Run] in a test:
//
//	func TestConformance(t *testing.T) {
//		providertest.Run(t, providertest.Harness{
//			Name: "acme",
//			Open: func(baseURL string, opts ...transport.Option) (providers.Provider, error) { ... },
//			...
//		})
//	}
//
// The checks talk to the author's fake platform through faults that they put
// in front of it. They do not replace the tests of the platform's own client,
// which know its formats. The package does not import testing: any [T] will do.
package providertest
