package signing_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
)

func TestConstructorsRefuseUnusableCredentials(t *testing.T) {
	secret, empty := signing.NewSecret("hunter2"), signing.Secret{}
	codeGate := func(key, secret signing.Secret) func() (any, error) {
		return func() (any, error) { return signing.NewCodeGate(key, secret) }
	}
	procure := func(appID string, secret signing.Secret) func() (any, error) {
		return func() (any, error) { return signing.NewProcure(appID, secret) }
	}
	aihuishou := func(appID string, secret signing.Secret) func() (any, error) {
		return func() (any, error) { return signing.NewAihuishou(appID, secret) }
	}
	apiKey := func(keyHeader string, key signing.Secret, idHeader, id string) func() (any, error) {
		return func() (any, error) { return signing.NewAPIKey(keyHeader, key, idHeader, id) }
	}
	for _, test := range []struct {
		name string
		make func() (any, error)
		want string
	}{
		{"codegate without a key", codeGate(empty, secret), "codegate: api key is empty"},
		{"codegate without a secret", codeGate(secret, empty), "codegate: secret is empty"},
		{"codegate with a line break after the key", codeGate(signing.NewSecret("hunter2\n"), secret),
			"codegate: api key holds a line break or another control character; only printable characters are allowed"},
		{"codegate with a zero byte in the key", codeGate(signing.NewSecret("hun\x00ter2"), secret),
			"codegate: api key holds a line break or another control character; only printable characters are allowed"},
		{"codegate with a space before the key", codeGate(signing.NewSecret(" hunter2"), secret),
			"codegate: api key begins or ends with a space, which HTTP cuts off"},
		{"procure without an app id", procure("", secret), "procure: app id is empty"},
		{"procure without a secret", procure("hunter2", empty), "procure: app secret is empty"},
		{"procure with a line break in the app id", procure("hunter2\r\nX-Other: 1", secret),
			"procure: app id holds a line break or another control character; only printable characters are allowed"},
		{"aihuishou without an app id", aihuishou("", secret), "aihuishou: app id is empty"},
		{"aihuishou without a secret", aihuishou("hunter2", empty), "aihuishou: app secret is empty"},
		{"codegate with a line break after the secret", codeGate(secret, signing.NewSecret("hunter2\n")),
			"codegate: secret must be printable characters without a space at either end"},
		{"procure with a zero-width character in the secret", procure("a", signing.NewSecret("hun\u200bter2")),
			"procure: app secret must be printable characters without a space at either end"},
		{"aihuishou with a byte order mark before the secret", aihuishou("a", signing.NewSecret("\ufeffhunter2")),
			"aihuishou: app secret must be printable characters without a space at either end"},
		{"aihuishou with a delete character in the app id", aihuishou("hunter2\x7f", secret),
			"aihuishou: app id holds a line break or another control character; only printable characters are allowed"},
		{"an api key without a key", apiKey("X-Api-Key", empty, "X-Platform-User-Id", "hunter2"), "api key: key is empty"},
		{"an api key without an id", apiKey("X-Api-Key", secret, "X-Platform-User-Id", ""), "api key: id is empty"},
		{"an api key without a header for the key", apiKey("", secret, "X-Platform-User-Id", "hunter2"), "api key: key header is empty"},
		{"an api key with a header that is no name", apiKey("X-Api-Key", secret, "X Id:", "hunter2"),
			"api key: id header is not a header name; letters, digits and hyphens are allowed"},
		{"an api key with one header for both", apiKey("X-Api-Key", secret, "x-api-key", "hunter2"), "api key: key and id need a header each"},
		{"an api key with a tab in the id", apiKey("X-Api-Key", secret, "X-Id", "hunter2\t"),
			"api key: id holds a line break or another control character; only printable characters are allowed"},
		{"a bearer without a source", func() (any, error) { return signing.NewBearer(nil) },
			"bearer: token source is nil; pass StaticToken or a function"},
	} {
		t.Run(test.name, func(t *testing.T) {
			signer, err := test.make()
			assert.Nil(t, signer)
			assert.ErrorIs(t, err, signing.ErrCredentials)
			assert.EqualError(t, err, "signing: unusable credentials: "+test.want)
		})
	}
}

