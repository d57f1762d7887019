package aihuishou

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

// GetLogisticsTraceRequest names a parcel ("Aihuishou partner API, endpoints").
// Both fields are required.
type GetLogisticsTraceRequest struct {
	// LogisticsNo is the Order's ExpressNo.
	LogisticsNo string `json:"logistics_no"`
	// LogisticsCompany is the Order's ExpressCompany.
	LogisticsCompany string `json:"logistics_company"`
}

// GetLogisticsTrace returns where a parcel has been.
func (c *Client) GetLogisticsTrace(ctx context.Context, req GetLogisticsTraceRequest, opts ...transport.CallOption) (*LogisticsTrace, error) {
	var f transport.Fields
	required(&f, "logistics_no", req.LogisticsNo)
	required(&f, "logistics_company", req.LogisticsCompany)
	if err := f.Err(provider, "GetLogisticsTrace"); err != nil {
		return nil, err
	}
	return post[LogisticsTrace](ctx, c, "GetLogisticsTrace", "/api/logistics/getTrace", transport.Read, req, opts)
}

// LogisticsTrace is the way of a parcel. The documents do not describe the
// answer: the fields are likely ones, and Raw is sure.
type LogisticsTrace struct {
	LogisticsNo      string `json:"logistics_no"`
	LogisticsCompany string `json:"logistics_company"`
	Status           string `json:"status"`
	// Traces leaves out what is no object.
	Traces []LogisticsEvent `json:"traces"`
	// Raw is the answer as it came.
	Raw json.RawMessage `json:"-"`
}

// LogisticsEvent is one stop. Its content may name people and places.
type LogisticsEvent struct {
	Time    Time   `json:"time"`
	Content string `json:"content"`
}

// UnmarshalJSON refuses what is no object.
func (t *LogisticsTrace) UnmarshalJSON(b []byte) error {
	var in struct {
		LogisticsNo      answer.ID         `json:"logistics_no"`
		LogisticsCompany answer.Text       `json:"logistics_company"`
		Status           answer.Text       `json:"status"`
		Traces           []json.RawMessage `json:"traces"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	*t = LogisticsTrace{
		LogisticsNo:      string(in.LogisticsNo),
		LogisticsCompany: string(in.LogisticsCompany),
		Status:           string(in.Status),
		Raw:              answer.Keep(b),
	}
	for _, raw := range in.Traces {
		var event struct {
			Time    Time        `json:"time"`
			Content answer.Text `json:"content"`
		}
		if answer.Decode(raw, &event) == nil {
			t.Traces = append(t.Traces, LogisticsEvent{Time: event.Time, Content: string(event.Content)})
		}
	}
	return nil
}

func (t *LogisticsTrace) locate(zone *time.Location) {
	for i := range t.Traces {
		t.Traces[i].Time.in(zone)
	}
}

// Format prints the number, the status and how many stops there are.
func (t LogisticsTrace) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "parcel %s (%s, %d events)", t.LogisticsNo, t.Status, len(t.Traces))
}

// LogValue returns what Format prints.
func (t LogisticsTrace) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(t)) }

// Format prints the time only.
func (e LogisticsEvent) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "event at %s", e.Time.Format(time.DateTime))
}

// LogValue returns what Format prints.
func (e LogisticsEvent) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(e)) }
