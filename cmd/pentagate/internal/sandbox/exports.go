package sandbox

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/pentagate/pentagate/internal/fakes"
)

// The variables of the sandbox itself.
const (
	envControl = "PENTAGATE_SANDBOX_CONTROL"
	envPID     = "PENTAGATE_SANDBOX_PID"
)

// variables are all that a program needs to find the platforms, and the
// persons that examples/aihuishou wants to be told.
func variables(platforms *fakes.Platforms, control string) map[string]string {
	env := platforms.Env()
	env["AIHUISHOU_USER_NAME"] = "张三"
	env["AIHUISHOU_USER_PHONE"] = "138****6789"
	env["AIHUISHOU_USER_ADDRESS"] = "北京市朝阳区XX街道XX小区"
	env[envControl] = control
	env[envPID] = strconv.Itoa(os.Getpid())
	return env
}

// writeExports writes variables as commands for a POSIX shell.
func writeExports(w io.Writer, env map[string]string) error {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(env)) {
		fmt.Fprintf(&b, "export %s='%s'\n", name, strings.ReplaceAll(env[name], "'", `'\''`))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
