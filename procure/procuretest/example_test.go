package procuretest_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/procure/procuretest"
)

func Example() {
	srv := procuretest.NewServer()
	defer srv.Close()
	seeded := srv.AddIntent(procuretest.Intent{Title: "测试商品"})

	client, err := procure.New(srv.Config())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	srv.SetStatus(seeded.ID, procure.StatusCompleted)
	intent, err := client.GetIntent(context.Background(), seeded.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(intent.ID, intent.Title.Reveal(), intent.Status)

	// Output:
	// intent_1 测试商品 COMPLETED
}

// A middleware may also rewrite the platform's answers, to make them odd: here
// an intent has a member that no document knows.
func ExampleWithMiddleware() {
	rewrite := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			own := httptest.NewRecorder()
			next.ServeHTTP(own, r)
			text := strings.Replace(own.Body.String(), `"quantity":1,`, `"quantity":1,"priority":"high",`, 1)
			for name := range own.Header() {
				w.Header().Set(name, own.Header().Get(name))
			}
			w.Header().Set("Content-Length", strconv.Itoa(len(text)))
			w.WriteHeader(own.Code)
			_, _ = w.Write([]byte(text))
		})
	}
	srv := procuretest.NewServer(procuretest.WithMiddleware(rewrite))
	defer srv.Close()
	seeded := srv.AddIntent(procuretest.Intent{})

	client, err := procure.New(srv.Config())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	intent, err := client.GetIntent(context.Background(), seeded.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(intent.Quantity, strings.Contains(string(intent.Raw.Bytes()), `"priority":"high"`))

	// Output: 1 true
}
