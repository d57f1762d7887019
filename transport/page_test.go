package transport_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/pentagate/pentagate/transport"
)

// listPage is a page of items with what it tells.
type listPage struct {
	items string // words
	transport.PageFacts
}

func (p listPage) words() []string { return strings.Fields(p.items) }

func (p listPage) facts() transport.PageFacts {
	p.Items = len(p.words())
	p.Content = []byte(p.items)
	return p.PageFacts
}

// place writes an order for a page as number/size, with a cursor behind it.
func place(at transport.PageAt) string {
	text := fmt.Sprintf("%d/%d", at.Number, at.Size)
	if at.Cursor != "" {
		text += " " + at.Cursor
	}
	return text
}

var errNoSuchPage = errors.New("no such page")

// scripted gives one page after the other, whatever was asked for.
func scripted(pages []listPage, asked *[]string) func(transport.PageAt) (listPage, error) {
	return func(at transport.PageAt) (listPage, error) {
		*asked = append(*asked, place(at))
		if len(*asked) > len(pages) {
			return listPage{items: "rubbish"}, errNoSuchPage
		}
		return pages[len(*asked)-1], nil
	}
}

func readAll(first transport.PageAt, fetch func(transport.PageAt) (listPage, error)) (items []string, err error) {
	pages := transport.Pages("shop", "Orders", first, fetch, listPage.facts)
	for item, e := range transport.Each(pages, listPage.words) {
		if e != nil {
			err = e
			if item != "" {
				err = fmt.Errorf("%q beside an error: %w", item, e)
			}
			continue
		}
		items = append(items, item)
	}
	return items, err
}

type tells = transport.PageFacts

