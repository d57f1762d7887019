package codegatetest

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/pentagate/pentagate/transport/transporttest"
)

// Platform is a CodeGate installation in memory and an [http.Handler] for its
// SDK API. All methods are safe for concurrent use, and calls are handled one
// at a time: of many verifications of one code exactly one succeeds, as on a
// server of one process.
//
// Where a method takes a project id, "" means the default project. The
// methods that stand for the administrator panic where the administrator
// could not do what is asked, such as seeding one code twice.
type Platform struct {
	*transporttest.PlatformClock

	middleware  []func(http.Handler) http.Handler
	pool        pool
	idleTimeout time.Duration // a Server's

	mu       sync.Mutex
	limit    limiter
	fallback *project // the default project
	projects map[string]*project
	keys     map[string]*project // by API key, replaced keys taken out
	codes    []*code             // in the order they were added
	byID     map[string]*code
	byText   map[string]*code
	log      []Verification // in the order it was written
	requests transporttest.RequestLog
}

// Project is one project and its API key, both as seed and as it stands. It
// prints the id only.
type Project struct {
	// ID is 32 lower-case hexadecimal characters. Seeding makes one if it is empty.
	ID string
	// Name is "Project" if it is empty.
	Name string
	// Description is answered as null if it is nil.
	Description *string
	// APIKey is 32 and Secret 64 lower-case hexadecimal characters. Seeding
	// makes them if they are empty.
	APIKey, Secret string
	// ExpiresAt is when the project ends. Zero means never.
	ExpiresAt time.Time
	// CreatedAt is the platform's now if it is zero.
	CreatedAt time.Time
	// Disabled says that the project is off.
	Disabled bool
	// KeyDisabled says that the key is off.
	KeyDisabled bool
}

// Format prints the id.
func (p Project) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "project "+p.ID) }

type project struct {
	id, name    string
	description *string
	key, secret string
	expiresAt   time.Time
	createdAt   time.Time
	enabled     bool
	keyEnabled  bool
}

// Code is one activation code, both as seed and as it stands.
type Code struct {
	// ID is 32 lower-case hexadecimal characters. Seeding makes one if it is empty.
	ID string
	// ProjectID is the default project's if it is empty.
	ProjectID string
	// Code is the text. Seeding makes one if it is empty.
	Code string
	// ExpiresAt is the code's own end. Zero means that the project's applies.
	ExpiresAt time.Time
	// CreatedAt is the platform's now if it is zero.
	CreatedAt time.Time
	// Disabled says that the administrator has switched the code off. A code
	// cannot be both disabled and used.
	Disabled bool
	// Used says that the code has been redeemed, at VerifiedAt (the platform's
	// now if a seed leaves it zero) and by VerifiedBy. A seed that is used
	// brings the entry in the verification log with it.
	Used       bool
	VerifiedAt time.Time
	VerifiedBy *string
	// Expired is the stored flag, which lags behind ExpiresAt until a call
	// touches the code. Seeds do not need it: it starts as it would have stood
	// at CreatedAt.
	Expired bool
}

type code struct {
	id         string
	project    *project
	text       string
	expiresAt  time.Time
	createdAt  time.Time
	disabled   bool
	used       bool
	expired    bool
	verifiedAt time.Time
	verifiedBy *string
}

// The results of a [Verification].
const (
	ResultSuccess     = "success"
	ResultFailed      = "failed"
	ResultReactivated = "reactivated"
)

// Verification is one entry of the verification log: a success, a failed
// attempt on a code that exists, or a reactivation.
type Verification struct {
	ID     string
	CodeID string
	Code   string
	At     time.Time
	// By is verified_by or reactivated_by as it was sent, nil if it was not.
	By *string
	// IPAddress is the peer's, empty if the handler was called without one. In
	// the entry that a seed brings it is 127.0.0.1.
	IPAddress string
	UserAgent string
	// Result is one of the Result constants.
	Result string
	// Reason is the error_code of a failed attempt or the reason of a
	// reactivation. No call gives it out.
	Reason string
}

// seedAddress is where codes were redeemed that are used from the start: the
// server knows an address for each (seen on the running server).
const seedAddress = "127.0.0.1"

// New returns a Platform with one project and its key.
func New(opts ...Option) *Platform {
	o := options{now: time.Now}
	for _, opt := range opts {
		opt(&o)
	}
	p := &Platform{
		middleware:    o.middleware,
		pool:          pool{connections: o.connections, stall: o.stall},
		idleTimeout:   o.idleTimeout,
		PlatformClock: transporttest.NewPlatformClock(o.now),
		limit:         limiter{limit: o.limit},
		projects:      make(map[string]*project),
		keys:          make(map[string]*project),
		byID:          make(map[string]*code),
		byText:        make(map[string]*code),
	}
	p.fallback = p.addProject(o.project)
	return p
}

// AddProject adds a project with a key of its own and returns it with all
// that was left open filled in.
func (p *Platform) AddProject(seed Project) Project {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.addProject(seed).view()
}

func (p *Platform) addProject(seed Project) *project {
	row := &project{
		id:          orHex(seed.ID, 16),
		name:        seed.Name,
		description: seed.Description,
		key:         orHex(seed.APIKey, 16),
		secret:      orHex(seed.Secret, 32),
		expiresAt:   seed.ExpiresAt,
		createdAt:   p.orNow(seed.CreatedAt),
		enabled:     !seed.Disabled,
		keyEnabled:  !seed.KeyDisabled,
	}
	if row.name == "" {
		row.name = "Project"
	}
	if p.projects[row.id] != nil {
		panic(fmt.Sprintf("codegatetest: there is a project with id %q already", row.id))
	}
	if p.keys[row.key] != nil {
		panic("codegatetest: there is a project with this API key already")
	}
	p.projects[row.id] = row
	p.keys[row.key] = row
	return row
}

