package uumittest

import "github.com/pentagate/pentagate/transport/transporttest"

// Request is one request that reached the platform, and how it was answered.
type Request = transporttest.PlatformRequest

// Requests returns the requests that reached the platform, in the order in
// which they were answered: all of them up to 10,000, and at least the last
// 10,000 of more.
func (p *Platform) Requests() []Request { return p.requests.All() }

// RequestCount returns how many requests have reached the platform.
func (p *Platform) RequestCount() int { return p.requests.Count() }
