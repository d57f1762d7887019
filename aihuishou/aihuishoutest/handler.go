package aihuishoutest

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/pentagate/pentagate/transport/transporttest"
)

// answer is one HTTP answer with the platform's envelope.
type answer struct {
	status int
	envelope
}

// envelope is what all answers are wrapped in ("Aihuishou partner API,
// answers").
type envelope struct {
	Code int    `json:"code"`
	Msg  string `json:"msg"`
	Data any    `json:"data"`
}

// The codes of this package's refusals. The vendor document has none.
const (
	CodeMissingField = 1001
	CodeUnknownOrder = 1004
	CodeQuoteExpired = 1005
)

func success(data any) answer { return answer{http.StatusOK, envelope{Msg: "success", Data: data}} }

// refusal is a failure that the envelope tells of.
func refusal(code int, msg string) answer {
	return answer{http.StatusOK, envelope{Code: code, Msg: msg}}
}

// failure is one that the HTTP status tells of.
func failure(status int, msg string) answer {
	return answer{status, envelope{Code: status, Msg: msg}}
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
	var err error
	if r.Body != nil {
		body, err = io.ReadAll(r.Body)
	}
	a, now := p.answer(r, body, err)
	text := a.bytes()
	header := w.Header()
	header.Set("Content-Type", "application/json;charset=UTF-8")
	header.Set("Content-Length", strconv.Itoa(len(text)))
	header.Set("Date", now.UTC().Format(http.TimeFormat))
	w.WriteHeader(a.status)
	// A client that has gone does not concern the platform.
	_, _ = w.Write(text)
}

// answer handles one request and records it.
func (p *Platform) answer(r *http.Request, body []byte, bodyErr error) (answer, time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.Now()
	p.progressTo(now)
	a := p.handle(r, body, bodyErr, now)
	p.requests.Add(Request{
		Method:     r.Method,
		RequestURI: transporttest.RequestURI(r),
		Header:     r.Header.Clone(),
		Body:       body,
		Status:     a.status,
		Code:       a.Code,
		Time:       now,
	})
	return a, now
}

func (p *Platform) handle(r *http.Request, body []byte, bodyErr error, now time.Time) answer {
	if !p.limit.admit(now) {
		return failure(http.StatusTooManyRequests, "调用过于频繁")
	}
	serve, found := routes[r.URL.Path]
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var members map[string]json.RawMessage
	switch {
	case !found:
		return failure(http.StatusNotFound, "接口不存在")
	case r.Method != http.MethodPost:
		return failure(http.StatusMethodNotAllowed, "仅支持POST")
	case mediaType != "application/json":
		return failure(http.StatusUnsupportedMediaType, "仅支持JSON")
	case bodyErr != nil || json.Unmarshal(body, &members) != nil || members == nil:
		return failure(http.StatusBadRequest, "请求体不是JSON对象")
	case !p.authentic(r.Header, members, now):
		return failure(http.StatusUnauthorized, "签名错误或时间戳过期")
	}
	if instead := p.instead(r.URL.Path); instead != nil {
		if instead.ran {
			serve(p, parameters(members), now)
		}
		return instead.answer
	}
	return serve(p, parameters(members), now)
}

// parameters are the members of a body.
type parameters map[string]json.RawMessage

// text returns a parameter that is a string, else "".
func (m parameters) text(name string) string {
	var s string
	_ = json.Unmarshal(m[name], &s) // what is no string counts as missing
	return s
}

// missing returns the first of names that is missing or empty.
func (m parameters) missing(names ...string) string {
	i := slices.IndexFunc(names, func(name string) bool { return m.text(name) == "" })
	if i < 0 {
		return ""
	}
	return names[i]
}

// among tells whether a parameter has one of the documented values.
func (m parameters) among(name string, values ...string) bool {
	return slices.Contains(values, m.text(name))
}

func (a answer) bytes() []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(a.envelope); err != nil {
		// Every answer is made of types of this package.
		panic("aihuishoutest: " + err.Error())
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}
