package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/pentagate/pentagate/transport/transporttest"
)

const (
	// patience is how long an attempt of a client may take: short, for the
	// sake of what never ends, and long enough for a busy machine.
	patience = time.Second
	// tooLong is what no attempt waits for.
	tooLong = patience * 3 / 2
)

// trouble is a fault with a name to list it by.
type trouble struct {
	name  string
	fault transporttest.Fault
}

const pass = "pass" // the name of no trouble, and of its kind

// kind is troubles of one kind, which share its weight evenly.
type kind struct {
	name string
	// weight is how often the kind is met, by comparison with the others.
	weight float64
	// again is the same for requests that are not the first of their
	// reference, the same as weight if it is 0.
	again    float64
	troubles []trouble
}

// troubles lists all that can happen to a request of a platform.
//
// A handler never runs behind what proves that it did not: an answer in the
// platform's own form that refuses the request, a 429, a redirect that asks for
// the same request elsewhere.
func (f form) troubles() []kind {
	return []kind{
		{name: "dropped", weight: 14, troubles: []trouble{
			{"dropped before", transporttest.DropBefore()},
			{"dropped after", transporttest.DropAfter()},
			{"truncated", transporttest.Truncated()},
		}},
		{name: "unusable success", weight: 6, troubles: []trouble{
			{"garbage before", transporttest.Garbage()},
			{"garbage after", transporttest.StatusAfter(200, transporttest.Garbage().Body)},
			{"HTML 200 before", transporttest.HTML()},
			{"HTML 200 after", transporttest.PageAfter(200, "Welcome")},
			{"byte order mark", transporttest.ByteOrderMark()},
		}},
		{name: "foreign page", weight: 6, again: 20, troubles: pages(401, 403, 404, 407, 408, 409, 413)},
		{name: "empty answer", weight: 4, troubles: empty(200, 201, 202, 204, 400, 401, 403, 404, 409, 422, 500, 502, 503, 504)},
		{name: "rate limit", weight: 12, troubles: f.rateLimits()},
		{name: "failure", weight: 12, troubles: slices.Concat(pages(500, 502, 503, 504), f.failures(500, 502, 503, 504), inASecond())},
		{name: "504 while running", weight: 3, troubles: []trouble{
			{"504, running soon after", transporttest.TimeoutWhileRunning(20 * time.Millisecond)},
			{"504, running long after", transporttest.TimeoutWhileRunning(tooLong)},
		}},
		{name: "system busy", weight: 4, troubles: f.busyAnswers()},
		{name: "refusal", weight: 12, again: 20, troubles: f.refusals(401, 403, 404, 409)},
		{name: "redirect", weight: 3, troubles: redirects()},
		{name: "plain text beneath TLS", weight: 2, troubles: []trouble{
			{"plain text before", transporttest.PlainText()},
			{"plain text after", transporttest.PlainTextAfter()},
			{"plain text after", transporttest.PlainTextAfter()},
		}},
		{name: "silent connection", weight: 0.4, troubles: []trouble{
			{"silence before", silence(transporttest.Silence())},
			{"silence after", silence(transporttest.SilenceAfter())},
		}},
		{name: "time refused", weight: 5, troubles: f.lateTimes(time.Hour, -time.Hour, 10*time.Minute, -3*time.Second)},
		{name: "foreign 401 with another date", weight: 1, troubles: lookLate(time.Hour, -10*time.Minute)},
		{name: "wrong date", weight: 6, troubles: dates(3*time.Second, -3*time.Second, time.Hour, -time.Hour)},
		{name: "slow", weight: 2, troubles: []trouble{
			{"slow before", transporttest.Delay(tooLong)},
			{"slow after", transporttest.SlowAnswer(tooLong)},
		}},
		{name: "odd member", weight: 12, troubles: f.oddMembers()},
	}
}

// title is that of the page that a public proxy answers with.
func title(status int) string {
	if status == http.StatusGatewayTimeout {
		return "504 Gateway Time-out"
	}
	return fmt.Sprintf("%d %s", status, http.StatusText(status))
}

func pages(statuses ...int) (list []trouble) {
	for _, status := range statuses {
		list = append(list,
			trouble{fmt.Sprintf("page %d before", status), transporttest.ForeignPage(status, title(status))},
			trouble{fmt.Sprintf("page %d after", status), transporttest.PageAfter(status, title(status))})
	}
	return list
}

func empty(statuses ...int) (list []trouble) {
	for _, status := range statuses {
		list = append(list,
			trouble{fmt.Sprintf("empty %d before", status), transporttest.Status(status, "")},
			trouble{fmt.Sprintf("empty %d after", status), transporttest.StatusAfter(status, "")})
	}
	return list
}

