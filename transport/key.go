package transport

import (
	"crypto/rand"
	"encoding/hex"
)

// newIdempotencyKey returns a random UUID, version 4.
func newIdempotencyKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	key := make([]byte, 0, 36)
	for i, group := range [][]byte{b[:4], b[4:6], b[6:8], b[8:10], b[10:]} {
		if i > 0 {
			key = append(key, '-')
		}
		key = hex.AppendEncode(key, group)
	}
	return string(key)
}
