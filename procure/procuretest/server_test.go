package procuretest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/procure/procuretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var now = time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)

const (
	appID   = "dev_app_local"
	secret  = "dev_secret_local_do_not_use_in_production"
	intents = "/api/v1/intents"
	sample  = `{"userId":"user_001","platform":"TAOBAO","productUrl":"https://item.taobao.com/item.htm?id=123456","title":"测试商品","price":99.99,"quantity":1,"recipientName":"张三","address":"北京市朝阳区","phone":"13800138000"}`
)

func start(opts ...procuretest.Option) *procuretest.Platform {
	p := procuretest.New(opts...)
	p.SetNow(now)
	return p
}

// request is a signed request, unless its fields say otherwise.
type request struct {
	method, uri, body string
	app, secret       string
	stamp, signature  string
	contentType       string
	leaveOut          string // a header
}

type response struct {
	status int
	header http.Header
	Code   int
	// Message and Data as they came.
	Message string
	Data    json.RawMessage
}

func do(t *testing.T, h http.Handler, q request) response {
	t.Helper()
	orElse(&q.method, "GET")
	orElse(&q.app, appID)
	orElse(&q.secret, secret)
	orElse(&q.stamp, strconv.FormatInt(now.UnixMilli(), 10))
	orElse(&q.signature, procuretest.Sign(q.secret, q.method, q.uri, q.stamp, []byte(q.body)))
	orElse(&q.contentType, "application/json")
	r := httptest.NewRequest(q.method, q.uri, strings.NewReader(q.body))
	for name, value := range map[string]string{"X-App-Id": q.app, "X-Timestamp": q.stamp, "X-Signature": q.signature, "Content-Type": q.contentType} {
		if name != q.leaveOut {
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	got := response{status: w.Code, header: w.Header()}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got), w.Body.String())
	return got
}

func orElse(s *string, fallback string) {
	if *s == "" {
		*s = fallback
	}
}

func TestSignMakesTheGoldenSignatures(t *testing.T) {
	text, err := os.ReadFile("../../signing/testdata/procure.json")
	require.NoError(t, err)
	var rows []struct {
		Name, Variant, Method, Path, Timestamp, Body string
		AppSecret                                    string `json:"app_secret"`
		Expected                                     string `json:"expected_signature"`
	}
	require.NoError(t, json.Unmarshal(text, &rows))
	require.Len(t, rows, 19)
	for _, row := range rows {
		if row.Variant != "alternative" {
			assert.Equal(t, row.Expected, procuretest.Sign(row.AppSecret, row.Method, row.Path, row.Timestamp, []byte(row.Body)), row.Name)
		}
	}
}

func TestSignaturesAreChecked(t *testing.T) {
	stamp := func(d time.Duration) string { return strconv.FormatInt(now.Add(d).UnixMilli(), 10) }
	for name, tc := range map[string]struct {
		request request
		message string // "" for one that passes
	}{
		"a good one":                    {request{uri: intents + "?status=SUBMITTED"}, ""},
		"an escaped path and query":     {request{uri: intents + "/a%2Fb%20c?x=%E5%BC%A0+b"}, ""},
		"no App ID":                     {request{uri: intents, leaveOut: "X-App-Id"}, "missing header X-App-Id"},
		"no timestamp":                  {request{uri: intents, leaveOut: "X-Timestamp"}, "missing header X-Timestamp"},
		"no signature":                  {request{uri: intents, leaveOut: "X-Signature"}, "missing header X-Signature"},
		"a timestamp in words":          {request{uri: intents, stamp: "today"}, "invalid timestamp"},
		"an unknown App":                {request{uri: intents, app: "other"}, "unknown App ID"},
		"another secret":                {request{uri: intents, secret: "other"}, "invalid signature"},
		"a signature in upper case":     {request{uri: intents, signature: strings.ToUpper(procuretest.Sign(secret, "GET", intents, stamp(0), nil))}, "invalid signature"},
		"a query that is not signed":    {request{uri: intents + "?page=1", signature: procuretest.Sign(secret, "GET", intents, stamp(0), nil)}, "invalid signature"},
		"a body that is not signed":     {request{method: "POST", uri: intents, body: sample, signature: procuretest.Sign(secret, "POST", intents, stamp(0), nil)}, "invalid signature"},
		"five minutes late":             {request{uri: intents, stamp: stamp(-5 * time.Minute)}, ""},
		"five minutes early":            {request{uri: intents, stamp: stamp(5 * time.Minute)}, ""},
		"a moment over five minutes":    {request{uri: intents, stamp: stamp(-5*time.Minute - time.Millisecond)}, "timestamp expired"},
		"a moment over, the other way":  {request{uri: intents, stamp: stamp(5*time.Minute + time.Millisecond)}, "timestamp expired"},
		"seconds for milliseconds":      {request{uri: intents, stamp: strconv.FormatInt(now.Unix(), 10)}, "timestamp expired"},
		"the end of time":               {request{uri: intents, stamp: "999999999999999"}, "timestamp expired"},
		"a number that is no timestamp": {request{uri: intents, stamp: "9999999999999999"}, "invalid timestamp"},
	} {
		t.Run(name, func(t *testing.T) {
			got := do(t, start(), tc.request)
			if tc.message == "" {
				assert.NotEqual(t, 401, got.status)
				return
			}
			assert.Equal(t, 401, got.status)
			assert.Equal(t, 40101, got.Code)
			assert.Equal(t, tc.message, got.Message)
		})
	}
}

