package main

import (
	"fmt"
	"time"

	"github.com/pentagate/pentagate/procure/procuretest"
)

// fakePlatform is a platform on loopback that completes what is executed in
// no time to speak of.
func fakePlatform() *procuretest.Server {
	return procuretest.NewServer(procuretest.WithProcessingTime(100 * time.Millisecond))
}

// say prints intents by their id and status: whom they are for stays out of it.
func (t *tour) say(format string, args ...any) { _, _ = fmt.Fprintf(t.out, format+"\n", args...) }
