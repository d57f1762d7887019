// Command pentagate holds the tools of the Pentagate SDK:
//
//	go install github.com/pentagate/pentagate/cmd/pentagate@latest
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
//	read -rs PENTAGATE_SECRET; export PENTAGATE_SECRET
//	pentagate sign -provider procure -key K -path '/api/v1/intents?page=1'
//	pentagate sign -provider codegate -path '/api/v1/projects/p1/codes?search=a+b' -timestamp 1704153600 -verify SIGNATURE
//
// The secret is taken from PENTAGATE_SECRET, or from standard input with
// "-secret -". It may also be an argument, which other users of the machine can
// see and the shell's history keeps: then use one made for testing. It is
// masked where the scheme puts it into the text, and printed nowhere else,
// unless the path, the query or the body that is given holds it.
//
// The path is the percent-encoded one of the request line for procure, the
// path as it is signed for codegate, and not signed for aihuishou. It may carry
// the query after a question mark; then -query is refused. The timestamp is in
// the platform's own form: seconds for codegate, milliseconds for procure,
// "yyyy-MM-dd HH:mm:ss" in UTC+8 for aihuishou, and now if it is left out. For
// aihuishou the body is the JSON object of the parameters, to which the
// timestamp is added.
//
// A signature is made for one time, so -verify needs the -timestamp that was
// sent. If the signature does not match, the mistakes are named that would lead
// to it, as far as they are known: another spelling of method, path, query or
// body, a timestamp of another unit or some minutes away, white space after
// the secret, base64. It then exits with 1. Nothing is sent.
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
