// Package codegatetest is a CodeGate platform to test against: the seven calls
// of its SDK API and /health, served on loopback, with the answers, the errors
// and the defects of the real server. It is to package codegate what
// net/http/httptest is to net/http, and does not import testing, so that
// programs can embed it.
//
//	srv := codegatetest.NewServer()
//	defer srv.Close()
//
//	srv.AddCode(codegatetest.Code{Code: "PROMO-2024"})
//	client, err := codegate.New(srv.Config())
//
// A [Platform] holds the state and is an [http.Handler]; a [Server] is a
// Platform on a port. State is seeded through AddProject, AddCode and their
// like, which stand for the administrator's pages, and read back with Code,
// Verifications and Requests. Tests control the clock with SetNow and
// Advance. Faults go in front with [WithMiddleware].
//
// # What it answers like
//
// The facts come from two places: the vendor document ("CodeGate API
// reference", its chapters Authentication, Endpoints and Errors) and, where
// the document is silent or wrong, what was seen on the running server. Two
// builds of the server were looked at, on an older and on a newer FastAPI.
// Where they differ this package is the newer one: a POST needs Content-Type
// application/json, the path is signed with ? # \ as %3F %23 %5C, and a body
// that is null is a model_attributes_type error.
//
// Signatures are checked by code of this package alone, not by package
// signing, so that one does not prove the other right by sharing its mistakes.
//
// What surprises on the real server, and here:
//
//   - The server signs the path as it stands after percent-decoding, and then
//     unescapes the {code} of by-code once more. A client has to escape a code
//     twice on the wire and to sign the form that is escaped once.
//   - Codes are redeemed across projects: verify does not compare the code's
//     project with the key's.
//   - The expired flag is written when a call touches a code. A used or
//     disabled code that runs past its end cannot be written, and every call
//     that touches it answers 500 from then on, for good.
//   - disabled_codes is always 0.
//   - After a 500 the connection is closed without a Connection header. A
//     request that a client sends on it at once is lost: it is not answered and
//     not carried out. A client that waits a little opens another connection.
//   - A [Server] closes a connection that nobody has used for 5 s
//     ([WithIdleTimeout]). A request that is sent at that moment is lost.
//   - More than 15 calls at once stall a Server for 30 s ([WithPool]): it
//     answers nothing at all, /health neither, and then 500 to the calls that
//     waited. Tests that call from more goroutines bound the connections of
//     their clients, or lift the bound with WithPool(0, 0).
//   - A search of about 50,000 bytes and more answers 500, for good. One that
//     is a NUL matches everything.
//   - There is no rate limit. [WithRateLimit] puts a limiter in front, as a
//     proxy would.
//
// # What is not in it
//
// The administrators' API and pages, cross-origin answers, PostgreSQL, several
// server processes (which on the real server let one code be redeemed more
// than once), HTTP/2. A request line that net/http cannot parse, such as one
// with a broken percent escape in the path, gets the 400 of net/http.
//
// Where nothing is known of the real server, the simplest was taken:
//
//   - Where times are equal, what was added last counts as the newest, in code
//     lists, in verification logs and in recent verifications: on a clock that
//     never stands still it would be.
//   - A tab, a carriage return or a line feed in the decoded path is left out
//     of the signed text. It was seen for the line feed only.
//   - A 422 for a missing header also lists what is wrong with query and body.
//   - A code is touched, and may answer 500, before its project is compared.
//   - json_invalid carries the place where Go's decoder stopped, in
//     characters, and always says "Expecting value".
//   - A POST whose body is not UTF-8 and was not announced as JSON answers 500.
//   - Text with lone surrogate escapes is read with U+FFFD in their place.
//   - 405 names the method of the first route that fits the path.
//   - Location of a 307 is an absolute URL made of the Host header.
//   - / and /health answer {"status":"ok"} and need no database connection.
//   - All calls that find no database connection, and all that come during a
//     stall, fail at its end; it begins with the first of them. What was
//     refused by [WithRateLimit] or by a middleware meets no stall.
//   - A NUL ends the pattern that is searched for, as in SQLite.
//   - A middleware's own 500 does not close the connection, nor would a proxy's.
package codegatetest
