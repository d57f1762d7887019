package procure

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/pentagate/pentagate/transport"
)

// CreateIntentRequest says what to buy, for whom ("Procure API, create an
// intent"). All but Remarks is required. Texts are counted in characters.
type CreateIntentRequest struct {
	// UserID is 1 to 100 characters.
	UserID string
	// Platform is sent as it is: a word of letters, digits, "_" and "-".
	Platform Platform
	// ProductURL is the http or https address of the product's page.
	ProductURL string
	// Title is 1 to 200 characters.
	Title string
	// Price is that of one piece in yuan, more than 0. It has at most 15
	// significant digits, as many as the platform's JSON carries exactly.
	Price decimal.Decimal
	// Quantity is at least 1.
	Quantity int64
	// RecipientName is 2 to 50 characters.
	RecipientName string
	// Address is 5 to 200 characters.
	Address string
	// Phone is a mobile number of 11 digits.
	Phone string
	// Remarks is at most 500 characters; nil sends none.
	Remarks *string
}

// CreateIntent creates an intent, which begins as SUBMITTED. The platform
// creates another one when the call is repeated, so it is not repeated unless
// it provably did not run. An error that matches
// [transport.ErrOutcomeUnknown] means that the intent may exist: look for it
// before calling again.
func (c *Client) CreateIntent(ctx context.Context, req CreateIntentRequest, opts ...transport.CallOption) (*Intent, error) {
	body, wrong := req.wire()
	call := transport.Call{
		Operation: "CreateIntent",
		Method:    http.MethodPost,
		Path:      intentsPath,
		Route:     intentsPath,
		Body:      body,
		Safety:    transport.Unsafe,
		Class:     ClassCreate,
		Invalid:   wrong,
	}
	var out wholeIntent
	return result((*Intent)(&out), c.send(ctx, call, &out, opts))
}

// createWire is the body in the order of the documents' sample.
type createWire struct {
	UserID        string      `json:"userId"`
	Platform      Platform    `json:"platform"`
	ProductURL    string      `json:"productUrl"`
	Title         string      `json:"title"`
	Price         json.Number `json:"price"`
	Quantity      int64       `json:"quantity"`
	RecipientName string      `json:"recipientName"`
	Address       string      `json:"address"`
	Phone         string      `json:"phone"`
	Remarks       *string     `json:"remarks,omitempty"`
}

// wire makes the body, and says what is wrong with it.
func (r CreateIntentRequest) wire() (createWire, transport.Fields) {
	var f transport.Fields
	text(&f, "userId", r.UserID, 1, 100)
	f.Check(word(string(r.Platform)), "platform", "must be TAOBAO, JD, PDD or another "+wordProblem)
	f.Check(productURL(r.ProductURL), "productUrl", "must be an absolute http or https URL without spaces")
	text(&f, "title", r.Title, 1, 200)
	price, ok := priceText(r.Price)
	f.Check(ok, "price", priceProblem)
	quantity(&f, r.Quantity)
	text(&f, "recipientName", r.RecipientName, minName, maxName)
	text(&f, "address", r.Address, minAddress, maxAddress)
	phone(&f, r.Phone)
	if r.Remarks != nil {
		text(&f, "remarks", *r.Remarks, 0, maxRemarks)
	}
	return createWire{
		UserID:        r.UserID,
		Platform:      r.Platform,
		ProductURL:    r.ProductURL,
		Title:         r.Title,
		Price:         json.Number(price),
		Quantity:      r.Quantity,
		RecipientName: r.RecipientName,
		Address:       r.Address,
		Phone:         r.Phone,
		Remarks:       r.Remarks,
	}, f
}

// Limits that create and update share, in characters.
const (
	minName, maxName       = 2, 50
	minAddress, maxAddress = 5, 200
	maxRemarks             = 500
)

// maxQuantity is the largest whole number that JSON carries exactly in JavaScript.
const maxQuantity = 1<<53 - 1

func text(f *transport.Fields, name, s string, least, most int) {
	n := utf8.RuneCountInString(s)
	if n < least || n > most {
		f.Check(false, name, fmt.Sprintf("must be %d to %d characters", least, most))
	}
	f.CheckUnmasked(name, s)
}

const wordProblem = `word of letters, digits, "_" and "-"`

// word reports whether s can be a word of the platform's, also one that was not
// documented when this was written.
func word(s string) bool {
	return s != "" && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

func quantity(f *transport.Fields, n int64) {
	f.Check(n >= 1 && n <= maxQuantity, "quantity", "must be at least 1 and below 2^53")
}

func phone(f *transport.Fields, s string) {
	f.Check(len(s) == 11 && strings.Trim(s, "0123456789") == "", "phone", "must be 11 digits")
}

func productURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && !strings.ContainsFunc(s, unicode.IsSpace)
}
