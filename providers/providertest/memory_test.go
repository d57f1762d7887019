package providertest_test

import (
	"net/http"
	"net/http/httptest"
)

// inMemory answers requests by calling a handler.
type inMemory struct{ handler http.Handler }

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	in := r.Clone(r.Context())
	in.RequestURI = r.URL.RequestURI()
	in.RemoteAddr = "127.0.0.1:1"
	m.handler.ServeHTTP(w, in)
	return w.Result(), nil
}