func TestHealthNeedsNoSignatureAndHasNoLimit(t *testing.T) {
	p := start()
	for range 300 {
		w := httptest.NewRecorder()
		p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/health", nil))
		require.Equal(t, 200, w.Code)
		require.Contains(t, w.Body.String(), `{"code":0,"message":"success","data":{"status":"healthy","timestamp":"2026-02-01T00:00:00.000Z","service":"procure-api","uptime":`)
	}
}

func TestEveryAnswerHasARequestIDAndTheDate(t *testing.T) {
	p := start()
	for i, uri := range []string{intents, "/nothing", "/api/v1/health", intents + "/none"} {
		got := do(t, p, request{uri: uri})
		assert.Equal(t, fmt.Sprintf("req_%06d", i+1), got.header.Get("X-Request-Id"))
		assert.Equal(t, "Sun, 01 Feb 2026 00:00:00 GMT", got.header.Get("Date"))
		assert.Equal(t, "application/json; charset=utf-8", got.header.Get("Content-Type"))
	}
}

func TestUnknownPaths(t *testing.T) {
	p := start()
	for _, q := range []request{
		{uri: "/"}, {uri: "/api/v1"}, {uri: "/api/v1/else"}, {uri: intents + "/"}, {uri: intents + "/a/b"}, {uri: intents + "/a/cancel"},
		{uri: intents + "/a/cancel/x"}, {method: "PATCH", uri: intents + "/a"}, {method: "DELETE", uri: intents}, {method: "POST", uri: "/api/v1/health"},
	} {
		got := do(t, p, q)
		assert.Equal(t, 404, got.status, q.uri)
		assert.Equal(t, 40400, got.Code, q.uri)
	}
	got := do(t, p, request{uri: intents + "/none"})
	assert.Equal(t, 404, got.status)
	assert.Equal(t, 40401, got.Code)
}

func TestCreate(t *testing.T) {
	p := start()
	got := do(t, p, request{method: "POST", uri: intents, body: sample})
	assert.Equal(t, 201, got.status)
	assert.JSONEq(t, `{"id":"intent_1","status":"SUBMITTED","userId":"user_001","platform":"TAOBAO","productUrl":"https://item.taobao.com/item.htm?id=123456",
		"title":"测试商品","price":99.99,"quantity":1,"totalAmount":99.99,"recipientName":"张三","address":"北京市朝阳区","phone":"13800138000","remarks":null,
		"createdAt":"2026-02-01T00:00:00.000Z","updatedAt":"2026-02-01T00:00:00.000Z"}`, string(got.Data))
	do(t, p, request{method: "POST", uri: intents, body: sample})
	assert.Len(t, p.Intents(), 2, "a repeat creates another one")
}

