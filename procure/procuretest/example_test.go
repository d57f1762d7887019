package procuretest_test

import (
	"context"
	"fmt"
	"log"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/procure/procuretest"
)

func Example() {
	srv := procuretest.NewServer()
	defer srv.Close()
	seeded := srv.AddIntent(procuretest.Intent{Title: "测试商品"})

	client, err := procure.New(srv.Config())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	srv.SetStatus(seeded.ID, procure.StatusCompleted)
	intent, err := client.GetIntent(context.Background(), seeded.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(intent.ID, intent.Title, intent.Status)

	// Output:
	// intent_1 测试商品 COMPLETED
}
