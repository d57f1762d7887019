package uumittest

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pentagate/pentagate/transport/transporttest"
)

// Platform is a UUMit platform in memory and an [http.Handler] for its API.
// All methods are safe for concurrent use, and calls are handled one at a time,
// but for the time that [WithProcessing] takes.
//
// Where a method takes a user's id, "" means the default user. The methods that
// seed or change by hand panic where what they are asked for cannot be.
type Platform struct {
	*transporttest.PlatformClock

	middleware []func(http.Handler) http.Handler
	perDay     int
	pace       time.Duration
	txPace     time.Duration
	pending    bool
	interval   time.Duration
	processing func(*http.Request)

	mu           sync.Mutex
	limits       limits
	replays      map[replayKey]replay
	inProgress   map[replayKey]bool
	apiKey       string
	fallback     *user // the default user
	users        map[string]*user
	keys         map[string]bool  // by hash of the key
	tokens       map[string]*user // by hash of the token
	capabilities []*Capability
	orders       []*order
	transactions []*transaction
	fees         decimal.Decimal
	devices      []*device
	requests     transporttest.RequestLog
}

// User is one user of the platform, both as seed and as it stands. It prints
// the id only.
type User struct {
	// ID is a UUID. Seeding makes one if it is empty.
	ID string
	// Token is the user's access token. Seeding makes one if it is empty.
	Token string
	// UT is what the user can spend; 1000 if a seed leaves it nil.
	UT *decimal.Decimal
	// Unlinked says that no API key may act for the user.
	Unlinked bool
}

// Format prints the id.
func (u User) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "user %s", u.ID) }

type user struct {
	id, token         string
	linked            bool
	available, frozen decimal.Decimal
	ledger            []entry // in the order it was written
}

// Capability is something to buy.
type Capability struct {
	// ID is what orders name. Seeding makes one if it is empty.
	ID    string
	Title string
	// Tags are further words that a search finds it by.
	Tags []string
	// PriceUT is its price, not negative.
	PriceUT decimal.Decimal
	// SellerID is the user who sells it. Seeding makes a user if it is empty.
	SellerID string
}

// New returns a Platform with one user and a key that acts for all linked
// users.
func New(opts ...Option) *Platform {
	o := options{now: time.Now, perMinute: 60, perDay: 100_000, interval: 5 * time.Second}
	for _, opt := range opts {
		opt(&o)
	}
	p := &Platform{
		middleware:    o.middleware,
		perDay:        o.perDay,
		pace:          o.pace,
		txPace:        o.txPace,
		pending:       o.pending,
		interval:      o.interval,
		processing:    o.processing,
		PlatformClock: transporttest.NewPlatformClock(o.now),
		limits:        limits{perMinute: o.perMinute, calls: make(map[string][]time.Time), today: make(map[string]int)},
		replays:       make(map[replayKey]replay),
		inProgress:    make(map[replayKey]bool),
		apiKey:        "pk_" + randomHex(16),
		users:         make(map[string]*user),
		keys:          make(map[string]bool),
		tokens:        make(map[string]*user),
	}
	p.keys[hash(p.apiKey)] = true
	p.fallback = p.addUser(User{})
	return p
}

// APIKey returns the platform's key.
func (p *Platform) APIKey() string { return p.apiKey }

// AddUser adds a user and returns it with all that was left open filled in.
func (p *Platform) AddUser(seed User) User {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.view(p.addUser(seed))
}

func (p *Platform) addUser(seed User) *user {
	u := &user{id: seed.ID, token: seed.Token, linked: !seed.Unlinked, available: decimal.NewFromInt(1000)}
	if u.id == "" {
		u.id = newUUID()
	}
	if u.token == "" {
		u.token = "tok_" + randomHex(16)
	}
	if seed.UT != nil {
		u.available = *seed.UT
	}
	if p.users[u.id] != nil {
		panic(fmt.Sprintf("uumittest: there is a user %q already", u.id))
	}
	p.users[u.id] = u
	p.tokens[hash(u.token)] = u
	return u
}

// User returns a user as it stands.
func (p *Platform) User(userID string) User {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.view(p.user(userID))
}

func (p *Platform) user(id string) *user {
	if id == "" {
		return p.fallback
	}
	u := p.users[id]
	if u == nil {
		panic(fmt.Sprintf("uumittest: there is no user %q", id))
	}
	return u
}

func (p *Platform) view(u *user) User {
	return User{ID: u.id, Token: u.token, UT: new(u.available), Unlinked: !u.linked}
}

// AddCapability adds a capability and returns it with all that was left open
// filled in.
func (p *Platform) AddCapability(seed Capability) Capability {
	p.mu.Lock()
	defer p.mu.Unlock()
	if seed.ID == "" {
		seed.ID = newUUID()
	}
	if seed.SellerID == "" {
		seed.SellerID = p.addUser(User{}).id
	}
	p.user(seed.SellerID)
	if seed.PriceUT.IsNegative() {
		panic(fmt.Sprintf("uumittest: the price of capability %q is negative", seed.ID))
	}
	if p.capability(seed.ID) != nil {
		panic(fmt.Sprintf("uumittest: there is a capability %q already", seed.ID))
	}
	p.capabilities = append(p.capabilities, &seed)
	return seed
}

func (p *Platform) capability(id string) *Capability {
	for _, c := range p.capabilities {
		if c.ID == id {
			return c
		}
	}
	return nil
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	// crypto/rand ends the program rather than returning an error.
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

func newUUID() string {
	h := randomHex(16)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}
