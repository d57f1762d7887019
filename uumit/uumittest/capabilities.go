package uumittest

import (
	"math"
	"strings"
)

const defaultResults = 10

type capabilityItem struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	PriceUT string `json:"price_ut"`
}

func (p *Platform) search(c *call) answer {
	query := c.r.URL.Query().Get("q")
	if query == "" {
		return missing("query", "q")
	}
	limit, a := c.number("limit", defaultResults, 1, math.MaxInt32)
	if a != nil {
		return *a
	}
	items := []capabilityItem{}
	for _, offer := range p.capabilities {
		if len(items) < limit && offer.matches(query) {
			items = append(items, capabilityItem{offer.ID, offer.Title, ut(offer.PriceUT)})
		}
	}
	return ok(map[string]any{"items": items})
}

// matches is this package's idea of understanding words. Those of one or two
// letters mean nothing to it.
func (o *Capability) matches(query string) bool {
	query = strings.ToLower(query)
	text := strings.ToLower(o.Title + " " + strings.Join(o.Tags, " "))
	for word := range strings.FieldsSeq(query) {
		if len(word) > 2 && strings.Contains(text, word) {
			return true
		}
	}
	for _, tag := range o.Tags {
		if tag != "" && strings.Contains(query, strings.ToLower(tag)) {
			return true
		}
	}
	return false
}
