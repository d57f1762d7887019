package uumit_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
	"github.com/pentagate/pentagate/uumit"
)

// Gateways write problem details as RFC 9457 has them, with a "detail" too.
func TestTheProblemDetailsOfAGatewayAreNotThePlatforms(t *testing.T) {
	for _, status := range []int{400, 403, 404, 409, 422} {
		h := start(t)
		fault := transporttest.Status(status, `{"type":"about:blank","title":"x","detail":"blocked by the gateway"}`)
		fault.Header.Set("Content-Type", "application/problem+json")
		h.faults.Script(fault)
		_, err := h.client.Orders.Create(t.Context(), uumit.CreateOrderRequest{CapabilityID: h.offer().ID})
		require.ErrorIs(t, err, transport.ErrMalformed, http.StatusText(status))
		assert.ErrorIs(t, err, transport.ErrOutcomeUnknown)
	}
}
