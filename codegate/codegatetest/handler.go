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
)

// call is one request on its way through the checks.
type call struct {
	r    *http.Request
	now  time.Time
	body []byte
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
	a, now := p.answer(r, body, err)
	send(w, a, now)
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	return io.ReadAll(r.Body)
}

// answer handles one request and records it.
func (p *Platform) answer(r *http.Request, body []byte, bodyErr error) (answer, time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.Now()
	var a answer
	if limited := p.limit.admit(now); limited != nil {
		a = *limited
	} else if bodyErr != nil {
		a = failure(http.StatusBadRequest, detailBadBody)
	} else {
		a = p.handle(&call{
			r:     r,
			now:   now,
			body:  body,
			path:  replaceInvalid([]byte(r.URL.Path)),
			query: parseQuery(r.URL.RawQuery),
		})
	}
	p.requests.Add(Request{
		Method:     r.Method,
		RequestURI: requestURI(r),
		Header:     r.Header.Clone(),
		Body:       body,
		Status:     a.status,
		Time:       now,
	})
	return a, now
}

// requestURI also serves handlers that are called without a server.
func requestURI(r *http.Request) string {
	if r.RequestURI != "" {
		return r.RequestURI
	}
	return r.URL.RequestURI()
}

// handle makes the checks in the server's order (seen on the running server).
func (p *Platform) handle(c *call) answer {
	op, refused := route(c)
	if refused != nil {
		return *refused
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
	if a.hangUp {
		hangUp(w)
	}
}

// hangUp closes the connection behind a complete answer, without a word. A
// writer that has no connection of its own is left alone.
func hangUp(w http.ResponseWriter) {
	control := http.NewResponseController(w)
	if control.Flush() != nil {
		return
	}
	if conn, _, err := control.Hijack(); err == nil {
		_ = conn.Close()
	}
}
