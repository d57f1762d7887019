// Package pentagate is the root of a Go SDK for vendor platforms that a
// backend service buys from, sells through or redeems against. It holds no
// code: a service imports the package of the platform it talks to.
//
//   - [github.com/pentagate/pentagate/codegate], activation codes;
//     [github.com/pentagate/pentagate/procure], purchase intents;
//     [github.com/pentagate/pentagate/aihuishou], valuations and recycling
//     orders; and [github.com/pentagate/pentagate/uumit], a marketplace and its
//     device authorization, are the clients.
//   - codegatetest, procuretest, aihuishoutest and uumittest, each below its
//     client, are fake platforms to test against.
//   - [github.com/pentagate/pentagate/providers] opens all platforms from one
//     configuration and lets a service treat them alike;
//     [github.com/pentagate/pentagate/providers/providertest] checks an adapter.
//   - [github.com/pentagate/pentagate/transport] holds what all clients share:
//     errors, retries, limits, options and the call to any path of a platform.
//   - [github.com/pentagate/pentagate/transport/answer] holds the field types of
//     answers, which are read leniently.
//   - [github.com/pentagate/pentagate/transport/transporttest] lets the requests
//     of a test meet faults, and has a clock that waits in no time.
//   - [github.com/pentagate/pentagate/signing] signs requests, verifies them and
//     explains what is signed. It needs nothing but the standard library.
//   - [github.com/pentagate/pentagate/cmd/pentagate] finds the mistake in a
//     signature, and keeps the fake platforms running for other programs.
//
// The programs below examples need no account: each brings its fake platform
// along, or says how to start one.
package pentagate
