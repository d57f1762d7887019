package answer

import (
	"strings"
	"time"
)

// Time is a moment, or none. It is the zero time for none.
//
// These forms are read, the first three also with a fraction of a second:
//
//	2006-01-02T15:04:05Z07:00  RFC 3339
//	2006-01-02 15:04:05        read as UTC: see In
//	2006-01-02T15:04:05        the same
//	1136214245                 whole Unix seconds, also quoted
//	1136214245000              milliseconds: from 100000000000 (1e11) on
//
// Anything else is none, and so is a year beyond 9999, which RFC 3339 cannot
// write.
type Time struct {
	time.Time
	// Text is what the platform wrote, "" if that was neither a string nor a
	// number.
	Text string

	zoneless bool // the text tells a clock's reading only
}

// UnmarshalJSON never fails.
func (t *Time) UnmarshalJSON(b []byte) error {
	*t = timeOf(scalar(b))
	return nil
}

// MarshalJSON writes RFC 3339. For none it writes Text, or null if that is
// empty.
func (t Time) MarshalJSON() ([]byte, error) { return quote(t.written()) }

// MarshalText writes what MarshalJSON writes, nothing for null.
func (t Time) MarshalText() ([]byte, error) { return []byte(t.written()), nil }

// UnmarshalText reads what UnmarshalJSON reads in quotes. It never fails.
func (t *Time) UnmarshalText(text []byte) error {
	*t = timeOf(string(text))
	return nil
}

// String returns RFC 3339, "none" for none.
func (t Time) String() string {
	if t.IsZero() {
		return "none"
	}
	return t.Format(time.RFC3339Nano)
}

// In returns the moment in another zone. Where the platform wrote none, it
// takes the reading of the clock for that of loc, once: the result has a zone.
func (t Time) In(loc *time.Location) Time {
	switch {
	case t.IsZero():
		return t
	case !t.zoneless:
		t.Time = t.Time.In(loc)
		return t
	}
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	t.Time, t.zoneless = time.Date(year, month, day, hour, minute, second, t.Nanosecond(), loc), false
	return t
}

// Ptr returns the moment, nil for none.
func (t Time) Ptr() *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t.Time
}

func (t Time) none() bool { return t.IsZero() }

func (t Time) written() string {
	if t.IsZero() {
		return t.Text
	}
	return t.String()
}

func timeOf(text string) Time {
	t := Time{Text: text}
	if text = strings.Trim(text, white); len(text) > maxNumber {
		return t
	}
	if n := intOf(text); n.Valid {
		t.Time = unix(n.Value)
		return t
	}
	for _, layout := range []string{time.RFC3339, time.DateTime, "2006-01-02T15:04:05"} {
		// In UTC, because otherwise the result depends on the host's zone.
		if at, err := time.ParseInLocation(layout, text, time.UTC); err == nil {
			t.Time, t.zoneless = at, layout != time.RFC3339
			return t
		}
	}
	return t
}

// unix reads seconds or milliseconds. Seconds of 1e11 are in the year 5138.
func unix(n int64) time.Time {
	const milliseconds = 1e11
	at := time.Unix(n, 0)
	if n >= milliseconds || n <= -milliseconds {
		at = time.UnixMilli(n)
	}
	if at = at.UTC(); at.Year() < 1 || at.Year() > 9999 {
		return time.Time{}
	}
	return at
}