func TestWrongBodiesNameTheFirstWrongField(t *testing.T) {
	p := start(procuretest.WithoutLimits())
	p.AddIntent(procuretest.Intent{ID: "a"})
	change := func(from, to string) string { return strings.Replace(sample, from, to, 1) }
	for name, tc := range map[string]struct {
		body, field, reason string
	}{
		"no JSON":                   {"{", "body", "must be a JSON object"},
		"no body":                   {"", "body", "must be a JSON object"},
		"null":                      {"null", "body", "must be a JSON object"},
		"broken text":               {"{\"userId\":\"\xff\"}", "body", "must be a JSON object"},
		"an empty object":           {"{}", "userId", "is required"},
		"an empty user":             {change(`"user_001"`, `""`), "userId", "must be 1 to 100 characters"},
		"a user that is a number":   {change(`"user_001"`, `1`), "userId", "must be 1 to 100 characters"},
		"a user that is null":       {change(`"user_001"`, `null`), "userId", "must be 1 to 100 characters"},
		"an unknown platform":       {change("TAOBAO", "EBAY"), "platform", "must be one of TAOBAO, JD, PDD"},
		"a page without host":       {change("https://item.taobao.com/", "/"), "productUrl", "must be a URL"},
		"a long title":              {change("测试商品", strings.Repeat("长", 201)), "title", "must be 1 to 200 characters"},
		"a price of 0":              {change("99.99", "0"), "price", "must be greater than 0"},
		"a price in quotes":         {change("99.99", `"99.99"`), "price", "must be greater than 0"},
		"a quantity of 0":           {change(`"quantity":1`, `"quantity":0`), "quantity", "must be a positive integer"},
		"a quantity of one a half":  {change(`"quantity":1`, `"quantity":1.5`), "quantity", "must be a positive integer"},
		"a short name":              {change("张三", "张"), "recipientName", "must be 2 to 50 characters"},
		"a short address":           {change("北京市朝阳区", "北京"), "address", "must be 5 to 200 characters"},
		"a phone of letters":        {change("13800138000", "1380013800a"), "phone", "must be an 11-digit mobile number"},
		"long remarks":              {change(`"phone"`, `"remarks":"`+strings.Repeat("长", 501)+`","phone"`), "remarks", "must be 0 to 500 characters"},
		"several name the first":    {change("99.99", `0,"quantity":0`), "price", "must be greater than 0"},
		"a phone that is no string": {change(`"13800138000"`, `13800138000`), "phone", "must be an 11-digit mobile number"},
	} {
		t.Run(name, func(t *testing.T) {
			got := do(t, p, request{method: "POST", uri: intents, body: tc.body})
			assert.Equal(t, 400, got.status)
			assert.Equal(t, 40001, got.Code)
			want, err := json.Marshal(map[string]string{"field": tc.field, "reason": tc.reason})
			require.NoError(t, err)
			assert.JSONEq(t, string(want), string(got.Data))
		})
	}
	t.Run("another content type", func(t *testing.T) {
		got := do(t, p, request{method: "POST", uri: intents, body: sample, contentType: "text/plain"})
		assert.Equal(t, 40001, got.Code)
	})
	t.Run("a fixed field in an update", func(t *testing.T) {
		got := do(t, p, request{method: "PUT", uri: intents + "/a", body: `{"price":1}`})
		assert.Equal(t, 40001, got.Code)
		assert.JSONEq(t, `{"field":"price","reason":"cannot be changed"}`, string(got.Data))
	})
	assert.Len(t, p.Intents(), 1)
}

func TestUpdate(t *testing.T) {
	p := start()
	p.AddIntent(procuretest.Intent{ID: "a", Remarks: new("x")})
	p.Advance(time.Minute)
	got := do(t, p, request{method: "PUT", uri: intents + "/a", body: `{"quantity":3,"remarks":"","other":1}`})
	assert.Equal(t, 200, got.status)
	assert.Contains(t, string(got.Data), `"quantity":3,"totalAmount":299.97`)
	assert.Contains(t, string(got.Data), `"remarks":"","createdAt":"2026-02-01T00:00:00.000Z","updatedAt":"2026-02-01T00:01:00.000Z"`)
	got = do(t, p, request{method: "PUT", uri: intents + "/a", body: `{"remarks":null}`})
	assert.Contains(t, string(got.Data), `"remarks":null`)
	got = do(t, p, request{method: "PUT", uri: intents + "/a", body: `{}`})
	assert.Equal(t, 200, got.status)
}

