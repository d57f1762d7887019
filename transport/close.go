package transport

import (
	"context"
	"errors"
	"sync"
)

// openCalls counts the calls under way, so that a client can be closed behind
// the last one.
type openCalls struct {
	mu      sync.Mutex
	count   int
	closed  bool
	drained chan struct{} // closed when a closed client has no call left
	// closing ends the waits of calls that were not sent yet.
	closing context.Context //nolint:containedctx // it is the client's life
	end     context.CancelFunc
}

func newOpenCalls() *openCalls {
	o := &openCalls{drained: make(chan struct{})}
	o.closing, o.end = context.WithCancel(context.Background())
	return o
}

// enter takes a call in, unless the client is closed.
func (s *shared) enter() bool {
	s.open.mu.Lock()
	defer s.open.mu.Unlock()
	if s.open.closed {
		return false
	}
	s.open.count++
	return true
}

// enterWithin takes in a call that is part of one under way: Shutdown waits for
// it, Close does not let it begin.
func (s *shared) enterWithin() bool {
	s.open.mu.Lock()
	defer s.open.mu.Unlock()
	if s.open.closing.Err() != nil {
		return false
	}
	s.open.count++
	return true
}

func (s *shared) leave() {
	s.open.mu.Lock()
	s.open.count--
	last := s.open.closed && s.open.count == 0
	s.open.mu.Unlock()
	if last {
		s.closeIdle()
		close(s.open.drained)
	}
}

// close refuses further calls.
func (s *shared) close() {
	s.open.mu.Lock()
	first := !s.open.closed
	s.open.closed = true
	idle := first && s.open.count == 0
	s.open.mu.Unlock()
	if idle {
		close(s.open.drained)
	}
}

func (s *shared) closeIdle() {
	if s.own != nil {
		s.own.CloseIdleConnections()
	}
}

// whileOpen returns a context that ends with the client too, for waits; its
// cause is then ErrClosed.
func (s *shared) whileOpen(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(s.open.closing, func() { cancel(ErrClosed) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

// Close refuses further calls, ends those that wait to be sent with
// [ErrClosed], and lets go of idle connections. Requests that are under way are
// not disturbed; their connections close behind them.
func (c *Client) Close() error {
	if c == nil || c.shared == nil {
		return nil
	}
	c.shared.close()
	c.shared.open.end()
	c.shared.closeIdle()
	return nil
}

// Shutdown refuses further calls and waits until those under way have ended,
// also those that wait to be sent. When the context ends first it does what
// Close does and returns the context's error.
func (c *Client) Shutdown(ctx context.Context) error {
	if c == nil || c.shared == nil {
		return nil
	}
	c.shared.close()
	var err error
	select {
	case <-c.shared.open.drained:
	case <-ctx.Done():
		err = ctx.Err()
	}
	return errors.Join(err, c.Close())
}
