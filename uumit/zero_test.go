package uumit_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/uumit"
)

// TestClientsThatNewDidNotMakeSaySo calls everything on zero values.
func TestClientsThatNewDidNotMakeSaySo(t *testing.T) {
	var client uumit.Client
	var device uumit.DeviceClient
	ctx := t.Context()
	all := map[string]func() error{
		"Do":        func() error { return client.Do(ctx, transport.Call{Method: "GET", Path: "/a2a"}, nil) },
		"ForUser":   func() error { _, err := client.ForUser("u"); return err },
		"device Do": func() error { return device.Do(ctx, transport.Call{Method: "GET", Path: "/a2a"}, nil) },
		"Client": func() error {
			_, err := device.Client(uumit.Credentials{APIKey: signing.NewSecret("pk_1"), UserID: "u"})
			return err
		},
		"DeviceAccessToken": func() error { _, err := device.DeviceAccessToken(ctx, authorization()); return err },
		"Orders.Wait":       func() error { _, err := client.Orders.Wait(ctx, uumit.WaitOrderRequest{OrderID: "o"}); return err },
	}
	for _, call := range calls {
		all[call.name] = func() error { return call.do(ctx, clients{&client, &device}) }
	}
	for name, list := range lists {
		all[name] = func() error { _, err := count(list(ctx, &client, uumit.PageRequest{})); return err }
	}
	for name, do := range all {
		t.Run(name, func(t *testing.T) {
			err := do()
			require.ErrorIs(t, err, transport.ErrInvalid)
			assert.ErrorContains(t, err, "the client was not made by New")
		})
	}
	require.NoError(t, client.Close())
	require.NoError(t, client.Shutdown(ctx))
	require.NoError(t, device.Close())
	require.NoError(t, device.Shutdown(ctx))
	assert.Equal(t, "client that was not made by New", fmt.Sprint(&client))
	assert.Equal(t, "client that was not made by New", fmt.Sprint(&device))
}

// TestShutdownWaitsForTheCallsUnderWay lets a call of another user's client end
// first.
func TestShutdownWaitsForTheCallsUnderWay(t *testing.T) {
	arrived, answer := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-answer
		_, _ = w.Write([]byte(envelope(`{"id":"ord-1","status":"frozen"}`)))
	}))
	defer server.Close()
	client, err := uumit.New(uumit.Config{BaseURL: server.URL, APIKey: signing.NewSecret("pk_1"), UserID: "u"})
	require.NoError(t, err)
	other, err := client.ForUser("v")
	require.NoError(t, err)
	created := make(chan error, 1)
	go func() {
		_, err := other.Orders.Create(context.Background(), uumit.CreateOrderRequest{CapabilityID: "cap-1"})
		created <- err
	}()
	<-arrived
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, client.Shutdown(ended), context.Canceled, "it does not wait for longer than it may")
	_, err = client.Wallet.Get(t.Context())
	require.ErrorIs(t, err, transport.ErrClosed)
	close(answer)
	require.NoError(t, <-created)
	require.NoError(t, client.Shutdown(t.Context()))
}
