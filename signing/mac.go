package signing

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"net/http"
	"strconv"
	"sync"
	"unsafe"
)

// maxPooledText is the size above which a buffer is dropped instead of pooled,
// so that one long body does not stay in memory.
const maxPooledText = 64 << 10

// mac is HMAC-SHA256 with its key set up, and the buffers of one signature.
// The text to sign is written in one piece, because short writes cost the
// hash more than copying the body does.
type mac struct {
	hash     hash.Hash
	text     []byte
	from, to int // of the timestamp in text
	sum      []byte
}

// appendTime appends the timestamp to the text and remembers where it stands.
func (m *mac) appendTime(text []byte, n int64) []byte {
	m.from = len(text)
	text = strconv.AppendInt(text, n, 10)
	m.to = len(text)
	return text
}

// issued is what one signature leaves behind: the header values and the text
// that they are cut from, in one allocation.
type issued struct {
	values [3]string // id, timestamp, signature
	text   [maxTimestamp + 2*sha256.Size]byte
}

// maxTimestamp is the length of the longest int64.
const maxTimestamp = 20

// finish signs the text.
func (m *mac) finish() *issued {
	m.hash.Reset()
	m.hash.Write(m.text)
	m.sum = m.hash.Sum(m.sum[:0])
	out := new(issued)
	n := copy(out.text[:], m.text[m.from:m.to])
	end := n + len(appendHex(out.text[n:n], m.sum, &lowerHex))
	// The strings stand for bytes that nobody writes any more, as in
	// strings.Builder; copying them would cost as much as a tenth of the hash.
	both := unsafe.String(&out.text[0], end) //nolint:gosec // see above
	out.values[1], out.values[2] = both[:n], both[n:]
	return out
}

// setHeaders signs the text and sets the three headers that CodeGate and
// Procure have in common.
func (m *mac) setHeaders(r *Request, idHeader, id string) {
	out := m.finish()
	out.values[0] = id
	if r.Header == nil {
		r.Header = make(http.Header, len(out.values))
	}
	r.Header[idHeader] = out.values[0:1:1]
	r.Header[HeaderTimestamp] = out.values[1:2:2]
	r.Header[HeaderSignature] = out.values[2:3:3]
}

// macPool hands out macs of one secret. Setting a key up costs two rounds of
// the hash, which a pooled mac paid once.
type macPool struct{ pool sync.Pool }

func newMACPool(secret Secret) *macPool {
	return &macPool{sync.Pool{New: func() any {
		return &mac{hash: hmac.New(sha256.New, []byte(secret.Reveal()))}
	}}}
}

func (p *macPool) get() *mac {
	m := p.pool.Get().(*mac)
	m.text = m.text[:0]
	return m
}

func (p *macPool) put(m *mac) {
	if cap(m.text) > maxPooledText {
		m.text = nil
	}
	p.pool.Put(m)
}
