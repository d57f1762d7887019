package signing

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

const headerAuthorization = "Authorization"

// TokenSource gives the token for one request. It may fetch or renew it within
// the context, and must be safe for concurrent use. It runs once for every
// signature, so a source that goes to the network keeps its token meanwhile.
type TokenSource func(ctx context.Context) (Secret, error)

// StaticToken returns a source that always gives the same token.
func StaticToken(token Secret) TokenSource {
	return func(context.Context) (Secret, error) { return token, nil }
}

// Bearer authenticates with "Authorization: Bearer" and a token (RFC 6750,
// section 2.1). Nothing of the request is signed.
type Bearer struct {
	opaque
	source TokenSource
}

var _ Signer = (*Bearer)(nil)

// NewBearer takes the source of the token.
func NewBearer(source TokenSource) (*Bearer, error) {
	if source == nil {
		return nil, fmt.Errorf("%w: bearer: token source is nil; pass StaticToken or a function", ErrCredentials)
	}
	return &Bearer{opaque{"Bearer"}, source}, nil
}

// Sign asks the source for a token and sets Authorization. An error of the
// source is wrapped; an empty or unsendable token is [ErrCredentials].
func (b *Bearer) Sign(ctx context.Context, r *Request) error {
	if b.source == nil {
		return fmt.Errorf("%w: bearer: make the signer with NewBearer", ErrCredentials)
	}
	if err := refuseSet(r.Header, headerAuthorization); err != nil {
		return err
	}
	token, err := b.source(ctx)
	if err != nil {
		return fmt.Errorf("signing: bearer token: %w", err)
	}
	text := token.Reveal()
	if err := checkHeaderValue("bearer: token", text); err != nil {
		return err
	}
	if strings.Contains(text, " ") {
		return fmt.Errorf("%w: bearer: token holds a space; pass it without the word Bearer", ErrCredentials)
	}
	if r.Header == nil {
		r.Header = make(http.Header, 1)
	}
	r.Header[headerAuthorization] = []string{"Bearer " + text}
	return nil
}
