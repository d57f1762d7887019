package sign

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/pentagate/pentagate/signing"
)

// sheet is what comes out.
type sheet struct {
	StringToSign string            `json:"string_to_sign"`
	Signature    string            `json:"signature"`
	Headers      map[string]string `json:"headers"`
	Body         string            `json:"body"`
	// Matches and Differences answer -verify.
	Matches     *bool    `json:"matches,omitempty"`
	Differences []string `json:"differences,omitempty"`

	parts []signing.Part
}

// pieces are the parts of the string to sign without the secret.
func (s *sheet) pieces(in *input) []string {
	var pieces []string
	for _, part := range s.parts {
		pieces = append(pieces, part.Value)
	}
	if in.provider == "aihuishou" {
		return pieces[:len(pieces)-1]
	}
	return pieces
}

func (s *sheet) writeJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(s)
}

func (s *sheet) writeText(w io.Writer, in *input) error {
	var b strings.Builder
	fmt.Fprintf(&b, "String to sign for %s:\n\n%s\n\nIts parts:\n\n", in.provider, s.StringToSign)
	for _, part := range s.parts {
		fmt.Fprintf(&b, "  %-12s %s\n  %12s (%s)\n", part.Name, part.Value, "", part.Note)
	}
	fmt.Fprintf(&b, "\nSignature:\n\n  %s\n\nHeaders:\n\n", s.Signature)
	for _, name := range slices.Sorted(maps.Keys(s.Headers)) {
		fmt.Fprintf(&b, "  %s: %s\n", name, s.Headers[name])
	}
	if s.Body != "" {
		fmt.Fprintf(&b, "\nBody:\n\n%s\n", s.Body)
	}
	fmt.Fprintf(&b, "\nAs a command, with BASE_URL set:\n\n  %s\n", s.curl(in))
	if s.Matches != nil {
		b.WriteString("\nThe signature given with -verify ")
		if *s.Matches {
			b.WriteString("matches.\n")
		} else {
			b.WriteString("does not match.\n")
		}
		for _, difference := range s.Differences {
			fmt.Fprintf(&b, "  - %s\n", difference)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// curl is a command line that sends the request.
func (s *sheet) curl(in *input) string {
	target := in.request.RawPath
	if target == "" {
		target = (&url.URL{Path: in.request.Path}).EscapedPath()
	}
	if in.request.RawQuery != "" {
		query := in.request.RawQuery
		if in.provider == "codegate" { // its query is signed decoded, so a bare space is fine everywhere but here
			query = strings.ReplaceAll(query, " ", "%20")
		}
		target += "?" + query
	}
	// curl would otherwise expand brackets and remove dots from the path.
	words := []string{"curl", "--globoff", "--path-as-is", "-X", in.request.Method, `"$BASE_URL"` + quote(target)}
	for _, name := range slices.Sorted(maps.Keys(s.Headers)) {
		words = append(words, "-H", quote(name+": "+s.Headers[name]))
	}
	if s.Body != "" {
		contentType := "application/json"
		if in.provider == "aihuishou" {
			contentType = "application/json;charset=UTF-8"
		}
		words = append(words, "-H", quote("Content-Type: "+contentType), "--data-raw", quote(s.Body))
	}
	return strings.Join(words, " ")
}

// quote makes text one word of a POSIX shell.
func quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
