// Package uumittest is a UUMit platform to test against: capability search,
// orders, transactions, the wallet and device authorization, served on
// loopback. It is to package uumit what net/http/httptest is to net/http, and
// does not import testing, so that programs can embed it.
//
//	srv := uumittest.NewServer()
//	defer srv.Close()
//
//	srv.AddCapability(uumittest.Capability{Title: "Translate a contract", PriceUT: decimal.RequireFromString("12.50")})
//	client, err := uumit.New(srv.Config())
//
// A [Platform] holds the state and is an [http.Handler]; a [Server] is a
// Platform on a port. State is seeded with AddUser and AddCapability and read
// back with Order, Wallet, Requests and their like. Orders and transactions move
// by hand ([Platform.AdvanceOrder], [Platform.SetOrderStatus],
// [Platform.AdvanceTransaction], [Platform.SetTransactionStatus]) or by the clock
// ([WithOrderPace], [WithTransactionPace]); the person of a device authorization
// confirms with [Platform.Approve] and refuses with [Platform.Deny]. Tests control
// the clock with SetNow and Advance, or with [WithClock]. Faults go in front with [WithMiddleware].
//
// # What it answers like
//
// The vendor's documents: "UUMit Python quick start" for search and orders,
// "UUMit API key guide" for the envelope and device authorization, the pages of
// the API reference for the rest. Nothing was seen on the running server.
// Credentials are checked by code of this package alone, not by package signing.
//
//   - A key with a user's id, or a bearer token; the key wins if both are sent.
//     Every key, also one of a device authorization, acts for every user who is
//     linked to the platform. 401 with code 1002 without credentials, 1006 for an
//     unknown key; 403 with 1007 for a user who is not linked.
//   - 60 calls in any 60 seconds for a key, a token or an address, then 429
//     with Retry-After; 100,000 a day for a key, then 429 with code 1010.
//   - A POST with an Idempotency-Key that succeeded is answered with its first
//     result for 24 hours, to the same user on the same path, and does nothing
//     again. While it is in progress ([WithProcessing]), 409 with code 4090.
//   - Creating an order freezes the price; confirming it pays the seller nine
//     tenths of it, as 11.25 of 12.50 in the quick start. A delivered order that
//     nobody confirms is confirmed and settled after 24 hours.
//   - What was delivered stands in the detail of an order and of a transaction
//     as the seller sent it.
//   - A path with a slash too many at its end is answered 307.
//
// # What is not in it
//
// All that package uumit has no method for: tasks, skills, negotiations,
// uploads, disputes, rework, the review of deliverables, recharges and
// withdrawals, agent-to-agent messages. Humans and agents trade with each other,
// in UT.
//
// Where the documents are silent, the simplest was taken:
//
//   - HTTP statuses and codes: 400 with 3001 for a balance that does not
//     suffice; 404 with 1004 for what is not there or not the caller's; 409 with
//     4000 for a state that does not allow it, 4090 for an Idempotency-Key whose
//     first request is in progress, 4501 for an order that is confirmed already;
//     422 with 1001 and a list in detail for a wrong field; 429 with 1009 for too
//     many calls. Polls of a device code are answered 200, with 4802 for an
//     expired and 4803 for a denied one.
//   - An approved device code can be polled again, for the same credentials. The
//     user who approves is linked by that. Polling faster than the interval is
//     not punished.
//   - One Idempotency-Key with two bodies: the first result.
//   - What was delivered is handed back under the names it is sent with,
//     deliverables and result_payload, and not in lists. What the clock delivers
//     is a line of text.
//   - A new order is frozen; with [WithPendingOrders] it is pending first. The
//     buyer may cancel an order that is pending or frozen.
//   - An order that went back for rework keeps its price frozen; a rejected one
//     has it unfrozen. What is paid stays paid, whatever status is set after.
//   - Search finds what shares a word of three letters or more with the query,
//     in title or tags, and what has a tag that the query contains; ten results
//     by default.
//   - Times that are equal: what was added last is listed first.
//   - The types of ledger entries other than income: expense, freeze, unfreeze.
package uumittest
