package signing

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

const timestampMember = "timestamp"

// Literals says how true, false, null and nested values are written in
// Aihuishou's string to sign. Strings and numbers are written alike.
type Literals int

const (
	// LiteralsPython writes True, False and None, as the platform's reference
	// script does, and refuses objects and arrays.
	LiteralsPython Literals = iota
	// LiteralsJSON writes true, false and null, and objects and arrays as
	// compact JSON.
	LiteralsJSON
)

// AihuishouOption changes how the signer that [NewAihuishou] makes signs.
type AihuishouOption func(*aihuishouConfig)

type aihuishouConfig struct {
	literals Literals
	location *time.Location
}

// WithLiterals sets how literals are written; [LiteralsPython] is the default.
func WithLiterals(l Literals) AihuishouOption { return func(c *aihuishouConfig) { c.literals = l } }

// WithLocation sets the zone of the timestamp, which carries none itself. The
// default is UTC+8, China Standard Time. In a zone with summer time the hour
// that occurs twice cannot be told apart.
func WithLocation(l *time.Location) AihuishouOption {
	return func(c *aihuishouConfig) { c.location = l }
}

// Aihuishou signs requests for the Aihuishou partner API: the members of the
// JSON body with a timestamp among them, sorted bytewise by name, as
//
//	name=value&name=value SECRET      (the secret follows without a separator)
//
// under SHA-256, in upper-case hexadecimal ("Aihuishou partner API, common
// parameters"). Strings are written raw, without quotes or escapes, numbers as
// they stand in the body, literals as [Literals] says.
//
// The scheme covers the values and nothing else: neither method, path, query
// and app id nor the layout of the body. Values are not escaped, so "1" and 1
// sign alike, and so do a=1&b=2 in two members and in the value of one.
type Aihuishou struct {
	opaque
	appID  string
	secret Secret
	aihuishouConfig
}

var (
	_ Signer    = (*Aihuishou)(nil)
	_ Verifier  = (*Aihuishou)(nil)
	_ Explainer = (*Aihuishou)(nil)
)

// NewAihuishou takes the app_id and the app_secret.
func NewAihuishou(appID string, secret Secret, opts ...AihuishouOption) (*Aihuishou, error) {
	if err := checkHeaderValue("aihuishou: app id", appID); err != nil {
		return nil, err
	}
	if err := checkSecret("aihuishou: app secret", secret); err != nil {
		return nil, err
	}
	config := aihuishouConfig{LiteralsPython, time.FixedZone("CST", 8*60*60)}
	for _, opt := range opts {
		opt(&config)
	}
	if config.location == nil {
		return nil, errors.New("signing: aihuishou: location is nil; leave the option out for UTC+8")
	}
	if config.literals != LiteralsPython && config.literals != LiteralsJSON {
		return nil, errors.New("signing: aihuishou: literals must be LiteralsPython or LiteralsJSON")
	}
	return &Aihuishou{opaque{"Aihuishou"}, appID, secret, config}, nil
}

// Sign sets X-AppId and X-Sign and replaces r.Body, which must be a JSON object
// or empty, with a copy that carries r.Time as its "timestamp". A timestamp
// that is there is overwritten; all else stays as it is, in its order. The
// bytes of the old body are not written to. Duplicate names are refused.
func (a *Aihuishou) Sign(_ context.Context, r *Request) error {
	if err := refuseSet(r.Header, HeaderAihuishouAppID, HeaderAihuishouSign); err != nil {
		return err
	}
	if err := a.check(r); err != nil {
		return err
	}
	p := newParameters()
	defer p.release()
	body, err := p.readStamped(r.Body, r.Time.In(a.location))
	if err != nil {
		return err
	}
	signature, err := a.signature(p)
	if err != nil {
		return err
	}
	r.Body = body
	if r.Header == nil {
		r.Header = make(http.Header, 2)
	}
	values := &[2]string{a.appID, signature}
	r.Header[HeaderAihuishouAppID] = values[0:1:1]
	r.Header[HeaderAihuishouSign] = values[1:2:2]
	return nil
}