func TestWhereAListEnds(t *testing.T) {
	for name, tc := range map[string]struct {
		first transport.PageAt // two items from page 1 on, if empty
		pages []listPage
		want  string
		asked string // if not the numbers of pages in turn
		err   string
	}{
		// More.
		"more decides, whatever the size and the total": {
			pages: []listPage{{"a", tells{More: new(true), Total: new(int64(1))}}, {"b", tells{More: new(false), Total: new(int64(1))}}}, want: "a b",
		},
		"more goes on behind an empty page": {
			pages: []listPage{{"a b", tells{More: new(true)}}, {"", tells{More: new(true)}}, {"c", tells{More: new(false)}}}, want: "a b c",
		},
		"no more on a full page": {pages: []listPage{{"a b", tells{More: new(false)}}}, want: "a b"},
		"no more, although fewer items came than there are": {
			pages: []listPage{{"a b", tells{More: new(false), Total: new(int64(3))}}}, want: "a b", err: "malformed answer: the platform told 3 items and gave 2",
		},
		"no more, although there are more pages": {
			pages: []listPage{{"a b", tells{More: new(false), Pages: new(int64(2))}}}, want: "a b", err: "malformed answer: the platform told 2 pages and ended after page 1",
		},
		"no more, and a cursor nevertheless": {pages: []listPage{{"a b", tells{More: new(false), Cursor: "c2"}}}, want: "a b"},
		"more for ever, with the same page": {
			pages: []listPage{{"a b", tells{More: new(true)}}, {"a b", tells{More: new(true)}}}, want: "a b", err: "malformed answer: the platform gave a page again",
		},
		"more for ever, with three pages in turn": {
			pages: []listPage{{"a b", tells{More: new(true)}}, {"c d", tells{More: new(true)}}, {"e", tells{More: new(true)}}, {"a b", tells{More: new(true)}}},
			want:  "a b c d e", err: "malformed answer: the platform gave a page again",
		},
		"more for ever, with nothing": {
			pages: slices.Concat([]listPage{{"a b", tells{More: new(true)}}}, slices.Repeat([]listPage{{"", tells{More: new(true)}}}, 100)),
			want:  "a b", err: "malformed answer: the platform gave 100 empty pages in a row",
		},
		"99 empty pages": {
			pages: slices.Concat(slices.Repeat([]listPage{{"", tells{More: new(true)}}}, 99), []listPage{{"a", tells{More: new(true)}}},
				slices.Repeat([]listPage{{"", tells{More: new(true)}}}, 99), []listPage{{"", tells{More: new(false)}}}), want: "a",
		},

		// Cursors.
		"a cursor is followed until there is none": {
			pages: []listPage{{"a", tells{Cursor: "c2"}}, {"b", tells{Cursor: "c3"}}, {"c", tells{}}}, want: "a b c", asked: "1/2, 2/2 c2, 3/2 c3",
		},
		"a cursor is followed behind an empty page": {
			pages: []listPage{{"a b", tells{Cursor: "b", More: new(true)}}, {"", tells{Cursor: "c", More: new(true)}}, {"c d", tells{More: new(false)}}},
			want:  "a b c d", asked: "1/2, 2/2 b, 3/2 c",
		},
		"a first cursor": {
			first: transport.PageAt{Number: 1, Size: 2, Cursor: "c7"}, pages: []listPage{{"x", tells{Total: new(int64(9))}}}, want: "x", asked: "1/2 c7",
		},
		"the cursor that was just followed": {
			pages: []listPage{{"a", tells{Cursor: "c"}}, {"b", tells{Cursor: "c"}}}, want: "a b", asked: "1/2, 2/2 c",
			err: "malformed answer: the platform gave a cursor again",
		},
		"the first cursor again": {
			first: transport.PageAt{Number: 1, Size: 2, Cursor: "c"}, pages: []listPage{{"a", tells{Cursor: "c"}}}, want: "a", asked: "1/2 c",
			err: "malformed answer: the platform gave a cursor again",
		},
		"two cursors in turn": {
			pages: []listPage{{"", tells{Cursor: "c"}}, {"", tells{Cursor: "d"}}, {"", tells{Cursor: "c"}}}, asked: "1/2, 2/2 c, 3/2 d",
			err: "malformed answer: the platform gave a cursor again",
		},
		"the same page behind ever new cursors": {
			pages: []listPage{{"a b", tells{Cursor: "c"}}, {"a b", tells{Cursor: "d"}}}, want: "a b", asked: "1/2, 2/2 c",
			err: "malformed answer: the platform gave a page again",
		},
		"more without a cursor on a list that has them": {
			pages: []listPage{{"a", tells{Cursor: "c", More: new(true)}}, {"b", tells{More: new(true)}}}, want: "a b", asked: "1/2, 2/2 c",
			err: "malformed answer: the platform told of more items and gave no cursor",
		},
		"the last cursor, although items are missing": {
			pages: []listPage{{"a", tells{Cursor: "c", Total: new(int64(3))}}, {"b", tells{}}}, want: "a b", asked: "1/2, 2/2 c",
			err: "malformed answer: the platform told 3 items and gave 2",
		},

		// The number of pages.
		"the last page": {pages: []listPage{{"a b", tells{Pages: new(int64(2))}}, {"c d", tells{Pages: new(int64(2))}}}, want: "a b c d"},
		"the last page, told once": {
			pages: []listPage{{"a b", tells{Pages: new(int64(3))}}, {"", tells{}}, {"c d", tells{}}}, want: "a b c d",
		},
		"the last page, although items are missing": {
			pages: []listPage{{"a b", tells{Pages: new(int64(2)), Total: new(int64(4))}}, {"c", tells{Pages: new(int64(2)), Total: new(int64(4))}}}, want: "a b c",
			err: "malformed answer: the platform told 4 items and gave 3",
		},
		"no pages": {pages: []listPage{{"", tells{Pages: new(int64(0)), Total: new(int64(0))}}}},
		"no pages, and items nevertheless": {
			pages: []listPage{{"a", tells{Pages: new(int64(0))}}}, want: "a", err: "malformed answer: the platform told 0 pages and gave page 1",
		},
		"fewer pages than before": {
			pages: []listPage{{"a b", tells{Pages: new(int64(3))}}, {"d", tells{Pages: new(int64(2))}}}, want: "a b d",
			err: "conflict: the list changed while it was read: some may be missing",
		},

		// The total.
		"the total is reached": {pages: []listPage{{"a b", tells{Total: new(int64(4))}}, {"c d", tells{Total: new(int64(4))}}}, want: "a b c d"},
		"the total, told once": {pages: []listPage{{"a b", tells{Total: new(int64(3))}}, {"c", tells{}}}, want: "a b c"},
		"an empty list":        {pages: []listPage{{"", tells{Total: new(int64(0))}}}},
		"pages are smaller than asked for, and say so": {
			first: transport.PageAt{Number: 1, Size: 5},
			pages: []listPage{{"a b", tells{Total: new(int64(5)), Size: new(int64(2))}}, {"c d", tells{Total: new(int64(5)), Size: new(int64(2))}}, {"e", tells{Total: new(int64(5)), Size: new(int64(2))}}},
			want:  "a b c d e", asked: "1/5, 2/5, 3/5",
		},
		"pages are smaller than asked for, and say otherwise": {
			first: transport.PageAt{Number: 1, Size: 5},
			pages: []listPage{{"a b", tells{Total: new(int64(5)), Size: new(int64(5))}}, {"c d", tells{Total: new(int64(5)), Size: new(int64(5))}}, {"e", tells{Total: new(int64(5)), Size: new(int64(5))}}},
			want:  "a b c d e", asked: "1/5, 2/5, 3/5",
		},
		"the platform's own size": {
			first: transport.PageAt{Number: 1}, pages: []listPage{{"a b c", tells{Total: new(int64(4))}}, {"d", tells{Total: new(int64(4))}}}, want: "a b c d", asked: "1/0, 2/0",
		},
		"an empty page before the total, and items behind it": {
			pages: []listPage{{"a b", tells{Total: new(int64(5))}}, {"", tells{Total: new(int64(5))}}, {"c d", tells{Total: new(int64(5))}}, {"e", tells{Total: new(int64(5))}}}, want: "a b c d e",
		},
		"items that are counted and not given": {
			pages: []listPage{{"a b", tells{Total: new(int64(5))}}, {"", tells{Total: new(int64(5))}}, {"e", tells{Total: new(int64(5))}}, {"", tells{Total: new(int64(5))}}}, want: "a b e",
			err: "malformed answer: the platform told 5 items and gave 3",
		},
		"an empty page of pages that are smaller than asked for": {
			first: transport.PageAt{Number: 1, Size: 5},
			pages: []listPage{{"a b", tells{Total: new(int64(5))}}, {"", tells{Total: new(int64(5))}}, {"c d", tells{Total: new(int64(5))}}, {"e", tells{Total: new(int64(5))}}},
			want:  "a b c d e", asked: "1/5, 2/5, 3/5, 4/5",
		},
		"items that are missing from pages of one size": {
			pages: []listPage{{"a b", tells{Total: new(int64(4)), Size: new(int64(2))}}, {"c", tells{Total: new(int64(4)), Size: new(int64(2))}}, {"", tells{Total: new(int64(4)), Size: new(int64(2))}}},
			want:  "a b c", err: "malformed answer: the platform told 4 items and gave 3",
		},
		"a size of 0 is not told": {
			pages: []listPage{{"a b", tells{Total: new(int64(5)), Size: new(int64(0))}}, {"", tells{Total: new(int64(5)), Size: new(int64(0))}}, {"", tells{Total: new(int64(5)), Size: new(int64(0))}}},
			want:  "a b", err: "malformed answer: the platform told 5 items and gave 2",
		},
		"a total and no items": {
			pages: []listPage{{"", tells{Total: new(int64(2))}}}, err: "malformed answer: the platform told 2 items and gave 0",
		},
		"a total and no items, of the platform's own size": {
			first: transport.PageAt{Number: 1}, pages: []listPage{{"", tells{Total: new(int64(2))}}, {"", tells{Total: new(int64(2))}}}, asked: "1/0, 2/0",
			err: "malformed answer: the platform told 2 items and gave 0",
		},
		"a total far too large": {
			pages: slices.Concat([]listPage{{"a b", tells{Total: new(int64(1e15))}}}, slices.Repeat([]listPage{{"", tells{Total: new(int64(1e15))}}}, 100)), want: "a b",
			err: "malformed answer: the platform gave 100 empty pages in a row",
		},
		"a total and a size beyond all numbers": {
			pages: []listPage{{"a b", tells{Total: new(int64(1<<63 - 1)), Size: new(int64(1<<63 - 1))}}, {"", tells{}}}, want: "a b",
			err: "malformed answer: the platform told [redacted] items and gave 2",
		},
		"a total too small": {
			pages: []listPage{{"a b", tells{Total: new(int64(3))}}, {"c d", tells{Total: new(int64(3))}}}, want: "a b c d",
			err: "malformed answer: the platform told 3 items and gave 4",
		},
		"a total below zero is not told, and the same page twice": {
			pages: []listPage{{"a b", tells{Total: new(int64(-1)), Pages: new(int64(-1))}}, {"a b", tells{Total: new(int64(-1)), Pages: new(int64(-1))}}}, want: "a b",
		},
		"a total below zero is not told": {pages: []listPage{{"a b", tells{Total: new(int64(-1))}}, {"", tells{Total: new(int64(-1))}}}, want: "a b"},
		"a list that becomes shorter": {
			pages: []listPage{{"a b", tells{Total: new(int64(5))}}, {"d e", tells{Total: new(int64(4))}}, {"", tells{Total: new(int64(4))}}}, want: "a b d e",
			err: "conflict: the list changed while it was read: some may be missing",
		},
		"a list that becomes longer": {
			pages: []listPage{{"a b", tells{Total: new(int64(3))}}, {"c d", tells{Total: new(int64(5))}}, {"e", tells{Total: new(int64(5))}}}, want: "a b c d e",
		},
		"a size that changes, and items are missing": {
			pages: []listPage{{"a b", tells{Total: new(int64(5)), Size: new(int64(2))}}, {"e", tells{Total: new(int64(5)), Size: new(int64(4))}}, {"", tells{Total: new(int64(5)), Size: new(int64(4))}}}, want: "a b e",
			err: "conflict: the list changed while it was read: some may be missing",
		},

		// Nothing at all.
		"an empty page":                                    {pages: []listPage{{"", tells{}}}},
		"full pages to an empty one":                       {pages: []listPage{{"a b", tells{}}, {"c d", tells{}}, {"", tells{}}}, want: "a b c d"},
		"short pages to an empty one":                      {pages: []listPage{{"a", tells{}}, {"b", tells{}}, {"", tells{}}}, want: "a b"},
		"more than was asked for: there are no pages":      {pages: []listPage{{"a b c", tells{}}}, want: "a b c"},
		"more than the one that was asked for":             {first: transport.PageAt{Number: 1, Size: 1}, pages: []listPage{{"a b", tells{}}}, want: "a b", asked: "1/1"},
		"the platform's own size and nothing else":         {first: transport.PageAt{Number: 1}, pages: []listPage{{"a b", tells{}}, {"", tells{}}}, want: "a b", asked: "1/0, 2/0"},
		"more than was asked for, of a size that is told":  {pages: []listPage{{"a b c", tells{Size: new(int64(3))}}, {"d", tells{Size: new(int64(3))}}, {"", tells{}}}, want: "a b c d"},
		"more than was asked for, later":                   {pages: []listPage{{"a", tells{}}, {"b c d", tells{}}, {"", tells{}}}, want: "a b c d"},
		"the same page twice: there are no pages":          {pages: []listPage{{"a b", tells{}}, {"a b", tells{}}}, want: "a b"},
		"the same page twice, of a size that is told":      {pages: []listPage{{"a b", tells{Size: new(int64(2))}}, {"a b", tells{Size: new(int64(2))}}}, want: "a b"},
		"the same page later":                              {pages: []listPage{{"a", tells{}}, {"b", tells{}}, {"b", tells{}}}, want: "a b", err: "malformed answer: the platform gave a page again"},
		"the same page twice, although a total was told":   {pages: []listPage{{"a b", tells{Total: new(int64(4))}}, {"a b", tells{}}}, want: "a b", err: "malformed answer: the platform gave a page again"},
		"the same page twice, although more is told later": {pages: []listPage{{"a b", tells{}}, {"a b", tells{More: new(false)}}}, want: "a b", err: "malformed answer: the platform gave a page again"},

		// Bare arrays.
		"a bare array":                      {pages: []listPage{{"a", tells{Bare: true}}}, want: "a"},
		"an empty bare array":               {pages: []listPage{{"", tells{Bare: true}}}},
		"a long bare array":                 {pages: []listPage{{"a b c", tells{Bare: true}}}, want: "a b c"},
		"full bare arrays":                  {pages: []listPage{{"a b", tells{Bare: true}}, {"c", tells{Bare: true}}}, want: "a b c"},
		"a full bare array that is all":     {pages: []listPage{{"a b", tells{Bare: true}}, {"a b", tells{Bare: true}}}, want: "a b"},
		"a bare array of the platform's":    {first: transport.PageAt{Number: 1}, pages: []listPage{{"a b", tells{Bare: true}}}, want: "a b", asked: "1/0"},
		"a bare array before the total":     {pages: []listPage{{"a", tells{Total: new(int64(2))}}, {"b", tells{Bare: true}}}, want: "a b"},
		"a bare array that is not the last": {pages: []listPage{{"a", tells{Bare: true, More: new(true)}}, {"b", tells{More: new(false)}}}, want: "a b"},

		// From a later page on.
		"from a later page to the total": {
			first: transport.PageAt{Number: 3, Size: 2}, pages: []listPage{{"e f", tells{Total: new(int64(7))}}, {"g", tells{Total: new(int64(7))}}}, want: "e f g", asked: "3/2, 4/2",
		},
		"the last page alone": {
			first: transport.PageAt{Number: 3, Size: 10}, pages: []listPage{{"u", tells{Total: new(int64(21))}}, {"", tells{Total: new(int64(21))}}}, want: "u", asked: "3/10, 4/10",
		},
		"from behind the end":                             {first: transport.PageAt{Number: 9, Size: 2}, pages: []listPage{{"", tells{Total: new(int64(7))}}}, asked: "9/2"},
		"from behind the end, of the platform's own size": {first: transport.PageAt{Number: 3}, pages: []listPage{{"", tells{Total: new(int64(7))}}}, asked: "3/0"},
		"the last page alone, of the platform's own size": {
			first: transport.PageAt{Number: 3}, pages: []listPage{{"u", tells{Total: new(int64(21))}}, {"", tells{Total: new(int64(21))}}}, want: "u", asked: "3/0, 4/0",
		},
		"from a later page of smaller ones": {
			first: transport.PageAt{Number: 2, Size: 4}, pages: []listPage{{"c d", tells{Total: new(int64(5))}}, {"e", tells{Total: new(int64(5))}}}, want: "c d e", asked: "2/4, 3/4",
		},
		"from a later page, and items are missing for sure": {
			first: transport.PageAt{Number: 2, Size: 2}, pages: []listPage{{"c", tells{Total: new(int64(6))}}, {"d", tells{Total: new(int64(6))}}, {"", tells{Total: new(int64(6))}}},
			want: "c d", asked: "2/2, 3/2, 4/2", err: "malformed answer: the platform told 6 items and gave 2",
		},
		"from a number that is none": {
			first: transport.PageAt{Size: 2}, pages: []listPage{{"a b", tells{More: new(true)}}, {"c", tells{More: new(false)}}}, want: "a b c", asked: "0/2, 2/2",
		},
	} {
		t.Run(name, func(t *testing.T) {
			first := tc.first
			if first == (transport.PageAt{}) {
				first = transport.PageAt{Number: 1, Size: 2}
			}
			want := tc.asked
			if want == "" {
				var places []string
				for i := range tc.pages {
					places = append(places, strconv.Itoa(i+1)+"/2")
				}
				want = strings.Join(places, ", ")
			}
			var asked []string
			got, err := readAll(first, scripted(tc.pages, &asked))
			assert.Equal(t, tc.want, strings.Join(got, " "))
			assert.Equal(t, want, strings.Join(asked, ", "))
			if tc.err == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, "shop: Orders: "+tc.err)
			kind := transport.ErrMalformed
			if strings.HasPrefix(tc.err, "conflict") {
				kind = transport.ErrConflict
			}
			assert.ErrorIs(t, err, kind)
		})
	}
}

