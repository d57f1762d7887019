package transport_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// A platform of one's own needs a Config: where it is, how it signs, what its
// envelope means, what it allows.
func ExampleNew() {
	faults := transporttest.NewFaults(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"balance":"12.50"}`)
	}))
	server := httptest.NewServer(faults)
	defer server.Close()

	signer, err := signing.NewBearer(signing.StaticToken(signing.NewSecret("t0ken")))
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := transport.New(transport.Config{
		Provider: "bank",
		BaseURL:  server.URL,
		Signer:   signer,
		Limits:   []transport.Limit{{PerSecond: 50, Burst: 5}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	var account struct{ Balance string }
	err = client.Do(context.Background(), transport.Call{Operation: "GetAccount", Method: "GET", Path: "/account"}, &account)
	fmt.Println(account.Balance, err)

	// The answer of a transfer is lost: it ran, but nobody can tell from here.
	faults.Script(transporttest.DropAfter())
	err = client.Do(context.Background(), transport.Call{Operation: "Transfer", Method: "POST", Path: "/transfers", Body: account}, nil)
	fmt.Println(errors.Is(err, transport.ErrOutcomeUnknown), len(faults.Requests()))
	// Output:
	// 12.50 <nil>
	// true 2
}

func ExampleWithInfo() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"balance":"12.50","undocumented":1}`)
	}))
	defer server.Close()
	client, err := transport.New(transport.Config{Provider: "bank", BaseURL: server.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	var info transport.Info
	err = client.Do(context.Background(), transport.Call{Method: "GET", Path: "/account"}, nil, transport.WithInfo(&info))
	fmt.Println(info.Attempts, string(info.Answer.Body), err)
	// Output: 1 {"balance":"12.50","undocumented":1} <nil>
}
