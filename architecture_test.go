package pentagate_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/pentagate/pentagate"

// floors holds the directories at the root and those in internal, the lowest
// floor first. A room may import what lies on lower floors and nothing beside
// it. Its tests may look up, to check a rule through the clients that live by
// it; those of signing may not.
var floors = [][]string{
	{"signing"},
	{"transport"},
	{"internal/leaks"},
	{"codegate", "procure", "aihuishou", "uumit"},
	{"providers"},
	{"internal/fakes"},
	{"cmd", "examples", "internal/chaos"},
}

// onlyIn names the one room that may import a module.
var onlyIn = map[string]string{
	"github.com/go-resty/resty/v2":      "transport",
	"github.com/mitchellh/mapstructure": "providers",
	"github.com/urfave/cli/v3":          "cmd",
}

// forTests are modules that only tests may import.
var forTests = []string{
	"github.com/stretchr/testify",
	"github.com/jarcoal/httpmock",
	"go.uber.org/goleak",
	"pgregory.net/rapid",
}

// breach says which rule an import breaks, "" if none. dir is the importing
// file's directory below the root; inTest tells that the file is a test.
func breach(dir string, inTest bool, imported string) string {
	own, isOwn := strings.CutPrefix(imported, module+"/")
	switch {
	case imported == module:
		return "the root holds documentation only"
	case dir == "." && !inTest:
		return "the root holds documentation only"
	case dir != "." && floor(dir) < 0:
		return room(dir) + " has no floor: give it one in architecture_test.go"
	case isOwn && floor(own) < 0:
		return room(own) + " has no floor: give it one in architecture_test.go"
	case dir != "." && isOwn && floor(own) > floor(dir) && (!inTest || room(dir) == "signing"):
		return room(own) + " lies above " + room(dir)
	case dir != "." && isOwn && floor(own) == floor(dir) && room(own) != room(dir):
		return room(own) + " and " + room(dir) + " know nothing of each other"
	}
	for of, only := range onlyIn {
		if within(imported, of) && room(dir) != only {
			return "only " + only + " imports " + of
		}
	}
	if inTest {
		return ""
	}
	for _, of := range forTests {
		if within(imported, of) {
			return of + " is for tests"
		}
	}
	switch {
	case within(imported, "testing") && room(dir) != ".":
		return "programs embed this: it must not import testing"
	case room(dir) == "signing" && !standard(imported):
		return "signing needs the standard library only"
	case isDouble(dir) && isOwn && room(own) == "signing":
		return "a test double does not share the signing that it checks"
	case isOwn && isDouble(own) && !isDouble(dir) && floor(dir) <= floor("providers"):
		return "test doubles are for tests, for what lies above providers and for each other"
	}
	return ""
}

// room is the first element of a directory, or the first two in internal, whose
// packages have nothing in common.
func room(dir string) string {
	first, rest, _ := strings.Cut(dir, "/")
	if first == "internal" {
		second, _, _ := strings.Cut(rest, "/")
		return path.Join(first, second)
	}
	return first
}

// floor counts from 0; it is -1 for an unknown room.
func floor(dir string) int {
	return slices.IndexFunc(floors, func(rooms []string) bool { return slices.Contains(rooms, room(dir)) })
}

// isDouble tells test doubles by their name, as in net/http/httptest.
func isDouble(dir string) bool { return strings.HasSuffix(path.Base(dir), "test") }

func standard(imported string) bool { return !strings.Contains(room(imported), ".") }

func within(imported, of string) bool {
	return imported == of || strings.HasPrefix(imported, of+"/")
}

func TestImportsRunOneWay(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return enter(file, entry.Name())
		}
		if path.Ext(file) != ".go" {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(file))
		seen[dir] = true
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if why := breach(dir, strings.HasSuffix(file, "_test.go"), imported); why != "" {
				t.Errorf("%s imports %s: %s", file, imported, why)
			}
		}
		return nil
	})
	require.NoError(t, err)
	for _, dir := range []string{".", "signing", "transport", "transport/transporttest", "codegate", "codegate/codegatetest", "examples/codegate"} {
		assert.True(t, seen[dir], "%s was not looked at", dir)
	}
}