func TestPagesWithoutContentAreNotCompared(t *testing.T) {
	pages := []listPage{{"a", tells{More: new(true)}}, {"a", tells{More: new(true)}}, {"a", tells{More: new(false)}}}
	var asked []string
	all := transport.Pages("shop", "Words", transport.PageAt{Number: 1}, scripted(pages, &asked), func(p listPage) tells {
		f := p.facts()
		f.Content = nil
		return f
	})
	count := 0
	for _, err := range all {
		require.NoError(t, err)
		count++
	}
	assert.Equal(t, 3, count)
}

func TestPagesHandsOnTheErrorOfAFetch(t *testing.T) {
	var asked []string
	pages := transport.Pages("shop", "Orders", transport.PageAt{Number: 1, Size: 2}, scripted([]listPage{{"a b", tells{More: new(true)}}}, &asked), listPage.facts)
	var got []listPage
	var errs []error
	for p, err := range pages {
		got, errs = append(got, p), append(errs, err)
	}
	assert.Equal(t, []listPage{{"a b", tells{More: new(true)}}, {}}, got, "no page beside an error")
	assert.Equal(t, []error{nil, errNoSuchPage}, errs, "once, as it is")
	assert.Len(t, asked, 2)
}

func TestALoopThatIsLeftAsksNoMore(t *testing.T) {
	for items := range 4 {
		var asked []string
		fetch := scripted([]listPage{{"a b", tells{More: new(true)}}, {"c d", tells{More: new(true)}}}, &asked)
		pages := transport.Pages("shop", "Orders", transport.PageAt{Number: 1, Size: 2}, fetch, listPage.facts)
		left := items
		for range transport.Each(pages, listPage.words) { //nolint:errcheck // the loop ends before an error
			if left == 0 {
				break
			}
			left--
		}
		assert.Len(t, asked, items/2+1)
	}
}

