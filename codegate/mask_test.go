package codegate_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/internal/leaks"
	"github.com/pentagate/pentagate/transport"
)

// shown are the texts that may be printed, and why.
var shown = map[string]string{
	"Code.ID":                    "an id is of no use without the API key",
	"Project.ID":                 "an id",
	"Statistics.ProjectID":       "an id",
	"VerificationLog.ID":         "an id",
	"VerifyResult.CodeID":        "an id",
	"ReactivateResult.CodeID":    "an id",
	"Client.project":             "a path with the project's id",
	"VerifyResult.client":        "the client's name",
	"ReactivateResult.client":    "the client's name",
	"Project.Name":               "the name of a set of codes, not of a person",
	"Statistics.UsageRate":       "a number",
	"ListCodesRequest.Status":    "a word",
	"VerificationLog.Result":     "a word",
	"VerifyResult.ErrorCode":     "a word",
	"ReactivateResult.ErrorCode": "a word",
}

// TestNoTypePrintsPersonalText covers types that come later as well.
func TestNoTypePrintsPersonalText(t *testing.T) {
	types, found := leaks.In(shown, codegate.Client{})
	assert.Contains(t, types, "VerificationLog", "the types of calls are found")
	assert.Empty(t, found)
}

func TestARequestPrintsAsJSONWithMasks(t *testing.T) {
	verify := codegate.VerifyCodeRequest{Code: "A", VerifiedBy: "o"}
	back := codegate.ReactivateCodeRequest{Code: "A", Reason: "r"}
	list := codegate.ListCodesRequest{PageSize: new(5), Status: codegate.StatusUsed, Search: "A"}
	for _, tc := range []struct {
		request any
		want    string
	}{
		{verify, `{"code":"[redacted]","verified_by":"[redacted]"}`},
		{back, `{"code":"[redacted]","reason":"[redacted]"}`},
		{list, `{"Page":null,"PageSize":5,"Status":"used","Search":"[redacted]"}`},
		{codegate.ListCodesRequest{}, `{"Page":null,"PageSize":null,"Status":"","Search":""}`},
	} {
		assert.Equal(t, tc.want, fmt.Sprint(tc.request))
		assert.Equal(t, tc.want, string(encode(t, tc.request)))
		var logged bytes.Buffer
		slog.New(slog.NewJSONHandler(&logged, nil)).Info("", "request", tc.request)
		assert.Contains(t, logged.String(), `"request":`+tc.want)
	}
	assert.Equal(t, codegate.VerifyCodeRequest{Code: "A", VerifiedBy: "o"}, verify, "the request stays as it is")
}

// A code must not be looked for by the mask that came back from a log.
func TestAMaskedRequestIsNotSent(t *testing.T) {
	h := start(t)
	const want = "must be the text itself, not its mask"
	_, err := h.client.VerifyCode(t.Context(), codegate.VerifyCodeRequest{Code: "[redacted]", VerifiedBy: "[redacted]"})
	require.ErrorIs(t, err, transport.ErrInvalid)
	require.ErrorContains(t, err, "code "+want)
	_, err = h.client.ReactivateCode(t.Context(), codegate.ReactivateCodeRequest{Code: "[redacted]"})
	require.ErrorContains(t, err, "code "+want)
	_, err = h.client.ListCodes(t.Context(), codegate.ListCodesRequest{Search: "[redacted]"})
	require.ErrorContains(t, err, "search "+want)
	assert.Zero(t, h.RequestCount())
}

// A client of two that its owner tells apart by name says which one it is.
func TestErrorsCarryTheNameOfTheClient(t *testing.T) {
	h := start(t, transport.WithName("codegate-eu"))
	ctx := t.Context()
	result, err := h.client.VerifyCode(ctx, order)
	require.NoError(t, err)
	assert.EqualError(t, result.Err(), "codegate-eu: VerifyCode: not found (code CODE_NOT_FOUND)")
	back, err := h.client.ReactivateCode(ctx, codegate.ReactivateCodeRequest{Code: "A"})
	require.NoError(t, err)
	assert.EqualError(t, back.Err(), "codegate-eu: ReactivateCode: not found (code CODE_NOT_FOUND)")
	_, err = h.client.GetCode(ctx, "")
	require.EqualError(t, err, "codegate-eu: GetCode: invalid request: code_id must be 1 to 64 letters, digits or hyphens")
	assert.EqualError(t, (&codegate.VerifyResult{ErrorCode: codegate.CodeExpired}).Err(), "codegate: VerifyCode: conflict (code CODE_EXPIRED)")
}
