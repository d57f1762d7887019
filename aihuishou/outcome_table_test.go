package aihuishou_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// page is an answer of something in front of the platform.
func page(status int) transporttest.Fault {
	return transporttest.Fault{Status: status, Body: "<!DOCTYPE html><title>nginx</title>", Header: http.Header{"Content-Type": {"text/html"}}, NoDate: true}
}

// refused is one of the platform's.
func refused(status int) transporttest.Fault {
	f := transporttest.Status(status, fmt.Sprintf(`{"code":%d,"msg":"m","data":null}`, status))
	f.NoDate = true // or a 401 is taken for one of the clock
	return f
}

var (
	done  = transporttest.Status(200, `{"code":0,"msg":"success","data":{"valuation_id":"V","order_no":"O","status":"s"}}`)
	busy  = transporttest.Status(200, `{"code":500,"msg":"系统繁忙，请稍后重试","data":""}`)
	other = transporttest.Status(200, `{"code":7,"msg":"m"}`)
)

// lastEnds are the ends of a call's last attempt, and what the call ends with:
// a read, a create of which no earlier attempt can have run, and a create of
// which one may have.
var lastEnds = []struct {
	name                   string
	fault                  transporttest.Fault
	read, create, repeated string
}{
	{"200", done, "done", "done", "done"},
	{"200, a code of its own", other, "rejected", "rejected", "rejected, outcome unknown"},
	{"200, busy", busy, "unavailable", "unavailable, outcome unknown", "unavailable, outcome unknown"},
	{"400", refused(400), "invalid request", "invalid request", "invalid request, outcome unknown"},
	{"401", refused(401), "unauthenticated", "unauthenticated", "unauthenticated, outcome unknown"},
	{"403", refused(403), "permission denied", "permission denied", "permission denied, outcome unknown"},
	{"404", refused(404), "not found", "not found", "not found, outcome unknown"},
	{"409", refused(409), "conflict", "conflict", "conflict, outcome unknown"},
	{"413", refused(413), "invalid request", "invalid request", "invalid request, outcome unknown"},
	{"422", refused(422), "invalid request", "invalid request", "invalid request, outcome unknown"},
	{"429", refused(429), "rate limited", "rate limited", "rate limited, outcome unknown"},
	{"500", refused(500), "unavailable", "unavailable, outcome unknown", "unavailable, outcome unknown"},
	{"503", refused(503), "unavailable", "unavailable, outcome unknown", "unavailable, outcome unknown"},
	{"a page with 200", page(200), "malformed answer", "malformed answer, outcome unknown", "malformed answer, outcome unknown"},
	{"a page with 400", page(400), "malformed answer", "malformed answer, outcome unknown", "malformed answer, outcome unknown"},
	{"a page with 401", page(401), "malformed answer", "malformed answer, outcome unknown", "malformed answer, outcome unknown"},
	{"a page with 403", page(403), "malformed answer", "malformed answer, outcome unknown", "malformed answer, outcome unknown"},
	{"a page with 404", page(404), "malformed answer", "malformed answer, outcome unknown", "malformed answer, outcome unknown"},
	{"a page with 409", page(409), "malformed answer", "malformed answer, outcome unknown", "malformed answer, outcome unknown"},
	{"a page with 413", page(413), "malformed answer", "malformed answer, outcome unknown", "malformed answer, outcome unknown"},
	{"a page with 422", page(422), "malformed answer", "malformed answer, outcome unknown", "malformed answer, outcome unknown"},
	{"a page with 429", page(429), "rate limited", "rate limited", "rate limited, outcome unknown"},
	{"a page with 500", page(500), "unavailable", "unavailable, outcome unknown", "unavailable, outcome unknown"},
	{"a page with 503", page(503), "unavailable", "unavailable, outcome unknown", "unavailable, outcome unknown"},
	{"a lost answer", transporttest.DropAfter(), "unavailable", "unavailable, outcome unknown", "unavailable, outcome unknown"},
	{"a reset connection", transporttest.DropBefore(), "unavailable", "unavailable, outcome unknown", "unavailable, outcome unknown"},
}

