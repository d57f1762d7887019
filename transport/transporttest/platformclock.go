package transporttest

import (
	"sync"
	"time"
)

// PlatformClock is the time of a fake platform, which runs until a test stops
// or moves it. Limits, windows and states of the platform go by it, and every
// answer carries it as its Date. It is safe for concurrent use.
type PlatformClock struct {
	base func() time.Time

	mu      sync.Mutex
	offset  time.Duration
	stopped time.Time // zero while the clock runs
}

// NewPlatformClock returns a clock that runs with base, time.Now if nil.
func NewPlatformClock(base func() time.Time) *PlatformClock {
	if base == nil {
		base = time.Now
	}
	return &PlatformClock{base: base}
}

// Now returns the platform's time.
func (c *PlatformClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.stopped.IsZero() {
		return c.stopped
	}
	return c.base().Add(c.offset)
}

// SetNow stops the clock at t. A limit that goes by it then lets no further
// second's or minute's calls pass until the clock moves.
func (c *PlatformClock) SetNow(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = t
}

// Advance moves the clock by d, back if d is negative. A clock that runs goes
// on running.
func (c *PlatformClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped.IsZero() {
		c.offset += d
		return
	}
	c.stopped = c.stopped.Add(d)
}