// Project returns a project as it stands.
func (p *Platform) Project(projectID string) Project {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.project(projectID).view()
}

func (p *Platform) project(id string) *project {
	if id == "" {
		return p.fallback
	}
	row := p.projects[id]
	if row == nil {
		panic(fmt.Sprintf("codegatetest: there is no project with id %q", id))
	}
	return row
}

func (row *project) view() Project {
	return Project{
		ID:          row.id,
		Name:        row.name,
		Description: row.description,
		APIKey:      row.key,
		Secret:      row.secret,
		ExpiresAt:   row.expiresAt,
		CreatedAt:   row.createdAt,
		Disabled:    !row.enabled,
		KeyDisabled: !row.keyEnabled,
	}
}

// SetProjectEnabled switches a project on or off.
func (p *Platform) SetProjectEnabled(projectID string, on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.project(projectID).enabled = on
}

// SetProjectExpiry sets when a project ends. Zero means never. The flags of
// its codes follow when a call touches them.
func (p *Platform) SetProjectExpiry(projectID string, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.project(projectID).expiresAt = at
}

// SetKeyEnabled switches a project's key on or off.
func (p *Platform) SetKeyEnabled(projectID string, on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.project(projectID).keyEnabled = on
}

// RotateKey gives a project a new key and secret, which is on, and returns the
// project with them. The old key ends at once.
func (p *Platform) RotateKey(projectID string) Project {
	p.mu.Lock()
	defer p.mu.Unlock()
	row := p.project(projectID)
	delete(p.keys, row.key)
	row.key, row.secret, row.keyEnabled = randomHex(16), randomHex(32), true
	p.keys[row.key] = row
	return row.view()
}

// AddCode adds a code and returns it with all that was left open filled in.
func (p *Platform) AddCode(seed Code) Code {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.addCode(seed).view()
}

// AddCodes adds n unused codes to the default project, with texts as the
// platform makes them, and returns them in the order they were added.
func (p *Platform) AddCodes(n int) []Code {
	p.mu.Lock()
	defer p.mu.Unlock()
	added := make([]Code, n)
	for i := range added {
		added[i] = p.addCode(Code{}).view()
	}
	return added
}

func (p *Platform) addCode(seed Code) *code {
	row := &code{
		id:        orHex(seed.ID, 16),
		project:   p.project(seed.ProjectID),
		text:      seed.Code,
		expiresAt: seed.ExpiresAt,
		createdAt: p.orNow(seed.CreatedAt),
		disabled:  seed.Disabled,
		used:      seed.Used,
	}
	if row.text == "" {
		row.text = randomCode()
	}
	switch {
	case p.byText[row.text] != nil:
		panic(fmt.Sprintf("codegatetest: there is a code %q already", row.text))
	case p.byID[row.id] != nil:
		panic(fmt.Sprintf("codegatetest: there is a code with id %q already", row.id))
	case row.used && row.disabled:
		panic("codegatetest: a code cannot be both used and disabled")
	}
	row.expired = row.writable() && row.pastEnd(row.createdAt)
	p.codes = append(p.codes, row)
	p.byID[row.id] = row
	p.byText[row.text] = row
	if row.used {
		row.verifiedAt, row.verifiedBy = p.orNow(seed.VerifiedAt), seed.VerifiedBy
		p.write(row, Verification{At: row.verifiedAt, By: row.verifiedBy, IPAddress: seedAddress, Result: ResultSuccess})
	}
	return row
}

// DisableCode switches a code off. The administrator can do that only to
// codes that are neither used nor past their end.
func (p *Platform) DisableCode(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	row := p.byText[text]
	switch {
	case row == nil:
		panic(fmt.Sprintf("codegatetest: there is no code %q", text))
	case row.used || row.pastEnd(p.Now()):
		panic(fmt.Sprintf("codegatetest: code %q is used or expired and cannot be disabled", text))
	}
	row.disabled, row.expired = true, false
}

// Code returns a code as it is stored, without touching it.
func (p *Platform) Code(text string) (Code, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	row := p.byText[text]
	if row == nil {
		return Code{}, false
	}
	return row.view(), true
}

func (row *code) view() Code {
	return Code{
		ID:         row.id,
		ProjectID:  row.project.id,
		Code:       row.text,
		ExpiresAt:  row.expiresAt,
		CreatedAt:  row.createdAt,
		Disabled:   row.disabled,
		Used:       row.used,
		VerifiedAt: row.verifiedAt,
		VerifiedBy: row.verifiedBy,
		Expired:    row.expired,
	}
}

// Verifications returns the verification log of all codes in the order it was
// written.
func (p *Platform) Verifications() []Verification {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.log)
}

// write adds an entry about row to the verification log.
func (p *Platform) write(row *code, entry Verification) {
	entry.ID, entry.CodeID, entry.Code = randomHex(16), row.id, row.text
	p.log = append(p.log, entry)
}

func (p *Platform) orNow(t time.Time) time.Time {
	if t.IsZero() {
		return p.Now()
	}
	return t
}

func orHex(s string, bytes int) string {
	if s == "" {
		return randomHex(bytes)
	}
	return s
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	// crypto/rand ends the program rather than returning an error.
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// randomCode returns twelve characters of those that the platform makes codes
// of ("CodeGate API reference, Codes").
func randomCode() string {
	const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	b := make([]byte, 12)
	_, _ = rand.Read(b)
	for i := range b {
		b[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return string(b)
}
