package codegate

import (
	"encoding/json"
	"errors"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

// What an answer cannot do without. The texts never reach a caller, who gets
// ErrMalformed.
var (
	errNoID      = errors.New("codegate: the answer lacks id")
	errNoStatus  = errors.New("codegate: the answer lacks status")
	errNoTotal   = errors.New("codegate: the answer lacks total_codes")
	errNoItems   = errors.New("codegate: the answer lacks items")
	errNoSuccess = errors.New("codegate: the answer lacks success")
)

// UnmarshalJSON reads whole seconds, also quoted, and what else package answer
// takes for a time. Anything else is the zero Time.
func (t *Time) UnmarshalJSON(b []byte) error {
	var read answer.Time
	err := read.UnmarshalJSON(b)
	t.Time = read.Time
	return err
}

// moment is nil for anything but a time.
func moment(t answer.Time) *Time {
	if t.IsZero() {
		return nil
	}
	return &Time{t.Time}
}

type counts struct {
	TotalCodes    answer.Int `json:"total_codes"`
	UsedCodes     answer.Int `json:"used_codes"`
	UnusedCodes   answer.Int `json:"unused_codes"`
	DisabledCodes answer.Int `json:"disabled_codes"`
	ExpiredCodes  answer.Int `json:"expired_codes"`
}

func (c counts) counts() Counts {
	return Counts{
		TotalCodes:    c.TotalCodes.Value,
		UsedCodes:     c.UsedCodes.Value,
		UnusedCodes:   c.UnusedCodes.Value,
		DisabledCodes: c.DisabledCodes.Value,
		ExpiredCodes:  c.ExpiredCodes.Value,
	}
}

// UnmarshalJSON reads an answer that has an id.
func (p *Project) UnmarshalJSON(b []byte) error {
	var in struct {
		ID          answer.ID          `json:"id"`
		Name        answer.Text        `json:"name"`
		Description transport.Personal `json:"description"`
		Status      answer.Flag        `json:"status"`
		ExpiresAt   answer.Time        `json:"expires_at"`
		CreatedAt   Time               `json:"created_at"`
		Statistics  counts             `json:"statistics"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	if in.ID == "" {
		return errNoID
	}
	*p = Project{
		ID:          string(in.ID),
		Name:        string(in.Name),
		Description: in.Description,
		Enabled:     in.Status.Is(),
		ExpiresAt:   moment(in.ExpiresAt),
		CreatedAt:   in.CreatedAt,
		Statistics:  in.Statistics.counts(),
		Raw:         transport.NewRaw(b),
	}
	return nil
}

// UnmarshalJSON reads an answer that tells how many codes there are.
func (s *Statistics) UnmarshalJSON(b []byte) error {
	var in struct {
		ProjectID answer.ID `json:"project_id"`
		counts
		UsageRate json.Number     `json:"usage_rate"`
		Recent    json.RawMessage `json:"recent_verifications"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	if !in.TotalCodes.Valid {
		return errNoTotal
	}
	*s = Statistics{
		ProjectID:           string(in.ProjectID),
		Counts:              in.counts.counts(),
		UsageRate:           in.UsageRate,
		RecentVerifications: list[RecentVerification](in.Recent),
		Raw:                 transport.NewRaw(b),
	}
	return nil
}

// UnmarshalJSON reads any object.
func (v *RecentVerification) UnmarshalJSON(b []byte) error {
	var in struct {
		Code       transport.Personal `json:"code"`
		VerifiedAt answer.Time        `json:"verified_at"`
		VerifiedBy transport.Personal `json:"verified_by"`
	}
	err := answer.Decode(b, &in)
	*v = RecentVerification{Code: in.Code, VerifiedAt: moment(in.VerifiedAt), VerifiedBy: in.VerifiedBy}
	return err
}

// list reads an optional list; it is nil for anything but a list of objects.
func list[T any](b json.RawMessage) []T {
	raws, err := answer.Items(b)
	if err != nil {
		return nil
	}
	out := make([]T, len(raws))
	for i, raw := range raws {
		if json.Unmarshal(raw, &out[i]) != nil {
			return nil
		}
	}
	return out
}

// UnmarshalJSON reads a code that has an id and a status.
func (c *Code) UnmarshalJSON(b []byte) error {
	var in struct {
		ID         answer.ID          `json:"id"`
		Code       transport.Personal `json:"code"`
		Status     answer.Flag        `json:"status"`
		IsDisabled answer.Flag        `json:"is_disabled"`
		IsExpired  answer.Flag        `json:"is_expired"`
		ExpiresAt  answer.Time        `json:"expires_at"`
		VerifiedAt answer.Time        `json:"verified_at"`
		VerifiedBy transport.Personal `json:"verified_by"`
		CreatedAt  Time               `json:"created_at"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	switch {
	case in.ID == "":
		return errNoID
	case !in.Status.Valid:
		return errNoStatus
	}
	*c = Code{
		ID:         string(in.ID),
		Code:       in.Code,
		Used:       in.Status.Value,
		Disabled:   in.IsDisabled.Is(),
		Expired:    in.IsExpired.Is(),
		ExpiresAt:  moment(in.ExpiresAt),
		VerifiedAt: moment(in.VerifiedAt),
		VerifiedBy: in.VerifiedBy,
		CreatedAt:  in.CreatedAt,
		Raw:        transport.NewRaw(b),
	}
	return nil
}

// UnmarshalJSON reads a code that has an id and a status. Its history is nil
// for anything but a list of objects.
func (d *CodeDetail) UnmarshalJSON(b []byte) error {
	var code Code
	if err := code.UnmarshalJSON(b); err != nil {
		return err
	}
	var in struct {
		Logs json.RawMessage `json:"verification_logs"`
	}
	_ = answer.Decode(b, &in) // it is an object
	*d = CodeDetail{Code: code, VerificationLogs: list[VerificationLog](in.Logs)}
	return nil
}

// UnmarshalJSON reads any object.
func (l *VerificationLog) UnmarshalJSON(b []byte) error {
	var in struct {
		ID         answer.ID          `json:"id"`
		VerifiedAt Time               `json:"verified_at"`
		VerifiedBy transport.Personal `json:"verified_by"`
		IPAddress  transport.Personal `json:"ip_address"`
		Result     answer.Text        `json:"result"`
	}
	err := answer.Decode(b, &in)
	*l = VerificationLog{
		ID:         string(in.ID),
		VerifiedAt: in.VerifiedAt,
		VerifiedBy: in.VerifiedBy,
		IPAddress:  in.IPAddress,
		Result:     LogResult(in.Result),
		Raw:        transport.NewRaw(b),
	}
	return err
}

// member is a member that must be there, if only as null.
type member struct {
	raw   json.RawMessage
	there bool
}

func (m *member) UnmarshalJSON(b []byte) error {
	m.raw, m.there = answer.Keep(b), true
	return nil
}

type pageAnswer struct {
	Items      member     `json:"items"`
	Total      answer.Int `json:"total"`
	Page       answer.Int `json:"page"`
	PageSize   answer.Int `json:"page_size"`
	TotalPages answer.Int `json:"total_pages"`
}

// UnmarshalJSON reads an answer that has a list of codes. A null stands for an
// empty list, unless there should be codes.
func (p *CodePage) UnmarshalJSON(b []byte) error {
	var in pageAnswer
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	var items []Code
	switch null := answer.IsNull(in.Items.raw); {
	case !in.Items.there, null && in.Total.Value > 0:
		return errNoItems
	case !null:
		raws, err := answer.Items(in.Items.raw)
		if err != nil {
			return err
		}
		items = make([]Code, len(raws))
		for i, raw := range raws {
			if err := items[i].UnmarshalJSON(raw); err != nil {
				return err
			}
		}
	}
	*p = CodePage{
		Items:      items,
		Total:      in.Total.Value,
		Page:       int(in.Page.Value),
		PageSize:   int(in.PageSize.Value),
		TotalPages: int(in.TotalPages.Value),
		Raw:        transport.NewRaw(b),
	}
	return nil
}

// UnmarshalJSON reads an answer that says whether it succeeded.
func (r *VerifyResult) UnmarshalJSON(b []byte) error {
	var in struct {
		Success    answer.Flag        `json:"success"`
		CodeID     *answer.ID         `json:"code_id"`
		Code       transport.Personal `json:"code"`
		VerifiedAt answer.Time        `json:"verified_at"`
		Message    transport.Personal `json:"message"`
		ErrorCode  answer.Text        `json:"error_code"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	if !in.Success.Valid {
		return errNoSuccess
	}
	*r = VerifyResult{
		Success:    in.Success.Value,
		CodeID:     (*string)(in.CodeID),
		Code:       in.Code,
		VerifiedAt: moment(in.VerifiedAt),
		Message:    in.Message,
		ErrorCode:  ErrorCode(in.ErrorCode),
		Raw:        transport.NewRaw(b),
		client:     r.client,
	}
	return nil
}

// UnmarshalJSON reads an answer that says whether it succeeded.
func (r *ReactivateResult) UnmarshalJSON(b []byte) error {
	var in struct {
		Success       answer.Flag        `json:"success"`
		CodeID        *answer.ID         `json:"code_id"`
		Code          transport.Personal `json:"code"`
		ReactivatedAt answer.Time        `json:"reactivated_at"`
		Message       transport.Personal `json:"message"`
		ErrorCode     answer.Text        `json:"error_code"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	if !in.Success.Valid {
		return errNoSuccess
	}
	*r = ReactivateResult{
		Success:       in.Success.Value,
		CodeID:        (*string)(in.CodeID),
		Code:          in.Code,
		ReactivatedAt: moment(in.ReactivatedAt),
		Message:       in.Message,
		ErrorCode:     ErrorCode(in.ErrorCode),
		Raw:           transport.NewRaw(b),
		client:        r.client,
	}
	return nil
}
