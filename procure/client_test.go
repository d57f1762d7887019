package procure_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// "Procure API, health check": without credentials.
func TestHealth(t *testing.T) {
	h := start(t)
	h.clock.Advance(90 * time.Second)
	health, err := h.client.Health(t.Context())
	require.NoError(t, err)
	assert.Equal(t, procure.HealthHealthy, health.Status)
	assert.Equal(t, now.Add(90*time.Second).UTC(), health.Timestamp)
	assert.Equal(t, "procure-api", health.Service)
	assert.Equal(t, json.Number("90"), health.Uptime)
	assert.JSONEq(t, `{"status":"healthy","timestamp":"2026-02-01T00:01:30.000Z","service":"procure-api","uptime":90}`, string(health.Raw.Bytes()))
	header := h.Requests()[0].Header
	for _, name := range []string{"X-App-Id", "X-Timestamp", "X-Signature", "Content-Type"} {
		assert.NotContains(t, header, name)
	}
}

// "Procure API, create an intent": the sample of the document.
func TestCreateIntent(t *testing.T) {
	h := start(t)
	intent, err := h.client.CreateIntent(t.Context(), sample)
	require.NoError(t, err)
	assert.Equal(t, "intent_1", intent.ID)
	assert.Equal(t, procure.StatusSubmitted, intent.Status)
	assert.Equal(t, "user_001", intent.UserID.Reveal())
	assert.Equal(t, procure.Taobao, intent.Platform)
	assert.Equal(t, sample.ProductURL, intent.ProductURL.Reveal())
	assert.Equal(t, "测试商品", intent.Title.Reveal())
	assert.Equal(t, "99.99", intent.Price.String())
	assert.EqualValues(t, 1, intent.Quantity)
	assert.Equal(t, "99.99", intent.TotalAmount.String())
	assert.Equal(t, "张三", intent.RecipientName.Reveal())
	assert.Equal(t, "北京市朝阳区", intent.Address.Reveal())
	assert.Equal(t, "13800138000", intent.Phone.Reveal())
	assert.True(t, intent.Remarks.IsZero())
	assert.Equal(t, now.UTC(), intent.CreatedAt)
	assert.Equal(t, now.UTC(), intent.UpdatedAt)
	assert.Nil(t, intent.CancelledAt)
	assert.JSONEq(t, string(h.lastData(t)), string(intent.Raw.Bytes()))

	with := sample
	with.Platform, with.Remarks = procure.PDD, new("<尽快> & 轻放")
	intent, err = h.client.CreateIntent(t.Context(), with)
	require.NoError(t, err)
	assert.Equal(t, "<尽快> & 轻放", intent.Remarks.Reveal())
	assert.Equal(t, procure.PDD, intent.Platform)
	assert.Len(t, h.Intents(), 2)
}

// lastData is what the platform holds of the intent created last, as a list
// answers it.
func (h *harness) lastData(t *testing.T) []byte {
	page, err := h.client.ListIntents(t.Context(), procure.ListIntentsRequest{PageSize: new(1)})
	require.NoError(t, err)
	return page.Items[0].Raw.Bytes()
}

// "Procure API, get an intent".
func TestGetIntent(t *testing.T) {
	h := start(t)
	h.add(procure.StatusProcessing)
	intent, err := h.client.GetIntent(t.Context(), "a")
	require.NoError(t, err)
	assert.Equal(t, procure.StatusProcessing, intent.Status)

	_, err = h.client.GetIntent(t.Context(), "intent_none")
	require.ErrorIs(t, err, transport.ErrNotFound)
	assert.EqualError(t, err, "procure: GetIntent: not found: intent not found (HTTP 404, code 40401, request req_000002)")

	h.AddApp(procuretest.App{ID: "other", Secret: "s"})
	_, err = h.newClient(t, h.ConfigFor("other")).GetIntent(t.Context(), "a")
	require.ErrorIs(t, err, transport.ErrNotFound, "intents of other Apps are not visible")
}

// Ids are escaped once, and signed as they stand on the request line.
func TestIDsOfAllKinds(t *testing.T) {
	h := start(t)
	for i, id := range []string{"intent_67890", "a/b 意", "a b", "a+b", "50%", "%2F", "a?b#c", "a&b=c", "中文😀", "a:b@c", "...", "a//b", "~!*'()"} {
		t.Run(fmt.Sprintf("%d %q", i, id), func(t *testing.T) {
			h.AddIntent(procuretest.Intent{ID: id})
			intent, err := h.client.GetIntent(t.Context(), id)
			require.NoError(t, err)
			assert.Equal(t, id, intent.ID)
			_, err = h.client.UpdateIntent(t.Context(), procure.UpdateIntentRequest{ID: id})
			require.NoError(t, err)
			_, err = h.client.ExecuteIntent(t.Context(), id)
			require.NoError(t, err)
			_, err = h.client.CancelIntent(t.Context(), id)
			require.NoError(t, err)
			require.NoError(t, h.client.DeleteIntent(t.Context(), id))
		})
	}
}

