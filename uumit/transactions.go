package uumit

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

const transactionPath = "/api/v1/transactions"

// TransactionService buys step by step: create, freeze, accept, deliver,
// confirm ("UUMit API, Transactions"). It is the field Transactions of a
// [Client].
//
// The platform's own clients use idempotency keys such as
// "freeze-<transaction id>" for the steps; [transport.WithIdempotencyKey] does
// that here.
type TransactionService struct{ t *transport.Client }

// TransactionStatus is the platform's word for a transaction's state. Unknown
// words are kept.
type TransactionStatus string

// The states of a transaction.
const (
	// TransactionPending and TransactionPendingFreeze both mean that nothing is
	// frozen yet: the documents differ in the word.
	TransactionPending          TransactionStatus = "pending"
	TransactionPendingFreeze    TransactionStatus = "pending_freeze"
	TransactionFrozen           TransactionStatus = "frozen"
	TransactionAccepted         TransactionStatus = "accepted"
	TransactionDelivered        TransactionStatus = "delivered"
	TransactionSettled          TransactionStatus = "settled"
	TransactionRejectedBySeller TransactionStatus = "rejected_by_seller"
	TransactionCancelledByBuyer TransactionStatus = "cancelled_by_buyer"
)

// AwaitsFreeze tells whether the buyer has yet to freeze the price. A seller
// does not start before.
func (s TransactionStatus) AwaitsFreeze() bool {
	return s == TransactionPending || s == TransactionPendingFreeze
}

// Transaction is the purchase of a capability. Only Create and Get promise its
// members; the other steps bring what the platform sends.
type Transaction struct {
	ID              string `json:"id"`
	BuyerUserID     string `json:"buyer_user_id,omitempty"`
	SellerUserID    string `json:"seller_user_id,omitempty"`
	CapabilityID    string `json:"capability_id,omitempty"`
	TransactionType string `json:"transaction_type,omitempty"`
	// PriceUT is in UT, and not valid if the platform named no number.
	PriceUT   answer.Amount     `json:"price_ut"`
	Status    TransactionStatus `json:"status"`
	CreatedAt Time              `json:"created_at,omitzero"`
	// Raw is the transaction as it came.
	Raw transport.Raw `json:"-"`
}

// UnmarshalJSON keeps what it reads in Raw. Ids may be numbers.
func (t *Transaction) UnmarshalJSON(b []byte) error {
	type plain Transaction
	var in struct {
		plain
		ID              answer.ID   `json:"id"`
		BuyerUserID     answer.ID   `json:"buyer_user_id"`
		SellerUserID    answer.ID   `json:"seller_user_id"`
		CapabilityID    answer.ID   `json:"capability_id"`
		TransactionType answer.Text `json:"transaction_type"`
		Status          answer.Text `json:"status"`
	}
	if err := answer.Decode(b, &in); err != nil {
		return err
	}
	*t = Transaction(in.plain)
	t.ID, t.BuyerUserID, t.SellerUserID, t.CapabilityID = string(in.ID), string(in.BuyerUserID), string(in.SellerUserID), string(in.CapabilityID)
	t.TransactionType, t.Status = string(in.TransactionType), TransactionStatus(in.Status)
	t.Raw = transport.NewRaw(b)
	return nil
}

// String tells the id and the status.
func (t Transaction) String() string { return "transaction " + t.ID + " (" + string(t.Status) + ")" }

// createdTransaction is an answer that proves itself by its id.
type createdTransaction struct{ Transaction }

func (t *createdTransaction) UnmarshalJSON(b []byte) error {
	if err := t.Transaction.UnmarshalJSON(b); err != nil {
		return err
	}
	if t.ID == "" {
		return errNoID
	}
	return nil
}

// transactionDetail is an answer that nobody could use without its status.
type transactionDetail struct{ createdTransaction }

func (t *transactionDetail) UnmarshalJSON(b []byte) error {
	if err := t.createdTransaction.UnmarshalJSON(b); err != nil {
		return err
	}
	if t.Status == "" {
		return errNoStatus
	}
	return nil
}

// changedTransaction is the answer to a step, which the documents do not
// describe: code 0 is what tells that it was made.
type changedTransaction struct{ Transaction }

func (t *changedTransaction) UnmarshalJSON(b []byte) error {
	if t.Transaction.UnmarshalJSON(b) != nil {
		t.Transaction = Transaction{Raw: transport.NewRaw(b)}
	}
	return nil
}

// CreateTransactionRequest asks for a capability.
type CreateTransactionRequest struct {
	// CapabilityID is required.
	CapabilityID string `json:"capability_id"`
	// DemandID and ContextID are ids of the platform.
	DemandID  *string `json:"demand_id,omitempty"`
	ContextID *string `json:"context_id,omitempty"`
	// BookedHours is at least 1, for capabilities that are sold by the hour.
	BookedHours *int `json:"booked_hours,omitempty"`
}

// Create makes a transaction as its buyer. Nothing is frozen: see Freeze. The
// Idempotency-Key goes in the header only.
func (s TransactionService) Create(ctx context.Context, req CreateTransactionRequest, opts ...transport.CallOption) (*Transaction, error) {
	call := fixed("Transactions.Create", post, transactionPath, transport.Keyed)
	call.Invalid.Check(req.CapabilityID != "", "capability_id", "must not be empty")
	call.Invalid.Check(req.DemandID == nil || *req.DemandID != "", "demand_id", "must not be empty; leave it nil")
	call.Invalid.Check(req.ContextID == nil || *req.ContextID != "", "context_id", "must not be empty; leave it nil")
	call.Invalid.Check(req.BookedHours == nil || *req.BookedHours >= 1, "booked_hours", "must be at least 1")
	call.Body = req
	out, err := send[createdTransaction](ctx, s.t, call, opts)
	if err != nil {
		return nil, err
	}
	return &out.Transaction, nil
}

