package procuretest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"time"
)

// window is how far a timestamp may be off, either way ("Procure API, common
// parameters").
const window = 5 * time.Minute

var milliseconds = regexp.MustCompile(`^[0-9]{1,15}$`)

// authenticate finds the App that signed the call. The answer says why there
// is none.
func (p *Platform) authenticate(c *call) (App, *answer) {
	refuse := func(message string) (App, *answer) {
		return App{}, &answer{status: 401, code: 40101, message: message}
	}
	for _, name := range []string{"X-App-Id", "X-Timestamp", "X-Signature"} {
		if c.r.Header.Get(name) == "" {
			return refuse("missing header " + name)
		}
	}
	stamp := c.r.Header.Get("X-Timestamp")
	if !milliseconds.MatchString(stamp) {
		return refuse("invalid timestamp")
	}
	millis, _ := strconv.ParseInt(stamp, 10, 64) // 15 digits fit
	if c.now.Sub(time.UnixMilli(millis)).Abs() > window {
		return refuse("timestamp expired")
	}
	app, found := p.apps[c.r.Header.Get("X-App-Id")]
	if !found {
		return refuse("unknown App ID")
	}
	want := Sign(app.Secret, c.r.Method, c.uri, stamp, c.body)
	if !hmac.Equal([]byte(want), []byte(c.r.Header.Get("X-Signature"))) {
		return refuse("invalid signature")
	}
	return app, nil
}

// Sign returns the signature that the platform expects: HMAC-SHA256 under the
// App Secret over method, path with query as on the request line, timestamp
// and body, in lower-case hexadecimal.
func Sign(secret, method, requestURI, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	for _, part := range []string{method, requestURI, timestamp, string(body)} {
		mac.Write([]byte(part))
	}
	return hex.EncodeToString(mac.Sum(nil))
}
