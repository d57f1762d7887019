package providers

import (
	"fmt"
	"io"
	"log/slog"
	"time"
)

// The types that carry answers and requests print without what is not for logs.
// The texts and raw answers of what a platform sent mask themselves in JSON too;
// an IntentRequest is the caller's own and encodes whole, an Authorization but for
// its device code.

// Format prints the id and the state.
func (c Code) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "code %s (%s)", c.ID, string(c.Status))
}

// LogValue returns what Format prints.
func (c Code) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

// Format prints nothing of the request's values.
func (IntentRequest) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "intent request") }

// LogValue returns what Format prints.
func (v IntentRequest) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(v)) }

// Format prints the id, the state and the price.
func (i Intent) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "intent %s (%s, %s)", i.ID, string(i.Status), i.Price)
}

// LogValue returns what Format prints.
func (i Intent) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(i)) }

// Format prints the id and the price.
func (v Valuation) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "valuation %s (%s)", v.ID, v.Price)
}

// LogValue returns what Format prints.
func (v Valuation) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(v)) }

// Format prints the id, the state and the amount.
func (o Order) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "order %s (%s, %s)", o.ID, string(o.Status), o.Amount)
}

// LogValue returns what Format prints.
func (o Order) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(o)) }

// Format prints the id and the price.
func (c Capability) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "capability %s (%s)", c.ID, c.Price)
}

// LogValue returns what Format prints.
func (c Capability) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

// Format prints when the codes end.
func (a Authorization) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "authorization until "+a.ExpiresAt.Format(time.RFC3339))
}

// LogValue returns what Format prints.
func (a Authorization) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(a)) }
