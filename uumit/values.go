package uumit

import "github.com/pentagate/pentagate/transport/answer"

// Time is a moment that the platform writes as RFC 3339 text, or none: see
// [answer.Time].
type Time = answer.Time

// count is a number that fits Go's int, nil for none.
func count(n answer.Int) *int {
	if !n.Valid || int64(int(n.Value)) != n.Value {
		return nil
	}
	return new(int(n.Value))
}
