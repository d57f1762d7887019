package aihuishou_test

import (
	"context"
	"flag"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

var update = flag.Bool("update", false, "write the requests of today to testdata/wire")

// TestRequestsOnTheWire compares each call's request, byte by byte, with a
// file, so that a change on the wire is seen in review. The spelling of X-AppId
// is the document's ("Aihuishou partner API, headers").
func TestRequestsOnTheWire(t *testing.T) {
	all := maps.Clone(calls)
	all["GetValuationRequired"] = func(ctx context.Context, c *aihuishou.Client) (any, error) {
		req := phone
		req.Color, req.IsOriginal = "", nil
		return c.GetValuation(ctx, req)
	}
	all["GetSettlementByOrder"] = func(ctx context.Context, c *aihuishou.Client) (any, error) {
		return c.GetSettlement(ctx, aihuishou.GetSettlementRequest{OrderNo: "ORD20240828001"})
	}
	all["Do"] = func(ctx context.Context, c *aihuishou.Client) (any, error) {
		return nil, c.Do(ctx, transport.Call{Method: http.MethodPost, Path: "/api/else"}, nil)
	}
	for name, call := range all {
		t.Run(name, func(t *testing.T) {
			wire := transporttest.NewWire(noAnswer{})
			client, err := aihuishou.New(credentials(), transport.WithRoundTripper(wire), transport.WithClock(transporttest.NewClock(now)))
			require.NoError(t, err)
			defer func() { _ = client.Close() }()
			_, _ = call(t.Context(), client) // there is no answer; the request is looked at
			require.NotEmpty(t, wire.Requests())
			file := filepath.Join("testdata", "wire", name+".http")
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o750))
				require.NoError(t, os.WriteFile(file, []byte(wire.Requests()[0]), 0o600))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, string(want), wire.Requests()[0])
		})
	}
}
