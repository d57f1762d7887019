package aihuishoutest_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	appID  = "test_app_id"
	secret = "test_app_secret_0123456789"

	valuation  = "/api/valuation/get"
	create     = "/api/order/create"
	detail     = "/api/order/getDetail"
	trace      = "/api/logistics/getTrace"
	inspection = "/api/order/getInspectionResult"
	settlement = "/api/settlement/get"
	tradeIn    = "/api/tradeIn/create"
)

var (
	paths = []string{valuation, create, detail, trace, inspection, settlement, tradeIn}
	china = time.FixedZone("CST", 8*60*60)
	// now is where the clock of start stands.
	now = time.Date(2024, 8, 28, 15, 30, 0, 0, china)
)

// start runs a server with known credentials on a stopped clock, without the
// limit, which does not pass on it.
func start(t testing.TB, opts ...aihuishoutest.Option) *aihuishoutest.Server {
	t.Helper()
	srv := aihuishoutest.NewServer(append([]aihuishoutest.Option{
		aihuishoutest.WithCredentials(appID, secret),
		aihuishoutest.WithRateLimit(0),
	}, opts...)...)
	t.Cleanup(srv.Close)
	srv.SetNow(now)
	return srv
}

// sign is written from the vendor document alone, for texts.
func sign(params map[string]any) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		value := fmt.Sprint(params[name])
		if value == "true" {
			value = "True"
		}
		pairs = append(pairs, name+"="+value)
	}
	return fmt.Sprintf("%X", sha256.Sum256([]byte(strings.Join(pairs, "&")+secret)))
}

type response struct {
	status int
	header http.Header
	body   string
}

// send sends a body as it is.
func send(t testing.TB, srv *aihuishoutest.Server, path, body string, header map[string]string) response {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, srv.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json;charset=UTF-8")
	for name, value := range header {
		req.Header[name] = []string{value}
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	http.DefaultClient.CloseIdleConnections()
	return response{res.StatusCode, res.Header, string(text)}
}

// call sends signed parameters with the platform's time and returns the answer.
func call(t testing.TB, srv *aihuishoutest.Server, path string, params map[string]any) string {
	t.Helper()
	params = maps.Clone(params)
	if params == nil {
		params = map[string]any{}
	}
	params["timestamp"] = srv.Now().In(china).Format(time.DateTime)
	body, err := json.Marshal(params)
	require.NoError(t, err)
	got := send(t, srv, path, string(body), map[string]string{"X-AppId": appID, "X-Sign": sign(params)})
	assert.Equal(t, 200, got.status)
	return got.body
}

func phone() map[string]any {
	return map[string]any{"device_model": "iPhone 15 Pro", "brand": "Apple", "condition": "good", "functional_status": "normal", "storage": "256GB", "is_original": true}
}

func sale() map[string]any {
	return map[string]any{"valuation_id": "VAL20240828001", "user_name": "张三", "user_phone": "138****6789", "user_address": "北京市朝阳区XX街道XX小区", "logistics_type": "express"}
}

// without returns params with one of them left out.
func without(params map[string]any, name string) map[string]any {
	delete(params, name)
	return params
}

// with returns params with one of them changed.
func with(params map[string]any, name string, value any) map[string]any {
	params[name] = value
	return params
}
