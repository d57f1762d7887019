package sign

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/pentagate/pentagate/signing"
)

const (
	envSecret      = "PENTAGATE_SECRET"
	keyPlaceholder = "YOUR_KEY"
)

// input is what the flags say, checked.
type input struct {
	provider string
	secret   string
	key      string
	literals signing.Literals
	json     bool
	verify   *string
	request  signing.Request
}

var isMethod = regexp.MustCompile(`^[A-Za-z]+$`).MatchString

var errFlags = errors.New("a flag is unknown or has no value, or a value stands without a flag; see pentagate sign -help")

func flags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "provider", Usage: "codegate, procure or aihuishou"},
		&cli.StringFlag{Name: "secret", Sources: cli.EnvVars(envSecret), Usage: "the secret; - reads it from standard input"},
		&cli.StringFlag{Name: "key", Usage: "api key, App ID or app_id; a placeholder if left out"},
		&cli.StringFlag{Name: "method", Usage: "HTTP method; GET, or POST with a body and for aihuishou"},
		&cli.StringFlag{Name: "path", Usage: "path, with or without ?query"},
		&cli.StringFlag{Name: "query", Usage: "encoded query"},
		&cli.StringFlag{Name: "body", Usage: "the exact body; for aihuishou the JSON object of the parameters"},
		&cli.StringFlag{Name: "timestamp", Usage: "in the platform's form; now if left out"},
		&cli.StringFlag{Name: "literals", Value: "python", Usage: "python or json: how aihuishou's true, false and null are written"},
		&cli.StringFlag{Name: "verify", Usage: "a signature to compare with, and to find the mistake in; needs -timestamp"},
		&cli.BoolFlag{Name: "json", Usage: "print one JSON object"},
	}
}

// read reads the flags and names every one that is wrong, and what is allowed,
// without repeating a value.
func read(cmd *cli.Command, now func() time.Time) (*input, error) {
	if cmd.Args().Present() {
		return nil, errFlags
	}
	in := input{provider: cmd.String("provider"), secret: cmd.String("secret"), key: cmd.String("key"), json: cmd.Bool("json")}
	method, path, query, body := cmd.String("method"), cmd.String("path"), cmd.String("query"), cmd.String("body")
	timestamp, literals := cmd.String("timestamp"), cmd.String("literals")
	if cmd.IsSet("verify") {
		verify := cmd.String("verify")
		in.verify = &verify
	}
	if in.secret == "-" {
		var err error
		if in.secret, err = readSecret(cmd.Reader); err != nil {
			return nil, err
		}
	}
	var wrong []error
	check := func(ok bool, rule string) {
		if !ok {
			wrong = append(wrong, errors.New(rule))
		}
	}
	if literals == "json" {
		in.literals = signing.LiteralsJSON
	}
	if in.key == "" {
		in.key = keyPlaceholder
	}
	if method == "" {
		method = http.MethodGet
		if body != "" || in.provider == "aihuishou" {
			method = http.MethodPost
		}
	}
	if path == "" && in.provider == "aihuishou" {
		path = "/"
	}
	check(in.provider == "codegate" || in.provider == "procure" || in.provider == "aihuishou",
		"-provider must be codegate, procure or aihuishou")
	check(in.secret != "", "the secret is missing: set "+envSecret+", or pass -secret - and the secret on standard input")
	check(isMethod(method), "-method must be letters, such as GET")
	check(strings.HasPrefix(path, "/"), "-path must begin with a slash")
	check(literals == "python" || literals == "json", "-literals must be python or json")
	sent := "X-Timestamp"
	if in.provider == "aihuishou" {
		sent = "timestamp of the body"
	}
	check(in.verify == nil || timestamp != "",
		"-verify needs -timestamp: a signature is made for one time, so pass the "+sent+" that was sent")
	path, pathQuery, found := strings.Cut(path, "?")
	check(!found || query == "", "-query must be left out when -path holds a question mark")
	if found {
		query = pathQuery
	}
	in.request = signing.Request{Method: method, Path: path, RawQuery: query, Body: []byte(body), Time: now()}
	if in.provider == "procure" {
		in.request.RawPath = path
	}
	if timestamp != "" {
		at, err := parseTimestamp(in.provider, timestamp)
		if err != nil {
			wrong = append(wrong, err)
		}
		in.request.Time = at
	}
	return &in, errors.Join(wrong...)
}

// readSecret reads a secret and drops the line break that ends it.
func readSecret(from io.Reader) (string, error) {
	const limit = 4 << 10 // far more than any secret has
	text, err := io.ReadAll(io.LimitReader(from, limit))
	if err != nil {
		return "", fmt.Errorf("the secret cannot be read from standard input: %w", err)
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r"), nil
}

var chinaTime = time.FixedZone("CST", 8*60*60)

// parseTimestamp reads the form that the platform uses. The numbers are
// bounded so that seconds and milliseconds cannot be taken for each other.
func parseTimestamp(provider, text string) (time.Time, error) {
	number, err := strconv.ParseInt(text, 10, 64)
	const limit = 100_000_000_000 // the year 5138 in seconds, 1973 in milliseconds
	switch provider {
	case "codegate":
		if err != nil || number <= 0 || number >= limit {
			return time.Time{}, errors.New("-timestamp must be Unix time in seconds, such as 1704153600")
		}
		return time.Unix(number, 0), nil
	case "procure":
		if err != nil || number < limit || number >= 1000*limit {
			return time.Time{}, errors.New("-timestamp must be Unix time in milliseconds, such as 1704153600000")
		}
		return time.UnixMilli(number), nil
	case "aihuishou":
		t, err := time.ParseInLocation(time.DateTime, text, chinaTime)
		if err != nil || t.Format(time.DateTime) != text {
			return time.Time{}, fmt.Errorf("-timestamp must be of the form yyyy-MM-dd HH:mm:ss in UTC+8, such as %s", time.DateTime)
		}
		return t, nil
	}
	return time.Time{}, errors.New("-timestamp depends on -provider")
}
