package uumittest

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// hash is how the platform keeps and looks up keys ("UUMit API,
// Authentication"): that takes the same time however much of a key is right.
func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// caller is who sent a request: its user, and what its calls count against.
type caller struct {
	user  *user
	scope string
}

// authenticate finds the caller, or the answer to one that is not known. With
// both channels in one request the key counts ("UUMit API, Authentication").
func (p *Platform) authenticate(r *http.Request) (caller, *answer) {
	key, token := r.Header.Values("X-Api-Key"), r.Header.Values("Authorization")
	switch {
	case len(key) == 1 && key[0] != "":
		if !p.keys[hash(key[0])] {
			return caller{}, refused(http.StatusUnauthorized, 1006, "invalid api key")
		}
		ids := r.Header.Values("X-Platform-User-Id")
		if len(ids) != 1 || ids[0] == "" {
			return caller{}, refused(http.StatusUnauthorized, 1002, "X-Platform-User-Id is missing")
		}
		u := p.users[ids[0]]
		if u == nil || !u.linked {
			return caller{}, refused(http.StatusForbidden, 1007, "user is not linked to this platform")
		}
		return caller{u, "key " + hash(key[0])}, nil
	case len(token) == 1:
		text, bearer := strings.CutPrefix(token[0], "Bearer ")
		if u := p.tokens[hash(text)]; bearer && u != nil {
			return caller{u, "token " + hash(text)}, nil
		}
	}
	return caller{}, refused(http.StatusUnauthorized, 1002, "credentials are missing or invalid")
}
