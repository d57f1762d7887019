package transport

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter is the longest wait that is told, in the place of any longer
// one.
const maxRetryAfter = 24 * time.Hour

// retryAfter reads the header as a date or as seconds, in the spellings that
// servers use: with a fraction, with a unit, several joined by a proxy, of
// which the longest counts. A date is compared with the answer's own Date, so
// that our clock does not matter.
func retryAfter(h http.Header, clock Clock) time.Duration {
	var longest time.Duration
	for _, line := range h.Values("Retry-After") {
		if at, err := http.ParseTime(strings.TrimSpace(line)); err == nil {
			now, err := http.ParseTime(h.Get("Date"))
			if err != nil {
				now = clock.Now()
			}
			longest = max(longest, at.Sub(now))
			continue
		}
		for part := range strings.SplitSeq(line, ",") {
			longest = max(longest, secondsOf(part))
		}
	}
	return min(longest, maxRetryAfter)
}

func secondsOf(text string) time.Duration {
	text = strings.TrimSuffix(strings.TrimSpace(text), "s")
	s, err := strconv.ParseFloat(text, 64)
	if err != nil || strings.Trim(text, "0123456789.+-") != "" {
		return 0
	}
	return time.Duration(min(max(s, 0), maxRetryAfter.Seconds()) * float64(time.Second))
}
