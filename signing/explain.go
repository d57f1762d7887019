package signing

import "strings"

// redact masks every occurrence of the secret in text.
func (s Secret) redact(text string) string {
	secret := s.Reveal()
	if secret == "" {
		return text
	}
	text = strings.ReplaceAll(text, secret, mask)
	if strings.Contains(text, secret) {
		// A secret of a few characters that the mask itself contains or
		// completes: nothing can be shown beside it.
		return ""
	}
	return text
}

// redacted returns the explanation with the secret masked everywhere.
func (e Explanation) redacted(secret Secret) Explanation {
	e.StringToSign = secret.redact(e.StringToSign)
	for i, p := range e.Parts {
		e.Parts[i].Value = secret.redact(p.Value)
		e.Parts[i].Name = secret.redact(p.Name)
	}
	return e
}