func TestNewAihuishouRefusesOptions(t *testing.T) {
	_, err := signing.NewAihuishou("a", signing.NewSecret("b"), signing.WithLocation(nil))
	assert.EqualError(t, err, "signing: aihuishou: location is nil; leave the option out for UTC+8")
	_, err = signing.NewAihuishou("a", signing.NewSecret("b"), signing.WithLiterals(2))
	assert.EqualError(t, err, "signing: aihuishou: literals must be LiteralsPython or LiteralsJSON")
}

func newAPIKey(t testing.TB) *signing.APIKey {
	t.Helper()
	signer, err := signing.NewAPIKey("X-Api-Key", signing.NewSecret("hunter2"), "X-Platform-User-Id", "550e8400-e29b-41d4-a716-446655440000")
	require.NoError(t, err)
	return signer
}

func TestSignRefusesHeadersThatAreSet(t *testing.T) {
	bearer, err := signing.NewBearer(func(context.Context) (signing.Secret, error) {
		panic("asked for a token before the headers were looked at")
	})
	require.NoError(t, err)
	for _, test := range []struct {
		scheme  string
		signer  signing.Signer
		headers []string
	}{
		{"codegate", newCodeGate(t), []string{"X-Api-Key", "X-API-Key", "x-timestamp", "X-SIGNATURE"}},
		{"procure", newProcure(t), []string{"X-App-Id", "x-app-id", "X-TimeStamp", "X-Signature"}},
		{"aihuishou", newAihuishou(t), []string{"X-AppId", "X-Appid", "x-appid", "X-Sign", "x-SIGN"}},
		{"api key", newAPIKey(t), []string{"X-Api-Key", "X-API-KEY", "x-platform-user-id"}},
		{"bearer", bearer, []string{"Authorization", "authorization", "AUTHORIZATION"}},
	} {
		for _, name := range test.headers {
			t.Run(test.scheme+" refuses "+name, func(t *testing.T) {
				r := signing.Request{
					Method: http.MethodPost, Path: "/p", Body: []byte(`{}`), Time: time.Unix(1704153600, 0),
					Header: http.Header{"Accept": {"*/*"}, name: {"caller's value"}},
				}
				err := test.signer.Sign(context.Background(), &r)
				assert.ErrorIs(t, err, signing.ErrHeaderSet)
				assert.NotContains(t, err.Error(), "caller's value")
				assert.Equal(t, http.Header{"Accept": {"*/*"}, name: {"caller's value"}}, r.Header)
				assert.Equal(t, `{}`, string(r.Body))
			})
		}
	}
}

func TestSignKeepsOtherHeaders(t *testing.T) {
	r := signing.Request{Header: http.Header{"X-App-Ids": {"1"}, "Accept": {"*/*"}}}
	require.NoError(t, newAPIKey(t).Sign(context.Background(), &r))
	assert.Equal(t, http.Header{
		"X-App-Ids": {"1"}, "Accept": {"*/*"},
		"X-Api-Key": {"hunter2"}, "X-Platform-User-Id": {"550e8400-e29b-41d4-a716-446655440000"},
	}, r.Header)
}

func TestHeaderValuesDoNotShareRoom(t *testing.T) {
	for _, scheme := range schemes {
		r := signing.Request{Method: http.MethodPost, Path: "/p", Time: time.Unix(1704153600, 0)}
		require.NoError(t, scheme.signer(t).Sign(context.Background(), &r))
		before := r.Header.Clone()
		for name := range r.Header {
			r.Header[name] = append(r.Header[name], "added")
		}
		for name, values := range before {
			assert.Equal(t, append(values, "added"), r.Header[name], scheme.name)
		}
	}
}

