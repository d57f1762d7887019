package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// report is what a run found.
type report struct {
	settings settings
	journal  *journal
	lanes    []*lane
	results  []result
	kinds    int // of trouble that could be met
	took     time.Duration
}

// newReport compares the results with the platforms' ledgers.
func newReport(s settings, f *field, results []result, platforms []*platform, took time.Duration) (*report, error) {
	there := make(map[string]int)
	possible := make(map[string]bool)
	for _, p := range platforms {
		found, err := p.ledger()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		maps.Copy(there, found) // a reference belongs to one platform
		for _, k := range p.form.troubles() {
			for _, t := range k.troubles {
				possible[t.name] = true
			}
		}
	}
	for i := range results {
		results[i].there = there[results[i].ref]
	}
	return &report{settings: s, journal: f.journal, lanes: f.lanes, results: results, kinds: len(possible), took: took}, nil
}

// wrong returns the wrong verdicts.
func (r *report) wrong() []result {
	var wrong []result
	for _, result := range r.results {
		if result.wrong() {
			wrong = append(wrong, result)
		}
	}
	return wrong
}

// tally counts verdicts by how many things are there: none, one, more.
type tally struct {
	verdicts [unknown + 1][3]int
	wrong    int
}

func (t *tally) add(r result) {
	t.verdicts[verdictOf(r.err)][min(r.there, 2)]++
	if r.wrong() {
		t.wrong++
	}
}

func (t *tally) of(v verdict) int {
	return t.verdicts[v][0] + t.verdicts[v][1] + t.verdicts[v][2]
}

func (t *tally) calls() int { return t.of(done) + t.of(failed) + t.of(unknown) }

// unknowns is the share of calls whose outcome is unknown.
func (t *tally) unknowns() string {
	return percent(t.of(unknown), t.calls())
}

func percent(part, whole int) string {
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(max(whole, 1)))
}

// text is the report as it is printed. verbose lists the unknown outcomes too.
func (r *report) text(verbose bool) string {
	var b strings.Builder
	r.writeTable(&b)
	fmt.Fprintf(&b, "\n%d calls in %v, seed %d", len(r.results), r.took.Round(10*time.Millisecond), r.settings.seed)
	if len(r.results) < r.settings.calls {
		fmt.Fprintf(&b, ": the time was up, %d were asked for", r.settings.calls)
	}
	j := r.journal
	fmt.Fprintf(&b, "\n%d requests, of which %s met trouble, %d kinds of %d\n", j.requests, percent(j.troubled, j.requests), len(j.met), r.kinds)
	for _, protocol := range protocols {
		var creates tally
		for _, result := range r.results {
			if result.lane.protocol == protocol && !result.lane.redeems() {
				creates.add(result)
			}
		}
		fmt.Fprintf(&b, "%s: the outcome of %s of the creates is unknown\n", protocol, creates.unknowns())
	}

	wrong := r.wrong()
	fmt.Fprintf(&b, "\nwrong verdicts: %d\n", len(wrong))
	r.writeKinds(&b, wrong)
	for _, result := range wrong {
		r.writeResult(&b, result)
	}
	if !verbose {
		return b.String()
	}
	b.WriteString("\nunknown outcomes:\n")
	for _, result := range r.results {
		if verdictOf(result.err) == unknown && !result.wrong() {
			r.writeResult(&b, result)
		}
	}
	return b.String()
}

// writeTable counts what was said against what is there, by lane.
func (r *report) writeTable(b *strings.Builder) {
	byLane := make(map[*lane]*tally)
	for _, l := range r.lanes {
		byLane[l] = new(tally)
	}
	for _, result := range r.results {
		byLane[result.lane].add(result)
	}
	var rows strings.Builder
	rows.WriteString("provider\toperation\tprotocol\tcalls\tdone: 0\t1\t2+\tfailed: 0\t1\t2+\tunknown: 0\t1\t2+\twrong\tunknown\t\n")
	for _, l := range r.lanes {
		t := byLane[l]
		fmt.Fprintf(&rows, "%s\t%s\t%s\t%d\t", l.platform.name, l.operation(), l.protocol, t.calls())
		for _, v := range t.verdicts {
			fmt.Fprintf(&rows, "%d\t%d\t%d\t", v[0], v[1], v[2])
		}
		fmt.Fprintf(&rows, "%d\t%s\t\n", t.wrong, t.unknowns())
	}
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = io.WriteString(w, rows.String()) // a Builder takes everything
	_ = w.Flush()
}

// writeKinds counts the wrong verdicts by what led to them, whatever the
// platform.
func (r *report) writeKinds(b *strings.Builder, wrong []result) {
	count := make(map[string]int)
	for _, result := range wrong {
		count[result.claim()+": "+r.journal.crux(result.ref)]++
	}
	kinds := slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), strings.Compare(a, b))
	})
	for _, kind := range kinds {
		fmt.Fprintf(b, "%5d  %s\n", count[kind], kind)
	}
}

func (r *report) writeResult(b *strings.Builder, result result) {
	l := result.lane
	fmt.Fprintf(b, "%s %s %s %s: %s\n", l.platform.name, l.operation(), l.protocol, result.ref, result.claim())
	fmt.Fprintf(b, "\tmet: %s\n", r.journal.story(result.ref))
	if result.err != nil {
		fmt.Fprintf(b, "\terror: %v\n", result.err)
	}
}
