package codegate

import (
	"cmp"
	"encoding/json"
	"strconv"
	"time"

	"github.com/pentagate/pentagate/transport"
)

// Every type of an answer reads leniently: a member that has not the
// documented form counts as absent, and Raw has it as it came. What makes the
// answer what it is must be there, else it is malformed: see decode.go. Codes,
// names, addresses and free text are transport.Personal, which prints as a mask.

// Time is a moment that the platform writes as Unix time in whole seconds.
type Time struct{ time.Time }

// MarshalJSON writes whole seconds, null for the zero Time.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, t.Unix(), 10), nil
}

// Project is the answer of GetProject ("CodeGate SDK API reference, Project").
// It has an id.
type Project struct {
	ID          string             `json:"id"`
	Name        string             `json:"name"`
	Description transport.Personal `json:"description"`
	// Enabled is true in every answer: a project that is off answers with an
	// error that matches ProjectDisabled.
	Enabled bool `json:"status"`
	// ExpiresAt is nil for a project without an end. A project past its end
	// still answers.
	ExpiresAt  *Time  `json:"expires_at"`
	CreatedAt  Time   `json:"created_at"`
	Statistics Counts `json:"statistics"`
	// Raw is the answer as it came.
	Raw transport.Raw `json:"-"`
}

// Counts are a project's numbers of codes. The states exclude each other. A
// number is 0 too where the platform sent none.
type Counts struct {
	TotalCodes  int64 `json:"total_codes"`
	UsedCodes   int64 `json:"used_codes"`
	UnusedCodes int64 `json:"unused_codes"`
	// DisabledCodes is what the platform sends: always 0. See Disabled.
	DisabledCodes int64 `json:"disabled_codes"`
	// ExpiredCodes lags behind until something touches an expired code.
	ExpiredCodes int64 `json:"expired_codes"`
}

// Disabled derives the number of disabled codes from the others.
func (c Counts) Disabled() int64 {
	return c.TotalCodes - c.UsedCodes - c.UnusedCodes - c.ExpiredCodes
}

// Statistics is the answer of GetStatistics ("CodeGate SDK API reference,
// Statistics"). It tells how many codes there are.
type Statistics struct {
	ProjectID string `json:"project_id"`
	Counts
	// UsageRate is used by total codes, 0 to 1, rounded to four places; "" for
	// none.
	UsageRate json.Number `json:"usage_rate"`
	// RecentVerifications holds the codes used last, newest first, at most 10.
	RecentVerifications []RecentVerification `json:"recent_verifications"`
	// Raw is the answer as it came.
	Raw transport.Raw `json:"-"`
}

// RecentVerification is one code that is used now.
type RecentVerification struct {
	Code       transport.Personal `json:"code"`
	VerifiedAt *Time              `json:"verified_at"`
	VerifiedBy transport.Personal `json:"verified_by"`
}

// CodeStatus filters lists by a code's state.
type CodeStatus string

// The states of a code.
const (
	StatusUnused   CodeStatus = "unused"
	StatusUsed     CodeStatus = "used"
	StatusDisabled CodeStatus = "disabled"
	StatusExpired  CodeStatus = "expired"
)

// Code is one code as lists show it. It has an id and says whether it is used.
type Code struct {
	ID   string             `json:"id"`
	Code transport.Personal `json:"code"`
	// Used is the platform's field "status".
	Used bool `json:"status"`
	// Disabled and Expired are false too where the platform did not say.
	Disabled bool `json:"is_disabled"`
	// Expired is brought up to date when something touches the code, so the
	// first list of unused codes may show expired ones.
	Expired bool `json:"is_expired"`
	// ExpiresAt is nil where the project's end applies.
	ExpiresAt  *Time              `json:"expires_at"`
	VerifiedAt *Time              `json:"verified_at"`
	VerifiedBy transport.Personal `json:"verified_by"`
	CreatedAt  Time               `json:"created_at"`
	// Raw is the code as it came, that of a CodeDetail with its logs.
	Raw transport.Raw `json:"-"`
}

// CodePage is one page of a list. It has a list of items; their number in all
// pages, and the page itself, are 0 where the platform sent none.
type CodePage struct {
	Items      []Code `json:"items"`
	Total      int64  `json:"total"`
	Page       int    `json:"page"`
	PageSize   int    `json:"page_size"`
	TotalPages int    `json:"total_pages"`
	// Raw is the answer as it came.
	Raw transport.Raw `json:"-"`
}

// CodeDetail is one code with its history.
type CodeDetail struct {
	Code
	// VerificationLogs is newest first, at most 100.
	VerificationLogs []VerificationLog `json:"verification_logs"`
}

// VerificationLog is one attempt to redeem or reactivate a code.
type VerificationLog struct {
	ID         string             `json:"id"`
	VerifiedAt Time               `json:"verified_at"`
	VerifiedBy transport.Personal `json:"verified_by"`
	IPAddress  transport.Personal `json:"ip_address"`
	Result     LogResult          `json:"result"`
	// Raw is the entry as it came.
	Raw transport.Raw `json:"-"`
}

