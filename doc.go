// Package pentagate is the root of a Go SDK for vendor platforms that a
// backend service buys from, sells through or redeems against. It holds no
// code: a service imports the package of the platform it talks to.
//
//   - [github.com/pentagate/pentagate/codegate] is the client of CodeGate,
//     activation codes; [github.com/pentagate/pentagate/codegate/codegatetest]
//     is a CodeGate platform to test against.
//   - [github.com/pentagate/pentagate/transport] holds what all clients share:
//     errors, retries, limits, options and the call to any path of a platform.
//   - [github.com/pentagate/pentagate/transport/transporttest] lets the requests
//     of a test meet faults, and has a clock that waits in no time.
//   - [github.com/pentagate/pentagate/signing] signs requests, verifies them and
//     explains what is signed. It needs nothing but the standard library.
//
// The programs below examples run as they are, without an account.
package pentagate
