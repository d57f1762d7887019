package uumittest

import "time"

// clock is the platform's time: that of base, moved, or stopped.
type clock struct {
	base    func() time.Time
	offset  time.Duration
	stopped time.Time // zero while the clock runs
}

func (c *clock) now() time.Time {
	if !c.stopped.IsZero() {
		return c.stopped
	}
	return c.base().Add(c.offset)
}

// Now returns the platform's time, which every answer carries as its Date.
func (p *Platform) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.clock.now()
}

// SetNow stops the platform's clock at t.
func (p *Platform) SetNow(t time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clock.stopped = t
}

// Advance moves the platform's clock by d, back if d is negative. A clock
// that runs goes on running.
func (p *Platform) Advance(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.clock.stopped.IsZero() {
		p.clock.offset += d
		return
	}
	p.clock.stopped = p.clock.stopped.Add(d)
}
