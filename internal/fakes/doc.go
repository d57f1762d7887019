// Package fakes starts the fake platforms together, with things to buy, to
// sell and to redeem, for the programs that need several of them at once: the
// sandbox and the gateway example.
//
//	platforms := fakes.Start(fakes.Pace{Purchase: time.Second})
//	defer platforms.Close()
//	gateway, err := providers.OpenGatewayFromEnv(providers.Builtin(), func(name string) string {
//		return platforms.Env()[name]
//	})
//
// The platforms' own people are here too: they deliver, inspect and complete
// on the real clock, at the [Pace] that is asked for, and whoever has to
// confirm a device authorization does. Faults are put in front of a platform
// through [Platforms.Faults].
//
// Tests of a single platform need none of this: they take that platform's own
// fake, such as package procuretest.
package fakes
