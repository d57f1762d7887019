package codegate

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

const (
	provider   = "codegate"
	pathPrefix = "/api/v1"
	// maxConnections is what an installation serves side by side: with more
	// than its pool of 15 database connections it stalls for half a minute, as
	// seen on the running server.
	maxConnections = 15
)

// Limits of the platform, in characters and rows: outside them it answers HTTP
// 500 or 422, or finds nothing.
const (
	maxCode       = 100
	maxVerifiedBy = 100
	maxPageSize   = 100
	maxSearch     = maxCode // a longer one is part of no code
)

// Client calls the SDK API for one project. It is immutable and safe for
// concurrent use.
type Client struct {
	t       *transport.Client
	project string // path of the project
}

// New checks the configuration and returns a client. The platform documents
// 60 calls a minute but does not limit the SDK API, so no limit is in force
// unless an option sets one.
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
		Provider:           provider,
		BaseURL:            cfg.BaseURL,
		Signer:             signer,
		PathPrefix:         pathPrefix,
		Own:                own,
		Interpret:          interpret,
		MaxConnections:     maxConnections,
		ClosesAfterFailure: true,
		Invalid:            wrong,
	}, opts...)
	if err != nil {
		return nil, err
	}
	return &Client{t: t, project: "/api/v1/projects/" + cfg.ProjectID}, nil
}

// Close refuses further calls, ends those that wait to be sent, and lets go of
// idle connections.
func (c *Client) Close() error { return c.t.Close() }

// Shutdown refuses further calls and waits until those under way have ended.
// When the context ends first it does what Close does and returns the context's
// error.
func (c *Client) Shutdown(ctx context.Context) error { return c.t.Shutdown(ctx) }

// Format prints the platform and its address only.
func (c *Client) Format(f fmt.State, verb rune) { c.t.Format(f, verb) }

// Do sends any method and path of the platform, signed, limited, retried and
// decoded like the typed calls. Paths of the SDK API begin with "/api/v1". The
// answer may be any JSON.
func (c *Client) Do(ctx context.Context, call transport.Call, out any, opts ...transport.CallOption) error {
	return c.t.Do(ctx, call, out, opts...)
}

// GetProject returns the project with its numbers of codes.
func (c *Client) GetProject(ctx context.Context, opts ...transport.CallOption) (*Project, error) {
	var out Project
	err := c.t.Do(ctx, c.call("GetProject", http.MethodGet, "", "", transport.Read, nil), &out, opts...)
	return result(&out, err)
}

// GetStatistics returns the numbers of codes and the latest redemptions.
func (c *Client) GetStatistics(ctx context.Context, opts ...transport.CallOption) (*Statistics, error) {
	var out Statistics
	err := c.t.Do(ctx, c.call("GetStatistics", http.MethodGet, "/statistics", "/statistics", transport.Read, nil), &out, opts...)
	return result(&out, err)
}

// ListCodesRequest selects codes. The zero value is the first page of all codes.
type ListCodesRequest struct {
	// Page counts from 1; nil means 1.
	Page *int
	// PageSize is 1 to 100; nil means 20.
	PageSize *int
	// Status is one of the four states; empty means all. The platform takes
	// any other word for all codes, so those are refused here.
	Status CodeStatus
	// Search is a part of the code, at most 100 characters; empty means all.
	// The platform takes % and _ for wildcards.
	Search string
}

// ListCodes returns one page of codes, newest first. Past the end it is empty.
func (c *Client) ListCodes(ctx context.Context, req ListCodesRequest, opts ...transport.CallOption) (*CodePage, error) {
	call := c.call("ListCodes", http.MethodGet, "/codes", "/codes", transport.Read, nil)
	call.Query, call.Invalid = req.query(), req.problems()
	var out CodePage
	return result(&out, c.t.Do(ctx, call, &out, opts...))
}

func (r ListCodesRequest) problems() transport.Fields {
	var f transport.Fields
	f.Check(r.Page == nil || *r.Page >= 1, "page", "must be at least 1")
	f.Check(r.PageSize == nil || *r.PageSize >= 1 && *r.PageSize <= maxPageSize, "page_size", "must be 1 to 100")
	switch r.Status {
	case "", StatusUnused, StatusUsed, StatusDisabled, StatusExpired:
	default:
		f.Check(false, "status", "must be unused, used, disabled, expired or empty")
	}
	// The platform ends a search at a NUL, which then finds every code, and
	// fails for good on long ones (as seen on the running server).
	f.Check(utf8.RuneCountInString(r.Search) <= maxSearch && !strings.ContainsRune(r.Search, 0),
		"search", "must be at most 100 characters without NUL")
	f.CheckUnmasked("search", r.Search)
	return f
}

