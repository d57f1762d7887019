package aihuishou

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pentagate/pentagate/transport"
)

func TestWhichAnswersAreThePlatforms(t *testing.T) {
	const page = "<!DOCTYPE html><html><title>Forbidden</title></html>"
	for name, tc := range map[string]struct {
		status int
		body   string
		want   bool
	}{
		"the envelope":                       {200, `{"code":0,"msg":"success","data":{}}`, true},
		"a refusal with HTTP 200":            {200, `{"code":7,"msg":"m"}`, true},
		"an object with HTTP 200":            {200, `{"a":1}`, true},
		"a list with HTTP 200":               {200, `[{"code":0}]`, false},
		"a page with HTTP 200":               {200, page, false},
		"text with HTTP 200":                 {200, "ok", false},
		"nothing with HTTP 200":              {200, "", false},
		"HTTP 404 with the envelope":         {404, `{"code":404,"msg":"m","data":null}`, true},
		"HTTP 403 with a quoted code":        {403, `{"code":"403"}`, true},
		"HTTP 403 with a page":               {403, page, false},
		"HTTP 404 with text":                 {404, "404 page not found", false},
		"HTTP 404 with nothing":              {404, "", false},
		"HTTP 404 of another kind of server": {404, `{"timestamp":1,"status":404,"error":"Not Found","path":"/api/order/create"}`, false},
		"HTTP 409 with a code of letters":    {409, `{"code":"CONFLICT"}`, false},
		"HTTP 400 with broken JSON":          {400, `{"code":400`, false},
		"HTTP 401 with the envelope":         {401, `{"code":401}`, true},
		"HTTP 401 with any object":           {401, `{"error":"sign"}`, false},
		"HTTP 401 with nothing":              {401, "", false},
		"HTTP 401 with a page":               {401, page, false},
		"HTTP 401 with text":                 {401, "Unauthorized", false},
		"HTTP 502 with a page":               {502, page, false},
		"HTTP 500 with the envelope":         {500, `{"code":500}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tc.want, own(&transport.Answer{Status: tc.status, Body: []byte(tc.body)}))
		})
	}
}

func TestWhatACodeOtherThanZeroMeans(t *testing.T) {
	for _, tc := range []struct {
		status int
		body   string
		want   error
	}{
		// no document explains them
		{200, `{"code":7}`, transport.ErrRejected},
		{200, `{"code":2001,"msg":"型号不在库中"}`, transport.ErrRejected},
		{200, `{"code":-7,"msg":"no"}`, transport.ErrRejected},
		{200, `{"code":0.5}`, transport.ErrRejected},
		{200, `{"code":1e33}`, transport.ErrMalformed},
		{200, `{"code":"0x1f4"}`, transport.ErrMalformed},
		{200, `{"code":"NaN"}`, transport.ErrMalformed},

		// codes of a busy or failing system
		{200, `{"code":-1}`, transport.ErrUnavailable},
		{200, `{"code":500,"msg":"系统繁忙，请稍后重试"}`, transport.ErrUnavailable},
		{200, `{"code":"599"}`, transport.ErrUnavailable},
		{200, `{"code":503.0}`, transport.ErrUnavailable},
		{200, `{"code":9999}`, transport.ErrUnavailable},
		{200, `{"code":50000}`, transport.ErrUnavailable},
		{200, `{"code":59999}`, transport.ErrUnavailable},
		{200, `{"code":500,"msg":"参数错误"}`, transport.ErrUnavailable},
		{200, `{"code":499}`, transport.ErrRejected},
		{200, `{"code":600}`, transport.ErrRejected},
		{200, `{"code":49999}`, transport.ErrRejected},
		{200, `{"code":60000}`, transport.ErrRejected},

		// words of one
		{200, `{"code":1,"msg":"系统繁忙"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"请稍后再试"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"系统错误"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"系统异常"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"服务异常"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"系统故障，请联系客服"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"系统维护中"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"服务器开小差了"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"内部错误"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"网络异常"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"网络错误"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"未知错误"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"未知异常"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"请稍候"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"服务不可用"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"请求超时"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"System BUSY"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"system error: the logistics service gave no answer"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"Internal Error"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"server error"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"unknown error"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"Try again later."}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"Read timed out"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"timeout"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"service unavailable"}`, transport.ErrUnavailable},

		// a refused signature, time or permission
		{200, `{"code":401}`, transport.ErrUnauthenticated},
		{200, `{"code":401,"msg":"登录超时"}`, transport.ErrUnauthenticated},
		{200, `{"code":1,"msg":"签名错误"}`, transport.ErrUnauthenticated},
		{200, `{"code":1,"msg":"时间戳已过期"}`, transport.ErrUnauthenticated},
		{200, `{"code":1,"msg":"invalid Signature"}`, transport.ErrUnauthenticated},
		{200, `{"code":1,"msg":"timestamp expired"}`, transport.ErrUnauthenticated},
		{200, `{"code":1,"msg":"Unauthorized"}`, transport.ErrUnauthenticated},
		{200, `{"code":403}`, transport.ErrPermission},
		{200, `{"code":1,"msg":"无权限"}`, transport.ErrPermission},
		{200, `{"code":1,"msg":"接口未授权"}`, transport.ErrPermission},
		{200, `{"code":1,"msg":"没有权限"}`, transport.ErrPermission},
		{200, `{"code":1,"msg":"Permission denied"}`, transport.ErrPermission},

		// other refusals
		{200, `{"code":400}`, transport.ErrInvalid},
		{200, `{"code":422}`, transport.ErrInvalid},
		{200, `{"code":1,"msg":"参数错误"}`, transport.ErrInvalid},
		{200, `{"code":1,"msg":"缺少 order_no"}`, transport.ErrInvalid},
		{200, `{"code":1,"msg":"Invalid parameter"}`, transport.ErrInvalid},
		{200, `{"code":1,"msg":"order_no is missing"}`, transport.ErrInvalid},
		{200, `{"code":404}`, transport.ErrNotFound},
		{200, `{"code":404,"msg":"参数错误"}`, transport.ErrNotFound},
		{200, `{"code":1,"msg":"订单不存在"}`, transport.ErrNotFound},
		{200, `{"code":1,"msg":"order not found"}`, transport.ErrNotFound},
		{200, `{"code":1,"msg":"估价已过期"}`, transport.ErrConflict},
		{200, `{"code":1,"msg":"The quote has expired"}`, transport.ErrConflict},

		// too many requests: words alone do not tell whose
		{200, `{"code":429,"msg":"请求过于频繁，请稍后再试"}`, transport.ErrRateLimited},
		{200, `{"code":1,"msg":"调用过于频繁"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"已限流"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"Too many requests"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"rate limit exceeded"}`, transport.ErrUnavailable},

		// no word makes a definite answer of a busy one
		{200, `{"code":400,"msg":"系统繁忙"}`, transport.ErrUnavailable},
		{200, `{"code":404,"msg":"服务不可用"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"参数校验超时"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"订单不存在或系统繁忙"}`, transport.ErrUnavailable},
		{200, `{"code":1,"msg":"签名服务异常"}`, transport.ErrUnavailable},

		// a status of HTTP goes before code and words, but for a busy system
		{400, `{"code":1,"msg":"m"}`, transport.ErrInvalid},
		{404, `{"code":0,"msg":"参数错误"}`, transport.ErrNotFound},
		{409, `{"code":1,"msg":"不存在"}`, transport.ErrConflict},
		{418, `{"code":1,"msg":"m"}`, transport.ErrRejected},
		{400, `{"code":500,"msg":"m"}`, transport.ErrUnavailable},
		{403, `{"code":1,"msg":"系统繁忙"}`, transport.ErrUnavailable},
		{401, `{"code":500,"msg":"登录超时"}`, transport.ErrUnauthenticated},
		{429, `{"code":429,"msg":"系统繁忙，请稍后重试"}`, transport.ErrRateLimited},
		{429, `{"code":1,"msg":"系统繁忙，请稍后重试"}`, transport.ErrRateLimited},
		{503, `{"code":0,"msg":"参数错误"}`, transport.ErrUnavailable},
	} {
		_, err := interpret(&transport.Answer{Status: tc.status, Body: []byte(tc.body)})
		if assert.NotNil(t, err, "HTTP %d %s", tc.status, tc.body) {
			assert.Equal(t, tc.want, err.Kind, "HTTP %d %s", tc.status, tc.body)
		}
	}
}

func TestTheEnvelopesNamesAreReadAsTheyAreSpelled(t *testing.T) {
	for body, want := range map[string]string{
		`{"code":0,"CODE":"E9","data":{"a":1},"Data":{"b":2}}`: `{"a":1}`,
		`{"CODE":"E9","code":0,"Data":{"b":2},"data":{"a":1}}`: `{"a":1}`,
		`{"Code":0,"MSG":"success","Data":{"a":1}}`:            `{"a":1}`,
		`{"code":0}`:                   `{}`,
		`{"code":"0","data":null}`:     `{}`,
		`{"code":-0.0,"data":[]}`:      `[]`,
		`{"code": 0 , "data": "a\"" }`: `"a\""`,
	} {
		got, err := interpret(&transport.Answer{Status: 200, Body: []byte(body)})
		assert.Nil(t, err, body)
		assert.Equal(t, want, string(got), body)
	}
}

func FuzzInterpret(f *testing.F) {
	for _, body := range []string{
		`{"code":0,"msg":"success","data":{"a":1}}`, `{"code":"0"}`, `{"code":-0.0,"data":null}`, `{"code":1001,"msg":"m"}`, `{"code":{},"msg":[]}`,
		`{"code":"0x0"}`, `{"code":"NaN"}`, `{"code":1e999}`, `{"code":0,"code":1}`, `null`, `[]`, `<html>`, ``, "{\"code\":0,\"data\":\"\xff\"}",
		`{"code":` + strings.Repeat("9", 1000) + `}`, `{"code":400,"msg":"系统繁忙"}`,
	} {
		for _, status := range []int{200, 201, 204, 302, 401, 429, 500} {
			f.Add(status, body)
		}
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		a := &transport.Answer{Status: status, Header: http.Header{}, Body: []byte(body)}
		_ = own(a)
		payload, err := interpret(a)
		if err == nil {
			assert.True(t, status >= 200 && status < 300 && json.Valid(payload))
			return
		}
		assert.Nil(t, payload)
		assert.Error(t, err.Kind)
	})
}
