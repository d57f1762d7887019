package aihuishou

import (
	"encoding/json"
	"time"
)

// Time is a moment that the platform writes as yyyy-MM-dd HH:mm:ss without a
// zone ("Aihuishou partner API, environments"). It is the zero time if the
// platform gave none, or none that can be read.
type Time struct {
	time.Time
	// Text is what the platform wrote.
	Text string
}

// UnmarshalJSON reads the platform's form as UTC+8. Anything else leaves the
// zero time.
func (t *Time) UnmarshalJSON(b []byte) error {
	*t = Time{Text: scalar(b)}
	if at, err := time.ParseInLocation(time.DateTime, t.Text, china); err == nil {
		t.Time = at
	}
	return nil
}

// MarshalJSON writes the platform's form in the time's own zone. A zero time
// is written as its Text, or as null if that is empty.
func (t Time) MarshalJSON() ([]byte, error) {
	switch {
	case !t.IsZero():
		return json.Marshal(t.Format(time.DateTime))
	case t.Text != "":
		return json.Marshal(t.Text)
	}
	return []byte("null"), nil
}

// in takes the reading of the clock as that of another zone.
func (t *Time) in(zone *time.Location) {
	if t.IsZero() {
		return
	}
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	t.Time = time.Date(year, month, day, hour, minute, second, 0, zone)
}
