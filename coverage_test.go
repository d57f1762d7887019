package pentagate_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// clientPackages are the packages that docs/coverage.md speaks of.
var clientPackages = []string{"codegate", "procure", "aihuishou", "uumit"}

// surface is what a client package declares.
type surface struct {
	methods map[string]bool // "Client.CreateIntent", also plain functions
	calls   []string        // methods that take a context first
	tests   map[string]bool
}

func surfaceOf(t *testing.T, dir string) surface {
	t.Helper()
	s := surface{methods: make(map[string]bool), tests: make(map[string]bool)}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range parsed.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || !fn.Name.IsExported() {
				continue
			}
			if strings.HasSuffix(file, "_test.go") {
				s.tests[fn.Name.Name] = true
				continue
			}
			name := fn.Name.Name
			if fn.Recv != nil {
				name = receiver(fn.Recv.List[0].Type) + "." + name
			}
			s.methods[name] = true
			if fn.Recv != nil && name != "Client.Shutdown" && name != "DeviceClient.Shutdown" && takesContext(fn) && ast.IsExported(receiver(fn.Recv.List[0].Type)) {
				s.calls = append(s.calls, name)
			}
		}
	}
	return s
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func takesContext(fn *ast.FuncDecl) bool {
	params := fn.Type.Params.List
	if len(params) == 0 {
		return false
	}
	selector, ok := params[0].Type.(*ast.SelectorExpr)
	return ok && selector.Sel.Name == "Context"
}

// TestTheCoverageTableIsTrue holds docs/coverage.md against the code: what it
// names exists, and every call that exists is named.
func TestTheCoverageTableIsTrue(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("docs/coverage.md")
	require.NoError(t, err)
	text := string(b)
	surfaces := make(map[string]surface)
	for _, dir := range clientPackages {
		surfaces[dir] = surfaceOf(t, dir)
	}
	method := regexp.MustCompile("`([a-z]+)\\.([A-Za-z]+\\.[A-Za-z]+)`")
	test := regexp.MustCompile("`((?:Test|Example)[A-Za-z0-9_]*)`")
	rows := 0
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(line, "| ") || len(cells) != 4 || !strings.Contains(cells[0], " /") {
			continue
		}
		rows++
		endpoint, methods := strings.TrimSpace(cells[0]), method.FindAllStringSubmatch(cells[2], -1)
		if strings.HasPrefix(strings.TrimSpace(cells[2]), "none: ") {
			continue
		}
		tests := test.FindAllStringSubmatch(cells[3], -1)
		assert.NotEmpty(t, methods, "%s: no method", endpoint)
		assert.NotEmpty(t, tests, "%s: no test", endpoint)
		for _, m := range methods {
			s, ok := surfaces[m[1]]
			assert.True(t, ok && s.methods[m[2]], "%s: there is no %s.%s", endpoint, m[1], m[2])
			for _, name := range tests {
				assert.True(t, s.tests[name[1]], "%s: %s has no %s", endpoint, m[1], name[1])
			}
		}
	}
	assert.Greater(t, rows, 200)
	for dir, s := range surfaces {
		for _, call := range s.calls {
			assert.Contains(t, text, dir+"."+call, "docs/coverage.md does not name it")
		}
	}
}
