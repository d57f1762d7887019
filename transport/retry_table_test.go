package transport_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// retryRow is a row of testdata/retry.json: a fault that every request of a
// call meets, and what the call then does.
type retryRow struct {
	Fault    string
	Safety   string
	Requests int      // seen by the server
	Attempts int      // told by the error
	Errors   []string // the sentinels that the error matches, and no others
	Waits    []string // between the attempts, without jitter
}

var sentinels = map[string]error{
	"invalid": transport.ErrInvalid, "unauthenticated": transport.ErrUnauthenticated, "permission": transport.ErrPermission,
	"not found": transport.ErrNotFound, "conflict": transport.ErrConflict, "rate limited": transport.ErrRateLimited,
	"quota": transport.ErrQuota, "rejected": transport.ErrRejected, "unavailable": transport.ErrUnavailable, "outcome unknown": transport.ErrOutcomeUnknown,
	"too large": transport.ErrTooLarge, "malformed": transport.ErrMalformed, "redirect": transport.ErrRedirect,
}

type roundTripperFunc func(*http.Request) (*http.Response, error)

func (f roundTripperFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

var noSuchHost = roundTripperFunc(func(r *http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: r.URL.Hostname(), IsNotFound: true}}
})

func TestTheRetryTable(t *testing.T) {
	data, err := os.ReadFile("testdata/retry.json")
	require.NoError(t, err)
	var rows []retryRow
	require.NoError(t, json.Unmarshal(data, &rows))
	require.Len(t, rows, 5*10, "every safety class meets every fault")
	for _, row := range rows {
		t.Run(row.Fault+", "+row.Safety, func(t *testing.T) { checkRetryRow(t, row) })
	}
}

func checkRetryRow(t *testing.T, row retryRow) {
	clock := transporttest.NewClock(now)
	faults := transporttest.NewFaults(nil)
	platform := codegatetest.NewServer(codegatetest.WithClock(clock.Now), codegatetest.WithMiddleware(faults.Wrap))
	defer platform.Close()
	config := platform.Config()
	opts := []transport.Option{transport.WithClock(clock), transport.WithRetry(transport.RetryPolicy{
		Jitter: func(limit time.Duration) time.Duration { return limit },
	})}
	limited := `{"detail":"Too Many Requests"}`
	switch row.Fault {
	case "never sent: the name does not resolve":
		opts = append(opts, transport.WithRoundTripper(noSuchHost))
	case "dial refused":
		config.BaseURL = closedPort()
	case "reset before the answer":
		faults.Always(transporttest.DropAfter())
	case "429 without Retry-After":
		faults.Always(transporttest.RateLimited(limited, ""))
	case "429 with Retry-After in seconds":
		faults.Always(transporttest.RateLimited(limited, "7"))
	case "429 with Retry-After as a date":
		fault := transporttest.RateLimited(limited, now.Add(9*time.Second).Format(http.TimeFormat))
		fault.Date = now
		faults.Always(fault)
	case "500 with text":
		faults.Always(transporttest.Status(500, "Internal Server Error"))
	case "503 with JSON":
		faults.Always(transporttest.Status(503, `{"detail":"Service Unavailable"}`))
	case "200 with the platform's server-error code":
		faults.Always(transporttest.Status(200, `{"code":50000,"message":"internal error","data":null}`))
	case "time-out":
		faults.Always(transporttest.Delay(10 * time.Second))
		opts = append(opts, transport.WithAttemptTimeout(25*time.Millisecond))
	default:
		t.Fatalf("unknown fault %q", row.Fault)
	}

	call := codegateCall(t, config, opts)
	if row.Fault == "200 with the platform's server-error code" {
		// CodeGate has no such code; Procure's envelope does.
		call = envelopeCall(t, config.BaseURL, opts)
	}
	var info transport.Info
	err := call(t.Context(), row.Safety, transport.WithInfo(&info))
	require.Error(t, err)
	var matched []string
	for name, sentinel := range sentinels {
		if errors.Is(err, sentinel) {
			matched = append(matched, name)
		}
	}
	assert.ElementsMatch(t, row.Errors, matched)
	assert.Len(t, faults.Requests(), row.Requests)
	assert.Equal(t, row.Attempts, info.Attempts)
	var waits []string
	for _, w := range clock.Waits() {
		waits = append(waits, w.String())
	}
	assert.ElementsMatch(t, row.Waits, waits)
}

type callFunc func(ctx context.Context, safety string, opt transport.CallOption) error

// codegateCall makes a call of each class through the public client: a typed
// one where CodeGate has it.
func codegateCall(t *testing.T, config codegate.Config, opts []transport.Option) callFunc {
	client, err := codegate.New(config, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	return func(ctx context.Context, safety string, opt transport.CallOption) error {
		raw := transport.Call{Method: http.MethodPost, Path: "/api/v1/projects/" + config.ProjectID + "/codes/verify", Body: map[string]string{"code": "A"}}
		switch safety {
		case "read":
			_, err = client.GetProject(ctx, opt)
		case "idempotent":
			_, err = client.ReactivateCode(ctx, codegate.ReactivateCodeRequest{Code: "A"}, opt)
		case "unsafe":
			_, err = client.VerifyCode(ctx, codegate.VerifyCodeRequest{Code: "A"}, opt)
		case "keyed":
			raw.Safety = transport.Keyed
			err = client.Do(ctx, raw, nil, opt)
		case "once":
			raw.Safety = transport.Once
			err = client.Do(ctx, raw, nil, opt)
		}
		return err
	}
}

// envelopeCall makes calls of a platform whose envelope has a code of its own
// and calls everything from 50000 on a failure of the server.
func envelopeCall(t *testing.T, base string, opts []transport.Option) callFunc {
	client, err := transport.New(transport.Config{Provider: "test", BaseURL: base, Interpret: func(a *transport.Answer) ([]byte, *transport.Error) {
		var envelope struct {
			Code int
			Data json.RawMessage
		}
		if err := json.Unmarshal(a.Body, &envelope); err != nil {
			return nil, &transport.Error{Kind: transport.ErrMalformed}
		}
		if envelope.Code >= 50000 {
			return nil, &transport.Error{Kind: transport.ErrUnavailable}
		}
		return envelope.Data, transport.StatusError(a.Status)
	}}, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	classes := map[string]transport.Safety{
		"read": transport.Read, "keyed": transport.Keyed, "idempotent": transport.Idempotent, "unsafe": transport.Unsafe, "once": transport.Once,
	}
	return func(ctx context.Context, safety string, opt transport.CallOption) error {
		return client.Do(ctx, transport.Call{Method: http.MethodPost, Path: "/api/v1/intents", Safety: classes[safety]}, nil, opt)
	}
}

func closedPort() string {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	return server.URL
}
