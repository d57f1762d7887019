package codegate_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func TestTheSevenCalls(t *testing.T) {
	h := start(t)
	h.SetProjectExpiry("", now.Add(24*time.Hour))
	h.AddCode(codegatetest.Code{Code: "OLD", Disabled: true, CreatedAt: now.Add(-time.Hour)})
	seeded := h.AddCode(codegatetest.Code{Code: "NEW"})
	ctx := t.Context()

	project, err := h.client.GetProject(ctx)
	require.NoError(t, err)
	assert.Equal(t, h.Project("").ID, project.ID)
	assert.True(t, project.Enabled)
	assert.True(t, project.Description.IsZero())
	assert.Equal(t, now.Add(24*time.Hour), project.ExpiresAt.Time)
	assert.Equal(t, codegate.Counts{TotalCodes: 2, UnusedCodes: 1}, project.Statistics)
	assert.EqualValues(t, 1, project.Statistics.Disabled())

	page, err := h.client.ListCodes(ctx, codegate.ListCodesRequest{})
	require.NoError(t, err)
	require.Len(t, page.Items, 2)
	assert.Equal(t, "NEW", page.Items[0].Code.Reveal(), "newest first")
	assert.True(t, page.Items[1].Disabled)
	assert.Equal(t, codegate.CodePage{Items: page.Items, Total: 2, Page: 1, PageSize: 20, TotalPages: 1, Raw: page.Raw}, *page)

	redeemed, err := h.client.VerifyCode(ctx, codegate.VerifyCodeRequest{Code: "NEW", VerifiedBy: "用户 <张三>"})
	require.NoError(t, err)
	require.NoError(t, redeemed.Err())
	assert.True(t, redeemed.Success)
	assert.Equal(t, seeded.ID, *redeemed.CodeID)
	assert.Equal(t, now, redeemed.VerifiedAt.Time)

	again, err := h.client.VerifyCode(ctx, codegate.VerifyCodeRequest{Code: "NEW"})
	require.NoError(t, err)
	assert.False(t, again.Success)
	assert.Nil(t, again.CodeID)
	assert.Equal(t, codegate.CodeAlreadyUsed, again.ErrorCode)
	require.ErrorIs(t, again.Err(), codegate.CodeAlreadyUsed)
	require.ErrorIs(t, again.Err(), transport.ErrConflict)

	detail, err := h.client.GetCode(ctx, seeded.ID)
	require.NoError(t, err)
	assert.True(t, detail.Used)
	assert.Equal(t, "用户 <张三>", detail.VerifiedBy.Reveal())
	require.Len(t, detail.VerificationLogs, 2)
	assert.Equal(t, codegate.LogFailed, detail.VerificationLogs[0].Result)
	assert.Equal(t, codegate.LogSuccess, detail.VerificationLogs[1].Result)
	assert.NotEmpty(t, detail.VerificationLogs[0].IPAddress.Reveal())

	statistics, err := h.client.GetStatistics(ctx)
	require.NoError(t, err)
	assert.EqualValues(t, 1, statistics.UsedCodes)
	assert.Equal(t, "0.5", statistics.UsageRate.String())
	require.Len(t, statistics.RecentVerifications, 1)
	assert.Equal(t, "NEW", statistics.RecentVerifications[0].Code.Reveal())

	back, err := h.client.ReactivateCode(ctx, codegate.ReactivateCodeRequest{Code: "NEW", ReactivatedBy: "admin", Reason: "退款"})
	require.NoError(t, err)
	require.NoError(t, back.Err())
	assert.Equal(t, now, back.ReactivatedAt.Time)
	assert.False(t, back.AlreadyDone)

	byCode, err := h.client.GetCodeByCode(ctx, "NEW")
	require.NoError(t, err)
	assert.False(t, byCode.Used)
	assert.Nil(t, byCode.VerifiedAt)
	assert.Equal(t, codegate.LogReactivated, byCode.VerificationLogs[0].Result)

	unused, err := h.client.ReactivateCode(ctx, codegate.ReactivateCodeRequest{Code: "NEW"})
	require.NoError(t, err)
	assert.Equal(t, codegate.CodeAlreadyUnused, unused.ErrorCode)
	require.ErrorIs(t, unused.Err(), codegate.CodeAlreadyUnused)
}

