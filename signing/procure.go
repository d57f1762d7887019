package signing

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Procure signs requests for the Procure API:
//
//	METHOD PATH TIMESTAMP BODY      (joined without a separator)
//
// under HMAC-SHA256, keyed with the App Secret as text, in lower-case
// hexadecimal ("Procure API, common parameters"). The path is the one on the
// request line, percent-encoded, with its query in wire order: RawPath, or
// the default encoding of Path where RawPath is empty. The timestamp is in
// milliseconds. The body is signed byte for byte.
type Procure struct {
	opaque
	appID  string
	secret Secret
	macs   *macPool
}

var (
	_ Signer    = (*Procure)(nil)
	_ Verifier  = (*Procure)(nil)
	_ Explainer = (*Procure)(nil)
)

// NewProcure takes the App ID and the App Secret.
func NewProcure(appID string, secret Secret) (*Procure, error) {
	if err := checkHeaderValue("procure: app id", appID); err != nil {
		return nil, err
	}
	if err := checkSecret("procure: app secret", secret); err != nil {
		return nil, err
	}
	return &Procure{opaque{"Procure"}, appID, secret, newMACPool(secret)}, nil
}

// Sign sets X-App-Id, X-Timestamp and X-Signature.
func (p *Procure) Sign(_ context.Context, r *Request) error {
	if err := refuseSet(r.Header, HeaderAppID, HeaderTimestamp, HeaderSignature); err != nil {
		return err
	}
	if err := p.check(r); err != nil {
		return err
	}
	m := p.macs.get()
	defer p.macs.put(m)
	m.writeProcure(r, r.Time.UnixMilli())
	m.setHeaders(r, HeaderAppID, p.appID)
	return nil
}

// Signature returns the value of X-Signature for the request at r.Time.
func (p *Procure) Signature(r *Request) (string, error) {
	if err := p.check(r); err != nil {
		return "", err
	}
	return p.signature(r, r.Time.UnixMilli()), nil
}

// Verify checks the three headers against the request as it was received, with
// RawPath as it stood on the request line. Header names may be in any case;
// the signature must be in lower case.
func (p *Procure) Verify(r *Request, window time.Duration) error {
	if err := p.check(r); err != nil {
		return err
	}
	stamp, err := headerValue(r.Header, HeaderTimestamp)
	if err != nil {
		return err
	}
	// Without separators a digit more or less of the timestamp could pass for
	// a part of the path, so only the one plain spelling is taken.
	millis, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || strconv.FormatInt(millis, 10) != stamp {
		return fmt.Errorf("%w: procure: %s is not a Unix time in milliseconds", ErrRequest, HeaderTimestamp)
	}
	if err := checkWindow(time.UnixMilli(r.Time.UnixMilli()), time.UnixMilli(millis), window); err != nil {
		return err
	}
	if err := matchHeader(r.Header, HeaderAppID, p.appID); err != nil {
		return err
	}
	return matchHeader(r.Header, HeaderSignature, p.signature(r, millis))
}

// Explain returns the string to sign for the request at r.Time.
func (p *Procure) Explain(r *Request) (Explanation, error) {
	if err := p.check(r); err != nil {
		return Explanation{}, err
	}
	m := p.macs.get()
	defer p.macs.put(m)
	m.writeProcure(r, r.Time.UnixMilli())
	return Explanation{
		Scheme:       "procure",
		StringToSign: string(m.text),
		Parts: []Part{
			{"method", r.Method, "as sent, upper case"},
			{"path", string(appendRequestURI(nil, r)), "percent-encoded, with the query in wire order"},
			{"timestamp", string(m.text[m.from:m.to]), "Unix time in milliseconds"},
			{"body", string(r.Body), "the bytes sent"},
		},
	}.redacted(p.secret), nil
}

func (p *Procure) check(r *Request) error {
	switch {
	case p.macs == nil:
		return fmt.Errorf("%w: procure: make the signer with NewProcure", ErrCredentials)
	case r.Method == "":
		return fmt.Errorf("%w: procure: Method is empty", ErrRequest)
	// The slash is all that tells the path from the method before it.
	case !strings.HasPrefix(r.RawPath, "/") && (r.RawPath != "" || !strings.HasPrefix(r.Path, "/")):
		return fmt.Errorf("%w: procure: the path does not begin with a slash", ErrRequest)
	}
	return checkTime(r.Time)
}

func (p *Procure) signature(r *Request, millis int64) string {
	m := p.macs.get()
	defer p.macs.put(m)
	m.writeProcure(r, millis)
	return m.finish().values[2]
}

func (m *mac) writeProcure(r *Request, millis int64) {
	text := append(m.text, r.Method...)
	text = appendRequestURI(text, r)
	text = m.appendTime(text, millis)
	m.text = append(text, r.Body...)
}

func appendRequestURI(dst []byte, r *Request) []byte {
	switch {
	case r.RawPath != "":
		dst = append(dst, r.RawPath...)
	case needsNoEscape(r.Path):
		dst = append(dst, r.Path...)
	default:
		dst = append(dst, (&url.URL{Path: r.Path}).EscapedPath()...)
	}
	if r.RawQuery != "" {
		dst = append(dst, '?')
		dst = append(dst, r.RawQuery...)
	}
	return dst
}

// needsNoEscape reports whether path is surely its own default encoding, which
// spares the common paths an allocation.
func needsNoEscape(path string) bool {
	for i := range len(path) {
		if !plainInPath[path[i]] {
			return false
		}
	}
	return true
}

// plainInPath marks the bytes that no encoder escapes in a path.
var plainInPath = func() (plain [256]bool) {
	for c := range plain {
		plain[c] = isAlphanumeric(byte(c)) || strings.IndexByte("/-_.~", byte(c)) >= 0
	}
	return plain
}()
