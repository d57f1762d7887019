package transporttest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Authority is a certificate authority of one process. Its key is never stored
// and its certificates are for loopback only.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// NewAuthority returns an authority whose certificates hold for a day.
func NewAuthority() *Authority {
	a := &Authority{key: newKey()}
	a.cert = certify(&x509.Certificate{
		Subject:               pkix.Name{CommonName: "transporttest authority"},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}, nil, a.key, a.key)
	return a
}

// PEM returns the authority's certificate as a file of SSL_CERT_FILE holds it.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// Pool returns a pool that trusts the authority and nobody else.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// certificate returns a new certificate for loopback.
func (a *Authority) certificate() tls.Certificate {
	key := newKey()
	leaf := certify(&x509.Certificate{
		Subject:     pkix.Name{CommonName: "transporttest server"},
		DNSNames:    []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, a.cert, key, a.key)
	return tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	return key
}

// certify makes a certificate for key; without an issuer it signs itself.
func certify(template, issuer *x509.Certificate, key, signer *ecdsa.PrivateKey) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	must(err)
	template.SerialNumber = serial
	// A clock that is set back a little does not make it invalid.
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
	if issuer == nil {
		issuer = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, &key.PublicKey, signer)
	must(err)
	cert, err := x509.ParseCertificate(der)
	must(err)
	return cert
}

// must is for what fails only where the machine lacks what every test needs.
func must(err error) {
	if err != nil {
		panic("transporttest: " + err.Error())
	}
}

// TLSServer serves a handler over TLS on a loopback port, with a certificate
// of an [Authority]. [Faults] reach the connection beneath TLS there.
type TLSServer struct {
	// URL is the base URL, without a slash at its end.
	URL string
	// Authority signed the server's certificate.
	Authority *Authority

	http   *http.Server
	client *http.Transport

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

// TLSOption configures [NewTLSServer].
type TLSOption func(*tlsOptions)

type tlsOptions struct {
	http2     bool
	authority *Authority
}

// WithHTTP2 makes the server speak HTTP/2 with clients that can, and not
// HTTP/1.1 only.
func WithHTTP2() TLSOption { return func(o *tlsOptions) { o.http2 = true } }

// WithAuthority sets who signs the server's certificate, so that a client can
// trust several servers at once. Without it the server has one of its own.
func WithAuthority(a *Authority) TLSOption { return func(o *tlsOptions) { o.authority = a } }

// NewTLSServer starts a server. It panics if no loopback port is to be had.
// Close it when done.
func NewTLSServer(handler http.Handler, opts ...TLSOption) *TLSServer {
	var o tlsOptions
	for _, opt := range opts {
		opt(&o)
	}
	if o.authority == nil {
		o.authority = NewAuthority()
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		listener, err = net.Listen("tcp6", "[::1]:0")
	}
	must(err)
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(o.http2)
	s := &TLSServer{URL: "https://" + listener.Addr().String(), Authority: o.authority}
	s.http = &http.Server{
		Handler:           s.whileOpen(handler),
		Protocols:         protocols,
		ReadHeaderTimeout: time.Minute,
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{o.authority.certificate()}, MinVersion: tls.VersionTLS12},
		ConnContext:       withRawConn,
		ErrorLog:          log.New(io.Discard, "", 0), // broken connections are what it is for
	}
	s.client = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: o.authority.Pool(), MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	s.running.Go(func() { _ = s.http.ServeTLS(rawListener{listener}, "", "") })
	return s
}

// whileOpen answers nothing once the server is closed.
func (s *TLSServer) whileOpen(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			panic(http.ErrAbortHandler)
		}
		s.running.Add(1)
		s.mu.Unlock()
		defer s.running.Done()
		next.ServeHTTP(w, r)
	})
}

// Client returns a client that trusts the server. Its idle connections are
// closed with the server.
func (s *TLSServer) Client() *http.Client { return &http.Client{Transport: s.client} }

// Close closes all connections, silent ones too, and waits until no request is
// handled any more.
func (s *TLSServer) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	_ = s.http.Close()
	s.running.Wait()
	s.client.CloseIdleConnections()
}

// rawListener keeps hold of connections below what TLS makes of them.
type rawListener struct{ net.Listener }

func (l rawListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &rawConn{Conn: conn}, nil
}

// rawConn is a connection beneath TLS.
type rawConn struct {
	net.Conn
	ended   atomic.Bool
	writing sync.Mutex // whole records
}

// end writes text, as it is, and lets nothing pass any more after it, in
// neither direction. The connection stays open until one side closes it.
func (c *rawConn) end(text string) {
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.ended.CompareAndSwap(false, true) {
		_, _ = io.WriteString(c.Conn, text) // a client that has gone will not read it
	}
}

func (c *rawConn) Write(b []byte) (int, error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.ended.Load() {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

func (c *rawConn) Read(b []byte) (int, error) {
	for {
		n, err := c.Conn.Read(b)
		if err != nil || !c.ended.Load() {
			return n, err
		}
	}
}

// NetConn returns the connection below.
func (c *rawConn) NetConn() net.Conn { return c.Conn }

type rawConnKey struct{}

func withRawConn(ctx context.Context, conn net.Conn) context.Context {
	if over, ok := conn.(*tls.Conn); ok {
		return context.WithValue(ctx, rawConnKey{}, over.NetConn())
	}
	return ctx
}

// rawConnOf returns the connection beneath the request's, nil on servers of
// another kind.
func rawConnOf(r *http.Request) *rawConn {
	raw, _ := r.Context().Value(rawConnKey{}).(*rawConn)
	return raw
}
