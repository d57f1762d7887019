package aihuishoutest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
)

const refused = `{"code":401,"msg":"签名错误或时间戳过期","data":null}`

// The golden signatures were made by an independent implementation of the rules
// in the vendor document.
func TestGoldenSignaturesPass(t *testing.T) {
	data, err := os.ReadFile("testdata/aihuishou.json")
	require.NoError(t, err)
	var golden []struct {
		Name, Literals string
		AppID          string `json:"app_id"`
		AppSecret      string `json:"app_secret"`
		Params         []struct {
			Key, Type string
			Value     json.RawMessage
		}
		Signature string `json:"expected_signature"`
	}
	require.NoError(t, json.Unmarshal(data, &golden))
	require.Len(t, golden, 22)
	for _, c := range golden {
		t.Run(c.Name, func(t *testing.T) {
			opts := []aihuishoutest.Option{aihuishoutest.WithCredentials(c.AppID, c.AppSecret)}
			if c.Literals == "json" {
				opts = append(opts, aihuishoutest.WithJSONLiterals())
			}
			srv := start(t, opts...)
			var members []string
			for _, p := range c.Params {
				key, err := json.Marshal(p.Key)
				require.NoError(t, err)
				members = append(members, string(key)+": "+string(p.Value))
				if p.Key == "timestamp" {
					at, err := time.ParseInLocation(`"`+time.DateTime+`"`, string(p.Value), china)
					require.NoError(t, err)
					srv.SetNow(at)
				}
			}
			body := "{" + strings.Join(members, ", ") + "}"
			want := 200 // also where app_id is a member: what is signed is what is in the body
			if c.Name == "nested_object_and_array_python" {
				want = 401 // no form: as the package comment says
			}
			got := send(t, srv, detail, body, map[string]string{"X-AppId": c.AppID, "X-Sign": c.Signature})
			assert.Equal(t, want, got.status, got.body)

			last := map[bool]string{true: "1", false: "0"}[strings.HasSuffix(c.Signature, "0")]
			got = send(t, srv, detail, body, map[string]string{"X-AppId": c.AppID, "X-Sign": c.Signature[:63] + last})
			assert.Equal(t, 401, got.status)
			assert.Equal(t, refused, got.body)
		})
	}
}

func TestWhatIsNotAuthentic(t *testing.T) {
	srv := start(t)
	good := func() map[string]any { return map[string]any{"order_no": "ORD1", "timestamp": "2024-08-28 15:30:00"} }
	for name, tc := range map[string]struct {
		params map[string]any
		header map[string]string // "" takes one of the two away
		body   string
		want   int
	}{
		"the request as signed":           {params: good(), want: 200},
		"names in lower case":             {params: good(), header: map[string]string{"x-appid": appID, "X-AppId": ""}, want: 200},
		"no app id":                       {params: good(), header: map[string]string{"X-AppId": ""}, want: 401},
		"another app id":                  {params: good(), header: map[string]string{"X-AppId": "another"}, want: 401},
		"no signature":                    {params: good(), header: map[string]string{"X-Sign": ""}, want: 401},
		"a signature in lower case":       {params: good(), header: map[string]string{"X-Sign": strings.ToLower(sign(good()))}, want: 401},
		"a changed value":                 {params: good(), body: `{"order_no":"ORD2","timestamp":"2024-08-28 15:30:00"}`, want: 401},
		"no timestamp":                    {params: map[string]any{"order_no": "ORD1"}, want: 401},
		"a timestamp that is a number":    {params: with(good(), "timestamp", 1724830200), want: 401},
		"a timestamp of another form":     {params: with(good(), "timestamp", "2024-08-28T15:30:00+08:00"), want: 401},
		"five minutes late":               {params: with(good(), "timestamp", "2024-08-28 15:25:00"), want: 200},
		"five minutes early":              {params: with(good(), "timestamp", "2024-08-28 15:35:00"), want: 200},
		"a second more than late":         {params: with(good(), "timestamp", "2024-08-28 15:24:59"), want: 401},
		"a second more than early":        {params: with(good(), "timestamp", "2024-08-28 15:35:01"), want: 401},
		"the time of another zone":        {params: with(good(), "timestamp", "2024-08-28 07:30:00"), want: 401},
		"a list":                          {params: good(), body: `[]`, want: 400},
		"null":                            {params: good(), body: `null`, want: 400},
		"no JSON":                         {params: good(), body: `{`, want: 400},
		"no body":                         {params: good(), body: ` `, want: 400},
		"a form":                          {params: good(), header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, want: 415},
		"no content type":                 {params: good(), header: map[string]string{"Content-Type": ""}, want: 415},
		"JSON without naming its charset": {params: good(), header: map[string]string{"Content-Type": "application/json"}, want: 200},
	} {
		t.Run(name, func(t *testing.T) {
			body, err := json.Marshal(tc.params)
			require.NoError(t, err)
			if tc.body != "" {
				body = []byte(tc.body)
			}
			header := map[string]string{"X-AppId": appID, "X-Sign": sign(tc.params)}
			for key, value := range tc.header {
				header[key] = value
				if value == "" && key != "Content-Type" {
					delete(header, key)
				}
			}
			got := send(t, srv, detail, string(body), header)
			assert.Equal(t, tc.want, got.status, got.body)
			assert.Equal(t, "Wed, 28 Aug 2024 07:30:00 GMT", got.header.Get("Date"))
		})
	}
}

func TestOtherZones(t *testing.T) {
	srv := start(t, aihuishoutest.WithLocation(time.UTC))
	params := map[string]any{"order_no": "ORD1", "timestamp": "2024-08-28 07:30:00"}
	got := send(t, srv, detail, `{"order_no":"ORD1","timestamp":"2024-08-28 07:30:00"}`, map[string]string{"X-AppId": appID, "X-Sign": sign(params)})
	assert.Equal(t, 200, got.status)
}

func TestOtherRequests(t *testing.T) {
	p := aihuishoutest.New(aihuishoutest.WithRateLimit(0))
	answer := func(r *http.Request) int {
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		return w.Code
	}
	for _, path := range paths {
		assert.Equal(t, 405, answer(httptest.NewRequest(http.MethodGet, path, nil)))
	}
	assert.Equal(t, 404, answer(httptest.NewRequest(http.MethodPost, "/api/else", nil)))
	broken := httptest.NewRequest(http.MethodPost, detail, iotest.ErrReader(http.ErrBodyReadAfterClose))
	broken.Header.Set("Content-Type", "application/json")
	assert.Equal(t, 400, answer(broken))
	bare, err := http.NewRequest(http.MethodPost, detail, nil)
	require.NoError(t, err)
	assert.Equal(t, 415, answer(bare))
}
