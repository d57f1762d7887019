package sign

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The signatures were computed with hmac and hashlib of Python, over the texts
// that the names speak of.
func TestVerifyNamesTheMistake(t *testing.T) {
	t.Parallel()
	const secret = "hunter2hunter2"
	codegate := []string{"-provider", "codegate", "-path", "/by-code/a b%2Bc", "-query", "b=x y&a=1", "-body", `{"a": 1}`, "-timestamp", "1704153600"}
	procure := []string{"-provider", "procure", "-path", "/i/a%20b?b=x+y&a=1", "-body", `{"a":"x, y: \"z","b":[1,2]}`, "-timestamp", "1704153600250"}
	aihuishou := []string{"-provider", "aihuishou", "-key", "app", "-body", `{"c":"2","b":true}`, "-timestamp", "2024-01-02 08:00:00"}
	for _, test := range []struct {
		name  string
		args  []string
		given string
		want  []string
	}{
		{"codegate, method in lower case", codegate, "6443cd15b928b0fefd4a42c36d94c8a3e67f7da70041b31bd5a4e0cada37f24a",
			[]string{"method in lower case"}},
		{"codegate, path as sent", codegate, "d84c546ce330b2633a117edc0bfdc324a259551d5aaef836f2237cad1179e802",
			[]string{"path percent-encoded"}},
		{"codegate, path decoded", codegate, "1a596514aa0494cccf43fc0531232724f7a0440630b6f6ca14045d1cfce98d9d",
			[]string{"path percent-decoded"}},
		{"codegate, query unsorted", codegate, "3d632de44fcdea69294c2eade25933c106797c0f9cfb4789d471a33366b8670b",
			[]string{"query in the order given, not sorted"}},
		{"codegate, query with %20", codegate, "2ead92747d0f97bcf42861f30fb4e740036ebd972928882fd61393b7818b6187",
			[]string{"spaces of the query as %20 instead of +"}},
		{"codegate, no query", codegate, "140361eb83489ab937f44cac9b67747be4f42a220f8f9d9e9706d5384087baac",
			[]string{"query left out"}},
		{"codegate, no body", codegate, "eb38ca7fd5b5366673e5fdbdd2f29a7576608dfa841b7174fb728131335734cd",
			[]string{"body left out"}},
		{"codegate, body without spaces", codegate, "d0e0284d5bfc4551542aa992cdba006eb33fc46a8731aadbd5333e810a4a13e7",
			[]string{"body without spaces"}},
		{"codegate, body with a newline", codegate, "618a34560dfd775d9f0de37e1d495236311402511483213e7349969cc4cda2f9",
			[]string{"body with a newline after it"}},
		{"codegate, hash in upper case", codegate, "94bbe90a9754ab9ba1cbcb5ffcf2a38043a964c7720972e4f47ba16b93362a90",
			[]string{"hash of the body in upper case"}},
		{"codegate, hash in base64", codegate, "4a7dcbc3a3b4bb25eb6a3419eee145227a6c19b4d5ad3047933428732181b85c",
			[]string{"hash of the body in base64"}},
		{"codegate, hash left empty", codegate, "181cda5d061a0383d9e9fa6caf4a148b14eb7358fcc6d78516e24a447a472b16",
			[]string{"hash of the body left empty: an empty body has one too"}},
		{"codegate, body not hashed", codegate, "119a4e5773340e74d242e7ce806811715aee7ee4562c6337993b27dfc53c0dad",
			[]string{"body in the place of its hash"}},
		{"codegate, body of a GET hashed", append(codegate, "-method", "GET"), "cc6c592be8ebf1ac7947c7e04b456d98c2847a3df65a267d3e78f337e0459822",
			[]string{"body signed, also of a GET"}},
		{"codegate, in milliseconds", codegate, "a9bfb59efa7e078d011fdedf0d447f7247aaa0347ed0c2ea605f53e354c3d2e6",
			[]string{"timestamp in milliseconds"}},
		{"codegate, a second before", codegate, "2242411132ff3fa68b96a1e9b2c08f5d3d6192d25754362937ef6eb84bf0c615",
			[]string{"another timestamp: 1704153599, 1s before the one given"}},
		{"codegate, five minutes after", codegate, "441e751a800efc95ebe90361e236abc9a3fe6b5510dd3dd4a4f0f9eacc8be90f",
			[]string{"another timestamp: 1704153900, 5m0s after the one given"}},
		{"codegate, newline after the secret", codegate, "7e882e9e39791b3dc260229f1bb6820946dade45df5c17a524c02b6bcc0fbf16",
			[]string{"secret with a newline after it"}},
		{"codegate, newline after the text", codegate, "10b7ac120248d7753d4bfb318cd017d0b14c9e322405551cb1a24f8e00a5e884",
			[]string{"string to sign with a newline after it"}},
		{"codegate, in upper case", codegate, "2545E67429DD7F721C7314B02AC2F286B2821DAD62FBF3AB4F5A4EDB8400581A",
			[]string{"hexadecimal in upper case instead of lower case"}},
		{"codegate, in base64", codegate, "JUXmdCndf3IccxSwKsLyhrKCHa1i+/OrT1pO24QAWBo=",
			[]string{"base64 instead of hexadecimal"}},
		{"codegate, in base64 for addresses", codegate, "JUXmdCndf3IccxSwKsLyhrKCHa1i-_OrT1pO24QAWBo",
			[]string{"base64 instead of hexadecimal"}},
		{"codegate, a newline after the signature", codegate, "2545e67429dd7f721c7314b02ac2f286b2821dad62fbf3ab4f5a4edb8400581a\n",
			[]string{"white space around the signature"}},
		{"codegate, method in lower case, in base64", codegate, "ZEPNFbkosP79SkLDbZTIo+Z/facAQbMb1aTgyto38ko=",
			[]string{"base64 instead of hexadecimal", "method in lower case"}},
		{"codegate, another secret", codegate, "c8bf26bede8a572f9cd9ba763753c0bdc14129c698d6cd2478c075204f26a4d1",
			[]string{"no known mistake leads to it: check the secret, the timestamp and the bytes of the body"}},
		{"codegate, space after the secret", codegate, "52e4d5c2a377623d2d66d13d9b91e15a6fcbf7997107687d6e3e9fb97ccf308f",
			[]string{"secret with a space after it"}},
		{"codegate, method in upper case", append(codegate, "-method", "post"), "2545e67429dd7f721c7314b02ac2f286b2821dad62fbf3ab4f5a4edb8400581a",
			[]string{"method in upper case"}},
		{"codegate, body trimmed", append(codegate, "-body", " x "), "d750581c2bd48bfc357805eba567997e6f710ae077204cd7a59915360ee8cd3a",
			[]string{"body without the white space around it"}},
		{"procure, query with +", append(procure, "-path", "/i?b=x%20y"), "71fef376b3dacfd84d8b091a732731825ec69f39e47f36aa19c65be42b8d9d35",
			[]string{"spaces of the query as + instead of %20"}},
		{"procure, method in lower case", procure, "ec88ace328686e2be0d04a47721cd4f5d94ca6a50819a7baaa29b44cfa5ffe1d",
			[]string{"method in lower case"}},
		{"procure, path decoded", procure, "7e8895acdce21782de56e6273816cc46ef6c1b3568a089225ec1e6cc87c3a6f9",
			[]string{"path percent-decoded"}},
		{"procure, path encoded twice", procure, "833369c7c97cccfa52db29dc92d514cf535da244b3a5ae8f5cef9308add8a234",
			[]string{"path percent-encoded twice"}},
		{"procure, query sorted", procure, "61859a93f411334d649dafe7317759365604d8d03749c6a6d0eda00341a51043",
			[]string{"query sorted"}},
		{"procure, no query", procure, "1460f602b262342b70550da6e4be42fb5697ce5d6084dab0b8d1bd9805c1675b",
			[]string{"query left out"}},
		{"procure, query with %20", procure, "bebbb8ea5f9bc5f2e992c0ed2d6ce10b7201b0aebcc0fd2cba20b1be85e75125",
			[]string{"spaces of the query as %20 instead of +"}},
		{"procure, no body", procure, "853ce8d3056bc51527789e58e27693c2147c184414b1620530de15e28ce6a42e",
			[]string{"body left out"}},
		{"procure, body with a newline", procure, "6b676d0f4fe345ea1e501885ef8334a2b784482df2b1d6a8f41cd2ced532e43b",
			[]string{"body with a newline after it"}},
		{"procure, body with Python's spaces", procure, "4bddde9269648fe1ed6a501cd2a3f2281068e7caed5583e3e70f932c8a8d258d",
			[]string{"body with a space after each comma and colon"}},
		{"procure, space before the secret", procure, "848d9f4758fb59fd553c099c447016bce820e690d26484428cec039728e7a8df",
			[]string{"secret with a space before it"}},
		{"procure, in seconds", procure, "12ba31ee9e83c4e02746449e49e8e7449cb1d58590407fd44edf4dd8f91f4b79",
			[]string{"timestamp in seconds"}},
		{"procure, a millisecond after", procure, "31fd0d57b423341a5a5803b941d5aea059c3b39a41b3071bd41f8ff9cb2fe332",
			[]string{"another timestamp: 1704153600251, 1ms after the one given"}},
		{"procure, a minute before", procure, "e419742738995de43bacbbd55632982d87161d8f3cd116dcdbbbf785abea1b89",
			[]string{"another timestamp: 1704153540250, 1m0s before the one given"}},
		{"procure, a minute after without milliseconds", procure, "bb78d111fc651e311bf3f3e7038ec3aa15f2660871729df6846d13e73b01ef50",
			[]string{"another timestamp: 1704153660000, 59.75s after the one given"}},
		{"procure, in upper case", procure, "41EEADC781C826B5FD984DAABC41A7D6653E067909761993639313A8F7A2A0AF",
			[]string{"hexadecimal in upper case instead of lower case"}},
		{"aihuishou, JSON literals", aihuishou, "6EB437293DDA2EE15245A12500458E5217FA20CE631518E7AFC565938A42C883",
			[]string{"literals as JSON writes them"}},
		{"aihuishou, Python literals", append(aihuishou, "-literals", "json"), "508619C01F273C89CF396DC23FAFEDBBCAA1DF7C1BD79B848DE7D279FD4E9D76",
			[]string{"literals as Python writes them"}},
		{"aihuishou, in UTC", aihuishou, "DDE96D74E538FC82F56544FC1949A551ADED7033B0995B2AB7BAA185213A7FA1",
			[]string{"timestamp in UTC"}},
		{"aihuishou, app_id signed", aihuishou, "FA39C2E4B9A882E30802F5CF63B68C45420AB5A53C59F349AC63E7DE19AD8BD1",
			[]string{"app_id among the parameters"}},
		{"aihuishou, no timestamp", aihuishou, "8DC66C30A3D2EDC502890AABB5AEEFEE610781C769F94A719E4C1A62120CD8DB",
			[]string{"timestamp left out"}},
		{"aihuishou, unsorted", aihuishou, "36CBAD0ECBD7656E4335FA8011CBEEE5574194F2382D8B2AAE7E93186062724E",
			[]string{"parameters in the order of the body, not sorted"}},
		{"aihuishou, two seconds after", aihuishou, "E1FED48905B69F12BD9AA8BE398C731E8293E354BA9913DDEFE7FDD8F90A9EE6",
			[]string{"another timestamp: 2024-01-02 08:00:02, 2s after the one given"}},
		{"aihuishou, in lower case", aihuishou, "508619c01f273c89cf396dc23fafedbbcaa1df7c1bd79b848de7d279fd4e9d76",
			[]string{"hexadecimal in lower case instead of upper case"}},
		{"aihuishou, in base64", aihuishou, "UIYZwB8nPInPOW3CP6/tu8qh33wb15uEjefSef1OnXY=",
			[]string{"base64 instead of hexadecimal"}},
		{"no signature", codegate, "00",
			[]string{"it is no signature: 64 hexadecimal characters were expected"}},
		{"nothing", codegate, "",
			[]string{"it is no signature: 64 hexadecimal characters were expected"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := invoke(append(slices.Clip(test.args), "-secret", secret, "-verify", test.given, "-json")...)
			assert.Equal(t, 1, code, stderr)
			var s sheet
			require.NoError(t, json.Unmarshal([]byte(stdout), &s))
			assert.False(t, *s.Matches)
			assert.Equal(t, test.want, s.Differences)
			assert.NotContains(t, stdout, secret)
		})
	}
}

