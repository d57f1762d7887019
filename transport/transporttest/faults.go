package transporttest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
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
	// Run lets the handler run all the same, before that answer. RunLater lets
	// it run so long after it; see [Faults.Wait].
	Run      bool
	RunLater time.Duration
	// DropAfter resets the connection after the handler ran, before its answer.
	DropAfter bool
	// PlainText writes an unencrypted answer on the connection beneath TLS,
	// with Status or else 502, and nothing after it. It needs a server of
	// [NewTLSServer]; elsewhere the connection is reset.
	PlainText bool
	// Silent answers nothing and leaves the connection open, until the client
	// goes away, or it is reset after SilentFor if that is not 0. On a server of
	// [NewTLSServer] the whole connection stops passing bytes in either
	// direction, pings and other requests of HTTP/2 included.
	Silent    bool
	SilentFor time.Duration
	// DelayAnswer passes after the handler ran, or until the client goes away.
	DelayAnswer time.Duration
	// Date replaces the answer's Date header; NoDate removes it. DateOffset
	// moves the handler's Date, or that of now if it sets none.
	Date       time.Time
	NoDate     bool
	DateOffset time.Duration
	// Member is the dotted path of a member of the answer's JSON, such as
	// "data.updatedAt", and Value the JSON that takes its place. An answer
	// without the object that holds the member stays as it is.
	Member, Value string
	// ByteOrderMark puts one before the answer's body.
	ByteOrderMark bool
	// Truncate announces the whole answer, sends half of it and closes.
	Truncate bool
	// Endless sends the answer and then blanks until the client goes away.
	Endless bool
}

// Runs reports whether the handler runs, at once or later.
func (f Fault) Runs() bool {
	return !f.DropBefore && (f.Status == 0 || f.Run || f.RunLater > 0)
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

// StatusAfter runs the handler and answers as [Status] does in its place.
func StatusAfter(code int, body string) Fault {
	f := Status(code, body)
	f.Run = true
	return f
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

// SlowAnswer runs the handler and holds its answer back for d.
func SlowAnswer(d time.Duration) Fault { return Fault{DelayAnswer: d} }

// DropBefore resets the connection before the handler runs.
func DropBefore() Fault { return Fault{DropBefore: true} }

// DropAfter runs the handler and resets the connection in the place of its
// answer.
func DropAfter() Fault { return Fault{DropAfter: true} }

// Truncated runs the handler and sends half of its answer.
func Truncated() Fault { return Fault{Truncate: true} }

// Endless runs the handler and never ends its answer.
func Endless() Fault { return Fault{Endless: true} }

// Silence leaves the request without an answer, on a connection that stays
// open and says nothing any more. The handler does not run.
func Silence() Fault { return Fault{Status: http.StatusOK, Silent: true} }

// SilenceAfter is [Silence] after the handler ran.
func SilenceAfter() Fault { return Fault{Silent: true} }

// PlainText answers 502 without encryption on a connection that is encrypted,
// as a proxy does that lost the platform. The handler does not run.
func PlainText() Fault { return Fault{Status: http.StatusBadGateway, PlainText: true} }

// PlainTextAfter is [PlainText] after the handler ran.
func PlainTextAfter() Fault { return Fault{PlainText: true} }

// ForeignPage answers with the page of a proxy, a load balancer or a firewall
// in front of the platform.
func ForeignPage(status int, title string) Fault {
	title = html.EscapeString(title)
	return Fault{
		Status: status,
		Header: http.Header{"Content-Type": {"text/html"}},
		Body:   "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title + "</h1></center>\r\n</body>\r\n</html>\r\n",
	}
}

// PageAfter runs the handler and answers with a [ForeignPage] in its place.
func PageAfter(status int, title string) Fault {
	f := ForeignPage(status, title)
	f.Run = true
	return f
}

// TimeoutWhileRunning answers 504 at once, as a proxy does that waits no
// longer, and runs the handler d later.
func TimeoutWhileRunning(d time.Duration) Fault {
	f := ForeignPage(http.StatusGatewayTimeout, "504 Gateway Time-out")
	f.RunLater = max(d, 1)
	return f
}

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

// ProxyDate runs the handler and moves the answer's Date header by offset, as
// a proxy does whose clock is wrong and which writes the header anew.
func ProxyDate(offset time.Duration) Fault { return Fault{DateOffset: offset} }

// OddMember runs the handler and puts the JSON value in the place of a member
// of its answer: OddMember("data.updatedAt", `""`).
func OddMember(path, value string) Fault { return Fault{Member: path, Value: value} }

// ByteOrderMark runs the handler and puts a byte order mark before its answer.
func ByteOrderMark() Fault { return Fault{ByteOrderMark: true} }

// HeaderFlood answers 200 with an empty object and size bytes of headers.
func HeaderFlood(size int) Fault {
	const line = 4 << 10
	f := Status(http.StatusOK, `{}`)
	for n := 0; n < size; n += line {
		f.Header.Add("X-Flood", strings.Repeat("a", line))
	}
	return f
}

// HugeBody answers 200 with a JSON object of size bytes and some more.
func HugeBody(size int) Fault {
	return Status(http.StatusOK, `{"code":0,"data":"`+strings.Repeat("a", size)+`"}`)
}

// DeepNesting answers 200 with JSON arrays in one another, depth of them.
func DeepNesting(depth int) Fault {
	return Status(http.StatusOK, `{"code":0,"data":`+strings.Repeat("[", depth)+strings.Repeat("]", depth)+`}`)
}

// Request is a request as it arrived.
type Request struct {
	Method string
	// URI is the request line's target, undecoded.
	URI    string
	Host   string
	Header http.Header
	Body   []byte
	// RemoteAddr is the client's address, which tells connections apart.
	RemoteAddr string
}

// Format prints the method and the sizes only: what a failing test prints of a
// request holds no credential.
func (r Request) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "%s request (%d headers, %d bytes)", r.Method, len(r.Header), len(r.Body))
}

