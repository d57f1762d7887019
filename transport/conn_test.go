package transport_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// secure is a platform on TLS with a certificate that only roots vouches for.
func secure(t *testing.T, configure func(*tls.Config)) (server *httptest.Server, roots *x509.CertPool) {
	t.Helper()
	server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Client", "nobody")
		if len(r.TLS.PeerCertificates) > 0 {
			w.Header().Set("X-Client", "somebody")
		}
		_, _ = io.WriteString(w, `{"ok":true}`)
	}))
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	if configure != nil {
		configure(server.TLS)
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
}

func TestOwnAuthoritiesAndCertificates(t *testing.T) {
	server, roots := secure(t, func(c *tls.Config) { c.ClientAuth = tls.RequestClientCert })
	for want, opts := range map[string][]transport.Option{
		"nobody":   {transport.WithRootCAs(roots)},
		"somebody": {transport.WithRootCAs(roots), transport.WithClientCertificate(server.TLS.Certificates[0])},
	} {
		c, err := transport.New(transport.Config{Provider: "test", BaseURL: server.URL}, opts...)
		require.NoError(t, err)
		var info transport.Info
		require.NoError(t, c.Do(t.Context(), post(transport.Unsafe), nil, transport.WithInfo(&info)))
		assert.Equal(t, want, info.Answer.Header.Get("X-Client"))
		require.NoError(t, c.Close())
	}
}

func TestOwnAuthoritiesDoNotLowerTheFloorOfTLS(t *testing.T) {
	server, roots := secure(t, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 })
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: server.URL, MinTLS: tls.VersionTLS13}, transport.WithRootCAs(roots), transport.WithDefaultAttempts(1))
	require.NoError(t, err)
	defer c.Close()
	checkOutcome(t, c.Do(t.Context(), post(transport.Unsafe), nil), "unavailable", false)
}

func TestAProxyOfOnesOwn(t *testing.T) {
	h := start(t, transport.Config{})
	var through atomic.Int64
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		through.Add(1)
		(&httputil.ReverseProxy{Rewrite: func(*httputil.ProxyRequest) {}}).ServeHTTP(w, r)
	}))
	defer proxy.Close()
	address, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: h.server.URL}, transport.WithProxy(http.ProxyURL(address)))
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.Do(t.Context(), get("/a"), nil))
	assert.Equal(t, int64(1), through.Load())
}

func TestADialerOfOnesOwn(t *testing.T) {
	h := start(t, transport.Config{})
	var asked string
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: "http://shop.example"}, transport.WithPlainHTTP(),
		transport.WithDialer(func(ctx context.Context, network, address string) (net.Conn, error) {
			asked = address
			var d net.Dialer
			return d.DialContext(ctx, network, h.server.Listener.Addr().String())
		}))
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.Do(t.Context(), get("/a"), nil))
	assert.Equal(t, "shop.example:80", asked)
}

// tagged is a wrapper as tracers are: it sets a header and passes on.
type tagged struct{ next http.RoundTripper }

func (t tagged) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Traceparent", "00-1")
	return t.next.RoundTrip(r)
}

func TestAWrapperSeesEveryAttemptAndCostsNoHonesty(t *testing.T) {
	wrapper := transport.WithWrapper(func(next http.RoundTripper) http.RoundTripper { return tagged{next} })
	h := start(t, transport.Config{}, wrapper)
	h.faults.Script(transporttest.Status(503, ""))
	require.NoError(t, h.client.Do(t.Context(), get("/a"), nil))
	require.Len(t, h.faults.Requests(), 2)
	for _, r := range h.faults.Requests() {
		assert.Equal(t, "00-1", r.Header.Get("Traceparent"))
	}

	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = silent.Close() }()
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: "https://" + silent.Addr().String()}, wrapper,
		transport.WithAttemptTimeout(50*time.Millisecond), transport.WithDefaultAttempts(1))
	require.NoError(t, err)
	defer c.Close()
	checkOutcome(t, c.Do(t.Context(), post(transport.Unsafe), nil), "unavailable", false)
}

func TestOptionsForConnectionsThatMakeNoSense(t *testing.T) {
	for want, opts := range map[string][]transport.Option{
		"root_cas must not be nil":                   {transport.WithRootCAs(nil)},
		"client_certificate must hold a certificate": {transport.WithClientCertificate(tls.Certificate{})},
		"dialer must not be nil":                     {transport.WithDialer(nil)},
		"wrapper must not be nil":                    {transport.WithWrapper(nil)},
		"round_tripper must not be set together with options for the client's own": {transport.WithRoundTripper(http.DefaultTransport), transport.WithProxy(nil)},
	} {
		_, err := transport.New(transport.Config{Provider: "test", BaseURL: "https://a.example"}, opts...)
		require.ErrorIs(t, err, transport.ErrInvalid, want)
		assert.ErrorContains(t, err, want)
	}
}
