package uumit

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/answer"
)

// polled is what the answer to a poll says.
type polled struct {
	DevicePoll
	baseURL string
}

var errNoPoll = errors.New("the answer says nothing of the authorization")

// UnmarshalJSON reads an answer that has succeeded.
func (p *polled) UnmarshalJSON(b []byte) error {
	if !p.read(b, nil) {
		return errNoPoll
	}
	return nil
}

// pollMembers stand in an answer's data, or beside it where the envelope was
// lost.
type pollMembers struct {
	Status         answer.Text `json:"status"`
	Error          answer.Text `json:"error"`
	ErrorCode      answer.Text `json:"error_code"`
	Message        answer.Text `json:"message"`
	Detail         answer.Text `json:"detail"`
	APIKey         answer.ID   `json:"api_key"`
	UserID         answer.ID   `json:"user_id"`
	PlatformUserID answer.ID   `json:"platform_user_id"`
	AgentPlatform  answer.Text `json:"agent_platform_type"`
	Interval       answer.Int  `json:"interval"`
}

// read decides what an answer says that was classed as failure, nil for none.
// It is false if that is all that can be told.
func (p *polled) read(body []byte, failure *transport.Error) bool {
	var top struct {
		pollMembers
		Code code            `json:"code"`
		Data json.RawMessage `json:"data"`
	}
	var data pollMembers
	if answer.Decode(body, &top) != nil {
		return false
	}
	_ = answer.Decode(top.Data, &data) // data of another kind says nothing
	if key := cmp.Or(data.APIKey, top.APIKey); key != "" {
		p.DevicePoll = DevicePoll{Status: DeviceApproved, Credentials: Credentials{
			APIKey:        signing.NewSecret(string(key)),
			UserID:        string(cmp.Or(data.UserID, data.PlatformUserID, top.UserID, top.PlatformUserID)),
			AgentPlatform: AgentPlatform(cmp.Or(data.AgentPlatform, top.AgentPlatform)),
			BaseURL:       p.baseURL,
		}}
		return true
	}
	status := statusOf(append(data.words(), top.words()...))
	pending := top.Code.text == CodeAuthorizationPending
	switch {
	case (status == DeviceExpired || status == DeviceDenied) && top.Code.text == "" && top.Detail == "":
		return false // nothing in front of the platform ends an authorization
	case status == DevicePending && failure != nil && errors.Is(failure, transport.ErrRateLimited):
		return false // a 429 tells better how long to wait
	case status != "":
	case pending || failure == nil:
		status = DeviceStatus(cmp.Or(data.Status, top.Status)) // another word for waiting
		if status == "" && pending {
			status = DevicePending
		}
	}
	if status == "" || strings.EqualFold(string(status), string(DeviceApproved)) {
		return false
	}
	p.DevicePoll = DevicePoll{Status: status, Interval: seconds(data.Interval, seconds(top.Interval, 0))}
	return true
}

func (m *pollMembers) words() []answer.Text {
	return []answer.Text{m.Status, m.Error, m.ErrorCode, m.Message, m.Detail}
}

// deviceWords are the platform's words and those of RFC 8628, section 3.5.
var deviceWords = map[string]DeviceStatus{
	"pending":               DevicePending,
	"authorization_pending": DevicePending,
	"slow_down":             DeviceSlowDown,
	"expired":               DeviceExpired,
	"expired_token":         DeviceExpired,
	"denied":                DeviceDenied,
	"access_denied":         DeviceDenied,
}

// statusOf returns the first status that a word names; one that asks to slow
// down is pending as well.
func statusOf(words []answer.Text) DeviceStatus {
	var status DeviceStatus
	for _, word := range words {
		named := deviceWords[strings.ToLower(strings.TrimSpace(string(word)))]
		if status == "" || status == DevicePending && named == DeviceSlowDown {
			status = named
		}
	}
	return status
}

// deviceWait is a wait for a person.
type deviceWait struct {
	client *DeviceClient
	code   signing.Secret
	opts   []transport.CallOption

	end      time.Time
	interval time.Duration // never gets shorter
	pause    time.Duration // before the next poll
	silent   int           // polls in a row without an answer

	status      DeviceStatus
	credentials Credentials
	last        error
}

// maxSilence is the longest pause between two polls that were not answered.
const maxSilence = time.Minute

// look waits for the next poll and makes it. It leaves no wait to
// [transport.Client.Poll], which does not know when the codes expire.
func (w *deviceWait) look(ctx context.Context) (bool, error) {
	t := w.client.t
	left := w.end.Sub(t.Now())
	if left <= 0 {
		w.status = DeviceExpired
		return true, nil
	}
	if err := t.Sleep(ctx, min(w.pause, left)); err != nil {
		stopped := &transport.Error{Provider: t.Name(), Operation: "DeviceAccessToken", Err: err}
		if errors.Is(err, transport.ErrClosed) {
			stopped.Kind, stopped.Err = transport.ErrClosed, nil
		}
		return false, stopped
	}
	poll, err := w.client.PollDeviceAuth(ctx, w.code, w.opts...)
	w.last = err
	if err != nil {
		return false, w.failed(err)
	}
	w.silent = 0
	w.status, w.credentials = poll.Status, poll.Credentials
	if poll.Status == DeviceSlowDown {
		w.interval += slowDownBy
	}
	w.interval = max(w.interval, poll.Interval)
	w.pause = w.interval
	return poll.Status == DeviceApproved || poll.Status == DeviceDenied || poll.Status == DeviceExpired, nil
}

// failed sets the pause after a poll that failed.
func (w *deviceWait) failed(err error) error {
	e, ok := errors.AsType[*transport.Error](err)
	if !ok {
		return err
	}
	w.pause = max(w.interval, e.RetryAfter)
	if errors.Is(e, transport.ErrRateLimited) {
		w.pause = max(w.pause, retryPolicy().RateLimitDelay)
	}
	if w.silent++; e.Status != 0 || !errors.Is(e, transport.ErrUnavailable) {
		w.silent = 0
	}
	for range w.silent {
		w.pause = max(w.pause, min(2*w.pause, maxSilence))
	}
	waited := *e
	waited.RetryAfter = 0
	return &waited
}
