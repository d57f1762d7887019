package signing

const (
	lowerDigits = "0123456789abcdef"
	upperDigits = "0123456789ABCDEF"
)

// hexTable holds the two digits of every byte.
type hexTable [256][2]byte

var lowerHex, upperHex = newHexTable(lowerDigits), newHexTable(upperDigits)

func newHexTable(digits string) (t hexTable) {
	for i := range t {
		t[i] = [2]byte{digits[i>>4], digits[i&15]}
	}
	return t
}

func appendHex(dst, src []byte, table *hexTable) []byte {
	for _, b := range src {
		dst = append(dst, table[b][0], table[b][1])
	}
	return dst
}