// "Procure API, update an intent": what is not set is not sent.
func TestUpdateIntent(t *testing.T) {
	h := start(t)
	h.AddIntent(procuretest.Intent{ID: "a", Remarks: new("old")})
	for _, tc := range []struct {
		req  procure.UpdateIntentRequest
		body string
	}{
		{procure.UpdateIntentRequest{}, `{}`},
		{procure.UpdateIntentRequest{Quantity: new(int64(2))}, `{"quantity":2}`},
		{procure.UpdateIntentRequest{Remarks: new("")}, `{"remarks":""}`},
		{procure.UpdateIntentRequest{RecipientName: new("李四"), Address: new("上海市浦东新区"), Phone: new("13900139000"), Remarks: new("<b> & c")},
			`{"recipientName":"李四","address":"上海市浦东新区","phone":"13900139000","remarks":"<b> & c"}`},
	} {
		tc.req.ID = "a"
		intent, err := h.client.UpdateIntent(t.Context(), tc.req)
		require.NoError(t, err)
		assert.Equal(t, "a", intent.ID)
		requests := h.faults.Requests()
		assert.Equal(t, tc.body, string(requests[len(requests)-1].Body))
		assert.Equal(t, "PUT", requests[len(requests)-1].Method)
	}
	stored, _ := h.Intent("a")
	assert.EqualValues(t, 2, stored.Quantity)
	assert.Equal(t, "李四", stored.RecipientName)
	assert.Equal(t, "<b> & c", *stored.Remarks)

	h.SetStatus("a", procure.StatusProcessing)
	_, err := h.client.UpdateIntent(t.Context(), procure.UpdateIntentRequest{ID: "a"})
	require.ErrorIs(t, err, transport.ErrConflict)
	require.NotErrorIs(t, err, transport.ErrOutcomeUnknown)
}

// "Procure API, cancel an intent".
func TestCancelIntent(t *testing.T) {
	h := start(t)
	h.add(procure.StatusProcessing)
	intent, err := h.client.CancelIntent(t.Context(), "a")
	require.NoError(t, err)
	assert.Equal(t, procure.StatusCancelled, intent.Status)
	assert.Equal(t, now.UTC(), *intent.CancelledAt)
	assert.False(t, intent.TotalAmount.Valid, "a partial answer")
	assert.False(t, intent.Price.Valid)
	_, err = h.client.CancelIntent(t.Context(), "a")
	require.ErrorIs(t, err, transport.ErrConflict, "without a lost answer it is an error")
	_, err = h.client.CancelIntent(t.Context(), "b")
	require.ErrorIs(t, err, transport.ErrNotFound)
	for _, r := range h.faults.Requests() {
		assert.Empty(t, r.Body)
		assert.NotContains(t, r.Header, "Content-Type")
	}
}

// "Procure API, overview": the route list names DELETE.
func TestDeleteIntent(t *testing.T) {
	h := start(t)
	h.add(procure.StatusCancelled)
	require.NoError(t, h.client.DeleteIntent(t.Context(), "a"))
	assert.Empty(t, h.Intents())
	require.ErrorIs(t, h.client.DeleteIntent(t.Context(), "a"), transport.ErrNotFound, "without a lost answer it is an error")
	h.add(procure.StatusProcessing)
	require.ErrorIs(t, h.client.DeleteIntent(t.Context(), "a"), transport.ErrConflict)
}

// "Procure API, architecture".
func TestExecuteIntent(t *testing.T) {
	h := start(t)
	h.add(procure.StatusSubmitted)
	intent, err := h.client.ExecuteIntent(t.Context(), "a")
	require.NoError(t, err)
	assert.Equal(t, procure.StatusProcessing, intent.Status)
	_, err = h.client.ExecuteIntent(t.Context(), "a")
	require.ErrorIs(t, err, transport.ErrConflict)
}

// "Procure API, environments".
func TestEnvironments(t *testing.T) {
	assert.Equal(t, "https://api.procure-core.com", procure.Production.BaseURL())
	assert.Equal(t, "https://api-test.procure-core.com", procure.Test.BaseURL())
	assert.Equal(t, "http://localhost:3000", procure.Local.BaseURL())
	own := procure.Config{AppID: "app", AppSecret: signing.NewSecret("secret")}
	for name, tc := range map[string]struct {
		environment procure.Environment
		baseURL     string
		want        string
	}{
		"nothing said is the test":      {"", "", "procure client of https://api-test.procure-core.com"},
		"production":                    {procure.Production, "", "procure client of https://api.procure-core.com"},
		"test":                          {procure.Test, "", "procure client of https://api-test.procure-core.com"},
		"local":                         {procure.Local, "", "procure client of http://localhost:3000"},
		"an address outweighs the name": {procure.Test, "https://proxy.example.com/procure", "procure client of https://proxy.example.com/procure"},
	} {
		t.Run(name, func(t *testing.T) {
			config := own
			config.Environment, config.BaseURL = tc.environment, tc.baseURL
			client, err := procure.New(config)
			require.NoError(t, err)
			defer client.Close()
			assert.Equal(t, tc.want, fmt.Sprint(client))
		})
	}
}

