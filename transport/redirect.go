package transport

import (
	"net/http"
	"net/url"
	"strings"
)

// followed follows a 307 or 308 within the platform's own origin once, with
// method and body: servers answer so when they spell a path with or without a
// slash at its end. The request is limited and signed anew. Where the platform's
// address is https, it never goes out over http.
type followed struct {
	next http.RoundTripper
	base *url.URL
}

func (t *followed) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusTemporaryRedirect && resp.StatusCode != http.StatusPermanentRedirect {
		return resp, err
	}
	target, err := req.URL.Parse(resp.Header.Get("Location"))
	if err == nil && target.Scheme == "http" && t.base.Scheme == "https" {
		// A server behind a proxy that ends TLS takes its own scheme for http.
		target.Scheme = "https"
	}
	if err != nil || !sameOrigin(target, t.base) || target.User != nil || !strings.HasPrefix(target.Path, t.base.Path+"/") || target.String() == req.URL.String() {
		return resp, nil //nolint:nilerr // not followed: the step above makes it an error
	}
	again := req.Clone(req.Context())
	again.URL, again.Host = target, target.Host
	return t.next.RoundTrip(again)
}
