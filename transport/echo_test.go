package transport_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func TestEchoesInAnotherFormAreMasked(t *testing.T) {
	call := post(transport.Unsafe)
	call.Body = map[string]any{
		"address": "88 Secret Garden Road, Pudong", "phone": "13912345678", "name": "Zhang Sanfeng", "street": "北京市朝阳区建国路八十八号",
		"code": "welcome-2026", "short": "ab12", "word": "new",
	}
	for message, want := range map[string]string{
		"bad address 88 Secret Garden Road, Pudong":      "bad address [redacted]",
		"BAD ADDRESS 88 SECRET GARDEN ROAD, PUDONG":      "BAD ADDRESS [redacted]",
		"address '88 Secret Garden Ro...' is not served": "address '[redacted]...' is not served",
		"near \u2026cret Garden Road, Pudong":            "near …[redacted]",
		"bad address 88 Secret&nbsp;Garden Road":         "bad address [redacted]",
		"phone 139-1234-5678 is blocked":                 "phone [redacted] is blocked",
		"phone +86 139 1234 5678 is blocked":             "phone +86 [redacted] is blocked",
		"phone １３９１２３４５６７８ is blocked":                   "phone [redacted] is blocked",
		"no ZHANG SANFENG here":                          "no [redacted] here",
		"北京市朝阳区没有库存":                                     "[redacted]没有库存",
		"code WELCOME-2026 not found":                    "code [redacted] not found",
		"AB12 is short, and xab12x another":              "[redacted] is short, and x[redacted]x another",
		"the order was RENEWED, not New":                 "the order was RENEWED, not [redacted]",
		"price must be more than 0":                      "price must be more than 0",
	} {
		h := start(t, transport.Config{Interpret: func(a *transport.Answer) ([]byte, *transport.Error) {
			e := transport.StatusError(a.Status)
			var m struct{ Message string }
			_ = json.Unmarshal(a.Body, &m)
			e.Message = m.Message
			return nil, e
		}})
		body, err := json.Marshal(map[string]string{"message": message})
		require.NoError(t, err)
		h.faults.Script(transporttest.Status(400, string(body)))
		err = h.client.Do(t.Context(), call, nil)
		var e *transport.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, want, e.Message, message)
	}
}
