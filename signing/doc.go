// Package signing authenticates requests to the platforms: bytes in, headers
// out. A [Request] holds exactly what goes on the wire and the time to sign
// for; a [Signer] sets its authentication headers.
//
//	signer, err := signing.NewProcure(appID, signing.NewSecret(appSecret))
//	if err != nil {
//		return err
//	}
//	r := signing.Request{
//		Method: http.MethodPost,
//		Path:   "/api/v1/intents",
//		Body:   body,
//		Time:   time.Now(),
//	}
//	if err := signer.Sign(ctx, &r); err != nil {
//		return err
//	}
//	// r.Header carries X-App-Id, X-Timestamp and X-Signature.
//
// The signers:
//
//	CodeGate   HMAC-SHA256 over method, decoded path, sorted query, body hash, seconds
//	Procure    HMAC-SHA256 over method, request URI, milliseconds, body
//	Aihuishou  SHA-256 over the sorted members of the JSON body and the secret
//	APIKey     two fixed headers, such as UUMit's
//	Bearer     a token from a TokenSource
//
// All of them are immutable, safe for concurrent use, and print no secret.
//
// To debug a rejected signature, use Explain: it shows the text that was signed,
// with the secret masked. Credentials that change come from a [Source]. A receiver of signed
// requests checks them with Verify: it passes its own clock as Request.Time,
// req.URL.Path as Path and, since Procure signs the request line,
// req.URL.EscapedPath() as RawPath.
//
// Not in this package: the network, the clock, content types, and whether a
// request was seen before. None of the schemes carries a nonce, so Verify
// accepts a repeated request within its window.
package signing