// Faults is a handler that lets each request meet the next fault of a script
// and records all requests. It is safe for concurrent use. Over HTTP/2 a drop
// resets the request's stream, and the connection goes on.
type Faults struct {
	next http.Handler

	mu       sync.Mutex
	script   []Fault
	choose   func(Request) Fault // for requests that find no script, nil if all pass
	requests []Request
	running  int           // requests whose handler may still run
	idle     chan struct{} // closed when there are none, nil if nobody waits
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
	f.Choose(func(Request) Fault { return fault })
}

// Choose asks choose what a request meets that finds no script. It is called
// for one request at a time and must not call f.
func (f *Faults) Choose(choose func(Request) Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.choose = choose
}

// Reset forgets the script and the recorded requests.
func (f *Faults) Reset() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.script, f.choose, f.requests = nil, nil, nil
}

// Requests returns the requests that arrived, in their order.
func (f *Faults) Requests() []Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Request(nil), f.requests...)
}

// Wait returns when the handler has run for all requests that arrived and
// whose fault lets it run, also for those that were answered before.
func (f *Faults) Wait() {
	f.mu.Lock()
	if f.running == 0 {
		f.mu.Unlock()
		return
	}
	if f.idle == nil {
		f.idle = make(chan struct{})
	}
	idle := f.idle
	f.mu.Unlock()
	<-idle
}

// take records a request and returns the fault it meets. The caller calls done
// when the handler has run or will not.
func (f *Faults) take(r Request) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = append(f.requests, r)
	f.running++
	switch {
	case len(f.script) > 0:
		fault := f.script[0]
		f.script = f.script[1:]
		return fault
	case f.choose != nil:
		return f.choose(r)
	}
	return Fault{}
}

func (f *Faults) done() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.running--
	if f.running == 0 && f.idle != nil {
		close(f.idle)
		f.idle = nil
	}
}

// ServeHTTP answers as the next fault says.
func (f *Faults) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // a client that went away shows below
	fault := f.take(Request{Method: r.Method, URI: r.RequestURI, Host: r.Host, Header: r.Header.Clone(), Body: body, RemoteAddr: r.RemoteAddr})
	answer := f.answer(fault, r, body)
	switch {
	case fault.DropBefore, fault.DropAfter:
		drop(w)
	case fault.PlainText:
		plainText(w, r, cmp.Or(fault.Status, http.StatusBadGateway))
	case fault.Silent:
		silence(w, r, fault.SilentFor)
	default:
		pause(r, fault.DelayAnswer)
		answer.alter(fault)
		maps.Copy(w.Header(), answer.header)
		send(w, r, answer, fault)
	}
}

