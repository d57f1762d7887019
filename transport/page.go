package transport

import (
	"errors"
	"fmt"
	"hash/maphash"
	"iter"
	"math"
)

// PageAt says which page of a list to ask for.
type PageAt struct {
	// Number counts from 1, also where cursors lead from page to page. 0 is the
	// first page too; page 2 follows it.
	Number int
	// Size is how many items to ask for, 0 to leave it to the platform.
	Size int
	// Cursor is what the page before gave, "" if that gave none.
	Cursor string
}

// PageFacts is what one page tells of its list. What the answer does not tell
// stays nil or empty; numbers below zero count as not told.
type PageFacts struct {
	// Items is how many items the page has.
	Items int
	// Content holds the items as they came, by which a page is known when it
	// comes again. That needs items that differ, by an id for example; leave
	// it empty if they may not.
	Content []byte
	// Total is how many items the whole list has.
	Total *int64
	// Size is the size of pages that the platform goes by.
	Size *int64
	// Pages is how many pages the whole list has.
	Pages *int64
	// More reports whether pages follow.
	More *bool
	// Cursor is that of the next page.
	Cursor string
	// Bare tells that the page is an array without anything beside it. One
	// that is shorter than asked for is taken for the end of the list, as is
	// any where no size was asked for.
	Bare bool
}

func (f *PageFacts) silent() bool {
	return f.More == nil && f.Cursor == "" && !told(f.Total) && !told(f.Pages)
}

// Pages reads a list page after page, from first on. It yields each page, then
// asks for the next one, and stops when the loop does, after the last page and
// after the first error, with which the page is zero. It can be used again,
// and reads the list anew then.
//
// What the pages tell decides where the list ends, the first of these that is
// told: More; a Cursor, which is followed until there is none; Pages; Total.
// Neither an empty page nor a short one is an end then. Where nothing is told
// an empty page is the end, and so is the first page if it has more items than
// were asked for, or if the second is the same: such lists have no pages.
//
// A list that tells of itself never ends short in silence. These are errors
// that match [ErrMalformed]: a page or a cursor that came before, fewer items than told,
// an end that another fact denies, and 100 empty pages in a row. If items are
// missing and the list was seen to change, the error matches [ErrConflict].
// An item that moves to another page meanwhile may still come twice, and one
// on a list that tells no Total may be missing.
//
// Provider and operation stand in the errors that Pages makes; those of fetch
// are handed on as they are.
func Pages[P any](provider, operation string, first PageAt, fetch func(PageAt) (P, error), facts func(P) PageFacts) iter.Seq2[P, error] {
	return func(yield func(P, error) bool) {
		var zero P
		r := newReading(first)
		for at, more := first, true; more; {
			page, err := fetch(at)
			if err != nil {
				yield(zero, err)
				return
			}
			f := facts(page)
			end, failure := r.recognize(&f)
			if failure == nil {
				if end || !yield(page, nil) {
					return
				}
				at, more, failure = r.next(at, &f)
			}
			if failure != nil {
				failure.Provider, failure.Operation = provider, operation
				yield(zero, failure)
				return
			}
		}
	}
}