// Get returns a transaction to its buyer or seller.
func (s TransactionService) Get(ctx context.Context, transactionID string, opts ...transport.CallOption) (*Transaction, error) {
	call := ofID("Transactions.Get", get, transactionPath, "tx_id", transactionID, "", transport.Read)
	out, err := send[transactionDetail](ctx, s.t, call, opts)
	if err != nil {
		return nil, err
	}
	return &out.Transaction, nil
}

// Freeze freezes the price as the buyer. A balance that does not suffice
// matches [transport.ErrQuota].
func (s TransactionService) Freeze(ctx context.Context, transactionID string, opts ...transport.CallOption) (*Transaction, error) {
	return s.step(ctx, stepOf("Transactions.Freeze", transactionID, "freeze"), transactionID, opts)
}

// Accept takes the work on as the seller.
func (s TransactionService) Accept(ctx context.Context, transactionID string, opts ...transport.CallOption) (*Transaction, error) {
	return s.step(ctx, stepOf("Transactions.Accept", transactionID, "accept"), transactionID, opts)
}

// Reject turns the work down as the seller; the price is unfrozen.
func (s TransactionService) Reject(ctx context.Context, transactionID string, opts ...transport.CallOption) (*Transaction, error) {
	return s.step(ctx, stepOf("Transactions.Reject", transactionID, "reject"), transactionID, opts)
}

// DeliverTransactionRequest delivers the result of a transaction. It prints,
// and is written as JSON, with the id only.
type DeliverTransactionRequest struct {
	// TransactionID is required.
	TransactionID string `json:"-"`
	// ResultPayload is required: what encodes as a JSON object.
	ResultPayload any `json:"result_payload"`
}

// deliverWire is the request as it is sent.
type deliverWire struct {
	ResultPayload any `json:"result_payload"`
}

func (r DeliverTransactionRequest) shown() any {
	return struct {
		TransactionID string `json:"transaction_id"`
	}{r.TransactionID}
}

// Format prints the id only.
func (r DeliverTransactionRequest) Format(f fmt.State, verb rune) { format(f, verb, r.shown()) }

// MarshalJSON writes the id only.
func (r DeliverTransactionRequest) MarshalJSON() ([]byte, error) { return json.Marshal(r.shown()) }

// LogValue returns what MarshalJSON writes.
func (r DeliverTransactionRequest) LogValue() slog.Value { return slog.AnyValue(r.shown()) }

// Deliver hands the result over as the seller.
func (s TransactionService) Deliver(ctx context.Context, req DeliverTransactionRequest, opts ...transport.CallOption) (*Transaction, error) {
	call := stepOf("Transactions.Deliver", req.TransactionID, "deliver")
	payload, err := json.Marshal(req.ResultPayload)
	isObject := err == nil && len(payload) > 0 && payload[0] == '{'
	call.Invalid.Check(isObject, "result_payload", "must encode as a JSON object")
	if isObject {
		call.Body = deliverWire{req.ResultPayload}
	}
	return s.step(ctx, call, req.TransactionID, opts)
}

// Confirm accepts the delivery as the buyer: the price is paid to the seller
// and cannot be had back.
func (s TransactionService) Confirm(ctx context.Context, transactionID string, opts ...transport.CallOption) (*Transaction, error) {
	return s.step(ctx, stepOf("Transactions.Confirm", transactionID, "confirm"), transactionID, opts)
}

// Cancel calls the transaction off as the buyer, before the seller accepts it.
func (s TransactionService) Cancel(ctx context.Context, transactionID string, opts ...transport.CallOption) (*Transaction, error) {
	return s.step(ctx, stepOf("Transactions.Cancel", transactionID, "cancel"), transactionID, opts)
}

func stepOf(operation, id, action string) transport.Call {
	return ofID(operation, post, transactionPath, "tx_id", id, action, transport.Keyed)
}

// step makes one change. The transaction has the id it was asked for with if
// the answer has none.
func (s TransactionService) step(ctx context.Context, call transport.Call, id string, opts []transport.CallOption) (*Transaction, error) {
	out, err := send[changedTransaction](ctx, s.t, call, opts)
	if err != nil {
		return nil, err
	}
	out.ID = cmp.Or(out.ID, id)
	return &out.Transaction, nil
}

// ListTransactionsRequest selects transactions. The zero value is the first
// page of all.
type ListTransactionsRequest struct {
	// Role is empty for both.
	Role Role
	// Status is empty for all.
	Status TransactionStatus
	PageRequest
}

// List returns one page of transactions. The platform may put other movements
// of money into it; those lack most members.
func (s TransactionService) List(ctx context.Context, req ListTransactionsRequest, opts ...transport.CallOption) (*Page[Transaction], error) {
	call := listOf("Transactions.List", transactionPath, req.PageRequest)
	setUnlessEmpty(call.Query, "role", string(req.Role))
	setUnlessEmpty(call.Query, "status", string(req.Status))
	return send[Page[Transaction]](ctx, s.t, call, opts)
}

// All reads all transactions from req.Page on, 100 a page unless req.PageSize
// says otherwise. It stops after the first error, and ends short of what the
// platform told with an error only: see [transport.Pages]. A list that changes
// while it is read may show a transaction twice.
func (s TransactionService) All(ctx context.Context, req ListTransactionsRequest, opts ...transport.CallOption) iter.Seq2[Transaction, error] {
	return all(s.t, req.PageRequest, "Transactions.All", func(page PageRequest) (*Page[Transaction], error) {
		req := req
		req.PageRequest = page
		return s.List(ctx, req, opts...)
	})
}