// answer makes the answer to a request, and runs the handler if the fault lets
// it.
func (f *Faults) answer(fault Fault, r *http.Request, body []byte) *recorder {
	late := false
	defer func() {
		if !late {
			f.done()
		}
	}()
	pause(r, fault.Delay)
	if fault.DropBefore {
		return nil
	}
	ctx := r.Context()
	run := func() *recorder {
		r := r.WithContext(ctx)
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer := newRecorder()
		f.next.ServeHTTP(answer, r)
		return answer
	}
	if fault.Status == 0 {
		return run()
	}
	if fault.Run {
		run()
	} else if fault.RunLater > 0 {
		late, ctx = true, context.WithoutCancel(ctx)
		time.AfterFunc(fault.RunLater, func() {
			defer f.done()
			defer ignoreAbort()
			run()
		})
	}
	answer := newRecorder()
	maps.Copy(answer.header, fault.Header.Clone())
	answer.status = fault.Status
	answer.body.WriteString(fault.Body)
	return answer
}

// ignoreAbort does what a server does about a handler that ends itself.
func ignoreAbort() {
	v := recover()
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		return
	}
	if v != nil {
		panic(v)
	}
}

// pause waits, at most until the client goes away.
func pause(r *http.Request, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
	}
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
// regular end of an answer. Over HTTP/2 there is none to be had: the server
// then resets the stream.
func drop(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	reset(conn)
}

// reset closes the connection beneath all others without a goodbye, which TLS
// would say.
func reset(conn net.Conn) {
	for {
		over, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		conn = over.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// plainText writes beneath TLS.
func plainText(w http.ResponseWriter, r *http.Request, status int) {
	raw := rawConnOf(r)
	if raw == nil {
		drop(w)
		return
	}
	raw.end(fmt.Sprintf("HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", status, http.StatusText(status)))
}

// silence says nothing for d, for ever if that is 0, unless the client goes
// away first.
func silence(w http.ResponseWriter, r *http.Request, d time.Duration) {
	raw := rawConnOf(r)
	if raw != nil {
		raw.end("")
	}
	if d > 0 {
		pause(r, d)
	} else {
		<-r.Context().Done()
	}
	if raw != nil {
		reset(raw)
		return
	}
	drop(w)
}

// recorder holds the handler's answer back until its fate is known.
type recorder struct {
	header http.Header
	status int
	wrote  bool
	body   bytes.Buffer
}

func newRecorder() *recorder {
	return &recorder{header: make(http.Header), status: http.StatusOK}
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

// alter changes date and body as the fault says.
func (w *recorder) alter(fault Fault) {
	switch {
	case fault.NoDate:
		w.header["Date"] = nil
	case !fault.Date.IsZero():
		w.header.Set("Date", fault.Date.UTC().Format(http.TimeFormat))
	case fault.DateOffset != 0:
		at, err := http.ParseTime(w.header.Get("Date"))
		if err != nil {
			at = time.Now()
		}
		w.header.Set("Date", at.Add(fault.DateOffset).UTC().Format(http.TimeFormat))
	}
	if fault.Member != "" {
		w.setBody(replaceMember(w.body.Bytes(), strings.Split(fault.Member, "."), fault.Value))
	}
	if fault.ByteOrderMark {
		w.setBody(append([]byte("\ufeff"), w.body.Bytes()...))
	}
}

func (w *recorder) setBody(b []byte) {
	w.body = *bytes.NewBuffer(b)
	if w.header.Get("Content-Length") != "" {
		w.header.Set("Content-Length", strconv.Itoa(len(b)))
	}
}

// replaceMember returns a JSON object with another value at a path. What is no
// object comes back as it is. It writes the object itself, so that the value
// need not be JSON.
func replaceMember(object []byte, path []string, value string) []byte {
	var members map[string]json.RawMessage
	if json.Unmarshal(object, &members) != nil || members == nil {
		return object
	}
	if len(path) == 1 {
		members[path[0]] = []byte(value)
	} else if inner, ok := members[path[0]]; ok {
		members[path[0]] = replaceMember(inner, path[1:], value)
	}
	var pairs [][]byte
	for _, name := range slices.Sorted(maps.Keys(members)) {
		quoted, _ := json.Marshal(name) // text can always be encoded
		pairs = append(pairs, slices.Concat(quoted, []byte(":"), members[name]))
	}
	return slices.Concat([]byte("{"), bytes.Join(pairs, []byte(",")), []byte("}"))
}
