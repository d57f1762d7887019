package uumit_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/internal/leaks"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
	"github.com/pentagate/pentagate/uumit"
	"github.com/pentagate/pentagate/uumit/uumittest"
)

// TestNothingPrintsASecret prints clients, configurations, credentials,
// errors, requests and answers in every way, alone and inside of other things.
func TestNothingPrintsASecret(t *testing.T) {
	var logged bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h := start(t)
	ctx := t.Context()
	config, bearer := h.Config(), h.BearerConfig("")
	client := h.newClient(t, config, transport.WithLogger(log))
	person := h.newClient(t, bearer, transport.WithLogger(log))
	device, err := uumit.NewDeviceClient(config, transport.WithLogger(log), transport.WithClock(h.clock))
	require.NoError(t, err)
	defer device.Close()
	signer, err := signing.NewAPIKey("X-Api-Key", config.APIKey, "X-Platform-User-Id", config.UserID)
	require.NoError(t, err)

	auth, err := device.DeviceAuth(ctx, uumit.Cursor)
	require.NoError(t, err)
	h.Approve(auth.UserCode.Reveal(), "")
	poll, err := device.PollDeviceAuth(ctx, auth.DeviceCode)
	require.NoError(t, err)
	credentials := poll.Credentials

	const private = "Zhang San, 13800138000"
	offer := h.AddCapability(uumittest.Capability{Title: private, PriceUT: price})
	search := uumit.SearchRequest{Query: private}
	found, err := client.Capabilities.Search(ctx, search)
	require.NoError(t, err)
	require.Len(t, found.Items, 1)
	create := uumit.CreateOrderRequest{CapabilityID: offer.ID, DemandDescription: new(private)}
	var info transport.Info
	order, err := client.Orders.Create(ctx, create, transport.WithInfo(&info))
	require.NoError(t, err)
	h.faults.Script(
		good(`{"id":"o","status":"frozen","task_title":"`+private+`","last_rework_reason":"`+private+`","rework_guidance":{"problem":"`+private+`"}}`),
		good(`{"id":"t","status":"frozen","note":"`+private+`"}`),
		good(`{"items":[{"id":"l","type":"x","amount":1,"description":"`+private+`"}]}`),
		transporttest.Status(422, `{"code":1001,"message":"`+private+` is no good","detail":[{"loc":["body","`+private+`"],"msg":"`+private+`","input":"`+private+`"}]}`),
		transporttest.Status(404, `{"code":1004,"message":"no `+auth.DeviceCode.Reveal()+` here"}`),
		transporttest.Status(400, `{"code":4000,"error_code":"X","data":{"guidance":{"problem":"`+private+`"}}}`),
	)
	taskOrder, err := client.Orders.Get(ctx, "o")
	require.NoError(t, err)
	tx, err := client.Transactions.Get(ctx, "t")
	require.NoError(t, err)
	ledger, err := client.Wallet.Ledger(ctx, uumit.LedgerRequest{})
	require.NoError(t, err)
	_, failed := client.Orders.Create(ctx, create)
	require.ErrorIs(t, failed, transport.ErrInvalid)
	_, unknown := device.PollDeviceAuth(ctx, auth.DeviceCode)
	require.ErrorIs(t, unknown, transport.ErrNotFound)
	deliver := uumit.SubmitDeliverablesRequest{OrderID: "o", Deliverables: []uumit.Deliverable{{URL: private, Name: private, TextContent: private}}, OfflineNote: private}
	_, refused := client.Orders.SubmitDeliverables(ctx, deliver)
	guidance, ok := uumit.GuidanceFrom(refused)
	require.True(t, ok)
	wallet, err := person.Wallet.Get(ctx)
	require.NoError(t, err)

	secrets := []string{
		config.APIKey.Reveal(), h.User("").Token, credentials.APIKey.Reveal(), auth.DeviceCode.Reveal(), private, "Zhang San", "13800138000",
	}
	// fmt does not ask a value inside of an unexported field how it wants to be
	// printed: what must never show has to hold out there too.
	for name, v := range map[string]any{
		"client": client, "bearer client": person, "device client": device, "services": client.Orders, "signer": signer,
		"config": config, "pointer to config": &config, "bearer config": bearer, "token config": uumit.Config{Token: signing.NewSecret(h.User("").Token)}, "credentials": credentials, "pointer to credentials": &credentials,
		"error": failed, "poll error": unknown, "refusal": refused, "authorization": *auth, "poll": *poll,
	} {
		holder := struct{ inner any }{v}
		assertHidden(t, name, secrets, v, holder, &holder, []any{v}, map[string]any{"v": v})
		encoded, err := json.Marshal(struct{ V any }{v})
		if err == nil { // a Config has a function in it
			for _, secret := range secrets {
				assert.NotContains(t, string(encoded), secret, name)
			}
		}
		log.Info("print", "v", fmt.Sprintf("%+v", v))
	}
	for name, v := range map[string]any{
		"search": search, "found": *found, "create": create, "order": *order, "task order": *taskOrder, "pointer to order": taskOrder,
		"transaction": *tx, "ledger": *ledger, "delivery": deliver, "guidance": *guidance, "wallet": *wallet, "info": info,
		"authorization": *auth, "transaction delivery": uumit.DeliverTransactionRequest{TransactionID: "t", ResultPayload: map[string]any{"a": private}},
		"recorded requests": h.faults.Requests(), "platform's requests": h.Requests(), "user": h.User(""), "confirmation": uumit.Confirmation{Raw: transport.NewRaw([]byte(private))},
		"rates": uumit.Rates{Raw: transport.NewRaw([]byte(private))}, "platform's order": h.Orders()[0],
	} {
		assertHidden(t, name, append(secrets, auth.UserCode.Reveal()), v, struct{ Inner any }{v}, []any{v}, map[string]any{"v": v})
	}
	for _, secret := range append(secrets, auth.UserCode.Reveal()) {
		assert.NotContains(t, logged.String(), secret)
	}
	for v, want := range map[any]string{
		create: `{"capability_id":"` + offer.ID + `","demand_description":"[redacted]"}`,
		uumit.CreateOrderRequest{CapabilityID: "c"}: `{"capability_id":"c"}`,
		search: `{}`,
		uumit.DeliverTransactionRequest{TransactionID: "t", ResultPayload: private}: `{"transaction_id":"t"}`,
	} {
		encoded, err := json.Marshal(v)
		require.NoError(t, err)
		assert.Equal(t, want, string(encoded))
	}
	encoded, err := json.Marshal(deliver)
	require.NoError(t, err)
	assert.Equal(t, `{"order_id":"o","files":1}`, string(encoded))
	encoded, err = json.Marshal(taskOrder)
	require.NoError(t, err)
	assert.Equal(t, `{"id":"o","status":"frozen","task_title":"[redacted]","last_rework_reason":"[redacted]","rework_guidance":{"problem":"[redacted]"}}`, string(encoded))
	assert.Equal(t, "order o (frozen)", fmt.Sprint(taskOrder))
	assert.Equal(t, "transaction t (frozen)", fmt.Sprint(*tx))
	assert.Equal(t, "{OrderID:o Type: Files:1}", fmt.Sprintf("%+v", deliver))
}

