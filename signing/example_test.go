package signing_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/pentagate/pentagate/signing"
)

func ExampleCodeGate() {
	signer, err := signing.NewCodeGate(
		signing.NewSecret("0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
		signing.NewSecret("a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90"),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	r := signing.Request{
		Method:   http.MethodGet,
		Path:     "/api/v1/projects/550e8400e29b41d4a716446655440000/codes",
		RawQuery: "page_size=20&page=1", // in any order
		Time:     time.Unix(1704153600, 0),
	}
	if err := signer.Sign(context.Background(), &r); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Header.Get(signing.HeaderTimestamp))
	fmt.Println(r.Header.Get(signing.HeaderSignature))
	// Output:
	// 1704153600
	// 918e2eadd52ff88d5befdad1e4ab9e0c2f2a56f150e7f3f834fe02a622bee706
}

func ExampleCodeGate_Explain() {
	signer, err := signing.NewCodeGate(signing.NewSecret("key"), signing.NewSecret("secret"))
	if err != nil {
		fmt.Println(err)
		return
	}
	explanation, err := signer.Explain(&signing.Request{
		Method:   http.MethodGet,
		Path:     "/api/v1/projects/p1/codes",
		RawQuery: "search=SP%20ACE&page=1",
		Time:     time.Unix(1704153602, 0),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, part := range explanation.Parts {
		fmt.Printf("%-9s %s\n          (%s)\n", part.Name, part.Value, part.Note)
	}
	// Output:
	// method    GET
	//           (as sent, upper case)
	// path      /api/v1/projects/p1/codes
	//           (percent-decoded)
	// query     page=1&search=SP+ACE
	//           (sorted by unescaped key, form-encoded)
	// body      e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
	//           (SHA-256 of the body bytes, lower-case hexadecimal)
	// timestamp 1704153602
	//           (Unix time in seconds)
}

func ExampleProcure() {
	signer, err := signing.NewProcure("dev_app_local", signing.NewSecret("dev_secret_local_do_not_use_in_production"))
	if err != nil {
		fmt.Println(err)
		return
	}
	r := signing.Request{
		Method: http.MethodPut,
		Path:   "/api/v1/intents/intent_67890",
		Body:   []byte(`{"quantity":2}`),
		Time:   time.UnixMilli(1708851000000),
	}
	if err := signer.Sign(context.Background(), &r); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Header.Get(signing.HeaderTimestamp))
	fmt.Println(r.Header.Get(signing.HeaderSignature))
	// Output:
	// 1708851000000
	// 5aed83fbf7997cb87ded9e195c605be44478dee1ff9ffcf627bc909861bcff68
}

func ExampleAihuishou() {
	signer, err := signing.NewAihuishou("test_app_id", signing.NewSecret("test_app_secret_0123456789"))
	if err != nil {
		fmt.Println(err)
		return
	}
	r := signing.Request{
		Method: http.MethodPost,
		Path:   "/api/order/getDetail",
		Body:   []byte(`{"order_no":"ORD20240828001"}`),
		Time:   time.Date(2024, 8, 28, 7, 40, 0, 0, time.UTC),
	}
	if err := signer.Sign(context.Background(), &r); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(r.Body))
	fmt.Println(r.Header[signing.HeaderAihuishouSign][0])
	// Output:
	// {"order_no":"ORD20240828001","timestamp":"2024-08-28 15:40:00"}
	// A2C95F95A9CB282931693C11059E909DE4DEAC51D414F8FC1807E1396D6615CA
}

func ExampleAihuishou_Explain() {
	signer, err := signing.NewAihuishou("test_app_id", signing.NewSecret("test_app_secret_0123456789"))
	if err != nil {
		fmt.Println(err)
		return
	}
	explanation, err := signer.Explain(&signing.Request{
		Body: []byte(`{"order_no":"ORD20240828001","is_original":true}`),
		Time: time.Date(2024, 8, 28, 7, 40, 0, 0, time.UTC),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(explanation.StringToSign)
	// Output:
	// is_original=True&order_no=ORD20240828001&timestamp=2024-08-28 15:40:00[redacted]
}

func ExampleProcure_Verify() {
	signer, err := signing.NewProcure("dev_app_local", signing.NewSecret("dev_secret_local_do_not_use_in_production"))
	if err != nil {
		fmt.Println(err)
		return
	}
	r := signing.Request{Method: http.MethodGet, Path: "/api/v1/intents", Time: time.UnixMilli(1708851000000)}
	if err := signer.Sign(context.Background(), &r); err != nil {
		fmt.Println(err)
		return
	}
	r.Time = r.Time.Add(4 * time.Minute)
	fmt.Println(signer.Verify(&r, signing.DefaultWindow))
	r.Time = r.Time.Add(2 * time.Minute)
	fmt.Println(errors.Is(signer.Verify(&r, signing.DefaultWindow), signing.ErrExpired))
	// Output:
	// <nil>
	// true
}

func ExampleAPIKey() {
	signer, err := signing.NewAPIKey(
		"X-Api-Key", signing.NewSecret("uk_example"),
		"X-Platform-User-Id", "550e8400-e29b-41d4-a716-446655440000",
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	var r signing.Request
	fmt.Println(signer.Sign(context.Background(), &r))
	fmt.Println(r.Header)
	// Output:
	// <nil>
	// map[X-Api-Key:[uk_example] X-Platform-User-Id:[550e8400-e29b-41d4-a716-446655440000]]
}

func ExampleBearer() {
	signer, err := signing.NewBearer(signing.StaticToken(signing.NewSecret("eyJhbGciOi")))
	if err != nil {
		fmt.Println(err)
		return
	}
	var r signing.Request
	fmt.Println(signer.Sign(context.Background(), &r))
	fmt.Println(r.Header.Get("Authorization"))
	// Output:
	// <nil>
	// Bearer eyJhbGciOi
}

func ExampleSecret() {
	secret := signing.NewSecret("a1b2c3")
	fmt.Printf("%v %+v %q %d\n", secret, secret, secret, secret)
	// Output:
	// [redacted] [redacted] [redacted] [redacted]
}