// TestCodesOfAllClasses goes through the table of what a code may hold: on the
// wire it is escaped twice, the form that is escaped once is signed.
func TestCodesOfAllClasses(t *testing.T) {
	h := start(t)
	for i, code := range []string{
		"ABC234", "a-b_c.d~e", "with space", "plus+plus", "a&b=c", "star*(paren)!'", "at@colon:", "中文", "😀🎁",
		"50%", "100%zz", "%41", "%2F", "%25", "a/b", "/", "a?b", "?", "a#b", `back\slash`, "new\nline", "tab\ttab",
		".", "..", "...", `quote"d`, "<html>", "semi;comma,", "$ave", "[b]{c}|^`", strings.Repeat("长", 100),
	} {
		t.Run(fmt.Sprintf("%d %q", i, code), func(t *testing.T) {
			seeded := h.AddCode(codegatetest.Code{Code: code})
			detail, err := h.client.GetCodeByCode(t.Context(), code)
			require.NoError(t, err)
			assert.Equal(t, seeded.ID, detail.ID)
			assert.Equal(t, code, detail.Code.Code.Reveal())
			redeemed, err := h.client.VerifyCode(t.Context(), codegate.VerifyCodeRequest{Code: code})
			require.NoError(t, err)
			assert.True(t, redeemed.Success)
			back, err := h.client.ReactivateCode(t.Context(), codegate.ReactivateCodeRequest{Code: code})
			require.NoError(t, err)
			assert.True(t, back.Success)
		})
	}
}

func TestSearches(t *testing.T) {
	h := start(t)
	for _, code := range []string{"A1", "x a b y", "x!'()*y", "x~y", "x中文y", "x+y", "x&=y", "100%", "UPPER"} {
		h.AddCode(codegatetest.Code{Code: code})
	}
	for search, want := range map[string][]string{
		"a b":   {"x a b y"},
		"!'()*": {"x!'()*y"},
		"~":     {"x~y"},
		"中文":    {"x中文y"},
		"+":     {"x+y"},
		"&=":    {"x&=y"},
		"%":     {"UPPER", "100%", "x&=y", "x+y", "x中文y", "x~y", "x!'()*y", "x a b y", "A1"}, // a wildcard
		"upper": {"UPPER"},
		"":      {"UPPER", "100%", "x&=y", "x+y", "x中文y", "x~y", "x!'()*y", "x a b y", "A1"},
		"none":  nil,
	} {
		t.Run(fmt.Sprintf("%q", search), func(t *testing.T) {
			page, err := h.client.ListCodes(t.Context(), codegate.ListCodesRequest{Search: search, Page: new(1), PageSize: new(100)})
			require.NoError(t, err)
			var got []string
			for _, c := range page.Items {
				got = append(got, c.Code.Reveal())
			}
			assert.ElementsMatch(t, want, got)
		})
	}
}

func TestAClockThatIsOffHealsItself(t *testing.T) {
	for name, off := range map[string]time.Duration{"20 minutes ahead": 20 * time.Minute, "20 minutes behind": -20 * time.Minute, "a year behind": -365 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			h.AddCode(codegatetest.Code{Code: "A"})
			h.clock.Advance(off)
			redeemed, err := h.client.VerifyCode(t.Context(), codegate.VerifyCodeRequest{Code: "A"})
			require.NoError(t, err)
			assert.True(t, redeemed.Success)
			assert.Len(t, h.faults.Requests(), 2, "one extra request")
			_, err = h.client.GetProject(t.Context())
			require.NoError(t, err)
			assert.Len(t, h.faults.Requests(), 3, "and none later")
			h.clock.Advance(-off)
			_, err = h.client.GetProject(t.Context())
			require.NoError(t, err, "a clock that was set right heals too")
		})
	}
	t.Run("a small difference passes as it is", func(t *testing.T) {
		h := start(t)
		h.clock.Advance(4 * time.Minute)
		_, err := h.client.GetProject(t.Context())
		require.NoError(t, err)
		assert.Len(t, h.faults.Requests(), 1)
	})
	t.Run("without a Date header it fails as unauthenticated", func(t *testing.T) {
		h := start(t)
		h.faults.Always(transporttest.NoDate())
		h.clock.Advance(20 * time.Minute)
		_, err := h.client.GetProject(t.Context())
		require.ErrorIs(t, err, transport.ErrUnauthenticated)
		require.ErrorIs(t, err, transport.ErrClock)
		assert.Len(t, h.faults.Requests(), 1)
	})
}

