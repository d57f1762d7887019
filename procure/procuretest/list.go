package procuretest

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"time"
)

const (
	defaultPageSize = 20
	maxPageSize     = 100
)

// selection is what the query of a list asks for ("Procure API, list intents").
type selection struct {
	page, pageSize           int
	status, userID, platform string
	from, to                 time.Time
	by                       func(a, b *Intent) int
	descending               bool
}

var sortFields = map[string]func(a, b *Intent) int{
	"":          byCreation,
	"createdAt": byCreation,
	"updatedAt": func(a, b *Intent) int { return a.UpdatedAt.Compare(b.UpdatedAt) },
	"price":     func(a, b *Intent) int { return a.Price.Cmp(b.Price) },
}

func byCreation(a, b *Intent) int { return a.CreatedAt.Compare(b.CreatedAt) }

func (p *Platform) list(c *call) answer {
	q, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return wrong("query", "must be escaped")
	}
	s, refused := parseSelection(q)
	if refused != nil {
		return *refused
	}
	if p.pageCap > 0 {
		s.pageSize = min(s.pageSize, p.pageCap)
	}
	var rows []*Intent
	for _, row := range p.intents {
		if row.AppID == c.app.ID && s.holds(row) {
			rows = append(rows, row)
		}
	}
	if s.descending {
		slices.Reverse(rows)
	}
	slices.SortStableFunc(rows, func(a, b *Intent) int {
		if s.descending {
			a, b = b, a
		}
		return s.by(a, b)
	})
	total := len(rows)
	rows = rows[min((s.page-1)*s.pageSize, total):]
	items := []wireIntent{}
	for _, row := range rows[:min(len(rows), s.pageSize)] {
		items = append(items, row.wire())
	}
	return success(200, struct {
		Items      []wireIntent `json:"items"`
		Total      int          `json:"total"`
		Page       int          `json:"page"`
		PageSize   int          `json:"pageSize"`
		TotalPages int          `json:"totalPages"`
	}{items, total, s.page, s.pageSize, (total + s.pageSize - 1) / s.pageSize})
}

func parseSelection(q url.Values) (selection, *answer) {
	s := selection{
		page:       1,
		pageSize:   defaultPageSize,
		status:     q.Get("status"),
		userID:     q.Get("userId"),
		platform:   q.Get("platform"),
		by:         sortFields[q.Get("sortBy")],
		descending: q.Get("order") != "asc",
	}
	refuse := func(field, reason string) (selection, *answer) {
		a := wrong(field, reason)
		return s, &a
	}
	statuses := []string{"", "DRAFT", "SUBMITTED", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED"}
	switch {
	case !parseCount(q, "page", &s.page):
		return refuse("page", "must be a positive integer")
	case !parseCount(q, "pageSize", &s.pageSize) || s.pageSize > maxPageSize:
		return refuse("pageSize", "must be 1 to 100")
	case !slices.Contains(statuses, s.status):
		return refuse("status", "must be a status")
	case !slices.Contains([]string{"", "TAOBAO", "JD", "PDD"}, s.platform):
		return refuse("platform", "must be one of TAOBAO, JD, PDD")
	case !parseDate(q, "startDate", &s.from):
		return refuse("startDate", "must be an ISO 8601 date")
	case !parseDate(q, "endDate", &s.to):
		return refuse("endDate", "must be an ISO 8601 date")
	case s.by == nil:
		return refuse("sortBy", "must be one of createdAt, updatedAt, price")
	case !slices.Contains([]string{"", "asc", "desc"}, q.Get("order")):
		return refuse("order", "must be one of asc, desc")
	}
	return s, nil
}

// parseCount leaves n as it is when the query does not hold it.
func parseCount(q url.Values, name string, n *int) bool {
	if !q.Has(name) {
		return true
	}
	parsed, err := strconv.ParseInt(q.Get(name), 10, 32) // so that no product overflows
	*n = int(parsed)
	return err == nil && parsed >= 1
}

// parseDate leaves t as it is when the query does not hold it.
func parseDate(q url.Values, name string, t *time.Time) bool {
	if !q.Has(name) {
		return true
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		parsed, err := time.Parse(layout, q.Get(name))
		if err == nil {
			*t = parsed
			return true
		}
	}
	return false
}

func (s *selection) holds(row *Intent) bool {
	return cmp.Or(s.status, string(row.Status)) == string(row.Status) &&
		cmp.Or(s.userID, row.UserID) == row.UserID &&
		cmp.Or(s.platform, string(row.Platform)) == string(row.Platform) &&
		!row.CreatedAt.Before(s.from) &&
		(s.to.IsZero() || !row.CreatedAt.After(s.to))
}
