package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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

func TestWithoutAVariableItSaysWhichAndWhereToGetThem(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "quickstart")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	set := []string{} // nil would be the test's own environment
	for _, missing := range []string{"CODEGATE_BASE_URL", "CODEGATE_API_KEY", "CODEGATE_SECRET", "CODEGATE_PROJECT_ID"} {
		run := exec.CommandContext(t.Context(), program)
		run.Env = set
		set = append(set, missing+"=x")
		out, err := run.CombinedOutput()
		require.Error(t, err)
		assert.Contains(t, string(out), missing+` is not set. To use a fake platform:
	eval "$(go run ./cmd/pentagate sandbox -background)"
	go run ./examples/quickstart
`)
	}
}
