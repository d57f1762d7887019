package codegatetest

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Request is one request that reached the platform, and how it was answered.
// It prints method, status and sizes only.
type Request struct {
	Method string
	// RequestURI is the path and query as they came, still escaped.
	RequestURI string
	Header     http.Header
	Body       []byte
	// Status is what the platform answered, whatever a fault in front of it
	// made of that.
	Status int
	// Time is the platform's.
	Time time.Time
}

// Format prints method, status and sizes.
func (r Request) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "%s request, HTTP %d (%d headers, %d bytes)", r.Method, r.Status, len(r.Header), len(r.Body))
}

// keptRequests bounds the memory of a platform that is left running.
const keptRequests = 10_000

type recorder struct {
	kept  []Request
	count int
}

func (r *recorder) add(request Request) {
	r.count++
	r.kept = append(r.kept, request)
	// Twice the number before any is dropped, so that dropping is rare.
	if len(r.kept) == 2*keptRequests {
		r.kept = slices.Clone(r.kept[keptRequests:])
	}
}

// Requests returns the requests that reached the platform, oldest first: all
// of them up to 10,000, and at least the last 10,000 of more.
func (p *Platform) Requests() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests.kept)
}

// RequestCount returns how many requests have reached the platform.
func (p *Platform) RequestCount() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.requests.count
}
