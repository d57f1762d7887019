package transport

import (
	"crypto/x509"
	"time"
)

// Trust lets the client's own connections trust a test's server.
func (c *Client) Trust(roots *x509.CertPool) { c.shared.own.TLSClientConfig.RootCAs = roots }

// HandshakeTimeout is that of the client's own connections.
func (c *Client) HandshakeTimeout() time.Duration { return c.shared.own.TLSHandshakeTimeout }
