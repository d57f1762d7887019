// Package procuretest is a Procure-core platform to test against: health and
// the seven calls on intents, served on loopback, with their signatures,
// limits, checks and statuses. It is to package procure what net/http/httptest
// is to net/http, and does not import testing, so that programs can embed it.
//
//	srv := procuretest.NewServer()
//	defer srv.Close()
//
//	client, err := procure.New(srv.Config())
//	intent, err := client.CreateIntent(ctx, ...)
//	srv.SetStatus(intent.ID, procure.StatusCompleted)
//
// A [Platform] holds the state and is an [http.Handler]; a [Server] is a
// Platform on a port. State is seeded through AddApp and AddIntent, moved with
// SetStatus, which stands for the platform's own work, and read back with
// Intent, Intents and Requests. Tests control the clock with
// [WithClock], SetNow and Advance; every answer carries it as its Date. Faults
// go in front with [WithMiddleware].
//
// # What it answers like
//
// The facts come from the vendor document ("Procure API", its chapters common
// parameters, response format, error handling, rate limits, data structures
// and those of the calls). Signatures are checked by code of this package
// alone, not by package signing, so that one does not prove the other right by
// sharing its mistakes: over the request line's path and query as they came,
// with the timestamp at most five minutes off.
//
// The documented limits are in force, each counted over the second that ends
// with the request: an App's eleventh create within any second is answered
// 429. [WithoutLimits] switches them off.
//
// Where the document is silent, this was taken:
//
//   - Codes: 40101 for anything wrong with the signature, 40400 for an unknown
//     path, 40401 for an unknown intent, 40901 for a status that does not allow
//     the call, 41301 and 41401 for a body or URL too large, 42901 over a limit.
//   - A create answers HTTP 201, all else 200. Messages are "success".
//   - An intent begins as SUBMITTED. Execute takes it to PROCESSING, and from
//     there SetStatus or [WithProcessingTime] to its end. Delete is allowed in
//     DRAFT and in terminal statuses, and answers null.
//   - Update answers the whole intent. Fields that cannot be changed are
//     refused with 40001, unknown ones ignored. Remarks can be "" and null.
//   - A list holds its intents as items, beside total, page, pageSize and
//     totalPages. startDate and endDate bound createdAt and are part of the
//     span. Of two that are equal in the list's order, the one that was added
//     last is the greater.
//   - Cancel and execute count as changes. Refused calls count nowhere, and a
//     429 names no Retry-After.
//   - A wrong request is answered with the first field that is wrong, in the
//     order of the document. Texts are counted in characters.
//
// # What is not in it
//
// Webhooks, the IP allow-list, the 30 seconds for a request, TLS.
package procuretest
