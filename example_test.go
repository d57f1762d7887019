package pentagate_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"time"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// Errors are classed alike for every platform, and keep what the platform said.
func Example_errors() {
	ctx := context.Background()
	platform := codegatetest.NewServer()
	defer platform.Close()
	client, err := codegate.New(platform.Config())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	_, err = client.GetCodeByCode(ctx, "NO-SUCH-CODE")
	switch {
	case errors.Is(err, transport.ErrNotFound):
		fmt.Println("there is no such code")
	case errors.Is(err, transport.ErrUnauthenticated):
		fmt.Println("check the key, the secret and the clock")
	case errors.Is(err, transport.ErrOutcomeUnknown):
		fmt.Println("look before calling again")
	}
	if e, ok := errors.AsType[*transport.Error](err); ok {
		fmt.Println(e.Provider, e.Operation, e.Status, e.Message, e.Attempts)
	}

	// Output:
	// there is no such code
	// codegate GetCodeByCode 404 Code not found 1
}

// The fake platform stands in for the real one, and the faults in front of it
// show how a service deals with a lost answer.
func Example_faults() {
	ctx := context.Background()

	faults := transporttest.NewFaults(nil)
	platform := codegatetest.NewServer(codegatetest.WithMiddleware(faults.Wrap))
	defer platform.Close()
	platform.AddCode(codegatetest.Code{Code: "WELCOME-2026"})
	platform.AddCode(codegatetest.Code{Code: "WELCOME-2027"})

	client, err := codegate.New(platform.Config())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	// The code is redeemed, but the answer is lost on the way.
	faults.Script(transporttest.DropAfter())
	_, err = client.VerifyCode(ctx, codegate.VerifyCodeRequest{Code: "WELCOME-2026", VerifiedBy: "order-1042"})
	fmt.Println(errors.Is(err, transport.ErrOutcomeUnknown))

	// The same, with a look at the code before an answer is given.
	faults.Script(transporttest.DropAfter())
	result, err := client.VerifyCode(ctx, codegate.VerifyCodeRequest{Code: "WELCOME-2027", VerifiedBy: "order-1043"},
		transport.WithReconcile())
	fmt.Println(err, result.Success, result.Reconciled)

	// Output:
	// true
	// <nil> true true
}

// Options are given to a client or to one call.
func Example_options() {
	ctx := context.Background()
	platform := codegatetest.NewServer()
	defer platform.Close()
	config := platform.Config()

	client, err := codegate.New(config,
		transport.WithLogger(slog.New(slog.NewJSONHandler(os.Stderr, nil))),
		transport.WithAttemptTimeout(10*time.Second),
		transport.WithRetry(transport.RetryPolicy{Attempts: 5, MaxDelay: 5 * time.Second}),
		transport.WithLimiter(transport.NewLimiter(nil, transport.Limit{PerSecond: 20, Burst: 5})),
	)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	var info transport.Info
	project, err := client.GetProject(ctx, transport.WithAttempts(1), transport.WithInfo(&info))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(project.Name, info.Attempts, info.Answer.Status)

	// Output:
	// Project 1 200
}
