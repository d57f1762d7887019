package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"text/tabwriter"
	"time"
)

// tables print the whole book.
func (b *book) tables() {
	b.mu.Lock()
	defer b.mu.Unlock()
	slices.SortFunc(b.entries, func(a, c entry) int {
		return cmp.Or(cmp.Compare(a.provider, c.provider), cmp.Compare(a.what, c.what))
	})
	w := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', 0)
	defer func() { _ = w.Flush() }()
	_, _ = fmt.Fprintf(w, "\nWHAT\tREFERENCE\tSTATUS\tAMOUNT\tERROR\n")
	for _, e := range b.entries {
		problem := ""
		if e.err != nil {
			problem = e.err.Error()
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", e.what, e.reference(), cmp.Or(e.status, "-"), e.amount, problem)
	}
	_, _ = fmt.Fprintf(w, "\nPLATFORM\tCALLS\tRETRIES\tWAITED\tFOR LIMITS\n")
	for _, name := range slices.Sorted(maps.Keys(b.asked)) {
		t := b.asked[name]
		_, _ = fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\n", name, t.calls, t.retries, t.waited.Round(time.Millisecond), t.forLimit.Round(time.Millisecond))
	}
}