func TestSignersRefuseMalformedRequests(t *testing.T) {
	now := time.Unix(1704153600, 0)
	for _, test := range []struct {
		name    string
		signer  explainingSigner
		request signing.Request
	}{
		{"codegate without a method", newCodeGate(t), signing.Request{Path: "/p", Time: now}},
		{"codegate without a path", newCodeGate(t), signing.Request{Method: "GET", Time: now}},
		{"codegate without a time", newCodeGate(t), signing.Request{Method: "GET", Path: "/p"}},
		{"procure without a method", newProcure(t), signing.Request{Path: "/p", Time: now}},
		{"procure without a path", newProcure(t), signing.Request{Method: "GET", Time: now}},
		{"procure without a slash before the path", newProcure(t), signing.Request{Method: "GET", Path: "p", Time: now}},
		{"procure without a slash before the raw path", newProcure(t), signing.Request{Method: "GET", Path: "/p", RawPath: "p", Time: now}},
		{"procure without a time", newProcure(t), signing.Request{Method: "GET", Path: "/p"}},
		{"aihuishou without a time", newAihuishou(t), signing.Request{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			assert.ErrorIs(t, test.signer.Sign(context.Background(), &test.request), signing.ErrRequest)
			assert.ErrorIs(t, test.signer.Verify(&test.request, 0), signing.ErrRequest)
			_, err := test.signer.Explain(&test.request)
			assert.ErrorIs(t, err, signing.ErrRequest)
			assert.Nil(t, test.request.Header)
		})
	}
}

func TestZeroSignersSayHowToMakeOne(t *testing.T) {
	for name, signer := range map[string]signing.Signer{
		"NewCodeGate": new(signing.CodeGate), "NewProcure": new(signing.Procure), "NewAihuishou": new(signing.Aihuishou),
		"NewAPIKey": new(signing.APIKey), "NewBearer": new(signing.Bearer),
	} {
		err := signer.Sign(context.Background(), &signing.Request{})
		assert.ErrorIs(t, err, signing.ErrCredentials)
		assert.ErrorContains(t, err, "make the signer with "+name)
	}
}

func TestAPIKeyVerify(t *testing.T) {
	signer := newAPIKey(t)
	r := signing.Request{}
	assert.ErrorIs(t, signer.Verify(&r, 0), signing.ErrMissingHeader)
	require.NoError(t, signer.Sign(context.Background(), &r))
	assert.NoError(t, signer.Verify(&r, 0))
	r.Header.Set("X-Api-Key", "hunter3")
	assert.ErrorIs(t, signer.Verify(&r, 0), signing.ErrMismatch)
	r.Header.Set("X-Api-Key", "hunter2")
	r.Header.Set("X-Platform-User-Id", "550e8400-e29b-41d4-a716-446655440001")
	assert.ErrorIs(t, signer.Verify(&r, 0), signing.ErrMismatch)
}

func TestBearer(t *testing.T) {
	sign := func(source signing.TokenSource) (http.Header, error) {
		signer, err := signing.NewBearer(source)
		require.NoError(t, err)
		var r signing.Request
		err = signer.Sign(context.Background(), &r)
		return r.Header, err
	}

	header, err := sign(signing.StaticToken(signing.NewSecret("hunter2")))
	require.NoError(t, err)
	assert.Equal(t, http.Header{"Authorization": {"Bearer hunter2"}}, header)

	offline := errors.New("offline")
	_, err = sign(func(context.Context) (signing.Secret, error) { return signing.Secret{}, offline })
	assert.ErrorIs(t, err, offline)

	for name, token := range map[string]string{
		"an empty token": "", "a token with a line break": "hunter2\n", "a token with its scheme": "Bearer hunter2",
	} {
		header, err = sign(signing.StaticToken(signing.NewSecret(token)))
		assert.ErrorIs(t, err, signing.ErrCredentials, name)
		assert.NotContains(t, err.Error(), "hunter2", name)
		assert.Nil(t, header, name)
	}

	type tenant struct{}
	signer, err := signing.NewBearer(func(ctx context.Context) (signing.Secret, error) {
		return signing.NewSecret(ctx.Value(tenant{}).(string)), nil
	})
	require.NoError(t, err)
	var r signing.Request
	require.NoError(t, signer.Sign(context.WithValue(context.Background(), tenant{}, "hunter2"), &r))
	assert.Equal(t, "Bearer hunter2", r.Header.Get("Authorization"))
}
