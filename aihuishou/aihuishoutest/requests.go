package aihuishoutest

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Request is one request that reached the platform, and how it was answered.
type Request struct {
	Method string
	// Path is the path as it came.
	Path   string
	Header http.Header
	Body   []byte
	// Status is the HTTP status of the platform's answer and Code that of its
	// envelope, whatever a fault in front of it made of that.
	Status, Code int
	// Time is the platform's.
	Time time.Time
}

// Format prints the method, the path and the outcome: what a failing test
// prints of a request holds neither credentials nor personal data.
func (r Request) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "%s %s (HTTP %d, code %d)", r.Method, r.Path, r.Status, r.Code)
}

// keptRequests bounds the memory of a platform that is left running.
const keptRequests = 10_000

func (p *Platform) record(r Request) {
	p.requests = append(p.requests, r)
	// Twice the number before any is dropped, so that dropping is rare.
	if len(p.requests) == 2*keptRequests {
		p.requests = slices.Clone(p.requests[keptRequests:])
	}
}

// Requests returns the requests that reached the platform, oldest first: all
// of them up to 10,000, and at least the last 10,000 of more.
func (p *Platform) Requests() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}