func TestAListCanBeReadAgain(t *testing.T) {
	pages := []listPage{{"a b", tells{Total: new(int64(3)), Cursor: "c"}}, {"c", tells{Total: new(int64(3))}}}
	all := transport.Each(transport.Pages("shop", "Orders", transport.PageAt{Number: 1, Size: 2}, func(at transport.PageAt) (listPage, error) {
		return pages[at.Number-1], nil
	}, listPage.facts), listPage.words)
	for range 2 {
		var got []string
		for item, err := range all {
			require.NoError(t, err)
			got = append(got, item)
		}
		assert.Equal(t, []string{"a", "b", "c"}, got)
	}
}

// A list that goes in circles is noticed even where the circle begins behind
// all pages that are remembered, but later there.
func TestACircleFarFromTheStartIsFound(t *testing.T) {
	for name, tc := range map[string]struct{ start, length, asked int }{
		"within what is remembered": {4000, 50, 4050},
		"behind it":                 {5000, 50, 8242},
		"and longer than it":        {5000, 6000, 14192},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			_, err := readAll(transport.PageAt{Number: 1, Size: 1}, func(at transport.PageAt) (listPage, error) {
				asked++
				number := at.Number
				if number > tc.start {
					number = tc.start + (number-tc.start)%tc.length
				}
				return listPage{strconv.Itoa(number), tells{More: new(true)}}, nil
			})
			assert.Equal(t, tc.asked, asked)
			require.EqualError(t, err, "shop: Orders: malformed answer: the platform gave a page again")
		})
	}
}

