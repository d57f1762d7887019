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
		return do(p, c)
	}
	id := replayKey{c.user.id, c.r.URL.Path, key}
	if first, found := p.replays[id]; found && c.now.Sub(first.at) < remembered {
		return first.answer
	}
	a := do(p, c)
	if a.status == http.StatusOK && a.code == 0 {
		p.replays[id] = replay{a, c.now}
	}
	return a
}
