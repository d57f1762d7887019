package transport

import (
	"bytes"
	"fmt"
	"html"
	"mime"
	"net/http"
	"regexp"
	"strings"
)

// Whatever stands between a client and its platform answers too: proxies,
// firewalls, load balancers, captive portals. This file decides who spoke.

// believedFromAnyone reports whether a status means the same whoever sent it:
// not now. A 429 was refused before any work, and what a 5xx or a 408 left
// behind is open.
func believedFromAnyone(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status >= 500
}

// own reports whether an answer is the platform's. A 407 is always a proxy's.
func (c *Client) own(a *Answer) bool {
	return a.Status != http.StatusProxyAuthRequired && c.cfg.Own(a)
}

// notAPage is how platforms answer whose package does not say: anything but a
// web page.
func notAPage(a *Answer) bool {
	return !strings.HasPrefix(mediaType(a.Header), "text/html") && !bytes.HasPrefix(bytes.TrimSpace(a.Body), []byte("<"))
}

// foreignAnswer is the cause of an error for an answer that is not the
// platform's. It says what came, in the place of its body.
type foreignAnswer struct {
	status    int
	mediaType string
	size      int
	title     string
}

func foreign(a *Answer) *foreignAnswer {
	return &foreignAnswer{status: a.Status, mediaType: mediaType(a.Header), size: len(a.Body), title: pageTitle(a.Body)}
}

func (f *foreignAnswer) Error() string {
	var b strings.Builder
	if f.status == http.StatusProxyAuthRequired {
		b.WriteString("a proxy on the way asks for credentials: ")
	} else {
		b.WriteString("the answer is not in the platform's form: something in front of it may have sent it: ")
	}
	switch {
	case f.size == 0:
		b.WriteString("nothing in it")
	case f.mediaType == "":
		_, _ = fmt.Fprintf(&b, "%d bytes of no stated type", f.size)
	default:
		_, _ = fmt.Fprintf(&b, "%d bytes of %s", f.size, f.mediaType)
	}
	if f.title != "" {
		_, _ = fmt.Fprintf(&b, ", titled %q", f.title)
	}
	return b.String()
}

func mediaType(h http.Header) string {
	t, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return t
}

const (
	titleWithin = 8 << 10 // bytes of a page
	titleLength = 80      // characters
)

var titleElement = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)

// pageTitle is the title of a web page, "" if there is none.
func pageTitle(body []byte) string {
	m := titleElement.FindSubmatch(body[:min(len(body), titleWithin)])
	if m == nil {
		return ""
	}
	title := []rune(clean(html.UnescapeString(string(m[1]))))
	return string(title[:min(len(title), titleLength)])
}