// LogResult is how an attempt ended. Unknown words are kept.
type LogResult string

// The documented results.
const (
	LogSuccess     LogResult = "success"
	LogFailed      LogResult = "failed"
	LogReactivated LogResult = "reactivated"
)

// VerifyCodeRequest redeems a code.
type VerifyCodeRequest struct {
	// Code is required: 1 to 100 characters.
	Code string `json:"code"`
	// VerifiedBy says who redeems, at most 100 characters. With
	// transport.WithReconcile it is required and should be unique to the
	// redemption, such as an order number.
	VerifiedBy string `json:"verified_by,omitempty"`
}

// VerifyResult is the answer of VerifyCode. It says whether it succeeded.
type VerifyResult struct {
	Success bool `json:"success"`
	// CodeID is nil on failure.
	CodeID     *string            `json:"code_id"`
	Code       transport.Personal `json:"code"`
	VerifiedAt *Time              `json:"verified_at"`
	// Message is English text of the platform.
	Message transport.Personal `json:"message"`
	// ErrorCode is "" on success.
	ErrorCode ErrorCode `json:"error_code"`
	// Reconciled tells that the answer was lost and the result comes from
	// looking the code up.
	Reconciled bool `json:"-"`
	// Raw is the answer as it came, that of the look-up if Reconciled is set.
	Raw transport.Raw `json:"-"`
	// client is the name that Err gives.
	client string
}

// Err returns nil for a success, else an error that matches r.ErrorCode and a
// sentinel of package transport.
func (r *VerifyResult) Err() error {
	if r.Success {
		return nil
	}
	return r.refusal()
}

func (r *VerifyResult) refusal() *transport.Error {
	return r.ErrorCode.refusal(cmp.Or(r.client, provider), "VerifyCode")
}

// ReactivateCodeRequest makes a used code usable again.
type ReactivateCodeRequest struct {
	// Code is required: 1 to 100 characters.
	Code string `json:"code"`
	// ReactivatedBy is at most 100 characters.
	ReactivatedBy string `json:"reactivated_by,omitempty"`
	Reason        string `json:"reason,omitempty"`
}

// ReactivateResult is the answer of ReactivateCode. It says whether it
// succeeded.
type ReactivateResult struct {
	Success       bool               `json:"success"`
	CodeID        *string            `json:"code_id"`
	Code          transport.Personal `json:"code"`
	ReactivatedAt *Time              `json:"reactivated_at"`
	Message       transport.Personal `json:"message"`
	// ErrorCode is "" on success.
	ErrorCode ErrorCode `json:"error_code"`
	// AlreadyDone tells that an earlier attempt of this call may have done it:
	// its answer was lost, and the repeat found the code unused. Success is
	// then true, CodeID and ReactivatedAt are nil.
	AlreadyDone bool `json:"-"`
	// Raw is the answer as it came.
	Raw transport.Raw `json:"-"`
	// client is the name that Err gives.
	client string
}

// Err returns nil for a success, else an error that matches r.ErrorCode and a
// sentinel of package transport.
func (r *ReactivateResult) Err() error {
	if r.Success {
		return nil
	}
	return r.refusal()
}

func (r *ReactivateResult) refusal() *transport.Error {
	return r.ErrorCode.refusal(cmp.Or(r.client, provider), "ReactivateCode")
}

// ErrorCode is the platform's word for a business failure. It is an error
// itself, so that it serves as a target of errors.Is. Unknown words are kept.
type ErrorCode string

// The documented error codes. CodeDisabled and CodeExpired cannot be had from
// ReactivateCode today, ProjectExpired neither.
const (
	CodeNotFound      ErrorCode = "CODE_NOT_FOUND"
	CodeDisabled      ErrorCode = "CODE_DISABLED"
	CodeAlreadyUsed   ErrorCode = "CODE_ALREADY_USED"
	CodeAlreadyUnused ErrorCode = "CODE_ALREADY_UNUSED"
	CodeExpired       ErrorCode = "CODE_EXPIRED"
	ProjectDisabled   ErrorCode = "PROJECT_DISABLED"
	ProjectExpired    ErrorCode = "PROJECT_EXPIRED"
)

// Error returns the word itself.
func (c ErrorCode) Error() string { return string(c) }

// refusal is the failure that the word stands for.
func (c ErrorCode) refusal(client, operation string) *transport.Error {
	e := &transport.Error{Provider: client, Operation: operation, Kind: transport.ErrConflict, Code: string(c), Err: c}
	switch c {
	case CodeNotFound:
		e.Kind = transport.ErrNotFound
	case ProjectDisabled:
		e.Kind = transport.ErrPermission
	}
	return e
}

// provesUnused reports whether the platform says so of a code only if nobody
// has redeemed it. It looks for a code in the whole installation, a used one
// cannot be disabled, and all else is checked after the use ("CodeGate SDK API
// reference, Verify"; the order as seen on the running server).
func (c ErrorCode) provesUnused() bool {
	switch c {
	case CodeNotFound, CodeDisabled, CodeExpired, ProjectDisabled, ProjectExpired:
		return true
	}
	return false
}
