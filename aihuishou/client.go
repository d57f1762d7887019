package aihuishou

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

// Client calls the partner API for one company. It is immutable and safe for
// concurrent use.
type Client struct {
	t        *transport.Client
	location *time.Location
}

// New checks the configuration and returns a client. It keeps to the five
// requests a second that the platform allows a company by default, gives an
// attempt the 15 seconds of the platform's script, and makes up to three
// attempts where a repeat does no harm ("Aihuishou partner API, call limits");
// options change all three.
func New(cfg Config, opts ...transport.Option) (*Client, error) {
	wrong := cfg.problems()
	var signer signing.Signer
	if len(wrong) == 0 {
		s, err := cfg.signer()
		if err != nil {
			wrong.Check(false, "credentials", err.Error())
		}
		signer = s
	}
	defaults := []transport.Option{transport.WithAttemptTimeout(15 * time.Second)}
	t, err := transport.New(transport.Config{
		Provider:     "aihuishou",
		BaseURL:      cfg.baseURL(),
		Signer:       signer,
		PathPrefix:   "/api",
		Own:          own,
		Interpret:    interpret,
		Limits:       []transport.Limit{{PerSecond: 4.75, Burst: 1}},
		Retry:        transport.RetryPolicy{Attempts: 3, RateLimitDelay: time.Second},
		UnclearClock: true,
		ContentType:  "application/json;charset=UTF-8",
		Invalid:      wrong,
	}, append(defaults, opts...)...)
	if err != nil {
		return nil, err
	}
	return &Client{t: t, location: cfg.location()}, nil
}

// Close refuses further calls, ends those that wait to be sent with
// [transport.ErrClosed], and lets go of idle connections.
func (c *Client) Close() error { return c.t.Close() }

// Shutdown refuses further calls and waits until those under way have ended.
// When the context ends first it does what Close does and returns the
// context's error.
func (c *Client) Shutdown(ctx context.Context) error { return c.t.Shutdown(ctx) }

// Format prints the platform and its address only.
func (c *Client) Format(f fmt.State, verb rune) { c.t.Format(f, verb) }

// Do sends any method and path of the platform, signed, limited, retried and
// decoded like the typed calls. The body must be a JSON object of flat values,
// unless Config.Literals is LiteralsJSON; nil is sent as an empty object. The
// timestamp is added to it. The documented calls are all POST, which is Unsafe
// if call.Safety does not say otherwise.
func (c *Client) Do(ctx context.Context, call transport.Call, out any, opts ...transport.CallOption) error {
	if call.Body == nil && call.Method == http.MethodPost {
		call.Body = struct{}{}
	}
	err := c.t.Do(ctx, call, out, opts...)
	if l, ok := out.(located); ok && err == nil {
		l.locate(c.location)
	}
	return err
}

// located is a result that holds times, which decoding takes for UTC+8.
type located interface{ locate(*time.Location) }

// post makes one of the documented calls.
func post[T any](ctx context.Context, c *Client, call transport.Call, opts []transport.CallOption) (*T, error) {
	call.Method, call.Route = http.MethodPost, call.Path
	out := new(T)
	if err := c.Do(ctx, call, out, opts...); err != nil {
		return nil, err
	}
	return out, nil
}

// required checks a field that must be there: the script refuses to send
// without it.
func required(f *transport.Fields, name, value string) {
	f.Check(value != "", name, "must not be empty")
}

// word checks a required field that takes one of a few words. The platform may
// know more of them than its document.
func word[T ~string](f *transport.Fields, name string, value T) {
	odd := strings.ContainsFunc(string(value), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-'
	})
	f.Check(value != "" && !odd, name, "must be a word of letters, digits, _ and -")
}