func TestVerifyTellsInWords(t *testing.T) {
	args := []string{"-provider", "procure", "-secret", "hunter2hunter2", "-path", "/p", "-timestamp", "1704153600000"}
	const matching = "6f96d6a5cab6be32e2eca10303e60a28395f78b8e5d4662ffad2071db4a473de"

	code, stdout, _ := invoke(append(args, "-verify", matching)...)
	assert.Equal(t, 0, code)
	assert.Contains(t, stdout, "The signature given with -verify matches.\n")

	code, stdout, _ = invoke(append(args, "-verify", strings.ToUpper(matching))...)
	assert.Equal(t, 1, code)
	assert.Contains(t, stdout, "The signature given with -verify does not match.\n  - hexadecimal in upper case instead of lower case\n")
}

// A signature is over a time: with the present one nothing would ever match.
func TestVerifyNeedsTheTimeThatWasSigned(t *testing.T) {
	for provider, sent := range map[string]string{
		"codegate": "X-Timestamp", "procure": "X-Timestamp", "aihuishou": "timestamp of the body",
	} {
		code, stdout, stderr := invoke("-provider", provider, "-secret", "hunter2", "-path", "/p", "-verify", "")
		assert.Equal(t, 2, code)
		assert.Empty(t, stdout)
		assert.Equal(t, "-verify needs -timestamp: a signature is made for one time, so pass the "+sent+" that was sent", stderr)
	}
}
