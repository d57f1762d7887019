package aihuishoutest

import "fmt"

// insteadOf is an answer that a test has put in the place of a call's own.
type insteadOf struct {
	answer
	ran bool
}

// AnswerWith gives the next call to a path, such as "/api/order/create", HTTP
// 200 with a code and a msg in the place of its own answer. If ran is true the
// call is carried out nevertheless, as by a platform that says it is busy
// after the order was made; if not, nothing has happened. Further answers for
// one path wait for further calls. Requests that are limited or not authentic
// are refused as ever and use up no answer. It panics if there is no such call.
func (p *Platform) AnswerWith(path string, code int, msg string, ran bool) {
	if routes[path] == nil {
		panic(fmt.Sprintf("aihuishoutest: there is no call %q", path))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting[path] = append(p.waiting[path], insteadOf{refusal(code, msg), ran})
}

// instead takes the answer that waits for a call to path, nil if none does.
func (p *Platform) instead(path string) *insteadOf {
	waiting := p.waiting[path]
	if len(waiting) == 0 {
		return nil
	}
	p.waiting[path] = waiting[1:]
	return &waiting[0]
}
