// Package codegate is a client of CodeGate, a self-hosted service that issues
// and redeems activation codes. It covers the platform's SDK API: seven calls
// on one project, each signed.
//
//	client, err := codegate.New(codegate.Config{
//		BaseURL:   "https://codes.example.com",
//		APIKey:    signing.NewSecret(os.Getenv("CODEGATE_API_KEY")),
//		Secret:    signing.NewSecret(os.Getenv("CODEGATE_SECRET")),
//		ProjectID: os.Getenv("CODEGATE_PROJECT_ID"),
//	})
//	...
//	result, err := client.VerifyCode(ctx, codegate.VerifyCodeRequest{Code: code, VerifiedBy: "order-1042"})
//
// # Business failures and errors
//
// VerifyCode and ReactivateCode answer HTTP 200 also when they refuse. The
// result then has Success false and an [ErrorCode]; its Err method turns it
// into an error for [errors.Is]. Everything else that goes wrong is a
// [*transport.Error] that matches the sentinels of package transport.
//
// # What a lost answer means
//
// A code can be redeemed once, and redeeming it again fails also for whoever
// redeemed it. VerifyCode is therefore never repeated unless the request
// provably did not run: when the answer is lost it returns an error that
// matches [transport.ErrOutcomeUnknown]. With [transport.WithReconcile] it
// looks the code up and finds out. The platform's own samples repeat the call
// instead; [transport.WithUnsafeRetries] does that.
//
// # Known traps of the platform
//
//   - VerifyCode finds codes of all projects of the installation, not only
//     those of the key's project. Who needs isolation looks the code up with
//     GetCodeByCode first.
//   - Reading status "unused" page by page and redeeming on the way skips every
//     second page, because the list shrinks under the reader. Use CollectCodes,
//     and redeem when it has returned.
//   - Statistics.DisabledCodes is always 0; use Statistics.Disabled.
//   - An installation that runs several worker processes can redeem one code
//     more than once under concurrent calls. No client can mend that.
//   - HTTP 500 is permanent for codes that were used or disabled and then ran
//     past their end, also for every list page that holds one.
//
// Package codegatetest is a fake installation for tests. The administrators'
// API of the platform is not covered; [Client.Do] reaches any path.
package codegate