func TestWhatEachStatusAllows(t *testing.T) {
	all := []procure.Status{
		procure.StatusDraft, procure.StatusSubmitted, procure.StatusProcessing,
		procure.StatusCompleted, procure.StatusFailed, procure.StatusCancelled,
	}
	for name, tc := range map[string]struct {
		request request
		allowed []procure.Status
		becomes procure.Status
	}{
		"update":  {request{method: "PUT", uri: intents + "/a", body: "{}"}, all[:2], ""},
		"cancel":  {request{method: "POST", uri: intents + "/a/cancel"}, all[1:3], procure.StatusCancelled},
		"execute": {request{method: "POST", uri: intents + "/a/execute"}, all[1:2], procure.StatusProcessing},
		"delete":  {request{method: "DELETE", uri: intents + "/a"}, []procure.Status{all[0], all[3], all[4], all[5]}, "gone"},
	} {
		for _, from := range all {
			t.Run(name+" from "+string(from), func(t *testing.T) {
				p := start()
				p.AddIntent(procuretest.Intent{ID: "a", Status: from})
				got := do(t, p, tc.request)
				after, found := p.Intent("a")
				if !slices.Contains(tc.allowed, from) {
					assert.Equal(t, 409, got.status)
					assert.Equal(t, 40901, got.Code)
					assert.Equal(t, from, after.Status)
					return
				}
				assert.Equal(t, 200, got.status)
				assert.Equal(t, tc.becomes != "gone", found)
				if tc.becomes != "" && tc.becomes != "gone" {
					assert.Equal(t, tc.becomes, after.Status)
				}
			})
		}
	}
}

func TestCancelAnswersAPartOfTheIntent(t *testing.T) {
	p := start()
	p.AddIntent(procuretest.Intent{ID: "a"})
	got := do(t, p, request{method: "POST", uri: intents + "/a/cancel"})
	assert.JSONEq(t, `{"id":"a","status":"CANCELLED","updatedAt":"2026-02-01T00:00:00.000Z","cancelledAt":"2026-02-01T00:00:00.000Z"}`, string(got.Data))
}

func TestExecutedIntentsCompleteByThemselvesOnlyWhenAsked(t *testing.T) {
	for name, opts := range map[string][]procuretest.Option{"by hand": nil, "by the clock": {procuretest.WithProcessingTime(time.Hour)}} {
		t.Run(name, func(t *testing.T) {
			p := start(opts...)
			p.AddIntent(procuretest.Intent{ID: "a"})
			do(t, p, request{method: "POST", uri: intents + "/a/execute"})
			status := func() procure.Status { row, _ := p.Intent("a"); return row.Status }
			p.Advance(time.Hour - time.Second)
			assert.Equal(t, procure.StatusProcessing, status())
			p.Advance(time.Hour)
			if opts == nil {
				assert.Equal(t, procure.StatusProcessing, status())
				p.SetStatus("a", procure.StatusFailed)
				assert.Equal(t, procure.StatusFailed, status())
				return
			}
			row, _ := p.Intent("a")
			assert.Equal(t, procure.StatusCompleted, row.Status)
			assert.Equal(t, now.Add(time.Hour), row.UpdatedAt)
		})
	}
}

func TestAppsDoNotSeeEachOther(t *testing.T) {
	p := start()
	p.AddApp(procuretest.App{ID: "other", Secret: "s"})
	p.AddIntent(procuretest.Intent{ID: "a"})
	assert.Equal(t, 404, do(t, p, request{uri: intents + "/a", app: "other", secret: "s"}).status)
	assert.Contains(t, string(do(t, p, request{uri: intents, app: "other", secret: "s"}).Data), `"items":[],"total":0`)
	assert.Equal(t, 200, do(t, p, request{uri: intents + "/a"}).status)
}

