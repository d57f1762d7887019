package codegate_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

var update = flag.Bool("update", false, "write the requests of today to testdata/wire")

// TestRequestsOnTheWire compares each call's request, byte by byte, with a
// file, so that a change on the wire is seen in review.
func TestRequestsOnTheWire(t *testing.T) {
	config := codegate.Config{
		BaseURL:   "https://codes.example.com",
		APIKey:    signing.NewSecret("0123456789abcdef0123456789abcdef"),
		Secret:    signing.NewSecret(strings.Repeat("0123456789abcdef", 4)),
		ProjectID: "550e8400e29b41d4a716446655440000",
	}
	for name, call := range map[string]func(context.Context, *codegate.Client) error{
		"GetProject":    func(ctx context.Context, c *codegate.Client) error { _, err := c.GetProject(ctx); return err },
		"GetStatistics": func(ctx context.Context, c *codegate.Client) error { _, err := c.GetStatistics(ctx); return err },
		"ListCodes": func(ctx context.Context, c *codegate.Client) error {
			_, err := c.ListCodes(ctx, codegate.ListCodesRequest{Page: new(2), PageSize: new(50), Status: codegate.StatusUnused, Search: "a b!'()*~中"})
			return err
		},
		"ListCodesDefaults": func(ctx context.Context, c *codegate.Client) error {
			_, err := c.ListCodes(ctx, codegate.ListCodesRequest{})
			return err
		},
		"GetCode": func(ctx context.Context, c *codegate.Client) error { _, err := c.GetCode(ctx, "abc123"); return err },
		"GetCodeByCode": func(ctx context.Context, c *codegate.Client) error {
			_, err := c.GetCodeByCode(ctx, "SP 中文+/?")
			return err
		},
		"VerifyCode": func(ctx context.Context, c *codegate.Client) error {
			_, err := c.VerifyCode(ctx, codegate.VerifyCodeRequest{Code: "ABC12345", VerifiedBy: "用户 <张三> & Co"})
			return err
		},
		"ReactivateCode": func(ctx context.Context, c *codegate.Client) error {
			_, err := c.ReactivateCode(ctx, codegate.ReactivateCodeRequest{Code: "ABC12345", ReactivatedBy: "admin123", Reason: "用户退款"})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			wire := transporttest.NewWire(noAnswer{})
			client, err := codegate.New(config, transport.WithRoundTripper(wire), transport.WithClock(transporttest.NewClock(now)))
			require.NoError(t, err)
			defer client.Close()
			_ = call(t.Context(), client) // there is no answer; the request is looked at
			require.NotEmpty(t, wire.Requests())
			file := filepath.Join("testdata", "wire", name+".http")
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o750))
				require.NoError(t, os.WriteFile(file, []byte(wire.Requests()[0]), 0o600))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, string(want), wire.Requests()[0])
		})
	}
}