func TestPlatformErrorsAreClassified(t *testing.T) {
	wrongSecret := func(c *codegate.Config) { c.Secret = signing.NewSecret(strings.Repeat("0", 64)) }
	for name, tc := range map[string]struct {
		prepare func(h *harness)
		config  func(*codegate.Config)
		call    func(context.Context, *codegate.Client, string) error
		want    []error
		text    string
	}{
		"an unknown key": {
			config: func(c *codegate.Config) { c.APIKey = signing.NewSecret(strings.Repeat("0", 32)) },
			want:   []error{transport.ErrUnauthenticated}, text: "codegate: GetProject: unauthenticated: Invalid API credentials (HTTP 401)",
		},
		"a wrong secret": {
			config: wrongSecret, want: []error{transport.ErrUnauthenticated}, text: "codegate: GetProject: unauthenticated: Invalid signature (HTTP 401)",
		},
		"a key of another project": {
			config: func(c *codegate.Config) { c.ProjectID = strings.Repeat("0", 32) },
			want:   []error{transport.ErrPermission}, text: "codegate: GetProject: permission denied: Project ID in path does not match API Key's project (HTTP 403)",
		},
		"a project that is off": {
			prepare: func(h *harness) { h.SetProjectEnabled("", false) },
			want:    []error{transport.ErrPermission, codegate.ProjectDisabled}, text: "codegate: GetProject: permission denied: Project is disabled (HTTP 401, code PROJECT_DISABLED)",
		},
		"an unknown code": {
			call: func(ctx context.Context, c *codegate.Client, _ string) error {
				_, err := c.GetCodeByCode(ctx, "NONE")
				return err
			},
			want: []error{transport.ErrNotFound}, text: "codegate: GetCodeByCode: not found: Code not found (HTTP 404)",
		},
		"an unknown route": {
			call: func(ctx context.Context, c *codegate.Client, _ string) error {
				return c.Do(ctx, transport.Call{Method: "GET", Path: "/api/v1/else"}, nil)
			},
			want: []error{transport.ErrMalformed}, text: "codegate: malformed answer: Not Found: the server does not know this path: check base_url (HTTP 404)",
		},
		"a validation error names the field and not the value": {
			call: func(ctx context.Context, c *codegate.Client, project string) error {
				return c.Do(ctx, transport.Call{Operation: "List", Method: "GET", Path: "/api/v1/projects/" + project + "/codes", Query: map[string][]string{"page_size": {"4711"}}}, nil)
			},
			want: []error{transport.ErrInvalid}, text: "codegate: List: invalid request: query.page_size Input should be less than or equal to 100 (less_than_equal) (HTTP 422)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			if tc.prepare != nil {
				tc.prepare(h)
			}
			config := h.Config()
			if tc.config != nil {
				tc.config(&config)
			}
			client := h.newClient(t, config)
			if tc.call == nil {
				tc.call = func(ctx context.Context, c *codegate.Client, _ string) error { _, err := c.GetProject(ctx); return err }
			}
			err := tc.call(t.Context(), client, config.ProjectID)
			for _, want := range tc.want {
				require.ErrorIs(t, err, want)
			}
			assert.EqualError(t, err, tc.text)
			assert.Len(t, h.faults.Requests(), 1, "not retried")
		})
	}
}

