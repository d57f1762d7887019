package aihuishoutest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
)

// FuzzRequest sends anything, signed where it is an object of texts, so that
// the checks behind the signature are reached.
func FuzzRequest(f *testing.F) {
	for i := range paths {
		f.Add(uint8(i), `{"order_no":"ORD20240828001","logistics_no":"YT20240828001","logistics_company":"圆通快递"}`, false)
		f.Add(uint8(i), `{"valuation_id":"VAL20240828001","user_name":"a","user_phone":"b","user_address":"c","logistics_type":"store"}`, true)
		f.Add(uint8(i), `{"n":1e400,"f":6800.00,"t":true,"z":null,"o":{"a":[1]}}`, true)
	}
	f.Add(uint8(0), "\xff", false)
	documented := []int{200, 400, 401}

	f.Fuzz(func(t *testing.T, path uint8, body string, jsonLiterals bool) {
		opts := []aihuishoutest.Option{aihuishoutest.WithCredentials(appID, secret)}
		if jsonLiterals {
			opts = append(opts, aihuishoutest.WithJSONLiterals())
		}
		p := aihuishoutest.New(opts...)
		p.SetNow(now)
		var params map[string]any
		if json.Unmarshal([]byte(body), &params) == nil && params != nil {
			params["timestamp"] = now.Format(time.DateTime)
			encoded, err := json.Marshal(params)
			if err != nil {
				t.Skip("cannot be sent")
			}
			body = string(encoded)
		}
		r := httptest.NewRequest(http.MethodPost, paths[int(path)%len(paths)], strings.NewReader(body))
		r.Header["Content-Type"] = []string{"application/json;charset=UTF-8"}
		r.Header["X-AppId"] = []string{appID}
		r.Header["X-Sign"] = []string{sign(params)}
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		if !slices.Contains(documented, w.Code) || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%q: status %d, %q", body, w.Code, w.Body)
		}
	})
}