// openEnds are the ends of a first attempt that may have run. A page with 200
// is not worth another one.
var openEnds = map[string]struct {
	fault   transporttest.Fault
	alone   string // what a create ends with
	another bool   // whether there is another attempt, where one does no harm
}{
	"a lost answer":      {transporttest.DropAfter(), "unavailable, outcome unknown", true},
	"a reset connection": {transporttest.DropBefore(), "unavailable, outcome unknown", true},
	"a page with 502":    {page(502), "unavailable, outcome unknown", true},
	"a busy answer":      {busy, "unavailable, outcome unknown", true},
	"a page with 200":    {page(200), "malformed answer, outcome unknown", false},
}

// endOf tells what a call ended with.
func endOf(err error) string {
	e, failed := errors.AsType[*transport.Error](err)
	switch {
	case !failed && err == nil:
		return "done"
	case !failed || e.Kind == nil:
		return err.Error()
	case errors.Is(err, transport.ErrOutcomeUnknown):
		return e.Kind.Error() + ", outcome unknown"
	}
	return e.Kind.Error()
}

// two makes a call whose first attempts end as scripted.
func (h *harness) two(t *testing.T, name string, opts []transport.CallOption, ends ...transporttest.Fault) (end string, attempts int) {
	t.Helper()
	h.faults.Reset()
	h.faults.Script(ends...)
	opts = append(opts, transport.WithAttempts(len(ends)))
	var err error
	switch name {
	case "GetValuation":
		_, err = h.client.GetValuation(t.Context(), phone, opts...)
	case "GetOrderDetail":
		_, err = h.client.GetOrderDetail(t.Context(), "ORD20240828001", opts...)
	case "CreateOrder":
		_, err = h.client.CreateOrder(t.Context(), sale, opts...)
	case "CreateTradeIn":
		_, err = h.client.CreateTradeIn(t.Context(), tradeIn, opts...)
	}
	return endOf(err), len(h.faults.Requests())
}

func TestOutcomesOfOneAttempt(t *testing.T) {
	h := start(t)
	for _, last := range lastEnds {
		for name, want := range map[string]string{
			"GetValuation": last.read, "GetOrderDetail": last.read, "CreateOrder": last.create, "CreateTradeIn": last.create,
		} {
			end, attempts := h.two(t, name, nil, last.fault)
			assert.Equal(t, want, end, "%s: %s", name, last.name)
			assert.Equal(t, 1, attempts)
		}
	}
}

func TestOutcomesOfTwoAttempts(t *testing.T) {
	for first, open := range openEnds {
		for _, last := range lastEnds {
			t.Run(first+", then "+last.name, func(t *testing.T) {
				h := start(t)
				for name, want := range map[string]string{"GetValuation": last.read, "GetOrderDetail": last.read} {
					attempts := 2
					if !open.another {
						want, attempts = "malformed answer", 1
					}
					end, made := h.two(t, name, nil, open.fault, last.fault)
					assert.Equal(t, want, end, name)
					assert.Equal(t, attempts, made, name)
				}
				for _, name := range []string{"CreateOrder", "CreateTradeIn"} {
					end, made := h.two(t, name, nil, open.fault, last.fault)
					assert.Equal(t, open.alone, end, "%s is not repeated", name)
					assert.Equal(t, 1, made, name)

					if open.another {
						end, made = h.two(t, name, []transport.CallOption{transport.WithUnsafeRetries()}, open.fault, last.fault)
						assert.Equal(t, last.repeated, end, "%s, repeated", name)
						assert.Equal(t, 2, made, name)
					}
				}
			})
		}
	}
}

// TestOutcomesBehindAnAttemptThatDidNotRun: a create that met a 429 is repeated,
// and its end is that of the second attempt alone.
func TestOutcomesBehindAnAttemptThatDidNotRun(t *testing.T) {
	limited := transporttest.Status(200, `{"code":429,"msg":"请求过于频繁"}`)
	h := start(t, transport.WithRetry(transport.RetryPolicy{Budget: 1000}))
	for first, fault := range map[string]transporttest.Fault{"429": refused(429), "a page with 429": page(429), "200 with code 429": limited} {
		for _, last := range lastEnds {
			for name, want := range map[string]string{"GetValuation": last.read, "CreateOrder": last.create, "CreateTradeIn": last.create} {
				end, attempts := h.two(t, name, nil, fault, last.fault)
				assert.Equal(t, want, end, "%s: %s, then %s", name, first, last.name)
				assert.Equal(t, 2, attempts)
			}
		}
	}
}
