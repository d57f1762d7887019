package procuretest

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pentagate/pentagate/procure"
)

// wireIntent is an intent as answers hold it ("Procure API, data structures").
type wireIntent struct {
	ID            string      `json:"id"`
	Status        string      `json:"status"`
	UserID        string      `json:"userId"`
	Platform      string      `json:"platform"`
	ProductURL    string      `json:"productUrl"`
	Title         string      `json:"title"`
	Price         json.Number `json:"price"`
	Quantity      int64       `json:"quantity"`
	TotalAmount   json.Number `json:"totalAmount"`
	RecipientName string      `json:"recipientName"`
	Address       string      `json:"address"`
	Phone         string      `json:"phone"`
	Remarks       *string     `json:"remarks"`
	CreatedAt     string      `json:"createdAt"`
	UpdatedAt     string      `json:"updatedAt"`
	CancelledAt   string      `json:"cancelledAt,omitempty"`
}

func (row *Intent) wire() wireIntent {
	return wireIntent{
		ID:            row.ID,
		Status:        string(row.Status),
		UserID:        row.UserID,
		Platform:      string(row.Platform),
		ProductURL:    row.ProductURL,
		Title:         row.Title,
		Price:         json.Number(row.Price.String()),
		Quantity:      row.Quantity,
		TotalAmount:   json.Number(row.Price.Mul(decimal.NewFromInt(row.Quantity)).String()),
		RecipientName: row.RecipientName,
		Address:       row.Address,
		Phone:         row.Phone,
		Remarks:       row.Remarks,
		CreatedAt:     iso(row.CreatedAt),
		UpdatedAt:     iso(row.UpdatedAt),
		CancelledAt:   iso(row.CancelledAt),
	}
}

// iso writes a time as JavaScript does, "" for none.
func iso(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

func (p *Platform) health(c *call) answer {
	return success(200, struct {
		Status    string  `json:"status"`
		Timestamp string  `json:"timestamp"`
		Service   string  `json:"service"`
		Uptime    float64 `json:"uptime"`
	}{"healthy", iso(c.now), "procure-api", c.now.Sub(p.started).Seconds()})
}

func (p *Platform) create(c *call) answer {
	fields, refused := c.fields(createRules)
	if refused != nil {
		return *refused
	}
	row := Intent{AppID: c.app.ID}
	row.set(fields)
	return success(201, p.add(row).wire())
}

func (p *Platform) get(_ *call, row *Intent) answer { return success(200, row.wire()) }

func (p *Platform) update(c *call, row *Intent) answer {
	fields, refused := c.fields(updateRules)
	switch {
	case refused != nil:
		return *refused
	case row.Status != procure.StatusDraft && row.Status != procure.StatusSubmitted:
		return wrongStatus(row)
	}
	row.set(fields)
	row.UpdatedAt = c.now
	return success(200, row.wire())
}

func (p *Platform) cancel(c *call, row *Intent) answer {
	if row.Status != procure.StatusSubmitted && row.Status != procure.StatusProcessing {
		return wrongStatus(row)
	}
	row.move(procure.StatusCancelled, c.now)
	return success(200, struct {
		ID          string `json:"id"`
		Status      string `json:"status"`
		UpdatedAt   string `json:"updatedAt"`
		CancelledAt string `json:"cancelledAt"`
	}{row.ID, string(row.Status), iso(row.UpdatedAt), iso(row.CancelledAt)})
}

func (p *Platform) remove(_ *call, row *Intent) answer {
	if row.Status != procure.StatusDraft && !row.Status.Terminal() {
		return wrongStatus(row)
	}
	p.intents = slices.DeleteFunc(p.intents, func(other *Intent) bool { return other == row })
	return success(200, nil)
}

func (p *Platform) execute(c *call, row *Intent) answer {
	if row.Status != procure.StatusSubmitted {
		return wrongStatus(row)
	}
	row.move(procure.StatusProcessing, c.now)
	if p.processing > 0 {
		row.completesAt = c.now.Add(p.processing)
	}
	return success(200, row.wire())
}

func wrongStatus(row *Intent) answer {
	return answer{status: 409, code: 40901, message: "not allowed in status " + string(row.Status)}
}
