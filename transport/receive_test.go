package transport_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func over(rt func(*http.Request) (*http.Response, error)) transport.Option {
	return transport.WithRoundTripper(roundTripperFunc(rt))
}

func TestAnswersMadeByHandAreRead(t *testing.T) {
	for name, tc := range map[string]struct {
		resp *http.Response
		want string
	}{
		"with a length of 0":     {&http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(`{"ok":true}`))}, `{"ok":true}`},
		"with an unknown length": {&http.Response{StatusCode: http.StatusOK, ContentLength: -1, Body: io.NopCloser(strings.NewReader(`{"ok":true}`))}, `{"ok":true}`},
		"without a body":         {&http.Response{StatusCode: http.StatusNoContent}, ""},
		"with no body":           {&http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := transport.New(transport.Config{Provider: "test", BaseURL: "https://a.example"}, over(func(*http.Request) (*http.Response, error) { return tc.resp, nil }))
			require.NoError(t, err)
			defer c.Close()
			var info transport.Info
			require.NoError(t, c.Do(t.Context(), get("/a"), nil, transport.WithInfo(&info)))
			assert.Equal(t, tc.want, string(info.Answer.Body))
		})
	}
}

func TestARoundTripperThatGivesNothingLeavesTheOutcomeOpen(t *testing.T) {
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: "https://a.example"}, over(func(*http.Request) (*http.Response, error) { return nil, nil })) //nolint:nilnil // the point of the test
	require.NoError(t, err)
	defer c.Close()
	err = c.Do(t.Context(), post(transport.Unsafe), nil)
	checkOutcome(t, err, "unavailable", true)
	assert.ErrorContains(t, err, "the RoundTripper gave neither an answer nor an error")
}

// What a RoundTripper of the caller's says in its error is all that is known:
// only the two that come before anything is sent count as such.
func TestAnErrorsTypeCountsOnlyWhereNobodyWatched(t *testing.T) {
	for name, tc := range map[string]struct {
		err     error
		unknown bool
	}{
		"dialing failed":               {errNoConnection, false},
		"the certificate is not valid": {&tls.CertificateVerificationError{Err: errors.New("expired")}, false},
		"refused, of no operation":     {errNoConnection.Err, true},
		"a name that was not found":    {&net.DNSError{Err: "no such host", Name: "a.example"}, true},
		"no TLS record":                {tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, true},
	} {
		c, err := transport.New(transport.Config{Provider: "test", BaseURL: "https://a.example"}, transport.WithClock(transporttest.NewClock(now)),
			over(func(*http.Request) (*http.Response, error) { return nil, tc.err }))
		require.NoError(t, err)
		t.Run(name, func(t *testing.T) {
			checkOutcome(t, c.Do(t.Context(), post(transport.Unsafe), nil), "unavailable", tc.unknown)
		})
		require.NoError(t, c.Close())
	}
}

// tapped hands out the connections beneath TLS.
type tapped struct {
	net.Listener
	mu    sync.Mutex
	conns map[string]net.Conn
}

func (l *tapped) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns[c.RemoteAddr().String()] = c
	return c, nil
}

func (l *tapped) beneath(r *http.Request) net.Conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conns[r.RemoteAddr]
}

func serveTLS(t *testing.T, h2 bool, handler func(*tapped) http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	tap := &tapped{Listener: server.Listener, conns: make(map[string]net.Conn)}
	server.Listener, server.Config.Handler, server.EnableHTTP2 = tap, handler(tap), h2
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// A middlebox that answers in plain text on an established connection gives
// the same error as a server that does not speak TLS at all.
func TestPlainTextBeneathTLSBehindARequestIsNoProofThatItWasNotSent(t *testing.T) {
	for name, h2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			var ran atomic.Int64
			server := serveTLS(t, h2, func(tap *tapped) http.Handler {
				return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					ran.Add(1)
					conn := tap.beneath(r)
					_, _ = conn.Write([]byte("HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n"))
					time.Sleep(20 * time.Millisecond)
					_ = conn.Close()
				})
			})
			c, err := transport.New(transport.Config{Provider: "test", BaseURL: server.URL}, transport.WithRoundTripper(trusting(server, h2)))
			require.NoError(t, err)
			defer c.Close()
			err = c.Do(t.Context(), post(transport.Unsafe), nil)
			checkOutcome(t, err, "unavailable", true)
			assert.Equal(t, int64(1), ran.Load())
		})
	}
}

func TestAServerThatSpeaksNoTLSGotNothing(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it got a request") }))
	defer plain.Close()
	for _, opts := range [][]transport.Option{nil, {transport.WithRoundTripper(&http.Transport{})}} {
		c, err := transport.New(transport.Config{Provider: "test", BaseURL: strings.Replace(plain.URL, "http:", "https:", 1)},
			append(opts, transport.WithClock(transporttest.NewClock(now)))...)
		require.NoError(t, err)
		var info transport.Info
		checkOutcome(t, c.Do(t.Context(), post(transport.Unsafe), nil, transport.WithInfo(&info)), "unavailable", false)
		assert.Equal(t, 3, info.Attempts, "it is tried again: nothing was sent")
		require.NoError(t, c.Close())
	}
}

