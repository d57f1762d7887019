package signing_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/pentagate/pentagate/signing"
)

func TestSignAllocatesHardlyMoreThanTheHeaderValues(t *testing.T) {
	if raceEnabled {
		t.Skip("allocations are not those of a normal build")
	}
	limits := map[string]float64{
		"codegate":  1, // the header values
		"procure":   1,
		"aihuishou": 3, // their text, the array that holds them, and the new body
	}
	for _, scheme := range schemes {
		t.Run(scheme.name, func(t *testing.T) {
			signer, body := scheme.signer(t), paddedBody(200)
			request := signing.Request{
				Method: http.MethodPost, Path: scheme.path, RawQuery: "page_size=20&page=1",
				Header: http.Header{}, Time: time.Unix(1704153600, 0),
			}
			allocations := testing.AllocsPerRun(1000, func() {
				clear(request.Header)
				request.Body = body
				if err := signer.Sign(context.Background(), &request); err != nil {
					t.Fatal(err)
				}
			})
			assert.LessOrEqual(t, allocations, limits[scheme.name])
		})
	}
}
