package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// What the SDK's own connections keep to.
const (
	dialTimeout      = 10 * time.Second
	handshakeTimeout = 10 * time.Second
	maxHeaderBytes   = 256 << 10
	// An HTTP/2 connection that says nothing for pingAfter is asked whether it
	// is alive, and given up pingTimeout later.
	pingAfter   = 5 * time.Second
	pingTimeout = 5 * time.Second
	// defaultIdleTimeout is below the five seconds after which common servers
	// close a connection that is idle: a request that is written in that moment
	// is lost, and nobody knows whether it ran.
	defaultIdleTimeout = 4 * time.Second
)

// newConnections returns connections for many concurrent calls to one host.
// The standard library keeps two idle connections a host, so that bursts open
// and close them all the time; and without a bound on all of them it dials
// more than it needs, since a call that waits for a connection also dials one.
func newConnections(minTLS uint16, most int, idle time.Duration) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		MaxConnsPerHost:        most,
		MaxIdleConnsPerHost:    most,
		IdleConnTimeout:        idle,
		TLSHandshakeTimeout:    handshakeTimeout,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: maxHeaderBytes,
		TLSClientConfig:        &tls.Config{MinVersion: max(minTLS, tls.VersionTLS12)},
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout},
	}
}

// leavable is a connection on which nothing is written any more once it was
// left. net/http may hand it to another call all the same, which then has
// written nothing, and takes another one. The nil leavable is never left.
type leavable struct {
	net.Conn
	left atomic.Bool
}

var errLeft = errors.New("the platform closes this connection")

// leaving makes a dialer's connections leavable.
func leaving(dial dialer) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &leavable{Conn: conn}, nil
	}
}

type dialer = func(ctx context.Context, network, address string) (net.Conn, error)

// leavableUnder returns the connection that conn is, or encrypts, nil if that
// cannot be left.
func leavableUnder(conn net.Conn) *leavable {
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	l, _ := conn.(*leavable)
	return l
}

func (c *leavable) leave() {
	if c != nil {
		c.left.Store(true)
	}
}

func (c *leavable) isLeft() bool { return c != nil && c.left.Load() }

// Write writes nothing once the connection was left.
func (c *leavable) Write(b []byte) (int, error) {
	if c.isLeft() {
		return 0, errLeft
	}
	return c.Conn.Write(b)
}

// parseBaseURL checks a base URL and cuts its trailing slashes. A path that
// ends in prefix, which the platform's calls begin with themselves, would lead
// nowhere. The problem returned is empty if the URL is good.
func parseBaseURL(raw, prefix string, plainHTTP bool) (u *url.URL, problem string) {
	const want = `must be an absolute URL such as "https://api.example.com"`
	if raw == "" {
		return nil, want
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "" {
		return nil, want
	}
	u.RawPath = strings.TrimRight(u.EscapedPath(), "/")
	u.Path = strings.TrimRight(u.Path, "/")
	rest, doubled := cutSuffixFold(u.Path, prefix)
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, want
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, "must hold no user, query or fragment"
	case u.Path != "" && !plainPath(u.Path):
		return nil, `must hold no "." or ".." segment and no control character in its path, which begins with one slash`
	case doubled:
		return nil, fmt.Sprintf("must not end in %q, which every call adds: write %q", prefix, safeLocation(&url.URL{Scheme: u.Scheme, Host: u.Host, Path: rest}))
	case u.Scheme == "http" && !plainHTTP && !loopback(u.Hostname()):
		return nil, "must use https, unless the host is loopback or plain HTTP is allowed by option"
	}
	return u, ""
}

func cutSuffixFold(s, suffix string) (rest string, found bool) {
	at := len(s) - len(suffix)
	if suffix == "" || at < 0 || !strings.EqualFold(s[at:], suffix) {
		return s, false
	}
	return s[:at], true
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