func TestAHandshakeThatNeverEndsSentNothing(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	for _, opts := range [][]transport.Option{nil, {transport.WithRoundTripper(&http.Transport{})}} {
		c, err := transport.New(transport.Config{Provider: "test", BaseURL: "https://" + listener.Addr().String()},
			append(opts, transport.WithAttemptTimeout(50*time.Millisecond), transport.WithDefaultAttempts(1))...)
		require.NoError(t, err)
		checkOutcome(t, c.Do(t.Context(), post(transport.Unsafe), nil), "unavailable", false)
		require.NoError(t, c.Close())
	}
}

func TestACertificateThatNobodyTrustsIsNotTriedAgain(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	server.Config.ErrorLog = nil
	clock := transporttest.NewClock(now)
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: server.URL}, transport.WithClock(clock))
	require.NoError(t, err)
	defer c.Close()
	var info transport.Info
	checkOutcome(t, c.Do(t.Context(), post(transport.Unsafe), nil, transport.WithInfo(&info)), "unavailable", false)
	assert.Equal(t, 1, info.Attempts)
	assert.Empty(t, clock.Waits())
}

// net/http sends a keyed request a second time by itself when a kept
// connection turns out to be closed: that is seen on a caller's transport too.
func TestResendsOnACallersTransportAreNoticed(t *testing.T) {
	h := start(t, transport.Config{}, transport.WithRoundTripper(&http.Transport{}))
	require.NoError(t, h.client.Do(t.Context(), get("/warm"), nil))
	h.faults.Script(transporttest.DropAfter(), transporttest.Status(409, `{"x":1}`))
	err := h.client.Do(t.Context(), post(transport.Keyed), nil)
	checkOutcome(t, err, "conflict", true)
}

// The request is sent, its connection breaks, and net/http cannot connect for
// the repeat that it makes by itself: the error is that of dialing.
func TestAResendThatGetsNoConnectionDoesNotHideWhatWasSent(t *testing.T) {
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = w.Write([]byte(`{"ok":true}`))
			return
		}
		_ = server.Listener.Close()
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}))
	defer server.Close()
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: server.URL}, transport.WithDefaultAttempts(1))
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.Do(t.Context(), get("/warm"), nil))
	err = c.Do(t.Context(), post(transport.Keyed), nil)
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	checkOutcome(t, err, "unavailable", true)
}

// mute makes connections say nothing any more, in both directions, and stay
// open.
type mute struct {
	net.Listener
	made  atomic.Int64
	mu    sync.Mutex
	conns []*muteConn
}

func (l *mute) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	m := &muteConn{Conn: c}
	l.made.Add(1)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns = append(l.conns, m)
	return m, nil
}

func (l *mute) silence() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.conns {
		c.silent.Store(true)
	}
}

type muteConn struct {
	net.Conn
	silent atomic.Bool
}

