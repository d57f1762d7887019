package transport

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/pentagate/pentagate/signing"
)

// run is one call under way. The goroutine that makes the call owns it.
type run struct {
	call           Call
	set            callSettings
	query          string
	body           []byte
	idempotencyKey string

	attempts     int
	waited       time.Duration
	limitWaited  time.Duration
	clockRetried bool
	renewed      int  // times that other credentials were asked for
	counted      bool // among the client's open calls: Do made it
	entered      bool // the attempt level has taken it on
	mayHaveRun   bool // an attempt may have been carried out, and none has told
	repeated     bool // and another one followed

	// of the attempt under way
	signTime time.Time
	usedSkew time.Duration
	trial    bool        // usedSkew is on trial
	traced   atomic.Bool // sent comes from the connection
	sent     atomic.Bool // may have left: a connection was at hand
	resent   atomic.Bool // net/http sent it twice
	conn     atomic.Pointer[leavable]
	header   http.Header // as signed
	signer   signing.Signer
	answer   Answer
	date     observedDate

	// of the last attempt
	payload []byte
	failure *Error

	trialRefused bool // of the last attempt
}

type runKey struct{}

// ContextWithCall tells what a request that is sent through
// [Client.RoundTripper] is: its Operation, Route, Safety, Class and Unsigned
// fields are used, the rest comes from the request.
func ContextWithCall(ctx context.Context, call Call) context.Context {
	return context.WithValue(ctx, callKey{}, call)
}

type callKey struct{}

// runOf returns the run that Do made for the request, or a new one for a
// request that comes from a plain http.Client.
func runOf(req *http.Request) (*run, error) {
	// A token source or an observer may send requests of its own with the
	// context of the call that it serves: those are calls of their own.
	if r, ok := req.Context().Value(runKey{}).(*run); ok && !r.entered {
		return r, nil
	}
	call, _ := req.Context().Value(callKey{}).(Call)
	call.Method, call.Path, call.RawPath = req.Method, req.URL.Path, req.URL.RawPath
	if call.Operation == "" {
		call.Operation = req.Method
	}
	if key := req.Header.Get("Idempotency-Key"); key != "" && call.Safety == SafetyByMethod {
		call.Safety = Keyed
	}
	r := &run{call: call, query: req.URL.RawQuery}
	if call.safety() == Keyed {
		r.idempotencyKey = req.Header.Get("Idempotency-Key")
	}
	if req.Body == nil || req.Body == http.NoBody {
		return r, nil
	}
	defer req.Body.Close()
	if req.GetBody == nil {
		return r, errBodyNotReplayable
	}
	body, err := io.ReadAll(req.Body)
	r.body = body
	return r, err
}

var errBodyNotReplayable = errors.New("the body cannot be read twice: set GetBody, or send bytes")

// safety is the call's class with the caller's choices applied.
func (r *run) safety(c *Client) Safety {
	s := r.call.safety()
	if s == Unsafe && (r.set.unsafeRetries || c.set.unsafeRetries) {
		return Idempotent
	}
	return s
}

// complete adds to e what the run knows, given how its last attempt ended.
func (r *run) complete(c *Client, e *Error, end outcome) *Error {
	e.Provider, e.Operation, e.Host = c.cfg.Provider, r.call.Operation, c.base.Host
	e.Attempts = r.attempts
	e.IdempotencyKey = r.idempotencyKey
	if r.answer.Status != 0 {
		e.Status = r.answer.Status
		e.RequestID = r.answer.Header.Get(c.cfg.RequestIDHeader)
		e.Body = slices.Clone(r.answer.Body[:min(len(r.answer.Body), maxErrorBody)])
	}
	echoes := r.echoes()
	e.Message = echoes.mask(e.Message)
	if e.Err != nil {
		e.cause = echoes.mask(e.Err.Error())
	}
	e.Fields = e.Fields[:min(len(e.Fields), maxFields)]
	for i := range e.Fields {
		e.Fields[i].Name = echoes.mask(e.Fields[i].Name)
		e.Fields[i].Problem = echoes.mask(e.Fields[i].Problem)
	}
	open := r.mayHaveRun || end == uncertain || end == hopeless
	e.OutcomeUnknown = open && r.call.safety() != Read && (end != answered || !e.settled())
	return e
}

func (r *run) report() Info {
	return Info{
		Attempts:        r.attempts,
		Waited:          r.waited,
		WaitedForLimits: r.limitWaited,
		Repeated:        r.repeated,
		IdempotencyKey:  r.idempotencyKey,
		Answer:          r.answer,
	}
}
