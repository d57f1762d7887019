package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pentagate/pentagate/internal/fakes"
	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/transport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func environment(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}

// private is what must not be shown: the sample's people and codes.
var private = []string{"张三", "朝阳区", "13800138000", "6789", "GIFT-2026", "SPRING-2026", "测试商品"}

func TestWithoutCredentialsItDoesEverythingInTenSeconds(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	begin := time.Now()
	require.NoError(t, run(t.Context(), &out, environment(nil), ""))
	assert.Less(t, time.Since(begin), 10*time.Second)

	text := out.String()
	for _, pattern := range []string{
		`^No credentials in the environment: these are the fake platforms\.\n`,
		`\n  0\.\ds  procure     attempt 1 of Health failed with HTTP 503\n`,
		`\n +\d\.\ds  procure     attempt 2 of Health failed with HTTP 503\n`,
		`\n +\d\.\ds  procure     healthy, known after \d+ms\n`,
		`\n +\d\.\ds  uumit-auth  healthy, known after \d+m?s\n`,
		`\n +\d\.\ds  uumit-auth  please confirm at https://\S+\n`,
		`\n +\d\.\ds  codegate    code 2 failed: codegate: VerifyCode: conflict \(code CODE_ALREADY_USED\)\n`,
		`\n +\d\.\ds  procure     intent_1 is completed \(COMPLETED, was PROCESSING\)\n`,
		`\n +\d\.\ds  aihuishou   ORD\d{11} is completed \(completed, was \w+\)\n`,
		`\n +\d\.\ds  uumit       \S{36} is delivered \(delivered\)\n`,
		`\nWHAT +REFERENCE +STATUS +AMOUNT +ERROR\n` +
			`recycling +aihuishou:ORD\d{11} +completed +6800\.00 CNY +\n` +
			`code 1 +codegate:[0-9a-f]{32} +used +- +\n` +
			`code 2 +codegate +- +- +codegate: VerifyCode: conflict \(code CODE_ALREADY_USED\)\n` +
			`purchase +procure:intent_1 +completed +99\.99 CNY +\n` +
			`marketplace +uumit:\S{36} +completed +12\.50 UT +\n` +
			`wallet +uumit-auth +open +987\.50 UT +\n` +
			`\nPLATFORM +CALLS +RETRIES +WAITED +FOR LIMITS\n` +
			`aihuishou +\d+ +0 +0s +\d+ms\n` +
			`codegate +3 +0 +0s +0s\n` +
			`procure +\d+ +2 +\d+ms +\d+m?s\n` +
			`uumit +\d+ +0 +0s +\d+m?s\n` +
			`uumit-auth +\d+ +0 +0s +\d+m?s\n$`,
	} {
		assert.Regexp(t, pattern, text)
	}
	for _, text := range private {
		assert.NotContains(t, out.String(), text)
	}
}

func TestWithCredentialsItOnlyAsks(t *testing.T) {
	t.Parallel()
	platforms := fakes.Start(fakes.Pace{})
	defer platforms.Close()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, environment(platforms.Env()), ""))
	assert.Regexp(t, `\nrecycling +aihuishou +- +6800\.00 CNY +\nmarketplace +uumit +- +12\.50 UT +\n`, out.String())
	assert.NotContains(t, out.String(), "No credentials")
	assert.Len(t, platforms.CodeGate.Verifications(), 1, "besides the code that was used before")
	assert.Empty(t, platforms.Procure.Intents())
	assert.Empty(t, platforms.Aihuishou.Orders())
	assert.Empty(t, platforms.UUMit.Orders())
	for _, request := range platforms.UUMit.Requests() {
		if request.RequestURI != "/api/v1/auth/device-auth/poll" { // the health check, which only asks too
			assert.Equal(t, "GET", request.Method)
		}
	}
}