func TestALongListIsReadToItsEnd(t *testing.T) {
	const pages = 9000
	items, err := readAll(transport.PageAt{Number: 1, Size: 1}, func(at transport.PageAt) (listPage, error) {
		return listPage{strconv.Itoa(at.Number), tells{More: new(at.Number < pages)}}, nil
	})
	require.NoError(t, err)
	assert.Len(t, items, pages)
}

// shop is a model of a platform that holds a list and tells of it, honestly
// but for one lie.
type shop struct {
	ids   []string
	asked int // items a page, as the reader wants
	size  int // as the shop has it

	byCursor, more, total, pages, tellsSize, bare bool

	lie      string
	when     int // the request, or the page, at which it lies
	by       int // how far
	requests int
}

const (
	honest      = "none"
	emptyPages  = "empty pages in between"
	totalHigh   = "a total too high"
	totalLow    = "a total too low"
	moreForever = "more for ever, then empty pages"
	lastAgain   = "more for ever, with the last page"
	samePage    = "the same page for ever"
	newCursors  = "the same page for ever, with new cursors"
	twoCursors  = "two cursors in turn"
	dropsFacts  = "a page without facts"
	endsEarly   = "no more too early"
	shrinks     = "items leave at the front"
	grows       = "items come at the end"
)

var lies = []string{honest, emptyPages, totalHigh, totalLow, moreForever, lastAgain, samePage, newCursors, twoCursors, dropsFacts, endsEarly, shrinks, grows}

