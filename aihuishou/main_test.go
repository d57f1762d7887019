package aihuishou_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/aihuishou/aihuishoutest"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	appID     = "test_app_id"
	appSecret = "test_app_secret_0123456789"
)

var (
	// now is where the tests' clocks begin: 15:30 in China.
	now   = time.Date(2024, 8, 28, 7, 30, 0, 0, time.UTC)
	china = time.FixedZone("CST", 8*60*60)

	phone = aihuishou.GetValuationRequest{
		DeviceModel:      "iPhone 15 Pro",
		Brand:            "Apple",
		Condition:        aihuishou.ConditionGood,
		FunctionalStatus: aihuishou.FunctionalNormal,
		Storage:          "256GB",
		Color:            "black",
		IsOriginal:       new(true),
	}
	sale = aihuishou.CreateOrderRequest{
		ValuationID:   "VAL20240828001",
		UserName:      "张三",
		UserPhone:     "138****6789",
		UserAddress:   "北京市朝阳区XX街道XX小区",
		LogisticsType: aihuishou.LogisticsExpress,
	}
	parcel  = aihuishou.GetLogisticsTraceRequest{LogisticsNo: "YT20240828001", LogisticsCompany: "圆通快递"}
	tradeIn = aihuishou.CreateTradeInRequest{RecycleOrderNo: "ORD20240828001", NewMachineOrderNo: "NEW-0001"}
)

// harness is a client of a fake platform, with faults in between. Both have
// one clock, on which waiting takes no time; Advance moves the platform's
// alone.
type harness struct {
	*aihuishoutest.Server
	client *aihuishou.Client
	faults *transporttest.Faults
	clock  *transporttest.Clock
}

func start(t *testing.T, opts ...transport.Option) *harness {
	t.Helper()
	return startPlatform(t, nil, opts...)
}

func startPlatform(t *testing.T, platform []aihuishoutest.Option, opts ...transport.Option) *harness {
	t.Helper()
	h := &harness{clock: transporttest.NewClock(now)}
	h.Server = aihuishoutest.NewServer(append([]aihuishoutest.Option{
		aihuishoutest.WithCredentials(appID, appSecret),
		aihuishoutest.WithClock(h.clock.Now),
		aihuishoutest.WithMiddleware(func(next http.Handler) http.Handler {
			h.faults = transporttest.NewFaults(next)
			return h.faults
		}),
	}, platform...)...)
	t.Cleanup(h.Close)
	h.client = h.newClient(t, h.Config(), opts...)
	return h
}

func (h *harness) newClient(t *testing.T, config aihuishou.Config, opts ...transport.Option) *aihuishou.Client {
	t.Helper()
	client, err := aihuishou.New(config, append([]transport.Option{transport.WithClock(h.clock)}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// order creates an order on a new quote.
func (h *harness) order(t *testing.T) *aihuishou.Order {
	t.Helper()
	quote, err := h.client.GetValuation(t.Context(), phone)
	require.NoError(t, err)
	req := sale
	req.ValuationID = quote.ValuationID
	order, err := h.client.CreateOrder(t.Context(), req)
	require.NoError(t, err)
	return order
}

// credentials are those of the platform, for the test environment.
func credentials() aihuishou.Config {
	return aihuishou.Config{AppID: appID, AppSecret: signing.NewSecret(appSecret)}
}

// noAnswer is a connection on which nothing comes back.
type noAnswer struct{}

func (noAnswer) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("no answer")
}