func TestAPlatformThatFailsLeavesTheOthersAlone(t *testing.T) {
	t.Parallel()
	platforms := fakes.Start(fakes.Pace{})
	defer platforms.Close()
	env := platforms.Env()
	env["PROCURE_APP_SECRET"] = "another-secret"
	var out bytes.Buffer
	err := run(t.Context(), &out, environment(env), "shopping.json")
	require.EqualError(t, err, "1 of 5 things failed")
	text := out.String()
	assert.Regexp(t, `procure     credentials refused`, text)
	assert.Regexp(t, `\npurchase +procure +- +- +procure: CreateIntent: unauthenticated`, text)
	assert.Regexp(t, `\nrecycling +aihuishou:ORD\d{11} +completed +6800\.00 CNY +\n`, text)
	assert.Regexp(t, `\ncode 1 +codegate:[0-9a-f]{32} +used`, text)
	assert.Regexp(t, `\nmarketplace +uumit:\S{36} +completed +12\.50 UT`, text)
	assert.Regexp(t, `\nwallet +uumit-auth +open +\d`, text)
	for _, secret := range append(private, "another-secret", env["CODEGATE_SECRET"], env["AIHUISHOU_APP_SECRET"], env["UUMIT_API_KEY"], env["UUMIT_USER_ID"]) {
		assert.NotContains(t, text, secret)
	}
}

func TestItLeavesOutWhatIsNotConfiguredOrNotWanted(t *testing.T) {
	t.Parallel()
	platforms := fakes.Start(fakes.Pace{Purchase: time.Hour})
	defer platforms.Close()
	env := platforms.Env()
	delete(env, "AIHUISHOU_APP_ID")
	delete(env, "AIHUISHOU_APP_SECRET")
	env["UUMIT_API_KEY"], env["UUMIT_USER_ID"] = "", ""
	file := filepath.Join(t.TempDir(), "list.json")
	list := regexp.MustCompile(`(?s)"codes": \[.*?\],|"authorize": true`).ReplaceAllStringFunc(string(sample), func(s string) string {
		return strings.NewReplacer("GIFT-2026", "", `["`, "[", `"]`, "]", "true", "false").Replace(s)
	})
	require.NoError(t, os.WriteFile(file, []byte(list), 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	var out bytes.Buffer
	require.NoError(t, run(ctx, &out, environment(env), file))
	assert.Contains(t, out.String(), "Not followed any longer: context deadline exceeded\n")
	assert.Regexp(t, `ERROR\npurchase +procure:intent_1 +active +99\.99 CNY +\n\nPLATFORM`, out.String())
	assert.Len(t, platforms.CodeGate.Verifications(), 1)
}

func TestWhatItIsToldIsChecked(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{
		"an unknown member": {`{"coeds": ["SECRET"]}`, "the file of -live must be JSON in the form of shopping.json"},
		"no JSON":           {`SECRET`, "the file of -live must be JSON in the form of shopping.json"},
		"no upper limit":    {`{"capability": {"query": "translation"}}`, "the file of -live must name capability.at_most, the most that an offer may cost"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "list.json")
			require.NoError(t, os.WriteFile(file, []byte(tc.text), 0o600))
			require.EqualError(t, run(t.Context(), new(bytes.Buffer), environment(nil), file), tc.want)
		})
	}
	err := run(t.Context(), new(bytes.Buffer), environment(map[string]string{"CODEGATE_API_KEY": "SECRET"}), "no such file")
	require.ErrorIs(t, err, os.ErrNotExist)
	err = run(t.Context(), new(bytes.Buffer), environment(map[string]string{
		"CODEGATE_BASE_URL": "http://127.0.0.1:1", "CODEGATE_API_KEY": "SECRET", "CODEGATE_SECRET": "SECRET", "CODEGATE_PROJECT_ID": "SECRET",
	}), "")
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.NotContains(t, err.Error(), "SECRET")
}

func TestAnOfferMustBeWithinThePrice(t *testing.T) {
	t.Parallel()
	list, err := readShopping("")
	require.NoError(t, err)
	limit := *list.Capability
	offer := func(id, amount, currency string) providers.Capability {
		price := limit.AtMost
		price.Amount, price.Currency = price.Amount.Copy(), currency
		require.NoError(t, price.Amount.UnmarshalText([]byte(amount)))
		return providers.Capability{ID: id, Price: price}
	}
	got, err := limit.choose([]providers.Capability{offer("dear", "20.01", "UT"), offer("foreign", "1", "CNY"), {ID: "unpriced"}, offer("good", "20", "UT")})
	require.NoError(t, err)
	assert.Equal(t, "good", got.ID)
	_, err = limit.choose(nil)
	require.ErrorIs(t, err, errNothingSuitable)
}
