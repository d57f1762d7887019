package providers

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"slices"

	"github.com/pentagate/pentagate/transport"
)

// files is what the files that settings name hold.
type files struct {
	user        func() *url.Userinfo // the proxy's: a function prints none
	roots       *x509.CertPool
	certificate *tls.Certificate
}

// load reads the files, and checks what one look at the settings does not show.
// What it says of a file shows neither its path nor anything in it.
func (c *Common) load() transport.Fields {
	var wrong transport.Fields
	proxies := []string{"http", "https", "socks5", "socks5h"}
	wrong.Check(c.Proxy.Host == "" || slices.Contains(proxies, c.Proxy.Scheme), "proxy", "must be an address of http, https, socks5 or socks5h")
	if user := c.Proxy.User; user != nil {
		c.user, c.Proxy.User = func() *url.Userinfo { return user }, nil
	}
	if c.CAFile != "" {
		if text, ok := read(&wrong, "ca_file", c.CAFile); ok {
			c.roots = x509.NewCertPool()
			wrong.Check(c.roots.AppendCertsFromPEM(text), "ca_file", "must hold certificates in PEM")
		}
	}
	if c.ClientCertFile == "" && c.ClientKeyFile == "" {
		return wrong
	}
	certificate, hasCertificate := readPair(&wrong, "client_cert_file", c.ClientCertFile)
	key, hasKey := readPair(&wrong, "client_key_file", c.ClientKeyFile)
	if !hasCertificate || !hasKey {
		return wrong
	}
	pair, err := tls.X509KeyPair(certificate, key)
	wrong.Check(err == nil, "client_key_file", "must be the key of the certificate in client_cert_file, not encrypted")
	c.certificate = &pair
	return wrong
}

// readPair reads one file of a certificate and its key, as PEM.
func readPair(wrong *transport.Fields, field, path string) (text []byte, ok bool) {
	if path == "" {
		wrong.Check(false, field, "is missing: a certificate and its key go together")
		return nil, false
	}
	if text, ok = read(wrong, field, path); !ok {
		return nil, false
	}
	block, _ := pem.Decode(text)
	wrong.Check(block != nil, field, "must be in PEM")
	return text, block != nil
}

func read(wrong *transport.Fields, field, path string) (text []byte, ok bool) {
	text, err := os.ReadFile(path) //nolint:gosec // the configuration names it
	switch {
	case errors.Is(err, fs.ErrNotExist):
		wrong.Check(false, field, "must name a file that exists")
	case errors.Is(err, fs.ErrPermission):
		wrong.Check(false, field, "must name a file that may be read")
	case err != nil:
		wrong.Check(false, field, "must name a file that can be read")
	}
	return text, err == nil
}