// "Procure API, quick start": never in production.
func TestDevelopmentCredentials(t *testing.T) {
	assert.Equal(t, "dev_app_local", procure.DevelopmentCredentials.AppID)
	assert.Equal(t, "dev_secret_local_do_not_use_in_production", procure.DevelopmentCredentials.AppSecret.Reveal())
	assert.Equal(t, procure.Local, procure.DevelopmentCredentials.Environment)
	for name, change := range map[string]func(*procure.Config){
		"by name":       func(c *procure.Config) { c.Environment = procure.Production },
		"by address":    func(c *procure.Config) { c.Environment, c.BaseURL = "", "https://API.procure-core.com:443/" },
		"behind proxy":  func(c *procure.Config) { c.Environment, c.BaseURL = procure.Production, "https://proxy.example.com" },
		"test, aliased": func(c *procure.Config) { c.Environment, c.BaseURL = procure.Test, procure.Production.BaseURL() },
	} {
		t.Run(name, func(t *testing.T) {
			config := procure.DevelopmentCredentials
			change(&config)
			_, err := procure.New(config)
			require.ErrorIs(t, err, transport.ErrInvalid)
			assert.EqualError(t, err, "procure: New: invalid request: app_id must not be the documents' development App ID in production; "+
				"app_secret must not be the documents' development secret in production")
			config.AppID = "own"
			_, err = procure.New(config)
			require.ErrorContains(t, err, "app_secret must not be", "each of the two alone")
		})
	}
	for _, environment := range []procure.Environment{"", procure.Test, procure.Local} {
		config := procure.DevelopmentCredentials
		config.Environment = environment
		client, err := procure.New(config)
		require.NoError(t, err)
		require.NoError(t, client.Close())
	}
}

func TestAnUnknownEnvironmentIsAllThatIsBlamed(t *testing.T) {
	_, err := procure.New(procure.Config{Environment: "staging", AppID: "a", AppSecret: signing.NewSecret("SECRET")})
	require.EqualError(t, err, "procure: New: invalid request: environment must be production, test, local or empty")
}

func TestNewNamesAllThatIsWrong(t *testing.T) {
	_, err := procure.New(procure.Config{Environment: "staging", BaseURL: "api.example.com", AppID: "a b"})
	require.ErrorIs(t, err, transport.ErrInvalid)
	require.EqualError(t, err, "procure: New: invalid request: environment must be production, test, local or empty; "+
		"app_id must be printable ASCII characters without spaces; app_secret must not be empty, nor begin or end with white space; "+
		`base_url must be an absolute URL such as "https://api.example.com"`)
	for name, config := range map[string]procure.Config{
		"a secret with a newline":      {AppID: "a", AppSecret: signing.NewSecret("SECRET\n")},
		"a secret with one inside":     {AppID: "a", AppSecret: signing.NewSecret("SEC\nSECRET")},
		"a secret of no width":         {AppID: "a", AppSecret: signing.NewSecret("SECRET\u200b")},
		"a secret with a mark":         {AppID: "a", AppSecret: signing.NewSecret("\ufeffSECRET")},
		"a secret with a space":        {AppID: "a", AppSecret: signing.NewSecret("SECRET ")},
		"a secret of no UTF-8":         {AppID: "a", AppSecret: signing.NewSecret("SECRET\xff")},
		"an App ID with a newline":     {AppID: "a\n", AppSecret: signing.NewSecret("SECRET")},
		"an App ID of other letters":   {AppID: "应用", AppSecret: signing.NewSecret("SECRET")},
		"no TLS":                       {AppID: "a", AppSecret: signing.NewSecret("SECRET"), BaseURL: "http://api.example.com"},
		"a base URL that is no URL":    {AppID: "a", AppSecret: signing.NewSecret("SECRET"), BaseURL: "://"},
		"an environment in upper case": {AppID: "a", AppSecret: signing.NewSecret("SECRET"), Environment: "TEST"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := procure.New(config)
			require.ErrorIs(t, err, transport.ErrInvalid)
			assert.NotContains(t, err.Error(), "SECRET")
		})
	}
	_, err = procure.New(procure.Config{AppID: "a", AppSecret: signing.NewSecret("SEC\u200bRET")})
	require.EqualError(t, err, "procure: New: invalid request: app_secret must hold no line break and no character that cannot be seen")
}

