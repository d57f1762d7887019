package providers

import (
	"fmt"
	"io"
	"time"
)

// Raw answers and requests hold what is not for logs: the types that carry
// them print without.

// Format prints the id and the state.
func (c Code) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "code %s (%s)", c.ID, string(c.Status))
}

// Format prints nothing of the request's values.
func (IntentRequest) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "intent request") }

// Format prints the id, the state and the price.
func (i Intent) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "intent %s (%s, %s)", i.ID, string(i.Status), i.Price)
}

// Format prints the id and the price.
func (v Valuation) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "valuation %s (%s)", v.ID, v.Price)
}

// Format prints the id, the state and the amount.
func (o Order) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "order %s (%s, %s)", o.ID, string(o.Status), o.Amount)
}

// Format prints the id and the price.
func (c Capability) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "capability %s (%s)", c.ID, c.Price)
}

// Format prints when the codes end.
func (a Authorization) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "authorization until "+a.ExpiresAt.Format(time.RFC3339))
}
