package transport_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// fate is what becomes of one attempt: whether the platform carries the request
// out, and what comes back.
type fate struct {
	Runs bool
	// Back is "lost", "good", "refused", "busy", "limited", "page", "page 502"
	// or "no connection".
	Back string
}

// fates are those that can happen. Only a request that did not run is limited,
// refused by the platform itself or got no connection, and a good answer comes
// of one that did.
var fates = []fate{
	{true, "lost"}, {false, "lost"}, {true, "good"}, {false, "refused"}, {true, "busy"}, {false, "busy"},
	{false, "limited"}, {true, "page"}, {false, "page"}, {true, "page 502"}, {false, "page 502"}, {false, "no connection"},
}

// ledger is a platform whose requests meet fates, and which counts what exists.
type ledger struct {
	fates []fate
	// replays tells that a repeat of what was carried out is no second one: it
	// is answered like the first.
	replays bool
	// invalid tells that the request breaks a rule: no attempt runs, and where
	// the platform answers, it names the wrong fields.
	invalid bool
	effects int
}

func (l *ledger) RoundTrip(r *http.Request) (*http.Response, error) {
	f := fate{true, "good"}
	if len(l.fates) > 0 {
		f, l.fates = l.fates[0], l.fates[1:]
	}
	if l.invalid {
		f.Runs = false
	}
	if f.Runs && (!l.replays || l.effects == 0) {
		l.effects++
	}
	answer := func(status int, contentType, body string) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	}
	if l.invalid && (f.Back == "good" || f.Back == "refused") {
		return answer(422, "application/json", `{"detail":"wrong","fields":["price"]}`)
	}
	switch f.Back {
	case "good":
		return answer(200, "application/json", `{"ok":true}`)
	case "refused":
		return answer(409, "application/json", `{"detail":"no"}`)
	case "busy":
		return answer(500, "text/plain", "Internal Server Error")
	case "limited":
		return answer(429, "application/json", `{"detail":"slow"}`)
	case "page":
		return answer(404, "text/html", "<title>404</title>")
	case "page 502":
		return answer(502, "text/html", "<title>502</title>")
	case "no connection":
		return nil, errNoConnection
	}
	return nil, io.ErrUnexpectedEOF
}

// What a call says is compared with what exists, over all ends that its
// attempts can have.
func TestNoVerdictIsWrong(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		safety := rapid.SampledFrom([]transport.Safety{transport.Keyed, transport.Idempotent, transport.Unsafe, transport.Once}).Draw(t, "safety")
		attempts := rapid.IntRange(1, 5).Draw(t, "attempts")
		drawn := rapid.SliceOfN(rapid.SampledFrom(fates), 1, attempts).Draw(t, "fates")
		platform := &ledger{fates: drawn, replays: safety == transport.Keyed || safety == transport.Idempotent, invalid: rapid.Bool().Draw(t, "invalid")}
		c, err := transport.New(transport.Config{Provider: "test", BaseURL: "https://a.example", Own: withDetail, Interpret: envelopeOf},
			transport.WithClock(transporttest.NewClock(now)), transport.WithRoundTripper(platform), transport.WithDefaultAttempts(attempts))
		require.NoError(t, err)
		defer c.Close()
		err = c.Do(t.Context(), post(safety), nil)
		verdict := fmt.Sprintf("%s after %v: %v, and %d exist", safety, drawn, err, platform.effects)
		require.LessOrEqual(t, platform.effects, 1, verdict)
		switch {
		case err == nil:
			require.Equal(t, 1, platform.effects, verdict)
		case !errors.Is(err, transport.ErrOutcomeUnknown):
			require.Zero(t, platform.effects, verdict)
		}
	})
}
