package procuretest

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// Platform is a Procure-core in memory and an [http.Handler] for its API. All
// methods are safe for concurrent use, and calls are handled one at a time.
//
// Where a method takes an App ID, "" means the default App. Methods that the
// test calls panic where what is asked makes no sense, such as seeding one id
// twice.
type Platform struct {
	*transporttest.PlatformClock

	middleware []func(http.Handler) http.Handler
	processing time.Duration
	pageCap    int // 0 for none

	mu       sync.Mutex
	started  time.Time
	limits   *limiter // nil without limits
	fallback string   // the default App's id
	apps     map[string]App
	intents  []*Intent // in the order of creation
	serial   int       // of the last id
	requests transporttest.RequestLog
}

// App is one set of credentials. It prints the ID only.
type App struct{ ID, Secret string }

// Format prints the ID.
func (a App) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "app "+a.ID) }

// Intent is a purchase intent, both as seed and as it stands. It prints without
// the person's data.
type Intent struct {
	// ID is made by seeding if it is empty, such as "intent_1".
	ID string
	// AppID is the default App's if it is empty.
	AppID string
	// Status is SUBMITTED if it is empty.
	Status procure.Status
	// All from here to Quantity are those of the documents' sample if empty.
	UserID        string
	Platform      procure.Platform
	ProductURL    string
	Title         string
	RecipientName string
	Address       string
	Phone         string
	Price         decimal.Decimal
	Quantity      int64
	Remarks       *string
	// CreatedAt is the platform's now if it is zero, UpdatedAt the same.
	CreatedAt, UpdatedAt time.Time
	// CancelledAt is zero unless the intent is cancelled.
	CancelledAt time.Time

	completesAt time.Time // zero if only the test completes it
}

// Format prints the id and the status.
func (row Intent) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "intent %s (%s)", row.ID, string(row.Status))
}

// New returns a Platform with one App.
func New(opts ...Option) *Platform {
	o := options{now: time.Now, app: App{ID: "dev_app_local", Secret: "dev_secret_local_do_not_use_in_production"}}
	for _, opt := range opts {
		opt(&o)
	}
	p := &Platform{
		middleware:    o.middleware,
		processing:    o.processing,
		pageCap:       o.pageCap,
		PlatformClock: transporttest.NewPlatformClock(o.now),
		fallback:      o.app.ID,
		apps:          map[string]App{o.app.ID: o.app},
	}
	p.started = p.Now()
	if !o.unlimited {
		p.limits = newLimiter()
	}
	return p
}

// AddApp adds an App, or gives one that exists another secret.
func (p *Platform) AddApp(app App) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.apps[app.ID] = app
}

// App returns an App's credentials.
func (p *Platform) App(appID string) App {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.app(appID)
}

func (p *Platform) app(id string) App {
	if id == "" {
		id = p.fallback
	}
	app, found := p.apps[id]
	if !found {
		panic(fmt.Sprintf("procuretest: there is no App with id %q", id))
	}
	return app
}

// AddIntent adds an intent and returns it with all that was left open filled in.
func (p *Platform) AddIntent(seed Intent) Intent {
	p.mu.Lock()
	defer p.mu.Unlock()
	seed.AppID = p.app(seed.AppID).ID
	if p.byID(seed.ID) != nil {
		panic(fmt.Sprintf("procuretest: there is an intent with id %q already", seed.ID))
	}
	orElse(&seed.UserID, "user_001")
	orElse(&seed.Platform, procure.Taobao)
	orElse(&seed.ProductURL, "https://item.taobao.com/item.htm?id=123456")
	orElse(&seed.Title, "测试商品")
	orElse(&seed.RecipientName, "张三")
	orElse(&seed.Address, "北京市朝阳区")
	orElse(&seed.Phone, "13800138000")
	orElse(&seed.Quantity, 1)
	if seed.Price.IsZero() {
		seed.Price = decimal.New(9999, -2)
	}
	return *p.add(seed)
}

func (p *Platform) add(row Intent) *Intent {
	for row.ID == "" || p.byID(row.ID) != nil {
		p.serial++
		row.ID = "intent_" + strconv.Itoa(p.serial)
	}
	orElse(&row.Status, procure.StatusSubmitted)
	orElse(&row.CreatedAt, p.Now())
	orElse(&row.UpdatedAt, row.CreatedAt)
	if row.Status == procure.StatusCancelled {
		orElse(&row.CancelledAt, row.UpdatedAt)
	}
	p.intents = append(p.intents, &row)
	return &row
}

func orElse[T comparable](v *T, fallback T) {
	var zero T
	if *v == zero {
		*v = fallback
	}
}

// SetStatus moves an intent to any status.
func (p *Platform) SetStatus(id string, status procure.Status) {
	p.mu.Lock()
	defer p.mu.Unlock()
	row := p.byID(id)
	if row == nil {
		panic(fmt.Sprintf("procuretest: there is no intent with id %q", id))
	}
	row.move(status, p.Now())
}

func (row *Intent) move(to procure.Status, at time.Time) {
	row.Status, row.UpdatedAt = to, at
	row.completesAt, row.CancelledAt = time.Time{}, time.Time{}
	if to == procure.StatusCancelled {
		row.CancelledAt = at
	}
}

// Intent returns an intent as it stands.
func (p *Platform) Intent(id string) (Intent, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settle()
	row := p.byID(id)
	if row == nil {
		return Intent{}, false
	}
	return *row, true
}

// Intents returns all intents as they stand, in the order of their creation.
func (p *Platform) Intents() []Intent {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settle()
	rows := make([]Intent, len(p.intents))
	for i, row := range p.intents {
		rows[i] = *row
	}
	return rows
}

func (p *Platform) byID(id string) *Intent {
	for _, row := range p.intents {
		if row.ID == id {
			return row
		}
	}
	return nil
}

// settle completes what should have completed by now.
func (p *Platform) settle() {
	now := p.Now()
	for _, row := range p.intents {
		if at := row.completesAt; !at.IsZero() && !now.Before(at) {
			row.move(procure.StatusCompleted, at)
		}
	}
}
