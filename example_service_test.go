package pentagate_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func service(gateway *providers.Gateway) (http.Handler, error) {
	codes, err := providers.Find[providers.Codes](gateway, "codegate")
	if err != nil {
		return nil, err
	}
	intents, err := providers.Find[providers.Intents](gateway, "procure")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /codes/{code}/redeem", func(w http.ResponseWriter, r *http.Request) {
		code, err := codes.RedeemCode(r.Context(), r.PathValue("code"), r.FormValue("order"))
		answer(w, code.Status, err)
	})
	mux.HandleFunc("POST /intents", func(w http.ResponseWriter, r *http.Request) {
		var req providers.IntentRequest
		if json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&req) != nil {
			answer(w, nil, transport.ErrInvalid)
			return
		}
		intent, err := intents.CreateIntent(r.Context(), req)
		answer(w, providers.Ref{Provider: "procure", ID: intent.ID}, err)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A caller who hangs up must not cut a purchase in half.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 20*time.Second)
		defer cancel()
		mux.ServeHTTP(w, r.WithContext(ctx))
	}), nil
}

func answer(w http.ResponseWriter, result any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		why := failure{status: http.StatusBadGateway} // our credentials, our clock, an answer that makes no sense
		if i := slices.IndexFunc(failures, func(f failure) bool { return errors.Is(err, f.err) }); i >= 0 {
			why = failures[i]
		}
		w.WriteHeader(why.status)
		result = map[string]string{"error": cmp.Or(why.text, http.StatusText(why.status))} // all else is for the log
	}
	_ = json.NewEncoder(w).Encode(result)
}

type failure struct {
	err    error
	status int
	text   string
}

var failures = []failure{
	// First, because it comes with one of the others.
	{transport.ErrOutcomeUnknown, http.StatusGatewayTimeout, "it may have been done: look before trying again"},
	{transport.ErrInvalid, http.StatusBadRequest, ""},
	{transport.ErrNotFound, http.StatusNotFound, ""},
	{transport.ErrConflict, http.StatusConflict, ""},
	{transport.ErrRateLimited, http.StatusTooManyRequests, ""},
	{transport.ErrQuota, http.StatusPaymentRequired, ""},
	// Not 4xx: no rule is known that the shopper has broken, so that they can
	// mend nothing. The code and the message in our log are for us to ask about.
	{transport.ErrRejected, http.StatusBadGateway, "the platform refused it"},
	{transport.ErrUnavailable, http.StatusServiceUnavailable, ""},
	{context.DeadlineExceeded, http.StatusServiceUnavailable, ""},
}

// A service opens its platforms from a YAML file, asks for what they can do,
// and turns their errors into its own, which are alike for all of them.
func Example_service() {
	faults := transporttest.NewFaults(nil)
	codePlatform, shop := codegatetest.NewServer(), procuretest.NewServer(procuretest.WithMiddleware(faults.Wrap))
	defer codePlatform.Close()
	defer shop.Close()
	codePlatform.AddCode(codegatetest.Code{Code: "WELCOME-2026"})
	codePlatform.AddCode(codegatetest.Code{Code: "SUMMER-2026", Disabled: true})
	file := writeConfig(codePlatform, shop)
	defer func() { _ = os.RemoveAll(filepath.Dir(file)) }()

	text, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	var config map[string]map[string]any
	if yaml.Unmarshal(text, &config) != nil {
		log.Fatal("the configuration is not what it should be") // yaml's own words might quote a secret
	}
	gateway, err := providers.OpenGateway(providers.Builtin(), config)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = gateway.Close() }()
	handler, err := service(gateway)
	if err != nil {
		log.Fatal(err)
	}

	post := func(target, body string) {
		r, w := httptest.NewRequestWithContext(context.Background(), http.MethodPost, target, strings.NewReader(body)), httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		text, _ := io.ReadAll(w.Body)
		fmt.Print(w.Code, " ", string(text))
	}
	const intent = `{"user_id": "user_001", "platform": "TAOBAO", "product_url": "https://item.taobao.com/item.htm?id=123456",
		"title": "测试商品", "price": {"amount": "99.99", "currency": "CNY"}, "quantity": 1,
		"recipient_name": "张三", "address": "北京市朝阳区", "phone": "13800138000"}`
	post("/codes/WELCOME-2026/redeem?order=1042", "")
	post("/codes/WELCOME-2026/redeem?order=1043", "")
	post("/codes/SUMMER-2026/redeem?order=1043", "")
	post("/codes/NO-SUCH-CODE/redeem?order=1043", "")
	post("/intents", intent)
	post("/intents", strings.Replace(intent, "13800138000", "138", 1))
	post("/intents", "no JSON")
	faults.Script(transporttest.Status(403, `{"code":40301,"message":"the App has no permission","data":null}`))
	post("/intents", intent)
	faults.Script(transporttest.Status(405, `{"code":40500,"message":"not today","data":null}`))
	post("/intents", intent)
	faults.Script(transporttest.Status(403, "")) // who has said so?
	post("/intents", intent)
	faults.Script(transporttest.DropAfter())
	post("/intents", intent)
	faults.Script(transporttest.RateLimited("", "120"))
	post("/intents", intent)
	post("/intents", intent) // is not sent: the platform asked for a pause

	// Output:
	// 200 "used"
	// 409 {"error":"Conflict"}
	// 409 {"error":"Conflict"}
	// 404 {"error":"Not Found"}
	// 200 "procure:intent_1"
	// 400 {"error":"Bad Request"}
	// 400 {"error":"Bad Request"}
	// 502 {"error":"Bad Gateway"}
	// 502 {"error":"the platform refused it"}
	// 504 {"error":"it may have been done: look before trying again"}
	// 504 {"error":"it may have been done: look before trying again"}
	// 429 {"error":"Too Many Requests"}
	// 429 {"error":"Too Many Requests"}
}

// writeConfig writes the file that a service would come with.
func writeConfig(codes *codegatetest.Server, shop *procuretest.Server) string {
	dir, err := os.MkdirTemp("", "service")
	if err != nil {
		log.Fatal(err)
	}
	code, buy := codes.Env(), shop.Env()
	file := filepath.Join(dir, "platforms.yaml")
	text := fmt.Sprintf(`
codegate:
  base_url: %q
  api_key: %q
  secret: %q
  project_id: %q
procure:
  base_url: %q
  app_id: %q
  app_secret: %q
  attempt_timeout: 10s
`, code["CODEGATE_BASE_URL"], code["CODEGATE_API_KEY"], code["CODEGATE_SECRET"], code["CODEGATE_PROJECT_ID"],
		buy["PROCURE_BASE_URL"], buy["PROCURE_APP_ID"], buy["PROCURE_APP_SECRET"])
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		log.Fatal(err)
	}
	return file
}
