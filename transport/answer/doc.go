// Package answer holds the field types of platforms' answers.
//
// A platform documents most members of its answers by a sample, and sends
// something else in time: a number where text stood, "" for no date, a name in
// capitals. An order must not be lost over that. [Decode] is therefore lenient
// where nothing depends on a member: one that does not fit its field counts as
// absent, and the rest is read. And it is strict where something does: what is
// missing is never zero. An [Amount], [Int], [Flag] or [Time] knows that there
// is none, and what makes an answer an answer is for the caller to require:
//
//	var out struct {
//		ID     answer.ID     `json:"id"`
//		Amount answer.Amount `json:"amount"`
//	}
//	if err := answer.Decode(body, &out); err != nil {
//		return err // no JSON object at all
//	}
//	if out.ID == "" {
//		return errNoID
//	}
//
// The types' UnmarshalJSON never fails, so that they serve encoding/json as
// well. Requests are not in it: they are written with plain types.
package answer
