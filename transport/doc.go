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
// attempts, settle the outcome, decode the result. Once an attempt: wait for the
// rate limit, take the time and the platform's clock difference, sign the exact
// bytes and address, send, read the whole answer up to a cap, find out who
// spoke, classify. The attempt level is a chain of [http.RoundTripper]s;
// [Client.RoundTripper] lends it to a plain [http.Client].
//
// # Who spoke
//
// An answer counts only in the platform's own form. All else, such as the page
// of a proxy, a firewall or a load balancer, matches [ErrMalformed]: it proves
// nothing about an object and completes nothing. 429, 408 and 5xx mean the same
// whoever sends them.
//
// # What is tried again
//
// A call is repeated by what a repeat may do ([Safety]) and by what happened,
// never by the status alone:
//
//	read, keyed, idempotent  connection errors, 408, 429, 5xx, the platform's
//	                         own server-error codes
//	unsafe                   only what provably did not run: never sent, 429
//	once                     nothing
//
// All but once are sent a second time when the platform refuses the request's
// time and its Date header tells another one; that difference is kept when the
// attempt signed with it is accepted. Waits grow exponentially with full jitter,
// follow Retry-After up to a cap, and end with the context. One Retry-After
// holds back all calls of the same class. A client that fails a lot runs out of
// retries ([RetryPolicy].Budget).
//
// Below all that, net/http sends a read or a keyed request a second time by
// itself when a kept connection turns out to be closed; of a keyed one
// [Info] tells.
//
// # What an outcome is
//
// A call that changes something returns an error that matches
// [ErrOutcomeUnknown] as soon as one attempt may have run and none has proved
// what became of it. Proof is a success, a refusal by the platform that names
// wrong fields of the request, and the look-up of an operation that says that it
// makes one. Whether a request was sent is seen on the connection, the client's
// own or that of an [*http.Transport] of the caller's; the type of an error
// counts only where nobody watched.
//
// # What is safe by default
//
// HTTPS unless the host is loopback, TLS 1.2 or later, no redirect to another
// origin, no request signed for another origin, answers capped at 10 MiB and
// their headers at 256 KiB, 30 seconds an attempt, a minute's wait for the
// client's own limits, idle connections closed after 4 seconds, silent HTTP/2
// connections after 10. Errors, logs and observers see no path, query, body or
// credential; only [Error].Body and [Answer] hold the platform's words.
//
// The package knows no platform. Limits shared by a fleet of machines are not
// in it; [Limiter] is the place for them. Package transporttest helps testing.
package transport
