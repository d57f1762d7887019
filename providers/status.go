package providers

import (
	_ "embed"
	"encoding/json"
)

// Status is a platform's word for a state, brought to one vocabulary.
type Status string

// The states. Which word of which platform means which is in statuses.json.
const (
	// StatusUnknown is a word that the platform's documents do not name.
	StatusUnknown Status = "unknown"
	// StatusDraft is not handed in yet.
	StatusDraft Status = "draft"
	// StatusPending is handed in; nobody works on it yet.
	StatusPending Status = "pending"
	// StatusActive is being worked on.
	StatusActive Status = "active"
	// StatusDelivered waits for the buyer's confirmation.
	StatusDelivered Status = "delivered"
	// StatusCompleted ended as it should.
	StatusCompleted Status = "completed"
	// StatusFailed ended without success.
	StatusFailed Status = "failed"
	// StatusCancelled was called off by one of the parties.
	StatusCancelled Status = "cancelled"

	// The states of an activation code.
	StatusAvailable Status = "available"
	StatusUsed      Status = "used"
	StatusDisabled  Status = "disabled"
	StatusExpired   Status = "expired"
)

// Terminal reports whether nothing comes after the state. An unknown state
// is not terminal.
func (s Status) Terminal() bool {
	return s == StatusCompleted || s == StatusFailed || s == StatusCancelled
}

//go:embed statuses.json
var statusesJSON []byte

// statuses maps a kind and the platform's word to ours.
var statuses = func() map[string]map[string]Status {
	var m map[string]map[string]Status
	if err := json.Unmarshal(statusesJSON, &m); err != nil {
		panic(err) // the file is part of the package
	}
	return m
}()

// The kinds of words that [Normalize] knows.
const (
	CodegateCode     = "codegate code"
	ProcureIntent    = "procure intent"
	AihuishouOrder   = "aihuishou order"
	UUMitOrder       = "uumit order"
	UUMitTransaction = "uumit transaction"
)

// Normalize brings a platform's word to the common vocabulary, for callers of
// the native clients. A word that is not in the table of its kind is
// [StatusUnknown]. Of Aihuishou's order words only pending_send is documented;
// inspecting, completed and the Chinese names of the stages are taken for what
// they say.
func Normalize(kind, word string) Status {
	if s, ok := statuses[kind][word]; ok {
		return s
	}
	return StatusUnknown
}
