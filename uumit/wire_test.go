package uumit_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
	"github.com/pentagate/pentagate/uumit"
)

var update = flag.Bool("update", false, "write the requests of today to testdata/wire")

// TestRequestsOnTheWire compares each call's request, byte by byte, with a
// file, so that a change on the wire is seen in review.
func TestRequestsOnTheWire(t *testing.T) {
	key := uumit.Config{APIKey: signing.NewSecret("uuagent_sk_test"), UserID: "550e8400-e29b-41d4-a716-446655440000"}
	token := uumit.Config{BaseURL: uumit.BaseURLAgent, TokenSource: signing.StaticToken(signing.NewSecret("eyJ0.eyJz.c2ln"))}
	for _, call := range calls {
		onTheWire(t, call.name, key, call.writes, call.do)
	}
	onTheWire(t, "Bearer", token, false, func(ctx context.Context, c clients, opts ...transport.CallOption) error {
		_, err := c.Wallet.Get(ctx, opts...)
		return err
	})
	onTheWire(t, "Orders.Create.Bare", key, true, func(ctx context.Context, c clients, opts ...transport.CallOption) error {
		_, err := c.Orders.Create(ctx, uumit.CreateOrderRequest{CapabilityID: "cap-1"}, opts...)
		return err
	})
	onTheWire(t, "Orders.Create.EmptyDescription", key, true, func(ctx context.Context, c clients, opts ...transport.CallOption) error {
		_, err := c.Orders.Create(ctx, uumit.CreateOrderRequest{CapabilityID: "cap-1", DemandDescription: new("")}, opts...)
		return err
	})
	onTheWire(t, "Orders.Get.Escaped", key, false, func(ctx context.Context, c clients, opts ...transport.CallOption) error {
		_, err := c.Orders.Get(ctx, "a b?#%+单", opts...)
		return err
	})
	onTheWire(t, "Orders.List.Defaults", key, false, func(ctx context.Context, c clients, opts ...transport.CallOption) error {
		_, err := c.Orders.List(ctx, uumit.ListOrdersRequest{}, opts...)
		return err
	})
}

func onTheWire(t *testing.T, name string, config uumit.Config, writes bool, do func(context.Context, clients, ...transport.CallOption) error) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		wire := transporttest.NewWire(noAnswer{})
		opts := []transport.Option{transport.WithRoundTripper(wire), transport.WithClock(transporttest.NewClock(now))}
		client, err := uumit.New(config, opts...)
		require.NoError(t, err)
		defer client.Close()
		device, err := uumit.NewDeviceClient(config, opts...)
		require.NoError(t, err)
		defer device.Close()
		callOpts := []transport.CallOption{transport.WithAttempts(1)}
		if writes {
			callOpts = append(callOpts, transport.WithIdempotencyKey("3f0c2c56-6a1c-4f0e-9c39-0d8c5a3c2f11"))
		}
		_ = do(t.Context(), clients{client, device}, callOpts...) // there is no answer; the request is looked at
		require.Len(t, wire.Requests(), 1)
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
