package sandbox

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pentagate/pentagate/internal/fakes"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// kind is a fault that can be set by name.
type kind struct {
	// takes names the parameter that goes with it, "" if there is none.
	takes string
	// fallback stands for a parameter that is not given.
	fallback string
	// allowed says what the parameter may be.
	allowed string
	read    func(text string) (fault transporttest.Fault, ok bool)
}

func plain(fault transporttest.Fault) kind {
	return kind{read: func(string) (transporttest.Fault, bool) { return fault, true }}
}

var kinds = map[string]kind{
	"drop_before": plain(transporttest.DropBefore()),
	"drop_after":  plain(transporttest.DropAfter()),
	"truncated":   plain(transporttest.Truncated()),
	"endless":     plain(transporttest.Endless()),
	"html":        plain(transporttest.HTML()),
	"garbage":     plain(transporttest.Garbage()),
	"no_date":     plain(transporttest.NoDate()),
	"page": {"status", "403", "an HTTP status from 200 to 599", func(text string) (transporttest.Fault, bool) {
		n, err := strconv.Atoi(text)
		return transporttest.ForeignPage(n, http.StatusText(n)), err == nil && n >= 200 && n <= 599
	}},
	"status": {"status", "500", "an HTTP status from 200 to 599", func(text string) (transporttest.Fault, bool) {
		n, err := strconv.Atoi(text)
		return transporttest.Status(n, ""), err == nil && n >= 200 && n <= 599
	}},
	"rate_limited": {"retry_after", "1", "whole seconds from 0 to 3600", func(text string) (transporttest.Fault, bool) {
		n, err := strconv.Atoi(text)
		return transporttest.RateLimited("", strconv.Itoa(n)), err == nil && n >= 0 && n <= 3600
	}},
	"delay": {"delay", "1s", "a duration from 0s to 1m, such as 500ms", func(text string) (transporttest.Fault, bool) {
		d, err := time.ParseDuration(text)
		return transporttest.Delay(d), err == nil && d >= 0 && d <= time.Minute
	}},
	"wrong_date": {"offset", "20m", "a duration, such as -20m", func(text string) (transporttest.Fault, bool) {
		d, err := time.ParseDuration(text)
		return transporttest.WrongDate(time.Now().Add(d)), err == nil
	}},
}

// maxTimes bounds what one request sets.
const maxTimes = 1000

var (
	platformProblem = "platform must be " + oneOf(platformNames)
	kindProblem     = "fault must be one of\n" + kindList()
)

func kindList() string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		if k := kinds[name]; k.takes != "" {
			name += fmt.Sprintf(" (%s: %s; %s if not given)", k.takes, k.allowed, k.fallback)
		}
		lines = append(lines, "  "+name)
	}
	return strings.Join(lines, "\n")
}

func oneOf(names []string) string {
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// readFaults says which faults to set for which platform, or everything that
// is wrong with what is given.
func readFaults(given map[string]string) (platform string, faults []fakes.Fault, problems []string) {
	platform = given["platform"]
	if !slices.Contains(platformNames, platform) {
		problems = append(problems, platformProblem)
	}
	k, known := kinds[given["fault"]]
	if !known {
		problems = append(problems, kindProblem)
	}
	times := 1
	if text, set := given["times"]; set {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxTimes {
			problems = append(problems, fmt.Sprintf("times must be 1 to %d", maxTimes))
		}
		times = n
	}
	if known {
		fault, why := k.fault(given)
		if why != "" {
			problems = append(problems, why)
		}
		if len(problems) == 0 {
			faults = slices.Repeat([]fakes.Fault{fault}, times)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if name != "platform" && name != "fault" && name != "times" && (name == "" || !known || name != k.takes) {
			problems = append(problems, takesProblem(given["fault"], k))
			break
		}
	}
	if len(problems) > 0 {
		return "", nil, problems
	}
	return platform, faults, nil
}

func (k kind) fault(given map[string]string) (fault fakes.Fault, problem string) {
	text, set := given[k.takes]
	if !set {
		text = k.fallback
	}
	made, ok := k.read(text)
	if !ok {
		return fault, k.takes + " must be " + k.allowed
	}
	return fakes.Fault{Name: strings.TrimSpace(given["fault"] + " " + text), Fault: made}, ""
}

func takesProblem(name string, k kind) string {
	switch {
	case k.read == nil:
		return "besides platform, fault and times a request takes what its fault takes"
	case k.takes == "":
		return name + " takes platform and times only"
	}
	return name + " takes platform, times and " + k.takes + " only"
}
