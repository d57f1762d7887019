package uumittest

import (
	"net/http"
	"time"
)

// remembered is how long a key counts ("UUMit API best practices,
// Idempotency").
const remembered = 24 * time.Hour

type replayKey struct{ user, path, key string }

type replay struct {
	answer answer
	at     time.Time
}

// once carries a write out, or answers it with the first result of its key. A
// failure is not remembered, so that it can be tried again.
func (p *Platform) once(c *call, do func(*Platform, *call) answer) answer {
	key := c.r.Header.Get("Idempotency-Key")
	if key == "" {
		key, _ = c.body["idempotency_key"].(string)
	}
	if key == "" || c.user == nil || c.r.Method != http.MethodPost {
		return p.run(c, do)
	}
	id := replayKey{c.user.id, c.r.URL.Path, key}
	if p.inProgress[id] {
		return *refused(http.StatusConflict, 4090, "a request with this Idempotency-Key is in progress")
	}
	if first, found := p.replays[id]; found && c.now.Sub(first.at) < remembered {
		return first.answer
	}
	p.inProgress[id] = true
	defer delete(p.inProgress, id)
	a := p.run(c, do)
	if a.status == http.StatusOK && a.code == 0 {
		p.replays[id] = replay{a, c.now}
	}
	return a
}

// run carries a call out, after the time that [WithProcessing] takes.
func (p *Platform) run(c *call, do func(*Platform, *call) answer) answer {
	if p.processing != nil {
		p.process(c)
	}
	return do(p, c)
}

// process lets other calls in while it waits, also if the wait ends in a panic.
func (p *Platform) process(c *call) {
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		c.now = p.Now()
		p.tick(c.now)
	}()
	p.processing(c.r)
}
