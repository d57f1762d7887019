package codegate_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// hostile is what lies between a client and its platform in the worst case: it
// loses requests and answers, gives up on requests that run later, and answers
// by itself.
type hostile struct {
	t        *rapid.T
	platform *codegatetest.Platform
	late     []*http.Request
}

func (h *hostile) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	request := r.Clone(h.t.Context())
	request.Body, request.RequestURI = io.NopCloser(bytes.NewReader(body)), r.URL.RequestURI()
	if len(h.late) > 0 && rapid.Bool().Draw(h.t, "an earlier one runs now") {
		h.runLate()
	}
	reset := errors.New("connection reset")
	switch end := rapid.SampledFrom([]string{"pass", "pass", "pass", "lost", "no answer", "later", "504", "404", "200", "500", "401", "429"}).Draw(h.t, r.Method); end {
	case "pass":
		return h.run(request), nil
	case "lost":
		return nil, reset
	case "no answer":
		h.run(request)
		return nil, reset
	case "later":
		h.late = append(h.late, request)
		return answer(r, 504, "<html><title>Gateway Time-out</title></html>"), nil
	case "500":
		return answer(r, 500, "Internal Server Error"), nil
	case "401":
		return answer(r, 401, `{"detail":"Invalid API credentials"}`), nil
	case "429":
		return answer(r, 429, ""), nil
	case "200":
		return answer(r, 200, "<html></html>"), nil
	case "404":
		return answer(r, 404, "<html></html>"), nil
	default:
		return answer(r, 504, ""), nil
	}
}

func (h *hostile) run(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	h.platform.ServeHTTP(w, r)
	return w.Result()
}

func (h *hostile) runLate() {
	h.run(h.late[0]) //nolint:bodyclose // it is a recorder's
	h.late = h.late[1:]
}

func answer(r *http.Request, status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewBufferString(body)), Request: r}
}

// model returns a platform with code A in a state that is drawn, and a client
// of it.
func model(t *rapid.T) (*hostile, *codegate.Client) {
	h := &hostile{t: t, platform: codegatetest.New()}
	h.platform.SetNow(now)
	seed := codegatetest.Code{Code: "A", CreatedAt: now.Add(-2 * time.Hour)}
	switch rapid.SampledFrom([]string{"unused", "unused", "used", "used by that name before", "disabled", "another project's", "none"}).Draw(t, "code") {
	case "used":
		seed = used("order-7", now)
	case "used by that name before":
		seed = used(order.VerifiedBy, now.Add(-time.Hour))
	case "disabled":
		seed.Disabled = true
	case "another project's":
		seed.ProjectID = h.platform.AddProject(codegatetest.Project{}).ID
	case "none":
		seed.Code = "B"
	}
	h.platform.AddCode(seed)
	project := h.platform.Project("")
	client, err := codegate.New(codegate.Config{
		BaseURL: "https://codes.example.com", APIKey: signing.NewSecret(project.APIKey), Secret: signing.NewSecret(project.Secret), ProjectID: project.ID,
	}, transport.WithRoundTripper(h), transport.WithClock(transporttest.NewClock(now)))
	require.NoError(t, err)
	return h, client
}

// done counts what the platform did in the name of by since the test began.
func (h *hostile) done(result, by string) int {
	for len(h.late) > 0 {
		h.runLate()
	}
	n := 0
	for _, v := range h.platform.Verifications() {
		if v.Result == result && v.By != nil && *v.By == by && !v.At.Before(now) {
			n++
		}
	}
	return n
}

func TestNoVerdictOnARedemptionIsWrong(t *testing.T) {
	for mode, opts := range map[string][]transport.CallOption{
		"plain": nil, "with a look-up": {transport.WithReconcile()}, "repeated on demand": {transport.WithUnsafeRetries()},
		"both": {transport.WithReconcile(), transport.WithUnsafeRetries()},
	} {
		t.Run(mode, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				h, client := model(t)
				result, err := client.VerifyCode(t.Context(), order, opts...)
				redeemed := h.done(codegatetest.ResultSuccess, order.VerifiedBy)
				switch {
				case errors.Is(err, transport.ErrOutcomeUnknown):
				case err != nil:
					require.Zero(t, redeemed, "it said that it did not redeem: %v", err)
				case result.Success:
					require.Equal(t, 1, redeemed, "it said that it did")
				default:
					require.Zero(t, redeemed, "it said %s", result.ErrorCode)
				}
			})
		})
	}
}

func TestNoVerdictOnAReactivationIsWrong(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, client := model(t)
		result, err := client.ReactivateCode(t.Context(), codegate.ReactivateCodeRequest{Code: "A", ReactivatedBy: "desk"})
		reactivated := h.done(codegatetest.ResultReactivated, "desk")
		switch {
		case errors.Is(err, transport.ErrOutcomeUnknown):
		case err != nil:
			require.Zero(t, reactivated, "it said that it did not reactivate: %v", err)
		case result.Success:
			stored, found := h.platform.Code("A")
			require.True(t, found && !stored.Used, "it said that the code is unused")
		default:
			require.Zero(t, reactivated, "it said %s", result.ErrorCode)
		}
	})
}
