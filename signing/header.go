package signing

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"strings"
)

// The authentication headers, in the spelling that the signers send.
const (
	// HeaderAPIKey carries CodeGate's api key.
	HeaderAPIKey = "X-Api-Key"
	// HeaderAppID carries Procure's App ID.
	HeaderAppID = "X-App-Id"
	// HeaderTimestamp carries the time of CodeGate and Procure signatures.
	HeaderTimestamp = "X-Timestamp"
	// HeaderSignature carries CodeGate and Procure signatures.
	HeaderSignature = "X-Signature"
	// HeaderAihuishouAppID carries Aihuishou's app_id. It is not Go's
	// canonical spelling: index the header map, since Get does not find it.
	HeaderAihuishouAppID = "X-AppId"
	// HeaderAihuishouSign carries Aihuishou's signature.
	HeaderAihuishouSign = "X-Sign"
)

// refuseSet reports the first of names that h already carries in any spelling.
func refuseSet(h http.Header, names ...string) error {
	for set := range h {
		for _, name := range names {
			if len(set) == len(name) && strings.EqualFold(set, name) {
				return fmt.Errorf("%w: %s is set by the signer alone", ErrHeaderSet, name)
			}
		}
	}
	return nil
}

// headerValue returns the one value of a header in any spelling. Two values
// are refused, since receivers differ in which one they read.
func headerValue(h http.Header, name string) (string, error) {
	var found []string
	for key, values := range h {
		if len(key) == len(name) && strings.EqualFold(key, name) {
			found = append(found, values...)
		}
	}
	switch {
	case len(found) > 1:
		return "", fmt.Errorf("%w: %s has more than one value", ErrRequest, name)
	case len(found) == 0 || found[0] == "":
		return "", fmt.Errorf("%w: %s", ErrMissingHeader, name)
	}
	return found[0], nil
}

// matchHeader compares a header with what it must hold, in constant time.
func matchHeader(h http.Header, name, want string) error {
	got, err := headerValue(h, name)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare([]byte(got), []byte(want)) != 1 {
		return fmt.Errorf("%w: %s", ErrMismatch, name)
	}
	return nil
}

// checkHeaderValue refuses what cannot stand in a header, or would not arrive
// as it was sent.
func checkHeaderValue(field, value string) error {
	if value == "" {
		return fmt.Errorf("%w: %s is empty", ErrCredentials, field)
	}
	for i := range len(value) {
		if value[i] < ' ' || value[i] == 0x7f {
			return fmt.Errorf("%w: %s holds a line break or another control character; only printable characters are allowed",
				ErrCredentials, field)
		}
	}
	if value[0] == ' ' || value[len(value)-1] == ' ' {
		return fmt.Errorf("%w: %s begins or ends with a space, which HTTP cuts off", ErrCredentials, field)
	}
	return nil
}

// checkHeaderName refuses what is not a field name of RFC 9110, section 5.1.
func checkHeaderName(field, name string) error {
	const marks = "!#$%&'*+-.^_`|~"
	for i := range len(name) {
		if c := name[i]; !isAlphanumeric(c) && strings.IndexByte(marks, c) < 0 {
			return fmt.Errorf("%w: %s is not a header name; letters, digits and hyphens are allowed", ErrCredentials, field)
		}
	}
	if name == "" {
		return fmt.Errorf("%w: %s is empty", ErrCredentials, field)
	}
	return nil
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
