package sign

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVerifyNamesTheDifference(t *testing.T) {
	const secret = "hunter2hunter2"
	codegate := []string{"-provider", "codegate", "-secret", secret, "-path", "/by-code/a b%2Bc", "-query", "b=x y&a=1", "-body", `{"a": 1}`}
	procure := []string{"-provider", "procure", "-secret", secret, "-path", "/i/a%20b?b=2&a=1", "-body", `{"a":"x, y: \"z","b":[1,2]}`}
	aihuishou := []string{"-provider", "aihuishou", "-secret", secret, "-key", "app", "-body", `{"a":true,"b":"2"}`}
	for _, test := range []struct {
		name  string
		args  []string
		text  string // that was signed instead
		key   string // under which, if not the secret
		want  string
		upper bool
	}{
		{name: "codegate in milliseconds", args: codegate, want: "timestamp in milliseconds",
			text: "POST\n/by-code/a b%2Bc\na=1&b=x+y\n" + bodyHash + "\n1704153600000"},
		{name: "codegate with the path as sent", args: codegate, want: "path percent-encoded",
			text: "POST\n/by-code/a%20b%252Bc\na=1&b=x+y\n" + bodyHash + "\n1704153600"},
		{name: "codegate with the path decoded", args: codegate, want: "path percent-decoded",
			text: "POST\n/by-code/a b+c\na=1&b=x+y\n" + bodyHash + "\n1704153600"},
		{name: "codegate with the query unsorted", args: codegate, want: "query in the order given, not sorted",
			text: "POST\n/by-code/a b%2Bc\nb=x y&a=1\n" + bodyHash + "\n1704153600"},
		{name: "codegate with %20", args: codegate, want: "spaces of the query as %20 instead of +",
			text: "POST\n/by-code/a b%2Bc\na=1&b=x%20y\n" + bodyHash + "\n1704153600"},
		{name: "codegate without the query", args: codegate, want: "query left out",
			text: "POST\n/by-code/a b%2Bc\n\n" + bodyHash + "\n1704153600"},
		{name: "codegate with a newline in the secret", args: codegate, want: "secret with a newline after it", key: secret + "\n",
			text: "POST\n/by-code/a b%2Bc\na=1&b=x+y\n" + bodyHash + "\n1704153600"},
		{name: "codegate in upper case", args: codegate, want: "hexadecimal in the other case", upper: true,
			text: "POST\n/by-code/a b%2Bc\na=1&b=x+y\n" + bodyHash + "\n1704153600"},
		{name: "codegate with the body compacted", args: codegate, want: "body without spaces",
			text: "POST\n/by-code/a b%2Bc\na=1&b=x+y\n015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862\n1704153600"},
		{name: "codegate without the body", args: codegate, want: "body left out",
			text: "POST\n/by-code/a b%2Bc\na=1&b=x+y\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n1704153600"},
		{name: "codegate with the body of a GET hashed", args: append(codegate, "-method", "GET"), want: "body signed, also of a GET",
			text: "GET\n/by-code/a b%2Bc\na=1&b=x+y\n" + bodyHash + "\n1704153600"},
		{name: "procure in seconds", args: procure, want: "timestamp in seconds",
			text: `POST/i/a%20b?b=2&a=11704153600{"a":"x, y: \"z","b":[1,2]}`},
		{name: "procure with the path decoded", args: procure, want: "path percent-decoded",
			text: `POST/i/a b?b=2&a=11704153600000{"a":"x, y: \"z","b":[1,2]}`},
		{name: "procure with the path encoded twice", args: procure, want: "path percent-encoded twice",
			text: `POST/i/a%2520b?b=2&a=11704153600000{"a":"x, y: \"z","b":[1,2]}`},
		{name: "procure with the query sorted", args: procure, want: "query sorted",
			text: `POST/i/a%20b?a=1&b=21704153600000{"a":"x, y: \"z","b":[1,2]}`},
		{name: "procure without the query", args: procure, want: "query left out",
			text: `POST/i/a%20b1704153600000{"a":"x, y: \"z","b":[1,2]}`},
		{name: "procure with Python's spaces", args: procure, want: "body with a space after each comma and colon",
			text: `POST/i/a%20b?b=2&a=11704153600000{"a": "x, y: \"z", "b": [1, 2]}`},
		{name: "procure with a space in the secret", args: procure, want: "secret with a space before it", key: " " + secret,
			text: `POST/i/a%20b?b=2&a=11704153600000{"a":"x, y: \"z","b":[1,2]}`},
		{name: "aihuishou with json literals", args: aihuishou, want: "literals as json writes them",
			text: "a=true&b=2&timestamp=2024-01-02 08:00:00"},
		{name: "aihuishou with python literals", args: append(aihuishou, "-literals", "json"), want: "literals as python writes them",
			text: "a=True&b=2&timestamp=2024-01-02 08:00:00"},
		{name: "aihuishou in UTC", args: aihuishou, want: "timestamp in UTC",
			text: "a=True&b=2&timestamp=2024-01-02 00:00:00"},
		{name: "aihuishou with the app_id", args: aihuishou, want: "app_id among the parameters",
			text: "a=True&app_id=app&b=2&timestamp=2024-01-02 08:00:00"},
		{name: "aihuishou in lower case", args: aihuishou, want: "hexadecimal in the other case",
			text: "a=True&b=2&timestamp=2024-01-02 08:00:00"},
		{name: "another secret", args: codegate, key: "hunter3",
			want: "no known mistake leads to it: check the secret, the timestamp and the bytes of the body",
			text: "POST\n/by-code/a b%2Bc\na=1&b=x+y\n" + bodyHash + "\n1704153600"},
	} {
		t.Run(test.name, func(t *testing.T) {
			key := secret
			if test.key != "" {
				key = test.key
			}
			given := signature(test.args[1], key, []string{test.text})
			if test.upper {
				given = strings.ToUpper(given)
			}
			code, stdout, stderr := invoke(append(test.args, "-verify", given, "-json")...)
			assert.Equal(t, 1, code, stderr)
			var s sheet
			require.NoError(t, json.Unmarshal([]byte(stdout), &s))
			assert.Contains(t, s.Differences, test.want)
			assert.False(t, *s.Matches)
			assert.NotContains(t, stdout, secret)
		})
	}
}

// The hash of {"a": 1}, with its space.
const bodyHash = "f9d86028c6e0d64e225186f96acb69338b2c59764df79162107f5c4bb34d1310"

func TestVerifyTellsInWords(t *testing.T) {
	args := []string{"-provider", "procure", "-secret", "hunter2hunter2", "-path", "/p"}
	matching := signature("procure", "hunter2hunter2", []string{"GET/p1704153600000"})

	code, stdout, _ := invoke(append(args, "-verify", matching)...)
	assert.Equal(t, 0, code)
	assert.Contains(t, stdout, "The signature given with -verify matches.\n")

	code, stdout, _ = invoke(append(args, "-verify", strings.ToUpper(matching))...)
	assert.Equal(t, 1, code)
	assert.Contains(t, stdout, "The signature given with -verify does not match.\n  - hexadecimal in the other case\n")

	code, _, _ = invoke(append(args, "-verify", "")...)
	assert.Equal(t, 1, code)
}
