package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func TestMain(m *testing.M) {
	// Before anything is dialled.
	if _, err := authority(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

func TestWhatTheSDKSaysIsSo(t *testing.T) {
	// A seed that brings, in few calls, what is hard to get right: plain text
	// beneath TLS, and a 504 whose platform runs on, before a refusal.
	r, err := settings{calls: 300, limit: time.Minute, seed: 9}.run(t.Context())
	require.NoError(t, err)
	if len(r.wrong()) > 0 {
		t.Error(r.text(false))
	}
	assert.Len(t, r.results, 300)
	succeeded := 0
	for _, result := range r.results {
		if verdictOf(result.err) == done {
			succeeded++
		}
	}
	assert.Greater(t, succeeded, 150, "whoever says that nothing is known is never wrong:\n%s", r.text(false))
}

func TestWrongVerdictsAreFound(t *testing.T) {
	r, err := settings{calls: 300, limit: time.Minute, seed: 1, plant: true}.run(t.Context())
	require.NoError(t, err)
	twice, lost := 0, 0
	for _, result := range r.wrong() {
		switch {
		case result.lane.operation() != "CreateIntent":
		case result.there > 1:
			twice++
		case verdictOf(result.err) == failed:
			lost++
		}
	}
	assert.Positive(t, twice, "a create that is repeated like a read makes two intents")
	assert.Positive(t, lost, "or one that it knows nothing of")

	var out bytes.Buffer
	assert.ErrorIs(t, run(t.Context(), []string{"-n", "300", "-for", "1m", "-plant"}, &out, &out), errWrong)
	assert.Contains(t, out.String(), "procure CreateIntent HTTP/1.1 ref-0")
}

func TestWhenAVerdictIsWrong(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	open := fmt.Errorf("lost: %w", transport.ErrOutcomeUnknown)
	for name, tc := range map[string]struct {
		err   error
		there int
		wrong bool
		claim string
	}{
		"done, and nothing is there":       {nil, 0, true, "done, 0 there"},
		"done, and one is there":           {nil, 1, false, "done, 1 there"},
		"done, and two are there":          {nil, 2, true, "done, 2 there"},
		"failed, and nothing is there":     {refused, 0, false, "failed, 0 there"},
		"failed, and one is there":         {refused, 1, true, "failed, 1 there"},
		"failed, and two are there":        {refused, 2, true, "failed, 2 there"},
		"unknown, and nothing is there":    {open, 0, false, "unknown, 0 there"},
		"unknown, and one is there":        {open, 1, false, "unknown, 1 there"},
		"unknown, and two are there":       {open, 2, true, "unknown, 2 there"},
		"out of time before it was sent":   {context.DeadlineExceeded, 0, false, "failed, 0 there"},
		"out of time, and one is there":    {context.DeadlineExceeded, 1, true, "failed, 1 there"},
		"unknown, and three are there now": {open, 3, true, "unknown, 3 there"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := result{err: tc.err, there: tc.there}
			assert.Equal(t, tc.wrong, r.wrong())
			assert.Equal(t, tc.claim, r.claim())
		})
	}
}

// A trouble that is wrong about its handler would make the SDK look wrong, or
// right. Here each meets the first request of a call, and nothing that comes
// after it gets through.
func TestATroubleKnowsWhetherItsHandlerRuns(t *testing.T) {
	for _, p := range []*platform{newProcure(false), newAihuishou(), newUUMit(), newCodeGate()} {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			var all []trouble
			for _, k := range p.form.troubles() {
				all = append(all, k.troubles...)
			}
			number := func(ref string) int {
				n, err := strconv.Atoi(strings.TrimPrefix(ref, "ref-"))
				assert.NoError(t, err)
				return n
			}
			f := &field{journal: newJournal(func(ref string, before int, _ []kind) (trouble, string) {
				switch {
				case ref == "":
					return trouble{}, pass
				case before > 0:
					return trouble{fault: transporttest.DropBefore()}, "afterwards"
				}
				return all[number(ref)], "first"
			})}
			defer f.close()
			a, err := authority()
			require.NoError(t, err)
			// Over HTTP/2 the troubles of connections would befall other calls.
			require.NoError(t, f.add(t.Context(), p, http1, a))
			f.begin()
			var wg sync.WaitGroup
			for i := range all {
				// A client of its own: one may come away with a wrong clock.
				client, err := f.open(t.Context(), p, f.servers[0].URL, time.Minute)
				require.NoError(t, err)
				wg.Go(func() {
					c := client.calls[0]
					ref := fmt.Sprintf("ref-%07d", i)
					if c.prepare != nil {
						c.prepare(ref)
					}
					_ = within(t.Context(), c, ref)
				})
			}
			wg.Wait()
			f.close()
			found, err := p.ledger()
			require.NoError(t, err)
			for i, trouble := range all {
				want := 0
				if trouble.fault.Runs() {
					want = 1
				}
				assert.Equal(t, want, found[fmt.Sprintf("ref-%07d", i)], trouble.name)
			}
		})
	}
}