func (r ListCodesRequest) query() url.Values {
	q := make(url.Values)
	if r.Page != nil {
		q.Set("page", strconv.Itoa(*r.Page))
	}
	if r.PageSize != nil {
		q.Set("page_size", strconv.Itoa(*r.PageSize))
	}
	if r.Status != "" {
		q.Set("status", string(r.Status))
	}
	if r.Search != "" {
		q.Set("search", r.Search)
	}
	return q
}

// GetCode returns a code by its id: the id of another project's code is not
// found.
func (c *Client) GetCode(ctx context.Context, codeID string, opts ...transport.CallOption) (*CodeDetail, error) {
	var f transport.Fields
	if !plainID(codeID) {
		f.Check(false, "code_id", "must be 1 to 64 letters, digits or hyphens")
		codeID = "" // the path is not to blame too
	}
	call := c.call("GetCode", http.MethodGet, "/codes/"+codeID, "/codes/{code_id}", transport.Read, nil)
	call.Invalid = f
	var out CodeDetail
	return result(&out, c.t.Do(ctx, call, &out, opts...))
}

// GetCodeByCode returns a code by its text, which must match exactly. Any
// character is allowed in it.
func (c *Client) GetCodeByCode(ctx context.Context, code string, opts ...transport.CallOption) (*CodeDetail, error) {
	call := c.call("GetCodeByCode", http.MethodGet, "/codes/by-code/"+escapeCode(code), "/codes/by-code/{code}", transport.Read, nil)
	call.Invalid = codeProblems(code)
	call.Invalid.Check(utf8.ValidString(code), "code", "must be valid UTF-8")
	var out CodeDetail
	return result(&out, c.t.Do(ctx, call, &out, opts...))
}

// escapeCode escapes a code once. The result stands for the path itself: it
// is signed as it is, and the HTTP layer escapes it again on the wire. The
// server signs the path after unescaping it once, and its handler unescapes
// the code a second time, so this is right for every code (as seen on the
// running server).
func escapeCode(code string) string {
	esc := strings.ReplaceAll(url.QueryEscape(code), "+", "%20")
	if esc == "." || esc == ".." { // no path segment of its own
		esc = strings.ReplaceAll(esc, ".", "%2E")
	}
	return esc
}

// ReactivateCode makes a used code usable again. It is repeated after a lost
// answer; a repeat that finds the code unused counts as done. Any other refusal
// of a repeat leaves open what became of the first attempt: the error matches
// [transport.ErrOutcomeUnknown].
func (c *Client) ReactivateCode(ctx context.Context, req ReactivateCodeRequest, opts ...transport.CallOption) (*ReactivateResult, error) {
	out := ReactivateResult{client: c.t.Name()}
	call := c.call("ReactivateCode", http.MethodPost, "/codes/reactivate", "/codes/reactivate", transport.Idempotent, reactivateWire(req))
	call.Invalid = codeProblems(req.Code)
	call.Invalid.Check(utf8.RuneCountInString(req.ReactivatedBy) <= maxVerifiedBy, "reactivated_by", "must be at most 100 characters")
	call.Refused = func(info transport.Info) *transport.Error {
		switch {
		case !info.Repeated || out.Success:
			return nil
		case out.ErrorCode == CodeAlreadyUnused:
			out.Success, out.AlreadyDone, out.ErrorCode = true, true, ""
			return nil
		}
		return out.refusal()
	}
	return result(&out, c.t.Do(ctx, call, &out, opts...))
}

func (c *Client) call(operation, method, path, route string, safety transport.Safety, body any) transport.Call {
	return transport.Call{
		Operation: operation,
		Method:    method,
		Path:      c.project + path,
		Route:     "/api/v1/projects/{project_id}" + route,
		Safety:    safety,
		Body:      body,
	}
}

// result keeps a half-filled answer from going out beside an error.
func result[T any](out *T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	return out, nil
}

func codeProblems(code string) transport.Fields {
	var f transport.Fields
	n := utf8.RuneCountInString(code)
	f.Check(n >= 1 && n <= maxCode, "code", "must be 1 to 100 characters")
	return f
}

func plainID(s string) bool {
	const allowed = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-"
	return s != "" && len(s) <= 64 && strings.Trim(s, allowed) == ""
}
