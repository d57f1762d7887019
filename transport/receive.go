package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// errTooLarge marks an answer above the cap.
var errTooLarge = errors.New("the answer exceeds the cap")

// errNoResponse is that of a RoundTripper that breaks its contract.
var errNoResponse = errors.New("the RoundTripper gave neither an answer nor an error")

// receiver sends one attempt and reads its answer whole: the innermost step,
// so that every step above sees an answer that cannot fail any more.
type receiver struct {
	next    http.RoundTripper
	limit   int64
	timeout time.Duration
	// traced tells that next reports when a connection is at hand, so that a
	// request which never got one is known not to have left.
	traced bool
	// spacer keeps the limits on the wire; nil if there are none.
	spacer spacer
	large  chan struct{}
	// leaves tells that the platform closes a connection, in silence, on which
	// it has failed.
	leaves bool
}

func (t *receiver) RoundTrip(req *http.Request) (*http.Response, error) {
	r := req.Context().Value(runKey{}).(*run)
	ctx, cancel := context.WithTimeout(req.Context(), t.timeout)
	defer cancel()
	r.attempts++
	r.sent.Store(true)
	r.traced.Store(false)
	attempt := ctx
	if t.traced && (r.call.safety() != Read || t.spacer != nil || t.leaves) {
		attempt = httptrace.WithClientTrace(ctx, r.trace(ctx, req, t.spacer))
	}
	resp, err := t.next.RoundTrip(req.WithContext(attempt))
	if r.resent.Load() {
		r.attempts++
		r.repeated, r.mayHaveRun = true, true
	}
	if resp == nil && err == nil {
		err = errNoResponse
	}
	if err != nil {
		return nil, attemptError(req.Context(), ctx, err)
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	defer resp.Body.Close()
	if t.leaves && resp.StatusCode >= http.StatusInternalServerError && resp.ProtoMajor == 1 {
		// Before the answer is read: as soon as it is, the next call may be
		// handed the connection.
		r.conn.Load().leave()
	}
	if req.Method == http.MethodHead {
		resp.ContentLength = 0 // it tells the length of the body that GET would have
	}
	body, err := t.readAll(ctx, resp)
	r.answer = Answer{Status: resp.StatusCode, Header: resp.Header, Body: body}
	if err != nil {
		return nil, attemptError(req.Context(), ctx, err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	return resp, nil
}

// trace watches what net/http does with a request. Given an idempotency key,
// it sends a request that changes something a second time by itself when a
// kept connection turns out to be closed. Without one it does so only if not a
// byte of it had been written.
func (r *run) trace(ctx context.Context, req *http.Request, s spacer) *httptrace.ClientTrace {
	var wrote atomic.Bool
	return &httptrace.ClientTrace{
		// What does not ask for a connection, such as a protocol that was
		// registered with the transport, does not tell of one either.
		GetConn: func(string) {
			if r.traced.CompareAndSwap(false, true) {
				r.sent.Store(false)
			}
		},
		GotConn: func(info httptrace.GotConnInfo) {
			conn := leavableUnder(info.Conn)
			r.conn.Store(conn)
			if conn.isLeft() {
				return // nothing leaves on it
			}
			r.sent.Store(true)
			if wrote.Load() && resendable(req) {
				r.resent.Store(true)
			}
			if s != nil {
				s.space(ctx, r.call.Class)
			}
		},
		WroteHeaders: func() { wrote.Store(wrote.Load() || !r.conn.Load().isLeft()) },
	}
}

// resendable reports whether net/http takes a request for one that may be
// carried out twice.
func resendable(req *http.Request) bool {
	switch req.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	return slices.ContainsFunc(resendHeaders, func(name string) bool { return len(req.Header[name]) > 0 })
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

const (
	// largeAnswer is the size from which on an answer counts as a large one.
	largeAnswer = 256 << 10
	// largeAtOnce is how many large answers a client reads at a time: a
	// platform that sends more than it should must not fill the memory.
	largeAtOnce = 4
	chunkSize   = 64 << 10
)

// chunks are what large answers of unknown length are read into: a buffer that
// doubles leaves as much garbage behind as it holds.
var chunks = sync.Pool{New: func() any { return new([chunkSize]byte) }}

// readAll reads an answer up to the cap. What was read comes back with an
// error too, of a too large one its beginning. The length is a hint only: an
// answer that was made by hand has often none, or 0.
func (t *receiver) readAll(ctx context.Context, resp *http.Response) ([]byte, error) {
	announced := resp.ContentLength
	if announced > t.limit {
		return nil, errTooLarge
	}
	if announced <= 0 {
		var buf bytes.Buffer
		n, err := buf.ReadFrom(io.LimitReader(resp.Body, min(largeAnswer, t.limit)+1))
		switch {
		case n > t.limit:
			return beginning(buf.Bytes()), errTooLarge
		case err != nil || n <= largeAnswer:
			return buf.Bytes(), err
		}
		return t.readLarge(ctx, buf.Bytes(), resp.Body)
	}
	if announced > largeAnswer {
		if err := t.enterLarge(ctx); err != nil {
			return nil, err
		}
		defer t.leaveLarge()
	}
	body := make([]byte, announced)
	n, err := io.ReadFull(resp.Body, body)
	return body[:n], err
}

// readLarge reads on behind what was read of an answer of unknown length.
func (t *receiver) readLarge(ctx context.Context, head []byte, r io.Reader) ([]byte, error) {
	if err := t.enterLarge(ctx); err != nil {
		return head, err
	}
	defer t.leaveLarge()
	var read []*[chunkSize]byte
	defer func() {
		for _, c := range read {
			chunks.Put(c)
		}
	}()
	size, last := int64(len(head)), 0
	var err error
	for err == nil && size <= t.limit {
		c := chunks.Get().(*[chunkSize]byte)
		read = append(read, c)
		for last = 0; last < chunkSize && err == nil; {
			var n int
			n, err = r.Read(c[last:])
			last += n
		}
		size += int64(last)
	}
	if size > t.limit {
		return beginning(head), errTooLarge
	}
	body := append(make([]byte, 0, size), head...)
	for i, c := range read {
		if i == len(read)-1 {
			body = append(body, c[:last]...)
			break
		}
		body = append(body, c[:]...)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return body, err
}

func (t *receiver) enterLarge(ctx context.Context) error {
	select {
	case t.large <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *receiver) leaveLarge() { <-t.large }

// beginning copies as much as an error keeps.
func beginning(body []byte) []byte { return bytes.Clone(body[:min(len(body), maxErrorBody)]) }
