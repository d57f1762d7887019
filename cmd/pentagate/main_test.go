package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func invoke(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), append([]string{"pentagate"}, args...), strings.NewReader(""), &out, &errs)
	return status, out.String(), errs.String()
}

func TestHelpListsTheCommandsAndTheirFlags(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"-help"}, {"--help"}, {"-h"}, {"help"}} {
		status, stdout, stderr := invoke(t, args...)
		assert.Zero(t, status, args)
		assert.Empty(t, stderr, args)
		assert.Regexp(t, `\n   sign +\w`, stdout, args)
		assert.Regexp(t, `\n   sandbox +\w`, stdout, args)
	}
	_, stdout, _ := invoke(t, "sign", "-help")
	assert.Contains(t, stdout, "--provider string")
	_, stdout, _ = invoke(t, "sandbox", "-help")
	assert.Contains(t, stdout, "--background")
	assert.NotContains(t, stdout, "detached")
}

func TestFlagsTakeOneDashOrTwo(t *testing.T) {
	t.Parallel()
	_, one, _ := invoke(t, "sign", "-provider", "procure", "-secret", "hunter2", "-path", "/p", "-timestamp", "1704153600000")
	_, two, _ := invoke(t, "sign", "--provider=procure", "--secret=hunter2", "--path=/p", "--timestamp=1704153600000")
	assert.Contains(t, one, "GET/p1704153600000")
	assert.Equal(t, one, two)
}

func TestTheExitStatusSaysWhoseMistakeItIs(t *testing.T) {
	t.Parallel()
	sign := []string{"sign", "-provider", "procure", "-secret", "hunter2", "-path", "/p", "-timestamp", "1704153600000"}
	for name, tc := range map[string]struct {
		args   []string
		status int
		stderr string
	}{
		"0 for a signature":                           {sign, 0, ""},
		"1 for a signature that does not match":       {append(sign, "-verify", "00"), 1, ""},
		"2 for a flag that is wrong":                  {append(sign, "-literals", "yaml"), 2, "-literals must be python or json\n"},
		"2 for a flag of a command that is not there": {[]string{"sandbox", "-x"}, 2, "flag provided but not defined: -x\n"},
		"2 for a command that is not there":           {[]string{"hunter2"}, 2, "there is no such command or flag; see pentagate -help\n"},
		"2 for a flag that is not there":              {[]string{"-hunter2", "sign"}, 2, "there is no such command or flag; see pentagate -help\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, _, stderr := invoke(t, tc.args...)
			assert.Equal(t, tc.status, status)
			assert.Equal(t, tc.stderr, stderr)
		})
	}
}