func (c *muteConn) Write(b []byte) (int, error) {
	if c.silent.Load() {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

// ownConnections returns a client with its own connections, which trust the
// server.
func ownConnections(t *testing.T, server *httptest.Server, opts ...transport.Option) *transport.Client {
	t.Helper()
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: server.URL}, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	c.Trust(server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs)
	return c
}

func TestASilentHTTP2ConnectionIsGivenUp(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"ok":true}`)) }))
	listener := &mute{Listener: server.Listener}
	server.Listener, server.EnableHTTP2 = listener, true
	server.StartTLS()
	defer server.Close()
	c := ownConnections(t, server, transport.WithAttemptTimeout(3*time.Second), transport.WithDefaultAttempts(1))
	require.NoError(t, c.Do(t.Context(), get("/a"), nil))
	listener.silence()
	begin := time.Now()
	for time.Since(begin) < 20*time.Second {
		if c.Do(t.Context(), get("/a"), nil) == nil {
			break
		}
	}
	assert.Less(t, time.Since(begin), 15*time.Second)
	assert.Equal(t, int64(2), listener.made.Load(), "a new connection")
}

func TestLargeAnswersDoNotFillTheMemory(t *testing.T) {
	chunk := bytes.Repeat([]byte("x"), 64<<10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for range 100 << 20 / len(chunk) {
			if _, err := w.Write(chunk); err != nil || r.Context().Err() != nil {
				return
			}
		}
	}))
	defer server.Close()
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: server.URL})
	require.NoError(t, err)
	defer c.Close()
	runtime.GC()
	var most atomic.Uint64
	done := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapAlloc))
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() { assert.ErrorIs(t, c.Do(t.Context(), get("/a"), nil), transport.ErrTooLarge) })
	}
	wg.Wait()
	close(done)
	<-watched
	assert.Less(t, most.Load()>>20, uint64(300), "MiB of heap")
}

func TestAnAnnouncedLengthAboveTheCapIsRefusedBeforeItIsRead(t *testing.T) {
	read := 0
	body := readerFunc(func(b []byte) (int, error) {
		read += len(b)
		return len(b), nil
	})
	c, err := transport.New(transport.Config{Provider: "test", BaseURL: "https://a.example"}, transport.WithMaxResponseBytes(1000),
		over(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, ContentLength: 1001, Body: io.NopCloser(body)}, nil
		}))
	require.NoError(t, err)
	defer c.Close()
	require.ErrorIs(t, c.Do(t.Context(), get("/a"), nil), transport.ErrTooLarge)
	assert.Zero(t, read)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

func TestAnswersOfAllSizesComeWhole(t *testing.T) {
	const limit = 1 << 20
	for _, size := range []int{1, 511, 512, 256<<10 - 1, 256 << 10, 256<<10 + 1, limit - 1, limit} {
		for _, announced := range []bool{true, false} {
			want := append(append([]byte(`"`), bytes.Repeat([]byte("x"), max(size-2, 0))...), '"')[:size]
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if !announced {
					_ = http.NewResponseController(w).Flush()
				}
				_, _ = w.Write(want)
			}))
			c, err := transport.New(transport.Config{Provider: "test", BaseURL: server.URL}, transport.WithMaxResponseBytes(limit))
			require.NoError(t, err)
			var info transport.Info
			_ = c.Do(t.Context(), get("/a"), nil, transport.WithInfo(&info))
			assert.True(t, bytes.Equal(want, info.Answer.Body), "%d bytes, announced %t: %d", size, announced, len(info.Answer.Body))
			require.NoError(t, c.Close())
			server.Close()
		}
	}
}

func TestALargeAnswerThatBreaksOffIsNoAnswer(t *testing.T) {
	for _, announced := range []bool{true, false} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if announced {
				w.Header().Set("Content-Length", "2000000")
			}
			_, _ = w.Write(bytes.Repeat([]byte(" "), 1<<20))
			panic(http.ErrAbortHandler)
		}))
		c, err := transport.New(transport.Config{Provider: "test", BaseURL: server.URL})
		require.NoError(t, err)
		checkOutcome(t, c.Do(t.Context(), post(transport.Unsafe), nil), "unavailable", true)
		require.NoError(t, c.Close())
		server.Close()
	}
}

func TestAFloodOfHeadersIsRefused(t *testing.T) {
	for name, h2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			server := serveTLS(t, h2, func(*tapped) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					for i := range 9 << 10 {
						w.Header().Set("X-"+strings.Repeat("a", i%50+1)+string(rune('a'+i%26)), strings.Repeat("b", 1000))
					}
					_, _ = w.Write([]byte(`{"ok":true}`))
				})
			})
			c := ownConnections(t, server, transport.WithDefaultAttempts(1))
			checkOutcome(t, c.Do(t.Context(), post(transport.Unsafe), nil), "unavailable", true)
		})
	}
}

func TestAnErrorOfManyWordsTakesNoTime(t *testing.T) {
	h := start(t, transport.Config{Interpret: func(a *transport.Answer) ([]byte, *transport.Error) {
		e := transport.StatusError(a.Status)
		e.Message = string(a.Body)
		for range 10_000 {
			e.Fields.Check(false, "price", "is wrong")
		}
		return nil, e
	}})
	h.faults.Always(transporttest.Status(400, strings.Repeat("a phone 13800138000 and hunter2, ", 9<<20/33)))
	call := post(transport.Unsafe)
	values := make(map[string]string)
	for i := range 100 {
		values[strings.Repeat("k", i+1)] = strings.Repeat("v", i+10)
	}
	call.Body = values
	begin := time.Now()
	err := h.client.Do(t.Context(), call, nil)
	require.ErrorIs(t, err, transport.ErrInvalid)
	assert.Less(t, time.Since(begin), 5*time.Second, "also under the race detector on a busy machine; without the bound it takes minutes")
	var e *transport.Error
	require.ErrorAs(t, err, &e)
	assert.Len(t, e.Fields, 50)
	assert.NotContains(t, err.Error(), "13800138000")
}

func TestDeepNestingAndLongNumbersTakeNoTime(t *testing.T) {
	for name, body := range map[string]string{
		"nesting": `{"a":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`,
		"digits":  `{"message":"` + strings.Repeat("9", 2<<20) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, transport.Config{})
			h.faults.Always(transporttest.Status(200, body))
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			begin := time.Now()
			var out struct{ Message int }
			require.Error(t, h.client.Do(ctx, get("/a"), &out))
			assert.Less(t, time.Since(begin), 1100*time.Millisecond)
		})
	}
}