func TestAPermanentFailureIsHandedThrough(t *testing.T) {
	h := start(t)
	h.AddCode(codegatetest.Code{Code: "A", Used: true, ExpiresAt: now.Add(time.Minute)})
	h.SetNow(now.Add(2 * time.Minute))
	_, err := h.client.GetCodeByCode(t.Context(), "A")
	require.ErrorIs(t, err, transport.ErrUnavailable)
	var e *transport.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, 500, e.Status)
	assert.Equal(t, "Internal Server Error", string(e.Body))
	assert.Equal(t, 3, e.Attempts)
}

func TestBrokenAnswers(t *testing.T) {
	for name, fault := range map[string]transporttest.Fault{
		"HTML with 200":             transporttest.HTML(),
		"garbage":                   transporttest.Garbage(),
		"empty":                     transporttest.Status(200, ""),
		"nothing, with 204":         transporttest.Status(204, ""),
		"null":                      transporttest.Status(200, "null"),
		"a list":                    transporttest.Status(200, "[]"),
		"an object without success": transporttest.Status(200, "{}"),
		"success null":              transporttest.Status(200, `{"success":null}`),
		"a wrong type":              transporttest.Status(200, `{"success":"SECRET-CODE"}`),
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			h.faults.Always(fault)
			_, err := h.client.VerifyCode(t.Context(), codegate.VerifyCodeRequest{Code: "A"})
			require.ErrorIs(t, err, transport.ErrMalformed)
			require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
			assert.NotContains(t, err.Error(), "SECRET")
			assert.Len(t, h.faults.Requests(), 1)
		})
	}
}

