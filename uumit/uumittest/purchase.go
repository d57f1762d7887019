package uumittest

import (
	"time"

	"github.com/shopspring/decimal"
)

// purchase is what orders and transactions have in common: a status, and a
// price that follows it from the buyer to the seller.
type purchase struct {
	id, status    string
	offer         *Capability
	buyer, seller *user
	price         decimal.Decimal
	since         time.Time // in this status
	money         place
}

// place is where the price of a purchase is.
type place int

const (
	// withBuyer: not frozen yet, or unfrozen again.
	withBuyer place = iota
	// frozen in the buyer's wallet.
	frozen
	// paid to the seller, which nothing undoes.
	paid
)

// newPurchase returns a purchase that the caller makes.
func (p *Platform) newPurchase(c *call, offer *Capability, price decimal.Decimal, status string) purchase {
	return purchase{
		id:     newUUID(),
		status: status,
		offer:  offer,
		buyer:  c.user,
		seller: p.users[offer.SellerID],
		price:  price,
		since:  c.now,
	}
}

// work is what a seller who follows the clock delivers.
func (x *purchase) work() string { return "Done: " + x.offer.Title }

// tick lets orders and transactions do what the time that has passed makes
// them do.
func (p *Platform) tick(now time.Time) {
	for _, o := range p.orders {
		p.tickOrder(o, now)
	}
	for _, t := range p.transactions {
		p.tickTransaction(t, now)
	}
}

// become gives a purchase a status and brings its price to where that has it.
// A status that is not in places says nothing of money: the price stays. If
// the buyer cannot pay nothing changes, and become is false.
func (p *Platform) become(x *purchase, status string, places map[string]place, at time.Time) bool {
	if to, known := places[status]; known && !p.bring(x, to, at) {
		return false
	}
	x.status, x.since = status, at
	return true
}

func (p *Platform) bring(x *purchase, to place, at time.Time) bool {
	if to == x.money || x.money == paid {
		return true
	}
	if x.money == withBuyer && !x.buyer.freeze(x.price, x.id, at) {
		return false
	}
	switch to {
	case withBuyer:
		x.buyer.unfreeze(x.price, x.id, at)
	case paid:
		p.settle(x.buyer, x.seller, x.price, x.id, at)
	}
	x.money = to
	return true
}
