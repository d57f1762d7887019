// Command sandbox keeps fake platforms running for programs that know nothing
// of them: it prints the environment variables to point them at it.
//
//	go run ./examples/sandbox
//
// prints the variables as commands for a shell, and runs until it is
// interrupted. To have them in the shell at hand:
//
//	eval "$(go run ./examples/sandbox -background)"
//	go run ./examples/codegate -redeem
//	kill "$PENTAGATE_SANDBOX_PID"
//
// In the background it ends by itself after an hour, or after -for.
//
// Time on the platforms is the real one. What their people do takes a second
// or a few: deliveries of orders and transactions, purchases, inspections, and
// the confirmation of device authorizations, where nobody has to do anything.
//
// # Faults
//
// The next requests to a platform meet the faults that are set at
// PENTAGATE_SANDBOX_CONTROL:
//
//	curl -X POST "$PENTAGATE_SANDBOX_CONTROL/faults?platform=procure&fault=status&status=503&times=2"
//	curl "$PENTAGATE_SANDBOX_CONTROL/faults"
//	curl -X DELETE "$PENTAGATE_SANDBOX_CONTROL/faults"
//
// What a POST sets may also stand in its body, as a form or a JSON object. One
// that cannot be understood is answered 400, with what is allowed; so an empty
// one tells everything. A drop that a GET meets on a connection in use for a
// while is made good by Go's net/http itself, which sends it again: set two.
//
// The sandbox listens on loopback only, and forgets everything when it ends.
package main
