package uumittest

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"
)

// cashToUT is how many UT one CNY is.
const cashToUT = "100"

// Wallet is a user's UT.
type Wallet struct {
	Available, Frozen decimal.Decimal
}

// entry is one movement of a wallet.
type entry struct {
	id, kind, reference string
	amount, after       decimal.Decimal
	at                  time.Time
}

// Wallet returns a user's wallet.
func (p *Platform) Wallet(userID string) Wallet {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick(p.Now())
	u := p.user(userID)
	return Wallet{u.available, u.frozen}
}

// SetBalance sets what a user can spend.
func (p *Platform) SetBalance(userID string, available decimal.Decimal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.user(userID).available = available
}

func (u *user) write(kind, reference string, amount decimal.Decimal, at time.Time) {
	u.ledger = append(u.ledger, entry{newUUID(), kind, reference, amount, u.available, at})
}

// freeze holds an amount back. It is false if the balance does not suffice.
func (u *user) freeze(amount decimal.Decimal, reference string, at time.Time) bool {
	if u.available.LessThan(amount) {
		return false
	}
	u.available, u.frozen = u.available.Sub(amount), u.frozen.Add(amount)
	u.write("freeze", reference, amount.Neg(), at)
	return true
}

func (u *user) unfreeze(amount decimal.Decimal, reference string, at time.Time) {
	u.available, u.frozen = u.available.Add(amount), u.frozen.Sub(amount)
	u.write("unfreeze", reference, amount, at)
}

// income is what a seller is paid of a price: the quick start's 11.25 of 12.50.
func income(price decimal.Decimal) decimal.Decimal {
	return price.Mul(decimal.New(9, -1)).Round(2)
}

// Fees returns what the platform has kept of the prices that were paid. With
// all wallets it makes up all UT there are.
func (p *Platform) Fees() decimal.Decimal {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick(p.Now())
	return p.fees
}

// settle pays a frozen price to the seller, less the platform's fee.
func (p *Platform) settle(buyer, seller *user, price decimal.Decimal, reference string, at time.Time) {
	buyer.frozen = buyer.frozen.Sub(price)
	buyer.write("expense", reference, price.Neg(), at)
	seller.available = seller.available.Add(income(price))
	seller.write("income", reference, income(price), at)
	p.fees = p.fees.Add(price.Sub(income(price)))
}

type balanceItem struct {
	Available string `json:"available"`
	Frozen    string `json:"frozen"`
	Total     string `json:"total"`
}

func (p *Platform) getWallet(c *call) answer {
	return ok(map[string]balanceItem{
		"ut":   {ut(c.user.available), ut(c.user.frozen), ut(c.user.available.Add(c.user.frozen))},
		"cash": {"0.00", "0.00", "0.00"},
	})
}

type ledgerItem struct {
	ID           string `json:"id"`
	Type         string `json:"type"`
	Amount       string `json:"amount"`
	Currency     string `json:"currency"`
	BalanceAfter string `json:"balance_after"`
	Description  string `json:"description"`
	BizRefID     string `json:"biz_ref_id"`
	CreatedAt    string `json:"created_at"`
}

func (p *Platform) getLedger(c *call) answer {
	kind := c.r.URL.Query().Get("type")
	var items []ledgerItem
	for _, e := range newestFirst(c.user.ledger) {
		if kind == "" || kind == e.kind {
			items = append(items, ledgerItem{e.id, e.kind, ut(e.amount), "UT", ut(e.after), fmt.Sprintf("%s of %s", e.kind, e.reference), e.reference, moment(e.at)})
		}
	}
	return page(c, items)
}

func (p *Platform) getRates(*call) answer {
	return ok(map[string]string{"cash_to_ut_rate": cashToUT})
}