// Signature returns the value of X-Sign for the body with r.Time put in as its
// timestamp. It does not change r.
func (a *Aihuishou) Signature(r *Request) (string, error) {
	if err := a.check(r); err != nil {
		return "", err
	}
	p := newParameters()
	defer p.release()
	if _, err := p.readStamped(r.Body, r.Time.In(a.location)); err != nil {
		return "", err
	}
	return a.signature(p)
}

// Verify checks the two headers, in any case of their names, against the body
// as it was received, timestamp included. The signature must be in upper case.
// The clock is read in whole seconds.
func (a *Aihuishou) Verify(r *Request, window time.Duration) error {
	if err := a.check(r); err != nil {
		return err
	}
	p := newParameters()
	defer p.release()
	var err error
	if p.members, _, err = appendMembers(p.members, r.Body); err != nil {
		return err
	}
	signed, err := a.timestamp(p.members)
	if err != nil {
		return err
	}
	if err := checkWindow(time.Unix(r.Time.Unix(), 0), signed, window); err != nil {
		return err
	}
	if err := matchHeader(r.Header, HeaderAihuishouAppID, a.appID); err != nil {
		return err
	}
	signature, err := a.signature(p)
	if err != nil {
		return err
	}
	return matchHeader(r.Header, HeaderAihuishouSign, signature)
}

// Explain returns the string to sign for the body with r.Time put in as its
// timestamp. It does not change r.
func (a *Aihuishou) Explain(r *Request) (Explanation, error) {
	if err := a.check(r); err != nil {
		return Explanation{}, err
	}
	p := newParameters()
	defer p.release()
	if _, err := p.readStamped(r.Body, r.Time.In(a.location)); err != nil {
		return Explanation{}, err
	}
	if err := a.render(p); err != nil {
		return Explanation{}, err
	}
	e := Explanation{Scheme: "aihuishou"}
	for _, m := range p.members {
		value, _ := a.appendValue(nil, m)
		e.Parts = append(e.Parts, Part{string(m.key), string(m.key) + "=" + string(value), a.note(m)})
	}
	// Masked apart, so that a value that ends like the secret begins cannot
	// make the mask leave an end of the secret standing.
	e.StringToSign = a.secret.redact(string(p.text)) + mask
	e.Parts = append(e.Parts, Part{"secret", mask, "the app secret, without a separator before it"})
	return e.redacted(a.secret), nil
}

func (a *Aihuishou) check(r *Request) error {
	if a.secret.IsZero() || a.location == nil {
		return fmt.Errorf("%w: aihuishou: make the signer with NewAihuishou", ErrCredentials)
	}
	return checkTime(r.Time)
}

