package transporttest

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Fault is what one request meets. The zero Fault lets it pass. Fields
// combine, in the order in which they are listed here.
type Fault struct {
	// Delay passes before anything else, or until the client goes away.
	Delay time.Duration
	// DropBefore resets the connection before the handler runs.
	DropBefore bool
	// Status, Header and Body answer in the place of the handler when Status
	// is not 0.
	Status int
	Header http.Header
	Body   string
	// DropAfter resets the connection after the handler ran, before its answer.
	DropAfter bool
	// Date replaces the answer's Date header; NoDate removes it.
	Date   time.Time
	NoDate bool
	// Truncate announces the whole answer, sends half of it and closes.
	Truncate bool
	// Endless sends the answer and then blanks until the client goes away.
	Endless bool
}

// Pass lets a request through: a place holder in a script.
func Pass() Fault { return Fault{} }

// Status answers with a status and a body; it is sent as JSON if it looks
// like it, else as plain text.
func Status(code int, body string) Fault {
	contentType := "text/plain; charset=utf-8"
	if body != "" && (body[0] == '{' || body[0] == '[') {
		contentType = "application/json"
	}
	return Fault{Status: code, Body: body, Header: http.Header{"Content-Type": {contentType}}}
}

// RateLimited answers 429, with a Retry-After unless it is empty.
func RateLimited(body, retryAfter string) Fault {
	f := Status(http.StatusTooManyRequests, body)
	if retryAfter != "" {
		f.Header.Set("Retry-After", retryAfter)
	}
	return f
}

// Delay passes a request on after d.
func Delay(d time.Duration) Fault { return Fault{Delay: d} }

// DropBefore resets the connection before the handler runs.
func DropBefore() Fault { return Fault{DropBefore: true} }

// DropAfter runs the handler and resets the connection in the place of its
// answer.
func DropAfter() Fault { return Fault{DropAfter: true} }

// Truncated runs the handler and sends half of its answer.
func Truncated() Fault { return Fault{Truncate: true} }

// Endless runs the handler and never ends its answer.
func Endless() Fault { return Fault{Endless: true} }

// HTML answers 200 with a page, as captive portals and proxies do.
func HTML() Fault {
	return Fault{Status: http.StatusOK, Body: "<!DOCTYPE html><title>Welcome</title>", Header: http.Header{"Content-Type": {"text/html"}}}
}

// Garbage answers 200 with broken JSON.
func Garbage() Fault { return Status(http.StatusOK, `{"code": 0, "da`) }

// Redirect answers with a status of 3xx and a location.
func Redirect(code int, location string) Fault {
	return Fault{Status: code, Header: http.Header{"Location": {location}}}
}

// WrongDate runs the handler and sets the answer's Date header.
func WrongDate(at time.Time) Fault { return Fault{Date: at} }

// NoDate runs the handler and leaves the Date header out.
func NoDate() Fault { return Fault{NoDate: true} }

// Request is a request as it arrived.
type Request struct {
	Method string
	// URI is the request line's target, undecoded.
	URI    string
	Host   string
	Header http.Header
	Body   []byte
}

// Format prints the method and the sizes only: what a failing test prints of a
// request holds no credential.
func (r Request) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "%s request (%d headers, %d bytes)", r.Method, len(r.Header), len(r.Body))
}

// Faults is a handler that lets each request meet the next fault of a script
// and records all requests. It is safe for concurrent use. Drops and
// truncations need HTTP/1.
type Faults struct {
	next http.Handler

	mu       sync.Mutex
	script   []Fault
	always   *Fault
	requests []Request
}

// NewFaults puts faults in front of next. A nil next answers 404.
func NewFaults(next http.Handler) *Faults {
	if next == nil {
		next = http.NotFoundHandler()
	}
	return &Faults{next: next}
}

// Wrap puts the faults in front of next and returns them, for servers that
// take a middleware. Call it before the first request.
func (f *Faults) Wrap(next http.Handler) http.Handler {
	f.next = next
	return f
}

// Script appends faults, one for each coming request. Requests after the last
// one pass.
func (f *Faults) Script(faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.script = append(f.script, faults...)
}

// Always lets every request that finds no script meet the fault.
func (f *Faults) Always(fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.always = &fault
}

// Reset forgets the script and the recorded requests.
func (f *Faults) Reset() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.script, f.always, f.requests = nil, nil, nil
}

// Requests returns the requests that arrived, in their order.
func (f *Faults) Requests() []Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Request(nil), f.requests...)
}

// take records a request and returns the fault it meets.
func (f *Faults) take(r Request) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = append(f.requests, r)
	if len(f.script) > 0 {
		fault := f.script[0]
		f.script = f.script[1:]
		return fault
	}
	if f.always != nil {
		return *f.always
	}
	return Fault{}
}

// ServeHTTP answers as the next fault says.
func (f *Faults) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // a client that went away shows below
	fault := f.take(Request{Method: r.Method, URI: r.RequestURI, Host: r.Host, Header: r.Header.Clone(), Body: body})
	r.Body = io.NopCloser(bytes.NewReader(body))

	if fault.Delay > 0 {
		t := time.NewTimer(fault.Delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.Context().Done():
		}
	}
	if fault.DropBefore {
		drop(w)
		return
	}
	answer := &recorder{header: make(http.Header), status: http.StatusOK}
	if fault.Status != 0 {
		maps.Copy(answer.header, fault.Header.Clone())
		answer.status = fault.Status
		answer.body.WriteString(fault.Body)
	} else {
		f.next.ServeHTTP(answer, r)
	}
	if fault.DropAfter {
		drop(w)
		return
	}
	maps.Copy(w.Header(), answer.header)
	switch {
	case fault.NoDate:
		w.Header()["Date"] = nil
	case !fault.Date.IsZero():
		w.Header().Set("Date", fault.Date.UTC().Format(http.TimeFormat))
	}
	send(w, r, answer, fault)
}

func send(w http.ResponseWriter, r *http.Request, answer *recorder, fault Fault) {
	body := answer.body.Bytes()
	if fault.Truncate {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		body = body[:len(body)/2]
	}
	w.WriteHeader(answer.status)
	_, _ = w.Write(body)
	if fault.Endless {
		blanks := bytes.Repeat([]byte(" "), 4<<10)
		for r.Context().Err() == nil {
			if _, err := w.Write(blanks); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
			time.Sleep(time.Millisecond)
		}
	}
}

// drop resets the connection, so that the client does not take it for the
// regular end of an answer.
func drop(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// recorder holds the handler's answer back until its fate is known.
type recorder struct {
	header http.Header
	status int
	wrote  bool
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) {
	if !w.wrote {
		w.status, w.wrote = status, true
	}
}

func (w *recorder) Write(b []byte) (int, error) {
	w.wrote = true
	return w.body.Write(b)
}
