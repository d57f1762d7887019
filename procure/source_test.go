package procure_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

func TestASecretThatIsReplacedFailsNoCall(t *testing.T) {
	const calls, rotations = 400, 10
	platform := procuretest.NewServer(procuretest.WithoutLimits())
	defer platform.Close()
	source, err := signing.NewSource(func(context.Context) (signing.Signer, error) {
		app := platform.App("")
		return signing.NewProcure(app.ID, signing.NewSecret(app.Secret))
	}, 0)
	require.NoError(t, err)
	config := platform.Config()
	config.AppID, config.AppSecret, config.Source = "", signing.Secret{}, source
	client, err := procure.New(config, transport.WithLimiter(transport.NoLimits))
	require.NoError(t, err)
	defer client.Close()

	// A call that is held up meets one rotation and not all: it asks anew a few
	// times only.
	for rotation := range rotations {
		var made atomic.Int64
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				for n := made.Add(1); n <= calls/rotations; n = made.Add(1) {
					if n == calls/rotations/2 {
						platform.AddApp(procuretest.App{ID: platform.App("").ID, Secret: fmt.Sprint("secret-", rotation)})
					}
					_, err := client.ListIntents(context.Background(), procure.ListIntentsRequest{})
					assert.NoError(t, err)
				}
			})
		}
		wg.Wait()
	}
}

func TestASourceTakesThePlaceOfCredentials(t *testing.T) {
	platform := procuretest.NewServer(procuretest.WithoutLimits())
	defer platform.Close()
	source, err := signing.NewSource(func(context.Context) (signing.Signer, error) { return nil, assert.AnError }, 0)
	require.NoError(t, err)
	config := platform.Config()
	config.Source = source
	_, err = procure.New(config)
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.ErrorContains(t, err, "source must not be set together with")

	config.AppID, config.AppSecret = "", signing.Secret{}
	client, err := procure.New(config)
	require.NoError(t, err)
	defer client.Close()
	_, err = client.ListIntents(t.Context(), procure.ListIntentsRequest{})
	require.ErrorIs(t, err, transport.ErrUnauthenticated)
	require.ErrorIs(t, err, assert.AnError)
	assert.Zero(t, platform.RequestCount())
}
