package transporttest_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pentagate/pentagate/transport/transporttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// platformDate is what the platform of these tests takes for the time.
const platformDate = "Sun, 01 Feb 2026 08:00:00 GMT"

// counted is a platform that counts how often it ran.
type counted struct{ runs atomic.Int64 }

func (p *counted) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	p.runs.Add(1)
	w.Header().Set("Date", platformDate)
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"code":0,"data":{"id":"order-1","updatedAt":"2026-02-01"}}`)
}

// met is what a plain client met in the place of an answer, or the answer.
type met struct {
	status int
	header http.Header
	body   string
	err    string
}

// patience is how long a client waits that is to wait in vain.
const patience = 200 * time.Millisecond

// post sends one request, which net/http does not repeat by itself.
func post(t *testing.T, client *http.Client, url string) met {
	t.Helper()
	return postWithin(t, time.Minute, client, url)
}

func postWithin(t *testing.T, d time.Duration, client *http.Client, url string) met {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(`{"title":"a"}`))
	require.NoError(t, err)
	resp, err := client.Do(req)
	if err != nil {
		return met{err: err.Error()}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	m := met{status: resp.StatusCode, header: resp.Header, body: string(body)}
	if err != nil {
		m.err = err.Error()
	}
	return m
}

// protocols are the servers that a fault is met on.
var protocols = map[string][]transporttest.TLSOption{
	"HTTP/1.1": nil,
	"HTTP/2":   {transporttest.WithHTTP2()},
}

// serve puts faults in front of a platform that counts.
func serve(t *testing.T, opts ...transporttest.TLSOption) (*counted, *transporttest.Faults, *transporttest.TLSServer) {
	t.Helper()
	platform := new(counted)
	faults := transporttest.NewFaults(platform)
	server := transporttest.NewTLSServer(faults, opts...)
	t.Cleanup(server.Close)
	return platform, faults, server
}

func client(t *testing.T, server *transporttest.TLSServer) *http.Client {
	t.Helper()
	c := server.Client()
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

func TestWhatAClientMeets(t *testing.T) {
	t.Parallel()
	const (
		good = `{"code":0,"data":{"id":"order-1","updatedAt":"2026-02-01"}}`
		page = "<html>\r\n<head><title>Blocked &amp; logged</title></head>\r\n<body>\r\n<center><h1>Blocked &amp; logged</h1></center>\r\n</body>\r\n</html>\r\n"
		ran  = true
	)
	resetBy := map[string]string{"HTTP/1.1": "connection reset by peer", "HTTP/2": "stream error: stream ID 1; INTERNAL_ERROR; received from peer"}
	onBoth := func(text string) map[string]string { return map[string]string{"HTTP/1.1": text, "HTTP/2": text} }
	brokenTLS, timeout, cut := onBoth("server gave HTTP response to HTTPS client"), onBoth("context deadline exceeded"), onBoth("unexpected EOF")
	for name, tc := range map[string]struct {
		fault  transporttest.Fault
		ran    bool
		status int
		body   string
		err    map[string]string // by protocol, nil if there is an answer
	}{
		"Pass: the answer":                                       {transporttest.Pass(), ran, 200, good, nil},
		"Status: an answer of the test's":                        {transporttest.Status(503, `{"code":50300}`), !ran, 503, `{"code":50300}`, nil},
		"StatusAfter: the same after the handler":                {transporttest.StatusAfter(503, `{"code":50300}`), ran, 503, `{"code":50300}`, nil},
		"StatusAfter: nothing at all after the handler":          {transporttest.StatusAfter(204, ""), ran, 204, "", nil},
		"RateLimited: 429":                                       {transporttest.RateLimited(`{}`, "1"), !ran, 429, `{}`, nil},
		"Delay: the answer, late":                                {transporttest.Delay(10 * time.Millisecond), ran, 200, good, nil},
		"Delay: a handler that runs when the client has gone":    {transporttest.Delay(time.Minute), ran, 0, "", timeout},
		"SlowAnswer: the answer, late":                           {transporttest.SlowAnswer(10 * time.Millisecond), ran, 200, good, nil},
		"SlowAnswer: nothing when the client has gone":           {transporttest.SlowAnswer(time.Minute), ran, 0, "", timeout},
		"DropBefore: a reset":                                    {transporttest.DropBefore(), !ran, 0, "", resetBy},
		"DropAfter: a reset after the handler":                   {transporttest.DropAfter(), ran, 0, "", resetBy},
		"Truncated: half of the answer":                          {transporttest.Truncated(), ran, 200, good[:len(good)/2], cut},
		"Silence: nothing":                                       {transporttest.Silence(), !ran, 0, "", timeout},
		"SilenceAfter: nothing after the handler":                {transporttest.SilenceAfter(), ran, 0, "", timeout},
		"SilentFor: nothing and then a reset":                    {transporttest.Fault{Silent: true, SilentFor: time.Millisecond}, ran, 0, "", onBoth("connection reset by peer")},
		"PlainText: bytes that are not TLS":                      {transporttest.PlainText(), !ran, 0, "", brokenTLS},
		"PlainTextAfter: the same after the handler":             {transporttest.PlainTextAfter(), ran, 0, "", brokenTLS},
		"ForeignPage: a page":                                    {transporttest.ForeignPage(403, "Blocked & logged"), !ran, 403, page, nil},
		"PageAfter: a page after the handler":                    {transporttest.PageAfter(407, "Blocked & logged"), ran, 407, page, nil},
		"HTML: a page that says 200":                             {transporttest.HTML(), !ran, 200, "<!DOCTYPE html><title>Welcome</title>", nil},
		"Garbage: broken JSON that says 200":                     {transporttest.Garbage(), !ran, 200, `{"code": 0, "da`, nil},
		"Redirect: a place to go to":                             {transporttest.Redirect(302, "https://login.example/"), !ran, 302, "", nil},
		"WrongDate: the answer":                                  {transporttest.WrongDate(time.Now()), ran, 200, good, nil},
		"NoDate: the answer":                                     {transporttest.NoDate(), ran, 200, good, nil},
		"ProxyDate: the answer":                                  {transporttest.ProxyDate(time.Hour), ran, 200, good, nil},
		"OddMember: another value for a member":                  {transporttest.OddMember("data.updatedAt", `""`), ran, 200, `{"code":0,"data":{"id":"order-1","updatedAt":""}}`, nil},
		"OddMember: a member at the top":                         {transporttest.OddMember("code", `"0"`), ran, 200, `{"code":"0","data":{"id":"order-1","updatedAt":"2026-02-01"}}`, nil},
		"OddMember: a member that was not there":                 {transporttest.OddMember("data.cancelledAt", `null`), ran, 200, `{"code":0,"data":{"cancelledAt":null,"id":"order-1","updatedAt":"2026-02-01"}}`, nil},
		"OddMember: what need not be JSON":                       {transporttest.OddMember("code", `NaN`), ran, 200, `{"code":NaN,"data":{"id":"order-1","updatedAt":"2026-02-01"}}`, nil},
		"OddMember: the answer where nothing holds the member":   {transporttest.OddMember("page.total", `1`), ran, 200, good, nil},
		"OddMember: the answer where what holds it is no object": {transporttest.OddMember("code.text", `1`), ran, 200, good, nil},
		"ByteOrderMark: the answer behind a mark":                {transporttest.ByteOrderMark(), ran, 200, "\ufeff" + good, nil},
		"HugeBody: more than anybody asked for":                  {transporttest.HugeBody(3), !ran, 200, `{"code":0,"data":"aaa"}`, nil},
		"DeepNesting: arrays in arrays":                          {transporttest.DeepNesting(3), !ran, 200, `{"code":0,"data":[[[]]]}`, nil},
	} {
		for protocol, opts := range protocols {
			t.Run(name+" over "+protocol, func(t *testing.T) {
				t.Parallel()
				platform, faults, server := serve(t, opts...)
				faults.Script(tc.fault)
				wait := time.Minute
				if tc.err != nil && tc.err[protocol] == timeout[protocol] {
					wait = patience
				}
				m := postWithin(t, wait, client(t, server), server.URL)
				faults.Wait()
				assert.Equal(t, tc.ran, platform.runs.Load() == 1, "whether the handler ran")
				assert.Equal(t, tc.ran, tc.fault.Runs())
				assert.Equal(t, tc.status, m.status)
				assert.Equal(t, tc.body, m.body)
				if tc.err == nil {
					assert.Empty(t, m.err)
				} else {
					assert.Contains(t, m.err, tc.err[protocol])
				}
			})
		}
	}
}