func (f form) rateLimits() []trouble {
	own := f.answer(http.StatusTooManyRequests)
	page := transporttest.ForeignPage(http.StatusTooManyRequests, title(http.StatusTooManyRequests))
	return []trouble{
		{"429", transporttest.RateLimited(own, "")},
		{"429, at once", transporttest.RateLimited(own, "0")},
		{"429, in a second", transporttest.RateLimited(own, "1")},
		{"empty 429", transporttest.RateLimited("", "")},
		{"page 429", page},
	}
}

// failures are the platform's own word that it failed.
func (f form) failures(statuses ...int) (list []trouble) {
	for _, status := range statuses {
		list = append(list,
			trouble{fmt.Sprintf("own %d before", status), transporttest.Status(status, f.answer(status))},
			trouble{fmt.Sprintf("own %d after", status), transporttest.StatusAfter(status, f.answer(status))})
	}
	return list
}

// inASecond is a failure after which a client is asked to come again.
func inASecond() []trouble {
	page := transporttest.PageAfter(http.StatusServiceUnavailable, title(http.StatusServiceUnavailable))
	page.Header.Set("Retry-After", "1")
	return []trouble{{"page 503 after, in a second", page}}
}

func (f form) busyAnswers() (list []trouble) {
	for i, a := range f.busy {
		list = append(list,
			trouble{fmt.Sprintf("busy %d before", i+1), transporttest.Status(a.status, a.body)},
			trouble{fmt.Sprintf("busy %d after", i+1), transporttest.StatusAfter(a.status, a.body)})
	}
	return list
}

// refusals are the platform's own word that it will not, without a reason that
// the platform itself would have.
func (f form) refusals(statuses ...int) (list []trouble) {
	for _, status := range statuses {
		list = append(list, trouble{fmt.Sprintf("own %d", status), transporttest.Status(status, f.answer(status))})
	}
	return list
}

func redirects() (list []trouble) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		fault := transporttest.Redirect(status, "https://login.example/")
		list = append(list, trouble{fmt.Sprintf("redirect %d before", status), fault})
		if status < http.StatusTemporaryRedirect {
			fault.Run = true
			list = append(list, trouble{fmt.Sprintf("redirect %d after", status), fault})
		}
	}
	return list
}

// silence ends in a reset when nobody waits any more: under HTTP/2 a client
// without pings would stay with the connection for minutes.
func silence(f transporttest.Fault) transporttest.Fault {
	f.SilentFor = 2 * patience
	return f
}

// lateTimes are 401s for the time of a request whose time is right, with the
// date of a proxy whose clock is wrong.
func (f form) lateTimes(offsets ...time.Duration) (list []trouble) {
	if f.lateTime == "" {
		return nil
	}
	for _, offset := range offsets {
		fault := transporttest.Status(http.StatusUnauthorized, f.lateTime)
		fault.DateOffset = offset
		list = append(list, trouble{fmt.Sprintf("time refused, date %v", offset), fault})
	}
	return list
}

// lookLate are 401s that look like a refused time by their date, and are not
// the platform's.
func lookLate(offsets ...time.Duration) (list []trouble) {
	for _, offset := range offsets {
		for _, t := range append(pages(http.StatusUnauthorized), empty(http.StatusUnauthorized)...) {
			t.fault.DateOffset = offset
			list = append(list, trouble{fmt.Sprintf("%s, date %v", t.name, offset), t.fault})
		}
	}
	return list
}

func dates(offsets ...time.Duration) (list []trouble) {
	for _, offset := range offsets {
		list = append(list, trouble{fmt.Sprintf("date %v", offset), transporttest.ProxyDate(offset)})
	}
	return list
}

func (f form) oddMembers() (list []trouble) {
	for _, m := range f.odd {
		list = append(list, trouble{fmt.Sprintf("%s is %s", m.path, m.value), transporttest.OddMember(m.path, m.value)})
	}
	return list
}

// draw picks a trouble and tells its kind. again tells that the request is not
// the first of its reference.
func draw(r *rand.Rand, kinds []kind, again bool) (picked trouble, of string) {
	weight := func(k kind) float64 {
		switch {
		case len(k.troubles) == 0:
			return 0
		case again && k.again > 0:
			return k.again
		}
		return k.weight
	}
	var sum float64
	for _, k := range kinds {
		sum += weight(k)
	}
	x := r.Float64() * sum
	for _, k := range kinds {
		if x -= weight(k); x < 0 {
			return k.troubles[r.IntN(len(k.troubles))], k.name
		}
	}
	return trouble{name: pass}, pass // the sum was rounded
}
