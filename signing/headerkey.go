package signing

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// APIKey authenticates with two fixed headers: a key and the id of whom it
// acts for, such as UUMit's X-Api-Key and X-Platform-User-Id ("UUMit API,
// Authentication"). Nothing of the request is signed.
type APIKey struct {
	opaque
	keyHeader string
	key       Secret
	idHeader  string
	id        string
}

var (
	_ Signer   = (*APIKey)(nil)
	_ Verifier = (*APIKey)(nil)
)

// NewAPIKey takes the names of the two headers and their values. The names are
// sent in Go's canonical spelling.
func NewAPIKey(keyHeader string, key Secret, idHeader, id string) (*APIKey, error) {
	for _, err := range []error{
		checkHeaderName("api key: key header", keyHeader),
		checkHeaderName("api key: id header", idHeader),
		checkHeaderValue("api key: key", key.Reveal()),
		checkHeaderValue("api key: id", id),
	} {
		if err != nil {
			return nil, err
		}
	}
	if strings.EqualFold(keyHeader, idHeader) {
		return nil, fmt.Errorf("%w: api key: key and id need a header each", ErrCredentials)
	}
	keyHeader, idHeader = http.CanonicalHeaderKey(keyHeader), http.CanonicalHeaderKey(idHeader)
	return &APIKey{opaque{"APIKey"}, keyHeader, key, idHeader, id}, nil
}

// Sign sets the two headers.
func (k *APIKey) Sign(_ context.Context, r *Request) error {
	if err := k.check(); err != nil {
		return err
	}
	if err := refuseSet(r.Header, k.keyHeader, k.idHeader); err != nil {
		return err
	}
	if r.Header == nil {
		r.Header = make(http.Header, 2)
	}
	values := &[2]string{k.key.Reveal(), k.id}
	r.Header[k.keyHeader] = values[0:1:1]
	r.Header[k.idHeader] = values[1:2:2]
	return nil
}

// Verify compares both headers in constant time. There is no timestamp, so
// the window plays no part.
func (k *APIKey) Verify(r *Request, _ time.Duration) error {
	if err := k.check(); err != nil {
		return err
	}
	if err := matchHeader(r.Header, k.idHeader, k.id); err != nil {
		return err
	}
	return matchHeader(r.Header, k.keyHeader, k.key.Reveal())
}

func (k *APIKey) check() error {
	if k.key.IsZero() {
		return fmt.Errorf("%w: api key: make the signer with NewAPIKey", ErrCredentials)
	}
	return nil
}
