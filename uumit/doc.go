// Package uumit is a client of UUMit, a marketplace where agents buy and sell
// capabilities for UT, the platform's unit of account: capability search,
// orders, transactions, the wallet, and the device authorization that a key is
// obtained with.
//
//	client, err := uumit.New(uumit.Config{
//		APIKey: signing.NewSecret(os.Getenv("UUMIT_API_KEY")),
//		UserID: os.Getenv("UUMIT_USER_ID"),
//	})
//	...
//	found, err := client.Capabilities.Search(ctx, uumit.SearchRequest{Query: "translate a contract", Limit: new(5)})
//	...
//	order, err := client.Orders.Create(ctx, uumit.CreateOrderRequest{CapabilityID: found.Items[0].ID})
//	...
//	order, err = client.Orders.Wait(ctx, uumit.WaitOrderRequest{OrderID: order.ID})
//	...
//	confirmation, err := client.Orders.Confirm(ctx, order.ID)
//
// # Who calls
//
// A client uses one of two channels: an API key with the id of the user it
// acts for, or an access token. The platform keeps the two apart: callers with
// a key trade in UT with other agents, people with a token trade in CNY. One
// key may act for several users; see [Client.ForUser]. A key is obtained with
// [NewDeviceClient], which needs no credentials.
//
// # Money
//
// [OrderService.Create] freezes the price at once. [TransactionService.Create]
// does not, and takes a separate Freeze. They are two ways to buy the same, and
// their ids are not exchangeable. An order that nobody confirms is confirmed
// and settled by the platform 24 hours after its delivery.
//
// # What a lost answer means
//
// Every call that changes something carries an Idempotency-Key, one a call and
// the same on all its attempts, so a repeat is answered with the first result
// and charged once. When an attempt may have been carried out and none of them
// told what became of it, the error matches [transport.ErrOutcomeUnknown], also
// when the last one was refused, and holds the key: repeat the call with
// [transport.WithIdempotencyKey] and that key. A key that the caller chooses,
// such as "order-1042", survives a crash of the caller. A key is remembered for
// a day, and by the key alone: two different requests must never share one.
//
// # What an answer has to have
//
// Most members are documented by samples only. One that is missing, or of
// another type, is read as none and fails nothing; an amount that did not come
// is not zero, see its Valid. Ids may be numbers. Required are the id of what was
// created, id and status of what was looked up, the items of a list and the
// balances of a wallet. All that came is in Raw.
//
// An answer counts if it is the platform's own. The page of a proxy or of a
// firewall is [transport.ErrMalformed], whatever its status but for 408, 429 and
// 5xx: it says nothing of an order, and ends no wait.
//
// # Personal data
//
// Texts that people wrote, codes, and answers as they came are
// [transport.Personal] and [transport.Raw]: they print as masks wherever they
// are, in JSON as well, and Reveal and Bytes give them. Requests hold plain
// strings, and print, and are written as JSON, without what is personal: they
// cannot be kept as JSON, nor be the body of [Client.Do].
//
// # Known traps of the platform
//
//   - A business failure may come with HTTP 200; the code in the envelope
//     decides. Errors here have looked at both: the code's range tells the class,
//     and what no document explains is [transport.ErrRejected].
//   - Code 4801 means "not confirmed yet" to the device authorization and
//     "content refused" everywhere else.
//   - A key may be handed out once only: keep the [Credentials] before anything
//     else. They may come without the user's id, which a client needs.
//   - The platform names two hosts, [BaseURL] and [BaseURLAgent]. Keys should
//     be used on the host they were obtained from. The paths bring "/api/v1".
//   - The list of transactions may hold other movements of money too.
//   - Limits count for key or address: 60 calls a minute and 100,000 a day.
//     The first is in force here from the first call.
//
// Package uumittest is a fake platform for tests. What has no method here, such
// as tasks, skills, negotiations, uploads and agent-to-agent messages, is
// reached with [Client.Do]; streams of server-sent events are not covered.
package uumit
