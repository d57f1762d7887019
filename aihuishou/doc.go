// Package aihuishou is a client of the Aihuishou (爱回收) partner API: quotes for
// used devices, recycling orders and what becomes of them, and trade-ins.
//
//	client, err := aihuishou.New(aihuishou.Config{
//		AppID:     os.Getenv("AIHUISHOU_APP_ID"),
//		AppSecret: signing.NewSecret(os.Getenv("AIHUISHOU_APP_SECRET")),
//	})
//	...
//	quote, err := client.GetValuation(ctx, aihuishou.GetValuationRequest{
//		DeviceModel:      "iPhone 15 Pro",
//		Brand:            "Apple",
//		Condition:        aihuishou.ConditionGood,
//		FunctionalStatus: aihuishou.FunctionalNormal,
//		Storage:          "256GB",
//	})
//	...
//	order, err := client.CreateOrder(ctx, aihuishou.CreateOrderRequest{
//		ValuationID:   quote.ValuationID,
//		UserName:      "张三",
//		UserPhone:     "138****6789",
//		UserAddress:   "北京市朝阳区XX街道XX小区",
//		LogisticsType: aihuishou.LogisticsExpress,
//	})
//
// The client talks to the test environment, where nothing is real, unless
// Config.Environment is "prod". Access to either is by contract.
//
// # Errors
//
// Every failure is a [*transport.Error] that matches the sentinels of package
// transport. Required fields are checked before anything is sent; one error
// names all that is wrong.
//
// The platform publishes no list of its codes. What an answer with a code other
// than 0 matches goes by what such codes mean elsewhere, and where the code
// says nothing by the words of its message, Chinese and English. The error
// carries both as they came.
//
//	code, or words such as                  matches
//	-1, 500-599, 9999, 50000-59999,         ErrUnavailable: repeated for reads,
//	  系统繁忙, 系统错误, 超时, 稍后再试        outcome unknown for creates
//	401, 签名, 时间戳                        ErrUnauthenticated
//	403, 无权限, 未授权                      ErrPermission
//	429                                     ErrRateLimited
//	400, 422, 参数, 缺少                     ErrInvalid
//	404, 不存在                              ErrNotFound
//	过期, of a quote for instance            ErrConflict
//	any other                               ErrRejected
//
// Words of a busy or failing system go before all other words: such a system
// may have carried out a create. Too many requests in words alone (频繁, 限流) is
// one as well, since what was called too often may be a service behind the
// platform. Its own limit is HTTP 429.
//
// Only answers in the platform's form count, which is the envelope with its
// code. The pages and texts of something in front of it match
// [transport.ErrMalformed], whatever their status, unless that is 408, 429 or
// 5xx.
//
// # What a lost answer means
//
// The platform knows no idempotency key, and has no call that lists orders. A
// repeated CreateOrder may therefore make a second order, which nobody finds.
// CreateOrder and CreateTradeIn are repeated only when the request provably
// did not run; when the answer is lost, is not the platform's, speaks of a busy
// or failing system or does not name the order, the error matches
// [transport.ErrOutcomeUnknown]: ask the platform's support before ordering
// again.
//
// # Personal data
//
// Texts about people, and answers as they came, are [transport.Personal] and
// [transport.Raw]: they print as masks wherever they are, in JSON as well, and
// Reveal and Bytes give them. CreateOrderRequest holds plain strings, prints
// without the person's data, and is written as JSON without them: it cannot be
// kept as JSON, nor be the body of [Client.Do].
//
// # Where the documents are silent
//
//   - Literals are signed as the reference script writes them, True for true.
//     That matters for IsOriginal alone; Config.Literals changes it.
//   - Times carry no zone. They are written and read in UTC+8, whatever the
//     zone of the machine; Config.Location changes it.
//   - Answers other than those of GetValuation and CreateOrder are not
//     described. Their types hold what is known or likely, read leniently: a
//     member that is missing, null or of another type is left empty. Raw keeps
//     the whole answer. A quote must have its valuation_id, an order that was
//     created its order_no, and the detail of one its status; a success without
//     data is enough for the others, but not data that is no object.
//   - A time in another form is read if it is a Unix time or has a zone. A quote
//     whose valid_time cannot be read is never taken for a valid one.
//   - Conditions, functional statuses and ways of logistics are open words: the
//     platform may know more than its document.
//   - pending_send is the only status whose word is known. Statuses are open
//     strings, and the words of other statuses are the platform's to choose.
//   - Five requests a second are allowed. The client sends 4.75, evenly spread,
//     so that uneven delays on the way do not put six into one second. Those
//     with a higher allowance pass [transport.WithLimiter].
//
// Not in this package: the platform's callbacks, cancelling or listing orders,
// none of which is documented. [Client.Do] reaches any path. Package
// aihuishoutest is a fake platform for tests.
package aihuishou
