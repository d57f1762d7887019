package procure

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

// Platform is where a product is bought. The platform may know more words than
// are documented: they are kept, and sent.
type Platform string

// The documented platforms.
const (
	Taobao Platform = "TAOBAO" // Taobao and Tmall
	JD     Platform = "JD"
	PDD    Platform = "PDD"
)

// Status is where an intent stands. Words that are not documented are kept, and
// sent.
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

// Intent is a purchase intent ("Procure API, data structures" and "get an
// intent"). Fields that an answer lacks are empty, and so are those whose value
// is another than documented: Raw has it. All calls answer ID and Status, but
// CancelIntent is documented to leave most others out. What tells who buys what
// is a transport.Personal, which prints as a mask.
type Intent struct {
	ID     string `json:"id"`
	Status Status `json:"status"`
	// UserID says for whom it is bought.
	UserID     transport.Personal `json:"userId"`
	Platform   Platform           `json:"platform"`
	ProductURL transport.Personal `json:"productUrl"`
	Title      transport.Personal `json:"title"`
	// Price is that of one piece, in yuan.
	Price answer.Amount `json:"price"`
	// Quantity is 0 where the answer does not tell it.
	Quantity int64 `json:"quantity"`
	// TotalAmount is in yuan. The platform does not always tell it, and it is
	// never computed here.
	TotalAmount   answer.Amount      `json:"totalAmount"`
	RecipientName transport.Personal `json:"recipientName"`
	Address       transport.Personal `json:"address"`
	Phone         transport.Personal `json:"phone"`
	Remarks       transport.Personal `json:"remarks"`
	// CreatedAt and UpdatedAt are zero, and CancelledAt is nil, where the answer
	// tells no time. One without a zone is read as UTC, which is the platform's
	// ("Procure API, common parameters").
	CreatedAt   time.Time  `json:"createdAt"`
	UpdatedAt   time.Time  `json:"updatedAt"`
	CancelledAt *time.Time `json:"cancelledAt"`
	// Raw is the whole object as it came, with the fields that are not
	// documented.
	Raw transport.Raw `json:"-"`
}

// UnmarshalJSON reads an intent. It fails for what is no object; null leaves
// the intent as it is.
func (i *Intent) UnmarshalJSON(b []byte) error {
	if answer.IsNull(b) {
		return nil
	}
	var wire struct {
		ID            answer.ID          `json:"id"`
		Status        answer.Text        `json:"status"`
		UserID        transport.Personal `json:"userId"`
		Platform      answer.Text        `json:"platform"`
		ProductURL    transport.Personal `json:"productUrl"`
		Title         transport.Personal `json:"title"`
		Price         answer.Amount      `json:"price"`
		Quantity      answer.Int         `json:"quantity"`
		TotalAmount   answer.Amount      `json:"totalAmount"`
		RecipientName transport.Personal `json:"recipientName"`
		Address       transport.Personal `json:"address"`
		Phone         transport.Personal `json:"phone"`
		Remarks       transport.Personal `json:"remarks"`
		CreatedAt     answer.Time        `json:"createdAt"`
		UpdatedAt     answer.Time        `json:"updatedAt"`
		CancelledAt   answer.Time        `json:"cancelledAt"`
	}
	if err := answer.Decode(b, &wire); err != nil {
		return err
	}
	*i = Intent{
		ID:            string(wire.ID),
		Status:        Status(wire.Status),
		UserID:        wire.UserID,
		Platform:      Platform(wire.Platform),
		ProductURL:    wire.ProductURL,
		Title:         wire.Title,
		Price:         wire.Price,
		Quantity:      wire.Quantity.Value,
		TotalAmount:   wire.TotalAmount,
		RecipientName: wire.RecipientName,
		Address:       wire.Address,
		Phone:         wire.Phone,
		Remarks:       wire.Remarks,
		CreatedAt:     wire.CreatedAt.Time,
		UpdatedAt:     wire.UpdatedAt.Time,
		CancelledAt:   wire.CancelledAt.Ptr(),
		Raw:           transport.NewRaw(b),
	}
	return nil
}

// Format prints the id and the status for every verb, which the many fields
// would bury.
func (i Intent) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "intent %q (%s)", i.ID, string(i.Status))
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
	asked := i.ID
	if (*Intent)(i).UnmarshalJSON(b) != nil { // no object
		i.Raw = transport.NewRaw(b)
	}
	if i.ID == "" {
		i.ID = asked
	}
	return nil
}

// Health is the answer of Health ("Procure API, health check").
type Health struct {
	// Status is HealthHealthy if all is well. Other words are not documented.
	Status string `json:"status"`
	// Timestamp is the platform's time, zero where it tells none.
	Timestamp time.Time `json:"timestamp"`
	// Service is the name of the service, "procure-api".
	Service string `json:"service"`
	// Uptime is in seconds, "" where the platform does not tell it.
	Uptime json.Number `json:"uptime"`
	// Raw is the whole object as it came.
	Raw transport.Raw `json:"-"`
}

// HealthHealthy is the status of a platform that works.
const HealthHealthy = "healthy"

// UnmarshalJSON refuses an answer that does not tell a status.
func (h *Health) UnmarshalJSON(b []byte) error {
	var wire struct {
		Status    answer.Text `json:"status"`
		Timestamp answer.Time `json:"timestamp"`
		Service   answer.Text `json:"service"`
		Uptime    json.Number `json:"uptime"`
	}
	if err := answer.Decode(b, &wire); err != nil {
		return err
	}
	if wire.Status == "" {
		return errors.New("procure: the answer lacks a status")
	}
	*h = Health{
		Status:    string(wire.Status),
		Timestamp: wire.Timestamp.Time,
		Service:   string(wire.Service),
		Uptime:    wire.Uptime,
		Raw:       transport.NewRaw(b),
	}
	return nil
}
