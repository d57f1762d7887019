package aihuishou

import (
	"slices"
	"strings"

	"github.com/pentagate/pentagate/transport"
)

// refusals tell what a code other than 0 means. The platform publishes no list
// of its codes, so that this is what such codes and messages mean elsewhere.
// The first row that holds the code, or a word of the message, counts.
//
// What matters most is whether a create may have been carried out all the same:
// a code, or a word, of a busy or failing system leaves that open, and no word
// of a later row settles it. Of the codes, those of HTTP that tell of a refusal
// before any work go first.
//
// Too many requests in words alone is a failing system: what was called too
// often may be a service behind the platform, when the order was there already.
var refusals = []struct {
	kind  error
	codes []span
	words []string // in lower case
}{
	{kind: transport.ErrUnavailable, codes: []span{{-1, -1}, {500, 599}, {9999, 9999}, {50000, 59999}}},
	{kind: transport.ErrUnauthenticated, codes: []span{{401, 401}}},
	{kind: transport.ErrPermission, codes: []span{{403, 403}}},
	{kind: transport.ErrRateLimited, codes: []span{{429, 429}}},
	{kind: transport.ErrUnavailable, words: []string{
		"繁忙", "稍后", "稍候", "系统错误", "系统异常", "系统故障", "系统维护", "服务异常", "服务不可用", "服务器", "内部错误",
		"网络异常", "网络错误", "未知错误", "未知异常", "超时", "频繁", "限流",
		"busy", "try again later", "system error", "internal error", "server error", "unknown error", "unavailable",
		"timeout", "timed out", "too many requests", "rate limit",
	}},
	{kind: transport.ErrInvalid, codes: []span{{400, 400}, {422, 422}}},
	{kind: transport.ErrNotFound, codes: []span{{404, 404}}},
	{kind: transport.ErrUnauthenticated, words: []string{"签名", "时间戳", "signature", "timestamp", "unauthorized"}},
	{kind: transport.ErrPermission, words: []string{"无权限", "没有权限", "未授权", "permission denied"}},
	{kind: transport.ErrConflict, words: []string{"过期", "expired"}},
	{kind: transport.ErrNotFound, words: []string{"不存在", "not found"}},
	{kind: transport.ErrInvalid, words: []string{"参数", "缺少", "invalid parameter", "missing"}},
}

// span is a range of codes, with both ends.
type span struct{ from, to int64 }

// refusal returns the class of a refusal: ErrRejected if nothing tells. The code
// is 0 where it is no whole number.
func refusal(code int64, msg string) error {
	msg = strings.ToLower(msg)
	for _, r := range refusals {
		named := slices.ContainsFunc(r.codes, func(s span) bool { return s.from <= code && code <= s.to })
		if named || slices.ContainsFunc(r.words, func(word string) bool { return strings.Contains(msg, word) }) {
			return r.kind
		}
	}
	return transport.ErrRejected
}