func TestTheSameSeedBringsTheSameTroubles(t *testing.T) {
	t.Parallel()
	kinds := newProcure(false).form.troubles()
	sequence := func(seed uint64) (names []string) {
		choose := fromSeed(seed)
		for i := range 1000 {
			trouble, _ := choose(fmt.Sprintf("ref-%07d", i/3), i%3, kinds)
			names = append(names, trouble.name)
		}
		return names
	}
	first := sequence(1)
	assert.Equal(t, first, sequence(1))
	assert.NotEqual(t, first, sequence(2))
	quiet := 0
	for _, name := range first {
		if name == pass {
			quiet++
		}
	}
	assert.InDelta(t, 600, quiet, 50, "four of ten meet trouble")
}

func TestARunEndsInTime(t *testing.T) {
	begin := time.Now()
	r, err := settings{calls: 1_000_000, limit: 2 * time.Second, seed: 1}.run(t.Context())
	require.NoError(t, err)
	assert.Less(t, time.Since(begin), 20*time.Second, "with time to settle on a slow machine")
	assert.NotEmpty(t, r.results)
	assert.Less(t, len(r.results), 1_000_000)
	assert.Contains(t, r.text(false), "the time was up, 1000000 were asked for")
}

func TestWhatAReportShows(t *testing.T) {
	t.Parallel()
	bought := &lane{platform: &platform{name: "shop"}, protocol: http1, calls: []call{{operation: "Buy"}}}
	redeemed := &lane{platform: &platform{name: "club"}, protocol: http2, calls: []call{{operation: "Redeem", redeems: true}}}
	met := []trouble{{name: "page 404 after"}, {name: pass}, {name: "dropped after"}}
	n := -1
	j := newJournal(func(string, int, []kind) (trouble, string) {
		n++
		return met[n], []string{"foreign page", pass, "dropped"}[n]
	})
	for i := range met {
		j.meet("", false, nil, transporttest.Request{Method: "POST", Body: fmt.Appendf(nil, "ref-%07d", i)})
	}
	r := &report{
		settings: settings{calls: 3, seed: 7},
		journal:  j,
		lanes:    []*lane{bought, redeemed},
		results: []result{
			{lane: bought, ref: "ref-0000000", err: errors.New("not found"), there: 1},
			{lane: bought, ref: "ref-0000001", there: 1},
			{lane: redeemed, ref: "ref-0000002", err: transport.ErrOutcomeUnknown, there: 1},
		},
		kinds: 5,
		took:  2 * time.Second,
	}
	assert.Equal(t, `  provider  operation  protocol  calls  done: 0  1  2+  failed: 0  1  2+  unknown: 0  1  2+  wrong  unknown
      shop        Buy  HTTP/1.1      2        0  1   0          0  1   0           0  0   0      1    0.0 %
      club     Redeem    HTTP/2      1        0  0   0          0  0   0           0  1   0      0  100.0 %

3 calls in 2s, seed 7
3 requests, of which 66.7 % met trouble, 2 kinds of 5
HTTP/1.1: the outcome of 0.0 % of the creates is unknown
HTTP/2: the outcome of 0.0 % of the creates is unknown

wrong verdicts: 1
    1  failed, 1 there: foreign page
shop Buy HTTP/1.1 ref-0000000: failed, 1 there
	met: page 404 after
	error: not found

unknown outcomes:
club Redeem HTTP/2 ref-0000002: unknown, 1 there
	met: dropped after
	error: outcome unknown
`, r.text(true))
}

func TestFlagsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"an argument":       {"procure"},
		"no calls":          {"-n", "0"},
		"too many calls":    {"-n", "10000000"},
		"no time":           {"-for", "0s"},
		"more than 2 min":   {"-for", "3m"},
		"an unknown flag":   {"-fast"},
		"a seed of letters": {"-seed", "abc"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := run(t.Context(), args, io.Discard, io.Discard)
			assert.Error(t, err)
			assert.NotErrorIs(t, err, errWrong)
		})
	}
	assert.ErrorIs(t, run(t.Context(), []string{"-h"}, io.Discard, io.Discard), flag.ErrHelp)
}
