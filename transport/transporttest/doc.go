// Package transporttest helps to test services that call platforms through
// package transport: a handler that injects faults in front of a fake
// platform, one scripted fault a request, a TLS server that lets them reach the
// connection, and a clock that waits in no time.
//
// Put [Faults] in front of any handler and say what the next requests meet:
//
//	faults := transporttest.NewFaults(platform)
//	server := httptest.NewServer(faults)
//	faults.Script(transporttest.DropAfter(), transporttest.Status(503, `{}`))
//
// The first request then runs but its answer is lost, the second is answered
// 503, and all further ones pass through.
//
// What happens beneath TLS, such as a connection that falls silent, needs a
// server that lets faults get there: [NewTLSServer] serves a handler over
// HTTP/1.1 or HTTP/2 under a certificate of an [Authority] of its own.
//
// [Wire] records requests as they go on the wire. [PlatformClock] and
// [RequestLog] are what fake platforms are built with.
//
// The package holds no fake platform: those stand beside the clients they
// serve, such as codegatetest. It does not import testing, so that programs
// can embed it.
package transporttest
