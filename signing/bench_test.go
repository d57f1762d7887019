package signing_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
)

// paddedBody is a JSON object of ten string members, size bytes in all.
func paddedBody(size int) []byte {
	var b strings.Builder
	b.WriteByte('{')
	for i := range 9 {
		b.WriteString(`"name_` + strconv.Itoa(9-i) + `":"` + strings.Repeat("x", size/10-12) + `",`)
	}
	b.WriteString(`"name_0":"`)
	b.WriteString(strings.Repeat("x", size-b.Len()-2) + `"}`)
	return []byte(b.String())
}

type explainingSigner interface {
	signing.Signer
	Signature(r *signing.Request) (string, error)
	signing.Verifier
	signing.Explainer
}

// schemes are the signers with a hash. A bareHash is what remains of one
// without the rest: the same hashes over the same bytes with reused state.
var schemes = []struct {
	name     string
	path     string
	signer   func(testing.TB) explainingSigner
	bareHash func(text, body []byte) func()
}{
	{
		"codegate", "/api/v1/projects/550e8400e29b41d4a716446655440000/codes/verify",
		func(t testing.TB) explainingSigner { return newCodeGate(t) },
		func(text, body []byte) func() {
			mac, digest := hmac.New(sha256.New, []byte(codeGateSecret)), sha256.New()
			sum := make([]byte, 0, sha256.Size)
			return func() {
				digest.Reset()
				digest.Write(body)
				digest.Sum(sum)
				mac.Reset()
				mac.Write(text)
				mac.Sum(sum)
			}
		},
	},
	{
		"procure", "/api/v1/intents",
		func(t testing.TB) explainingSigner { return newProcure(t) },
		func(text, _ []byte) func() {
			mac, sum := hmac.New(sha256.New, []byte(procureSecret)), make([]byte, 0, sha256.Size)
			return func() {
				mac.Reset()
				mac.Write(text)
				mac.Sum(sum)
			}
		},
	},
	{
		"aihuishou", "/api/order/create",
		func(t testing.TB) explainingSigner { return newAihuishou(t) },
		func(text, _ []byte) func() {
			text = []byte(strings.Replace(string(text), "[redacted]", aihuishouSecret, 1))
			digest, sum := sha256.New(), make([]byte, 0, sha256.Size)
			return func() {
				digest.Reset()
				digest.Write(text)
				digest.Sum(sum)
			}
		},
	},
}

func BenchmarkSign(b *testing.B) {
	sizes := []struct {
		name  string
		bytes int
	}{{"200B", 200}, {"2KB", 2048}}
	for _, scheme := range schemes {
		for _, size := range sizes {
			signer, body := scheme.signer(b), paddedBody(size.bytes)
			request := signing.Request{
				Method: http.MethodPost, Path: scheme.path, Header: http.Header{}, Body: body,
				Time: time.Unix(1704153600, 0),
			}
			b.Run(scheme.name+"/"+size.name+"/signer", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					clear(request.Header)
					request.Body = body
					if err := signer.Sign(context.Background(), &request); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(scheme.name+"/"+size.name+"/signature", func(b *testing.B) {
				request.Body = body
				b.ReportAllocs()
				for b.Loop() {
					if _, err := signer.Signature(&request); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(scheme.name+"/"+size.name+"/bare_hash", func(b *testing.B) {
				explanation, err := signer.Explain(&request)
				require.NoError(b, err)
				bareHash := scheme.bareHash([]byte(explanation.StringToSign), body)
				b.ReportAllocs()
				for b.Loop() {
					bareHash()
				}
			})
		}
	}
}
