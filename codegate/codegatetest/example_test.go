package codegatetest_test

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pentagate/pentagate/codegate/codegatetest"
)

// The client of package codegate takes srv.Config() and does the signing. Any
// other client can be tested too, as here, by hand.
func Example() {
	srv := codegatetest.NewServer()
	defer srv.Close()
	srv.SetNow(time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC))
	srv.AddCode(codegatetest.Code{Code: "PROMO-2024"})

	config := srv.Config()
	path := "/api/v1/projects/" + config.ProjectID + "/codes/verify"
	body := `{"code":"PROMO-2024","verified_by":"user-7"}`
	timestamp := strconv.FormatInt(srv.Now().Unix(), 10)
	for range 2 {
		req, _ := http.NewRequest(http.MethodPost, config.BaseURL+path, strings.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-API-Key", config.APIKey.Reveal())
		req.Header.Set("X-Timestamp", timestamp)
		req.Header.Set("X-Signature", sign(config.Secret.Reveal(), "POST", path, "", body, timestamp))
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			fmt.Println(err)
			return
		}
		answer, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		fmt.Println(res.StatusCode, strings.Contains(string(answer), `"success":true`))
	}
	code, _ := srv.Code("PROMO-2024")
	fmt.Println(code.Used, *code.VerifiedBy, code.VerifiedAt.Format(time.DateOnly))
	for _, entry := range srv.Verifications() {
		fmt.Printf("%s by %s, reason %q\n", entry.Result, *entry.By, entry.Reason)
	}
	// Output:
	// 200 true
	// 200 false
	// true user-7 2024-01-02
	// success by user-7, reason ""
	// failed by user-7, reason "CODE_ALREADY_USED"
}

// A fault goes in front of the platform: here an answer is lost after the
// code was redeemed.
func ExampleWithMiddleware() {
	loseAnswers := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(discard{http.Header{}}, r)
			panic(http.ErrAbortHandler)
		})
	}
	srv := codegatetest.NewServer(codegatetest.WithMiddleware(loseAnswers))
	defer srv.Close()
	res, err := http.Get(srv.URL + "/api/v1/projects/" + srv.Config().ProjectID)
	if err == nil {
		_ = res.Body.Close()
	}
	fmt.Println(err != nil, srv.Requests()[0].Status)
	// Output: true 422
}

type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}
