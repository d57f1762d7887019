package bench

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pentagate/pentagate/signing"
)

// BenchmarkSign signs a CodeGate request as one writes it by hand, and with
// package signing.
func BenchmarkSign(b *testing.B) {
	const secret = "6f1d3b5c7a9e2f4d6f1d3b5c7a9e2f4d6f1d3b5c7a9e2f4d6f1d3b5c7a9e2f4d"
	signer, err := signing.NewCodeGate(signing.NewSecret("key"), signing.NewSecret(secret))
	if err != nil {
		b.Fatal(err)
	}
	at := time.Unix(1704153600, 0)
	for _, size := range []struct {
		name  string
		bytes int
	}{{"200B", 200}, {"2KB", 2048}} {
		body := []byte(strings.Repeat("x", size.bytes))
		header := make(http.Header)
		byHand := func() {
			signature := sign(secret, http.MethodPost, verifyPath, "", body, at.Unix())
			header.Set("X-API-Key", "key")
			header.Set("X-Timestamp", strconv.FormatInt(at.Unix(), 10))
			header.Set("X-Signature", signature)
		}
		byPackage := func() {
			err := signer.Sign(context.Background(), &signing.Request{
				Method: http.MethodPost, Path: verifyPath, Header: header, Body: body, Time: at,
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		byHand()
		want := header.Get("X-Signature")
		clear(header)
		byPackage()
		if got := header.Get("X-Signature"); got != want {
			b.Fatalf("the signatures are %s and %s", got, want)
		}
		for _, way := range []struct {
			name string
			sign func()
		}{{"by_hand", byHand}, {"pentagate", byPackage}} {
			b.Run(way.name+"/"+size.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					clear(header)
					way.sign()
				}
			})
		}
	}
}

func sign(secret, method, path, query string, body []byte, timestamp int64) string {
	values, err := url.ParseQuery(query)
	if err != nil {
		return ""
	}
	bodyHash := sha256.Sum256(body)
	text := strings.Join([]string{
		method, path, values.Encode(), hex.EncodeToString(bodyHash[:]), strconv.FormatInt(timestamp, 10),
	}, "\n")
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}
