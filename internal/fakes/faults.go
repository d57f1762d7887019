package fakes

import (
	"net/http"
	"sync"

	"github.com/pentagate/pentagate/transport/transporttest"
)

// Fault is a fault with a name to list it by.
type Fault struct {
	Name string
	transporttest.Fault
}

// Faults lets each request to a platform meet the next fault. Unlike
// [transporttest.Faults] it keeps no requests, so that it can run for hours,
// and it lists the faults to come. It is safe for concurrent use.
type Faults struct {
	mu      sync.Mutex
	waiting []Fault
}

// Add appends a fault for each of the next requests.
func (f *Faults) Add(faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting = append(f.waiting, faults...)
}

// Names lists the faults that are still to come.
func (f *Faults) Names() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	names := make([]string, len(f.waiting))
	for i, fault := range f.waiting {
		names[i] = fault.Name
	}
	return names
}

// Clear forgets the faults that are still to come.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting = nil
}

// Wrap puts the faults in front of next.
func (f *Faults) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault, ok := f.take()
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		one := transporttest.NewFaults(next)
		one.Script(fault.Fault)
		one.ServeHTTP(w, r)
	})
}

func (f *Faults) take() (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.waiting) == 0 {
		return Fault{}, false
	}
	fault := f.waiting[0]
	f.waiting = f.waiting[1:]
	return fault, true
}