func drawShop(t *rapid.T) *shop {
	s := &shop{
		asked:     rapid.IntRange(1, 8).Draw(t, "asked"),
		byCursor:  rapid.Bool().Draw(t, "cursors"),
		more:      rapid.Bool().Draw(t, "tells more"),
		total:     rapid.Bool().Draw(t, "tells the total"),
		pages:     rapid.Bool().Draw(t, "tells the pages"),
		tellsSize: rapid.Bool().Draw(t, "tells the size"),
		lie:       rapid.SampledFrom(lies).Draw(t, "lie"),
		when:      rapid.IntRange(1, 6).Draw(t, "when"),
		by:        rapid.IntRange(1, 9).Draw(t, "by"),
	}
	s.size = s.asked
	if rapid.Bool().Draw(t, "own size") {
		s.size = rapid.IntRange(1, 10).Draw(t, "size")
	}
	for i := range rapid.IntRange(0, 50).Draw(t, "items") {
		s.ids = append(s.ids, "id"+strconv.Itoa(i))
	}
	if !s.byCursor && !s.more && !s.total && !s.pages && !s.tellsSize {
		s.bare = rapid.Bool().Draw(t, "bare")
	}
	return s
}

// list returns the pages as they are now.
func (s *shop) list() [][]string {
	list := slices.Collect(slices.Chunk(s.ids, s.size))
	if s.lie == emptyPages {
		at := min(s.when, len(list))
		list = slices.Insert(list, at, make([][]string, s.by)...)
	}
	return list
}

