package aihuishou

import (
	"context"
	"encoding/json"
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
	return post[LogisticsTrace](ctx, c, transport.Call{
		Operation: "GetLogisticsTrace",
		Path:      "/api/logistics/getTrace",
		Safety:    transport.Read,
		Body:      req,
		Invalid:   f,
	}, opts)
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
	Raw transport.Raw `json:"-"`
}

// LogisticsEvent is one stop. Its content may name people and places.
type LogisticsEvent struct {
	Time    Time               `json:"time"`
	Content transport.Personal `json:"content"`
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
		Raw:              transport.NewRaw(b),
	}
	for _, raw := range in.Traces {
		var event LogisticsEvent
		if answer.Decode(raw, &event) == nil {
			t.Traces = append(t.Traces, event)
		}
	}
	return nil
}

func (t *LogisticsTrace) locate(zone *time.Location) {
	for i := range t.Traces {
		t.Traces[i].Time.in(zone)
	}
}
