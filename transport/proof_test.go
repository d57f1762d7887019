package transport_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// A protocol that a caller has registered tells of no connection, which is no
// proof that nothing was sent.
func TestARegisteredProtocolMayHaveSent(t *testing.T) {
	sent := 0
	conns := &http.Transport{TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{}}
	conns.RegisterProtocol("https", roundTripperFunc(func(*http.Request) (*http.Response, error) {
		sent++
		return nil, errors.New("stream reset")
	}))
	h := start(t, transport.Config{BaseURL: "https://api.example"}, transport.WithRoundTripper(conns))
	err := h.client.Do(t.Context(), post(transport.Unsafe), nil)
	require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
	assert.Equal(t, 1, sent)
}

// An answer that said "done" and cannot be read keeps the outcome open, also
// when the call is sent again and that is refused.
func TestAnUnreadableSuccessStaysOpenWhenSentAgain(t *testing.T) {
	h := start(t, transport.Config{})
	h.faults.Script(transporttest.Status(200, `{"id":{}}`), transporttest.Status(409, `{}`))
	call := post(transport.Unsafe)
	again := true
	call.Settle = func(_ context.Context, _ transport.Info, err *transport.Error) error {
		if again {
			again = false
			return transport.ErrSendAgain
		}
		return err
	}
	var out struct{ ID string }
	var info transport.Info
	err := h.client.Do(t.Context(), call, &out, transport.WithInfo(&info))
	require.ErrorIs(t, err, transport.ErrConflict)
	require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
	assert.True(t, info.Repeated)
}

// A long text beside a phone takes nothing away from the phone's mask.
func TestALongValueLeavesTheMasksOfOthers(t *testing.T) {
	h := start(t, transport.Config{Interpret: refuses("138-1234-5678", nil)})
	call := post(transport.Unsafe)
	call.Body = map[string]string{"note": strings.Repeat("x", 20_000), "phone": "13812345678"}
	err := h.client.Do(t.Context(), call, nil)
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.NotContains(t, err.Error(), "5678")
}

// Masks must not keep a call busy: 400 values against 51 long texts took half a
// minute when each text was read to its end.
func TestManyLongTextsAreMaskedInTime(t *testing.T) {
	long := strings.Repeat("lorem ipsum dolor ", 1000)
	var wrong transport.Fields
	for range 50 {
		wrong.Check(false, long, long)
	}
	h := start(t, transport.Config{Interpret: refuses(long, wrong)})
	body := make(map[string]string)
	for i := range 400 {
		body[fmt.Sprint("k", i)] = fmt.Sprint("value number ", i)
	}
	call := post(transport.Unsafe)
	call.Body = body
	begin := time.Now()
	err := h.client.Do(t.Context(), call, nil)
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.Less(t, time.Since(begin), 10*time.Second, "also under the race detector")
}

func refuses(message string, wrong transport.Fields) func(*transport.Answer) ([]byte, *transport.Error) {
	return func(*transport.Answer) ([]byte, *transport.Error) {
		return nil, &transport.Error{Kind: transport.ErrInvalid, Message: message, Fields: wrong}
	}
}

// HEAD announces the length of a body that does not come.
func TestTheLengthThatHEADAnnouncesIsNotRead(t *testing.T) {
	h := start(t, transport.Config{})
	h.faults.Always(transporttest.Fault{Status: 200, Header: http.Header{"Content-Length": {"100"}}})
	assert.NoError(t, h.client.Do(t.Context(), transport.Call{Operation: "Head", Method: http.MethodHead, Path: "/a"}, nil))
}