func TestLists(t *testing.T) {
	p := start(procuretest.WithoutLimits())
	for i := range 25 {
		p.AddIntent(procuretest.Intent{ID: fmt.Sprintf("i%02d", i), CreatedAt: now.Add(time.Duration(i) * time.Minute)})
	}
	p.AddIntent(procuretest.Intent{ID: "jd", Platform: procure.JD, UserID: "张三", Status: procure.StatusFailed, Price: decimal.RequireFromString("100.5"),
		CreatedAt: now.Add(-time.Hour), UpdatedAt: now.Add(time.Hour)})
	for query, want := range map[string]string{
		"":                                   "i24 i23 i22 i21 i20 i19 i18 i17 i16 i15 i14 i13 i12 i11 i10 i09 i08 i07 i06 i05 of 26",
		"page=2":                             "i04 i03 i02 i01 i00 jd of 26",
		"page=99&pageSize=100":               " of 26",
		"pageSize=2":                         "i24 i23 of 26",
		"pageSize=2&order=asc":               "jd i00 of 26",
		"status=FAILED":                      "jd of 1",
		"status=DRAFT":                       " of 0",
		"userId=%E5%BC%A0%E4%B8%89":          "jd of 1",
		"platform=JD":                        "jd of 1",
		"sortBy=price&pageSize=1":            "jd of 26",
		"sortBy=price&order=asc&pageSize=1":  "i00 of 26",
		"sortBy=updatedAt&pageSize=1":        "jd of 26",
		"startDate=2026-02-01T00%3A23%3A00Z": "i24 i23 of 2",
		"endDate=2026-02-01&order=asc":       "jd i00 of 2",
		"endDate=2026-01-31T23%3A30%3A00%2B00%3A00": "jd of 1",
	} {
		t.Run(query, func(t *testing.T) {
			uri := intents
			if query != "" {
				uri += "?" + query
			}
			got := do(t, p, request{uri: uri})
			var page struct {
				Items []struct{ ID string }
				Total int
			}
			require.NoError(t, json.Unmarshal(got.Data, &page))
			var ids []string
			for _, item := range page.Items {
				ids = append(ids, item.ID)
			}
			assert.Equal(t, want, fmt.Sprintf("%s of %d", strings.Join(ids, " "), page.Total))
		})
	}
	for query, field := range map[string]string{
		"page=0": "page", "page=x": "page", "pageSize=101": "pageSize", "pageSize=0": "pageSize", "status=submitted": "status", "platform=EBAY": "platform",
		"startDate=yesterday": "startDate", "endDate=1": "endDate", "sortBy=title": "sortBy", "order=up": "order", "page=%zz": "query",
	} {
		got := do(t, p, request{uri: intents + "?" + query})
		assert.Equal(t, 40001, got.Code, query)
		assert.Contains(t, string(got.Data), `{"field":"`+field+`"`, query)
	}
}

func TestAPlatformMayCapItsPages(t *testing.T) {
	p := start(procuretest.WithPageCap(2))
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		p.AddIntent(procuretest.Intent{ID: id})
	}
	for query, want := range map[string]string{
		"?page=2&pageSize=100&order=asc": `"c" "d", "total":5,"page":2,"pageSize":2,"totalPages":3}`,
		"?page=3&order=asc":              `"e", "total":5,"page":3,"pageSize":2,"totalPages":3}`,
		"?pageSize=1&order=asc":          `"a", "total":5,"page":1,"pageSize":1,"totalPages":5}`,
	} {
		got := do(t, p, request{uri: intents + query})
		var page struct{ Items []struct{ ID string } }
		require.NoError(t, json.Unmarshal(got.Data, &page))
		var ids []string
		for _, item := range page.Items {
			ids = append(ids, strconv.Quote(item.ID))
		}
		_, counts, _ := strings.Cut(string(got.Data), "],")
		assert.Equal(t, want, strings.Join(ids, " ")+", "+counts, query)
	}
	assert.Equal(t, 400, do(t, p, request{uri: intents + "?pageSize=101"}).status)
}

func TestLimitsHoldInAnySecond(t *testing.T) {
	for name, tc := range map[string]struct {
		request request
		most    int
	}{
		"create": {request{method: "POST", uri: intents, body: sample}, 10},
		"query":  {request{uri: intents + "/a"}, 100},
		"change": {request{method: "PUT", uri: intents + "/a", body: "{}"}, 20},
	} {
		t.Run(name, func(t *testing.T) {
			p := start()
			p.AddIntent(procuretest.Intent{ID: "a"})
			pass := func(n int) {
				t.Helper()
				for range n {
					require.Less(t, do(t, p, tc.request).status, 300)
				}
			}
			pass(tc.most / 2)
			p.Advance(600 * time.Millisecond)
			pass(tc.most - tc.most/2)
			got := do(t, p, tc.request)
			assert.Equal(t, 429, got.status)
			assert.Equal(t, 42901, got.Code)
			assert.Equal(t, "Too Many Requests", got.Message)
			assert.Empty(t, got.header.Get("Retry-After"))
			p.Advance(400 * time.Millisecond)
			pass(tc.most / 2) // the first half is a second ago
			assert.Equal(t, 429, do(t, p, tc.request).status)
			p.Advance(-2 * time.Minute)
			pass(1) // a clock that was set back does not lock anybody out
		})
	}
	t.Run("all together", func(t *testing.T) {
		p := start()
		p.AddIntent(procuretest.Intent{ID: "a"})
		for range 10 {
			require.Equal(t, 201, do(t, p, request{method: "POST", uri: intents, body: sample}).status)
		}
		for range 90 {
			require.Equal(t, 200, do(t, p, request{uri: intents + "/a"}).status)
		}
		assert.Equal(t, 429, do(t, p, request{uri: intents + "/a"}).status)
		p.AddApp(procuretest.App{ID: "other", Secret: "s"})
		assert.Equal(t, 200, do(t, p, request{uri: intents, app: "other", secret: "s"}).status, "each App for itself")
	})
	t.Run("switched off", func(t *testing.T) {
		p := start(procuretest.WithoutLimits())
		for range 50 {
			require.Equal(t, 201, do(t, p, request{method: "POST", uri: intents, body: sample}).status)
		}
	})
}

