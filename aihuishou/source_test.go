package aihuishou_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

func TestASecretThatIsReplacedFailsNoCall(t *testing.T) {
	const calls, rotations = 400, 10
	platform := aihuishoutest.NewServer(aihuishoutest.WithRateLimit(1 << 20))
	defer platform.Close()
	source, err := signing.NewSource(func(context.Context) (signing.Signer, error) {
		now := platform.Config()
		return signing.NewAihuishou(now.AppID, now.AppSecret)
	}, 0)
	require.NoError(t, err)
	config := platform.Config()
	config.AppID, config.AppSecret, config.Source = "", signing.Secret{}, source
	client, err := aihuishou.New(config, transport.WithLimiter(transport.NoLimits))
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
						platform.SetSecret(fmt.Sprint("secret-", rotation))
					}
					_, err := client.GetValuation(context.Background(), phone)
					assert.NoError(t, err)
				}
			})
		}
		wg.Wait()
	}
}

func TestASourceTakesThePlaceOfCredentials(t *testing.T) {
	platform := aihuishoutest.NewServer(aihuishoutest.WithRateLimit(1 << 20))
	defer platform.Close()
	source, err := signing.NewSource(func(context.Context) (signing.Signer, error) { return nil, assert.AnError }, 0)
	require.NoError(t, err)
	config := platform.Config()
	config.Source = source
	_, err = aihuishou.New(config)
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.ErrorContains(t, err, "source must not be set together with")

	config.AppID, config.AppSecret = "", signing.Secret{}
	client, err := aihuishou.New(config)
	require.NoError(t, err)
	defer client.Close()
	_, err = client.GetValuation(t.Context(), phone)
	require.ErrorIs(t, err, transport.ErrUnauthenticated)
	require.ErrorIs(t, err, assert.AnError)
	assert.Zero(t, platform.RequestCount())
}
