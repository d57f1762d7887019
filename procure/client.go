package procure

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

const provider = "procure"

const (
	pathPrefix  = "/api/v1"
	healthPath  = pathPrefix + "/health"
	intentsPath = pathPrefix + "/intents"
)

// Sizes that the platform takes ("Procure API, common parameters").
const (
	maxBody = 1 << 20 // bytes
	maxURL  = 8192    // characters
)

// Client calls the platform for one App. It is immutable and safe for
// concurrent use.
type Client struct {
	t          *transport.Client
	baseLength int // of the base URL
}

// New checks the configuration and returns a client. Its connections speak TLS
// 1.3 only ("Procure API, security"). [transport.WithRoundTripper] gives that
// up: connections of the caller's speak what they are set to.
func New(cfg Config, opts ...transport.Option) (*Client, error) {
	wrong := cfg.problems()
	var signer signing.Signer
	if len(wrong) == 0 {
		s, err := cfg.signer()
		if err != nil {
			return nil, err
		}
		signer = s
	}
	t, err := transport.New(transport.Config{
		Provider:     provider,
		BaseURL:      cfg.baseURL(),
		Signer:       signer,
		PathPrefix:   pathPrefix,
		Own:          own,
		Interpret:    interpret,
		Limits:       spaced(Limits()),
		Retry:        transport.RetryPolicy{Attempts: 3, BaseDelay: time.Second},
		UnclearClock: true,
		MinTLS:       tls.VersionTLS13,
		Invalid:      wrong,
	}, opts...)
	if err != nil {
		return nil, err
	}
	return &Client{t: t, baseLength: len(t.BaseURL())}, nil
}

// Close refuses further calls, ends those that wait to be sent with
// [transport.ErrClosed], and lets go of idle connections.
func (c *Client) Close() error { return c.t.Close() }

// Shutdown refuses further calls and waits until those under way have ended.
// When the context ends first it does what Close does and returns the context's
// error.
func (c *Client) Shutdown(ctx context.Context) error { return c.t.Shutdown(ctx) }

// Format prints the platform and its address only.
func (c *Client) Format(f fmt.State, verb rune) { c.t.Format(f, verb) }

// Do sends any method and path of the platform, signed, limited, retried and
// decoded like the typed calls; out takes what the envelope holds as data. The
// path begins with "/api/v1". An empty Class is chosen by method and path, as
// [Limits] describes.
func (c *Client) Do(ctx context.Context, call transport.Call, out any, opts ...transport.CallOption) error {
	if call.Class == "" {
		call.Class = class(call.Method, call.Path)
	}
	return c.send(ctx, call, out, opts)
}

// send encodes the body, adds what is wrong with the request's size to what
// is wrong with its fields, and makes the call.
func (c *Client) send(ctx context.Context, call transport.Call, out any, opts []transport.CallOption) error {
	call.Invalid = slices.Clip(call.Invalid) // it may be the caller's
	if call.Body != nil {
		// What must not be sent is left to the transport, which says why.
		if body, err := encode(call.Body); err == nil {
			call.Invalid.Check(len(body) <= maxBody, "body", "must be at most 1 MiB of JSON")
			call.Body = body
		}
	}
	call.Invalid.Check(c.urlLength(&call) <= maxURL, "url", "must be at most 8192 characters")
	return c.t.Do(ctx, call, out, opts...)
}

func (c *Client) urlLength(call *transport.Call) int {
	u := url.URL{Path: call.Path, RawPath: call.RawPath}
	n := c.baseLength + len(u.EscapedPath())
	if len(call.Query) > 0 {
		n += len("?") + len(call.Query.Encode())
	}
	return n
}

// intentCall is a call on one intent. The action is "" or begins with a slash.
func intentCall(operation, method, id, action string, safety transport.Safety) transport.Call {
	var wrong transport.Fields
	if !plainID(id) {
		wrong.Check(false, "id", `must be valid UTF-8, not empty, without control characters and without a segment "." or ".."`)
		id = "" // the path is not to blame too
	}
	call := transport.Call{
		Operation: operation,
		Method:    method,
		Path:      intentsPath + "/" + id + action,
		RawPath:   intentsPath + "/" + url.PathEscape(id) + action,
		Route:     intentsPath + "/{id}" + action,
		Safety:    safety,
		Invalid:   wrong,
	}
	call.Class = class(method, call.Path)
	return call
}

// plainID tells whether an id can stand in a path, where a dot segment would
// lead to another one.
func plainID(id string) bool {
	for segment := range strings.SplitSeq(id, "/") {
		if segment == "." || segment == ".." {
			return false
		}
	}
	return id != "" && utf8.ValidString(id) && !strings.ContainsFunc(id, unicode.IsControl)
}

// Health asks whether the platform works. It needs no credentials and has
// no limit of its own ("Procure API, health check"). What an unhealthy platform answers is
// not documented; probes that want a quick answer pass
// transport.WithAttempts(1).
func (c *Client) Health(ctx context.Context, opts ...transport.CallOption) (*Health, error) {
	call := transport.Call{
		Operation: "Health",
		Method:    http.MethodGet,
		Path:      healthPath,
		Route:     healthPath,
		Safety:    transport.Read,
		Class:     ClassHealth,
		Unsigned:  true,
	}
	var out Health
	return result(&out, c.send(ctx, call, &out, opts))
}

// GetIntent returns an intent of this App; those of others are not found
// ("Procure API, get an intent").
func (c *Client) GetIntent(ctx context.Context, id string, opts ...transport.CallOption) (*Intent, error) {
	return c.getIntent(ctx, intentCall("GetIntent", http.MethodGet, id, "", transport.Read), opts)
}

func (c *Client) getIntent(ctx context.Context, call transport.Call, opts []transport.CallOption) (*Intent, error) {
	var out wholeIntent
	return result((*Intent)(&out), c.send(ctx, call, &out, opts))
}

// result keeps a half-filled answer from going out beside an error.
func result[T any](out *T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	return out, nil
}