func TestAForeignPageIsHTML(t *testing.T) {
	t.Parallel()
	_, faults, server := serve(t)
	faults.Script(transporttest.ForeignPage(401, "Sign in"), transporttest.PageAfter(200, "Welcome"))
	for range 2 {
		assert.Equal(t, "text/html", post(t, server.Client(), server.URL).header.Get("Content-Type"))
	}
}

func TestTheHandlerRunsAfterAProxyHasGivenUp(t *testing.T) {
	t.Parallel()
	for protocol, opts := range protocols {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			platform, faults, server := serve(t, opts...)
			faults.Script(transporttest.TimeoutWhileRunning(100 * time.Millisecond))
			m := post(t, server.Client(), server.URL)
			assert.Equal(t, 504, m.status)
			assert.Contains(t, m.body, "504 Gateway Time-out")
			assert.Zero(t, platform.runs.Load(), "when the client has its answer")
			faults.Wait()
			assert.EqualValues(t, 1, platform.runs.Load(), "in the end")
		})
	}
}

func TestAHandlerMayEndItselfLater(t *testing.T) {
	t.Parallel()
	inner := transporttest.NewFaults(new(counted))
	inner.Always(transporttest.DropBefore())
	faults := transporttest.NewFaults(inner)
	server := transporttest.NewTLSServer(faults)
	defer server.Close()
	faults.Script(transporttest.TimeoutWhileRunning(time.Millisecond))
	assert.Equal(t, 504, post(t, server.Client(), server.URL).status)
	faults.Wait()
	assert.Len(t, inner.Requests(), 1)
}

