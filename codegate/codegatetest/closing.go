package codegatetest

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// linger is how long a connection stays open behind a 500. On the running
// server it is some milliseconds, in which a client's next request is lost
// nearly always. It is longer here so that a busy machine does not save one.
const linger = 100 * time.Millisecond

// connection is a client's connection to a [Server].
type connection struct {
	net.Conn
	closing atomic.Bool
}

type connectionKey struct{}

// withConnection is the ConnContext of a Server.
func withConnection(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, &connection{Conn: conn})
}

// closeConnections closes a Server's connections behind the answers that are
// the last on them. A request that comes until then is lost: it is neither
// handled nor answered.
func closeConnections(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn := r.Context().Value(connectionKey{}).(*connection)
		if conn.closing.Load() {
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
		if !conn.closing.Load() {
			return
		}
		// The answer first. One without a length would be cut by a flush.
		if w.Header().Get("Content-Length") != "" {
			_ = http.NewResponseController(w).Flush()
		}
		time.AfterFunc(linger, func() { _ = conn.Close() })
	})
}

// lastAnswer makes the answer in w the last of its connection, without a word
// to the client. A Server does the closing by itself, which works behind any
// middleware. Elsewhere the connection is taken over; where that is not to be
// had, as in HTTP/2, it stays open.
func lastAnswer(w http.ResponseWriter, r *http.Request) {
	if conn, found := r.Context().Value(connectionKey{}).(*connection); found {
		conn.closing.Store(true)
		return
	}
	control := http.NewResponseController(w)
	if control.Flush() != nil {
		return
	}
	conn, buffered, err := control.Hijack()
	if err != nil {
		return
	}
	_ = conn.SetReadDeadline(time.Now().Add(linger))
	_, _ = buffered.ReadByte() // of the next request, which is lost
	_ = conn.Close()
}
