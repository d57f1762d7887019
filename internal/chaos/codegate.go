package main

import (
	"context"
	"net/http"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

// newCodeGate is CodeGate, with the reference as the code and as who redeems it.
func newCodeGate() *platform {
	fake := codegatetest.New()
	project := fake.Project("")
	return &platform{
		name:    "codegate",
		handler: fake,
		form: form{
			answer: func(status int) string { return object(map[string]any{"detail": http.StatusText(status)}) },
			busy: []answer{
				{500, `{"detail":"Internal Server Error"}`},
				{503, `{"detail":"Service Unavailable"}`},
			},
			lateTime: `{"detail":"Timestamp expired. Request timestamp is too old or too far in the future."}`,
			odd: []member{
				{"verified_at", `""`},
				{"verified_at", `null`},
				{"code_id", `5`},
				{"code_id", `null`},
				{"message", `null`},
				{"created_at", `""`},
				{"verification_logs", `null`},
			},
		},
		connect: func(_ context.Context, address string, opts ...transport.Option) (*client, error) {
			c, err := codegate.New(codegate.Config{
				BaseURL:   address,
				APIKey:    signing.NewSecret(project.APIKey),
				Secret:    signing.NewSecret(project.Secret),
				ProjectID: project.ID,
			}, opts...)
			if err != nil {
				return nil, err
			}
			prepare := func(ref string) { fake.AddCode(codegatetest.Code{Code: ref}) }
			verify := func(opts ...transport.CallOption) func(context.Context, string) error {
				return func(ctx context.Context, ref string) error {
					result, err := c.VerifyCode(ctx, codegate.VerifyCodeRequest{Code: ref, VerifiedBy: ref}, opts...)
					if err != nil {
						return err
					}
					return result.Err()
				}
			}
			return &client{c, []call{
				{operation: "VerifyCode", redeems: true, prepare: prepare, do: verify()},
				{operation: "VerifyCode, reconciled", redeems: true, prepare: prepare, do: verify(transport.WithReconcile())},
			}}, nil
		},
		ledger: func() (map[string]int, error) {
			found := make(map[string]int)
			for _, v := range fake.Verifications() {
				if v.Result == codegatetest.ResultSuccess && v.By != nil && *v.By == v.Code {
					found[v.Code]++
				}
			}
			return found, nil
		},
	}
}
