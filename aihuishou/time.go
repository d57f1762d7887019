package aihuishou

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/pentagate/pentagate/transport/answer"
)

// Time is a moment that the platform writes as yyyy-MM-dd HH:mm:ss without a
// zone ("Aihuishou partner API, environments"). Unix times and those with a
// zone are read too. It is the zero time if the platform gave none, or none
// that can be read.
type Time struct {
	time.Time
	// Text is what the platform wrote; JSON if that was neither a string nor a
	// number.
	Text string
}

// UnmarshalJSON reads what has no zone as UTC+8. What cannot be read leaves the
// zero time; it never fails.
func (t *Time) UnmarshalJSON(b []byte) error {
	var in answer.Text
	_ = in.UnmarshalJSON(b) // it never fails either
	*t = Time{Text: string(in)}
	if t.Text == "" && !answer.IsNull(b) && string(b) != `""` {
		t.Text = string(b)
	}
	t.in(china)
	return nil
}

// MarshalJSON writes the platform's form in the time's own zone, with the
// fraction of a second if there is one. A zero time is written as its Text, or
// as null if that is empty.
func (t Time) MarshalJSON() ([]byte, error) {
	switch {
	case !t.IsZero():
		return json.Marshal(t.Format(time.DateTime + ".999999999"))
	case t.Text != "":
		return json.Marshal(t.Text)
	}
	return []byte("null"), nil
}

// in reads the text anew for the zone of the platform's times.
func (t *Time) in(zone *time.Location) {
	var at answer.Time
	_ = at.UnmarshalText([]byte(t.Text)) // what cannot be read is none
	t.Time = at.In(zone).Time
}

// given reports whether the platform wrote anything, whether it can be read or
// not.
func (t *Time) given() bool { return !t.IsZero() || strings.TrimSpace(t.Text) != "" }