// Each yields the items of pages, and after the first error nothing more.
func Each[P, T any](pages iter.Seq2[P, error], items func(P) []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page, err := range pages {
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			for _, item := range items(page) {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

const maxEmptyPages = 100 // in a row

var (
	errPageAgain   = errors.New("the platform gave a page again")
	errCursorAgain = errors.New("the platform gave a cursor again")
	errNoCursor    = errors.New("the platform told of more items and gave no cursor")
	errEmptyPages  = fmt.Errorf("the platform gave %d empty pages in a row", maxEmptyPages)
	errListChanged = errors.New("the list changed while it was read: some may be missing")
)

// reading is what is known of a list while it is read.
type reading struct {
	first          PageAt
	pages, cursors history
	silent         bool  // no page told anything so far
	count          int   // pages
	empty          int   // of them in a row
	given          int64 // items
	largest        int64 // items on a page

	// What was told last, but of totals the largest: only the items of the
	// largest are sure not to be cut off by a change.
	total, size, last *int64
	changed           bool // total or size
	shrunk            bool // the number of pages
}

func newReading(first PageAt) *reading {
	seed := maphash.MakeSeed()
	r := &reading{first: first, silent: true, pages: history{seed: seed}, cursors: history{seed: seed}}
	if first.Cursor != "" {
		r.cursors.again([]byte(first.Cursor))
	}
	return r
}

// recognize finds a page that came before. It is the end of a list without
// pages, and otherwise an error.
func (r *reading) recognize(f *PageFacts) (end bool, failure *Error) {
	r.silent = r.silent && f.silent()
	r.count++
	if f.Items == 0 || len(f.Content) == 0 || !r.pages.again(f.Content) {
		return false, nil
	}
	if r.silent && r.count == 2 {
		return true, nil
	}
	return false, malformed(errPageAgain)
}

// next decides from the page at at which one to ask for, if any.
func (r *reading) next(at PageAt, f *PageFacts) (next PageAt, more bool, failure *Error) {
	r.take(f)
	more, failure = r.more(at, f)
	if failure == nil && more && r.empty == maxEmptyPages {
		failure = malformed(errEmptyPages)
	}
	return PageAt{Number: max(at.Number, 1) + 1, Size: at.Size, Cursor: f.Cursor}, more, failure
}

// take notes what a page gives and tells.
func (r *reading) take(f *PageFacts) {
	items := int64(f.Items)
	r.given += items
	r.largest = max(r.largest, items)
	r.empty++
	if items > 0 {
		r.empty = 0
	}
	if told(f.Total) {
		r.changed = r.changed || r.total != nil && *r.total != *f.Total
		if r.total == nil || *r.total < *f.Total {
			r.total = f.Total
		}
	}
	if told(f.Size) && *f.Size > 0 {
		r.changed = r.changed || r.size != nil && *r.size != *f.Size
		r.size = f.Size
	}
	if told(f.Pages) {
		r.shrunk = r.shrunk || r.last != nil && *f.Pages < *r.last
		r.last = f.Pages
	}
}

func told(n *int64) bool { return n != nil && *n >= 0 }

// more goes through what can be told, the most telling first.
func (r *reading) more(at PageAt, f *PageFacts) (bool, *Error) {
	number := int64(at.Number)
	switch {
	case f.More != nil && !*f.More:
		if r.last != nil && at.Cursor == "" && number < *r.last {
			return false, malformed(fmt.Errorf("the platform told %d pages and ended after page %d", *r.last, number))
		}
		return false, r.missing()
	case f.Cursor != "":
		if r.cursors.again([]byte(f.Cursor)) {
			return false, malformed(errCursorAgain)
		}
		return true, nil
	case at.Cursor != "" && f.More != nil:
		return false, malformed(errNoCursor)
	case f.More != nil:
		return true, nil
	case at.Cursor != "":
		return false, r.missing()
	case r.last != nil && number < *r.last:
		return true, nil
	case r.last != nil && number > *r.last && f.Items > 0:
		return false, malformed(fmt.Errorf("the platform told %d pages and gave page %d", *r.last, number))
	case r.last != nil:
		return false, r.missing()
	case r.total != nil && r.given >= *r.total-r.skipped(r.pageSize()):
		return false, r.surplus()
	case r.total != nil && f.Items == 0 && times(number, r.reach()) >= *r.total:
		return false, r.missing()
	case r.total != nil:
		// A page that is not empty is followed by another, whatever its number
		// says: the size that was told need not be the one that is given.
		return true, nil
	case f.Items == 0:
		return false, nil
	case r.count == 1 && r.size == nil && at.Size > 0 && f.Items > at.Size:
		return false, nil
	case f.Bare:
		return at.Size > 0 && f.Items >= at.Size, nil
	}
	return true, nil
}

// pageSize is what the platform told, else what it gave at most.
func (r *reading) pageSize() int64 {
	switch {
	case r.size != nil:
		return *r.size
	case r.largest > 0:
		return r.largest
	}
	return max(int64(r.first.Size), 1)
}

// widest is the size that pages can have at most.
func (r *reading) widest() int64 {
	switch {
	case r.size != nil:
		return max(*r.size, r.largest)
	case r.first.Size > 0:
		return max(int64(r.first.Size), r.largest)
	}
	return math.MaxInt64
}

// reach is the size by which an empty page stands behind the end. What was
// given tells little of it where the reading began late, perhaps at the end.
func (r *reading) reach() int64 {
	if r.first.Number > 1 {
		return r.widest()
	}
	return r.pageSize()
}

// skipped is how many items of a size stand on the pages before the first.
func (r *reading) skipped(size int64) int64 {
	return times(int64(max(r.first.Number-1, 0)), size)
}

// times is a product of b above zero, or the largest number.
func times(a, b int64) int64 {
	if a > math.MaxInt64/b {
		return math.MaxInt64
	}
	return a * b
}

// missing holds what was given against what was told. Where the reading began
// later than the list, only what cannot stand on the pages before is missing.
func (r *reading) missing() *Error {
	switch {
	case r.shrunk:
		return conflict()
	case r.total == nil, r.first.Cursor != "", r.given >= *r.total-r.skipped(r.widest()):
		return nil
	}
	return r.mismatch()
}

// surplus is an error where the total is all that tells of the end: a total
// that is wrong once does not tell it.
func (r *reading) surplus() *Error {
	if r.given > *r.total {
		return r.mismatch()
	}
	return nil
}

func (r *reading) mismatch() *Error {
	if r.changed {
		return conflict()
	}
	return malformed(fmt.Errorf("the platform told %d items and gave %d", *r.total, r.given))
}

func malformed(err error) *Error { return &Error{Kind: ErrMalformed, Err: err} }

func conflict() *Error { return &Error{Kind: ErrConflict, Err: errListChanged} }

// maxHistory bounds the memory of a list's reading.
const maxHistory = 4096

// history recognizes what came before. Of long lists it knows the first pages,
// and of the others one that it renews ever more rarely (Brent's algorithm),
// so that it finds every circle in the end.
type history struct {
	seed maphash.Seed
	n    int
	seen map[uint64]bool
	mark uint64
}

func (h *history) again(b []byte) bool {
	sum := maphash.Bytes(h.seed, b)
	if h.seen[sum] || h.n >= maxHistory && sum == h.mark {
		return true
	}
	if h.seen == nil {
		h.seen = make(map[uint64]bool)
	}
	if h.n < maxHistory {
		h.seen[sum] = true
	}
	if h.n++; h.n&(h.n-1) == 0 {
		h.mark = sum
	}
	return false
}