func TestBadInputIsRefusedBeforeSending(t *testing.T) {
	h := start(t)
	long := strings.Repeat("长", 101)
	for name, tc := range map[string]struct {
		call func(context.Context) error
		want string
	}{
		"page 0": {func(ctx context.Context) error {
			_, err := h.client.ListCodes(ctx, codegate.ListCodesRequest{Page: new(0)})
			return err
		}, "codegate: ListCodes: invalid request: page must be at least 1"},
		"page_size 101 and more": {func(ctx context.Context) error {
			_, err := h.client.ListCodes(ctx, codegate.ListCodesRequest{Page: new(-1), PageSize: new(101), Status: "Unused", Search: long})
			return err
		}, "codegate: ListCodes: invalid request: page must be at least 1; page_size must be 1 to 100; status must be unused, used, disabled, expired or empty; search must be at most 100 characters without NUL"},
		"an iterator with page_size 0": {func(ctx context.Context) error {
			for _, err := range h.client.Codes(ctx, codegate.ListCodesRequest{PageSize: new(0)}) {
				return err
			}
			return nil
		}, "codegate: ListCodes: invalid request: page_size must be 1 to 100"},
		"a search of 101 characters": {func(ctx context.Context) error {
			_, err := h.client.ListCodes(ctx, codegate.ListCodesRequest{Search: long})
			return err
		}, "codegate: ListCodes: invalid request: search must be at most 100 characters without NUL"},
		"a search that is no UTF-8": {func(ctx context.Context) error {
			_, err := h.client.ListCodes(ctx, codegate.ListCodesRequest{Search: "\xff"})
			return err
		}, "codegate: ListCodes: invalid request: search must be valid UTF-8"},
		"a request and options that are wrong": {func(ctx context.Context) error {
			_, err := h.client.VerifyCode(ctx, codegate.VerifyCodeRequest{}, transport.WithAttempts(0), transport.WithIdempotencyKey("k"))
			return err
		}, "codegate: VerifyCode: invalid request: code must be 1 to 100 characters; attempts must be at least 1; idempotency_key is not available for this operation"},
		"a search for NUL, which finds every code": {func(ctx context.Context) error {
			for _, err := range h.client.Codes(ctx, codegate.ListCodesRequest{Search: "A\x00"}) {
				return err
			}
			return nil
		}, "search must be at most 100 characters without NUL"},
		"a code of 101 characters": {func(ctx context.Context) error {
			_, err := h.client.VerifyCode(ctx, codegate.VerifyCodeRequest{Code: long, VerifiedBy: long})
			return err
		}, "codegate: VerifyCode: invalid request: code must be 1 to 100 characters; verified_by must be at most 100 characters"},
		"an empty code": {func(ctx context.Context) error {
			_, err := h.client.VerifyCode(ctx, codegate.VerifyCodeRequest{})
			return err
		}, "code must be 1 to 100 characters"},
		"an empty code to look up": {func(ctx context.Context) error { _, err := h.client.GetCodeByCode(ctx, ""); return err }, "code must be 1 to 100 characters"},
		"a broken code to look up": {func(ctx context.Context) error { _, err := h.client.GetCodeByCode(ctx, "a\xff"); return err }, "codegate: GetCodeByCode: invalid request: code must be valid UTF-8"},
		"an empty code id":         {func(ctx context.Context) error { _, err := h.client.GetCode(ctx, ""); return err }, "code_id must be"},
		"a code id with a path":    {func(ctx context.Context) error { _, err := h.client.GetCode(ctx, "../codes"); return err }, "codegate: GetCode: invalid request: code_id must be 1 to 64 letters, digits or hyphens"},
		"reactivating": {func(ctx context.Context) error {
			_, err := h.client.ReactivateCode(ctx, codegate.ReactivateCodeRequest{ReactivatedBy: long})
			return err
		}, "code must be 1 to 100 characters; reactivated_by must be at most 100 characters"},
		"a verified_by that is no UTF-8": {func(ctx context.Context) error {
			_, err := h.client.VerifyCode(ctx, codegate.VerifyCodeRequest{Code: "A", VerifiedBy: "\xd5\xc5"})
			return err
		}, "codegate: VerifyCode: invalid request: verified_by must be valid UTF-8"},
		"reactivating in texts that are no UTF-8": {func(ctx context.Context) error {
			_, err := h.client.ReactivateCode(ctx, codegate.ReactivateCodeRequest{Code: "A", ReactivatedBy: "\xd5\xc5\xc8\xfd", Reason: "\xb2\xe2"})
			return err
		}, "codegate: ReactivateCode: invalid request: reactivated_by must be valid UTF-8; reason must be valid UTF-8"},
		"a header that asks for packed answers": {func(ctx context.Context) error {
			_, err := h.client.VerifyCode(ctx, codegate.VerifyCodeRequest{Code: "A"}, transport.WithHeader("Accept-Encoding", "gzip"))
			return err
		}, "Accept-Encoding must not be set: it belongs to the connection"},
		"a header with a line break": {func(ctx context.Context) error {
			_, err := h.client.VerifyCode(ctx, codegate.VerifyCodeRequest{Code: "A"}, transport.WithHeader("X-Trace", "a\nb"))
			return err
		}, "X-Trace must hold no line break or other control character"},
		"a header with a blank in its name": {func(ctx context.Context) error {
			_, err := h.client.VerifyCode(ctx, codegate.VerifyCodeRequest{Code: "A"}, transport.WithHeader("X Trace", "a"))
			return err
		}, "header must have a name of letters, digits and hyphens"},
		"reconciling without a name": {func(ctx context.Context) error {
			_, err := h.client.VerifyCode(ctx, codegate.VerifyCodeRequest{Code: "A"}, transport.WithReconcile())
			return err
		}, "verified_by must be set for reconciling"},
		"reconciling a list": {func(ctx context.Context) error {
			_, err := h.client.GetProject(ctx, transport.WithReconcile())
			return err
		}, "reconcile is not available"},
		"a path with dots": {func(ctx context.Context) error {
			return h.client.Do(ctx, transport.Call{Method: "GET", Path: "/api/../x"}, nil)
		}, "path must"},
		"a nil context": {func(context.Context) error { _, err := h.client.GetProject(nil); return err }, "context must not be nil"}, //nolint:staticcheck // the point of the test
	} {
		t.Run(name, func(t *testing.T) {
			err := tc.call(t.Context())
			require.ErrorIs(t, err, transport.ErrInvalid)
			assert.ErrorContains(t, err, tc.want)
			assert.NotContains(t, err.Error(), "长")
		})
	}
	assert.Empty(t, h.faults.Requests())
}

