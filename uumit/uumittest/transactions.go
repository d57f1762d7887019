package uumittest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// The states of a transaction ("UUMit API, Transactions").
const (
	TransactionPendingFreeze    = "pending_freeze"
	TransactionFrozen           = "frozen"
	TransactionAccepted         = "accepted"
	TransactionDelivered        = "delivered"
	TransactionSettled          = "settled"
	TransactionRejectedBySeller = "rejected_by_seller"
	TransactionCancelledByBuyer = "cancelled_by_buyer"
	// TransactionPending is another word for pending_freeze. Here a transaction
	// has it only by [Platform.SetTransactionStatus].
	TransactionPending = "pending"
)

// transactionMoney says where the price of a transaction is in each state.
var transactionMoney = map[string]place{
	TransactionPending:          withBuyer,
	TransactionPendingFreeze:    withBuyer,
	TransactionFrozen:           frozen,
	TransactionAccepted:         frozen,
	TransactionDelivered:        frozen,
	TransactionSettled:          paid,
	TransactionRejectedBySeller: withBuyer,
	TransactionCancelledByBuyer: withBuyer,
}

// afterTransaction is the step that comes after a state. What is not in it is
// an end or an unknown word.
var afterTransaction = map[string]string{
	TransactionPending:       TransactionFrozen,
	TransactionPendingFreeze: TransactionFrozen,
	TransactionFrozen:        TransactionAccepted,
	TransactionAccepted:      TransactionDelivered,
	TransactionDelivered:     TransactionSettled,
}

// Transaction is a transaction as it stands.
type Transaction struct {
	ID, Status        string
	CapabilityID      string
	BuyerID, SellerID string
	PriceUT           decimal.Decimal
	// ResultPayload is what was delivered.
	ResultPayload map[string]any
}

// Format prints id and status.
func (t Transaction) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "transaction %s (%s)", t.ID, t.Status)
}

type transaction struct {
	purchase
	createdAt time.Time
	result    json.RawMessage // an object, nil before the delivery
}

// Transactions returns all transactions in the order they were created.
func (p *Platform) Transactions() []Transaction {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick(p.Now())
	var all []Transaction
	for _, t := range p.transactions {
		all = append(all, t.view())
	}
	return all
}

// Transaction returns a transaction as it stands.
func (p *Platform) Transaction(id string) (Transaction, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick(p.Now())
	t := p.transaction(id)
	if t == nil {
		return Transaction{}, false
	}
	return t.view(), true
}

func (t *transaction) view() Transaction {
	var result map[string]any
	if t.result != nil {
		_ = json.Unmarshal(t.result, &result) // it was read as an object before
	}
	return Transaction{t.id, t.status, t.offer.ID, t.buyer.id, t.seller.id, t.price, result}
}

func (p *Platform) transaction(id string) *transaction {
	i := slices.IndexFunc(p.transactions, func(t *transaction) bool { return t.id == id })
	if i < 0 {
		return nil
	}
	return p.transactions[i]
}

// AdvanceTransaction moves a transaction one step on: pending_freeze, frozen,
// accepted, delivered, settled. It returns the new status, which is the old one
// if the buyer cannot pay. It panics at an end and at an unknown word.
func (p *Platform) AdvanceTransaction(id string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.Now()
	p.tick(now)
	t := p.mustTransaction(id)
	next := afterTransaction[t.status]
	if next == "" {
		panic(fmt.Sprintf("uumittest: transaction %q is %s: there is no next step", id, t.status))
	}
	p.become(&t.purchase, next, transactionMoney, now)
	return t.status
}

// SetTransactionStatus gives a transaction any status, also a word that the
// platform does not know. The price goes where the status has it: it is frozen
// from frozen to delivered; paid, once and for good, by settled; back with the
// buyer in all others. An unknown word leaves it where it is. A transaction
// that the buyer cannot pay stays as it is.
func (p *Platform) SetTransactionStatus(id, status string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.Now()
	p.tick(now)
	p.become(&p.mustTransaction(id).purchase, status, transactionMoney, now)
}

func (p *Platform) mustTransaction(id string) *transaction {
	t := p.transaction(id)
	if t == nil {
		panic(fmt.Sprintf("uumittest: there is no transaction %q", id))
	}
	return t
}

// tickTransaction takes a transaction through the seller's steps whose time has
// come.
func (p *Platform) tickTransaction(t *transaction, now time.Time) {
	for t.status == TransactionFrozen || t.status == TransactionAccepted {
		at := t.since.Add(p.txPace)
		if p.txPace <= 0 || now.Before(at) {
			return
		}
		if t.status == TransactionAccepted {
			t.result, _ = json.Marshal(map[string]string{"text": t.work()}) // text cannot fail
		}
		p.become(&t.purchase, afterTransaction[t.status], transactionMoney, at)
	}
}