func TestTheDateOfAnAnswer(t *testing.T) {
	t.Parallel()
	_, faults, server := serve(t)
	date := func(fault transporttest.Fault) string {
		faults.Script(fault)
		return post(t, server.Client(), server.URL).header.Get("Date")
	}
	assert.Equal(t, platformDate, date(transporttest.Pass()))
	assert.Equal(t, "Sun, 01 Feb 2026 09:00:00 GMT", date(transporttest.ProxyDate(time.Hour)))
	assert.Equal(t, "Sun, 01 Feb 2026 07:59:57 GMT", date(transporttest.ProxyDate(-3*time.Second)))
	assert.Equal(t, "Fri, 02 Jan 2026 00:00:00 GMT", date(transporttest.WrongDate(time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC))))
	assert.Empty(t, date(transporttest.NoDate()))

	page := transporttest.ForeignPage(401, "Sign in")
	page.DateOffset = time.Hour
	at, err := http.ParseTime(date(page))
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now().Add(time.Hour), at, time.Minute, "that of a page is the proxy's now")
}

func TestHeadersCanBeFlooded(t *testing.T) {
	t.Parallel()
	for protocol, opts := range protocols {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			_, faults, server := serve(t, opts...)
			faults.Script(transporttest.HeaderFlood(9 << 20))
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, http.NoBody)
			require.NoError(t, err)
			resp, err := server.Client().Do(req)
			require.NoError(t, err)
			defer resp.Body.Close()
			assert.GreaterOrEqual(t, len(strings.Join(resp.Header["X-Flood"], "")), 9<<20)
		})
	}
}

func TestAnEndlessAnswerGoesOn(t *testing.T) {
	t.Parallel()
	platform, faults, server := serve(t)
	faults.Script(transporttest.Endless())
	resp, err := server.Client().Get(server.URL)
	require.NoError(t, err)
	defer resp.Body.Close()
	n, err := io.CopyN(io.Discard, resp.Body, 64<<10)
	require.NoError(t, err)
	assert.EqualValues(t, 64<<10, n)
	assert.EqualValues(t, 1, platform.runs.Load())
}

// A dead connection and a slow platform look alike until somebody asks.
func TestASilentConnectionAnswersNoPing(t *testing.T) {
	t.Parallel()
	_, faults, server := serve(t, transporttest.WithHTTP2())
	c := server.Client()
	c.Transport.(*http.Transport).HTTP2 = &http.HTTP2Config{SendPingTimeout: 30 * time.Millisecond, PingTimeout: 30 * time.Millisecond}
	faults.Script(transporttest.SilenceAfter())
	assert.Contains(t, post(t, c, server.URL).err, "http2: client connection lost")
	assert.Equal(t, 200, post(t, c, server.URL).status, "on a new connection")
}

func TestASilentConnectionTakesItsOtherRequestsWithIt(t *testing.T) {
	t.Parallel()
	platform, faults, server := serve(t, transporttest.WithHTTP2())
	c := server.Client()
	faults.Script(transporttest.Silence())
	assert.Contains(t, postWithin(t, patience, c, server.URL).err, "context deadline exceeded")
	assert.Contains(t, postWithin(t, patience, c, server.URL).err, "context deadline exceeded")
	assert.Len(t, faults.Requests(), 1, "the second one does not get through")
	assert.Zero(t, platform.runs.Load())
}

