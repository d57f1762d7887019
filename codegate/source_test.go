package codegate_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

func TestASecretThatIsReplacedFailsNoCall(t *testing.T) {
	const calls, rotations = 400, 10
	platform := codegatetest.NewServer()
	defer platform.Close()
	source, err := signing.NewSource(func(context.Context) (signing.Signer, error) {
		p := platform.Project("")
		return signing.NewCodeGate(signing.NewSecret(p.APIKey), signing.NewSecret(p.Secret))
	}, 0)
	require.NoError(t, err)
	config := platform.Config()
	config.APIKey, config.Secret, config.Source = signing.Secret{}, signing.Secret{}, source
	client, err := codegate.New(config, transport.WithLimiter(transport.NoLimits))
	require.NoError(t, err)
	defer client.Close()

	// A call that is held up meets one rotation and not all: it asks anew a few
	// times only.
	for range rotations {
		var made atomic.Int64
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				for n := made.Add(1); n <= calls/rotations; n = made.Add(1) {
					if n == calls/rotations/2 {
						platform.RotateKey(platform.Project("").ID)
					}
					_, err := client.ReactivateCode(context.Background(), codegate.ReactivateCodeRequest{Code: "A"})
					assert.NoError(t, err)
				}
			})
		}
		wg.Wait()
	}
}

func TestASourceTakesThePlaceOfCredentials(t *testing.T) {
	platform := codegatetest.NewServer()
	defer platform.Close()
	source, err := signing.NewSource(func(context.Context) (signing.Signer, error) { return nil, assert.AnError }, 0)
	require.NoError(t, err)
	config := platform.Config()
	config.Source = source
	_, err = codegate.New(config)
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.ErrorContains(t, err, "source must not be set together with")

	config.APIKey, config.Secret = signing.Secret{}, signing.Secret{}
	client, err := codegate.New(config)
	require.NoError(t, err)
	defer client.Close()
	_, err = client.GetProject(t.Context())
	require.ErrorIs(t, err, transport.ErrUnauthenticated)
	require.ErrorIs(t, err, assert.AnError)
	assert.Zero(t, platform.RequestCount())
}
