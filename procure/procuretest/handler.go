package procuretest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pentagate/pentagate/transport/transporttest"
)

// call is one request on its way through the checks.
type call struct {
	r    *http.Request
	now  time.Time
	uri  string // path and query as they came
	body []byte
	app  App
	id   string // of the intent that the path names
}

// answer is one answer in the platform's envelope.
type answer struct {
	status  int
	code    int
	message string
	data    any
}

func success(status int, data any) answer {
	return answer{status: status, message: "success", data: data}
}

// wrong is the answer for a bad parameter.
func wrong(field, reason string) answer {
	return answer{status: 400, code: 40001, message: "invalid parameter", data: struct {
		Field  string `json:"field"`
		Reason string `json:"reason"`
	}{field, reason}}
}

// Sizes that the platform takes ("Procure API, common parameters").
const (
	maxBody = 1 << 20
	maxURL  = 8192
)

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
	var err error
	if r.Body != nil {
		body, err = io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	}
	if err != nil {
		body = nil // as cut off by the client, who will not read the answer
	}
	p.mu.Lock()
	c := &call{r: r, now: p.Now(), uri: transporttest.RequestURI(r), body: body}
	p.settle()
	a := p.handle(c)
	p.requests.Add(Request{
		Method:     r.Method,
		RequestURI: c.uri,
		Header:     r.Header.Clone(),
		Body:       body,
		Status:     a.status,
		Code:       a.code,
		Time:       c.now,
	})
	serial := p.requests.Count()
	text := a.encode()
	p.mu.Unlock()

	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Request-Id", fmt.Sprintf("req_%06d", serial))
	w.Header().Set("Date", c.now.UTC().Format(http.TimeFormat))
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(a.status)
	_, _ = w.Write(text) // a client that has gone does not concern the platform
}

func (a answer) encode() []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Data    any    `json:"data"`
	}{a.code, a.message, a.data})
	if err != nil {
		panic("procuretest: " + err.Error()) // every answer is made of types of this package
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}

// handle makes the checks in the order path, sizes, signature, limits, and
// leaves the rest to the operation.
func (p *Platform) handle(c *call) answer {
	op := route(c)
	switch {
	case op == nil:
		return answer{status: 404, code: 40400, message: "no such path"}
	case len("http://"+c.r.Host+c.uri) > maxURL:
		return answer{status: 414, code: 41401, message: "URL too long"}
	case len(c.body) > maxBody:
		return answer{status: 413, code: 41301, message: "body too large"}
	case op.class == "":
		return op.serve(p, c)
	}
	app, refused := p.authenticate(c)
	if refused != nil {
		return *refused
	}
	c.app = app
	if p.limits != nil && !p.limits.admit(c.now, app.ID, op.class, op.perSecond) {
		return answer{status: 429, code: 42901, message: "Too Many Requests"}
	}
	return op.serve(p, c)
}

// operation is one call. One without a class is neither signed nor limited.
type operation struct {
	class     string
	perSecond int
	serve     func(*Platform, *call) answer
}

func query(serve func(*Platform, *call) answer) *operation {
	return &operation{"query", queriesPerSecond, serve}
}

func change(serve func(*Platform, *call) answer) *operation {
	return &operation{"change", changesPerSecond, serve}
}

var (
	health = map[string]*operation{"GET": {serve: (*Platform).health}}
	all    = map[string]*operation{
		"GET":  query((*Platform).list),
		"POST": {"create", createsPerSecond, (*Platform).create},
	}
	one = map[string]*operation{
		"GET":    query(onIntent((*Platform).get)),
		"PUT":    change(onIntent((*Platform).update)),
		"DELETE": change(onIntent((*Platform).remove)),
	}
	cancel  = map[string]*operation{"POST": change(onIntent((*Platform).cancel))}
	execute = map[string]*operation{"POST": change(onIntent((*Platform).execute))}
)

// route finds the operation for c, nil if there is none. The path is split
// before it is unescaped, so that an id may hold an escaped slash.
func route(c *call) *operation {
	path, _, _ := strings.Cut(c.uri, "?")
	switch rest, found := strings.CutPrefix(path, "/api/v1/"); {
	case !found:
		return nil
	case rest == "health":
		return health[c.r.Method]
	case rest == "intents":
		return all[c.r.Method]
	default:
		segments := strings.Split(rest, "/")
		if segments[0] != "intents" || len(segments) > 3 {
			return nil
		}
		id, err := url.PathUnescape(segments[1])
		if err != nil || id == "" {
			return nil
		}
		c.id = id
		if len(segments) == 2 {
			return one[c.r.Method]
		}
		return map[string]map[string]*operation{"cancel": cancel, "execute": execute}[segments[2]][c.r.Method]
	}
}

// onIntent looks up the intent that the path names. Those of other Apps are
// not visible ("Procure API, get an intent").
func onIntent(serve func(*Platform, *call, *Intent) answer) func(*Platform, *call) answer {
	return func(p *Platform, c *call) answer {
		row := p.byID(c.id)
		if row == nil || row.AppID != c.app.ID {
			return answer{status: 404, code: 40401, message: "intent not found"}
		}
		return serve(p, c, row)
	}
}
