package transport_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// skewCase is a case of testdata/skew.json: the requests of several calls, with
// the difference that each must be signed for and the answer it gets.
type skewCase struct {
	Name    string
	Unclear bool // the platform does not tell a refused time from other reasons
	Calls   [][]struct {
		Signed string
		// Answer is a status, "refused" for a refused time, or "page 404".
		Answer string
		// Date is how far the answer's Date is ahead of our clock, or "none".
		Date string
	}
}

func TestTheClockTable(t *testing.T) {
	data, err := os.ReadFile("testdata/skew.json")
	require.NoError(t, err)
	var cases []skewCase
	require.NoError(t, json.Unmarshal(data, &cases))
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			interpret := func(a *transport.Answer) ([]byte, *transport.Error) {
				e := transport.StatusError(a.Status)
				if e != nil && strings.Contains(string(a.Body), "time refused") {
					e.Err = transport.ErrClock
				}
				return a.Body, e
			}
			h := start(t, transport.Config{Interpret: interpret, UnclearClock: c.Unclear})
			for number, call := range c.Calls {
				h.faults.Reset()
				began := h.clock.Now()
				for _, step := range call {
					h.faults.Script(dated(h, step.Answer, step.Date))
				}
				_ = h.client.Do(t.Context(), post(transport.Idempotent), nil)
				requests := h.faults.Requests()
				require.Len(t, requests, len(call), "call %d", number+1)
				for i, step := range call {
					want, err := time.ParseDuration(step.Signed)
					require.NoError(t, err)
					stamp, err := strconv.ParseInt(requests[i].Header.Get("X-Stamp"), 10, 64)
					require.NoError(t, err)
					// The back-off between the attempts takes a few seconds.
					assert.InDelta(t, want.Seconds(), float64(stamp-began.Unix()), 15, "call %d, request %d", number+1, i+1)
				}
			}
		})
	}
}

func dated(h *harness, answer, date string) transporttest.Fault {
	var fault transporttest.Fault
	switch page, isPage := strings.CutPrefix(answer, "page "); {
	case isPage:
		fault = transporttest.HTML()
		fault.Status, _ = strconv.Atoi(page)
	case answer == "refused":
		fault = transporttest.Status(http.StatusUnauthorized, `{"detail":"time refused"}`)
	default:
		status, _ := strconv.Atoi(answer)
		fault = transporttest.Status(status, `{"detail":"x"}`)
	}
	if date == "none" {
		fault.NoDate = true
		return fault
	}
	ahead, _ := time.ParseDuration(date)
	fault.Date = h.clock.Now().Add(ahead)
	return fault
}
