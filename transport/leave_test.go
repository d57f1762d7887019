package transport_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
)

// The calls wait for the one connection, so that each is handed it as soon as
// the answer before is read.
func TestAWaitingCallIsNotLostOnAConnectionThatIsAboutToClose(t *testing.T) {
	for name, encrypted := range map[string]bool{"in plain text": false, "with TLS": true} {
		t.Run(name, func(t *testing.T) {
			closer := silentCloser()
			defer closer.Close()
			server := httptest.NewUnstartedServer(closer.Config.Handler)
			if encrypted {
				server.StartTLS()
			} else {
				server.Start()
			}
			defer server.Close()
			c, err := transport.New(transport.Config{Provider: "test", BaseURL: server.URL, ClosesAfterFailure: true, MaxConnections: 1})
			require.NoError(t, err)
			defer c.Close()
			if encrypted {
				c.Trust(server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs)
			}
			var all sync.WaitGroup
			var twice atomic.Int64
			for i := range 20 {
				all.Go(func() {
					for range 10 {
						if i%2 == 0 {
							assert.ErrorIs(t, c.Do(t.Context(), get("/fail"), nil, transport.WithAttempts(1)), transport.ErrUnavailable)
							continue
						}
						var info transport.Info
						assert.NoError(t, c.Do(t.Context(), post(transport.Keyed), nil, transport.WithInfo(&info)))
						if info.Repeated {
							twice.Add(1)
						}
					}
				})
			}
			all.Wait()
			assert.Zero(t, twice.Load(), "what was not written is not repeated")
		})
	}
}
