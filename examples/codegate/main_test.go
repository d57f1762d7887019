package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/transport"
)

func TestWithoutCredentialsItShowsTheFakePlatform(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, func(string) string { return "" }, false))
	assert.Equal(t, `No credentials in the environment: this is the fake platform.
Project "Pentagate demo": 6 codes, 4 unused, 1 used, 1 disabled.
Page 1 of 2, newest first:
  50%/A+B? #1, used: false
  WELCOME-2026, used: false
  新年-2026, used: false
Search for "VIP 2": 1 found.
Search for "新年": 1 found.
Looked up 50%/A+B? #1: 0 entries in its log.
Redeemed 50%/A+B? #1.
Once more: success false, CODE_ALREADY_USED.
Reactivated it: success true.
`, out.String())
}

func TestWithCredentialsItReadsOnlyAndMasksCodes(t *testing.T) {
	t.Parallel()
	platform := codegatetest.NewServer()
	defer platform.Close()
	platform.AddCode(codegatetest.Code{Code: "ABCDEFGHJKLM"})
	platform.AddCode(codegatetest.Code{Code: "XYZ"})

	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, environment(platform), false))
	assert.Equal(t, `Project "Project": 2 codes, 2 unused, 0 used, 0 disabled.
Page 1 of 1, newest first:
  …, used: false
  AB…, used: false
Search for "VIP 2": 0 found.
Search for "新年": 0 found.
Looked up …: 0 entries in its log.
`, out.String())
	for _, request := range platform.Requests() {
		assert.Equal(t, "GET", request.Method)
	}
}

func TestWithCredentialsAndTheFlagItRedeemsAndReactivates(t *testing.T) {
	t.Parallel()
	platform := codegatetest.NewServer()
	defer platform.Close()
	platform.AddCode(codegatetest.Code{Code: "ABCDEFGHJKLM"})
	platform.AddCode(codegatetest.Code{Code: "USED-ALREADY", Used: true})

	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, environment(platform), true))
	assert.Contains(t, out.String(), "Redeemed AB….\nOnce more: success false, CODE_ALREADY_USED.\nReactivated it: success true.\n")
	var results []string
	for _, entry := range platform.Verifications() {
		results = append(results, entry.Code+" "+entry.Result)
	}
	assert.Equal(t, []string{
		"USED-ALREADY success",
		"ABCDEFGHJKLM success", "ABCDEFGHJKLM failed", "ABCDEFGHJKLM reactivated",
	}, results)
}

func TestIncompleteCredentialsAreAnError(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := run(t.Context(), &out, func(name string) string {
		return map[string]string{codegate.EnvProjectID: "550e8400e29b41d4a716446655440000"}[name]
	}, false)
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.Equal(t, `codegate: New: invalid request: api_key must be 32 lower-case hexadecimal characters; secret must be 64 lower-case hexadecimal characters; base_url must be an absolute URL such as "https://api.example.com"`, err.Error())
	assert.Empty(t, out.String())
}

func environment(platform *codegatetest.Server) func(string) string {
	env := platform.Env()
	return func(name string) string { return env[name] }
}
