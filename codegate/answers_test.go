package codegate_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

const redeemed = `{"success":true,"code_id":"1","code":"A","verified_at":1772366400,"message":"m","error_code":null}`

// answering returns a client whose platform is h, and the number of requests.
func answering(t *testing.T, h http.HandlerFunc) (*codegate.Client, *atomic.Int64) {
	t.Helper()
	requests := new(atomic.Int64)
	front := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		h(w, r)
	}))
	return connect(t, front, codegatetest.New().Project("")), requests
}

func TestSomebodyElsesAnswerIsAboutNoCode(t *testing.T) {
	for name, tc := range map[string]struct {
		answer transporttest.Fault
		text   string
	}{
		"a load balancer's 404":        {page(404), "malformed answer: the answer is not in the platform's form: something in front of it may have sent it: 46 bytes of text/html, titled \"Sorry\" (HTTP 404)"},
		"a firewall's 403":             {page(403), "malformed answer"},
		"a page with 409":              {page(409), "malformed answer"},
		"a gateway's JSON":             {transporttest.Status(404, `{"message":"no Route matched with those values"}`), "48 bytes of application/json (HTTP 404)"},
		"nothing":                      {transporttest.Status(404, ""), "nothing in it (HTTP 404)"},
		"another server's 404":         {transporttest.Status(404, `{"detail":"Not Found"}`), "malformed answer: Not Found: the server does not know this path: check base_url (HTTP 404)"},
		"a proxy's 407":                {transporttest.Status(407, `{"detail":"x"}`), "malformed answer: a proxy on the way asks for credentials"},
		"a page in the answer's place": {page(200), "malformed answer"},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			h.AddCode(codegatetest.Code{Code: "WELCOME"})
			h.faults.Always(tc.answer)
			_, err := h.client.GetCodeByCode(t.Context(), "WELCOME")
			require.ErrorIs(t, err, transport.ErrMalformed)
			require.ErrorContains(t, err, tc.text)
			for _, kind := range []error{transport.ErrNotFound, transport.ErrPermission, transport.ErrConflict, transport.ErrInvalid, transport.ErrOutcomeUnknown} {
				require.NotErrorIs(t, err, kind)
			}
			_, err = h.client.VerifyCode(t.Context(), order)
			require.ErrorIs(t, err, transport.ErrMalformed)
			require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
		})
	}
}

func TestAProjectThatIsOffIsOneKindForAllCalls(t *testing.T) {
	h := start(t)
	h.AddCode(codegatetest.Code{Code: "A"})
	h.SetProjectEnabled("", false)
	_, read := h.client.GetProject(t.Context())
	result, err := h.client.VerifyCode(t.Context(), order)
	require.NoError(t, err)
	back, err := h.client.ReactivateCode(t.Context(), codegate.ReactivateCodeRequest{Code: "A"})
	require.NoError(t, err)
	for _, err := range []error{read, result.Err(), back.Err()} {
		require.ErrorIs(t, err, transport.ErrPermission)
		require.ErrorIs(t, err, codegate.ProjectDisabled)
		require.NotErrorIs(t, err, transport.ErrUnauthenticated, "the credentials are good")
		var e *transport.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "PROJECT_DISABLED", e.Code)
	}
}

// roundTripper is connections as people write them in tests.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestAnswersMadeByHandAreReadWhole(t *testing.T) {
	const project = `{"id":"p","name":"n","description":null,"status":true,"expires_at":null,"created_at":1700000000,"statistics":{}}`
	mock := httpmock.NewMockTransport()
	mock.RegisterResponder(http.MethodGet, `=~.*`, httpmock.NewStringResponder(200, project))
	for name, connections := range map[string]http.RoundTripper{
		"by httpmock": mock,
		"without a length": roundTripper(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(project)), Request: r}, nil
		}),
	} {
		t.Run(name, func(t *testing.T) {
			client := connect(t, "https://codes.example.com", codegatetest.New().Project(""), transport.WithRoundTripper(connections))
			got, err := client.GetProject(t.Context())
			require.NoError(t, err)
			assert.Equal(t, "p", got.ID)
			assert.Equal(t, project, string(got.Raw.Bytes()))
		})
	}
	t.Run("without a body", func(t *testing.T) {
		client := connect(t, "https://codes.example.com", codegatetest.New().Project(""), transport.WithRoundTripper(
			roundTripper(func(r *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: r}, nil
			})))
		_, err := client.GetProject(t.Context())
		require.ErrorIs(t, err, transport.ErrMalformed)
	})
}

func TestAnAnswerIsReadInWhateverWrapping(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"with a byte order mark": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "\xef\xbb\xbf"+redeemed) },
		"packed": func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, "gzip", r.Header.Get("Accept-Encoding"))
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = io.WriteString(z, redeemed)
			_ = z.Close()
		},
		"in pieces": func(w http.ResponseWriter, _ *http.Request) {
			for _, piece := range strings.SplitAfter(redeemed, ",") {
				_, _ = io.WriteString(w, piece)
				_ = http.NewResponseController(w).Flush()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := answering(t, handler)
			got, err := client.VerifyCode(t.Context(), order)
			require.NoError(t, err)
			assert.True(t, got.Success)
		})
	}
	t.Run("said to be packed, but plain", func(t *testing.T) {
		client, requests := answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, redeemed)
		})
		_, err := client.VerifyCode(t.Context(), order)
		require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
		assert.EqualValues(t, 1, requests.Load())
	})
}

