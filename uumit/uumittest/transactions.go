package uumittest

import (
	"fmt"
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
)

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
	id, status    string
	offer         *Capability
	buyer, seller *user
	price         decimal.Decimal
	createdAt     time.Time
	result        map[string]any
}

// Transaction returns a transaction as it stands.
func (p *Platform) Transaction(id string) (Transaction, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.transaction(id)
	if t == nil {
		return Transaction{}, false
	}
	return Transaction{t.id, t.status, t.offer.ID, t.buyer.id, t.seller.id, t.price, t.result}, true
}

func (p *Platform) transaction(id string) *transaction {
	i := slices.IndexFunc(p.transactions, func(t *transaction) bool { return t.id == id })
	if i < 0 {
		return nil
	}
	return p.transactions[i]
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
	t := &transaction{
		id:        newUUID(),
		status:    TransactionPendingFreeze,
		offer:     offer,
		buyer:     c.user,
		seller:    p.users[offer.SellerID],
		price:     price,
		createdAt: c.now,
	}
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
	return ok(t.item())
}

// step changes a transaction that is in one of the states from. What has to
// happen beside it is done by also, which may refuse.
func (p *Platform) step(c *call, role, to string, also func(*transaction) *answer, from ...string) answer {
	t, a := p.side(c, role)
	if a != nil {
		return *a
	}
	if !slices.Contains(from, t.status) {
		return conflict("transaction is " + t.status)
	}
	if also != nil {
		if a := also(t); a != nil {
			return *a
		}
	}
	t.status = to
	return ok(t.item())
}

func (p *Platform) freezeTransaction(c *call) answer {
	return p.step(c, "buyer", TransactionFrozen, func(t *transaction) *answer {
		if !t.buyer.freeze(t.price, t.id, c.now) {
			a := insufficient()
			return &a
		}
		return nil
	}, TransactionPendingFreeze)
}

func (p *Platform) acceptTransaction(c *call) answer {
	return p.step(c, "seller", TransactionAccepted, nil, TransactionFrozen)
}

// giveBack unfreezes the price of a transaction that ends early.
func giveBack(c *call) func(*transaction) *answer {
	return func(t *transaction) *answer {
		if t.status == TransactionFrozen {
			t.buyer.unfreeze(t.price, t.id, c.now)
		}
		return nil
	}
}

func (p *Platform) rejectTransaction(c *call) answer {
	return p.step(c, "seller", TransactionRejectedBySeller, giveBack(c), TransactionPendingFreeze, TransactionFrozen)
}

func (p *Platform) cancelTransaction(c *call) answer {
	return p.step(c, "buyer", TransactionCancelledByBuyer, giveBack(c), TransactionPendingFreeze, TransactionFrozen)
}

func (p *Platform) deliverTransaction(c *call) answer {
	return p.step(c, "seller", TransactionDelivered, func(t *transaction) *answer {
		result, object := c.body["result_payload"].(map[string]any)
		if !object {
			a := missing("body", "result_payload")
			return &a
		}
		t.result = result
		return nil
	}, TransactionAccepted)
}

func (p *Platform) confirmTransaction(c *call) answer {
	return p.step(c, "buyer", TransactionSettled, func(t *transaction) *answer {
		p.settle(t.buyer, t.seller, t.price, t.id, c.now)
		return nil
	}, TransactionDelivered)
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
