package transporttest

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// PlatformRequest is one request that reached a fake platform, and how it was
// answered. It prints method, answer and sizes only: what a failing test
// prints of it holds no credential.
type PlatformRequest struct {
	Method string
	// RequestURI is the path and query as they came, still escaped.
	RequestURI string
	Header     http.Header
	Body       []byte
	// Status is the HTTP status that the platform answered, and Code that of
	// its envelope, 0 if it has none, whatever a fault in front of it made of
	// that.
	Status, Code int
	// Time is the platform's.
	Time time.Time
}

// Format prints method, answer and sizes.
func (r PlatformRequest) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "%s request, HTTP %d, code %d (%d headers, %d bytes)", r.Method, r.Status, r.Code, len(r.Header), len(r.Body))
}

// keptRequests bounds the memory of a platform that is left running.
const keptRequests = 10_000

// RequestLog keeps the requests of a fake platform. Its zero value is empty. It
// is safe for concurrent use.
type RequestLog struct {
	mu    sync.Mutex
	kept  []PlatformRequest
	count int
}

// Add appends a request.
func (l *RequestLog) Add(r PlatformRequest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	l.kept = append(l.kept, r)
	// Twice the number before any is dropped, so that dropping is rare.
	if len(l.kept) == 2*keptRequests {
		l.kept = slices.Clone(l.kept[keptRequests:])
	}
}

// All returns the requests, oldest first: all of them up to 10,000, and at
// least the last 10,000 of more.
func (l *RequestLog) All() []PlatformRequest {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.kept)
}

// Count returns how many requests were added.
func (l *RequestLog) Count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count
}

// RequestURI returns the path and query of r as they came, still escaped, also
// where r has met no server and has a URL only.
func RequestURI(r *http.Request) string {
	if r.RequestURI != "" {
		return r.RequestURI
	}
	return r.URL.RequestURI()
}
