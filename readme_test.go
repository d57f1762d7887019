package pentagate_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var readmes = []string{"README.md", "README.zh-CN.md"}

// What a README shows of Go is part of a file that is compiled and run: the
// first block is examples/quickstart, the functions of a service stand in
// example_service_test.go, the others in example_test.go.
func TestGoInTheReadmesIsCompiledAndRun(t *testing.T) {
	t.Parallel()
	quickstart, examples, service := contents(t, "examples/quickstart/main.go"), contents(t, "example_test.go"), contents(t, "example_service_test.go")
	for _, name := range readmes {
		blocks := codeBlocks(contents(t, name), "go")
		require.Len(t, blocks, 5, name)
		assert.Equal(t, quickstart, blocks[0], name)
		for _, block := range blocks[1:] {
			if strings.HasPrefix(block, "func ") {
				assert.Contains(t, service, block, name)
			} else {
				assert.Contains(t, examples, indented(block), name)
			}
		}
	}
}

func TestReadmesAreInStep(t *testing.T) {
	t.Parallel()
	english, chinese := contents(t, readmes[0]), contents(t, readmes[1])
	assert.Equal(t, outline(english), outline(chinese))
	assert.Equal(t, codeBlocks(english, "go"), codeBlocks(chinese, "go"))
	assert.Equal(t, figures(english), figures(chinese))
}

func TestLinksInTheDocumentsLeadSomewhere(t *testing.T) {
	t.Parallel()
	code := regexp.MustCompile("(?ms)^```.*?^```$")
	link := regexp.MustCompile(`\]\(([^)#]+)\)`)
	for _, name := range append([]string{"ARCHITECTURE.md", "CHANGELOG.md"}, readmes...) {
		for _, match := range link.FindAllStringSubmatch(code.ReplaceAllString(contents(t, name), ""), -1) {
			if !strings.HasPrefix(match[1], "https://") {
				_, err := os.Stat(match[1])
				assert.NoError(t, err, name)
			}
		}
	}
}

func contents(t *testing.T, name string) string {
	t.Helper()
	b, err := fs.ReadFile(os.DirFS("."), name)
	require.NoError(t, err)
	return string(b)
}

func codeBlocks(text, language string) []string {
	var blocks []string
	for _, match := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(text, -1) {
		blocks = append(blocks, match[1])
	}
	return blocks
}

func indented(block string) string {
	lines := strings.SplitAfter(block, "\n")
	for i, line := range lines {
		if strings.TrimSpace(line) != "" {
			lines[i] = "\t" + line
		}
	}
	return strings.Join(lines, "")
}

// outline is what a translation keeps: the depth of the headings and the
// number of rows of the tables below them.
func outline(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "#"):
			lines = append(lines, line[:strings.Index(line, " ")])
		case strings.HasPrefix(line, "|"):
			lines = append(lines, strings.Repeat("|", strings.Count(line, "|")))
		}
	}
	return lines
}

// figures are the measured numbers.
func figures(text string) []string {
	var numbers []string
	for _, match := range regexp.MustCompile(`([0-9.]+) ?(?:allocs|次分配|µs)`).FindAllStringSubmatch(text, -1) {
		numbers = append(numbers, match[1])
	}
	return numbers
}
