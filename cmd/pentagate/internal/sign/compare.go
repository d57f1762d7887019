package sign

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pentagate/pentagate/signing"
)

// compare tells whether given is the signature expected, and else which known
// mistakes lead to it.
func (s *sheet) compare(in *input, given string) {
	matches := given == s.Signature
	s.Matches = &matches
	if matches {
		return
	}
	if strings.EqualFold(given, s.Signature) {
		s.Differences = []string{"hexadecimal in the other case"}
		return
	}
	reached := func(name, signature string) {
		if strings.EqualFold(signature, given) {
			s.Differences = append(s.Differences, name)
		}
	}
	var pieces []string
	for _, part := range s.parts {
		pieces = append(pieces, part.Value)
	}
	if in.provider == "aihuishou" {
		pieces = pieces[:len(pieces)-1] // the secret itself
	}
	for _, secret := range []struct{ name, text string }{
		{"secret with a newline after it", in.secret + "\n"},
		{"secret with a space after it", in.secret + " "},
		{"secret with a space before it", " " + in.secret},
	} {
		reached(secret.name, signature(in.provider, secret.text, pieces))
	}
	with := func(name string, piece int, text string) {
		changed := slices.Clone(pieces)
		changed[piece] = text
		reached(name, signature(in.provider, in.secret, changed))
	}
	switch in.provider {
	case "codegate":
		compareCodeGate(in.request, pieces, with)
	case "procure":
		compareProcure(in.request, with)
	case "aihuishou":
		compareAihuishou(in, pieces, reached)
	}
	slices.Sort(s.Differences)
	if len(s.Differences) == 0 {
		s.Differences = []string{"no known mistake leads to it: check the secret, the timestamp and the bytes of the body"}
	}
}

func compareCodeGate(r signing.Request, pieces []string, with func(name string, piece int, text string)) {
	with("path percent-encoded", 1, (&url.URL{Path: r.Path}).EscapedPath())
	with("path percent-decoded", 1, decode(r.Path))
	with("query in the order given, not sorted", 2, r.RawQuery)
	with("spaces of the query as %20 instead of +", 2, strings.ReplaceAll(pieces[2], "+", "%20"))
	with("query left out", 2, "")
	with("timestamp in milliseconds", 4, strconv.FormatInt(r.Time.UnixMilli(), 10))
	for name, body := range bodies(r.Body) {
		digest := sha256.Sum256([]byte(body))
		with(name, 3, hex.EncodeToString(digest[:]))
	}
}

func compareProcure(r signing.Request, with func(name string, piece int, text string)) {
	query, sorted := "", ""
	if r.RawQuery != "" {
		pairs := strings.Split(r.RawQuery, "&")
		slices.Sort(pairs)
		query, sorted = "?"+r.RawQuery, "?"+strings.Join(pairs, "&")
	}
	with("path percent-encoded twice", 1, (&url.URL{Path: r.Path}).EscapedPath()+query)
	with("path percent-decoded", 1, decode(r.Path)+query)
	with("query sorted", 1, r.Path+sorted)
	with("query left out", 1, r.Path)
	with("timestamp in seconds", 2, strconv.FormatInt(r.Time.Unix(), 10))
	for name, body := range bodies(r.Body) {
		with(name, 3, body)
	}
}

func compareAihuishou(in *input, pieces []string, reached func(name, signature string)) {
	other, name := signing.LiteralsJSON, "literals as json writes them"
	if in.literals == signing.LiteralsJSON {
		other, name = signing.LiteralsPython, "literals as python writes them"
	}
	for name, opts := range map[string][]signing.AihuishouOption{
		name:               {signing.WithLiterals(other)},
		"timestamp in UTC": {signing.WithLiterals(in.literals), signing.WithLocation(time.UTC)},
	} {
		if changed, err := sign(in, opts...); err == nil {
			reached(name, changed.Signature)
		}
	}
	withAppID := append(slices.Clone(pieces), "app_id="+in.key)
	slices.Sort(withAppID)
	reached("app_id among the parameters", signature(in.provider, in.secret, withAppID))
}

// signature signs the pieces of a string to sign, right or wrong.
func signature(provider, secret string, pieces []string) string {
	if provider == "aihuishou" {
		digest := sha256.Sum256([]byte(strings.Join(pieces, "&") + secret))
		return hex.EncodeToString(digest[:])
	}
	separator := ""
	if provider == "codegate" {
		separator = "\n"
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(strings.Join(pieces, separator)))
	return hex.EncodeToString(mac.Sum(nil))
}

// bodies are the body that was given in other spellings.
func bodies(body []byte) map[string]string {
	spellings := map[string]string{
		"body left out":                          "",
		"body signed, also of a GET":             string(body),
		"body with a newline after it":           string(body) + "\n",
		"body without the white space around it": string(bytes.TrimSpace(body)),
	}
	var compact, spaced bytes.Buffer
	if json.Compact(&compact, body) == nil {
		inString, escaped := false, false
		for _, c := range compact.Bytes() {
			spaced.WriteByte(c)
			if !inString && (c == ',' || c == ':') {
				spaced.WriteByte(' ')
			}
			inString = inString != (c == '"' && !escaped)
			escaped = c == '\\' && !escaped
		}
		spellings["body without spaces"] = compact.String()
		spellings["body with a space after each comma and colon"] = spaced.String()
	}
	return spellings
}

func decode(path string) string {
	if decoded, err := url.PathUnescape(path); err == nil {
		return decoded
	}
	return path
}
