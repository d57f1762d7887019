package codegatetest

import (
	"context"
	"sync"
	"time"
)

// holding is how long a call holds its database connection: long enough for
// calls that are made at once to meet.
const holding = 5 * time.Millisecond

// pool is the server's database connections. The server has one event loop,
// and waits for a connection in it, so that it does nothing else meanwhile.
type pool struct {
	connections int // 0 for no bound
	stall       time.Duration

	mu      sync.Mutex
	taken   int
	stalled chan struct{} // closed when the stall is over, nil if there is none
}

// take takes a connection. If there is none it stalls the server, and returns
// false when that is over, as it does to all who come meanwhile.
func (p *pool) take(ctx context.Context) bool {
	if p.connections == 0 {
		return true
	}
	p.mu.Lock()
	if p.stalled == nil && p.taken < p.connections {
		p.taken++
		p.mu.Unlock()
		return true
	}
	if p.stalled == nil {
		p.stalled = make(chan struct{})
		time.AfterFunc(p.stall, p.resume)
	}
	p.mu.Unlock()
	p.wait(ctx)
	return false
}

func (p *pool) resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.stalled)
	p.stalled = nil
}

// release gives a connection back once it was held long enough, and returns
// when the answer can leave.
func (p *pool) release(ctx context.Context) {
	if p.connections == 0 {
		return
	}
	sleep(ctx, holding)
	p.mu.Lock()
	p.taken--
	p.mu.Unlock()
	p.wait(ctx)
}

// wait returns when the server is not stalled, or the client has gone.
func (p *pool) wait(ctx context.Context) {
	p.mu.Lock()
	stalled := p.stalled
	p.mu.Unlock()
	if stalled == nil {
		return
	}
	select {
	case <-stalled:
	case <-ctx.Done():
	}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
