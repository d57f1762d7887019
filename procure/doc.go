// Package procure is a client of Procure-core, a platform that buys for others:
// a service states what is wanted as a purchase intent, and the platform
// orders it on Taobao, JD or PDD. It covers health and the seven calls on
// intents, each signed.
//
//	client, err := procure.New(procure.Config{
//		Environment: procure.Production,
//		AppID:       os.Getenv("PROCURE_APP_ID"),
//		AppSecret:   signing.NewSecret(os.Getenv("PROCURE_APP_SECRET")),
//	})
//	...
//	intent, err := client.CreateIntent(ctx, procure.CreateIntentRequest{
//		UserID:        "user_001",
//		Platform:      procure.Taobao,
//		ProductURL:    "https://item.taobao.com/item.htm?id=123456",
//		Title:         "测试商品",
//		Price:         decimal.RequireFromString("99.99"),
//		Quantity:      1,
//		RecipientName: "张三",
//		Address:       "北京市朝阳区",
//		Phone:         "13800138000",
//	})
//	...
//	intent, err = client.WaitIntent(ctx, procure.WaitIntentRequest{ID: intent.ID})
//
// Money is exact, in yuan; an amount that an answer does not tell is none, and
// not 0. Who buys what, such as names, addresses, phones and products, is
// [transport.Personal], and Raw is [transport.Raw]: they print, log and encode
// as masks wherever they stand, and Reveal and Bytes give what came. Requests
// hold plain strings, and print, log and encode with masks themselves.
//
// # Whose answer it is
//
// The platform's own answers stand in its envelope, {"code":...}. Whatever else
// comes may be from a proxy, a firewall or a load balancer: it matches
// [transport.ErrMalformed], says nothing of an intent, completes nothing and
// ends no wait. HTTP 429, 408 and 5xx count from anyone. DeleteIntent takes an
// answer of 2xx without a body for success as well, and UpdateIntent and
// ExecuteIntent a 204.
//
// A code that no document explains is [transport.ErrRejected], and
// [transport.ErrUnavailable] where it or its message says that the platform is
// busy, has failed or ran out of time.
//
// # What a lost answer means
//
// The platform knows no idempotency key: a create that is repeated creates a
// second intent. CreateIntent and ExecuteIntent are therefore never repeated
// unless the request provably did not run. When their answer is lost they
// return an error that matches [transport.ErrOutcomeUnknown]: look for the
// intent with ListIntents, by UserID and StartDate, or with GetIntent before
// calling again. The platform's own sample repeats every call;
// [transport.WithUnsafeRetries] does that.
//
// UpdateIntent, CancelIntent and DeleteIntent are repeated. A repeat that finds
// the intent cancelled or gone counts as done. One that is refused proves
// nothing of the attempt before it, so that the error matches
// [transport.ErrOutcomeUnknown] too, unless it names a field of the request as
// wrong or the intent turns out to be past cancelling.
//
// # Limits
//
// The documented rates (see [Limits]) are in force from the first call, so
// that no second holds too many calls, wherever it begins. Calls wait for
// their turn within their context.
//
// # Where the documents are thin
//
//   - Delete and execute are named but not described: which status allows them
//     is left to the platform, and so is the status of every other call.
//   - The shape of a list is not shown. An array is read, and an object that
//     holds one as items, list, intents or records.
//   - Nothing tells how an intent leaves DRAFT.
//   - The platform may know more words for platforms, statuses and orders than
//     are documented: they are sent, and kept.
//   - Answers may hold more than they are documented to, and members of another
//     form: those count as absent. Every result has what came as Raw.
//
// Webhooks are not in this package: neither their signature nor their content
// is documented. There are no batch calls. Package procuretest is a fake
// platform for tests; [Client.Do] reaches any path.
package procure