func TestSizes(t *testing.T) {
	p := start()
	got := do(t, p, request{method: "POST", uri: intents, body: strings.Repeat(" ", 1<<20+1)})
	assert.Equal(t, 413, got.status)
	assert.Equal(t, 41301, got.Code)
	got = do(t, p, request{method: "POST", uri: intents, body: sample + strings.Repeat(" ", 1<<20-len(sample))})
	assert.Equal(t, 201, got.status)
	long := intents + "?userId=" + strings.Repeat("a", 8192-len("http://example.com"+intents+"?userId="))
	assert.Equal(t, 200, do(t, p, request{uri: long}).status)
	got = do(t, p, request{uri: long + "a"})
	assert.Equal(t, 414, got.status)
	assert.Equal(t, 41401, got.Code)
}

func TestServerHandsOutItsCredentials(t *testing.T) {
	srv := procuretest.NewServer()
	defer srv.Close()
	assert.Equal(t, map[string]string{
		"PROCURE_APP_ID": appID, "PROCURE_APP_SECRET": secret, "PROCURE_BASE_URL": srv.URL, "PROCURE_ENV": "local",
	}, srv.Env())
	assert.Equal(t, srv.URL, srv.Config().BaseURL)
	assert.Equal(t, secret, srv.Config().AppSecret.Reveal())
	srv.AddApp(procuretest.App{ID: "other", Secret: "s"})
	assert.Equal(t, "other", srv.ConfigFor("other").AppID)
	own := procuretest.New(procuretest.WithApp(procuretest.App{ID: "own", Secret: "t"}))
	assert.Equal(t, procuretest.App{ID: "own", Secret: "t"}, own.App(""))
	resp, err := http.Get(srv.URL + "/api/v1/health")
	require.NoError(t, err)
	defer resp.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	assert.Equal(t, 200, resp.StatusCode)
}

func TestClock(t *testing.T) {
	p := procuretest.New(procuretest.WithClock(func() time.Time { return now }))
	p.Advance(time.Hour)
	assert.Equal(t, now.Add(time.Hour), p.Now())
	p.SetNow(now)
	p.Advance(-time.Second)
	assert.Equal(t, now.Add(-time.Second), p.Now())
}

func TestSeeding(t *testing.T) {
	p := start()
	seeded := p.AddIntent(procuretest.Intent{Status: procure.StatusCancelled})
	assert.Equal(t, "intent_1", seeded.ID)
	assert.Equal(t, now, seeded.CancelledAt)
	assert.Equal(t, "99.99", seeded.Price.String())
	stored, found := p.Intent("intent_1")
	assert.True(t, found)
	assert.Equal(t, seeded, stored)
	_, found = p.Intent("none")
	assert.False(t, found)
	p.AddIntent(procuretest.Intent{ID: "intent_2"})
	assert.Equal(t, "intent_3", p.AddIntent(procuretest.Intent{}).ID, "an id that is taken is passed over")
	for name, ask := range map[string]func(){
		"an id twice":          func() { p.AddIntent(procuretest.Intent{ID: "intent_1"}) },
		"an App of nobody":     func() { p.AddIntent(procuretest.Intent{AppID: "none"}) },
		"moving what is not":   func() { p.SetStatus("none", procure.StatusFailed) },
		"an unknown App's key": func() { p.App("none") },
	} {
		t.Run("it refuses "+name, func(t *testing.T) { assert.Panics(t, ask) })
	}
}

