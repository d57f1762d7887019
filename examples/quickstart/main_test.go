package main

import (
	"os"

	"github.com/pentagate/pentagate/codegate/codegatetest"
)

func Example() {
	platform := codegatetest.NewServer()
	defer platform.Close()
	platform.AddCode(codegatetest.Code{Code: "WELCOME-2026"})
	for name, value := range platform.Env() {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}

	main()
	main()

	// Output:
	// redeemed
	// not redeemed: CODE_ALREADY_USED
}
