// Package transport is the HTTP client that all platforms share: it encodes,
// limits, signs, sends, reads, classifies, retries and decodes.
//
// Services meet it through the platforms' packages: they pass an [Option] to
// New and a [CallOption] to a call, and test errors against the sentinels:
//
//	result, err := client.VerifyCode(ctx, req)
//	switch {
//	case errors.Is(err, transport.ErrOutcomeUnknown):
//		// it may have happened: look before calling again
//	case errors.Is(err, transport.ErrInvalid):
//		// the error names every wrong field
//	}
//
// # What happens
//
// Once a call: check it, encode the body, choose the idempotency key, make the
// attempts, decode the result. Once an attempt: wait for the rate limit, take
// the time and the platform's clock difference, sign the exact bytes and
// address, send, read the whole answer up to a cap, classify. The attempt
// level is a chain of [http.RoundTripper]s; [Client.RoundTripper] lends it to
// a plain [http.Client].
//
// # What is tried again
//
// A call is repeated by what a repeat may do ([Safety]) and by what happened,
// never by the status alone:
//
//	read, keyed, idempotent  connection errors, 429, 5xx, the platform's own
//	                         server-error codes
//	unsafe                   only what provably did not run: never sent, 429
//	once                     nothing
//
// All but once are sent a second time when the platform refuses the request's
// time and its Date header tells the right one. Waits grow exponentially with
// full jitter, follow Retry-After up to a cap, and end with the context. A
// client that fails a lot runs out of retries ([RetryPolicy].Budget).
//
// Below all that, net/http sends a read or a keyed request a second time by
// itself when a kept connection turns out to be closed; of a keyed one
// [Info] tells.
//
// A call that changes something and ends without a usable answer returns an
// error that matches [ErrOutcomeUnknown].
//
// # What is safe by default
//
// HTTPS unless the host is loopback, TLS 1.2 or later, no redirect followed,
// no request signed for another origin, answers capped at 10 MiB, 30 seconds
// an attempt. Errors, logs and observers see no path, query, body or
// credential; only [Error].Body and [Answer] hold the platform's words.
//
// The package knows no platform. Limits shared by a fleet of machines are not
// in it; [Limiter] is the place for them. Package transporttest helps testing.
package transport
