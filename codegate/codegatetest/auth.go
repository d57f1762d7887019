package codegatetest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	headerKey       = "X-API-Key"
	headerTimestamp = "X-Timestamp"
	headerSignature = "X-Signature"
)

// window is how many seconds a timestamp may be off, either way ("CodeGate
// API reference, Authentication").
const window = 300

// integer is what the server takes for a whole number in a header.
var integer = regexp.MustCompile(`^[+-]?[0-9]+(_[0-9]+)*$`)

// missingHeaders names every credential header that is not there. One that is
// there and empty is not missing.
func missingHeaders(h http.Header) []fieldError {
	var errs []fieldError
	for _, name := range []string{headerKey, headerTimestamp, headerSignature} {
		if len(h.Values(name)) == 0 {
			errs = append(errs, missing(nil, "header", name))
		}
	}
	return errs
}

// authenticate finds the project whose key signed the call. The answer says
// why there is none.
func (p *Platform) authenticate(c *call) (*project, *answer) {
	refuse := func(detail string) (*project, *answer) {
		a := failure(http.StatusUnauthorized, detail)
		return nil, &a
	}
	text := strings.TrimSpace(c.r.Header.Get(headerTimestamp))
	if !integer.MatchString(text) {
		return refuse(detailTimestampFormat)
	}
	timestamp, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 10, 64)
	now := c.now.Unix()
	// A number that does not fit is a number still, and too far away.
	if err != nil || timestamp < now-window || timestamp > now+window {
		return refuse(detailTimestampExpired)
	}
	owner := p.keys[c.r.Header.Get(headerKey)]
	if owner == nil || !owner.keyEnabled {
		return refuse(detailCredentials)
	}
	signature := c.r.Header.Get(headerSignature)
	if !isASCII(signature) || !utf8.Valid(c.signedBody()) {
		a := crash()
		return nil, &a
	}
	// The number is signed, not its spelling in the header.
	if !hmac.Equal([]byte(c.sign(owner.secret, timestamp)), []byte(signature)) {
		return refuse(detailSignature)
	}
	return owner, nil
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// sign returns the signature that the server expects of c.
func (c *call) sign(secret string, timestamp int64) string {
	body := sha256.Sum256(c.signedBody())
	mac := hmac.New(sha256.New, []byte(secret))
	for _, part := range []string{
		c.r.Method,
		signedPath(c.path),
		canonicalQuery(c.query),
		hex.EncodeToString(body[:]),
	} {
		mac.Write([]byte(part))
		mac.Write([]byte{'\n'})
	}
	mac.Write(strconv.AppendInt(nil, timestamp, 10))
	return hex.EncodeToString(mac.Sum(nil))
}

// signedBody is the body, except on a GET, where the server does not look at
// it (seen on the running server).
func (c *call) signedBody() []byte {
	if c.r.Method == http.MethodGet {
		return nil
	}
	return c.body
}

// pathEscapes are what the newer server does to the decoded path on the way
// into its URL type and out again.
var pathEscapes = strings.NewReplacer(
	"?", "%3F", "#", "%23", `\`, "%5C",
	"\t", "", "\n", "", "\r", "",
)

func signedPath(path string) string { return pathEscapes.Replace(path) }
