package signing

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// emptySHA256 is the hash of no bytes, which stands for an absent body.
const emptySHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// CodeGate signs requests for CodeGate installations:
//
//	METHOD \n PATH \n QUERY \n SHA256_HEX(body) \n TIMESTAMP
//
// under HMAC-SHA256, keyed with the secret as text, in lower-case hexadecimal
// ("CodeGate API reference, Authentication"). As the server computes it,
//
//   - the path is Request.Path, percent-decoded; RawPath is not looked at;
//   - the query is parsed, sorted by unescaped key and encoded again, so its
//     order and escaping on the wire do not matter, and of a key given twice
//     only the last counts;
//   - the body of a GET is not hashed;
//   - the timestamp is in whole seconds.
//
// The method is signed as given, and the server takes upper case only. The
// content type is not signed, though the server wants application/json on
// every POST. There is no nonce: within the window a signed request is
// accepted again and again.
type CodeGate struct {
	opaque
	key    Secret
	secret Secret
	macs   *macPool
}

var (
	_ Signer    = (*CodeGate)(nil)
	_ Verifier  = (*CodeGate)(nil)
	_ Explainer = (*CodeGate)(nil)
)

// NewCodeGate takes the api key and the secret of a project. The secret is
// used as the text it is, not hex-decoded.
func NewCodeGate(apiKey, secret Secret) (*CodeGate, error) {
	if err := checkHeaderValue("codegate: api key", apiKey.Reveal()); err != nil {
		return nil, err
	}
	if err := checkSecret("codegate: secret", secret); err != nil {
		return nil, err
	}
	return &CodeGate{opaque{"CodeGate"}, apiKey, secret, newMACPool(secret)}, nil
}

// Sign sets X-Api-Key, X-Timestamp and X-Signature.
func (c *CodeGate) Sign(_ context.Context, r *Request) error {
	if err := refuseSet(r.Header, HeaderAPIKey, HeaderTimestamp, HeaderSignature); err != nil {
		return err
	}
	if err := c.check(r); err != nil {
		return err
	}
	m := c.macs.get()
	defer c.macs.put(m)
	m.writeCodeGate(r, r.Time.Unix())
	m.setHeaders(r, HeaderAPIKey, c.key.Reveal())
	return nil
}

// Signature returns the value of X-Signature for the request at r.Time.
func (c *CodeGate) Signature(r *Request) (string, error) {
	if err := c.check(r); err != nil {
		return "", err
	}
	return c.signature(r, r.Time.Unix()), nil
}

// Verify checks the three headers against the request as it was received, with
// Path percent-decoded. Header names may be in any case; the signature must be
// in lower case. The clock is read in whole seconds.
func (c *CodeGate) Verify(r *Request, window time.Duration) error {
	if err := c.check(r); err != nil {
		return err
	}
	stamp, err := headerValue(r.Header, HeaderTimestamp)
	if err != nil {
		return err
	}
	// The server signs the number it parsed, so "+5" and "05" verify like "5".
	unix, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return fmt.Errorf("%w: codegate: %s is not a Unix time in seconds", ErrRequest, HeaderTimestamp)
	}
	if err := checkWindow(time.Unix(r.Time.Unix(), 0), time.Unix(unix, 0), window); err != nil {
		return err
	}
	if err := matchHeader(r.Header, HeaderAPIKey, c.key.Reveal()); err != nil {
		return err
	}
	return matchHeader(r.Header, HeaderSignature, c.signature(r, unix))
}

// Explain returns the string to sign for the request at r.Time.
func (c *CodeGate) Explain(r *Request) (Explanation, error) {
	if err := c.check(r); err != nil {
		return Explanation{}, err
	}
	m := c.macs.get()
	defer c.macs.put(m)
	m.writeCodeGate(r, r.Time.Unix())
	bodyNote := "SHA-256 of the body bytes, lower-case hexadecimal"
	if r.Method == http.MethodGet && len(r.Body) > 0 {
		bodyNote = "SHA-256 of nothing: the server does not hash the body of a GET"
	}
	return Explanation{
		Scheme:       "codegate",
		StringToSign: string(m.text),
		Parts: []Part{
			{"method", r.Method, "as sent, upper case"},
			{"path", r.Path, "percent-decoded"},
			{"query", string(appendCanonicalQuery(nil, r.RawQuery)), "sorted by unescaped key, form-encoded"},
			{"body", string(appendBodyHash(nil, r)), bodyNote},
			{"timestamp", string(m.text[m.from:m.to]), "Unix time in seconds"},
		},
	}.redacted(c.secret), nil
}

func (c *CodeGate) check(r *Request) error {
	switch {
	case c.macs == nil:
		return fmt.Errorf("%w: codegate: make the signer with NewCodeGate", ErrCredentials)
	case r.Method == "":
		return fmt.Errorf("%w: codegate: Method is empty", ErrRequest)
	case r.Path == "":
		return fmt.Errorf("%w: codegate: Path is empty", ErrRequest)
	}
	return checkTime(r.Time)
}

func (c *CodeGate) signature(r *Request, unix int64) string {
	m := c.macs.get()
	defer c.macs.put(m)
	m.writeCodeGate(r, unix)
	return m.finish().values[2]
}

func (m *mac) writeCodeGate(r *Request, unix int64) {
	text := append(m.text, r.Method...)
	text = append(text, '\n')
	text = append(text, r.Path...)
	text = append(text, '\n')
	text = appendCanonicalQuery(text, r.RawQuery)
	text = append(text, '\n')
	text = appendBodyHash(text, r)
	text = append(text, '\n')
	m.text = m.appendTime(text, unix)
}

func appendBodyHash(dst []byte, r *Request) []byte {
	if len(r.Body) == 0 || r.Method == http.MethodGet {
		return append(dst, emptySHA256...)
	}
	sum := sha256.Sum256(r.Body)
	return appendHex(dst, sum[:], &lowerHex)
}
