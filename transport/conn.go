package transport

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// newConnections returns connections for many concurrent calls to one host.
// The standard library keeps two idle connections a host, so that bursts open
// and close them all the time; and without a bound on all of them it dials
// more than it needs, since a call that waits for a connection also dials one.
func newConnections(minTLS uint16, most int) *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxConnsPerHost:       most,
		MaxIdleConnsPerHost:   most,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		TLSClientConfig:       &tls.Config{MinVersion: max(minTLS, tls.VersionTLS12)},
	}
}

// parseBaseURL checks a base URL and cuts its trailing slashes. The problem
// returned is empty if it is good.
func parseBaseURL(raw string, plainHTTP bool) (u *url.URL, problem string) {
	const want = `must be an absolute URL such as "https://api.example.com"`
	if raw == "" {
		return nil, want
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "" {
		return nil, want
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, want
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, "must hold no user, query or fragment"
	case u.Path != "" && u.Path != "/" && !plainPath(strings.TrimRight(u.Path, "/")):
		return nil, `must hold no "." or ".." segment`
	case u.Scheme == "http" && !plainHTTP && !loopback(u.Hostname()):
		return nil, "must use https, unless the host is loopback or plain HTTP is allowed by option"
	}
	u.RawPath = strings.TrimRight(u.EscapedPath(), "/")
	u.Path = strings.TrimRight(u.Path, "/")
	return u, ""
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// sameOrigin compares scheme, host and port.
func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if u.Scheme == "http" {
		return "80"
	}
	return "443"
}
