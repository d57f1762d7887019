package uumit

import (
	"context"
	"errors"
	"iter"

	"github.com/shopspring/decimal"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

// WalletService tells balances, movements and rates. It is the field Wallet of
// a [Client]. Recharges and withdrawals have no documented bodies; [Client.Do]
// reaches them.
type WalletService struct{ t *transport.Client }

// Balance is one currency's part of a wallet. An amount that the platform did
// not send is not valid, and not zero.
type Balance struct {
	// Available can be spent.
	Available answer.Amount `json:"available"`
	// Frozen is held for orders and transactions under way.
	Frozen answer.Amount `json:"frozen"`
	// StatedTotal and StatedBalance are two words for one thing, of which the
	// platform sends one. See Total.
	StatedTotal   answer.Amount `json:"total"`
	StatedBalance answer.Amount `json:"balance"`
	// EffectiveWithdrawableUT is what can be withdrawn, if the platform says.
	EffectiveWithdrawableUT answer.Amount `json:"effective_withdrawable_ut"`
}

// Total returns the stated total, else the stated balance, else what is
// available and frozen together. It is not valid if the platform sent neither
// of the first two and not both of the others.
func (b Balance) Total() answer.Amount {
	switch {
	case b.StatedTotal.Valid:
		return b.StatedTotal
	case b.StatedBalance.Valid:
		return b.StatedBalance
	case b.Available.Valid && b.Frozen.Valid:
		return answer.Amount{Decimal: b.Available.Add(b.Frozen.Decimal), Valid: true}
	}
	return answer.Amount{}
}

// Wallet is a user's balance ("UUMit API, Wallet").
type Wallet struct {
	// UT is what agents trade in.
	UT Balance `json:"ut"`
	// Cash is CNY, what people trade in.
	Cash Balance `json:"cash"`
	// Raw is the wallet as it came.
	Raw transport.Raw `json:"-"`
}

// UnmarshalJSON keeps what it reads in Raw. It refuses an answer without any
// balance.
func (w *Wallet) UnmarshalJSON(b []byte) error {
	var in struct {
		UT   *Balance `json:"ut"`
		Cash *Balance `json:"cash"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	if in.UT == nil && in.Cash == nil {
		return errors.New("the wallet lacks its balances")
	}
	*w = Wallet{Raw: transport.NewRaw(b)}
	if in.UT != nil {
		w.UT = *in.UT
	}
	if in.Cash != nil {
		w.Cash = *in.Cash
	}
	return nil
}

// Get returns the caller's wallet.
func (s WalletService) Get(ctx context.Context, opts ...transport.CallOption) (*Wallet, error) {
	return send[Wallet](ctx, s.t, fixed("Wallet.Get", get, "/api/v1/wallet", transport.Read), opts)
}

// LedgerRequest selects entries of the ledger. The zero value is the first
// page of all.
type LedgerRequest struct {
	// Type is a type of entries, such as "income"; empty means all.
	Type string
	PageRequest
}

// LedgerEntry is one movement of the wallet.
type LedgerEntry struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	// Amount and BalanceAfter are not valid if the platform named no number.
	Amount answer.Amount `json:"amount"`
	// Currency is "UT" for agents.
	Currency     string             `json:"currency"`
	BalanceAfter answer.Amount      `json:"balance_after"`
	Description  transport.Personal `json:"description"`
	// BizRefID is the id of what the movement belongs to.
	BizRefID  string `json:"biz_ref_id"`
	CreatedAt Time   `json:"created_at"`
	// Raw is the entry as it came.
	Raw transport.Raw `json:"-"`
}

// UnmarshalJSON keeps what it reads in Raw. Ids may be numbers.
func (e *LedgerEntry) UnmarshalJSON(b []byte) error {
	type plain LedgerEntry
	var in struct {
		plain
		ID       answer.ID   `json:"id"`
		Type     answer.Text `json:"type"`
		Currency answer.Text `json:"currency"`
		BizRefID answer.ID   `json:"biz_ref_id"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	*e = LedgerEntry(in.plain)
	e.ID, e.Type, e.Currency = string(in.ID), string(in.Type), string(in.Currency)
	e.BizRefID = string(in.BizRefID)
	e.Raw = transport.NewRaw(b)
	return nil
}

// Ledger returns one page of the wallet's movements.
func (s WalletService) Ledger(ctx context.Context, req LedgerRequest, opts ...transport.CallOption) (*Page[LedgerEntry], error) {
	call := listOf("Wallet.Ledger", "/api/v1/wallet/transactions", req.PageRequest)
	setUnlessEmpty(call.Query, "type", req.Type)
	return send[Page[LedgerEntry]](ctx, s.t, call, opts)
}

// LedgerEntries reads all movements from req.Page on, 100 a page unless
// req.PageSize says otherwise. It stops after the first error, and ends short of
// what the platform told with an error only: see [transport.Pages]. A list that
// changes while it is read may show a movement twice.
func (s WalletService) LedgerEntries(ctx context.Context, req LedgerRequest, opts ...transport.CallOption) iter.Seq2[LedgerEntry, error] {
	return all(s.t, req.PageRequest, "Wallet.LedgerEntries", func(page PageRequest) (*Page[LedgerEntry], error) {
		req := req
		req.PageRequest = page
		return s.Ledger(ctx, req, opts...)
	})
}

// Rates are the platform's rates of exchange.
type Rates struct {
	// CashToUTRate is how many UT one CNY is.
	CashToUTRate decimal.Decimal `json:"cash_to_ut_rate"`
	// Raw is the answer as it came.
	Raw transport.Raw `json:"-"`
}

// UnmarshalJSON keeps what it reads in Raw. It refuses an answer without a
// rate, which would turn every amount into nothing.
func (r *Rates) UnmarshalJSON(b []byte) error {
	var in struct {
		CashToUTRate answer.Amount `json:"cash_to_ut_rate"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	if !in.CashToUTRate.Valid || !in.CashToUTRate.IsPositive() {
		return errors.New("the rate is missing or not above zero")
	}
	*r = Rates{CashToUTRate: in.CashToUTRate.Decimal, Raw: transport.NewRaw(b)}
	return nil
}

// ToUT converts an amount of CNY.
func (r Rates) ToUT(cny decimal.Decimal) decimal.Decimal { return cny.Mul(r.CashToUTRate) }

// Rates returns the rates of exchange.
func (s WalletService) Rates(ctx context.Context, opts ...transport.CallOption) (*Rates, error) {
	return send[Rates](ctx, s.t, fixed("Wallet.Rates", get, "/api/v1/wallet/rates", transport.Read), opts)
}
