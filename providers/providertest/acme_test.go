package providertest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/providers/providertest"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

const acmeToken = "acme-token-4f9d1c"

// acmePlatform is a made-up platform: parcels, under a bearer token.
func acmePlatform() http.Handler {
	var created atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") != "Bearer "+acmeToken:
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"message":"who are you?"}`)
		case r.Method == http.MethodPost && r.URL.Path == "/parcels":
			fmt.Fprintf(w, `{"id":"p-%d","state":"new"}`, created.Add(1))
		case r.URL.Path == "/parcels/p-1":
			fmt.Fprint(w, `{"id":"p-1","state":"done"}`)
		default:
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"message":"no such parcel"}`)
		}
	})
}

// acme is an adapter from outside the package.
type acme struct{ client *transport.Client }

type parcel struct{ ID, State string }

func openAcme(baseURL string, opts ...transport.Option) (*acme, error) {
	return openAcmeThatBelieves(ofAcme, baseURL, opts...)
}

// ofAcme recognizes what acme itself says.
func ofAcme(a *transport.Answer) bool {
	return json.Valid(a.Body)
}

func openAcmeThatBelieves(own func(*transport.Answer) bool, baseURL string, opts ...transport.Option) (*acme, error) {
	signer, err := signing.NewBearer(signing.StaticToken(signing.NewSecret(acmeToken)))
	if err != nil {
		return nil, err
	}
	client, err := transport.New(transport.Config{
		Provider: "acme",
		BaseURL:  baseURL,
		Signer:   signer,
		Limits:   []transport.Limit{{PerSecond: 10, Burst: 2}},
		Own:      own,
		Interpret: func(a *transport.Answer) ([]byte, *transport.Error) {
			if e := transport.StatusError(a.Status); e != nil {
				var body struct{ Message string }
				_ = json.Unmarshal(a.Body, &body)
				e.Message = body.Message
				return nil, e
			}
			if !json.Valid(a.Body) {
				return nil, &transport.Error{Kind: transport.ErrMalformed}
			}
			return a.Body, nil
		},
	}, opts...)
	return &acme{client}, err
}

func (a *acme) Name() string { return "acme" }
func (a *acme) Native() any  { return a.client }
func (a *acme) Close() error { return a.client.Close() }

func (a *acme) Health(ctx context.Context) error {
	_, err := a.GetOrder(ctx, "p-1")
	return err
}

func (a *acme) GetOrder(ctx context.Context, id string) (providers.Order, error) {
	var p parcel
	var info transport.Info
	err := a.client.Do(ctx, transport.Call{Operation: "GetParcel", Method: http.MethodGet, Path: "/parcels/" + id, Route: "/parcels/{id}"}, &p, transport.WithInfo(&info))
	if err != nil {
		return providers.Order{}, err
	}
	return providers.Order{ID: p.ID, Status: providers.StatusCompleted, VendorStatus: p.State, Raw: transport.NewRaw(info.Answer.Body)}, nil
}

func (a *acme) send(ctx context.Context) error {
	return a.client.Do(ctx, transport.Call{Operation: "SendParcel", Method: http.MethodPost, Path: "/parcels"}, nil)
}

// parcels is what the harness needs of acme and of its broken kin.
type parcels interface {
	providers.Provider
	providers.Orders
	send(ctx context.Context) error
}

func acmeHarness(open func(baseURL string, opts ...transport.Option) (parcels, error)) providertest.Harness {
	return providertest.Harness{
		Name:     "acme",
		Platform: acmePlatform(),
		Open: func(baseURL string, opts ...transport.Option) (providers.Provider, error) {
			return open(baseURL, opts...)
		},
		Refusal: func(_ int, message string) string {
			body, _ := json.Marshal(map[string]string{"message": message})
			return string(body)
		},
		Secrets: []string{acmeToken},
		Limit:   transport.Limit{PerSecond: 10, Burst: 2},
		Read: func(ctx context.Context, p providers.Provider) error {
			_, err := p.(parcels).GetOrder(ctx, "p-1")
			return err
		},
		Missing: func(ctx context.Context, p providers.Provider) error {
			_, err := p.(parcels).GetOrder(ctx, "p-none")
			return err
		},
		Write:   func(ctx context.Context, p providers.Provider) error { return p.(parcels).send(ctx) },
		OrderID: "p-1",
	}
}

func TestAnAdapterFromOutsidePasses(t *testing.T) {
	registry := providers.Builtin()
	require.NoError(t, registry.Register(providers.Adapter{
		Name: "acme",
		Open: func(settings map[string]any, opts ...transport.Option) (providers.Provider, error) {
			var s struct {
				BaseURL string `mapstructure:"base_url" required:"true"`
			}
			if err := providers.Decode("acme", settings, &s); err != nil {
				return nil, err
			}
			return openAcme(s.BaseURL, opts...)
		},
	}))
	providertest.Run(t, acmeHarness(func(baseURL string, opts ...transport.Option) (parcels, error) {
		p, err := registry.Open("acme", map[string]any{"base_url": baseURL}, opts...)
		if err != nil {
			return nil, err
		}
		return p.(parcels), nil
	}))
}

