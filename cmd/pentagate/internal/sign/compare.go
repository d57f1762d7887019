package sign

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// comparison looks for the mistake that leads to a signature.
type comparison struct {
	in *input
	// pieces are those of the right string to sign, in their order, without the
	// secret.
	pieces []string
	given  [sha256.Size]byte
	// tried keeps what two mistakes have in common from being named twice: the
	// first one is.
	tried map[[sha256.Size]byte]bool
	found []string
}

// compare says whether given is the expected signature, and otherwise which known
// mistakes lead to it.
func (s *sheet) compare(in *input, given string) {
	matches := given == s.Signature
	s.Matches = &matches
	if matches {
		return
	}
	sum, spelling, ok := readSignature(given, strings.ToUpper(s.Signature) == s.Signature)
	if !ok {
		s.Differences = []string{"it is no signature: 64 hexadecimal characters were expected"}
		return
	}
	s.Differences = spelling
	c := &comparison{in: in, pieces: s.pieces(in), given: sum, tried: make(map[[sha256.Size]byte]bool)}
	expected := c.sum(in.secret, c.pieces, "")
	if sum == expected {
		return
	}
	c.tried[expected] = true
	switch in.provider {
	case "codegate":
		c.codeGate()
	case "procure":
		c.procure()
	case "aihuishou":
		c.aihuishou()
	}
	c.anyScheme()
	s.Differences = append(s.Differences, c.found...)
	if len(c.found) == 0 {
		s.Differences = append(s.Differences, "no known mistake leads to it: check the secret, the timestamp and the bytes of the body")
	}
}

// readSignature reads a signature in any encoding, and says how it differs from
// the platform's own, which is hexadecimal in upper or lower case.
func readSignature(given string, upper bool) (sum [sha256.Size]byte, spelling []string, ok bool) {
	text := strings.TrimSpace(given)
	if text != given {
		spelling = append(spelling, "white space around the signature")
	}
	decoded, err := hex.DecodeString(text)
	switch {
	case err != nil:
		spelling = append(spelling, "base64 instead of hexadecimal")
		text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
		decoded, err = base64.RawStdEncoding.DecodeString(text)
	case upper && text != strings.ToUpper(text):
		spelling = append(spelling, "hexadecimal in lower case instead of upper case")
	case !upper && text != strings.ToLower(text):
		spelling = append(spelling, "hexadecimal in upper case instead of lower case")
	}
	if err != nil || len(decoded) != sha256.Size {
		return sum, nil, false
	}
	return [sha256.Size]byte(decoded), spelling, true
}

// try names the mistake if signing these pieces, with something after them,
// leads to the given signature.
func (c *comparison) try(mistake, secret string, pieces []string, after string) {
	sum := c.sum(secret, pieces, after)
	if sum == c.given && !c.tried[sum] {
		c.found = append(c.found, mistake)
	}
	c.tried[sum] = true
}

// with tries another text in the place of one piece.
func (c *comparison) with(mistake string, piece int, text string) {
	changed := slices.Clone(c.pieces)
	changed[piece] = text
	c.try(mistake, c.in.secret, changed, "")
}

// sum signs the pieces of a string to sign, right or wrong.
func (c *comparison) sum(secret string, pieces []string, after string) [sha256.Size]byte {
	if c.in.provider == "aihuishou" {
		return sha256.Sum256([]byte(strings.Join(pieces, "&") + secret + after))
	}
	separator := ""
	if c.in.provider == "codegate" {
		separator = "\n"
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(strings.Join(pieces, separator) + after))
	return [sha256.Size]byte(mac.Sum(nil))
}

// anyScheme tries the mistakes that all schemes share.
func (c *comparison) anyScheme() {
	c.try("secret with a newline after it", c.in.secret+"\n", c.pieces, "")
	c.try("secret with a space after it", c.in.secret+" ", c.pieces, "")
	c.try("secret with a space before it", " "+c.in.secret, c.pieces, "")
	c.try("string to sign with a newline after it", c.in.secret, c.pieces, "\n")
}

// method tries the method in lower case, or in upper case if that is not how it
// was given.
func (c *comparison) method() {
	c.with("method in lower case", 0, strings.ToLower(c.in.request.Method))
	c.with("method in upper case", 0, strings.ToUpper(c.in.request.Method))
}

// around tries the times within a distance of one, in steps. The piece is the
// one that holds the timestamp.
func (c *comparison) around(at time.Time, distance, step time.Duration, piece int, format func(time.Time) string) {
	for later := -distance; later <= distance; later += step {
		signed := at.Add(later)
		off, direction := signed.Sub(c.in.request.Time), "after"
		if off < 0 {
			off, direction = -off, "before"
		}
		text := format(signed)
		stamp := strings.TrimPrefix(text, "timestamp=")
		c.with(fmt.Sprintf("another timestamp: %s, %s %s the one given", stamp, off, direction), piece, text)
	}
}
