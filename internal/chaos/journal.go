package main

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/pentagate/pentagate/transport/transporttest"
)

// share is how many of all requests meet trouble.
const share = 0.4

// chooser picks what a request meets, given the reference and how many
// requests had it before.
type chooser func(ref string, before int, kinds []kind) (t trouble, kind string)

// fromSeed chooses at random. What it chooses depends on the seed, the
// reference and the number of the request, and not on which of many calls comes
// first.
func fromSeed(seed uint64) chooser {
	return func(ref string, before int, kinds []kind) (trouble, string) {
		h := fnv.New64a()
		_, _ = fmt.Fprint(h, ref, " ", before)
		r := rand.New(rand.NewPCG(seed, h.Sum64())) //nolint:gosec // the same again for the same seed
		if r.Float64() >= share {
			return trouble{name: pass}, pass
		}
		return draw(r, kinds, before > 0)
	}
}

// event is what one request met.
type event struct {
	trouble
	kind   string
	lookUp bool
	conn   string // tells connections apart
	at     time.Time
}

// journal decides what requests meet, and keeps it by their reference.
type journal struct {
	choose chooser

	mu       sync.Mutex
	events   map[string][]event
	ends     map[string]event // what ended a connection that others share
	requests int
	troubled int
	met      map[string]int // how often, by name
}

func newJournal(choose chooser) *journal {
	return &journal{choose: choose, events: make(map[string][]event), ends: make(map[string]event), met: make(map[string]int)}
}

// reference finds the reference in a request: it is in the body, or in the
// path of a look-up.
var reference = regexp.MustCompile(`ref-[0-9]{7}`)

// meet decides what a request to a server meets. shared tells that a connection
// has many requests at a time.
func (j *journal) meet(server string, shared bool, kinds []kind, r transporttest.Request) transporttest.Fault {
	ref := string(reference.Find(r.Body))
	if ref == "" {
		ref = reference.FindString(r.URI)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	t, kind := j.choose(ref, len(j.events[ref]), kinds)
	e := event{trouble: t, kind: kind, lookUp: r.Method == http.MethodGet, conn: server + " " + r.RemoteAddr, at: time.Now()}
	j.events[ref] = append(j.events[ref], e)
	j.requests++
	if kind != pass {
		j.troubled++
		j.met[e.name]++
	}
	if shared && (e.fault.PlainText || e.fault.Silent) {
		j.ends[e.conn] = e
	}
	return e.fault
}

// endOf returns the end of an event's connection, if it came when the event may
// have been under way and was not the event itself.
func (j *journal) endOf(e event) (event, bool) {
	end, ok := j.ends[e.conn]
	return end, ok && !e.at.Equal(end.at) && end.at.Sub(e.at).Abs() < patience
}

// story tells what the requests of a reference met, in their order.
func (j *journal) story(ref string) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var parts []string
	for _, e := range j.events[ref] {
		part := e.name
		if e.lookUp {
			part = "look-up: " + part
		}
		if end, ok := j.endOf(e); ok {
			part += " (its connection met: " + end.name + ")"
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return "no request arrived"
	}
	return strings.Join(parts, " > ")
}

// crux is the part of the story that a wrong verdict hangs on: the kinds of
// trouble of the first request whose handler ran, and of the last one.
func (j *journal) crux(ref string) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	events := j.events[ref]
	if len(events) == 0 {
		return "no request arrived"
	}
	kind := func(e event) string {
		if end, ok := j.endOf(e); ok && e.kind == pass {
			return end.kind
		}
		return e.kind
	}
	last := kind(events[len(events)-1])
	for _, e := range events[:len(events)-1] {
		if e.fault.Runs() && !e.lookUp {
			return kind(e) + ", then " + last
		}
	}
	return last
}
