package codegatetest

import (
	"net/http"
	"slices"
	"time"
	"unicode/utf8"
)

// maxLogs is how many entries of the verification log a code's detail has.
const maxLogs = 100

// maxText is how many characters verify takes for a code and for verified_by.
const maxText = 100

type codeItem struct {
	ID         string  `json:"id"`
	Code       string  `json:"code"`
	Status     bool    `json:"status"`
	IsDisabled bool    `json:"is_disabled"`
	IsExpired  bool    `json:"is_expired"`
	ExpiresAt  *int64  `json:"expires_at"`
	VerifiedAt *int64  `json:"verified_at"`
	VerifiedBy *string `json:"verified_by"`
	CreatedAt  int64   `json:"created_at"`
}

type codeDetail struct {
	codeItem
	Logs []logItem `json:"verification_logs"`
}

type logItem struct {
	ID         string  `json:"id"`
	VerifiedAt int64   `json:"verified_at"`
	VerifiedBy *string `json:"verified_by"`
	IPAddress  *string `json:"ip_address"`
	Result     string  `json:"result"`
}

func (row *code) item() codeItem {
	return codeItem{
		ID:         row.id,
		Code:       row.text,
		Status:     row.used,
		IsDisabled: row.disabled,
		IsExpired:  row.expired,
		ExpiresAt:  unix(row.expiresAt),
		VerifiedAt: unix(row.verifiedAt),
		VerifiedBy: row.verifiedBy,
		CreatedAt:  row.createdAt.Unix(),
	}
}

// unix is null for no time.
func unix(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	return new(t.Unix())
}

// pastEnd reports whether the code's own end, else the project's, has passed.
func (row *code) pastEnd(now time.Time) bool {
	end := row.expiresAt
	if end.IsZero() {
		end = row.project.expiresAt
	}
	return !end.IsZero() && now.After(end)
}

// writable reports whether the database lets the expired flag be set: used,
// disabled and expired exclude each other.
func (row *code) writable() bool { return !row.used && !row.disabled }

// touch brings the expired flags up to date, of all rows or of none. False
// means that the database refused and that the call ends as a 500.
func touch(now time.Time, rows ...*code) bool {
	for _, row := range rows {
		if row.pastEnd(now) && !row.writable() {
			return false
		}
	}
	for _, row := range rows {
		row.expired = row.pastEnd(now)
	}
	return true
}

func (p *Platform) getCode(c *call) answer {
	return p.detail(c, p.byID[c.argument])
}

// getCodeByCode unescapes the code although the path has been decoded, which
// the documents do not say (seen on the running server).
func (p *Platform) getCodeByCode(c *call) answer {
	return p.detail(c, p.byText[unquote(c.argument)])
}

func (p *Platform) detail(c *call, row *code) answer {
	// The row is touched before its project is looked at.
	if row != nil && !touch(c.now, row) {
		return crash()
	}
	if row == nil || row.project != c.project {
		return failure(http.StatusNotFound, detailNoCode)
	}
	return ok(codeDetail{codeItem: row.item(), Logs: p.logs(row)})
}

// logs returns the newest entries about row, newest first.
func (p *Platform) logs(row *code) []logItem {
	entries := p.entries(func(entry Verification) bool { return entry.CodeID == row.id })
	items := []logItem{}
	for _, entry := range entries[:min(len(entries), maxLogs)] {
		item := logItem{ID: entry.ID, VerifiedAt: entry.At.Unix(), VerifiedBy: entry.By, Result: entry.Result}
		if entry.IPAddress != "" {
			item.IPAddress = &entry.IPAddress
		}
		items = append(items, item)
	}
	return items
}

// entries returns the part of the verification log that keep picks, newest
// first. keep is asked from the last entry to the first.
func (p *Platform) entries(keep func(Verification) bool) []Verification {
	var entries []Verification
	for _, entry := range slices.Backward(p.log) {
		if keep(entry) {
			entries = append(entries, entry)
		}
	}
	slices.SortStableFunc(entries, func(a, b Verification) int { return b.At.Compare(a.At) })
	return entries
}

