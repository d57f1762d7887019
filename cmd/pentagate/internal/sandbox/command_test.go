package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/urfave/cli/v3"
	"go.uber.org/goleak"

	"github.com/pentagate/pentagate/internal/fakes"
	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/uumit"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		http.DefaultClient.CloseIdleConnections()
		os.Exit(code)
	}))
}

// invoke runs the sub-command by itself.
func invoke(ctx context.Context, stdout, stderr io.Writer, args ...string) error {
	cmd := Command()
	cmd.Writer, cmd.ErrWriter = stdout, stderr
	cmd.ExitErrHandler = func(context.Context, *cli.Command, error) {}
	return cmd.Run(ctx, append([]string{"sandbox"}, args...))
}

// start runs the sandbox in this process until the test ends, and returns its
// variables as they came out.
func start(t *testing.T) map[string]string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- invoke(ctx, writer, io.Discard) }()
	t.Cleanup(func() {
		stop()
		assert.NoError(t, <-ended)
	})
	env := make(map[string]string)
	lines := bufio.NewScanner(reader)
	for env[envPID] == "" || env["UUMIT_USER_ID"] == "" { // the last ones in the alphabet
		require.True(t, lines.Scan())
		name, value, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "export "), "=")
		env[name] = strings.Trim(value, "'")
	}
	return env
}

// The directories of the programs that are built here.
const (
	pentagate = "../.."
	examples  = "../../../../examples"
)

// build compiles programs into a directory.
func build(t *testing.T, programs ...string) string {
	t.Helper()
	dir := t.TempDir()
	args := []string{"build", "-ldflags=-s -w", "-o", dir + string(filepath.Separator)}
	args = append(args, programs...)
	out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput()
	require.NoError(t, err, string(out))
	return dir
}

// One way to sign in is enough, and two are refused. On loopback plain http needs
// no leave.
func TestEveryVariableOfThePlatformsIsExported(t *testing.T) {
	t.Parallel()
	platforms := fakes.Start(fakes.Pace{})
	defer platforms.Close()
	env := variables(platforms, "http://127.0.0.1:1")
	for _, of := range providers.Builtin().Env() {
		for _, v := range of {
			assert.Equal(t, !v.Instead && v.Key != "plain_http", env[v.Name] != "", v.Name)
		}
	}
	assert.Equal(t, "http://127.0.0.1:1", env[envControl])
	assert.Equal(t, strconv.Itoa(os.Getpid()), env[envPID])
}

func TestExportsSurviveTheShell(t *testing.T) {
	t.Parallel()
	const nasty = "it's $HOME `x` \"y\" \\ ; # 张三\nnext"
	var out bytes.Buffer
	require.NoError(t, writeExports(&out, map[string]string{"B": nasty, "A": ""}))
	assert.True(t, strings.HasPrefix(out.String(), "export A=''\nexport B='it'\\''s $HOME"))
	shell := exec.CommandContext(t.Context(), "sh", "-c", out.String()+`printf %s "$B"`)
	got, err := shell.Output()
	require.NoError(t, err)
	assert.Equal(t, nasty, string(got))
}

func TestItEndsByItself(t *testing.T) {
	t.Parallel()
	var out, notes bytes.Buffer
	begin := time.Now()
	require.NoError(t, invoke(t.Context(), &out, &notes, "-for", "100ms"))
	assert.Less(t, time.Since(begin), 10*time.Second)
	assert.Contains(t, out.String(), "\nexport PENTAGATE_SANDBOX_CONTROL='http://127.0.0.1:")
	assert.Equal(t, "The sandbox is running. Put these lines into another shell; end it with Ctrl-C.\n", notes.String())
	for line := range strings.Lines(out.String()) {
		assert.Regexp(t, `^export [A-Z_]+='[^']*'\n$`, line)
	}
}

func TestWrongFlagsAreRefused(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-for", "-1s"}, {"now"}, {"-x"}} {
		var out bytes.Buffer
		require.Error(t, invoke(t.Context(), &out, io.Discard, args...))
		assert.Empty(t, out.String())
	}
}