func TestConfigFromEnv(t *testing.T) {
	h := start(t)
	env := h.Env()
	client, err := procure.New(procure.ConfigFromEnv(func(name string) string { return env[name] }))
	require.NoError(t, err)
	defer client.Close()
	_, err = client.ListIntents(t.Context(), procure.ListIntentsRequest{})
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"PROCURE_APP_ID", "PROCURE_APP_SECRET", "PROCURE_BASE_URL", "PROCURE_ENV"}, slices.Collect(maps.Keys(env)))
}

// "Procure API, security": TLS 1.3.
func TestTLS13IsTheLeast(t *testing.T) {
	var mu sync.Mutex
	var offered [][]uint16
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			mu.Lock()
			defer mu.Unlock()
			offered = append(offered, hello.SupportedVersions)
			return nil, nil //nolint:nilnil // which crypto/tls wants for "as it is"
		},
	}
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // the handshakes that fail
	server.StartTLS()
	defer server.Close()
	config := procure.DevelopmentCredentials
	config.BaseURL = server.URL
	client, err := procure.New(config)
	require.NoError(t, err)
	defer client.Close()
	_, err = client.Health(t.Context(), transport.WithAttempts(1))
	require.ErrorContains(t, err, "certificate", "a certificate that nobody vouches for is refused")
	mu.Lock()
	defer mu.Unlock()
	assert.Equal(t, [][]uint16{{tls.VersionTLS13}}, offered)
}

// "Procure API, common parameters": five minutes.
func TestAClockThatIsOffHealsItself(t *testing.T) {
	for name, off := range map[string]time.Duration{"20 minutes ahead": 20 * time.Minute, "20 minutes behind": -20 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			h.Advance(-off)
			_, err := h.client.CreateIntent(t.Context(), sample)
			require.NoError(t, err)
			assert.Len(t, h.Intents(), 1)
			assert.Len(t, h.faults.Requests(), 2, "one extra request")
			_, err = h.client.GetIntent(t.Context(), "intent_1")
			require.NoError(t, err)
			assert.Len(t, h.faults.Requests(), 3, "and none later")
		})
	}
	t.Run("four minutes pass as they are", func(t *testing.T) {
		h := start(t)
		h.Advance(4 * time.Minute)
		_, err := h.client.ListIntents(t.Context(), procure.ListIntentsRequest{})
		require.NoError(t, err)
		assert.Len(t, h.faults.Requests(), 1)
	})
	t.Run("a wrong secret is not taken for a wrong clock", func(t *testing.T) {
		h := start(t)
		config := h.Config()
		config.AppSecret = signing.NewSecret("another")
		_, err := h.newClient(t, config).CreateIntent(t.Context(), sample)
		require.ErrorIs(t, err, transport.ErrUnauthenticated)
		require.NotErrorIs(t, err, transport.ErrOutcomeUnknown)
		assert.Len(t, h.faults.Requests(), 1)
	})
}