// timestamp reads the member that says when the request was signed.
func (a *Aihuishou) timestamp(members []member) (time.Time, error) {
	for _, m := range members {
		if string(m.key) != timestampMember || m.value[0] != '"' {
			continue
		}
		text, err := unquote(m.value)
		if err != nil {
			return time.Time{}, err
		}
		// Parse takes shorter and longer spellings than it writes.
		t, err := time.ParseInLocation(time.DateTime, string(text), a.location)
		if err == nil && t.Format(time.DateTime) == string(text) {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%w: aihuishou: body has no timestamp of the form yyyy-MM-dd HH:mm:ss", ErrRequest)
}

// signature hashes the parameters and the secret.
func (a *Aihuishou) signature(p *parameters) (string, error) {
	if err := a.render(p); err != nil {
		return "", err
	}
	n := len(p.text)
	p.text = append(p.text, a.secret.Reveal()...)
	sum := sha256.Sum256(p.text)
	clear(p.text[n:]) // the buffer goes back to the pool
	p.text = appendHex(p.text[:0], sum[:], &upperHex)
	return string(p.text), nil
}

// render sorts the parameters and writes them as they are signed, without the
// secret.
func (a *Aihuishou) render(p *parameters) error {
	slices.SortFunc(p.members, func(x, y member) int { return bytes.Compare(x.key, y.key) })
	p.text = p.text[:0]
	for i, m := range p.members {
		if i > 0 {
			if bytes.Equal(m.key, p.members[i-1].key) {
				return fmt.Errorf("%w: aihuishou: member %d of the body has the name of another one", ErrRequest, m.position)
			}
			p.text = append(p.text, '&')
		}
		p.text = append(p.text, m.key...)
		p.text = append(p.text, '=')
		var err error
		if p.text, err = a.appendValue(p.text, m); err != nil {
			return err
		}
	}
	return nil
}

func (a *Aihuishou) appendValue(dst []byte, m member) ([]byte, error) {
	python := a.literals == LiteralsPython
	switch c := m.value[0]; {
	case c == '"':
		text, err := unquote(m.value)
		return append(dst, text...), err
	case c == '{' || c == '[':
		if python {
			return dst, fmt.Errorf("%w: aihuishou: member %d of the body is an object or array, "+
				"which has no documented form; send flat values, or use LiteralsJSON", ErrRequest, m.position)
		}
		compact := bytes.NewBuffer(dst)
		err := json.Compact(compact, m.value)
		return compact.Bytes(), err
	case python && c == 't':
		return append(dst, "True"...), nil
	case python && c == 'f':
		return append(dst, "False"...), nil
	case python && c == 'n':
		return append(dst, "None"...), nil
	}
	return append(dst, m.value...), nil
}

func (a *Aihuishou) note(m member) string {
	switch c := m.value[0]; {
	case string(m.key) == timestampMember:
		return "put in by the signer, in the zone " + a.location.String()
	case c == '"':
		return "string, raw"
	case c == '{' || c == '[':
		return "compact JSON"
	case c != 't' && c != 'f' && c != 'n':
		return "number as it stands in the body"
	case a.literals == LiteralsPython:
		return "literal as Python writes it"
	}
	return "literal as JSON writes it"
}

// parameters is what one signature needs; it is pooled.
type parameters struct {
	members []member
	text    []byte
}

var parametersPool = sync.Pool{New: func() any { return new(parameters) }}

func newParameters() *parameters { return parametersPool.Get().(*parameters) }

func (p *parameters) release() {
	clear(p.members) // they point into the caller's body
	p.members = p.members[:0]
	if cap(p.text) > maxPooledText {
		p.text = nil
	}
	parametersPool.Put(p)
}

// readStamped reads the members of body with the timestamp put in, and returns
// the new body.
func (p *parameters) readStamped(body []byte, now time.Time) ([]byte, error) {
	if len(body) == 0 {
		body = []byte("{}")
	}
	members, end, err := appendMembers(p.members, body)
	p.members = members
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(members, func(m member) bool { return string(m.key) == timestampMember })
	stamped := make([]byte, 0, len(body)+len(`,"timestamp":"2006-01-02 15:04:05"`))
	rest := body[end:]
	if at >= 0 {
		m := members[at]
		stamped = append(stamped, body[:m.start]...)
		rest = body[m.start+len(m.value):]
	} else {
		stamped = append(stamped, body[:end]...)
		if at = len(members); at > 0 {
			stamped = append(stamped, ',')
		}
		stamped = append(stamped, `"timestamp":`...)
		key := stamped[len(stamped)-len(`timestamp":`):][:len(timestampMember)]
		p.members = append(members, member{key: key, position: at + 1})
	}
	start := len(stamped)
	stamped = append(stamped, '"')
	stamped = now.AppendFormat(stamped, time.DateTime)
	stamped = append(stamped, '"')
	p.members[at].value = stamped[start:len(stamped):len(stamped)]
	return append(stamped, rest...), nil
}
