package signing

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Source is a signer whose credentials may change, such as those that a key
// service keeps: it makes a signer with the credentials of now, and another one
// when the platform does not take them any more.
//
//	source, err := signing.NewSource(func(ctx context.Context) (signing.Signer, error) {
//		key, err := vault.Read(ctx, "procure") // your key service
//		if err != nil {
//			return nil, err
//		}
//		return signing.NewProcure(key.ID, signing.NewSecret(key.Secret))
//	}, 0)
//
// It is safe for concurrent use: however many calls need new credentials, they
// are fetched once.
type Source struct {
	opaque
	fetch    func(context.Context) (Signer, error)
	lifetime time.Duration

	mu      sync.Mutex
	current Signer
	since   time.Time
	turn    chan struct{} // filled by the one that fetches
}

var _ Signer = (*Source)(nil)

// NewSource takes a function that makes a signer, which is called when the
// first request is signed. The signer is used until the platform refuses it
// with 401, and for no longer than lifetime by the requests' time, unless that
// is zero. When the function fails for a signer that has only become old, the
// old one stays in use.
func NewSource(fetch func(ctx context.Context) (Signer, error), lifetime time.Duration) (*Source, error) {
	switch {
	case fetch == nil:
		return nil, fmt.Errorf("%w: source: the function is nil", ErrCredentials)
	case lifetime < 0:
		return nil, fmt.Errorf("%w: source: the lifetime is negative", ErrCredentials)
	}
	return &Source{opaque: opaque{"Source"}, fetch: fetch, lifetime: lifetime, turn: make(chan struct{}, 1)}, nil
}

// Sign signs with the credentials of now.
func (s *Source) Sign(ctx context.Context, r *Request) error {
	signer, err := s.Current(ctx, r.Time)
	if err != nil {
		return err
	}
	return signer.Sign(ctx, r)
}

// Current returns the signer to use at a time. An error of the function that
// makes it is wrapped.
func (s *Source) Current(ctx context.Context, now time.Time) (Signer, error) {
	if s.fetch == nil {
		return nil, fmt.Errorf("%w: source: make it with NewSource", ErrCredentials)
	}
	signer, old := s.get(now)
	if signer != nil && !old {
		return signer, nil
	}
	fresh, err := s.replace(ctx, signer, now)
	if err != nil && signer != nil {
		return signer, nil //nolint:nilerr // an old one may still be good: the platform decides
	}
	return fresh, err
}

// Renew is asked when the platform refused what the signer signed. It returns
// the signer to try instead; changed is false if there is none with other
// credentials.
func (s *Source) Renew(ctx context.Context, refused Signer, now time.Time) (signer Signer, changed bool, err error) {
	signer, err = s.replace(ctx, refused, now)
	if err != nil {
		return nil, false, err
	}
	return signer, !sameCredentials(signer, refused), nil
}

func (s *Source) get(now time.Time) (signer Signer, old bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current, s.lifetime > 0 && now.Sub(s.since) >= s.lifetime
}

// replace fetches a signer in the place of one, unless another call has done
// that meanwhile.
func (s *Source) replace(ctx context.Context, replaced Signer, now time.Time) (Signer, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if signer, old := s.get(now); signer != nil && !old && (replaced == nil || !sameCredentials(signer, replaced)) {
		return signer, nil
	}
	signer, err := s.fetch(ctx)
	switch {
	case err != nil:
		return nil, fmt.Errorf("signing: source: %w", err)
	case signer == nil:
		return nil, errors.New("signing: source: the function gave no signer")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current, s.since = signer, now
	return signer, nil
}

// sameCredentials reports whether two signers would be refused alike.
func sameCredentials(a, b Signer) bool {
	switch a := a.(type) {
	case *CodeGate:
		b, ok := b.(*CodeGate)
		return ok && a.key.Equal(b.key) && a.secret.Equal(b.secret)
	case *Procure:
		b, ok := b.(*Procure)
		return ok && a.appID == b.appID && a.secret.Equal(b.secret)
	case *Aihuishou:
		b, ok := b.(*Aihuishou)
		return ok && a.appID == b.appID && a.secret.Equal(b.secret) && a.literals == b.literals
	case *APIKey:
		b, ok := b.(*APIKey)
		return ok && a.id == b.id && a.key.Equal(b.key)
	}
	return a == b
}
