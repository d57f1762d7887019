package pentagate_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/uumit"
)

// TestTypesWithPersonalDataAreNotLogged logs requests and answers as text and
// as JSON, which asks a value in another way than fmt does.
func TestTypesWithPersonalDataAreNotLogged(t *testing.T) {
	t.Parallel()
	const secret = "张三 13800138000"
	name := secret
	raw := json.RawMessage(fmt.Sprintf("%q", secret))
	masked, personal := transport.NewRaw(raw), transport.NewPersonal(secret)
	code := codegate.Code{ID: "1", Code: personal, VerifiedBy: personal}
	for _, v := range []any{
		code, &code, codegate.CodeDetail{Code: code}, codegate.CodePage{Items: []codegate.Code{code}},
		codegate.Statistics{RecentVerifications: []codegate.RecentVerification{{Code: personal}}},
		codegate.RecentVerification{Code: personal}, codegate.VerificationLog{VerifiedBy: personal, IPAddress: personal},
		codegate.VerifyCodeRequest{Code: secret}, codegate.ReactivateCodeRequest{Code: secret},
		codegate.VerifyResult{Code: personal}, codegate.ReactivateResult{Code: personal},
		procure.CreateIntentRequest{Phone: secret}, procure.UpdateIntentRequest{ID: "1", Phone: &name}, procure.ListIntentsRequest{UserID: secret},
		procure.Intent{Phone: personal}, procure.IntentPage{Items: []procure.Intent{{Phone: personal}}},
		aihuishou.CreateOrderRequest{UserPhone: secret}, aihuishou.Order{Raw: masked, StoreInfo: masked}, aihuishou.OrderDetail{UserName: personal},
		aihuishou.LogisticsTrace{Traces: []aihuishou.LogisticsEvent{{Content: personal}}}, aihuishou.LogisticsEvent{Content: personal},
		aihuishou.Inspection{Conclusion: personal}, aihuishou.Settlement{Raw: masked}, aihuishou.TradeIn{Raw: masked}, aihuishou.Valuation{Remark: personal},
		uumit.SearchRequest{Query: secret}, uumit.CreateOrderRequest{DemandDescription: &name}, uumit.Capability{Title: personal},
		uumit.Order{TaskTitle: personal}, uumit.Page[uumit.Order]{Items: []uumit.Order{{TaskTitle: personal}}}, uumit.Transaction{Raw: masked},
		uumit.DeliverTransactionRequest{ResultPayload: secret}, uumit.Deliverable{TextContent: secret},
		uumit.SubmitDeliverablesRequest{OfflineNote: secret}, uumit.Guidance{Text: personal}, uumit.LedgerEntry{Description: personal},
		uumit.Wallet{Raw: masked}, uumit.Rates{Raw: masked}, uumit.Confirmation{Raw: masked},
		uumit.DeviceAuthorization{DeviceCode: signing.NewSecret(secret), UserCode: personal}, uumit.Credentials{APIKey: signing.NewSecret(secret)},
		providers.Code{Text: personal}, providers.IntentRequest{Phone: secret}, providers.Intent{Title: personal, Raw: masked},
		providers.Order{Raw: masked}, providers.Valuation{Raw: masked}, providers.Capability{Raw: masked}, providers.Authorization{UserCode: secret},
	} {
		var out bytes.Buffer
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
		fmt.Fprintf(&out, "%v %+v %#v %s %q", v, v, v, v, v)
		assert.NotContains(t, out.String(), "张三", "%T", v)
		assert.NotContains(t, out.String(), "13800138000", "%T", v)
	}
}
