package uumit

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

// limits keep within 60 calls a minute for one key or address ("UUMit API,
// Rate limits"). A bucket of 10 that is refilled 50 times a minute lets at most
// 60 calls go in any minute, wherever the platform's minute begins, and does
// not slow a flow of a few calls.
func limits() []transport.Limit {
	return []transport.Limit{{PerSecond: 50.0 / 60, Burst: 10}}
}

// retryPolicy is that of "UUMit Python quick start, Error handling": three
// attempts, 1 and 2 seconds after a 5xx, and 5 seconds after a 429 that names
// no time.
func retryPolicy() transport.RetryPolicy {
	return transport.RetryPolicy{Attempts: 3, BaseDelay: time.Second, RateLimitDelay: 5 * time.Second}
}

// Client calls the platform for one user. It is immutable and safe for
// concurrent use.
type Client struct {
	// Capabilities finds what can be bought.
	Capabilities CapabilityService
	// Orders buys, and delivers what was bought.
	Orders OrderService
	// Transactions is the other way to buy, step by step.
	Transactions TransactionService
	// Wallet tells balances and rates.
	Wallet WalletService

	t   *transport.Client
	key signing.Secret // empty if a token is used
}

// New checks the configuration and returns a client. The documented limit of
// 60 calls a minute is in force for it and for all that [Client.ForUser]
// returns.
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
	t, err := transport.New(cfg.transport(signer, wrong), opts...)
	if err != nil {
		return nil, err
	}
	return newClient(t, cfg.APIKey), nil
}

func newClient(t *transport.Client, key signing.Secret) *Client {
	return &Client{
		Capabilities: CapabilityService{t},
		Orders:       OrderService{t},
		Transactions: TransactionService{t},
		Wallet:       WalletService{t},
		t:            t,
		key:          key,
	}
}

// ForUser returns a client that acts for another user with the same API key.
// It shares connections, limits and retry budget with c, costs no more than
// the headers, and is closed with c. A client with a token has no other user:
// the error then matches [transport.ErrInvalid].
func (c *Client) ForUser(userID string) (*Client, error) {
	if err := made(c.t, "ForUser"); err != nil {
		return nil, err
	}
	var f transport.Fields
	f.Check(!c.key.IsZero(), "api_key", "must be set to act for several users: a token stands for its own")
	f.Check(headerText(userID), "user_id", "must be set, in printable ASCII without spaces")
	if err := f.Err(c.t.Name(), "ForUser"); err != nil {
		return nil, err
	}
	signer, err := Config{APIKey: c.key, UserID: userID}.signer()
	if err != nil {
		return nil, err
	}
	return newClient(c.t.WithSigner(signer), c.key), nil
}

// made returns the error of a client that New did not make, which the zero value
// gives to every call.
func made(t *transport.Client, operation string) error {
	if t != nil {
		return nil
	}
	return t.Do(context.Background(), transport.Call{Operation: operation}, nil)
}

// Close lets go of idle connections, ends the calls that wait to be sent, and
// refuses further ones, also those of the clients that [Client.ForUser]
// returned.
func (c *Client) Close() error { return c.t.Close() }

// Shutdown refuses further calls and returns when those under way have ended,
// also those of the clients that [Client.ForUser] returned. When the context
// ends first it does what Close does and returns the context's error.
func (c *Client) Shutdown(ctx context.Context) error { return c.t.Shutdown(ctx) }

// Format prints the platform and its address only.
func (c *Client) Format(f fmt.State, verb rune) { c.t.Format(f, verb) }

// Do sends any method and path of the platform, with credentials, limited and
// retried like the typed calls. The path begins with "/api/v1", or is one of
// the few outside of it, such as "/a2a". out receives the envelope's data, or
// the whole body where the platform uses no envelope: agent cards, JSON-RPC,
// the OpenAPI document. A write takes Safety [transport.Keyed] in the call to
// carry an Idempotency-Key and be retried. The download of a deliverable uses
// one of its downloads up each time: its Safety is [transport.Once].
func (c *Client) Do(ctx context.Context, call transport.Call, out any, opts ...transport.CallOption) error {
	return c.t.Do(ctx, call, &anyBody{out}, opts...)
}

// send makes a call whose answer has the envelope.
func send[T any](ctx context.Context, t *transport.Client, call transport.Call, opts []transport.CallOption) (*T, error) {
	var out T
	if err := t.Do(ctx, call, &enveloped{&out}, opts...); err != nil {
		return nil, err
	}
	return &out, nil
}

// fixed is a call whose path has no variable part.
func fixed(operation, method, path string, safety transport.Safety) transport.Call {
	return transport.Call{Operation: operation, Method: method, Path: path, Route: path, Safety: safety}
}

// ofID is a call whose path is the collection, an id and an action, which may
// be empty. Ids are opaque, so that they are escaped; what is none is refused.
func ofID(operation, method, collection, name, id, action string, safety transport.Safety) transport.Call {
	if action != "" {
		action = "/" + action
	}
	call := transport.Call{
		Operation: operation,
		Method:    method,
		Route:     collection + "/{" + name + "}" + action,
		Safety:    safety,
	}
	if checkID(&call.Invalid, name, id); len(call.Invalid) > 0 {
		id = "-" // the path is not what is wrong
	}
	call.Path = collection + "/" + id + action
	call.RawPath = collection + "/" + url.PathEscape(id) + action
	return call
}

// format prints what a request shows of itself.
func format(f fmt.State, verb rune, shown any) {
	_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), shown)
}

// checkID refuses what cannot stand in a path's segment.
func checkID(f *transport.Fields, name, id string) {
	plain := id != "" && id != "." && id != ".." && utf8.ValidString(id) &&
		!strings.ContainsFunc(id, func(r rune) bool { return r == '/' || r == '\\' || r < ' ' || r == 0x7f })
	f.Check(plain, name, "must be an id as the platform gave it: not empty, no slash, no control character")
}

const (
	get  = http.MethodGet
	post = http.MethodPost
)
