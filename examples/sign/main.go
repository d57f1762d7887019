package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/pentagate/pentagate/signing"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr, time.Now))
}

func run(args []string, stdout, stderr io.Writer, now func() time.Time) int {
	in, err := parse(args, stderr, now)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	var s *sheet
	if err == nil {
		s, err = sign(in, signing.WithLiterals(in.literals))
	}
	if err == nil {
		if in.verify != nil {
			s.compare(in, *in.verify)
		}
		if in.json {
			err = s.writeJSON(stdout)
		} else {
			err = s.writeText(stdout, in)
		}
	}
	switch {
	case err != nil:
		_, _ = fmt.Fprintln(stderr, err)
		return 2
	case s.Matches != nil && !*s.Matches:
		return 1
	}
	return 0
}

// sign explains the request and signs it.
func sign(in *input, opts ...signing.AihuishouOption) (*sheet, error) {
	var signer interface {
		signing.Signer
		signing.Explainer
	}
	var err error
	secret, signatureHeader := signing.NewSecret(in.secret), signing.HeaderSignature
	switch in.provider {
	case "codegate":
		signer, err = signing.NewCodeGate(signing.NewSecret(in.key), secret)
	case "procure":
		signer, err = signing.NewProcure(in.key, secret)
	case "aihuishou":
		signer, err = signing.NewAihuishou(in.key, secret, opts...)
		signatureHeader = signing.HeaderAihuishouSign
	}
	if err != nil {
		return nil, fmt.Errorf("-key or -secret cannot be used: %w", err)
	}
	explanation, err := signer.Explain(&in.request)
	if err != nil {
		return nil, fmt.Errorf("-body cannot be used: %w", err)
	}
	signed := in.request
	if err := signer.Sign(context.Background(), &signed); err != nil {
		return nil, fmt.Errorf("-body cannot be used: %w", err)
	}
	s := &sheet{
		StringToSign: explanation.StringToSign,
		Signature:    signed.Header[signatureHeader][0],
		Headers:      map[string]string{},
		Body:         string(signed.Body),
		parts:        explanation.Parts,
	}
	for name, values := range signed.Header {
		s.Headers[name] = values[0]
	}
	return s, nil
}
