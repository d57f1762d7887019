package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
	"github.com/pentagate/pentagate/transport"
)

func TestWithoutCredentialsItGoesAllTheWayWithTheFakePlatform(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, func(string) string { return "" }, false))
	assert.Equal(t, `No credentials in the environment: this is the fake platform.
Quote VAL20240828001 for CNY 6800.00, until 2024-08-30 15:30:00.
Order ORD20240828001: send it with 圆通快递, number YT….
It is pending_send, of 张…, phone 13….
  now pending_send
  now inspecting
  now completed
The parcel is signed, the final price CNY 6800.00.
Settlement SET20240830001: CNY 6800.00.
Trade-in TRA20240830001: CNY 200.00 off the new one.
`, out.String())
}

func TestWithCredentialsItOnlyAsksForAQuote(t *testing.T) {
	t.Parallel()
	platform := aihuishoutest.NewServer()
	defer platform.Close()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, environment(platform), false))
	assert.Regexp(t, `^Quote VAL\d{11} for CNY 6800\.00, until .{19}\.\n$`, out.String())
	require.Len(t, platform.Requests(), 1)
	assert.Equal(t, "/api/valuation/get", platform.Requests()[0].RequestURI)
}

func TestWithTheFlagItOrdersAndMasksThePerson(t *testing.T) {
	t.Parallel()
	platform := aihuishoutest.NewServer()
	defer platform.Close()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, environment(platform), true))
	assert.Regexp(t, `\nOrder ORD\d{11}: send it with 圆通快递, number YT….\nIt is pending_send, of 张…, phone 13….\n$`, out.String())
	for _, personal := range []string{"张三", "6789", "朝阳区"} {
		assert.NotContains(t, out.String(), personal)
	}
	require.Len(t, platform.Orders(), 1)
	assert.Equal(t, "张三", platform.Orders()[0].UserName)
	assert.Empty(t, platform.TradeIns())
}

func TestWithTheFlagItNeedsAPerson(t *testing.T) {
	t.Parallel()
	platform := aihuishoutest.NewServer()
	defer platform.Close()
	env := platform.Env()
	var out bytes.Buffer
	err := run(t.Context(), &out, func(name string) string { return env[name] }, true)
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.ErrorContains(t, err, "user_name")
	assert.Empty(t, platform.Orders())
}

func TestIncompleteCredentialsAreAnError(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := run(t.Context(), &out, func(name string) string { return map[string]string{aihuishou.EnvAppID: "id"}[name] }, false)
	assert.EqualError(t, err, "aihuishou: New: invalid request: app_secret must not be empty")
	assert.Empty(t, out.String())
}

func environment(platform *aihuishoutest.Server) func(string) string {
	env := platform.Env()
	env["AIHUISHOU_USER_NAME"] = "张三"
	env["AIHUISHOU_USER_PHONE"] = "138****6789"
	env["AIHUISHOU_USER_ADDRESS"] = "北京市朝阳区XX街道XX小区"
	return func(name string) string { return env[name] }
}
