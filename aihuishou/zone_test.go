package aihuishou_test

import (
	"testing"
	"time"
	_ "time/tzdata" // the zones of other hosts

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// TestTheHostsZoneDoesNotMatter: the platform's script writes its machine's
// local time, which is right in China only.
func TestTheHostsZoneDoesNotMatter(t *testing.T) {
	for name, c := range calls {
		t.Run(name, func(t *testing.T) {
			var sent []string
			for _, zone := range []string{"UTC", "America/New_York", "Asia/Shanghai"} {
				location, err := time.LoadLocation(zone)
				require.NoError(t, err)
				wire := transporttest.NewWire(noAnswer{})
				client, err := aihuishou.New(credentials(), transport.WithRoundTripper(wire), transport.WithClock(transporttest.NewClock(now.In(location))))
				require.NoError(t, err)
				defer func() { _ = client.Close() }()
				_, _ = c(t.Context(), client) // there is no answer; the request is looked at
				sent = append(sent, wire.Requests()[0])
			}
			assert.Contains(t, sent[0], `"timestamp":"2024-08-28 15:30:00"`)
			assert.Equal(t, sent[0], sent[1])
			assert.Equal(t, sent[0], sent[2])
		})
	}
}
