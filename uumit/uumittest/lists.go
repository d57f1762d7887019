package uumittest

import (
	"slices"
	"strconv"
)

// newestFirst returns what was added last first.
func newestFirst[T any](rows []T) []T {
	rows = slices.Clone(rows)
	slices.Reverse(rows)
	return rows
}

// page cuts one page out of a list ("UUMit API best practices, Pagination").
func page[T any](c *call, items []T) answer {
	number, a := c.number("page", 1, 1, 1<<30)
	if a != nil {
		return *a
	}
	size, a := c.number("page_size", 20, 1, 100)
	if a != nil {
		return *a
	}
	first := min((number-1)*size, len(items))
	end := min(first+size, len(items))
	shown := items[first:end]
	if shown == nil {
		shown = []T{}
	}
	return ok(paged{Items: shown, Total: len(items), Page: number, PageSize: size, HasMore: end < len(items)})
}

// number reads a whole number from the query.
func (c *call) number(name string, def, least, most int) (int, *answer) {
	text := c.r.URL.Query().Get(name)
	if text == "" {
		return def, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		a := invalid("query", name, "out_of_range", "Input should be a number of "+strconv.Itoa(least)+" to "+strconv.Itoa(most))
		return 0, &a
	}
	return n, nil
}

// sides tells whether a row of this buyer and seller is in a list of this
// role; an unknown role is refused before.
func (c *call) sides(buyer, seller *user) bool {
	role := c.r.URL.Query().Get("role")
	return c.user == buyer && role != "seller" || c.user == seller && role != "buyer"
}

func (c *call) checkRole() *answer {
	switch c.r.URL.Query().Get("role") {
	case "", "buyer", "seller":
		return nil
	}
	a := invalid("query", "role", "enum", "Input should be 'buyer' or 'seller'")
	return &a
}
