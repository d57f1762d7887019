// Command pentagate holds the tools of the Pentagate SDK:
//
//	go install github.com/pentagate/pentagate/cmd/pentagate
//	pentagate sign -help
//	pentagate sandbox -help
//
// It exits with 0, with 1 for a failure, and with 2 for flags that it cannot
// use. Flags may be written with one dash or with two.
//
// # Sign
//
// Sign shows what a platform signs and the signature that comes out, and says
// where a signature that does not match went wrong:
//
//	pentagate sign -provider procure -secret S -key K -path '/api/v1/intents?page=1'
//	pentagate sign -provider aihuishou -secret S -body '{"order_no":"O1"}' -verify SIGNATURE
//
// The path is the percent-encoded one of the request line for procure, the
// path as it is signed for codegate, and not signed for aihuishou. It may carry
// the query after a question mark; then -query is refused. The timestamp is in
// the platform's own form: seconds for codegate, milliseconds for procure,
// "yyyy-MM-dd HH:mm:ss" in UTC+8 for aihuishou, and now if it is left out. For
// aihuishou the body is the JSON object of the parameters, to which the
// timestamp is added.
//
// It exits with 1 if -verify does not match. Nothing is sent, and the secret is
// never printed. The secret on a command line is visible to other users of the
// machine: use one made for testing.
//
// # Sandbox
//
// Sandbox keeps fake platforms running for programs that know nothing of them:
// it prints the environment variables that lead to them, as commands for a
// shell, and runs until it is interrupted. To have them in the shell at hand:
//
//	eval "$(pentagate sandbox -background)"
//	go run ./examples/codegate -redeem
//	kill "$PENTAGATE_SANDBOX_PID"
//
// In the background it ends by itself after an hour, or after -for.
//
// Time on the platforms is the real one. What their people do takes a second
// or a few: deliveries of orders and transactions, purchases, inspections, and
// the confirmation of device authorizations, where nobody has to do anything.
//
// The next requests to a platform meet the faults that are set at
// PENTAGATE_SANDBOX_CONTROL:
//
//	curl -X POST "$PENTAGATE_SANDBOX_CONTROL/faults?platform=procure&fault=status&status=503&times=2"
//	curl "$PENTAGATE_SANDBOX_CONTROL/faults"
//	curl -X DELETE "$PENTAGATE_SANDBOX_CONTROL/faults"
//
// What a POST sets may also stand in its body, as a form or a JSON object. One
// that cannot be understood is answered 400, with what is allowed; an empty one
// lists everything. A drop that a GET meets on a connection in use for a while
// is made good by Go's net/http itself, which sends it again: set two.
//
// The sandbox listens on loopback only, and forgets everything when it ends.
package main