// enter skips what the go command skips, and modules of their own.
func enter(dir, name string) error {
	if dir == "." {
		return nil
	}
	if name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

func TestBreachesOfTheImportDirection(t *testing.T) {
	t.Parallel()
	const inTest = true
	for name, tc := range map[string]struct {
		dir      string
		inTest   bool
		imported string
		want     string
	}{
		"signing may import the standard library":         {"signing", false, "crypto/hmac", ""},
		"signing may import nothing else":                 {"signing", false, "golang.org/x/crypto/sha3", "signing needs the standard library only"},
		"tests of signing may import testify":             {"signing", inTest, "github.com/stretchr/testify/require", ""},
		"signing may not import transport":                {"signing", false, module + "/transport", "transport lies above signing"},
		"tests of signing may not either":                 {"signing", inTest, module + "/transport", "transport lies above signing"},
		"transport may import signing":                    {"transport", false, module + "/signing", ""},
		"transport may not import a vendor":               {"transport", false, module + "/codegate", "codegate lies above transport"},
		"tests of transport may look up":                  {"transport", inTest, module + "/codegate/codegatetest", ""},
		"a package below transport is part of the room":   {"transport/redislimit", false, module + "/transport", ""},
		"a vendor may import transport":                   {"codegate", false, module + "/transport", ""},
		"a vendor may import signing":                     {"codegate", false, module + "/signing", ""},
		"a vendor may not import another":                 {"procure", false, module + "/uumit", "uumit and procure know nothing of each other"},
		"a vendor's tests may not import another's fake":  {"procure", inTest, module + "/uumit/uumittest", "uumit and procure know nothing of each other"},
		"a vendor may not import providers":               {"aihuishou", false, module + "/providers", "providers lies above aihuishou"},
		"providers may import a vendor":                   {"providers", false, module + "/uumit", ""},
		"providers may not import examples":               {"providers", false, module + "/examples/gateway", "examples lies above providers"},
		"providers may not import a tool":                 {"providers", false, module + "/cmd/pentagate", "cmd lies above providers"},
		"examples may not import a tool":                  {"examples/gateway", false, module + "/cmd/pentagate", "cmd and examples know nothing of each other"},
		"a tool may import doubles":                       {"cmd/pentagate", false, module + "/transport/transporttest", ""},
		"a tool may import cli":                           {"cmd/pentagate", false, "github.com/urfave/cli/v3", ""},
		"an example may not import cli":                   {"examples/gateway", false, "github.com/urfave/cli/v3", "only cmd imports github.com/urfave/cli/v3"},
		"examples may import all":                         {"examples/codegate", false, module + "/signing", ""},
		"examples may import doubles":                     {"examples/codegate", false, module + "/codegate/codegatetest", ""},
		"nothing may import the root":                     {"examples/codegate", false, module, "the root holds documentation only"},
		"the root may import nothing":                     {".", false, "fmt", "the root holds documentation only"},
		"the root's tests may import all":                 {".", inTest, module + "/codegate/codegatetest", ""},
		"a new room needs a floor":                        {"gateway", false, "fmt", "gateway has no floor: give it one in architecture_test.go"},
		"a new room cannot be imported without one":       {"providers", false, module + "/gateway", "gateway has no floor: give it one in architecture_test.go"},
		"transport may import resty":                      {"transport", false, "github.com/go-resty/resty/v2", ""},
		"a vendor may not import resty":                   {"codegate", false, "github.com/go-resty/resty/v2", "only transport imports github.com/go-resty/resty/v2"},
		"a vendor's tests may not import resty":           {"codegate", inTest, "github.com/go-resty/resty/v2", "only transport imports github.com/go-resty/resty/v2"},
		"a vendor may not import mapstructure":            {"codegate", false, "github.com/mitchellh/mapstructure", "only providers imports github.com/mitchellh/mapstructure"},
		"testify is for tests":                            {"transport", false, "github.com/stretchr/testify/assert", "github.com/stretchr/testify is for tests"},
		"httpmock is for tests":                           {"transport", false, "github.com/jarcoal/httpmock", "github.com/jarcoal/httpmock is for tests"},
		"rapid is for tests":                              {"codegate", false, "pgregory.net/rapid", "pgregory.net/rapid is for tests"},
		"goleak is for tests":                             {"transport", false, "go.uber.org/goleak", "go.uber.org/goleak is for tests"},
		"tests may import httpmock":                       {"codegate", inTest, "github.com/jarcoal/httpmock", ""},
		"a double may import its client":                  {"codegate/codegatetest", false, module + "/codegate", ""},
		"a double may import another of a lower floor":    {"codegate/codegatetest", false, module + "/transport/transporttest", ""},
		"a double may not import testing":                 {"codegate/codegatetest", false, "testing", "programs embed this: it must not import testing"},
		"nor what lies below testing":                     {"transport/transporttest", false, "testing/iotest", "programs embed this: it must not import testing"},
		"nor signing":                                     {"codegate/codegatetest", false, module + "/signing", "a test double does not share the signing that it checks"},
		"a double's tests may import testing":             {"codegate/codegatetest", inTest, "testing", ""},
		"internal programs may import doubles":            {"internal/chaos", false, module + "/codegate/codegatetest", ""},
		"nothing may import internal programs":            {"examples/codegate", false, module + "/internal/chaos", "internal/chaos and examples know nothing of each other"},
		"the fakes together may import doubles":           {"internal/fakes", false, module + "/codegate/codegatetest", ""},
		"examples may import the fakes together":          {"examples/gateway", false, module + "/internal/fakes", ""},
		"providers may not import the fakes together":     {"providers", false, module + "/internal/fakes", "internal/fakes lies above providers"},
		"a new room in internal needs a floor":            {"internal/tools", false, "fmt", "internal/tools has no floor: give it one in architecture_test.go"},
		"a client may not import a double":                {"codegate", false, module + "/codegate/codegatetest", "test doubles are for tests, for what lies above providers and for each other"},
		"providers may not import a double":               {"providers", false, module + "/codegate/codegatetest", "test doubles are for tests, for what lies above providers and for each other"},
		"a client's tests may import doubles":             {"codegate", inTest, module + "/codegate/codegatetest", ""},
		"a name that only begins alike is another module": {"codegate", false, "github.com/go-resty/resty/v20", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tc.want, breach(tc.dir, tc.inTest, tc.imported))
		})
	}
}
