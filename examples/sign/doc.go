// Command sign shows what a platform signs and the signature that comes out,
// and says where a signature that does not match went wrong:
//
//	go run ./examples/sign -provider procure -secret S -key K -path '/api/v1/intents?page=1'
//	go run ./examples/sign -provider aihuishou -secret S -body '{"order_no":"O1"}' -verify SIGNATURE
//
// The path is the percent-encoded one of the request line for procure, the
// path as it is signed for codegate, and not signed for aihuishou. It may carry
// the query after a question mark; then -query is refused. The timestamp is in
// the platform's own form: seconds for codegate, milliseconds for procure,
// "yyyy-MM-dd HH:mm:ss" in UTC+8 for aihuishou, and now if it is left out. For
// aihuishou the body is the JSON object of the parameters, to which the
// timestamp is added.
//
// It exits with 0, with 1 if -verify does not match, and with 2 for bad input.
// Nothing is sent, and the secret is never printed. The secret on a command line
// is visible to other users of the machine: use one made for testing.
package main