func TestBadInputIsRefusedBeforeSending(t *testing.T) {
	h := start(t)
	long := func(n int) string { return strings.Repeat("长", n) }
	creating := func(change func(*procure.CreateIntentRequest)) func(context.Context) error {
		return func(ctx context.Context) error {
			req := sample
			change(&req)
			_, err := h.client.CreateIntent(ctx, req)
			return err
		}
	}
	updating := func(req procure.UpdateIntentRequest) func(context.Context) error {
		return func(ctx context.Context) error { _, err := h.client.UpdateIntent(ctx, req); return err }
	}
	listing := func(req procure.ListIntentsRequest) func(context.Context) error {
		return func(ctx context.Context) error { _, err := h.client.ListIntents(ctx, req); return err }
	}
	price := func(text string) func(context.Context) error {
		return creating(func(r *procure.CreateIntentRequest) { r.Price = decimal.RequireFromString(text) })
	}
	const (
		prices = "price must be more than 0, at least 0.000001 and below 1e21, with at most 15 significant digits"
		counts = "quantity must be at least 1 and below 2^53"
		ids    = "id must be valid UTF-8, not empty"
		words  = `word of letters, digits, "_" and "-"`
	)
	for name, tc := range map[string]struct {
		call func(context.Context) error
		want string
	}{
		"all of a create at once": {creating(func(r *procure.CreateIntentRequest) { *r = procure.CreateIntentRequest{Remarks: new(long(501))} }),
			"procure: CreateIntent: invalid request: userId must be 1 to 100 characters; platform must be TAOBAO, JD, PDD or another " + words + "; " +
				"productUrl must be an absolute http or https URL without spaces; title must be 1 to 200 characters; " + prices + "; " + counts +
				"; recipientName must be 2 to 50 characters; address must be 5 to 200 characters; phone must be 11 digits; remarks must be 0 to 500 characters"},
		"a long userId":               {creating(func(r *procure.CreateIntentRequest) { r.UserID = long(101) }), "userId must be 1 to 100"},
		"a broken userId":             {creating(func(r *procure.CreateIntentRequest) { r.UserID = "\xff" }), "userId must be valid UTF-8"},
		"broken text in two fields":   {creating(func(r *procure.CreateIntentRequest) { r.Title, r.Remarks = "\xb2\xe2", new("\xff") }), "title must be valid UTF-8; remarks must be valid UTF-8"},
		"a broken page":               {creating(func(r *procure.CreateIntentRequest) { r.ProductURL = "https://a.cn/\xff" }), "productUrl must be valid UTF-8"},
		"a broken name":               {updating(procure.UpdateIntentRequest{ID: "a", RecipientName: new("\xd5\xc5\xc8\xfd")}), "recipientName must be valid UTF-8"},
		"no platform":                 {creating(func(r *procure.CreateIntentRequest) { r.Platform = "" }), "platform must be TAOBAO, JD, PDD or another " + words},
		"a platform of two words":     {creating(func(r *procure.CreateIntentRequest) { r.Platform = "TAO BAO" }), "platform must be"},
		"a platform of no letters":    {creating(func(r *procure.CreateIntentRequest) { r.Platform = "淘宝" }), "platform must be"},
		"a page without scheme":       {creating(func(r *procure.CreateIntentRequest) { r.ProductURL = "item.taobao.com/1" }), "productUrl must be"},
		"a page without host":         {creating(func(r *procure.CreateIntentRequest) { r.ProductURL = "https:///1" }), "productUrl must be"},
		"a page with a space":         {creating(func(r *procure.CreateIntentRequest) { r.ProductURL = "https://a.cn/1 2" }), "productUrl must be"},
		"a page of ftp":               {creating(func(r *procure.CreateIntentRequest) { r.ProductURL = "ftp://a.cn/1" }), "productUrl must be"},
		"a long title":                {creating(func(r *procure.CreateIntentRequest) { r.Title = long(201) }), "title must be 1 to 200"},
		"a price of 0":                {price("0"), prices},
		"a negative price":            {price("-0.01"), prices},
		"a price of 16 digits":        {price("12345678901234.56"), prices},
		"a price too small":           {price("0.0000009"), prices},
		"a price too large":           {price("1e21"), prices},
		"a price of a billion digits": {creating(func(r *procure.CreateIntentRequest) { r.Price = decimal.New(1, 1<<30) }), prices},
		"a price of no digits":        {creating(func(r *procure.CreateIntentRequest) { r.Price = decimal.New(1, -1<<31) }), prices},
		"a quantity of 0":             {creating(func(r *procure.CreateIntentRequest) { r.Quantity = 0 }), counts},
		"a quantity beyond JSON":      {creating(func(r *procure.CreateIntentRequest) { r.Quantity = 1 << 53 }), counts},
		"a short recipientName":       {creating(func(r *procure.CreateIntentRequest) { r.RecipientName = "张" }), "recipientName must be 2 to 50"},
		"a long recipientName":        {creating(func(r *procure.CreateIntentRequest) { r.RecipientName = long(51) }), "recipientName must be 2 to 50"},
		"a short address":             {creating(func(r *procure.CreateIntentRequest) { r.Address = long(4) }), "address must be 5 to 200"},
		"a long address":              {creating(func(r *procure.CreateIntentRequest) { r.Address = long(201) }), "address must be 5 to 200"},
		"a short phone":               {creating(func(r *procure.CreateIntentRequest) { r.Phone = "1380013800" }), "phone must be 11 digits"},
		"a phone with a sign":         {creating(func(r *procure.CreateIntentRequest) { r.Phone = "+8613800138" }), "phone must be 11 digits"},
		"a phone in wide digits":      {creating(func(r *procure.CreateIntentRequest) { r.Phone = "１３８００１３８０００" }), "phone must be 11 digits"},
		"long remarks":                {creating(func(r *procure.CreateIntentRequest) { r.Remarks = new(long(501)) }), "remarks must be 0 to 500"},
		"a body of over 1 MiB":        {creating(func(r *procure.CreateIntentRequest) { r.ProductURL += strings.Repeat("a", 1<<20) }), "body must be at most 1 MiB of JSON"},
		"a body and a field":          {creating(func(r *procure.CreateIntentRequest) { r.Title = long(1 << 20) }), "title must be 1 to 200 characters; body must be at most"},
		"all of an update at once": {updating(procure.UpdateIntentRequest{Quantity: new(int64(0)), RecipientName: new(""), Address: new(""), Phone: new(""), Remarks: new(long(501))}),
			`procure: UpdateIntent: invalid request: id must be valid UTF-8, not empty, without control characters and without a segment "." or ".."; ` + counts +
				"; recipientName must be 2 to 50 characters; address must be 5 to 200 characters; phone must be 11 digits; remarks must be 0 to 500 characters"},
		"all of a list at once": {listing(procure.ListIntentsRequest{Page: new(0), PageSize: new(101), Status: "x y", Platform: "x&y", SortBy: "x\n", Order: "升"}),
			"procure: ListIntents: invalid request: page must be at least 1; pageSize must be 1 to 100; status must be empty or a " + words +
				"; platform must be empty or a " + words + "; sortBy must be empty or a " + words + "; order must be empty or a " + words},
		"a user of no UTF-8":  {listing(procure.ListIntentsRequest{UserID: "\xff"}), "userId must be valid UTF-8"},
		"a page size of 0":    {listing(procure.ListIntentsRequest{PageSize: new(0)}), "pageSize must be 1 to 100"},
		"a URL that is long":  {listing(procure.ListIntentsRequest{UserID: long(1000)}), "url must be at most 8192 characters"},
		"an id that is long":  {func(ctx context.Context) error { _, err := h.client.GetIntent(ctx, long(1000)); return err }, "url must be at most 8192 characters"},
		"an empty id":         {func(ctx context.Context) error { _, err := h.client.GetIntent(ctx, ""); return err }, ids},
		"an id of a dot":      {func(ctx context.Context) error { _, err := h.client.CancelIntent(ctx, "."); return err }, ids},
		"an id that leads up": {func(ctx context.Context) error { return h.client.DeleteIntent(ctx, "a/../b") }, ids},
		"an id of two lines":  {func(ctx context.Context) error { _, err := h.client.ExecuteIntent(ctx, "a\nb"); return err }, ids},
		"a broken id":         {func(ctx context.Context) error { _, err := h.client.GetIntent(ctx, "\xff"); return err }, ids},
		"an id to wait for": {func(ctx context.Context) error {
			_, err := h.client.WaitIntent(ctx, procure.WaitIntentRequest{})
			return err
		}, ids},
		"no context": {func(context.Context) error {
			_, err := h.client.WaitIntent(nil, procure.WaitIntentRequest{ID: "a"}) //nolint:staticcheck // on purpose
			return err
		}, "context must not be nil"},
		"a wait that is wrong in all": {func(ctx context.Context) error {
			_, err := h.client.WaitIntent(ctx, procure.WaitIntentRequest{Interval: -1}, transport.WithAttempts(0))
			return err
		}, `procure: WaitIntent: invalid request: id must be valid UTF-8, not empty, without control characters and without a segment "." or ".."; ` +
			"interval must not be negative; attempts must be at least 1"},
		"a negative interval": {func(ctx context.Context) error {
			_, err := h.client.WaitIntent(ctx, procure.WaitIntentRequest{ID: "a", Interval: -1})
			return err
		}, "interval must not be negative"},
		"an idempotency key": {func(ctx context.Context) error {
			_, err := h.client.CreateIntent(ctx, sample, transport.WithIdempotencyKey("k"))
			return err
		}, "idempotency_key is not available"},
		"reconciling": {func(ctx context.Context) error {
			_, err := h.client.CreateIntent(ctx, sample, transport.WithReconcile())
			return err
		}, "reconcile is not available"},
		"a body of no JSON": {func(ctx context.Context) error {
			return h.client.Do(ctx, transport.Call{Method: "POST", Path: "/api/v1/x", Body: func() {}}, nil)
		}, "body must be encodable as JSON"},
		"a body of broken text": {func(ctx context.Context) error {
			return h.client.Do(ctx, transport.Call{Method: "POST", Path: "/api/v1/x", Body: map[string]any{"name": "\xff"}}, nil)
		}, "name must be valid UTF-8"},
		"raw JSON of broken text": {func(ctx context.Context) error {
			return h.client.Do(ctx, transport.Call{Method: "POST", Path: "/api/v1/x", Body: json.RawMessage("{\"a\":\"\xff\"}")}, nil)
		}, "body must be valid UTF-8"},
		"a body that is a reader": {func(ctx context.Context) error {
			return h.client.Do(ctx, transport.Call{Method: "POST", Path: "/api/v1/x", Body: strings.NewReader("{}")}, nil)
		}, "body must not be a reader"},
		"raw bytes over 1 MiB": {func(ctx context.Context) error {
			return h.client.Do(ctx, transport.Call{Method: "POST", Path: "/api/v1/x", Body: make([]byte, 1<<20+1)}, nil)
		}, "body must be at most"},
		"a header of its own": {func(ctx context.Context) error {
			_, err := h.client.GetIntent(ctx, "a", transport.WithHeader("X-App-Id", "b"))
			return err
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := tc.call(t.Context())
			require.ErrorIs(t, err, transport.ErrInvalid)
			require.NotErrorIs(t, err, transport.ErrOutcomeUnknown)
			assert.ErrorContains(t, err, tc.want)
			assert.NotContains(t, err.Error(), "长")
		})
	}
	assert.Empty(t, h.faults.Requests())
}

