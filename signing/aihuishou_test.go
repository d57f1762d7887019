package signing_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
)

// aihuishouNow is 2024-08-28 15:40:00 in UTC+8.
var aihuishouNow = time.Date(2024, 8, 28, 7, 40, 0, 0, time.UTC)

func TestAihuishouPutsTheTimestampIntoTheBody(t *testing.T) {
	for _, test := range []struct{ name, body, want string }{
		{"an empty body becomes an object", ``, `{"timestamp":"2024-08-28 15:40:00"}`},
		{"an empty object gets one member", `{}`, `{"timestamp":"2024-08-28 15:40:00"}`},
		{"white space in an empty object stays", "{ \n}", "{\"timestamp\":\"2024-08-28 15:40:00\" \n}"},
		{"it follows the last member", ` { "b" : 1 , "a" : [ 2 ] } `, ` { "b" : 1 , "a" : [ 2 ],"timestamp":"2024-08-28 15:40:00" } `},
		{"a timestamp is overwritten where it stands", `{"a":1,"timestamp":"2001-01-01 00:00:00","b":2}`, `{"a":1,"timestamp":"2024-08-28 15:40:00","b":2}`},
		{"a timestamp of another type is overwritten", `{"timestamp":{"a":[1,"}"]} ,"b":2}`, `{"timestamp":"2024-08-28 15:40:00" ,"b":2}`},
		{"a timestamp with an escaped name is overwritten", `{"\u0074imestamp":null}`, `{"\u0074imestamp":"2024-08-28 15:40:00"}`},
		{"the others keep their text", `{"n":1.50e+01,"s":"\u4e2d\/","t":true}`, `{"n":1.50e+01,"s":"\u4e2d\/","t":true,"timestamp":"2024-08-28 15:40:00"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			signer := newAihuishou(t, signing.WithLiterals(signing.LiteralsJSON))
			body := []byte(test.body)
			r := signing.Request{Body: body, Time: aihuishouNow}
			require.NoError(t, signer.Sign(context.Background(), &r))
			assert.Equal(t, test.want, string(r.Body))
			assert.Equal(t, test.body, string(body), "the caller's bytes were written to")
			assert.NoError(t, signer.Verify(&r, 0))
		})
	}
}

func TestAihuishouTextToSign(t *testing.T) {
	const tail = "timestamp=2024-08-28 15:40:00"
	for _, test := range []struct {
		name, body   string
		python, json string
	}{
		{"strings are raw", `{"a":"x&y=z \"q\" \u4e2d\ud83d\ude00\n"}`, "a=x&y=z \"q\" 中😀\n&" + tail, "a=x&y=z \"q\" 中😀\n&" + tail},
		{"an empty string stays", `{"a":""}`, "a=&" + tail, "a=&" + tail},
		{"literals differ", `{"a":true,"b":false,"c":null}`, "a=True&b=False&c=None&" + tail, "a=true&b=false&c=null&" + tail},
		{"numbers are as they stand", `{"a":6800.00,"b":-0,"c":1E5,"d":12345678901234567890}`, "a=6800.00&b=-0&c=1E5&d=12345678901234567890&" + tail, "a=6800.00&b=-0&c=1E5&d=12345678901234567890&" + tail},
		{"names sort bytewise and unescaped", `{"b":1,"\u0061":2,"_":3,"Z":4,"中":5,"0":6}`, "0=6&Z=4&_=3&a=2&b=1&" + tail + "&中=5", "0=6&Z=4&_=3&a=2&b=1&" + tail + "&中=5"},
		{"an empty name is a name", `{"":1}`, "=1&" + tail, "=1&" + tail},
		{"nested values are compact and keep their text", `{"o": { "b" : [ 1.0 , "\u4e2d中<" ] , "a" : null }, "l":[]}`, "", `l=[]&o={"b":[1.0,"\u4e2d中<"],"a":null}&` + tail},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := signing.Request{Body: []byte(test.body), Time: aihuishouNow}
			explanation, err := newAihuishou(t).Explain(&r)
			if test.python == "" {
				assert.EqualError(t, err, "signing: malformed request: aihuishou: member 2 of the body is an object or array, "+
					"which has no documented form; send flat values, or use LiteralsJSON")
			} else {
				require.NoError(t, err)
				assert.Equal(t, test.python+"[redacted]", explanation.StringToSign)
			}
			explanation, err = newAihuishou(t, signing.WithLiterals(signing.LiteralsJSON)).Explain(&r)
			require.NoError(t, err)
			assert.Equal(t, test.json+"[redacted]", explanation.StringToSign)
			assert.Equal(t, test.body, string(r.Body))
		})
	}
}

func TestAihuishouRefusesBodies(t *testing.T) {
	for _, test := range []struct{ name, body, want string }{
		{"an array", `[1]`, "body is not a JSON object"},
		{"a string", `"a"`, "body is not a JSON object"},
		{"null", `null`, "body is not a JSON object"},
		{"white space alone", ` `, "body is not JSON in UTF-8"},
		{"half an object", `{"a":1`, "body is not JSON in UTF-8"},
		{"two objects", `{}{}`, "body is not JSON in UTF-8"},
		{"bytes that are not UTF-8", "{\"a\":\"\xff\"}", "body is not JSON in UTF-8"},
		{"a name given twice", `{"a":1,"b":2,"a":1}`, "of the body has the name of another one"},
		{"a name given twice in different spellings", `{"a":1,"\u0061":1}`, "of the body has the name of another one"},
		{"two timestamps", `{"timestamp":1,"timestamp":2}`, "of the body has the name of another one"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := signing.Request{Body: []byte(test.body), Time: aihuishouNow}
			err := newAihuishou(t).Sign(context.Background(), &r)
			assert.ErrorIs(t, err, signing.ErrRequest)
			assert.ErrorContains(t, err, test.want)
			assert.Equal(t, test.body, string(r.Body))
			assert.Nil(t, r.Header)
		})
	}
}

func TestAihuishouSignsOneBodyAgain(t *testing.T) {
	signer, body := newAihuishou(t), []byte(`{"order_no":"ORD20240828001"}`)
	first := signing.Request{Body: body, Time: aihuishouNow}
	second := signing.Request{Body: body, Time: aihuishouNow.Add(time.Second)}
	require.NoError(t, signer.Sign(context.Background(), &first))
	require.NoError(t, signer.Sign(context.Background(), &second))
	assert.Equal(t, "A2C95F95A9CB282931693C11059E909DE4DEAC51D414F8FC1807E1396D6615CA", first.Header["X-Sign"][0])
	assert.NotEqual(t, first.Header["X-Sign"], second.Header["X-Sign"])
	assert.NoError(t, signer.Verify(&first, 0))
	assert.NoError(t, signer.Verify(&second, 0))
}

func TestAihuishouWritesTheTimeOfItsLocation(t *testing.T) {
	tokyo := time.FixedZone("JST", 9*60*60)
	signer := newAihuishou(t, signing.WithLocation(tokyo))
	r := signing.Request{Time: aihuishouNow}
	require.NoError(t, signer.Sign(context.Background(), &r))
	assert.Equal(t, `{"timestamp":"2024-08-28 16:40:00"}`, string(r.Body))
	assert.NoError(t, signer.Verify(&r, 0))
	assert.ErrorIs(t, newAihuishou(t).Verify(&r, 0), signing.ErrExpired)
}

func TestAihuishouVerify(t *testing.T) {
	signed := func() *signing.Request {
		r := &signing.Request{Method: "POST", Path: "/api/order/getDetail", Body: []byte(`{"order_no":"ORD20240828001"}`), Time: aihuishouNow}
		require.NoError(t, newAihuishou(t).Sign(context.Background(), r))
		return r
	}
	body := func(text string) func(*signing.Request) {
		return func(r *signing.Request) { r.Body = []byte(text) }
	}
	at := func(d time.Duration) func(*signing.Request) {
		return func(r *signing.Request) { r.Time = r.Time.Add(d) }
	}
	for _, test := range []struct {
		name   string
		change func(*signing.Request)
		want   error
	}{
		{"the request as signed is accepted", func(*signing.Request) {}, nil},
		{"method, path, query and layout are not signed", func(r *signing.Request) {
			r.Method, r.Path, r.RawQuery = "GET", "/other", "a=1"
			r.Body = []byte(` {"timestamp" : "2024-08-28 15:40:00", "order_no" : "ORD2024\u0030828001"}`)
		}, nil},
		{"headers as a Go server reads them are accepted", func(r *signing.Request) {
			for name, values := range r.Header.Clone() {
				delete(r.Header, name)
				r.Header[http.CanonicalHeaderKey(name)] = values
			}
			assert.Equal(t, []string{"test_app_id"}, r.Header["X-Appid"])
		}, nil},
		{"five minutes late are accepted", at(5*time.Minute + 999*time.Millisecond), nil},
		{"five minutes early are accepted", at(-5 * time.Minute), nil},
		{"a second later is refused", at(5*time.Minute + time.Second), signing.ErrExpired},
		{"a second earlier is refused", at(-5*time.Minute - time.Second), signing.ErrExpired},
		{"a changed value is refused", body(`{"timestamp":"2024-08-28 15:40:00","order_no":"ORD20240828002"}`), signing.ErrMismatch},
		{"an added value is refused", body(`{"timestamp":"2024-08-28 15:40:00","order_no":"ORD20240828001","a":""}`), signing.ErrMismatch},
		{"another time is refused", body(`{"timestamp":"2024-08-28 15:40:01","order_no":"ORD20240828001"}`), signing.ErrMismatch},
		{"a missing timestamp is refused", body(`{"order_no":"ORD20240828001"}`), signing.ErrRequest},
		{"a timestamp that is a number is refused", body(`{"timestamp":1724830800}`), signing.ErrRequest},
		{"a timestamp with a fraction is refused", body(`{"timestamp":"2024-08-28 15:40:00.5"}`), signing.ErrRequest},
		{"a timestamp with a short hour is refused", body(`{"timestamp":"2024-08-28 5:40:00"}`), signing.ErrRequest},
		{"an empty body is refused", body(``), signing.ErrRequest},
		{"another app id is refused", func(r *signing.Request) { r.Header["X-AppId"] = []string{"test_app_ie"} }, signing.ErrMismatch},
		{"a missing app id is refused", func(r *signing.Request) { delete(r.Header, "X-AppId") }, signing.ErrMissingHeader},
		{"a missing signature is refused", func(r *signing.Request) { delete(r.Header, "X-Sign") }, signing.ErrMissingHeader},
		{"the signature in lower case is refused", func(r *signing.Request) {
			r.Header["X-Sign"] = []string{"a2c95f95a9cb282931693c11059e909de4deac51d414f8fc1807e1396d6615ca"}
		}, signing.ErrMismatch},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := signed()
			test.change(r)
			assert.ErrorIs(t, newAihuishou(t).Verify(r, 0), test.want)
		})
	}
}
