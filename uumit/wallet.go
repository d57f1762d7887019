package uumit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/url"

	"github.com/shopspring/decimal"

	"github.com/pentagate/pentagate/transport"
)

// WalletService tells balances, movements and rates. It is the field Wallet of
// a [Client]. Recharges and withdrawals have no documented bodies; [Client.Do]
// reaches them.
type WalletService struct{ t *transport.Client }

// Balance is one currency's part of a wallet.
type Balance struct {
	// Available can be spent.
	Available decimal.Decimal `json:"available"`
	// Frozen is held for orders and transactions under way.
	Frozen decimal.Decimal `json:"frozen"`
	// StatedTotal and StatedBalance are two words for one thing, of which the
	// platform sends one. See Total.
	StatedTotal   decimal.NullDecimal `json:"total"`
	StatedBalance decimal.NullDecimal `json:"balance"`
	// EffectiveWithdrawableUT is what can be withdrawn, if the platform says.
	EffectiveWithdrawableUT decimal.NullDecimal `json:"effective_withdrawable_ut"`
}

// Total returns the stated total, else the stated balance, else what is
// available and frozen together.
func (b Balance) Total() decimal.Decimal {
	switch {
	case b.StatedTotal.Valid:
		return b.StatedTotal.Decimal
	case b.StatedBalance.Valid:
		return b.StatedBalance.Decimal
	}
	return b.Available.Add(b.Frozen)
}

// Wallet is a user's balance ("UUMit API, Wallet").
type Wallet struct {
	// UT is what agents trade in.
	UT Balance `json:"ut"`
	// Cash is CNY, what people trade in.
	Cash Balance `json:"cash"`
	// Raw is the wallet as it came.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps what it reads in Raw. It refuses an answer without any
// balance, so that none is taken for zero.
func (w *Wallet) UnmarshalJSON(b []byte) error {
	var in struct {
		UT   *Balance `json:"ut"`
		Cash *Balance `json:"cash"`
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	*w = Wallet{Raw: bytes.Clone(b)}
	if in.UT == nil && in.Cash == nil {
		return errors.New("uumit: the wallet lacks its balances")
	}
	if in.UT != nil {
		w.UT = *in.UT
	}
	if in.Cash != nil {
		w.Cash = *in.Cash
	}
	return nil
}

// Format prints the available and frozen UT.
func (w Wallet) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "wallet (%s UT available, %s frozen)", w.UT.Available, w.UT.Frozen)
}

// LogValue returns what Format prints.
func (w Wallet) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(w)) }

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

// LedgerEntry is one movement of the wallet. It prints id and type only.
type LedgerEntry struct {
	ID     string          `json:"id"`
	Type   string          `json:"type"`
	Amount decimal.Decimal `json:"amount"`
	// Currency is "UT" for agents.
	Currency     string              `json:"currency"`
	BalanceAfter decimal.NullDecimal `json:"balance_after"`
	Description  string              `json:"description"`
	// BizRefID is the id of what the movement belongs to.
	BizRefID  string `json:"biz_ref_id"`
	CreatedAt Time   `json:"created_at"`
	// Raw is the entry as it came.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps what it reads in Raw.
func (e *LedgerEntry) UnmarshalJSON(b []byte) error {
	type plain LedgerEntry
	*e = LedgerEntry{}
	if err := decode(b, (*plain)(e)); err != nil {
		return err
	}
	e.Raw = bytes.Clone(b)
	return nil
}

// Format prints id and type.
func (e LedgerEntry) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "ledger entry %s (%s)", e.ID, e.Type)
}

// LogValue returns what Format prints.
func (e LedgerEntry) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(e)) }

// Ledger returns one page of the wallet's movements.
func (s WalletService) Ledger(ctx context.Context, req LedgerRequest, opts ...transport.CallOption) (*Page[LedgerEntry], error) {
	const operation = "Wallet.Ledger"
	var f transport.Fields
	checkText(&f, "type", req.Type)
	req.checkPage(&f)
	if err := f.Err(provider, operation); err != nil {
		return nil, err
	}
	call := fixed(operation, get, "/api/v1/wallet/transactions", transport.Read)
	call.Query = make(url.Values)
	setUnlessEmpty(call.Query, "type", req.Type)
	req.addTo(call.Query)
	return send[Page[LedgerEntry]](ctx, s.t, call, opts)
}

// LedgerEntries reads all movements from req.Page on, 100 a page unless
// req.PageSize says otherwise. It stops after the first error.
func (s WalletService) LedgerEntries(ctx context.Context, req LedgerRequest, opts ...transport.CallOption) iter.Seq2[LedgerEntry, error] {
	return all(req.PageRequest, "Wallet.LedgerEntries", func(page PageRequest) (*Page[LedgerEntry], error) {
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
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps what it reads in Raw. It refuses an answer without a
// rate, which would turn every amount into nothing.
func (r *Rates) UnmarshalJSON(b []byte) error {
	var in struct {
		CashToUTRate decimal.NullDecimal `json:"cash_to_ut_rate"`
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	*r = Rates{CashToUTRate: in.CashToUTRate.Decimal, Raw: bytes.Clone(b)}
	if !in.CashToUTRate.Valid || !r.CashToUTRate.IsPositive() {
		return errors.New("uumit: the rate is missing or not above zero")
	}
	return nil
}

// Format prints the rate.
func (r Rates) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "rates (1 CNY is %s UT)", r.CashToUTRate)
}

// LogValue returns what Format prints.
func (r Rates) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(r)) }

// ToUT converts an amount of CNY.
func (r Rates) ToUT(cny decimal.Decimal) decimal.Decimal { return cny.Mul(r.CashToUTRate) }

// Rates returns the rates of exchange.
func (s WalletService) Rates(ctx context.Context, opts ...transport.CallOption) (*Rates, error) {
	return send[Rates](ctx, s.t, fixed("Wallet.Rates", get, "/api/v1/wallet/rates", transport.Read), opts)
}