// The platform may know more words than its documents: it decides.
func TestWordsThatAreNotDocumentedAreSent(t *testing.T) {
	h := start(t)
	h.faults.Always(transporttest.Status(200, `{"code":0,"data":{"id":"a","status":"SUBMITTED","platform":"DOUYIN","items":[{"id":"a","status":"REFUNDED"}]}}`))
	req := sample
	req.Platform = "DOUYIN"
	intent, err := h.client.CreateIntent(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, procure.Platform("DOUYIN"), intent.Platform)
	page, err := h.client.ListIntents(t.Context(), procure.ListIntentsRequest{Status: "REFUNDED", Platform: "douyin-2", SortBy: "total_amount", Order: "ASC"})
	require.NoError(t, err)
	assert.Equal(t, procure.Status("REFUNDED"), page.Items[0].Status)
	requests := h.faults.Requests()
	assert.Contains(t, string(requests[0].Body), `"platform":"DOUYIN",`)
	assert.Equal(t, "/api/v1/intents?order=ASC&platform=douyin-2&sortBy=total_amount&status=REFUNDED", requests[1].URI)
}

func TestABaseURLThatEndsInTheAPIsPrefixIsRefused(t *testing.T) {
	for _, end := range []string{"/api/v1", "/api/v1/", "/procure/API/v1"} {
		config := procure.Config{AppID: "a", AppSecret: signing.NewSecret("s"), BaseURL: "https://api-test.procure-core.com" + end}
		_, err := procure.New(config)
		require.ErrorIs(t, err, transport.ErrInvalid)
		assert.ErrorContains(t, err, `base_url must not end in "/api/v1", which every call adds: write "https://api-test.procure-core.com`)
	}
}

