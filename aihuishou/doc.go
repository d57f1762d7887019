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
// transport. The platform publishes no list of its codes: whatever it answers
// with a code other than 0 matches [transport.ErrInvalid] and carries the code
// and the message as they came. Required fields and documented values are
// checked before anything is sent; one error names all that is wrong.
//
// # What a lost answer means
//
// The platform knows no idempotency key, and has no call that lists orders. A
// repeated CreateOrder may therefore make a second order, which nobody finds.
// CreateOrder and CreateTradeIn are repeated only when the request provably
// did not run; when the answer is lost, or does not name the order, the error
// matches [transport.ErrOutcomeUnknown]: ask the platform's support before
// ordering again.
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
//     the whole answer.
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
