package codegate

import (
	"net/url"
	"time"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

// GenerateSignature signs like the platform's own helper of that name, for
// callers that send requests by other means. The path is taken as it is given,
// from "/api/v1" on; query holds unescaped values; body is the exact text that
// is sent, "" for none, and on a GET it does not count; timestamp is Unix time
// in seconds. The method must be upper case, as the platform compares it.
func GenerateSignature(method, path string, query map[string]string, body string, timestamp int64, secret signing.Secret) (string, error) {
	var f transport.Fields
	f.Check(method != "", "method", "must not be empty")
	f.Check(path != "", "path", "must not be empty")
	f.Check(timestamp > 0, "timestamp", "must be Unix time in seconds")
	f.Check(!secret.IsZero(), "secret", "must not be empty")
	if err := f.Err(provider, "GenerateSignature"); err != nil {
		return "", err
	}
	values := make(url.Values, len(query))
	for k, v := range query {
		values.Set(k, v)
	}
	signer, err := signing.NewCodeGate(secret, secret) // the key is not part of the signature
	if err != nil {
		return "", err
	}
	return signer.Signature(&signing.Request{
		Method:   method,
		Path:     path,
		RawQuery: values.Encode(),
		Body:     []byte(body),
		Time:     time.Unix(timestamp, 0),
	})
}