func TestAClientThatNewDidNotMakeSaysSo(t *testing.T) {
	var client procure.Client
	for name, call := range calls {
		_, err := call(t.Context(), &client)
		require.ErrorIs(t, err, transport.ErrInvalid, name)
		assert.ErrorContains(t, err, "the client was not made by New", name)
	}
	_, err := client.WaitIntent(t.Context(), procure.WaitIntentRequest{ID: "a"})
	require.ErrorContains(t, err, "the client was not made by New")
	for _, err := range client.Intents(t.Context(), procure.ListIntentsRequest{}) {
		require.ErrorContains(t, err, "the client was not made by New")
	}
	require.ErrorContains(t, client.Do(t.Context(), transport.Call{Method: "GET", Path: "/api/v1/x"}, nil), "the client was not made by New")
	assert.Equal(t, "client that was not made by New", fmt.Sprint(&client))
	require.NoError(t, client.Close())
	require.NoError(t, client.Shutdown(t.Context()))
}

func TestShutdownWaitsForCallsUnderWay(t *testing.T) {
	arrived, answer := make(chan struct{}), make(chan struct{})
	config := procure.DevelopmentCredentials
	config.BaseURL = serve(t, func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-answer
		fmt.Fprint(w, `{"code":0,"data":{"id":"a","status":"SUBMITTED"}}`)
	})
	client, err := procure.New(config)
	require.NoError(t, err)
	created := make(chan error, 1)
	go func() {
		_, err := client.CreateIntent(context.Background(), sample)
		created <- err
	}()
	<-arrived
	short, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, client.Shutdown(short), context.DeadlineExceeded)
	_, err = client.GetIntent(t.Context(), "a")
	require.ErrorIs(t, err, transport.ErrClosed)
	close(answer)
	require.NoError(t, client.Shutdown(t.Context()))
	require.NoError(t, <-created)
}

func TestWhatIsJustWithinTheLimitsIsSent(t *testing.T) {
	h := start(t)
	req := procure.CreateIntentRequest{
		UserID:        strings.Repeat("长", 100),
		Platform:      procure.JD,
		ProductURL:    "http://item.jd.com/商品",
		Title:         strings.Repeat("😀", 200),
		Price:         decimal.RequireFromString("0.000001"),
		Quantity:      1<<53 - 1,
		RecipientName: strings.Repeat("长", 50),
		Address:       strings.Repeat("长", 200),
		Phone:         "00000000000",
		Remarks:       new(strings.Repeat("长", 500)),
	}
	intent, err := h.client.CreateIntent(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, "0.000001", intent.Price.String())
	req.RecipientName, req.Address, req.Remarks = "张三", "五个字地址", new("")
	_, err = h.client.CreateIntent(t.Context(), req)
	require.NoError(t, err)
	room := 8192 - len(h.URL+"/api/v1/intents?userId=")
	_, err = h.client.ListIntents(t.Context(), procure.ListIntentsRequest{UserID: strings.Repeat("a", room)})
	require.NoError(t, err)
	_, err = h.client.ListIntents(t.Context(), procure.ListIntentsRequest{UserID: strings.Repeat("a", room+1)})
	require.ErrorIs(t, err, transport.ErrInvalid)
}