func (s *shop) fetch(at transport.PageAt) (listPage, error) {
	s.requests++
	if s.requests == max(s.when, 2) {
		switch s.lie {
		case shrinks:
			s.ids = s.ids[min(s.by, len(s.ids)):]
		case grows:
			for i := range s.by {
				s.ids = append(s.ids, "new"+strconv.Itoa(i))
			}
		}
	}
	list := s.list()
	index := at.Number - 1
	if s.byCursor {
		index = 0
		if at.Cursor != "" {
			index, _ = strconv.Atoi(strings.Split(at.Cursor, "-")[0])
		}
	}
	more := index < len(list)-1
	switch {
	case s.lie == moreForever:
		more = true
	case s.lie == lastAgain:
		more = true
		index = min(index, max(len(list)-1, 0))
	case s.lie == samePage, s.lie == newCursors:
		more = true
		index = 0
	case s.lie == twoCursors:
		more = len(list) > 1
	case s.lie == endsEarly && s.requests >= s.when:
		more = false
	}
	var p listPage
	p.Bare = s.bare
	if index < len(list) {
		p.items = strings.Join(list[index], " ")
	}
	if s.lie == dropsFacts && s.requests == s.when && p.items != "" {
		return p, nil
	}
	if s.more {
		p.More = &more
	}
	if s.total {
		total := int64(len(s.ids))
		switch s.lie {
		case totalHigh:
			total += int64(s.by)
		case totalLow:
			total = max(total-int64(s.by), 0)
		}
		p.Total = &total
	}
	if s.pages {
		p.Pages = new(int64(len(list)))
	}
	if s.tellsSize {
		p.Size = new(int64(s.size))
	}
	if s.byCursor && more {
		p.Cursor = strconv.Itoa(index + 1)
		switch s.lie {
		case newCursors:
			p.Cursor += "-" + strconv.Itoa(s.requests)
		case twoCursors:
			p.Cursor = strconv.Itoa(s.requests % 2)
		}
	}
	return p, nil
}

