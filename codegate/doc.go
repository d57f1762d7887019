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
// into an error for [errors.Is]. Everything else that goes wrong is an error
// that holds a [*transport.Error] and matches the sentinels of package
// transport.
//
// Only the platform's own answers are about projects and codes: JSON, errors
// with a "detail", and the plain text of its HTTP 500. Pages of a proxy or a
// firewall match [transport.ErrMalformed], never [transport.ErrNotFound], and
// so does the "Not Found" of a server that does not know the path, which is
// what a wrong base URL leads to.
//
// A project that is off matches [ProjectDisabled] and [transport.ErrPermission]
// in every call, although the platform answers reads with HTTP 401: the
// credentials are good.
//
// # What a lost answer means
//
// A code can be redeemed once, and redeeming it again fails also for whoever
// redeemed it. VerifyCode is therefore never repeated unless the request
// provably did not run: when the answer is lost it returns an error that
// matches [transport.ErrOutcomeUnknown]. With [transport.WithReconcile] it
// looks the code up and finds out, by the name of who redeemed it. The
// platform's own samples repeat the call instead; [transport.WithUnsafeRetries]
// does that, and leaves open whose redemption it was when the repeat finds the
// code used.
//
// # What answers hold
//
// A member that has not the documented form counts as absent, and the Raw of
// each result has what came. What makes an answer one is required: the id of a
// project, the id and the status of a code, the items of a page, the success of
// a redemption and of a reactivation, the number of codes of statistics.
//
// Codes, names, addresses and the platform's sentences are [transport.Personal],
// and Raw is [transport.Raw]: they print, log and encode as masks wherever they
// stand, and Reveal and Bytes give what came. Requests hold plain strings, and
// print, log and encode with masks themselves.
//
// # Connections
//
// A client opens at most 15 connections, since the platform stalls when more
// calls come at once than it has database connections, lets go of idle ones
// before the platform closes them after five seconds, and drops them after an
// answer of 5xx, behind which the platform closes without saying so. Options
// change the first two.
//
// # Known traps of the platform
//
//   - VerifyCode finds codes of all projects of the installation, not only
//     those of the key's project. Who needs isolation looks the code up with
//     GetCodeByCode first.
//   - Reading status "unused" page by page and redeeming on the way skips every
//     second page, because the list shrinks under the reader; Codes ends with an
//     error then. Use CollectCodes, and redeem when it has returned.
//   - Statistics.DisabledCodes is always 0; use Statistics.Disabled.
//   - An installation that runs several worker processes can redeem one code
//     more than once under concurrent calls. No client can mend that.
//   - HTTP 500 is permanent for codes that were used or disabled and then ran
//     past their end, also for every list page that holds one.
//
// Package codegatetest is a fake installation for tests. The administrators'
// API of the platform is not covered; [Client.Do] reaches any path.
package codegate