// Prices arrive to the last digit, as the shortest number.
func TestPrices(t *testing.T) {
	h := start(t)
	for _, tc := range []struct {
		price decimal.Decimal
		sent  string
	}{
		{decimal.RequireFromString("99.90"), "99.9"},
		{decimal.RequireFromString("100.00"), "100"},
		{decimal.RequireFromString("8999"), "8999"},
		{decimal.RequireFromString("0.01"), "0.01"},
		{decimal.RequireFromString("0.1").Add(decimal.RequireFromString("0.2")), "0.3"},
		{decimal.RequireFromString("1234567890123.45"), "1234567890123.45"},
		{decimal.New(5, 3), "5000"},
		{decimal.RequireFromString("1e20"), "100000000000000000000"},
		{decimal.RequireFromString("0.00000123"), "0.00000123"},
	} {
		t.Run(tc.sent, func(t *testing.T) {
			req := sample
			req.Price = tc.price
			intent, err := h.client.CreateIntent(t.Context(), req)
			require.NoError(t, err)
			requests := h.faults.Requests()
			assert.Contains(t, string(requests[len(requests)-1].Body), `"price":`+tc.sent+`,"quantity":1,`)
			assert.True(t, intent.Price.Equal(tc.price))
		})
	}
}

func TestTheEscapeHatchIsSignedLimitedRetriedAndDecoded(t *testing.T) {
	h := start(t)
	h.add(procure.StatusSubmitted)
	h.faults.Script(transporttest.Status(503, ""))
	var out struct {
		Total int
	}
	call := transport.Call{Operation: "Raw", Method: http.MethodGet, Path: "/api/v1/intents", Query: map[string][]string{"unknown": {"a b"}}}
	require.NoError(t, h.client.Do(t.Context(), call, &out))
	assert.Equal(t, 1, out.Total)
	assert.Len(t, h.faults.Requests(), 2)
	var intent procure.Intent
	require.NoError(t, h.client.Do(t.Context(), transport.Call{Method: http.MethodPut, Path: "/api/v1/intents/a", Body: map[string]any{"remarks": "<a>\u2028"}, Safety: transport.Idempotent}, &intent))
	assert.Equal(t, "<a>\u2028", intent.Remarks.Reveal())
	assert.Equal(t, "{\"remarks\":\"<a>\u2028\"}", string(h.faults.Requests()[2].Body))
	before := h.clock.Waited()
	for range 3 {
		_ = h.client.Do(t.Context(), transport.Call{Method: http.MethodPost, Path: "/api/v1/intents", Body: struct{}{}}, nil)
	}
	assert.Greater(t, h.clock.Waited()-before, 180*time.Millisecond, "counted as creates")
	require.NoError(t, h.client.Do(t.Context(), transport.Call{Method: http.MethodGet, Path: "/api/v1/health", Unsigned: true}, nil))
}

func TestOtherHostsSeeNothing(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the other host was reached") }))
	defer other.Close()
	h := start(t)
	h.faults.Script(transporttest.Redirect(302, other.URL+"/elsewhere?x=1"))
	_, err := h.client.CreateIntent(t.Context(), sample)
	require.ErrorIs(t, err, transport.ErrRedirect)
	require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
	assert.Len(t, h.faults.Requests(), 1)
}

func TestCallsAtTheSameTime(t *testing.T) {
	h := start(t)
	h.add(procure.StatusSubmitted)
	var wg sync.WaitGroup
	for range 8 {
		for _, call := range calls {
			wg.Go(func() { _, _ = call(t.Context(), h.client) })
		}
	}
	wg.Wait()
	created := 0
	for _, row := range h.Intents() {
		if strings.HasPrefix(row.ID, "intent_") {
			created++
		}
	}
	assert.Equal(t, 8, created)
}

// The time in X-Timestamp is Unix time in milliseconds ("Procure API, common
// parameters").
func TestTheTimestampIsInMilliseconds(t *testing.T) {
	h := start(t)
	h.clock.Advance(123 * time.Millisecond)
	_, err := h.client.ListIntents(t.Context(), procure.ListIntentsRequest{})
	require.NoError(t, err)
	assert.Equal(t, strconv.FormatInt(now.UnixMilli()+123, 10), h.faults.Requests()[0].Header.Get("X-Timestamp"))
}
