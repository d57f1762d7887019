package transport

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// resendHeaders are those that let net/http send any request a second time by
// itself, also one that must not be.
var resendHeaders = []string{"Idempotency-Key", "X-Idempotency-Key"}

// connectionHeaders belong to the connection or to net/http: a caller's would
// be lost, or change how the answer is read.
var connectionHeaders = []string{
	"Accept-Encoding", "Connection", "Content-Length", "Expect", "Host", "Keep-Alive", "Proxy-Authorization",
	"Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
}

// checkHeader lists what cannot be sent of a caller's headers.
func checkHeader(f *Fields, h http.Header) {
	if len(h) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		switch canonical := http.CanonicalHeaderKey(name); {
		case !headerName(name):
			f.Check(false, "header", "must have a name of letters, digits and hyphens")
		case slices.Contains(connectionHeaders, canonical):
			f.Check(false, canonical, "must not be set: it belongs to the connection")
		case slices.Contains(resendHeaders, canonical):
			f.Check(false, canonical, "must be set with WithIdempotencyKey")
		default:
			for _, value := range h[name] {
				f.Check(headerValue(value), canonical, "must hold no line break or other control character")
			}
		}
	}
}

// headerName reports whether s is a token of RFC 9110, section 5.6.2.
func headerName(s string) bool {
	const token = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune(token, r) })
}

// headerValue reports whether s can be sent as the value of a header.
func headerValue(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

func headerText(s string) bool {
	if s == "" || len(s) > 255 {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