type verifyResult struct {
	Success    bool    `json:"success"`
	CodeID     *string `json:"code_id"`
	Code       string  `json:"code"`
	VerifiedAt *int64  `json:"verified_at"`
	Message    string  `json:"message"`
	ErrorCode  *string `json:"error_code"`
}

// verifyCode redeems a code of any project: the key's project is not compared
// (seen on the running server).
func (p *Platform) verifyCode(c *call) answer {
	text, by := *c.texts["code"], c.texts["verified_by"]
	// The server finds these lengths wrong where it does not expect it.
	if text == "" || utf8.RuneCountInString(text) > maxText || by != nil && utf8.RuneCountInString(*by) > maxText {
		return crash()
	}
	row := p.byText[text]
	if row != nil && !touch(c.now, row) {
		return crash()
	}
	if errorCode, message := row.refusal(c.now); errorCode != "" {
		if row != nil {
			p.writeCall(c, row, by, ResultFailed, errorCode)
		}
		return ok(verifyResult{Code: text, Message: message, ErrorCode: &errorCode})
	}
	row.used, row.verifiedAt, row.verifiedBy = true, c.now, by
	p.writeCall(c, row, by, ResultSuccess, "")
	return ok(verifyResult{
		Success:    true,
		CodeID:     &row.id,
		Code:       row.text,
		VerifiedAt: unix(row.verifiedAt),
		Message:    "Code verified successfully",
	})
}

// refusal says why a code, nil if there is none, cannot be redeemed.
func (row *code) refusal(now time.Time) (errorCode, message string) {
	switch {
	case row == nil:
		return "CODE_NOT_FOUND", "Code not found"
	case row.disabled:
		return "CODE_DISABLED", "Code is disabled"
	case row.used:
		return "CODE_ALREADY_USED", "Code has already been used"
	case row.expired:
		return "CODE_EXPIRED", "Code is expired"
	case !row.project.enabled:
		return "PROJECT_DISABLED", "Project is disabled"
	case row.project.pastEnd(now):
		return "PROJECT_EXPIRED", "Project is expired"
	}
	return "", ""
}

func (row *project) pastEnd(now time.Time) bool {
	return !row.expiresAt.IsZero() && now.After(row.expiresAt)
}

type reactivateResult struct {
	Success       bool    `json:"success"`
	CodeID        *string `json:"code_id"`
	Code          string  `json:"code"`
	ReactivatedAt *int64  `json:"reactivated_at"`
	Message       string  `json:"message"`
	ErrorCode     *string `json:"error_code"`
}

// reactivateCode has no answer for disabled and expired codes although the
// document lists them: a code that is either is not used, which comes first.
func (p *Platform) reactivateCode(c *call) answer {
	text := *c.texts["code"]
	refuse := func(errorCode, message string) answer {
		return ok(reactivateResult{Code: text, Message: message, ErrorCode: &errorCode})
	}
	if !c.project.enabled {
		return refuse("PROJECT_DISABLED", "Project is disabled")
	}
	row := p.byText[text]
	if row != nil && !touch(c.now, row) {
		return crash()
	}
	if row == nil || row.project != c.project {
		return refuse("CODE_NOT_FOUND", "Code not found")
	}
	if !row.used {
		return refuse("CODE_ALREADY_UNUSED", "Code is already unused")
	}
	row.used, row.verifiedAt, row.verifiedBy = false, time.Time{}, nil
	reason := ""
	if sent := c.texts["reason"]; sent != nil {
		reason = *sent
	}
	p.writeCall(c, row, c.texts["reactivated_by"], ResultReactivated, reason)
	return ok(reactivateResult{
		Success:       true,
		CodeID:        &row.id,
		Code:          row.text,
		ReactivatedAt: unix(c.now),
		Message:       "Code reactivated successfully",
	})
}

// writeCall adds an entry about what c did to row.
func (p *Platform) writeCall(c *call, row *code, by *string, result, reason string) {
	p.write(row, Verification{
		At:        c.now,
		By:        by,
		IPAddress: c.peer(),
		UserAgent: c.r.UserAgent(),
		Result:    result,
		Reason:    reason,
	})
}
