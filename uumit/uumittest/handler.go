package uumittest

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// call is one request on its way through the checks.
type call struct {
	r    *http.Request
	now  time.Time
	body map[string]any
	raw  []byte // the body as it came
	// user is who calls, nil on public paths.
	user *user
	// id is the variable segment of the path.
	id string
}

// text returns a member of the body, "" if it is absent or no text.
func (c *call) text(name string) string {
	s, _ := c.body[name].(string)
	return s
}

// member returns a member of the body as it came, nil if it is absent.
func (c *call) member(name string) json.RawMessage {
	var members map[string]json.RawMessage
	_ = json.Unmarshal(c.raw, &members) // handle has read it before
	return members[name]
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
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body) // a body that broke off is no JSON
	}
	a, now := p.answer(r, body)
	send(w, a, now)
}

// answer handles a request and logs it, and returns the time of the answer.
func (p *Platform) answer(r *http.Request, body []byte) (answer, time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := &call{r: r, now: p.Now(), raw: body}
	a := p.handle(c)
	p.requests.Add(Request{
		Method:     r.Method,
		RequestURI: r.URL.RequestURI(),
		Header:     r.Header.Clone(),
		Body:       body,
		Status:     a.status,
		Code:       a.code,
		Time:       c.now,
	})
	return a, c.now
}

// handle makes the checks: path, limits, credentials, body.
func (p *Platform) handle(c *call) answer {
	op, id, a := route(c.r)
	if a != nil {
		return *a
	}
	c.id = id
	scope := "address " + address(c.r)
	if !op.public {
		who, refusal := p.authenticate(c.r)
		if refusal != nil {
			return *refusal
		}
		c.user, scope = who.user, who.scope
	}
	if a := p.admit(scope, c.now); a != nil {
		return *a
	}
	if len(c.raw) > 0 {
		if json.Unmarshal(c.raw, &c.body) != nil || c.body == nil {
			return invalid("body", "", "json_invalid", "JSON decode error")
		}
		if mediaType, _, _ := strings.Cut(c.r.Header.Get("Content-Type"), ";"); mediaType != "application/json" {
			return invalid("body", "", "model_attributes_type", "Input should be a valid dictionary")
		}
	}
	p.tick(c.now)
	return p.once(c, op.serve)
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	return host
}

// send writes a to the wire.
func send(w http.ResponseWriter, a answer, now time.Time) {
	header := w.Header()
	for name, value := range a.header {
		header.Set(name, value)
	}
	header.Set("Date", now.UTC().Format(http.TimeFormat))
	if a.status == http.StatusTemporaryRedirect {
		w.WriteHeader(a.status)
		return
	}
	body := a.bytes(now)
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	// A client that has gone does not concern the platform.
	_, _ = w.Write(body)
}

// operation is one call of the API.
type operation struct {
	method string
	// path has at most one variable segment, written {}.
	path   string
	public bool
	serve  func(*Platform, *call) answer
}

const api = "/api/v1"

var operations = []operation{
	{http.MethodPost, api + "/auth/device-auth", true, (*Platform).startDevice},
	{http.MethodPost, api + "/auth/device-auth/poll", true, (*Platform).pollDevice},
	{http.MethodGet, api + "/capabilities/search", false, (*Platform).search},
	{http.MethodPost, api + "/orders", false, (*Platform).createOrder},
	{http.MethodGet, api + "/orders", false, (*Platform).listOrders},
	{http.MethodGet, api + "/orders/{}", false, (*Platform).getOrder},
	{http.MethodPost, api + "/orders/{}/confirm", false, (*Platform).confirmOrder},
	{http.MethodPost, api + "/orders/{}/cancel", false, (*Platform).cancelOrder},
	{http.MethodPost, api + "/orders/{}/deliverables", false, (*Platform).deliverOrder},
	{http.MethodPost, api + "/transactions", false, (*Platform).createTransaction},
	{http.MethodGet, api + "/transactions", false, (*Platform).listTransactions},
	{http.MethodGet, api + "/transactions/{}", false, (*Platform).getTransaction},
	{http.MethodPost, api + "/transactions/{}/freeze", false, (*Platform).freezeTransaction},
	{http.MethodPost, api + "/transactions/{}/accept", false, (*Platform).acceptTransaction},
	{http.MethodPost, api + "/transactions/{}/reject", false, (*Platform).rejectTransaction},
	{http.MethodPost, api + "/transactions/{}/deliver", false, (*Platform).deliverTransaction},
	{http.MethodPost, api + "/transactions/{}/confirm", false, (*Platform).confirmTransaction},
	{http.MethodPost, api + "/transactions/{}/cancel", false, (*Platform).cancelTransaction},
	{http.MethodGet, api + "/wallet", false, (*Platform).getWallet},
	{http.MethodGet, api + "/wallet/transactions", false, (*Platform).getLedger},
	{http.MethodGet, api + "/wallet/rates", false, (*Platform).getRates},
}

// route finds the operation for a request and the id in its path, or the
// answer to one that names none. The server's own 404 and 405 have no envelope.
func route(r *http.Request) (*operation, string, *answer) {
	path := r.URL.EscapedPath()
	allowed := ""
	for i := range operations {
		op := &operations[i]
		id, found := op.match(path)
		if found && op.method == r.Method {
			return op, id, nil
		}
		if found {
			allowed = op.method
		}
	}
	if allowed != "" {
		return nil, "", &answer{status: http.StatusMethodNotAllowed, header: map[string]string{"Allow": allowed}, plain: map[string]string{"detail": "Method Not Allowed"}}
	}
	shorter := strings.TrimRight(path, "/")
	for i := range operations {
		if _, found := operations[i].match(shorter); found && shorter != path {
			location := url.URL{Scheme: "http", Host: r.Host, RawPath: shorter, RawQuery: r.URL.RawQuery}
			location.Path, _ = url.PathUnescape(shorter)
			if r.TLS != nil {
				location.Scheme = "https"
			}
			return nil, "", &answer{status: http.StatusTemporaryRedirect, header: map[string]string{"Location": location.String()}}
		}
	}
	return nil, "", &answer{status: http.StatusNotFound, plain: map[string]string{"detail": "Not Found"}}
}

// match compares an escaped path with the operation's and returns the id.
func (op *operation) match(path string) (string, bool) {
	before, after, variable := strings.Cut(op.path, "{}")
	if !variable {
		return "", path == op.path
	}
	rest, begins := strings.CutPrefix(path, before)
	rest, ends := strings.CutSuffix(rest, after)
	if !begins || !ends || rest == "" || strings.Contains(rest, "/") {
		return "", false
	}
	id, err := url.PathUnescape(rest)
	return id, err == nil
}