type transactionItem struct {
	ID              string `json:"id"`
	BuyerUserID     string `json:"buyer_user_id"`
	SellerUserID    string `json:"seller_user_id"`
	CapabilityID    string `json:"capability_id"`
	TransactionType string `json:"transaction_type"`
	PriceUT         string `json:"price_ut"`
	Status          string `json:"status"`
	CreatedAt       string `json:"created_at"`
}

func (t *transaction) item() transactionItem {
	return transactionItem{t.id, t.buyer.id, t.seller.id, t.offer.ID, "capability", ut(t.price), t.status, moment(t.createdAt)}
}

// transactionDetail is a transaction as its own page shows it.
type transactionDetail struct {
	transactionItem
	ResultPayload json.RawMessage `json:"result_payload,omitempty"`
}

func (p *Platform) createTransaction(c *call) answer {
	if c.text("capability_id") == "" {
		return missing("body", "capability_id")
	}
	offer := p.capability(c.text("capability_id"))
	if offer == nil {
		return notFound("capability")
	}
	price := offer.PriceUT
	if hours, given := c.body["booked_hours"]; given && hours != nil {
		n, number := hours.(float64)
		if !number || n < 1 || n != float64(int64(n)) {
			return invalid("body", "booked_hours", "greater_than_equal", "Input should be greater than or equal to 1")
		}
		price = price.Mul(decimal.NewFromInt(int64(n)))
	}
	t := &transaction{purchase: p.newPurchase(c, offer, price, TransactionPendingFreeze), createdAt: c.now}
	p.transactions = append(p.transactions, t)
	return ok(t.item())
}

// side returns the transaction of the path, or the answer to a caller who has
// no part in it or stands on the other side.
func (p *Platform) side(c *call, role string) (*transaction, *answer) {
	t := p.transaction(c.id)
	if t == nil || c.user != t.buyer && c.user != t.seller {
		a := notFound("transaction")
		return nil, &a
	}
	if role == "buyer" && c.user != t.buyer || role == "seller" && c.user != t.seller {
		a := forbidden(role)
		return nil, &a
	}
	return t, nil
}

func (p *Platform) getTransaction(c *call) answer {
	t, a := p.side(c, "")
	if a != nil {
		return *a
	}
	return ok(transactionDetail{t.item(), t.result})
}

// step changes a transaction that is in one of the states from.
func (p *Platform) step(c *call, role, to string, from ...string) answer {
	t, a := p.side(c, role)
	switch {
	case a != nil:
		return *a
	case !slices.Contains(from, t.status):
		return conflict("transaction is " + t.status)
	case !p.become(&t.purchase, to, transactionMoney, c.now):
		return insufficient()
	}
	return ok(t.item())
}

func (p *Platform) freezeTransaction(c *call) answer {
	return p.step(c, "buyer", TransactionFrozen, TransactionPendingFreeze, TransactionPending)
}

func (p *Platform) acceptTransaction(c *call) answer {
	return p.step(c, "seller", TransactionAccepted, TransactionFrozen)
}

func (p *Platform) rejectTransaction(c *call) answer {
	return p.step(c, "seller", TransactionRejectedBySeller, TransactionPendingFreeze, TransactionPending, TransactionFrozen)
}

func (p *Platform) cancelTransaction(c *call) answer {
	return p.step(c, "buyer", TransactionCancelledByBuyer, TransactionPendingFreeze, TransactionPending, TransactionFrozen)
}

func (p *Platform) deliverTransaction(c *call) answer {
	t, a := p.side(c, "seller")
	if a != nil {
		return *a
	}
	if _, object := c.body["result_payload"].(map[string]any); !object {
		return missing("body", "result_payload")
	}
	out := p.step(c, "seller", TransactionDelivered, TransactionAccepted)
	if out.status == http.StatusOK {
		t.result = c.member("result_payload")
	}
	return out
}

func (p *Platform) confirmTransaction(c *call) answer {
	return p.step(c, "buyer", TransactionSettled, TransactionDelivered)
}

func (p *Platform) listTransactions(c *call) answer {
	if a := c.checkRole(); a != nil {
		return *a
	}
	status := c.r.URL.Query().Get("status")
	var items []transactionItem
	for _, t := range newestFirst(p.transactions) {
		if c.sides(t.buyer, t.seller) && (status == "" || status == t.status) {
			items = append(items, t.item())
		}
	}
	return page(c, items)
}