// mayEndShort reports whether nothing tells that a list of so many pages goes
// on behind what was given.
func (s *shop) mayEndShort(pages, given, items int) bool {
	told := s.more || s.total || s.pages || s.byCursor
	bigger := s.size > s.asked            // is taken for a list without pages
	smaller := s.bare && s.size < s.asked // so is this
	switch s.lie {
	case emptyPages, samePage, newCursors, twoCursors:
		if !told {
			return true
		}
	case totalLow: // a page ends where the list is said to end
		if s.total && !s.more && !s.pages && !s.byCursor && given == max(items-s.by, 0) {
			return true
		}
	case dropsFacts: // the cursor is lost before a total was told, or the first page tells nothing
		if s.byCursor && (!s.total || s.when == 1) || s.when == 1 && bigger {
			return true
		}
	case endsEarly:
		if !s.total && (!s.pages || s.byCursor) {
			return true
		}
	case shrinks:
		if !s.total {
			return true
		}
	case grows: // the only page tells of no cursor, and is asked for again in vain
		if s.byCursor && pages == 1 && !s.more && !s.total && !s.pages {
			return true
		}
	}
	return pages > 1 && (bigger && !told && !s.tellsSize || smaller)
}

// mustSucceed reports whether the list can be read to its end without a doubt.
func (s *shop) mustSucceed() bool {
	switch s.lie {
	case honest:
		return true
	case emptyPages:
		return s.more || s.byCursor || s.pages
	}
	return false
}

// TestAListIsReadWholeOrEndsInAnError holds the reader against every shop.
func TestAListIsReadWholeOrEndsInAnError(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawShop(t)
		pages, want := len(s.list()), slices.Clone(s.ids)
		got, err := readAll(transport.PageAt{Number: 1, Size: s.asked}, s.fetch)
		require.LessOrEqual(t, s.requests, 3*pages+110)
		if err != nil {
			assert.False(t, s.mustSucceed(), "%v", err)
			e := new(transport.Error)
			require.ErrorAs(t, err, &e)
			assert.Equal(t, []string{"shop", "Orders"}, []string{e.Provider, e.Operation})
			return
		}
		got = slices.DeleteFunc(got, func(id string) bool { return strings.HasPrefix(id, "new") })
		if s.mayEndShort(pages, len(got), len(want)) {
			return
		}
		assert.Equal(t, want, got)
	})
}

// From a later page on, an honest list is read from there.
func TestAnHonestListIsReadFromALaterPageOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawShop(t)
		s.lie, s.byCursor = honest, false
		first := rapid.IntRange(1, 60).Draw(t, "first")
		list := s.list()
		var want []string
		for _, ids := range list[min(first-1, len(list)):] {
			want = append(want, ids...)
		}
		got, err := readAll(transport.PageAt{Number: first, Size: s.asked}, s.fetch)
		if s.total && !s.tellsSize && s.size > s.asked {
			return // nobody knows what stands on the pages before
		}
		require.NoError(t, err)
		if !s.mayEndShort(len(list), len(got), len(s.ids)) {
			assert.Equal(t, want, got)
		}
		assert.LessOrEqual(t, s.requests, max(len(list)-first, 0)+2)
	})
}

func ExamplePages() {
	orders := [][]string{{"o1", "o2"}, {}, {"o3"}}
	type answer struct {
		IDs     []string
		HasMore bool
	}
	fetch := func(at transport.PageAt) (answer, error) { // a call of a client
		return answer{orders[at.Number-1], at.Number < len(orders)}, nil
	}
	pages := transport.Pages("shop", "Orders", transport.PageAt{Number: 1, Size: 2}, fetch, func(a answer) transport.PageFacts {
		return transport.PageFacts{Items: len(a.IDs), Content: []byte(strings.Join(a.IDs, ",")), More: &a.HasMore}
	})
	for id, err := range transport.Each(pages, func(a answer) []string { return a.IDs }) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(id)
	}
	// Output:
	// o1
	// o2
	// o3
}
