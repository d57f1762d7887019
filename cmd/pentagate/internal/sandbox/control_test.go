package sandbox

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/internal/fakes"
	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/transport"
)

func ask(t *testing.T, control http.Handler, method, target, body, contentType string) (status int, answer string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	control.ServeHTTP(w, r)
	text, err := io.ReadAll(w.Result().Body)
	require.NoError(t, err)
	return w.Code, strings.TrimSpace(string(text))
}

const form = "application/x-www-form-urlencoded" // what curl calls any body

func TestFaultsAreSetListedAndCleared(t *testing.T) {
	t.Parallel()
	platforms := fakes.Start(fakes.Pace{})
	defer platforms.Close()
	control := controlHandler(platforms)
	for _, step := range []struct{ method, target, body, contentType, want string }{
		{"GET", "/faults", "", "", `{"aihuishou":[],"codegate":[],"procure":[],"uumit":[]}`},
		{"POST", "/faults?platform=procure&fault=status&status=503&times=2", "", "", `{"aihuishou":[],"codegate":[],"procure":["status 503","status 503"],"uumit":[]}`},
		{"POST", "/faults", `{"platform":"uumit","fault":"rate_limited","retry_after":2}`, "application/json", `{"aihuishou":[],"codegate":[],"procure":["status 503","status 503"],"uumit":["rate_limited 2"]}`},
		{"POST", "/faults", ` {"platform":"uumit","fault":"drop_after","times":"1"}`, form, `{"aihuishou":[],"codegate":[],"procure":["status 503","status 503"],"uumit":["rate_limited 2","drop_after"]}`},
		{"POST", "/faults?platform=codegate", "fault=delay", form, `{"aihuishou":[],"codegate":["delay 1s"],"procure":["status 503","status 503"],"uumit":["rate_limited 2","drop_after"]}`},
		{"DELETE", "/faults?platform=procure", "", "", `{"aihuishou":[],"codegate":["delay 1s"],"procure":[],"uumit":["rate_limited 2","drop_after"]}`},
		{"DELETE", "/faults", "", "", `{"aihuishou":[],"codegate":[],"procure":[],"uumit":[]}`},
	} {
		status, answer := ask(t, control, step.method, step.target, step.body, step.contentType)
		assert.Equal(t, http.StatusOK, status, step.target)
		assert.Equal(t, step.want, answer, step.target)
	}
}

func TestWhatCannotBeUnderstoodIsAnsweredWithWhatIsAllowed(t *testing.T) {
	t.Parallel()
	platforms := fakes.Start(fakes.Pace{})
	defer platforms.Close()
	control := controlHandler(platforms)
	const platform = "platform must be aihuishou, codegate, procure or uumit"
	const allKinds = `fault must be one of
  delay (delay: a duration from 0s to 1m, such as 500ms; 1s if not given)
  drop_after
  drop_before
  endless
  garbage
  html
  no_date
  page (status: an HTTP status from 200 to 599; 403 if not given)
  rate_limited (retry_after: whole seconds from 0 to 3600; 1 if not given)
  status (status: an HTTP status from 200 to 599; 500 if not given)
  truncated
  wrong_date (offset: a duration, such as -20m; 20m if not given)`
	for name, tc := range map[string]struct{ method, target, body, contentType, want string }{
		"nothing at all":             {"POST", "/faults", "", "", platform + "\n" + allKinds},
		"several at once":            {"POST", "/faults?platform=jd&fault=fire&times=0&colour=red", "", "", platform + "\n" + allKinds + "\ntimes must be 1 to 1000\nbesides platform, fault and times a request takes what its fault takes"},
		"too many times":             {"POST", "/faults?platform=uumit&fault=html&times=1001", "", "", "times must be 1 to 1000"},
		"times in words":             {"POST", "/faults?platform=uumit&fault=html&times=many", "", "", "times must be 1 to 1000"},
		"another fault's parameter":  {"POST", "/faults?platform=uumit&fault=html&status=500", "", "", "html takes platform and times only"},
		"another's beside its own":   {"POST", "/faults?platform=uumit&fault=status&status=500&delay=1s", "", "", "status takes platform, times and status only"},
		"a parameter without a name": {"POST", "/faults?platform=uumit&fault=html&=1", "", "", "html takes platform and times only"},
		"a status that is none":      {"POST", "/faults?platform=uumit&fault=status&status=99", "", "", "status must be an HTTP status from 200 to 599"},
		"a wait without a unit":      {"POST", "/faults?platform=uumit&fault=delay&delay=5", "", "", "delay must be a duration from 0s to 1m, such as 500ms"},
		"a wait that is too long":    {"POST", "/faults?platform=uumit&fault=delay&delay=61s", "", "", "delay must be a duration from 0s to 1m, such as 500ms"},
		"a negative Retry-After":     {"POST", "/faults?platform=uumit&fault=rate_limited&retry_after=-1", "", "", "retry_after must be whole seconds from 0 to 3600"},
		"a date in words":            {"POST", "/faults?platform=uumit&fault=wrong_date&offset=tomorrow", "", "", "offset must be a duration, such as -20m"},
		"broken JSON":                {"POST", "/faults", `{"platform":`, form, "the body must be a form or a JSON object"},
		"a JSON array":               {"POST", "/faults", `[]`, "application/json", "the body must be a form or a JSON object"},
		"a broken query":             {"POST", "/faults?platform=%zz", "", "", "the query and the form must be encoded as such"},
		"a parameter twice":          {"POST", "/faults?platform=uumit&platform=procure", "", "", "each parameter must be given once"},
		"in query and JSON":          {"POST", "/faults?platform=uumit", `{"platform":"uumit"}`, form, "each parameter must be given once"},
		"a body without an end":      {"POST", "/faults", strings.Repeat("x", 65<<10), form, "the body must be at most 64 KiB"},
		"clearing what is not there": {"DELETE", "/faults?platform=jd", "", "", platform},
		"clearing by fault":          {"DELETE", "/faults?platform=uumit&fault=html", "", "", platform},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, answer := ask(t, control, tc.method, tc.target, tc.body, tc.contentType)
			assert.Equal(t, http.StatusBadRequest, status)
			assert.Equal(t, tc.want, answer)
		})
	}
	t.Cleanup(func() {
		for _, name := range platformNames {
			assert.Empty(t, platforms.Faults(name).Names())
		}
	})
	for target, want := range map[string]int{"/": http.StatusNotFound, "/faults/x": http.StatusNotFound} {
		status, _ := ask(t, control, "GET", target, "", "")
		assert.Equal(t, want, status, target)
	}
	status, _ := ask(t, control, "PUT", "/faults", "", "")
	assert.Equal(t, http.StatusMethodNotAllowed, status)
}

