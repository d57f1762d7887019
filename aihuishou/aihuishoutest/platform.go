package aihuishoutest

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pentagate/pentagate/aihuishou"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// Platform is an Aihuishou installation in memory with one company's
// credentials, and an [http.Handler] for its partner API. All methods are safe
// for concurrent use, and calls are handled one at a time.
//
// Methods that name an order panic if there is none of that number.
type Platform struct {
	*transporttest.PlatformClock

	middleware    []func(http.Handler) http.Handler
	appID, secret string
	jsonLiterals  bool
	location      *time.Location
	progress      time.Duration

	mu               sync.Mutex
	limit            limiter
	recycle, deposit string
	numbers          map[string]int // how many were given out, by kind and day
	quotes           map[string]*quote
	orders           []*Order // in the order they were created
	tradeIns         []TradeIn
	waiting          map[string][]insteadOf // by path
	requests         transporttest.RequestLog
}

// New returns a Platform without quotes and orders.
func New(opts ...Option) *Platform {
	o := defaults()
	for _, opt := range opts {
		opt(&o)
	}
	return &Platform{
		middleware:    o.middleware,
		appID:         o.appID,
		secret:        o.secret,
		jsonLiterals:  o.jsonLiterals,
		location:      o.location,
		progress:      o.progress,
		PlatformClock: transporttest.NewPlatformClock(o.now),
		limit:         limiter{perSecond: o.perSecond},
		recycle:       o.recycle,
		deposit:       o.deposit,
		numbers:       make(map[string]int),
		quotes:        make(map[string]*quote),
		waiting:       make(map[string][]insteadOf),
	}
}

// Config returns the configuration of a client that reaches the platform
// through a RoundTripper; it names no address but the test environment's.
func (p *Platform) Config() aihuishou.Config {
	p.mu.Lock()
	defer p.mu.Unlock()
	env := map[string]string{aihuishou.EnvAppID: p.appID, aihuishou.EnvAppSecret: p.secret}
	config := aihuishou.ConfigFromEnv(func(name string) string { return env[name] })
	config.Location = p.location
	if p.jsonLiterals {
		config.Literals = aihuishou.LiteralsJSON
	}
	return config
}

// SetSecret gives the company another secret. The old one ends at once.
func (p *Platform) SetSecret(secret string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.secret = secret
}

// SetPrices sets what later quotes offer, as the platform writes amounts:
// yuan with two decimal places. It panics if they are no numbers.
func (p *Platform) SetPrices(recycle, deposit string) {
	mustBeAmount(recycle)
	mustBeAmount(deposit)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.recycle, p.deposit = recycle, deposit
}

// SetFinalPrice sets what the inspection of an order will find, in the place
// of the quote's price. It panics if the price is no number.
func (p *Platform) SetFinalPrice(orderNo, price, conclusion string) {
	mustBeAmount(price)
	p.mu.Lock()
	defer p.mu.Unlock()
	o := p.mustOrder(orderNo)
	o.FinalPrice, o.Conclusion = price, conclusion
}

func mustBeAmount(s string) {
	if strings.Trim(s, "0123456789.") != "" || !json.Valid([]byte(s)) {
		panic("aihuishoutest: an amount must be a number such as 6800.00")
	}
}

// AdvanceOrder moves an order on to its next status and returns that. A
// completed order stays as it is.
func (p *Platform) AdvanceOrder(orderNo string) aihuishou.OrderStatus {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := p.mustOrder(orderNo)
	p.advance(o, p.Now())
	return o.Status
}

// Order returns an order as it stands.
func (p *Platform) Order(orderNo string) (Order, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.progressTo(p.Now())
	o := p.order(orderNo)
	if o == nil {
		return Order{}, false
	}
	return *o, true
}

// Orders returns all orders, oldest first.
func (p *Platform) Orders() []Order {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.progressTo(p.Now())
	orders := make([]Order, len(p.orders))
	for i, o := range p.orders {
		orders[i] = *o
	}
	return orders
}

// TradeIns returns all trade-in orders, oldest first.
func (p *Platform) TradeIns() []TradeIn {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.tradeIns)
}

func (p *Platform) order(number string) *Order {
	i := slices.IndexFunc(p.orders, func(o *Order) bool { return o.OrderNo == number })
	if i < 0 {
		return nil
	}
	return p.orders[i]
}

func (p *Platform) mustOrder(number string) *Order {
	p.progressTo(p.Now())
	o := p.order(number)
	if o == nil {
		panic(fmt.Sprintf("aihuishoutest: there is no order %q", number))
	}
	return o
}

// number gives out the day's next number of a kind, such as ORD20240828001.
func (p *Platform) number(kind string, now time.Time) string {
	day := kind + now.In(p.location).Format("20060102")
	p.numbers[day]++
	return fmt.Sprintf("%s%03d", day, p.numbers[day])
}

// text writes a time as the platform does.
func (p *Platform) text(t time.Time) string { return t.In(p.location).Format(time.DateTime) }

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	// crypto/rand ends the program rather than returning an error.
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}
