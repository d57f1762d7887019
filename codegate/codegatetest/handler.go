package codegatetest

import (
	"encoding/json"
	"io"
	"math/big"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/pentagate/pentagate/transport/transporttest"
)

// call is one request on its way through the checks.
type call struct {
	r       *http.Request
	now     time.Time
	body    []byte
	bodyErr error
	// path is the path after percent-decoding, query what the query says.
	path  string
	query map[string]string

	// What the path names.
	pathProject, argument string
	// json is the body if it was announced as JSON.
	json json.RawMessage
	// What a body of texts or a list's query says, once it is checked.
	texts          map[string]*string
	page, pageSize *big.Int
	// project is the key's.
	project *project
}

// Handler returns the platform behind the middleware it was made with.
func (p *Platform) Handler() http.Handler {
	var h http.Handler = p
	for _, wrap := range slices.Backward(p.middleware) {
		h = wrap(h)
	}
	return h
}

// ServeHTTP answers one request, without the middleware.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(r)
	c := &call{
		r:       r,
		body:    body,
		bodyErr: err,
		path:    replaceInvalid([]byte(r.URL.Path)),
		query:   parseQuery(r.URL.RawQuery),
	}
	a := p.answer(c)
	send(w, a, c.now)
	if a.status == http.StatusInternalServerError {
		lastAnswer(w, r)
	}
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	return io.ReadAll(r.Body)
}

// answer handles one request and records it. The limiter stands in front of
// the server: what it refuses meets no stall. Only calls of the SDK API need a
// database connection.
func (p *Platform) answer(c *call) answer {
	if limited := p.admit(); limited != nil {
		return p.record(c, func(*call) answer { return *limited })
	}
	ctx := c.r.Context()
	if named, found := match(c.path); !found || named.projectID == "" {
		p.pool.wait(ctx)
		return p.record(c, p.handle)
	}
	if !p.pool.take(ctx) {
		return p.record(c, func(*call) answer { return crash() })
	}
	a := p.record(c, p.handle)
	p.pool.release(ctx)
	return a
}

func (p *Platform) admit() *answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.limit.admit(p.Now())
}

// record has a request answered and writes it down.
func (p *Platform) record(c *call, by func(*call) answer) answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	c.now = p.Now()
	a := by(c)
	p.requests.Add(Request{
		Method:     c.r.Method,
		RequestURI: transporttest.RequestURI(c.r),
		Header:     c.r.Header.Clone(),
		Body:       c.body,
		Status:     a.status,
		Time:       c.now,
	})
	return a
}

// handle makes the checks in the server's order (seen on the running server).
func (p *Platform) handle(c *call) answer {
	if c.bodyErr != nil {
		return failure(http.StatusBadRequest, detailBadBody)
	}
	op, refused := route(c)
	if refused != nil {
		return *refused
	}
	if op.validate == nil {
		return op.serve(p, c)
	}
	if op.method == http.MethodPost {
		if refused := decodeJSON(c); refused != nil {
			return *refused
		}
	}
	// The headers are parameters like any other, so that one answer lists all
	// that is wrong. Only with the headers there does the signature come first.
	errs := missingHeaders(c.r.Header)
	if len(errs) == 0 {
		owner, refused := p.authenticate(c)
		if refused != nil {
			return *refused
		}
		c.project = owner
	}
	if errs = append(errs, op.validate(c)...); len(errs) > 0 {
		return invalid(errs...)
	}
	if c.project.id != c.pathProject {
		return failure(http.StatusForbidden, detailForeignProject)
	}
	if op.method == http.MethodGet && !c.project.enabled {
		return failure(http.StatusUnauthorized, detailProjectOff)
	}
	return op.serve(p, c)
}

// peer returns the address that the verification log keeps.
func (c *call) peer() string {
	host, _, err := net.SplitHostPort(c.r.RemoteAddr)
	if err != nil {
		return ""
	}
	return host
}

// send writes a to the wire.
func send(w http.ResponseWriter, a answer, now time.Time) {
	body := a.bytes()
	header := w.Header()
	if body != nil {
		header.Set("Content-Type", "application/json")
	}
	for name, value := range a.header {
		header.Set(name, value)
	}
	header.Set("Date", now.UTC().Format(http.TimeFormat))
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	// A client that has gone does not concern the platform.
	_, _ = w.Write(body)
}
