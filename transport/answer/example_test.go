package answer_test

import (
	"fmt"

	"github.com/pentagate/pentagate/transport/answer"
)

// A platform writes one thing in many ways, and leaves others out.
func ExampleDecode() {
	var order struct {
		ID     answer.ID     `json:"id"`
		Price  answer.Amount `json:"price"`
		Refund answer.Amount `json:"refund"`
		Pieces answer.Int    `json:"pieces"`
		Paid   answer.Flag   `json:"paid"`
		At     answer.Time   `json:"created_at"`
		Until  answer.Time   `json:"expires_at"`
	}
	body := []byte(`{"id":9007199254740993,"price":"12.50","refund":"","pieces":2.0,"PAID":1,"created_at":1772366400000,"expires_at":null}`)
	if err := answer.Decode(body, &order); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(order.ID, order.Price, order.Refund, order.Pieces.Value, order.Paid.Is(), order.At, order.Until)
	// Output: 9007199254740993 12.5 none 2 true 2026-03-01T12:00:00Z none
}

// A list is read element by element, so that none is lost.
func ExampleItems() {
	items, err := answer.Items([]byte(`[{"id":1},{"id":"b"}]`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, item := range items {
		var code struct {
			ID answer.ID `json:"id"`
		}
		if err := answer.Decode(item, &code); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(code.ID, string(answer.Keep(item)))
	}
	// Output:
	// 1 {"id":1}
	// b {"id":"b"}
}