func TestAKeptConnectionThatDiesUnderACallIsNotUsedTwice(t *testing.T) {
	var n atomic.Int64
	client, requests := answering(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if n.Add(1) == 2 {
			conn, _, _ := http.NewResponseController(w).Hijack()
			_ = conn.Close()
			return
		}
		_, _ = io.WriteString(w, redeemed)
	})
	_, err := client.VerifyCode(t.Context(), order)
	require.NoError(t, err)
	_, err = client.VerifyCode(t.Context(), order)
	require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
	assert.EqualValues(t, 2, requests.Load())
}

func TestACallerWhoGoesAwayLearnsThatTheOutcomeIsOpen(t *testing.T) {
	arrived := make(chan struct{})
	client, _ := answering(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(arrived)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() { <-arrived; cancel(errors.New("shutdown")) }()
	_, err := client.VerifyCode(ctx, order)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
}

func TestEachAttemptIsSignedAnewOverTheSameBytes(t *testing.T) {
	h := start(t)
	h.AddCode(codegatetest.Code{Code: "A&B <中文> +x%"})
	h.faults.Script(transporttest.RateLimited(`{"detail":"x"}`, "7"), transporttest.RateLimited(`{"detail":"x"}`, "7"))
	got, err := h.client.VerifyCode(t.Context(), codegate.VerifyCodeRequest{Code: "A&B <中文> +x%", VerifiedBy: "o"})
	require.NoError(t, err)
	assert.True(t, got.Success)
	requests := h.faults.Requests()
	require.Len(t, requests, 3)
	stamps, signatures := make(map[string]bool), make(map[string]bool)
	for _, r := range requests {
		assert.Equal(t, `{"code":"A&B <中文> +x%","verified_by":"o"}`, string(r.Body))
		stamps[r.Header.Get("X-Timestamp")], signatures[r.Header.Get("X-Signature")] = true, true
	}
	assert.Len(t, stamps, 3)
	assert.Len(t, signatures, 3)
}

func TestTheEscapeHatchTakesAnyJSON(t *testing.T) {
	h := start(t)
	generate := transport.Call{Operation: "GenerateCodes", Method: http.MethodPost, Path: "/api/v1/admin/codes", Body: map[string]int{"count": 2}}
	h.faults.Script(transporttest.Status(201, `[{"code":"A"},{"code":"B"}]`), transporttest.Status(201, `[{"code":"A"}]`))
	var codes []struct{ Code string }
	require.NoError(t, h.client.Do(t.Context(), generate, &codes))
	assert.Len(t, codes, 2)
	require.NoError(t, h.client.Do(t.Context(), generate, nil))

	var health map[string]string
	require.NoError(t, h.client.Do(t.Context(), transport.Call{Method: http.MethodGet, Path: "/health"}, &health))
	assert.Equal(t, map[string]string{"status": "ok"}, health)

	h.faults.Script(transporttest.Status(204, ""))
	require.NoError(t, h.client.Do(t.Context(), transport.Call{Method: http.MethodDelete, Path: "/api/v1/admin/codes/1"}, nil))
	var raw json.RawMessage
	h.faults.Script(transporttest.Status(200, `"queued"`))
	require.NoError(t, h.client.Do(t.Context(), generate, &raw))
	assert.Equal(t, `"queued"`, string(raw))

	h.faults.Script(page(201))
	err := h.client.Do(t.Context(), generate, nil)
	require.ErrorIs(t, err, transport.ErrMalformed)
	require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
}

func TestSlashesAtTheEndOfTheBaseURLAreCut(t *testing.T) {
	h := start(t)
	config := h.Config()
	config.BaseURL += "///"
	_, err := h.newClient(t, config).GetProject(t.Context())
	require.NoError(t, err)
}

func TestAClientThatWasNotMadeByNewSaysSo(t *testing.T) {
	var c codegate.Client
	ctx := t.Context()
	for name, call := range map[string]func() error{
		"GetProject":     func() error { _, err := c.GetProject(ctx); return err },
		"GetStatistics":  func() error { _, err := c.GetStatistics(ctx); return err },
		"ListCodes":      func() error { _, err := c.ListCodes(ctx, codegate.ListCodesRequest{}); return err },
		"GetCode":        func() error { _, err := c.GetCode(ctx, "1"); return err },
		"GetCodeByCode":  func() error { _, err := c.GetCodeByCode(ctx, "A"); return err },
		"VerifyCode":     func() error { _, err := c.VerifyCode(ctx, order, transport.WithReconcile()); return err },
		"ReactivateCode": func() error { _, err := c.ReactivateCode(ctx, codegate.ReactivateCodeRequest{Code: "A"}); return err },
		"CollectCodes":   func() error { _, err := c.CollectCodes(ctx, codegate.ListCodesRequest{}); return err },
		"Codes": func() error {
			for _, err := range c.Codes(ctx, codegate.ListCodesRequest{}) {
				return err
			}
			return nil
		},
		"Do": func() error { return c.Do(ctx, transport.Call{Method: http.MethodGet, Path: "/x"}, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			err := call()
			require.ErrorIs(t, err, transport.ErrInvalid)
			require.ErrorContains(t, err, "the client was not made by New")
		})
	}
	require.NoError(t, c.Close())
	require.NoError(t, c.Shutdown(ctx))
	assert.Equal(t, "client that was not made by New", fmt.Sprint(&c))
}

func TestShutdownWaitsForTheCallsUnderWay(t *testing.T) {
	arrived := make(chan struct{})
	client, _ := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		time.Sleep(50 * time.Millisecond)
		_, _ = io.WriteString(w, redeemed)
	})
	done := make(chan error, 1)
	go func() { _, err := client.VerifyCode(t.Context(), order); done <- err }()
	<-arrived
	require.NoError(t, client.Shutdown(t.Context()))
	require.NoError(t, <-done)
	_, err := client.GetProject(t.Context())
	require.ErrorIs(t, err, transport.ErrClosed)
}
