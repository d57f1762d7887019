package codegatetest

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxRecent is how many verifications the statistics list.
const maxRecent = 10

// maxPattern is how many bytes SQLite takes for a LIKE pattern, which is the
// search between two percent signs.
const maxPattern = 50_000

type codeList struct {
	Items      []codeItem `json:"items"`
	Total      int        `json:"total"`
	Page       *big.Int   `json:"page"`
	PageSize   *big.Int   `json:"page_size"`
	TotalPages int        `json:"total_pages"`
}

// listCodes filters by the stored flags and brings them up to date only then,
// so that the first list of unused codes may hold expired ones (seen on the
// running server).
func (p *Platform) listCodes(c *call) answer {
	offset := new(big.Int).Sub(c.page, big.NewInt(1))
	offset.Mul(offset, c.pageSize)
	if !offset.IsInt64() || len(c.query["search"])+len("%%") > maxPattern {
		return crash()
	}
	rows := p.rows(c.project, filter(c.query["status"], c.query["search"]))
	total, size := len(rows), int(c.pageSize.Int64())
	rows = rows[min(offset.Int64(), int64(total)):]
	rows = rows[:min(len(rows), size)]
	if !touch(c.now, rows...) {
		return crash()
	}
	items := make([]codeItem, len(rows))
	for i, row := range rows {
		items[i] = row.item()
	}
	return ok(codeList{
		Items:      items,
		Total:      total,
		Page:       c.page,
		PageSize:   c.pageSize,
		TotalPages: (total + size - 1) / size,
	})
}

// filter turns the query of a list into a condition. A status that is none of
// the four, and a blank search, leave nothing out.
func filter(status, search string) func(*code) bool {
	keepStatus := statusFilters[status]
	return func(row *code) bool {
		return (keepStatus == nil || keepStatus(row)) && contains(row.text, search)
	}
}

var statusFilters = map[string]func(*code) bool{
	"unused":   (*code).isUnused,
	"used":     func(row *code) bool { return row.used },
	"disabled": func(row *code) bool { return row.disabled },
	"expired":  func(row *code) bool { return row.expired },
}

func (row *code) isUnused() bool { return !row.used && !row.disabled && !row.expired }

// rows returns the codes of a project that keep lets pass, newest first.
func (p *Platform) rows(owner *project, keep func(*code) bool) []*code {
	var rows []*code
	for _, row := range slices.Backward(p.codes) {
		if row.project == owner && keep(row) {
			rows = append(rows, row)
		}
	}
	slices.SortStableFunc(rows, func(a, b *code) int { return b.createdAt.Compare(a.createdAt) })
	return rows
}

// contains reports whether search is part of text in the sense of SQLite's
// LIKE: % is any text, _ any character, nothing escapes them, the case of
// ASCII letters does not count, and a NUL ends the pattern.
func contains(text, search string) bool {
	pattern, _, _ := strings.Cut(search+"%", "\x00")
	// What stood behind the last %, and the text it was tried on: the only
	// place to go back to.
	resume, mark := pattern, text
	for {
		switch {
		case strings.HasPrefix(pattern, "%"):
			pattern = pattern[1:]
			resume, mark = pattern, text
			continue
		case text == "":
			return pattern == ""
		case pattern != "":
			want, wantSize := utf8.DecodeRuneInString(pattern)
			have, haveSize := utf8.DecodeRuneInString(text)
			if want == '_' || foldASCII(want) == foldASCII(have) {
				pattern, text = pattern[wantSize:], text[haveSize:]
				continue
			}
		}
		_, size := utf8.DecodeRuneInString(mark)
		mark = mark[size:]
		pattern, text = resume, mark
	}
}

func foldASCII(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + ('a' - 'A')
	}
	return r
}

type counts struct {
	Total    int `json:"total_codes"`
	Used     int `json:"used_codes"`
	Unused   int `json:"unused_codes"`
	Disabled int `json:"disabled_codes"`
	Expired  int `json:"expired_codes"`
}

// count counts by the stored flags. Disabled stays 0, although there may be
// disabled codes (seen on the running server).
func (p *Platform) count(owner *project) counts {
	var n counts
	for _, row := range p.codes {
		if row.project != owner {
			continue
		}
		n.Total++
		switch {
		case row.used:
			n.Used++
		case row.expired:
			n.Expired++
		case !row.disabled:
			n.Unused++
		}
	}
	return n
}

type projectDetail struct {
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	Description *string `json:"description"`
	Status      bool    `json:"status"`
	ExpiresAt   *int64  `json:"expires_at"`
	CreatedAt   int64   `json:"created_at"`
	Statistics  counts  `json:"statistics"`
}

func (p *Platform) getProject(c *call) answer {
	return ok(projectDetail{
		ID:          c.project.id,
		Name:        c.project.name,
		Description: c.project.description,
		Status:      c.project.enabled,
		ExpiresAt:   unix(c.project.expiresAt),
		CreatedAt:   c.project.createdAt.Unix(),
		Statistics:  p.count(c.project),
	})
}

type statistics struct {
	ProjectID string `json:"project_id"`
	counts
	UsageRate rate                 `json:"usage_rate"`
	Recent    []recentVerification `json:"recent_verifications"`
}

type recentVerification struct {
	Code       string  `json:"code"`
	VerifiedAt *int64  `json:"verified_at"`
	VerifiedBy *string `json:"verified_by"`
}

func (p *Platform) getStatistics(c *call) answer {
	n := p.count(c.project)
	s := statistics{ProjectID: c.project.id, counts: n, Recent: p.recent(c.project)}
	if n.Total > 0 {
		s.UsageRate = rate(float64(n.Used) / float64(n.Total))
	}
	return ok(s)
}

// recent returns the last verifications of codes that are used now. The last
// success of a used code is the one that counts.
func (p *Platform) recent(owner *project) []recentVerification {
	seen := make(map[string]bool)
	entries := p.entries(func(entry Verification) bool {
		row := p.byID[entry.CodeID]
		if entry.Result != ResultSuccess || row.project != owner || !row.used || seen[row.id] {
			return false
		}
		seen[row.id] = true
		return true
	})
	items := []recentVerification{}
	for _, entry := range entries[:min(len(entries), maxRecent)] {
		items = append(items, recentVerification{Code: entry.Code, VerifiedAt: unix(entry.At), VerifiedBy: entry.By})
	}
	return items
}

// rate goes out rounded to four places, and as 0.0 and 1.0 where it is whole.
type rate float64

func (r rate) MarshalJSON() ([]byte, error) {
	text := strings.TrimRight(strconv.FormatFloat(float64(r), 'f', 4, 64), "0")
	if strings.HasSuffix(text, ".") {
		text += "0"
	}
	return []byte(text), nil
}
