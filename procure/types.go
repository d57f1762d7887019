package procure

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"time"

	"github.com/shopspring/decimal"
)

// Platform is where a product is bought. Unknown words are kept.
type Platform string

// The documented platforms.
const (
	Taobao Platform = "TAOBAO" // Taobao and Tmall
	JD     Platform = "JD"
	PDD    Platform = "PDD"
)

func (p Platform) known() bool { return p == Taobao || p == JD || p == PDD }

// Status is where an intent stands. Unknown words are kept.
type Status string

// The documented statuses ("Procure API, data structures").
const (
	StatusDraft      Status = "DRAFT"
	StatusSubmitted  Status = "SUBMITTED"
	StatusProcessing Status = "PROCESSING"
	StatusCompleted  Status = "COMPLETED"
	StatusFailed     Status = "FAILED"
	StatusCancelled  Status = "CANCELLED"
)

// Terminal tells whether an intent stays as it is from here on. It is false
// for unknown words.
func (s Status) Terminal() bool {
	return s == StatusCompleted || s == StatusFailed || s == StatusCancelled
}

func (s Status) known() bool {
	return s == StatusDraft || s == StatusSubmitted || s == StatusProcessing || s.Terminal()
}

// Intent is a purchase intent ("Procure API, data structures" and "get an
// intent"). Fields that an answer lacks are empty: all calls answer ID and
// Status, but CancelIntent is documented to leave most others out.
type Intent struct {
	ID     string `json:"id"`
	Status Status `json:"status"`
	// UserID says for whom it is bought.
	UserID     string   `json:"userId"`
	Platform   Platform `json:"platform"`
	ProductURL string   `json:"productUrl"`
	Title      string   `json:"title"`
	// Price is that of one piece, in yuan.
	Price    decimal.Decimal `json:"price"`
	Quantity int64           `json:"quantity"`
	// TotalAmount is in yuan. It is nil where the platform does not tell it,
	// and never computed here.
	TotalAmount   *decimal.Decimal `json:"totalAmount"`
	RecipientName string           `json:"recipientName"`
	Address       string           `json:"address"`
	Phone         string           `json:"phone"`
	Remarks       *string          `json:"remarks"`
	CreatedAt     time.Time        `json:"createdAt"`
	UpdatedAt     time.Time        `json:"updatedAt"`
	CancelledAt   *time.Time       `json:"cancelledAt"`
	// Raw is the whole object as it came, with the fields that are not
	// documented.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON reads an intent. Null leaves it empty.
func (i *Intent) UnmarshalJSON(b []byte) error {
	if isNull(b) {
		return nil
	}
	type plain Intent
	wire := struct {
		*plain
		Quantity integer `json:"quantity"`
	}{plain: (*plain)(i)}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	i.Quantity, i.Raw = int64(wire.Quantity), bytes.Clone(b)
	return nil
}

// wholeIntent is an intent in an answer that means nothing without one: its
// id and status prove that the platform has it.
type wholeIntent Intent

func (i *wholeIntent) UnmarshalJSON(b []byte) error {
	if err := (*Intent)(i).UnmarshalJSON(b); err != nil {
		return err
	}
	if i.ID == "" || i.Status == "" {
		return errors.New("procure: the answer lacks the intent's id or status")
	}
	return nil
}

// thinIntent is the intent in an answer that is not documented: the envelope
// alone says that the call succeeded, and what stands beside it is a gift.
type thinIntent Intent

func (i *thinIntent) UnmarshalJSON(b []byte) error {
	if !bytes.HasPrefix(b, []byte("{")) {
		i.Raw = bytes.Clone(b)
		return nil
	}
	return (*Intent)(i).UnmarshalJSON(b)
}

// integer reads a whole number, also in quotes. Null leaves it.
type integer int64

func (n *integer) UnmarshalJSON(b []byte) error {
	if isNull(b) {
		return nil
	}
	v, ok := number(b)
	if !ok {
		return errors.New("procure: a number must be whole")
	}
	*n = integer(v)
	return nil
}

func isNull(b []byte) bool { return string(b) == "null" }

// Health is the answer of Health ("Procure API, health check").
type Health struct {
	// Status is HealthHealthy if all is well. Other words are not documented.
	Status string `json:"status"`
	// Timestamp is the platform's time.
	Timestamp time.Time `json:"timestamp"`
	// Service is the name of the service, "procure-api".
	Service string `json:"service"`
	// Uptime is in seconds.
	Uptime json.Number `json:"uptime"`
}

// HealthHealthy is the status of a platform that works.
const HealthHealthy = "healthy"

// UnmarshalJSON refuses an answer that does not tell a status.
func (h *Health) UnmarshalJSON(b []byte) error {
	type plain Health
	if err := json.Unmarshal(b, (*plain)(h)); err != nil {
		return err
	}
	if h.Status == "" {
		return errors.New("procure: the answer lacks a status")
	}
	return nil
}

// Whoever an intent is for is not for logs: the types that tell print without it.

// Format prints the id and the status for every verb.
func (i Intent) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "intent "+strconv.Quote(i.ID)+" ("+string(i.Status)+")")
}

// LogValue returns the id and the status.
func (i Intent) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", i.ID), slog.String("status", string(i.Status)))
}

// Format prints the number of intents for every verb.
func (p IntentPage) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "page of %d intents", len(p.Items))
}

// LogValue returns the number of intents.
func (p IntentPage) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("items", len(p.Items)))
}

// Format prints nothing of the request's values.
func (CreateIntentRequest) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "create request") }

// LogValue returns nothing of the request's values.
func (CreateIntentRequest) LogValue() slog.Value { return slog.StringValue("create request") }

// Format prints the id only.
func (r UpdateIntentRequest) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "update request of "+strconv.Quote(r.ID))
}

// LogValue returns the id only.
func (r UpdateIntentRequest) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", r.ID))
}

// Format prints nothing of the request's values.
func (ListIntentsRequest) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "list request") }

// LogValue returns nothing of the request's values.
func (ListIntentsRequest) LogValue() slog.Value { return slog.StringValue("list request") }
