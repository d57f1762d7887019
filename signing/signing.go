package signing

import (
	"context"
	"net/http"
	"time"
)

// Request holds what goes on the wire, and the time to sign it for.
type Request struct {
	// Method is the HTTP method in the spelling that is sent.
	Method string
	// Path is the percent-decoded path from the platform's root on, as in url.URL.Path.
	Path string
	// RawPath is the path as it stands on the request line. It may be empty
	// where it is the default encoding of Path.
	RawPath string
	// RawQuery is the encoded query without the question mark.
	RawQuery string
	// Header receives the authentication headers. Sign makes the map if it is nil.
	Header http.Header
	// Body holds the exact bytes sent; nil and empty sign alike.
	Body []byte
	// Time is the moment to sign for. Verify takes it as the receiver's clock.
	Time time.Time
}

// Signer authenticates requests. Implementations are immutable and safe for
// concurrent use.
type Signer interface {
	// Sign sets the authentication headers and may replace r.Body. It refuses
	// a request that already carries one of its headers. The context bounds
	// token sources only; every other signer computes in memory.
	Sign(ctx context.Context, r *Request) error
}

// Verifier checks requests signed with the same credentials.
type Verifier interface {
	// Verify compares in constant time and accepts a clock difference of up
	// to window in either direction. A window of zero means [DefaultWindow].
	Verify(r *Request, window time.Duration) error
}

// Explainer tells what a scheme signs.
type Explainer interface {
	// Explain returns the string to sign with the secret masked. Bodies and
	// queries stand in it as they are, so it may hold personal data: it is
	// for a developer's screen, not for a log.
	Explain(r *Request) (Explanation, error)
}

// DefaultWindow is the clock difference that the platforms with a timestamp
// allow: five minutes either way ("CodeGate API reference, Authentication";
// "Procure API, common parameters"; "Aihuishou partner API, common parameters").
const DefaultWindow = 5 * time.Minute

// Explanation is what a scheme signs, for finding out why a signature does
// not match.
type Explanation struct {
	// Scheme names the signer: "codegate", "procure" or "aihuishou".
	Scheme string
	// StringToSign is the exact text with every occurrence of the secret masked.
	StringToSign string
	// Parts are the pieces of the text in their order.
	Parts []Part
}

// Part is one piece of a string to sign.
type Part struct {
	// Name says which piece it is, such as "method" or "timestamp".
	Name string
	// Value is the piece as it stands in the text, the secret masked.
	Value string
	// Note says how the piece came about, such as "Unix time in seconds".
	Note string
}