// The shell goes on while the sandbox runs, and kill ends it.
func TestInTheBackgroundOfAShell(t *testing.T) {
	t.Parallel()
	dir := build(t, pentagate, examples+"/codegate")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	shell := exec.CommandContext(ctx, "sh", "-ec", `eval "$("$1/pentagate" sandbox -background -for 1m)"
"$1/codegate"
echo "$PENTAGATE_SANDBOX_CONTROL"
kill "$PENTAGATE_SANDBOX_PID"`, "sh", dir)
	out, err := shell.CombinedOutput()
	require.NoError(t, err, string(out))
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	assert.Equal(t, `Project "Pentagate sandbox": 7 codes, 5 unused, 1 used, 1 disabled.`, lines[0])
	control := lines[len(lines)-1]
	require.Regexp(t, `^http://127\.0\.0\.1:\d+$`, control)
	assert.Eventually(t, func() bool {
		resp, err := http.Get(control + "/faults")
		if err == nil {
			_ = resp.Body.Close()
		}
		return err != nil
	}, 10*time.Second, 50*time.Millisecond, "it goes on after kill")
}

func TestASellerDeliversWhatABuyerFroze(t *testing.T) {
	t.Parallel()
	env := start(t)
	client, err := uumit.New(uumit.ConfigFromEnv(func(name string) string { return env[name] }))
	require.NoError(t, err)
	defer client.Close()
	offers, err := client.Capabilities.Search(t.Context(), uumit.SearchRequest{Query: "translate a contract"})
	require.NoError(t, err)
	require.NotEmpty(t, offers.Items)
	transaction, err := client.Transactions.Create(t.Context(), uumit.CreateTransactionRequest{CapabilityID: offers.Items[0].ID})
	require.NoError(t, err)
	transaction, err = client.Transactions.Freeze(t.Context(), transaction.ID)
	require.NoError(t, err)
	assert.Equal(t, uumit.TransactionFrozen, transaction.Status)
	id, deadline := transaction.ID, time.Now().Add(10*time.Second)
	for transaction.Status != uumit.TransactionDelivered && time.Now().Before(deadline) {
		time.Sleep(pace.Delivery / 2)
		transaction, err = client.Transactions.Get(t.Context(), id)
		require.NoError(t, err)
	}
	assert.Equal(t, uumit.TransactionDelivered, transaction.Status)
	assert.Contains(t, string(transaction.Raw.Bytes()), `"result_payload":{"text":"Done: Translate a contract"}`)
	transaction, err = client.Transactions.Confirm(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, uumit.TransactionSettled, transaction.Status)
}

// programs are the examples and what they are called with. What moves money
// does so with a flag only.
var programs = map[string][]string{
	"quickstart": nil,
	"codegate":   {"-redeem"},
	"procure":    {"-buy"},
	"aihuishou":  {"-order"},
	"uumit":      {"-buy", "-confirm"},
	"uumit-auth": nil,
	"gateway":    {"-live", examples + "/gateway/shopping.json"},
}

// last are lines that only a run that went well prints.
var last = map[string]string{
	"quickstart": "redeemed\n",
	"codegate":   "Reactivated it: success true.\n",
	"procure":    "It is COMPLETED.\n",
	"aihuishou":  "It is pending_send, of 张…, phone 13….\n",
	"uumit":      "Confirmed, the seller gets 11.25 UT.\n",
	"uumit-auth": "Confirmed: key [redacted] for user ",
	"gateway":    "\nPLATFORM ",
}

func TestEveryExampleRunsAgainstTheSandbox(t *testing.T) {
	t.Parallel()
	mains, err := filepath.Glob(examples + "/*/main.go")
	require.NoError(t, err)
	var names, dirs []string
	for _, file := range mains {
		dirs = append(dirs, filepath.Dir(file))
		names = append(names, filepath.Base(filepath.Dir(file)))
	}
	assert.ElementsMatch(t, slices.Collect(maps.Keys(programs)), names)
	dir := build(t, dirs...)
	env := os.Environ()
	for name, value := range start(t) {
		env = append(env, name+"="+value)
	}
	// All at once, however many processors there are: most of it is waiting.
	outputs, failures := make([]string, len(names)), make([]error, len(names))
	var running sync.WaitGroup
	for i, name := range names {
		running.Go(func() {
			program := exec.CommandContext(t.Context(), filepath.Join(dir, name), programs[name]...)
			program.Env = env
			out, err := program.CombinedOutput()
			outputs[i], failures[i] = string(out), err
		})
	}
	running.Wait()
	for i, name := range names {
		require.NoError(t, failures[i], "%s: %s", name, outputs[i])
		assert.Contains(t, outputs[i], last[name], name)
		assert.NotContains(t, outputs[i], "fake platform", "%s did not look at the environment", name)
	}
}
