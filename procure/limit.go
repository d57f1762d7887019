package procure

import (
	"net/http"

	"github.com/pentagate/pentagate/transport"
)

// The classes of calls that have a limit of their own ("Procure API, rate
// limits").
const (
	// ClassCreate is POST on the intents.
	ClassCreate = "create"
	// ClassQuery is every GET but health.
	ClassQuery = "query"
	// ClassChange is all else on one intent. The documents count update and
	// delete here and do not say where cancel and execute count.
	ClassChange = "change"
	// ClassHealth has no limit but the one for all calls.
	ClassHealth = "health"
)

func class(method, path string) string {
	switch {
	case path == healthPath:
		return ClassHealth
	case method == http.MethodGet || method == http.MethodHead:
		return ClassQuery
	case method == http.MethodPost && path == intentsPath:
		return ClassCreate
	}
	return ClassChange
}

// Limits returns the documented rates of one App: 10 creates, 100 queries and
// 20 changes a second ("Procure API, rate limits"), and 100 calls in all
// ("Procure API, common parameters"). A client keeps 3 % below them, which
// makes up for requests that overtake each other on the way. Processes that
// share an App need a limiter that they share too; see
// [transport.WithLimiter].
func Limits() []transport.Limit {
	return []transport.Limit{
		{Class: ClassCreate, PerSecond: 10, Burst: 1},
		{Class: ClassQuery, PerSecond: 100, Burst: 1},
		{Class: ClassChange, PerSecond: 20, Burst: 1},
		{PerSecond: 100, Burst: 1},
	}
}

// headroom is how much longer than documented the gap between two calls is.
const headroom = 1.03

// spaced is limits with headroom. A burst of 1 spaces calls evenly, so that no
// second holds too many wherever it begins.
func spaced(limits []transport.Limit) []transport.Limit {
	for i := range limits {
		limits[i].PerSecond /= headroom
	}
	return limits
}
