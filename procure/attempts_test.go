package procure_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/transport"
)

// end is how an attempt ends.
type end func(*http.Request) (*http.Response, error)

func reply(status int, mediaType, body string) end {
	return func(*http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		w.Header().Set("Content-Type", mediaType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return w.Result(), nil
	}
}

func envelope(status int, body string) end { return reply(status, "application/json", body) }

func page(status int) end {
	return reply(status, "text/html", "<html><head><title>nginx</title></head></html>")
}

func broken(err error) end { return func(*http.Request) (*http.Response, error) { return nil, err } }

func silent(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// attempts ends requests one after the other, the last way for ever. It
// answers the look-up of a cancellation, which is under way.
type attempts struct {
	ends     []end
	requests int
}

func (a *attempts) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodGet && a.requests > 1 && req.Header.Get("X-Reading") == "" {
		return envelope(200, `{"code":0,"data":{"id":"a","status":"PROCESSING"}}`)(req)
	}
	a.requests++
	return a.ends[min(a.requests, len(a.ends))-1](req)
}

// verdict is what a caller is told: "done" or the class of the error, with a
// question mark if the outcome is unknown.
func verdict(err error) string {
	e, ok := errors.AsType[*transport.Error](err)
	switch {
	case err == nil:
		return "done"
	case !ok || e.Kind == nil:
		return err.Error()
	case errors.Is(err, transport.ErrOutcomeUnknown):
		return e.Kind.Error() + "?"
	}
	return e.Kind.Error()
}

// TestTwoAttempts goes through what a call comes to: by the end of an attempt,
// when it is the first one and when it follows one that may have run.
func TestTwoAttempts(t *testing.T) {
	type second struct {
		end end
		// When nothing went before: of calls that read, and of those that change something.
		read, change string
		// When the attempt before it may have run.
		get, update, cancel, deletion string
	}
	const (
		done, malformed, unavailable, limited = "done", "malformed answer", "unavailable", "rate limited"
		invalid, denied, forbidden            = "invalid request", "unauthenticated", "permission denied"
		missing, conflict, rejected           = "not found", "conflict", "rejected"
	)
	seconds := map[string]second{
		"200":                         {envelope(200, `{"code":0,"data":{"id":"a","status":"CANCELLED"}}`), done, done, done, done, done, done},
		"400":                         {envelope(400, `{"code":40001}`), invalid, invalid, invalid, invalid + "?", invalid + "?", invalid + "?"},
		"400 that names the quantity": {envelope(400, `{"code":40001,"data":{"field":"quantity"}}`), invalid, invalid, invalid, invalid, invalid + "?", invalid + "?"},
		"401":                         {envelope(401, `{"code":40101}`), denied, denied, denied, denied + "?", denied + "?", denied + "?"},
		"403":                         {envelope(403, `{"code":40301}`), forbidden, forbidden, forbidden, forbidden + "?", forbidden + "?", forbidden + "?"},
		"404":                         {envelope(404, `{"code":40401}`), missing, missing, missing, missing + "?", missing + "?", done},
		"409":                         {envelope(409, `{"code":40901}`), conflict, conflict, conflict, conflict + "?", conflict + "?", conflict + "?"},
		"413":                         {envelope(413, `{"code":41301}`), invalid, invalid, invalid, invalid + "?", invalid + "?", invalid + "?"},
		"422":                         {envelope(422, `{"code":42201}`), invalid, invalid, invalid, invalid + "?", invalid + "?", invalid + "?"},
		"429":                         {envelope(429, `{"code":42901}`), limited, limited, limited, limited + "?", limited + "?", limited + "?"},
		"500":                         {envelope(500, `{"code":50000}`), unavailable, unavailable + "?", unavailable, unavailable + "?", unavailable + "?", unavailable + "?"},
		"503":                         {envelope(503, `{"code":50301}`), unavailable, unavailable + "?", unavailable, unavailable + "?", unavailable + "?", unavailable + "?"},
		"200 with a code of nobody's": {envelope(200, `{"code":1234}`), rejected, rejected, rejected, rejected + "?", rejected + "?", rejected + "?"},
		"page with 200":               {page(200), malformed, malformed + "?", malformed, malformed + "?", malformed + "?", malformed + "?"},
		"page with 400":               {page(400), malformed, malformed + "?", malformed, malformed + "?", malformed + "?", malformed + "?"},
		"page with 401":               {page(401), malformed, malformed + "?", malformed, malformed + "?", malformed + "?", malformed + "?"},
		"page with 403":               {page(403), malformed, malformed + "?", malformed, malformed + "?", malformed + "?", malformed + "?"},
		"page with 404":               {page(404), malformed, malformed + "?", malformed, malformed + "?", malformed + "?", malformed + "?"},
		"page with 407":               {page(407), malformed, malformed + "?", malformed, malformed + "?", malformed + "?", malformed + "?"},
		"page with 409":               {page(409), malformed, malformed + "?", malformed, malformed + "?", malformed + "?", malformed + "?"},
		"page with 413":               {page(413), malformed, malformed + "?", malformed, malformed + "?", malformed + "?", malformed + "?"},
		"page with 422":               {page(422), malformed, malformed + "?", malformed, malformed + "?", malformed + "?", malformed + "?"},
		"page with 429":               {page(429), limited, limited, limited, limited + "?", limited + "?", limited + "?"},
		"page with 500":               {page(500), unavailable, unavailable + "?", unavailable, unavailable + "?", unavailable + "?", unavailable + "?"},
		"page with 502":               {page(502), unavailable, unavailable + "?", unavailable, unavailable + "?", unavailable + "?", unavailable + "?"},
		"reset":                       {broken(syscall.ECONNRESET), unavailable, unavailable + "?", unavailable, unavailable + "?", unavailable + "?", unavailable + "?"},
		"silence":                     {silent, unavailable, unavailable + "?", unavailable, unavailable + "?", unavailable + "?", unavailable + "?"},
	}
	for name, first := range map[string]struct {
		end end // nil if nothing went before
		// Ends the call by itself: that of calls that read, of those that may be
		// repeated, and of those that may not; "" if the next attempt counts.
		read, change, unsafe string
	}{
		"nothing":           {},
		"a lost answer":     {broken(io.ErrUnexpectedEOF), "", "", unavailable + "?"},
		"502":               {page(502), "", "", unavailable + "?"},
		"a page with 200":   {page(200), malformed, malformed + "?", malformed + "?"},
		"a reset":           {broken(&net.OpError{Op: "read", Err: syscall.ECONNRESET}), "", "", unavailable + "?"},
		"no answer":         {silent, "", "", unavailable + "?"},
		"429":               {page(429), "", "", ""},
		"a refused connect": {broken(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), "", "", ""},
	} {
		ran := first.unsafe != "" // or may have
		for then, s := range seconds {
			want := map[string]string{
				"GetIntent": s.read, "UpdateIntent": s.change, "CancelIntent": s.change, "DeleteIntent": s.change,
				"CreateIntent": s.change, "ExecuteIntent": s.change,
			}
			switch {
			case first.read != "":
				want = map[string]string{
					"GetIntent": first.read, "UpdateIntent": first.change, "CancelIntent": first.change, "DeleteIntent": first.change,
					"CreateIntent": first.unsafe, "ExecuteIntent": first.unsafe,
				}
			case ran:
				want = map[string]string{
					"GetIntent": s.get, "UpdateIntent": s.update, "CancelIntent": s.cancel, "DeleteIntent": s.deletion,
					"CreateIntent": first.unsafe, "ExecuteIntent": first.unsafe,
				}
			}
			for call, verdictWanted := range want {
				synctest.Test(t, func(t *testing.T) {
					a := &attempts{ends: []end{s.end}}
					if first.end != nil {
						a.ends = []end{first.end, s.end}
					}
					client, err := procure.New(procure.DevelopmentCredentials, transport.WithRoundTripper(a))
					require.NoError(t, err)
					defer client.Close()
					var opts []transport.CallOption
					if reading[call] {
						opts = append(opts, transport.WithHeader("X-Reading", "yes"))
					}
					_, err = calls[call](t.Context(), client, opts...)
					assert.Equal(t, verdictWanted, verdict(err), "%s after %s, then %s: %v", call, name, then, err)
					if first.unsafe != "" && (call == "CreateIntent" || call == "ExecuteIntent") {
						assert.Equal(t, 1, a.requests, "%s after %s is not repeated", call, name)
					}
				})
			}
		}
	}
}
