package codegatetest_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate/codegatetest"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// keepingClient keeps its connection, as clients do.
func keepingClient(t *testing.T) *http.Client {
	t.Helper()
	keeping := &http.Transport{}
	t.Cleanup(keeping.CloseIdleConnections)
	return &http.Client{Transport: keeping}
}

// post sends a signed verification and returns its status, or that it was
// lost, and whether it was sent on a connection that was kept.
func post(t *testing.T, client *http.Client, base, body string) (status int, kept bool, lost error) {
	t.Helper()
	r := request{path: verify, body: body}.build(t, base, in(0))
	res, lost := client.Do(r.WithContext(httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) { kept = info.Reused },
	})))
	if lost != nil {
		return 0, kept, lost
	}
	defer res.Body.Close()
	_, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, kept, nil
}

func TestARequestSentAtOnceBehindA500IsLost(t *testing.T) {
	for name, serve := range map[string]func(*testing.T) (*codegatetest.Platform, string){
		"on a server": func(t *testing.T) (*codegatetest.Platform, string) {
			srv := start(t)
			return srv.Platform, srv.URL
		},
		"on a server behind faults": func(t *testing.T) (*codegatetest.Platform, string) {
			srv := start(t, codegatetest.WithMiddleware(transporttest.NewFaults(nil).Wrap))
			return srv.Platform, srv.URL
		},
		"on a handler": func(t *testing.T) (*codegatetest.Platform, string) {
			platform := start(t).Platform
			srv := httptest.NewServer(platform)
			t.Cleanup(srv.Close)
			return platform, srv.URL
		},
	} {
		t.Run(name, func(t *testing.T) {
			platform, url := serve(t)
			platform.AddCode(codegatetest.Code{Code: "A"})
			client := keepingClient(t)
			lostOnes, rounds := 0, 0
			for ; lostOnes < 60 && rounds < 200; rounds++ {
				status, _, lost := post(t, client, url, `{"code":""}`)
				require.NoError(t, lost)
				require.Equal(t, 500, status)
				_, kept, lost := post(t, client, url, `{"code":"A"}`)
				// A busy machine may be too slow to use the connection again.
				require.Equal(t, kept, lost != nil)
				if kept {
					lostOnes++
				}
			}
			assert.Equal(t, 60, lostOnes)
			assert.Len(t, platform.Verifications(), rounds-60, "what is lost is not carried out")
			assert.Equal(t, rounds+rounds-60, platform.RequestCount())
		})
	}
}

func TestAClientThatWaitsBehindA500LosesNothing(t *testing.T) {
	srv := start(t)
	srv.AddCode(codegatetest.Code{Code: "A"})
	client := keepingClient(t)
	status, _, lost := post(t, client, srv.URL, `{"code":""}`)
	require.NoError(t, lost)
	require.Equal(t, 500, status)
	time.Sleep(500 * time.Millisecond)
	status, _, lost = post(t, client, srv.URL, `{"code":"A"}`)
	require.NoError(t, lost)
	assert.Equal(t, 200, status)
}

func TestTheEndOfAConnectionIsNotAnnounced(t *testing.T) {
	srv := start(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(srv.URL, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	r := bufio.NewReader(conn)

	send := func(what request) response {
		req := what.build(t, srv.URL, srv.Now())
		require.NoError(t, req.Write(conn))
		res, err := http.ReadResponse(r, req)
		require.NoError(t, err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		assert.False(t, res.Close, "the answer must not announce the end")
		return response{res.StatusCode, res.Header, string(body)}
	}
	check(t, send(request{path: codes}), 200, emptyList)
	got := send(request{path: verify, body: `{"code":""}`})
	check(t, got, 500, serverError)
	assert.Equal(t, "text/plain; charset=utf-8", got.header.Get("Content-Type"))
	assert.NotContains(t, got.header, "Connection")
	_, err = r.ReadByte()
	assert.ErrorIs(t, err, io.EOF)
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	srv := start(t, codegatetest.WithIdleTimeout(20*time.Millisecond))
	conn, err := net.Dial("tcp", strings.TrimPrefix(srv.URL, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	r := bufio.NewReader(conn)
	req := request{path: codes}.build(t, srv.URL, srv.Now())
	require.NoError(t, req.Write(conn))
	res, err := http.ReadResponse(r, req)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	_, err = r.ReadByte()
	assert.ErrorIs(t, err, io.EOF)
}
