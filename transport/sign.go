package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pentagate/pentagate/signing"
)

// signed signs every attempt over the exact bytes and the exact address that
// go on the wire.
type signed struct {
	next   http.RoundTripper
	signer signing.Signer
	base   *url.URL
}

var (
	errForeignOrigin = errors.New("the address is not below the client's base URL")
	errSigning       = errors.New("signing")
)

func (t *signed) RoundTrip(req *http.Request) (*http.Response, error) {
	r := req.Context().Value(runKey{}).(*run)
	path, rawPath, ok := t.below(req)
	if !ok {
		return nil, errForeignOrigin
	}
	attempt := req.WithContext(req.Context())
	attempt.Header = req.Header.Clone()
	body := r.body
	if len(body) == 0 {
		attempt.Header.Del("Content-Type")
	}
	if t.signer != nil && !r.call.Unsigned {
		sr := &signing.Request{
			Method:   req.Method,
			Path:     path,
			RawPath:  rawPath,
			RawQuery: req.URL.RawQuery,
			Header:   attempt.Header,
			Body:     body,
			Time:     r.signTime,
		}
		signer, err := currentSigner(req.Context(), t.signer, r.signTime)
		if err == nil {
			err = signer.Sign(req.Context(), sr)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errSigning, err)
		}
		r.signer = signer
		attempt.Header, body = sr.Header, sr.Body
	}
	r.header = attempt.Header
	setBody(attempt, body)
	if r.call.safety() == Once {
		// net/http sends a GET a second time when a kept connection turns out
		// to be closed, unless it could not read the body again.
		attempt.GetBody = nil
		if len(body) == 0 {
			attempt.Body = io.NopCloser(strings.NewReader(""))
		}
	}
	return t.next.RoundTrip(attempt)
}

// currentSigner is the one to sign an attempt with. Of a source it is kept, so
// that the source can be told which one was refused.
func currentSigner(ctx context.Context, s signing.Signer, at time.Time) (signing.Signer, error) {
	if source, ok := s.(*signing.Source); ok {
		return source.Current(ctx, at)
	}
	return s, nil
}

// maxRenewals bounds how often a call is sent with other credentials: they may
// change again while it is under way.
const maxRenewals = 3

// renew asks a source for other credentials than those that were refused.
func (t *retried) renew(ctx context.Context, r *run) bool {
	source, ok := t.client.cfg.Signer.(*signing.Source)
	if !ok || r.renewed == maxRenewals || r.signer == nil {
		return false
	}
	r.renewed++
	_, changed, err := source.Renew(ctx, r.signer, r.signTime)
	if err != nil {
		r.failure.Err = errors.Join(r.failure.Err, err)
	}
	return changed
}

// below checks that the request goes to the client's own platform and returns
// its path without the base URL's prefix. It runs before the secret is used.
func (t *signed) below(req *http.Request) (path, rawPath string, ok bool) {
	u := req.URL
	if !sameOrigin(u, t.base) || u.User != nil {
		return "", "", false
	}
	if req.Host != "" && !strings.EqualFold(req.Host, u.Host) {
		return "", "", false
	}
	path, okPath := strings.CutPrefix(u.Path, t.base.Path)
	rawPath, okRaw := strings.CutPrefix(u.EscapedPath(), t.base.EscapedPath())
	return path, rawPath, okPath && okRaw && strings.HasPrefix(path, "/")
}

// setBody makes the body replayable, which HTTP/2 needs after a GOAWAY.
func setBody(req *http.Request, body []byte) {
	req.ContentLength = int64(len(body))
	if len(body) == 0 {
		req.Body, req.GetBody = http.NoBody, func() (io.ReadCloser, error) { return http.NoBody, nil }
		return
	}
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, _ = req.GetBody()
}
