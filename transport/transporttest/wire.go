package transporttest

import (
	"net/http"
	"net/http/httputil"
	"sync"
)

// Wire is a RoundTripper that records each request as the bytes that go on an
// HTTP/1.1 connection, request line, headers in their spelling and body, and
// passes it on. It is for comparing requests with files. Use it with
// transport.WithRoundTripper.
type Wire struct {
	next http.RoundTripper

	mu       sync.Mutex
	requests []string
}

// NewWire returns a Wire in front of next, http.DefaultTransport if nil.
func NewWire(next http.RoundTripper) *Wire {
	if next == nil {
		next = http.DefaultTransport
	}
	return &Wire{next: next}
}

// RoundTrip records the request and passes it on.
func (w *Wire) RoundTrip(req *http.Request) (*http.Response, error) {
	dump, err := httputil.DumpRequestOut(req, true)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	w.requests = append(w.requests, string(dump))
	w.mu.Unlock()
	return w.next.RoundTrip(req)
}

// Requests returns the recorded requests in their order.
func (w *Wire) Requests() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.requests...)
}
