package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// errTooLarge marks an answer above the cap.
var errTooLarge = errors.New("the answer exceeds the cap")

// receiver sends one attempt and reads its answer whole: the innermost step,
// so that every step above sees an answer that cannot fail any more.
type receiver struct {
	next    http.RoundTripper
	limit   int64
	timeout time.Duration
	// traced tells that next reports when a connection is at hand, so that a
	// request which never got one is known not to have left.
	traced bool
}

func (t *receiver) RoundTrip(req *http.Request) (*http.Response, error) {
	r := req.Context().Value(runKey{}).(*run)
	ctx, cancel := context.WithTimeout(req.Context(), t.timeout)
	defer cancel()
	r.attempts++
	r.sent.Store(true)
	attempt := ctx
	if t.traced && r.call.safety() != Read {
		r.sent.Store(false)
		attempt = httptrace.WithClientTrace(ctx, r.trace())
	}
	resp, err := t.next.RoundTrip(req.WithContext(attempt))
	if r.resent.Load() {
		r.attempts++
		r.repeated, r.mayHaveRun = true, true
	}
	if err != nil {
		return nil, attemptError(req.Context(), ctx, err)
	}
	defer resp.Body.Close()
	body, err := readAll(resp.Body, resp.ContentLength, t.limit)
	r.answer = Answer{Status: resp.StatusCode, Header: resp.Header, Body: body}
	if err != nil {
		return nil, attemptError(req.Context(), ctx, err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	return resp, nil
}

// trace watches what net/http does with a request that changes something.
// Given an idempotency key, it sends such a request a second time by itself
// when a kept connection turns out to be closed.
func (r *run) trace() *httptrace.ClientTrace {
	var wrote atomic.Bool
	return &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) {
			r.sent.Store(true)
			if wrote.Load() {
				r.resent.Store(true)
			}
		},
		WroteHeaders: func() { wrote.Store(true) },
	}
}

// errAttemptTimeout takes the place of context.DeadlineExceeded when it was
// the attempt's own time that ran out and not the caller's.
var errAttemptTimeout = errors.New("the attempt took too long")

func attemptError(caller, attempt context.Context, err error) error {
	if caller.Err() == nil && attempt.Err() != nil {
		return errAttemptTimeout
	}
	return err
}

// believedLength is the announced size up to which the buffer is made at
// once: it costs a platform nothing to announce much.
const believedLength = 1 << 20

// readAll reads at most limit bytes. What was read comes back with an error too.
func readAll(r io.Reader, announced, limit int64) ([]byte, error) {
	switch {
	case announced > limit:
		return nil, errTooLarge
	case announced >= 0 && announced <= believedLength:
		body := make([]byte, announced)
		n, err := io.ReadFull(r, body)
		return body[:n], err
	}
	var buf bytes.Buffer
	n, err := buf.ReadFrom(io.LimitReader(r, limit+1))
	if err == nil && n > limit {
		return buf.Bytes()[:limit], errTooLarge
	}
	return buf.Bytes(), err
}
