package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/pentagate/pentagate/transport"
)

// platform is a fake platform and what a run has to know of it.
type platform struct {
	name    string
	handler http.Handler
	form    form
	// connect opens a client of the platform at an address.
	connect func(ctx context.Context, address string, opts ...transport.Option) (*client, error)
	// ledger counts what the platform has, by reference.
	ledger func() (map[string]int, error)
}

// client is one of the SDK's clients. All clients of a platform have the same
// calls.
type client struct {
	io.Closer
	calls []call
}

// call makes one thing under a reference.
type call struct {
	operation string
	// redeems tells a redemption from a create.
	redeems bool
	// prepare puts at the platform what do needs, nil for nothing.
	prepare func(ref string)
	do      func(ctx context.Context, ref string) error
}

// form is how a platform words answers of its own.
type form struct {
	// answer is the body that goes with a status of 4xx or 5xx.
	answer func(status int) string
	// busy are answers by which the platform may mean that it has not done
	// what it was asked for, and may have done it.
	busy []answer
	// lateTime is the body of a 401 for the request's time, "" if the platform
	// does not look at it.
	lateTime string
	// odd are members of a success that say the same in another way, or
	// nothing, and do not make it any less of a success.
	odd []member
}

type answer struct {
	status int
	body   string
}

// member is a member of an answer by its dotted path, and its value as JSON.
type member struct{ path, value string }

// object writes pairs of names and values as a JSON object.
func object(pairs map[string]any) string {
	b, err := json.Marshal(pairs)
	if err != nil {
		panic(fmt.Sprintf("chaos: %v", err)) // all are texts and numbers of this package
	}
	return string(b)
}
