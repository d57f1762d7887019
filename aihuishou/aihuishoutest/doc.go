// Package aihuishoutest is an Aihuishou platform to test against: the seven
// calls of the partner API, served on loopback. It is to package aihuishou what
// net/http/httptest is to net/http, and does not import testing, so that
// programs can embed it.
//
//	srv := aihuishoutest.NewServer()
//	defer srv.Close()
//
//	client, err := aihuishou.New(srv.Config())
//
// A [Platform] holds the state and is an [http.Handler]; a [Server] is a
// Platform on a port. Prices are set with SetPrices, orders go on by hand with
// AdvanceOrder or with the clock ([WithProgress]), and Order, Orders, TradeIns
// and Requests tell what has happened. AnswerWith makes the platform busy, or
// refuse for reasons of its own. Tests control the clock with
// [WithClock], SetNow and Advance. Faults go in front with [WithMiddleware].
//
// As on the platform, only five requests pass in any second; a client that
// keeps to it makes a test wait. A test that does not want that gives both
// sides one clock that waits in no time:
//
//	clock := transporttest.NewClock(time.Now())
//	srv := aihuishoutest.NewServer(aihuishoutest.WithClock(clock.Now))
//	client, err := aihuishou.New(srv.Config(), transport.WithClock(clock))
//
// # What it answers like
//
// The facts come from the vendor document ("Aihuishou partner API"): the
// paths, the headers, the signature, the envelope, the required fields, the
// answers of valuation/get and order/create, HTTP 401 and 429, quotes that
// hold for two days. Signatures are checked by code of this package alone, not
// by package signing, so that one does not prove the other right by sharing
// its mistakes.
//
// The document says nothing about the following. What was taken are choices,
// not facts about the platform, and a service should not build on them:
//
//   - A bad signature, an unknown app id, and a timestamp that is missing or
//     more than five minutes off (in UTC+8, see [WithLocation]) answer HTTP 401.
//   - Answers carry a Date header, and 401 and 429 the envelope with the HTTP
//     status as code. A request of another method answers 405, of another path
//     404, a body that is no JSON object 400, one not announced as JSON 415.
//   - A missing field or an undocumented value answers code 1001, an unknown
//     quote, order, parcel or settlement 1004, an order on a quote that has
//     run out 1005.
//   - Numbers in a signed body are read and written again the way Python does
//     ("6800.00" is signed as 6800.0), objects and arrays cannot be signed;
//     [WithJSONLiterals] does both like JSON.
//   - Every device is worth 6800.00 with a deposit of 50.00, as in the
//     document's sample. A quote can be used for any number of orders, so that
//     a call that is repeated by mistake shows.
//   - After pending_send come inspecting and completed. When inspecting begins
//     the parcel has arrived; when the order is completed the device has been
//     inspected, for the price of the quote or that of SetFinalPrice, and
//     settled for the same.
//   - The inspection of an order that is not completed is a success without
//     data; its settlement is unknown.
//   - A trade-in is made for any order and subsidized with 200.00.
//   - With logistics_type store there is no parcel, and store_info holds
//     store_name and store_address.
//   - 429 tells no Retry-After, and a request that is refused so does not
//     count.
package aihuishoutest