func TestRequestsAreRecordedAndPrintNoCredential(t *testing.T) {
	p := start()
	do(t, p, request{uri: intents + "?page=1"})
	do(t, p, request{method: "POST", uri: intents, body: sample, signature: "x"})
	assert.Equal(t, 2, p.RequestCount())
	got := p.Requests()
	require.Len(t, got, 2)
	assert.Equal(t, intents+"?page=1", got[0].RequestURI)
	assert.Equal(t, appID, got[0].Header.Get("X-App-Id"))
	assert.Equal(t, now, got[0].Time)
	assert.Equal(t, sample, string(got[1].Body))
	assert.Equal(t, 401, got[1].Status)
	assert.Equal(t, 40101, got[1].Code)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		text := fmt.Sprintf(verb, got[1])
		assert.Equal(t, fmt.Sprintf("POST request, HTTP 401, code 40101 (4 headers, %d bytes)", len(sample)), text)
	}
}

func TestEveryRequestThatArrivesIsRecorded(t *testing.T) {
	p := start()
	for _, tt := range []struct {
		request      request
		status, code int
	}{
		{request{uri: "/nothing?x=1"}, 404, 40400},
		{request{method: "POST", uri: intents, body: "{}"}, 400, 40001},
		{request{uri: intents, secret: "x"}, 401, 40101},
		{request{uri: intents + "/a%2Fb"}, 404, 40401},
	} {
		do(t, p, tt.request)
		got := p.Requests()
		last := got[len(got)-1]
		assert.Equal(t, tt.request.uri, last.RequestURI)
		assert.Equal(t, tt.status, last.Status)
		assert.Equal(t, tt.code, last.Code)
	}
	for range 10 { // one has passed before, though it was refused
		do(t, p, request{method: "POST", uri: intents, body: sample})
	}
	got := p.Requests()
	require.Len(t, got, 14)
	assert.Equal(t, 201, got[12].Status)
	assert.Equal(t, 429, got[13].Status)
	assert.Equal(t, 42901, got[13].Code)
}

func TestARunningPlatformForgetsOldRequests(t *testing.T) {
	p := start()
	for range 20_001 {
		p.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	}
	assert.Equal(t, 20_001, p.RequestCount())
	assert.Len(t, p.Requests(), 10_001)
}

func TestMiddlewareStandsInFront(t *testing.T) {
	named := func(name string) procuretest.Option {
		return procuretest.WithMiddleware(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Add("X-Seen", name)
				next.ServeHTTP(w, r)
			})
		})
	}
	p := start(named("outer"), named("inner"))
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/health", nil))
	assert.Equal(t, []string{"outer", "inner"}, w.Header().Values("X-Seen"))
}

func TestBodiesThatBreakOff(t *testing.T) {
	p := start()
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodPost, intents, iotest.ErrReader(io.ErrUnexpectedEOF)))
	assert.Equal(t, 401, w.Code)
	r, err := http.NewRequest(http.MethodGet, "/nothing", nil)
	require.NoError(t, err)
	p.ServeHTTP(httptest.NewRecorder(), r)
	assert.Equal(t, "/nothing", p.Requests()[1].RequestURI)
}

// FuzzHandler sends signed requests of any kind: each gets an answer in the envelope.
func FuzzHandler(f *testing.F) {
	f.Add("POST", "", sample)
	f.Add("PUT", "/a", `{"quantity":2}`)
	f.Add("GET", "?page=2&sortBy=price&startDate=2026-02-01", "")
	f.Add("POST", "/a/cancel", "")
	f.Add("POST", "", `{"userId":"u","price":1e999}`)
	f.Fuzz(func(t *testing.T, method, tail, body string) {
		target := intents + tail
		r, err := http.NewRequest(method, "http://example.com"+target, strings.NewReader(body))
		if err != nil {
			t.Skip()
		}
		p := start()
		p.AddIntent(procuretest.Intent{ID: "a"})
		stamp := strconv.FormatInt(now.UnixMilli(), 10)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-App-Id", appID)
		r.Header.Set("X-Timestamp", stamp)
		r.Header.Set("X-Signature", procuretest.Sign(secret, r.Method, r.URL.RequestURI(), stamp, []byte(body)))
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		var envelope struct{ Code *int }
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &envelope))
		require.NotNil(t, envelope.Code)
		assert.Equal(t, w.Code < 300, *envelope.Code == 0)
		assert.NotEqual(t, 401, w.Code)
	})
}
