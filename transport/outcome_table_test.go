package transport_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// outcomeTable is testdata/outcome.json: what a call is worth after the ends
// of its attempts.
type outcomeTable struct {
	// Errors has the class of error of each end, "" for success.
	Errors map[string]string
	// Two has calls of at most two attempts: with Then empty the first one is
	// the last, else each of Then is the end of a second one.
	Two []struct {
		Safety   string
		First    string
		Then     []string
		Attempts int
		Unknown  bool
	}
	// Three has calls of three attempts.
	Three []struct {
		Safety  string
		Ends    []string
		Unknown bool
	}
}

func readOutcomeTable(t *testing.T) outcomeTable {
	t.Helper()
	data, err := os.ReadFile("testdata/outcome.json")
	require.NoError(t, err)
	var table outcomeTable
	require.NoError(t, json.Unmarshal(data, &table))
	return table
}

// errNoConnection is what net/http gives when it could not connect.
var errNoConnection = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}

// endOf returns the fault that gives an attempt the end; the second result is
// false for an attempt that does not leave the machine.
func endOf(end string) (transporttest.Fault, bool) {
	fields := `{"code":1,"fields":["price"]}`
	switch end {
	case "never sent":
		return transporttest.Fault{}, false
	case "lost":
		return transporttest.DropAfter(), true
	case "truncated":
		return transporttest.Truncated(), true
	}
	if status, ok := strings.CutPrefix(end, "page "); ok {
		page := transporttest.HTML()
		page.Status, _ = strconv.Atoi(status)
		return page, true
	}
	status, named, _ := strings.Cut(end, " ")
	code, _ := strconv.Atoi(status)
	switch {
	case named != "":
		return transporttest.Status(code, fields), true
	case code == http.StatusOK:
		return transporttest.Pass(), true
	}
	return transporttest.Status(code, `{"code":1}`), true
}

// envelopeOf reads {"code":1,"fields":["name"]}.
func envelopeOf(a *transport.Answer) ([]byte, *transport.Error) {
	e := transport.StatusError(a.Status)
	if e == nil {
		return a.Body, nil
	}
	var envelope struct{ Fields []string }
	_ = json.Unmarshal(a.Body, &envelope)
	for _, name := range envelope.Fields {
		e.Fields.Check(false, name, "is wrong")
	}
	return nil, e
}

// callWithEnds makes a call whose attempts end so, one after the other.
func callWithEnds(t *testing.T, safety string, ends []string) (attempts int, err error) {
	h := start(t, transport.Config{})
	defer h.server.Close()
	unsent := make([]bool, len(ends))
	for i, end := range ends {
		fault, sent := endOf(end)
		if unsent[i] = !sent; sent {
			h.faults.Script(fault)
		}
	}
	connections := &http.Transport{DisableKeepAlives: true}
	at := 0
	c, newErr := transport.New(transport.Config{Provider: "test", BaseURL: h.server.URL, Interpret: envelopeOf},
		transport.WithClock(h.clock), transport.WithRoundTripper(roundTripperFunc(func(r *http.Request) (*http.Response, error) {
			at++
			if at <= len(unsent) && unsent[at-1] {
				return nil, errNoConnection
			}
			return connections.RoundTrip(r)
		})))
	require.NoError(t, newErr)
	defer c.Close()
	classes := map[string]transport.Safety{
		"read": transport.Read, "keyed": transport.Keyed, "idempotent": transport.Idempotent, "unsafe": transport.Unsafe, "once": transport.Once,
	}
	err = c.Do(t.Context(), post(classes[safety]), nil, transport.WithAttempts(len(ends)))
	return at, err
}

func checkOutcome(t *testing.T, err error, class string, unknown bool) {
	t.Helper()
	for name, sentinel := range sentinels {
		if errors.Is(sentinel, transport.ErrOutcomeUnknown) {
			continue
		}
		assert.Equal(t, name == class, errors.Is(err, sentinel), "%s: %v", name, err)
	}
	assert.Equal(t, unknown, errors.Is(err, transport.ErrOutcomeUnknown), "%v", err)
	assert.Equal(t, class == "", err == nil)
}