func TestNewRefusesBadConfigurations(t *testing.T) {
	hex32, hex64 := strings.Repeat("a", 32), strings.Repeat("b", 64)
	good := codegate.Config{BaseURL: "https://codes.example.com", APIKey: signing.NewSecret(hex32), Secret: signing.NewSecret(hex64), ProjectID: hex32}
	client, err := codegate.New(good)
	require.NoError(t, err)
	require.NoError(t, client.Close())
	for name, tc := range map[string]struct {
		change func(*codegate.Config)
		want   string
	}{
		"all empty": {func(c *codegate.Config) { *c = codegate.Config{} },
			`codegate: New: invalid request: api_key must be 32 lower-case hexadecimal characters; secret must be 64 lower-case hexadecimal characters; project_id must be 32 lower-case hexadecimal characters; base_url must be an absolute URL such as "https://api.example.com"`},
		"a base URL without scheme": {func(c *codegate.Config) { c.BaseURL = "codes.example.com" }, "base_url must be an absolute URL"},
		"a base URL with the API's own prefix": {func(c *codegate.Config) { c.BaseURL = "https://codes.example.com/gate/API/v1/" },
			`base_url must not end in "/api/v1", which every call adds: write "https://codes.example.com/gate"`},
		"a base URL without a host":  {func(c *codegate.Config) { c.BaseURL = "http:///" }, "base_url must be an absolute URL"},
		"a base URL without TLS":     {func(c *codegate.Config) { c.BaseURL = "http://codes.example.com" }, "base_url must use https"},
		"a newline after the secret": {func(c *codegate.Config) { c.Secret = signing.NewSecret(hex64 + "\n") }, "secret must be 64"},
		"an upper-case key":          {func(c *codegate.Config) { c.APIKey = signing.NewSecret(strings.Repeat("A", 32)) }, "api_key must be 32"},
		"a project id with hyphens":  {func(c *codegate.Config) { c.ProjectID = "550e8400-e29b-41d4-a716-446655440000" }, "project_id must be 32"},
	} {
		t.Run(name, func(t *testing.T) {
			config := good
			tc.change(&config)
			_, err := codegate.New(config)
			require.ErrorIs(t, err, transport.ErrInvalid)
			assert.ErrorContains(t, err, tc.want)
			assert.NotContains(t, err.Error(), hex64)
		})
	}
}

func TestTheEscapeHatchIsSignedLimitedAndRetried(t *testing.T) {
	h := start(t, transport.WithLimiter(transport.NewLimiter(nil, transport.Limit{PerSecond: 1000, Burst: 1})))
	h.faults.Script(transporttest.Status(503, ""))
	var out map[string]any
	call := transport.Call{Operation: "Raw", Method: http.MethodGet, Path: "/api/v1/projects/" + h.Project("").ID + "/statistics", Query: map[string][]string{"unknown": {"a b"}}}
	require.NoError(t, h.client.Do(t.Context(), call, &out))
	assert.Contains(t, out, "usage_rate")
	assert.Len(t, h.faults.Requests(), 2)
}

func TestOtherHostsSeeNothing(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the other host was reached") }))
	defer other.Close()
	h := start(t)
	h.faults.Script(transporttest.Redirect(302, other.URL+"/elsewhere?code=A"))
	_, err := h.client.VerifyCode(t.Context(), codegate.VerifyCodeRequest{Code: "A"})
	require.ErrorIs(t, err, transport.ErrRedirect)
	assert.EqualError(t, err, "codegate: VerifyCode: outcome unknown: redirect refused: it pointed to "+other.URL+"/elsewhere (HTTP 302)")
}

func TestConfigFromEnv(t *testing.T) {
	h := start(t)
	env := h.Env()
	client, err := codegate.New(codegate.ConfigFromEnv(func(name string) string { return env[name] }))
	require.NoError(t, err)
	defer client.Close()
	_, err = client.GetProject(t.Context())
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"CODEGATE_API_KEY", "CODEGATE_SECRET", "CODEGATE_PROJECT_ID", "CODEGATE_BASE_URL"}, slices.Collect(maps.Keys(env)))
}
