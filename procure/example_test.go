package procure_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/procure/procuretest"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// An intent from its creation to its end, against the fake platform, which
// completes it a moment after it was executed.
func Example() {
	ctx := context.Background()
	platform := procuretest.NewServer(procuretest.WithProcessingTime(20 * time.Millisecond))
	defer platform.Close()
	client, err := procure.New(platform.Config())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	intent, err := client.CreateIntent(ctx, procure.CreateIntentRequest{
		UserID:        "user_001",
		Platform:      procure.Taobao,
		ProductURL:    "https://item.taobao.com/item.htm?id=123456",
		Title:         "测试商品",
		Price:         decimal.RequireFromString("99.90"),
		Quantity:      3,
		RecipientName: "张三",
		Address:       "北京市朝阳区",
		Phone:         "13800138000",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(intent.ID, intent.Status, intent.TotalAmount.StringFixed(2))

	if _, err := client.ExecuteIntent(ctx, intent.ID); err != nil {
		log.Fatal(err)
	}
	intent, err = client.WaitIntent(ctx, procure.WaitIntentRequest{ID: intent.ID, Interval: 10 * time.Millisecond})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(intent.ID, intent.Status)

	// Output:
	// intent_1 SUBMITTED 299.70
	// intent_1 COMPLETED
}

// A create whose answer was lost is looked for before it is sent again.
func ExampleClient_CreateIntent_lostAnswer() {
	ctx := context.Background()
	var faults *transporttest.Faults
	platform := procuretest.NewServer(procuretest.WithMiddleware(func(next http.Handler) http.Handler {
		faults = transporttest.NewFaults(next)
		return faults
	}))
	defer platform.Close()
	client, err := procure.New(platform.Config())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	began := time.Now().Add(-time.Minute) // for clocks that differ
	faults.Script(transporttest.DropAfter())
	_, err = client.CreateIntent(ctx, sample)
	if errors.Is(err, transport.ErrOutcomeUnknown) {
		for intent, err := range client.Intents(ctx, procure.ListIntentsRequest{UserID: sample.UserID, StartDate: began}) {
			if err != nil {
				log.Fatal(err)
			}
			if intent.ProductURL.Reveal() == sample.ProductURL {
				fmt.Println("it was created:", intent.ID)
			}
		}
	}

	// Output:
	// it was created: intent_1
}

// Only what is set is sent.
func ExampleClient_UpdateIntent() {
	ctx := context.Background()
	platform := procuretest.NewServer()
	defer platform.Close()
	seeded := platform.AddIntent(procuretest.Intent{Remarks: new("尽快")})
	client, err := procure.New(platform.Config())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	intent, err := client.UpdateIntent(ctx, procure.UpdateIntentRequest{
		ID:       seeded.ID,
		Quantity: new(int64(2)),
		Remarks:  new(""),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d %q %s\n", intent.Quantity, intent.Remarks.Reveal(), intent.Address.Reveal())

	// Output:
	// 2 "" 北京市朝阳区
}

func ExampleClient_Intents() {
	ctx := context.Background()
	platform := procuretest.NewServer()
	defer platform.Close()
	for range 3 {
		platform.AddIntent(procuretest.Intent{Status: procure.StatusFailed})
	}
	platform.AddIntent(procuretest.Intent{})
	client, err := procure.New(platform.Config())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	for intent, err := range client.Intents(ctx, procure.ListIntentsRequest{Status: procure.StatusFailed, PageSize: new(2)}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(intent)
	}

	// Output:
	// intent "intent_3" (FAILED)
	// intent "intent_2" (FAILED)
	// intent "intent_1" (FAILED)
}
