package providers_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/transport"
)

// writeFile writes a file of the test and returns its path.
func writeFile(t *testing.T, content ...[]byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s3cret-path.pem")
	var all []byte
	for _, part := range content {
		all = append(all, part...)
	}
	require.NoError(t, os.WriteFile(path, all, 0o600))
	return path
}

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// newPair makes a certificate that signs itself, and its key, in PEM.
func newPair(t *testing.T) (certificate, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	return pemOf("CERTIFICATE", der), pemOf("PRIVATE KEY", keyDER)
}

// procureSettings are those of the fake's first App, at an address.
func procureSettings(platform *procuretest.Platform, baseURL string, more map[string]any) map[string]any {
	app := platform.App("")
	settings := map[string]any{"provider": "procure", "base_url": baseURL, "app_id": app.ID, "app_secret": app.Secret, "attempts": 1}
	maps.Copy(settings, more)
	return settings
}

// TestEachEntryTrustsAndPresentsItsOwnCertificates has a platform behind an
// authority of its own that asks for a certificate.
func TestEachEntryTrustsAndPresentsItsOwnCertificates(t *testing.T) {
	platform := procuretest.New()
	srv := httptest.NewUnstartedServer(platform)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS13}
	srv.StartTLS()
	defer srv.Close()
	certificate, key := newPair(t)
	authority := writeFile(t, pemOf("CERTIFICATE", srv.Certificate().Raw))
	both := writeFile(t, key, certificate)

	g := newGateway(t, providers.Builtin(), map[string]map[string]any{
		"a-both":     procureSettings(platform, srv.URL, map[string]any{"ca_file": authority, "client_cert_file": writeFile(t, certificate), "client_key_file": writeFile(t, key)}),
		"b-one-file": procureSettings(platform, srv.URL, map[string]any{"ca_file": authority, "client_cert_file": both, "client_key_file": both}),
		"c-unknown":  procureSettings(platform, srv.URL, map[string]any{"ca_file": authority}),
		"d-distrust": procureSettings(platform, srv.URL, nil),
	})
	verdicts := g.Health(t.Context())
	assert.Equal(t, "healthy", verdicts[0].String())
	assert.Equal(t, "healthy", verdicts[1].String())
	require.ErrorContains(t, verdicts[2].Err, "certificate required")
	require.ErrorContains(t, verdicts[3].Err, "certificate signed by unknown authority")
}

// TestAFileThatCannotBeUsedIsNamedByItsField, together with all else that is
// wrong; neither its path nor anything in it is shown.
func TestAFileThatCannotBeUsedIsNamedByItsField(t *testing.T) {
	certificate, key := newPair(t)
	_, other := newPair(t)
	empty := t.TempDir()
	for want, settings := range map[string]map[string]any{
		"ca_file must name a file that exists":                                                        {"ca_file": filepath.Join(empty, "s3cret.pem")},
		"ca_file must name a file that can be read":                                                   {"ca_file": empty},
		"ca_file must hold certificates in PEM":                                                       {"ca_file": writeFile(t, []byte("s3cret"))},
		"ca_file must hold certificates in PEM; client_key_file must be in PEM":                       {"ca_file": writeFile(t, key), "client_cert_file": writeFile(t, certificate), "client_key_file": writeFile(t, []byte("s3cret"))},
		"client_cert_file must be in PEM":                                                             {"client_cert_file": writeFile(t, []byte("s3cret")), "client_key_file": writeFile(t, key)},
		"client_key_file is missing: a certificate and its key go together":                           {"client_cert_file": writeFile(t, certificate)},
		"client_cert_file is missing: a certificate and its key go together":                          {"client_key_file": writeFile(t, key)},
		"client_key_file must be the key of the certificate in client_cert_file, not encrypted":       {"client_cert_file": writeFile(t, certificate), "client_key_file": writeFile(t, other)},
		"attempts must be a whole number; ca_file must hold certificates in PEM":                      {"attempts": "s3cret", "ca_file": writeFile(t, nil)},
		"proxy must be an address of http, https, socks5 or socks5h":                                  {"proxy": "ftp://s3cret@proxy.example.com"},
		`proxy must be an absolute URL such as "https://api.example.com"`:                             {"proxy": "s3cret"},
		"client_cert_file must name a file that exists; client_key_file must name a file that exists": {"client_cert_file": "/no/s3cret", "client_key_file": "/no/s3cret"},
	} {
		settings["provider"], settings["token"] = "uumit", "t"
		_, err := providers.OpenGateway(providers.Builtin(), map[string]map[string]any{"market": settings})
		require.EqualError(t, err, "providers: market: Open: invalid request: "+want)
		require.ErrorIs(t, err, transport.ErrInvalid)
		assert.NotContains(t, fmt.Sprintf("%+v %#v", err, err), "s3cret")
	}
}

// TestEachEntryHasItsOwnProxy: one goes through a proxy, which alone knows the
// platform's address, and one does not.
func TestEachEntryHasItsOwnProxy(t *testing.T) {
	platform := procuretest.New()
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Host)
		r.RequestURI = r.URL.RequestURI()
		platform.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	direct := httptest.NewServer(platform)
	defer direct.Close()
	g := newGateway(t, providers.Builtin(), map[string]map[string]any{
		"behind": procureSettings(platform, "http://procure.invalid", map[string]any{"proxy": proxy.URL, "plain_http": true}),
		"direct": procureSettings(platform, direct.URL, nil),
	})
	for _, v := range g.Health(t.Context()) {
		require.NoError(t, v.Err)
	}
	assert.Equal(t, []string{"procure.invalid", "procure.invalid"}, asked, "the health call and the signed one")
}
