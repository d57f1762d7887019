package sign

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/pentagate/pentagate/signing"
)

// Command returns the sub-command.
func Command() *cli.Command { return command(time.Now) }

func command(now func() time.Time) *cli.Command {
	return &cli.Command{
		Name:  "sign",
		Usage: "show what a platform signs and the signature, and where another signature went wrong",
		Flags: flags(),
		// The library's own messages repeat what was typed, which may be a
		// secret that stands in the wrong place.
		OnUsageError: func(context.Context, *cli.Command, error, bool) error { return cli.Exit(errFlags, 2) },
		Action: func(_ context.Context, cmd *cli.Command) error {
			in, err := read(cmd, now)
			if err != nil {
				return cli.Exit(err, 2)
			}
			s, err := sign(in, signing.WithLiterals(in.literals))
			if err != nil {
				return cli.Exit(err, 2)
			}
			if in.verify != nil {
				s.compare(in, *in.verify)
			}
			if in.json {
				err = s.writeJSON(cmd.Writer)
			} else {
				err = s.writeText(cmd.Writer, in)
			}
			if err == nil && s.Matches != nil && !*s.Matches {
				return cli.Exit("", 1)
			}
			return err
		},
	}
}

// sign explains the request and signs it.
func sign(in *input, opts ...signing.AihuishouOption) (*sheet, error) {
	signer, err := newSigner(in, in.secret, opts...)
	if err != nil {
		return nil, fmt.Errorf("-key or -secret cannot be used: %w", err)
	}
	// An explanation masks the secret wherever it occurs, and a short one occurs
	// in many places. Another secret that is in no text is masked only where the
	// scheme puts it.
	explainer, err := newSigner(in, rand.Text(), opts...)
	if err != nil {
		return nil, err
	}
	explanation, err := explainer.Explain(&in.request)
	if err != nil {
		return nil, fmt.Errorf("-body cannot be used: %w", err)
	}
	signed := in.request
	if err := signer.Sign(context.Background(), &signed); err != nil {
		return nil, fmt.Errorf("-body cannot be used: %w", err)
	}
	s := &sheet{
		StringToSign: explanation.StringToSign,
		Headers:      map[string]string{},
		Body:         string(signed.Body),
		parts:        explanation.Parts,
	}
	for name, values := range signed.Header {
		s.Headers[name] = values[0]
	}
	s.Signature = s.Headers[signing.HeaderSignature]
	if in.provider == "aihuishou" {
		s.Signature = s.Headers[signing.HeaderAihuishouSign]
	}
	return s, nil
}

type explainingSigner interface {
	signing.Signer
	signing.Explainer
}

func newSigner(in *input, secret string, opts ...signing.AihuishouOption) (explainingSigner, error) {
	switch in.provider {
	case "codegate":
		return signing.NewCodeGate(signing.NewSecret(in.key), signing.NewSecret(secret))
	case "procure":
		return signing.NewProcure(in.key, signing.NewSecret(secret))
	default:
		return signing.NewAihuishou(in.key, signing.NewSecret(secret), opts...)
	}
}