func TestFaultsAreMetByTheNextRequests(t *testing.T) {
	t.Parallel()
	platforms := fakes.Start(fakes.Pace{})
	defer platforms.Close()
	control := controlHandler(platforms)
	set := func(query string) {
		status, answer := ask(t, control, "POST", "/faults?"+query, "", "")
		require.Equal(t, http.StatusOK, status, answer)
	}
	quick := transport.WithRetry(transport.RetryPolicy{BaseDelay: time.Millisecond})
	codes, err := codegate.New(platforms.CodeGate.Config(), quick)
	require.NoError(t, err)
	defer codes.Close()
	intents, err := procure.New(platforms.Procure.Config(), quick)
	require.NoError(t, err)
	defer func() { _ = intents.Close() }()

	var info transport.Info
	set("platform=codegate&fault=status&status=503&times=2")
	_, err = codes.GetProject(t.Context(), transport.WithInfo(&info))
	require.NoError(t, err)
	assert.Equal(t, 3, info.Attempts)
	_, err = codes.GetProject(t.Context(), transport.WithInfo(&info))
	require.NoError(t, err)
	assert.Equal(t, 1, info.Attempts)

	set("platform=procure&fault=drop_after")
	_, err = intents.CreateIntent(t.Context(), procure.CreateIntentRequest{
		UserID: "user_001", Platform: procure.Taobao, ProductURL: "https://item.taobao.com/item.htm?id=123456", Title: "测试商品",
		Price: decimal.RequireFromString("99.99"), Quantity: 1, RecipientName: "张三", Address: "北京市朝阳区", Phone: "13800138000",
	})
	require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
	assert.Len(t, platforms.Procure.Intents(), 1)

	for _, query := range []string{"fault=html", "fault=garbage", "fault=truncated", "fault=status", "fault=status&status=404", "fault=page&status=404"} {
		set("platform=codegate&" + query)
		_, err := codes.GetProject(t.Context(), transport.WithAttempts(1))
		require.Error(t, err, query)
		_, err = codes.GetProject(t.Context())
		require.NoError(t, err, query)
	}

	set("platform=codegate&fault=rate_limited&retry_after=120")
	_, err = codes.GetProject(t.Context())
	require.ErrorIs(t, err, transport.ErrRateLimited)
	asked := platforms.CodeGate.RequestCount()
	_, err = codes.GetProject(t.Context())
	require.ErrorIs(t, err, transport.ErrRateLimited, "the platform asked for a pause")
	assert.Equal(t, asked, platforms.CodeGate.RequestCount(), "not sent")
}