func TestTheOutcomeTable(t *testing.T) {
	table := readOutcomeTable(t)
	seen := make(map[string]bool)
	for _, row := range table.Two {
		then := row.Then
		if len(then) == 0 {
			then = []string{""}
		}
		for _, second := range then {
			name := fmt.Sprintf("%s: %s, then %s", row.Safety, row.First, second)
			require.False(t, seen[name], "%s is there twice", name)
			seen[name] = true
			t.Run(name, func(t *testing.T) {
				ends := []string{row.First, second}
				last := second
				if second == "" {
					ends[1], last = "200", row.First // a second attempt would succeed
				}
				attempts, err := callWithEnds(t, row.Safety, ends)
				assert.Equal(t, row.Attempts, attempts)
				class, known := table.Errors[last]
				require.True(t, known, last)
				checkOutcome(t, err, class, row.Unknown)
			})
		}
	}
	for _, row := range table.Three {
		t.Run(row.Safety+": "+strings.Join(row.Ends, ", "), func(t *testing.T) {
			attempts, err := callWithEnds(t, row.Safety, row.Ends)
			assert.Equal(t, 3, attempts)
			checkOutcome(t, err, table.Errors[row.Ends[2]], row.Unknown)
		})
	}
}

var update = flag.Bool("update", false, "write docs/outcomes.md anew")

const outcomesDoc = "../docs/outcomes.md"

// The tables of the documents are those that the tests read.
func TestTheDocumentedOutcomesAreTheTestedOnes(t *testing.T) {
	const begin, end = "<!-- from transport/testdata/outcome.json -->\n", "<!-- end -->\n"
	doc, err := os.ReadFile(outcomesDoc)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(doc), begin)
	require.True(t, found)
	printed, after, found := strings.Cut(rest, end)
	require.True(t, found)
	want := printOutcomes(readOutcomeTable(t))
	if *update {
		require.NoError(t, os.WriteFile(outcomesDoc, []byte(before+begin+want+end+after), 0o600)) //nolint:gosec // the path is a constant
		return
	}
	assert.Equal(t, want, printed, "go test ./transport -run Documented -update writes it")
}

// printOutcomes writes the table of two attempts with alike rows put together,
// and that of three.
func printOutcomes(table outcomeTable) string {
	type verdict struct {
		safety, then string
		unknown      bool
	}
	var order []verdict
	firsts := make(map[verdict][]string)
	for _, row := range table.Two {
		v := verdict{row.Safety, strings.Join(row.Then, ", "), row.Unknown}
		if firsts[v] == nil {
			order = append(order, v)
		}
		firsts[v] = append(firsts[v], row.First)
	}
	var b strings.Builder
	b.WriteString("| safety | first attempt | second attempt | outcome |\n|---|---|---|---|\n")
	for _, v := range order {
		then := v.then
		if then == "" {
			then = "none is made"
		}
		_, _ = fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", v.safety, strings.Join(firsts[v], ", "), then, known(v.unknown))
	}
	b.WriteString("\n| safety | three attempts | outcome |\n|---|---|---|\n")
	for _, row := range table.Three {
		_, _ = fmt.Fprintf(&b, "| %s | %s | %s |\n", row.Safety, strings.Join(row.Ends, ", then "), known(row.Unknown))
	}
	b.WriteString("\n| end of an attempt | error of a call that ends with it |\n|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(table.Errors)) {
		_, _ = fmt.Fprintf(&b, "| %s | %s |\n", name, cmp.Or(table.Errors[name], "none"))
	}
	return b.String()
}

func known(unknown bool) string {
	if unknown {
		return "unknown"
	}
	return "known"
}
