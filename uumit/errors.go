package uumit

import (
	"errors"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

// The documented codes, for comparing with the Code of a [transport.Error]
// ("UUMit API, Error codes and rate limits"; "UUMit API, Authentication"). That
// of a balance that does not suffice is not published; it matches
// [transport.ErrQuota] like all of 3xxx. Of a code without a name here its range
// tells the class, and an error whose code no document explains matches
// [transport.ErrRejected].
const (
	// CodeUnauthenticated: credentials missing or invalid.
	CodeUnauthenticated = "1002"
	// CodePermission: the caller may not do this.
	CodePermission = "1003"
	// CodeInvalidAPIKey: the API key is unknown.
	CodeInvalidAPIKey = "1006"
	// CodeUserNotLinked: the user is not linked to the key's platform.
	CodeUserNotLinked = "1007"
	// CodeDailyQuota: the platform's 100,000 calls of the day are used up.
	CodeDailyQuota = "1010"
	// CodeAlreadyConfirmed: the order is confirmed already.
	CodeAlreadyConfirmed = "4501"
	// CodeAuthorizationPending: the person has not confirmed yet, when polling
	// a device authorization. Everywhere else: the content was refused.
	CodeAuthorizationPending = "4801"
	// CodeSystemError: the platform failed. It may come with HTTP 200.
	CodeSystemError = "9999"
)

// ErrorCode is the platform's word for some failures. It is an error itself,
// so that it serves as a target of errors.Is. Unknown words are kept.
type ErrorCode string

// The words of SubmitDeliverables ("UUMit agent skill, Deliverables"). See
// [GuidanceFrom].
const (
	DeliverableFormatMismatch    ErrorCode = "DELIVERABLE_FORMAT_MISMATCH"
	DeliverableUnchangedResubmit ErrorCode = "DELIVERABLE_UNCHANGED_RESUBMIT"
)

// Error returns the word itself.
func (c ErrorCode) Error() string { return string(c) }

// Guidance tells a seller what is wrong with a delivery.
type Guidance struct {
	Problem      transport.Personal   `json:"problem,omitzero"`
	TaskSummary  transport.Personal   `json:"task_summary,omitzero"`
	ExpectedHint transport.Personal   `json:"expected_hint,omitzero"`
	HowToFix     []transport.Personal `json:"how_to_fix,omitempty"`
	// Retryable tells whether a changed delivery may be submitted; nil if the
	// platform does not say.
	Retryable *bool              `json:"retryable,omitempty"`
	Source    string             `json:"source,omitempty"`
	NextStep  transport.Personal `json:"next_step,omitzero"`
	// Text is guidance in one piece, in the place of all the others.
	Text transport.Personal `json:"raw,omitzero"`
}

// UnmarshalJSON leaves members of an unexpected type out.
func (g *Guidance) UnmarshalJSON(b []byte) error {
	type plain Guidance
	var in struct {
		plain
		Retryable answer.Flag `json:"retryable"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	*g = Guidance(in.plain)
	g.Retryable = in.Retryable.Ptr()
	return nil
}

// GuidanceFrom returns the guidance that came with an error of
// SubmitDeliverables.
func GuidanceFrom(err error) (*Guidance, bool) {
	e, ok := errors.AsType[*transport.Error](err)
	if !ok {
		return nil, false
	}
	var env envelope
	var data struct {
		Guidance *Guidance `json:"guidance"`
	}
	if answer.Decode(e.Body, &env) != nil || answer.Decode(env.Data, &data) != nil || data.Guidance == nil {
		return nil, false
	}
	return data.Guidance, true
}