func TestOverHTTP2ADropLeavesTheConnection(t *testing.T) {
	t.Parallel()
	_, faults, server := serve(t, transporttest.WithHTTP2())
	faults.Script(transporttest.DropAfter())
	c := server.Client()
	assert.Contains(t, post(t, c, server.URL).err, "INTERNAL_ERROR")
	assert.Equal(t, 200, post(t, c, server.URL).status)
	requests := faults.Requests()
	require.Len(t, requests, 2)
	assert.Equal(t, requests[0].RemoteAddr, requests[1].RemoteAddr)
}

// Servers other than NewTLSServer's hide the connection beneath TLS.
func TestFaultsOnAServerOfAnotherKind(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault transporttest.Fault
		wait  time.Duration
		err   string
	}{
		"PlainText is a reset":       {transporttest.PlainText(), time.Minute, "connection reset by peer"},
		"Silence lasts all the same": {transporttest.Silence(), patience, "context deadline exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			faults := transporttest.NewFaults(new(counted))
			server := httptest.NewServer(faults)
			defer server.Close()
			faults.Script(tc.fault)
			assert.Contains(t, postWithin(t, tc.wait, server.Client(), server.URL).err, tc.err)
		})
	}
}

func TestWhichFaultARequestMeets(t *testing.T) {
	t.Parallel()
	var faults transporttest.Faults
	server := httptest.NewServer(faults.Wrap(new(counted)))
	defer server.Close()
	ask := func(path string) int { return post(t, server.Client(), server.URL+path).status }

	faults.Always(transporttest.Status(500, ""))
	faults.Script(transporttest.Status(503, ""), transporttest.Pass())
	assert.Equal(t, []int{503, 200, 500, 500}, []int{ask("/"), ask("/"), ask("/"), ask("/")}, "the script's, then the one for always")

	faults.Choose(func(r transporttest.Request) transporttest.Fault {
		if r.URI == "/pay" {
			return transporttest.Status(504, "")
		}
		return transporttest.Pass()
	})
	assert.Equal(t, []int{504, 200}, []int{ask("/pay"), ask("/look")}, "the chosen one")
	require.Len(t, faults.Requests(), 6)
	assert.Equal(t, `{"title":"a"}`, string(faults.Requests()[5].Body))

	faults.Reset()
	assert.Equal(t, 200, ask("/pay"))
	assert.Len(t, faults.Requests(), 1)
	faults.Wait() // has nothing to wait for
}

func TestOnlyWhoTrustsTheAuthorityConnects(t *testing.T) {
	t.Parallel()
	authority := transporttest.NewAuthority()
	one := transporttest.NewTLSServer(new(counted), transporttest.WithAuthority(authority))
	defer one.Close()
	two := transporttest.NewTLSServer(new(counted), transporttest.WithAuthority(authority))
	defer two.Close()
	stranger := transporttest.NewTLSServer(new(counted))
	defer stranger.Close()

	assert.Equal(t, 200, post(t, one.Client(), two.URL).status, "both are of one authority")
	assert.Contains(t, post(t, one.Client(), stranger.URL).err, "certificate signed by unknown authority")
	assert.Contains(t, string(stranger.Authority.PEM()), "-----BEGIN CERTIFICATE-----")
	assert.True(t, authority.Pool().Equal(one.Authority.Pool()))
}

func TestTheProtocolIsChosenByOption(t *testing.T) {
	t.Parallel()
	for protocol, opts := range protocols {
		_, _, server := serve(t, opts...)
		resp, err := server.Client().Get(server.URL)
		require.NoError(t, err)
		_ = resp.Body.Close()
		assert.Equal(t, map[string]string{"HTTP/1.1": "HTTP/1.1", "HTTP/2": "HTTP/2.0"}[protocol], resp.Proto)
	}
}

func TestACloseEndsWhatIsSilentOrSlow(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]transporttest.Fault{
		"silent": transporttest.SilenceAfter(),
		"slow":   transporttest.SlowAnswer(time.Hour),
	} {
		for protocol, opts := range protocols {
			t.Run(name+" over "+protocol, func(t *testing.T) {
				t.Parallel()
				platform, faults, server := serve(t, opts...)
				faults.Script(fault)
				failed := make(chan error)
				go func() {
					_, err := server.Client().Get(server.URL) //nolint:bodyclose // there is none
					failed <- err
				}()
				for platform.runs.Load() == 0 {
					time.Sleep(time.Millisecond)
				}
				server.Close()
				err := <-failed
				require.Error(t, err)
				assert.NotErrorIs(t, err, context.DeadlineExceeded)
			})
		}
	}
}
