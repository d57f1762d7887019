package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/pentagate/pentagate/signing"
)

const keyPlaceholder = "YOUR_KEY"

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

// parse reads the flags and names every one that is wrong, and what is
// allowed, without repeating a value.
func parse(args []string, stderr io.Writer, now func() time.Time) (*input, error) {
	var in input
	var method, path, query, body, timestamp, literals string
	flags := flag.NewFlagSet("sign", flag.ContinueOnError)
	flags.StringVar(&in.provider, "provider", "", "codegate, procure or aihuishou")
	flags.StringVar(&in.secret, "secret", "", "the secret")
	flags.StringVar(&in.key, "key", "", "api key, App ID or app_id; a placeholder if left out")
	flags.StringVar(&method, "method", "", "HTTP method; GET, or POST with a body and for aihuishou")
	flags.StringVar(&path, "path", "", "path, with or without ?query")
	flags.StringVar(&query, "query", "", "encoded query")
	flags.StringVar(&body, "body", "", "the exact body; for aihuishou the JSON object of the parameters")
	flags.StringVar(&timestamp, "timestamp", "", "in the platform's form; now if left out")
	flags.StringVar(&literals, "literals", "python", "python or json: how aihuishou's true, false and null are written")
	flags.BoolVar(&in.json, "json", false, "print one JSON object")
	flags.Func("verify", "a signature to compare with", func(s string) error { in.verify = &s; return nil })
	// The flag package's own messages repeat what was typed, which may be a
	// secret that stands in the wrong place.
	flags.SetOutput(io.Discard)
	err := flags.Parse(args)
	flags.SetOutput(stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		flags.Usage()
		return nil, flag.ErrHelp
	case err != nil || flags.NArg() > 0:
		flags.Usage()
		return nil, errors.New("a flag is unknown or has no value, or a value stands without a flag; see the list above")
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
	check(in.secret != "", "-secret must not be empty")
	check(isMethod(method), "-method must be letters, such as GET")
	check(strings.HasPrefix(path, "/"), "-path must begin with a slash")
	check(literals == "python" || literals == "json", "-literals must be python or json")
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
