// Command quickstart redeems a code for an order.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/transport"
)

func main() {
	for _, name := range []string{"CODEGATE_BASE_URL", "CODEGATE_API_KEY", "CODEGATE_SECRET", "CODEGATE_PROJECT_ID"} {
		if os.Getenv(name) == "" {
			log.Fatal(name, ` is not set. To use a fake platform:
	eval "$(go run ./cmd/pentagate sandbox -background)"
	go run ./examples/quickstart`)
		}
	}
	client, err := codegate.New(codegate.ConfigFromEnv(os.Getenv))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()

	result, err := client.VerifyCode(ctx, codegate.VerifyCodeRequest{
		Code:       "WELCOME-2026",
		VerifiedBy: "order-1042",
	})
	switch {
	case errors.Is(err, transport.ErrOutcomeUnknown):
		fmt.Println("it may have been redeemed, look before calling again:", err)
	case err != nil:
		fmt.Println("the call failed:", err)
	case !result.Success:
		fmt.Println("not redeemed:", result.ErrorCode)
	default:
		fmt.Println("redeemed")
	}
}