// Each of those below breaks one rule.

type hasty struct{ *acme }

func (h hasty) send(ctx context.Context) error {
	return h.client.Do(ctx, transport.Call{Operation: "SendParcel", Method: http.MethodPost, Path: "/parcels"}, nil, transport.WithUnsafeRetries())
}

type chatty struct {
	*acme
	Token string
}

func (c chatty) String() string { return "acme with " + c.Token }

type deaf struct{ *acme }

func (d deaf) GetOrder(_ context.Context, id string) (providers.Order, error) {
	return d.acme.GetOrder(context.Background(), id)
}

type vague struct{ *acme }

func (v vague) GetOrder(ctx context.Context, id string) (providers.Order, error) {
	o, err := v.acme.GetOrder(ctx, id)
	if errors.Is(err, transport.ErrNotFound) {
		err = errors.New("acme: something went wrong")
	}
	return o, err
}

type leaky struct {
	*acme
	release chan struct{}
}

func (l leaky) GetOrder(ctx context.Context, id string) (providers.Order, error) {
	go func() { <-l.release }()
	return l.acme.GetOrder(ctx, id)
}

// openGullible makes one that takes whatever comes for acme's own words.
func openGullible(baseURL string, opts ...transport.Option) (*acme, error) {
	return openAcmeThatBelieves(func(*transport.Answer) bool { return true }, baseURL, opts...)
}

// record collects what a run reports.
type record struct {
	mu       sync.Mutex
	failures []string
}

func (r *record) Helper() {}

func (r *record) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func TestBrokenAdaptersAreCaught(t *testing.T) {
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	same := func(a *acme) parcels { return a }
	for name, tc := range map[string]struct {
		open   func(baseURL string, opts ...transport.Option) (*acme, error)
		breaks func(*acme) parcels
		rule   string
		says   string
	}{
		"one that retries an unsafe create":     {openAcme, func(a *acme) parcels { return hasty{a} }, "unknown outcome", "was sent 3 times"},
		"one that prints a secret":              {openAcme, func(a *acme) parcels { return chatty{a, acmeToken} }, "secrets", "the provider prints a secret"},
		"one that ignores the context":          {openAcme, func(a *acme) parcels { return deaf{a} }, "context", "a cancelled context must be context.Canceled"},
		"one that maps 404 to a general error":  {openAcme, func(a *acme) parcels { return vague{a} }, "error classes", `404 must be "not found"`},
		"one that leaves a goroutine behind":    {openAcme, func(a *acme) parcels { return leaky{a, release} }, "clean-up", "goroutines outlived Close"},
		"one that calls itself by another name": {openAcme, func(a *acme) parcels { return alias{a} }, "identity", `Name is "emca"`},
		"one that believes anybody":             {openGullible, same, "who spoke", `Missing: a web page with HTTP 404 must not be "not found"`},
		"one that is sure after a page":         {openAcme, func(a *acme) parcels { return sure{a} }, "who spoke", "Write: after a web page with HTTP 403, that the outcome is unknown must be true"},
	} {
		t.Run(name, func(t *testing.T) {
			var r record
			providertest.Run(&r, acmeHarness(func(baseURL string, opts ...transport.Option) (parcels, error) {
				a, err := tc.open(baseURL, opts...)
				return tc.breaks(a), err
			}))
			found := strings.Join(r.failures, "\n")
			assert.Contains(t, found, "providertest: "+tc.rule+": ")
			assert.Contains(t, found, tc.says)
			assert.NotContains(t, found, acmeToken)
			for _, f := range r.failures {
				assert.True(t, strings.HasPrefix(f, "providertest: "+tc.rule+": "), "only its own rule: %s", f)
			}
		})
	}
}

// sure takes a page for the proof that nothing was made.
type sure struct{ *acme }

func (s sure) send(ctx context.Context) error {
	err := s.acme.send(ctx)
	if e, ok := errors.AsType[*transport.Error](err); ok && errors.Is(err, transport.ErrMalformed) {
		e.OutcomeUnknown = false
	}
	return err
}

func TestAHarnessThatLacksAPartIsToldSo(t *testing.T) {
	var r record
	providertest.Run(&r, providertest.Harness{Name: "acme"})
	assert.Equal(t, []string{"providertest: the harness needs Platform, Open, Read and Refusal"}, r.failures)
}

type alias struct{ *acme }

func (alias) Name() string { return "emca" }