// TestNoTypeOfACallPrintsWhatIsPersonal covers types that come later as well.
func TestNoTypeOfACallPrintsWhatIsPersonal(t *testing.T) {
	const id, word = "an id or number of the platform's", "a word of the platform's"
	types, found := leaks.In(map[string]string{
		"Capability.ID":                           id,
		"Config.BaseURL":                          "an address that must hold no credentials",
		"Config.UserID":                           id,
		"CreateOrderRequest.CapabilityID":         id,
		"CreateTransactionRequest.CapabilityID":   id,
		"CreateTransactionRequest.ContextID":      id,
		"CreateTransactionRequest.DemandID":       id,
		"Credentials.AgentPlatform":               word,
		"Credentials.BaseURL":                     "the address of the client",
		"Credentials.UserID":                      id,
		"Deliverable.ContentType":                 "a kind of files",
		"DeliverTransactionRequest.TransactionID": id,
		"DeviceAuthorization.AgentPlatform":       word,
		"DeviceAuthorization.VerificationURL":     "a page that is the same for everybody",
		"DevicePoll.Status":                       word,
		"Guidance.Source":                         word,
		"LedgerEntry.BizRefID":                    id,
		"LedgerEntry.Currency":                    word,
		"LedgerEntry.ID":                          id,
		"LedgerEntry.Type":                        word,
		"LedgerRequest.Type":                      word,
		"ListOrdersRequest.Role":                  word,
		"ListOrdersRequest.Status":                word,
		"ListTransactionsRequest.Role":            word,
		"ListTransactionsRequest.Status":          word,
		"Order.ID":                                id,
		"Order.OrderNo":                           id,
		"Order.ReviewID":                          id,
		"Order.SkillID":                           id,
		"Order.Status":                            word,
		"Order.TaskID":                            id,
		"Page.NextCursor":                         id,
		"PageRequest.Cursor":                      id,
		"SubmitDeliverablesRequest.OrderID":       id,
		"SubmitDeliverablesRequest.Type":          word,
		"Transaction.BuyerUserID":                 id,
		"Transaction.CapabilityID":                id,
		"Transaction.ID":                          id,
		"Transaction.SellerUserID":                id,
		"Transaction.Status":                      word,
		"Transaction.TransactionType":             word,
		"WaitOrderRequest.OrderID":                id,
	}, uumit.Client{}, uumit.DeviceClient{}, uumit.Config{}, uumit.Guidance{})
	assert.Empty(t, found)
	assert.Subset(t, types, []string{"Balance", "CreateOrderRequest", "Credentials", "Deliverable", "DevicePoll", "Guidance", "LedgerEntry", "Page", "SearchRequest"})
}

func assertHidden(t *testing.T, name string, secrets []string, values ...any) {
	t.Helper()
	for _, v := range values {
		for _, verb := range "vsqdxXTtbcoUeEfFgG" {
			for _, flags := range []string{"", "+", "#"} {
				text := fmt.Sprintf("%"+flags+string(verb), v)
				for _, secret := range secrets {
					assert.NotContains(t, text, secret, "%s with %%%s%c", name, flags, verb)
				}
			}
		}
	}
}

// What is ordered must not be a mask that came back from a log.
func TestAMaskedOrderIsNotSent(t *testing.T) {
	h := start(t)
	text, err := json.Marshal(uumit.CreateOrderRequest{CapabilityID: h.offer().ID, DemandDescription: new("two pages")})
	require.NoError(t, err)
	var logged uumit.CreateOrderRequest
	require.NoError(t, json.Unmarshal(text, &logged))
	_, err = h.client.Orders.Create(t.Context(), logged)
	require.EqualError(t, err, "uumit: Orders.Create: invalid request: "+
		"demand_description must be the text itself, not its mask: the JSON of a request is for logs")
	assert.Empty(t, h.Orders())
	_, err = h.client.Transactions.Deliver(t.Context(), uumit.DeliverTransactionRequest{
		TransactionID: "t", ResultPayload: map[string]any{"text": transport.NewPersonal("the result")},
	})
	require.ErrorIs(t, err, transport.ErrInvalid)
	require.ErrorContains(t, err, "text must be the text itself, not what masks it")
}
