package codegate_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// outcomeRow is a row of testdata/outcomes.json.
type outcomeRow struct {
	Call   string
	First  []string
	Second map[string]string
}

// outcomeCalls are the calls of each class. All of them find code A as they
// need it.
var outcomeCalls = map[string]func(context.Context, *codegate.Client) error{
	"read": func(ctx context.Context, c *codegate.Client) error { _, err := c.GetProject(ctx); return err },
	"idempotent": func(ctx context.Context, c *codegate.Client) error {
		result, err := c.ReactivateCode(ctx, codegate.ReactivateCodeRequest{Code: "A"})
		return firstOf(err, func() error { return result.Err() })
	},
	"unsafe": func(ctx context.Context, c *codegate.Client) error {
		result, err := c.VerifyCode(ctx, order)
		return firstOf(err, func() error { return result.Err() })
	},
	"unsafe, repeated on demand": func(ctx context.Context, c *codegate.Client) error {
		result, err := c.VerifyCode(ctx, order, transport.WithUnsafeRetries())
		return firstOf(err, func() error { return result.Err() })
	},
}

func firstOf(err error, or func() error) error {
	if err != nil {
		return err
	}
	return or()
}

var outcomeFirsts = map[string]transporttest.Fault{
	"lost": transporttest.DropAfter(), "reset": transporttest.DropBefore(), "502": page(502), "page": page(200),
}

// ownAnswers are the platform's own answers with each status.
var ownAnswers = map[string]transporttest.Fault{
	"200":  transporttest.Pass(),
	"400":  transporttest.Status(400, `{"detail":"There was an error parsing the body"}`),
	"401":  transporttest.Status(401, `{"detail":"Invalid signature"}`),
	"403":  transporttest.Status(403, `{"detail":"Project ID in path does not match API Key's project"}`),
	"404":  transporttest.Status(404, `{"detail":"Code not found"}`),
	"409":  transporttest.Status(409, `{"detail":"Conflict"}`),
	"413":  transporttest.Status(413, `{"detail":"Too large"}`),
	"422":  transporttest.Status(422, `{"detail":[{"type":"string_too_long","loc":["body","code"],"msg":"m"}]}`),
	"422!": transporttest.Status(422, `{"detail":[{"type":"missing","loc":["header","X-API-Key"],"msg":"m"}]}`),
	"429":  transporttest.Status(429, `{"detail":"Too Many Requests"}`),
	"500":  transporttest.Status(500, "Internal Server Error"),
}

func secondOf(t *testing.T, name string) transporttest.Fault {
	if status, ok := strings.CutPrefix(name, "page "); ok {
		n, err := strconv.Atoi(status)
		require.NoError(t, err)
		return page(n)
	}
	require.Contains(t, ownAnswers, name)
	return ownAnswers[name]
}

func seconds() []string {
	var all []string
	for own := range ownAnswers {
		all = append(all, own)
		if !strings.HasSuffix(own, "!") {
			all = append(all, "page "+own)
		}
	}
	return all
}

var outcomeKinds = map[string]error{
	"invalid": transport.ErrInvalid, "unauthenticated": transport.ErrUnauthenticated, "permission": transport.ErrPermission,
	"not found": transport.ErrNotFound, "conflict": transport.ErrConflict, "rate limited": transport.ErrRateLimited,
	"rejected": transport.ErrRejected, "quota": transport.ErrQuota, "unavailable": transport.ErrUnavailable,
	"too large": transport.ErrTooLarge, "malformed": transport.ErrMalformed, "redirect": transport.ErrRedirect,
}

// told is the class of an error as the table writes it.
func told(err error) string {
	if err == nil {
		return "done"
	}
	var words []string
	for word, kind := range outcomeKinds {
		if errors.Is(err, kind) {
			words = append(words, word)
		}
	}
	if errors.Is(err, transport.ErrOutcomeUnknown) {
		words = append(words, "unknown")
	}
	return strings.Join(words, ", ")
}

func TestWhatTwoAttemptsTell(t *testing.T) {
	data, err := os.ReadFile("testdata/outcomes.json")
	require.NoError(t, err)
	var table struct{ Rows []outcomeRow }
	require.NoError(t, json.Unmarshal(data, &table))
	covered := make(map[string]int)
	for _, row := range table.Rows {
		for _, first := range row.First {
			for second, want := range row.Second {
				each := []string{second}
				if second == "any" {
					each = seconds()
				}
				for _, second := range each {
					covered[row.Call]++
					t.Run(row.Call+", "+first+", then "+second, func(t *testing.T) {
						assert.Equal(t, want, told(twoAttempts(t, row.Call, first, second)))
					})
				}
			}
		}
	}
	for _, call := range []string{"read", "idempotent", "unsafe"} {
		assert.Equal(t, 5*21, covered[call], "every first end of %s meets every second", call)
	}
}

func twoAttempts(t *testing.T, call, first, second string) error {
	t.Helper()
	h := start(t)
	if call == "idempotent" {
		h.AddCode(used("order-7", now))
	} else {
		h.AddCode(codegatetest.Code{Code: "A"})
	}
	if first != "none" {
		require.Contains(t, outcomeFirsts, first)
		h.faults.Script(outcomeFirsts[first])
	}
	h.faults.Always(secondOf(t, second))
	return outcomeCalls[call](t.Context(), h.client)
}
