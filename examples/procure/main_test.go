package main

import (
	"bytes"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/transport"
)

func TestWithoutCredentialsItShowsTheFakePlatform(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, func(string) string { return "" }, false))
	assert.Equal(t, `No credentials in the environment: this is the fake platform.
The service procure-api is healthy.
Created intent "intent_1" (SUBMITTED): 测试商品, 1 at 99.99 yuan.
Changed intent "intent_1" (SUBMITTED): now 2.
It is PROCESSING.
It is COMPLETED.
Changed our mind: intent "intent_2" (CANCELLED).
The newest intents, 1 here:
  intent "intent_1" (COMPLETED)
`, out.String())
}

func TestWithCredentialsItOnlyReads(t *testing.T) {
	t.Parallel()
	platform := procuretest.NewServer()
	defer platform.Close()
	platform.AddIntent(procuretest.Intent{})
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, environment(platform, nil), false))
	assert.Equal(t, "The service procure-api is healthy.\nThe newest intents, 1 here:\n  intent \"intent_1\" (SUBMITTED)\n", out.String())
	for _, request := range platform.Requests() {
		assert.Equal(t, "GET", request.Method)
	}
}

func TestWithCredentialsAndTheFlagItBuys(t *testing.T) {
	t.Parallel()
	platform := procuretest.NewServer(procuretest.WithProcessingTime(time.Nanosecond))
	defer platform.Close()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, environment(platform, nil), true))
	assert.Contains(t, out.String(), "It is COMPLETED.\n")
	for _, private := range []string{"张三", "北京市朝阳区", "13800138000", platform.Env()[procure.EnvAppSecret]} {
		assert.NotContains(t, out.String(), private)
	}
	assert.Len(t, platform.Intents(), 1)
}

func TestItDoesNotBuyInProduction(t *testing.T) {
	t.Parallel()
	platform := procuretest.NewServer(procuretest.WithApp(procuretest.App{ID: "app", Secret: "secret"}))
	defer platform.Close()
	for _, name := range []string{"", "production"} {
		err := run(t.Context(), new(bytes.Buffer), environment(platform, map[string]string{procure.EnvEnvironment: name}), true)
		require.EqualError(t, err, "-buy creates the documents' sample: set PROCURE_ENV to test or local")
	}
	assert.Zero(t, platform.RequestCount())
}

func TestIncompleteCredentialsAreAnError(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), new(bytes.Buffer), func(name string) string {
		return map[string]string{procure.EnvAppID: "app"}[name]
	}, false)
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.EqualError(t, err, "procure: New: invalid request: app_secret must not be empty, nor begin or end with white space")
}

func environment(platform *procuretest.Server, change map[string]string) func(string) string {
	env := platform.Env()
	maps.Copy(env, change)
	return func(name string) string { return env[name] }
}
