package transport

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Observer watches calls and their attempts, for logs, traces and metrics. It
// must be safe for concurrent use, and it sees nothing secret: no path, query,
// body or credential.
type Observer interface {
	// StartCall is told of a call before its first attempt. The context it
	// returns serves the call; the function is called when the call ends.
	StartCall(ctx context.Context, info CallInfo) (context.Context, func(Result))
	// StartAttempt does the same for one request.
	StartAttempt(ctx context.Context, info AttemptInfo) (context.Context, func(AttemptResult))
}

// CallInfo names a call.
type CallInfo struct {
	Provider  string
	Operation string
	Method    string
	// Route is the path with its variable segments in braces, "" if unknown.
	Route  string
	Safety Safety
	Class  string
}

// Result is how a call ended.
type Result struct {
	// Info holds the answer's status, but neither its header and body nor the
	// idempotency key.
	Info Info
	// Err prints nothing secret, as every [*Error]; its Body is not for
	// observers.
	Err error
}

// AttemptInfo names one request of a call.
type AttemptInfo struct {
	CallInfo
	// Attempt counts from 1.
	Attempt int
	// Host is the platform's host and port.
	Host string
	// Scheme is "https" or "http".
	Scheme string
}

// AttemptResult is how a request ended.
type AttemptResult struct {
	// Status is the HTTP status, 0 without an answer.
	Status   int
	Duration time.Duration
	// Header holds those of the answer's headers that are safe to show.
	Header map[string]string
	// Failed tells that there was no whole answer.
	Failed bool
}

func (r *run) info(provider string) CallInfo {
	return CallInfo{
		Provider:  provider,
		Operation: r.call.Operation,
		Method:    r.call.Method,
		Route:     r.call.Route,
		Safety:    r.call.safety(),
		Class:     r.call.Class,
	}
}

// observed reports every attempt to the observers.
type observed struct {
	next      http.RoundTripper
	provider  string
	observers []Observer
	clock     Clock
}

func (t *observed) RoundTrip(req *http.Request) (*http.Response, error) {
	if len(t.observers) == 0 {
		return t.next.RoundTrip(req)
	}
	r := req.Context().Value(runKey{}).(*run)
	ctx := req.Context()
	info := AttemptInfo{CallInfo: r.info(t.provider), Attempt: r.attempts + 1, Host: req.URL.Host, Scheme: req.URL.Scheme}
	ends := make([]func(AttemptResult), 0, len(t.observers))
	for _, o := range t.observers {
		var end func(AttemptResult)
		ctx, end = o.StartAttempt(ctx, info)
		ends = append(ends, end)
	}
	start := t.clock.Now()
	resp, err := t.next.RoundTrip(req.WithContext(ctx))
	result := AttemptResult{Duration: t.clock.Now().Sub(start), Failed: err != nil}
	if resp != nil {
		result.Status, result.Header = resp.StatusCode, safeHeaders(resp.Header)
	}
	for _, end := range ends {
		end(result)
	}
	return resp, err
}

// logObserver writes calls and attempts to a slog.Logger.
type logObserver struct{ log *slog.Logger }

func (o *logObserver) StartCall(ctx context.Context, info CallInfo) (context.Context, func(Result)) {
	return ctx, func(res Result) {
		attrs := append(info.attrs(),
			slog.Int("attempts", res.Info.Attempts),
			slog.Duration("waited", res.Info.Waited),
			slog.Duration("waited_for_limits", res.Info.WaitedForLimits))
		if res.Err != nil {
			o.log.LogAttrs(ctx, slog.LevelWarn, "call failed", append(attrs, slog.Any("error", res.Err))...)
			return
		}
		o.log.LogAttrs(ctx, slog.LevelDebug, "call done", attrs...)
	}
}

func (o *logObserver) StartAttempt(ctx context.Context, info AttemptInfo) (context.Context, func(AttemptResult)) {
	return ctx, func(res AttemptResult) {
		level := slog.LevelDebug
		if res.Failed || res.Status >= http.StatusBadRequest {
			level = slog.LevelInfo
		}
		o.log.LogAttrs(ctx, level, "attempt", append(info.attrs(),
			slog.Int("attempt", info.Attempt),
			slog.String("host", info.Host),
			slog.Int("status", res.Status),
			slog.Duration("duration", res.Duration),
			slog.Any("headers", res.Header))...)
	}
}

func (i CallInfo) attrs() []slog.Attr {
	return []slog.Attr{
		slog.String("provider", i.Provider),
		slog.String("operation", i.Operation),
		slog.String("method", i.Method),
		slog.String("route", i.Route),
		slog.String("safety", i.Safety.String()),
	}
}
