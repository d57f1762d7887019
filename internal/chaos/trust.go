package main

import (
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"sync"

	"github.com/pentagate/pentagate/transport/transporttest"
)

// authority signs the certificates of all servers, and is the only one that
// this process trusts from the first call on. Nothing of a client is replaced
// for that: its own connections ask the system, and the system is told by the
// environment.
var authority = sync.OnceValues(func() (*transporttest.Authority, error) {
	dir, err := os.MkdirTemp("", "chaos")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	a := transporttest.NewAuthority()
	file := filepath.Join(dir, "authority.pem")
	if err := os.WriteFile(file, a.PEM(), 0o600); err != nil {
		return nil, err
	}
	if err := errors.Join(os.Setenv("SSL_CERT_FILE", file), os.Setenv("SSL_CERT_DIR", dir)); err != nil {
		return nil, err
	}
	// The system's certificates are read once a process: now.
	system, err := x509.SystemCertPool()
	if err != nil {
		return nil, err
	}
	if !system.Equal(a.Pool()) {
		return nil, errors.New("the certificates of SSL_CERT_FILE are not in force: they were read before, or this system does not read them")
	}
	return a, nil
})
