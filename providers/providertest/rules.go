package providertest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

func identity(c *check) {
	c.open(func(p providers.Provider) {
		if p.Name() != c.h.Name {
			c.failf("Name is %q, want %q", p.Name(), c.h.Name)
		}
		if p.Native() == nil {
			c.failf("Native is nil")
		}
		if err := c.h.Read(context.Background(), p); err != nil {
			c.failf("Read failed: %v", err)
		}
		if err := p.Close(); err != nil {
			c.failf("Close failed: %v", err)
		}
		if err := c.h.Read(context.Background(), p); !errors.Is(err, transport.ErrClosed) {
			c.failf("a call after Close must fail with transport.ErrClosed, got %v", err)
		}
	})
}

func health(c *check) {
	c.open(func(p providers.Provider) {
		h, ok := providers.As[providers.Health](p)
		if !ok {
			c.failf("the adapter has no Health")
			return
		}
		if err := h.Health(context.Background()); err != nil {
			c.failf("a platform that is well: %v", err)
		}
		c.faults.Always(transporttest.Status(http.StatusInternalServerError, ""))
		if err := h.Health(context.Background()); !errors.Is(err, transport.ErrUnavailable) {
			c.failf("a platform that fails must be transport.ErrUnavailable, got %v", err)
		}
		c.faults.Always(c.refusal(http.StatusUnauthorized))
		if err := h.Health(context.Background()); !errors.Is(err, transport.ErrUnauthenticated) {
			c.failf("refused credentials must be transport.ErrUnauthenticated, got %v", err)
		}
	})
}

// refusal is the platform's own.
func (c *check) refusal(status int) transporttest.Fault {
	return transporttest.Status(status, c.h.Refusal(status, "refused"))
}

// errorClasses lets a read meet each kind of answer.
func errorClasses(c *check) {
	for _, tc := range []struct {
		name  string
		fault transporttest.Fault
		want  error
	}{
		{"400", c.refusal(400), transport.ErrInvalid},
		{"401", c.refusal(401), transport.ErrUnauthenticated},
		{"403", c.refusal(403), transport.ErrPermission},
		{"404", c.refusal(404), transport.ErrNotFound},
		{"409", c.refusal(409), transport.ErrConflict},
		{"422", c.refusal(422), transport.ErrInvalid},
		{"429", transporttest.Status(429, "{}"), transport.ErrRateLimited},
		{"500 as text", transporttest.Status(500, "Internal Server Error"), transport.ErrUnavailable},
		{"503 as HTML", transporttest.Status(503, "<html>busy</html>"), transport.ErrUnavailable},
		{"a page with 200", transporttest.HTML(), transport.ErrMalformed},
		{"broken JSON with 200", transporttest.Garbage(), transport.ErrMalformed},
		{"nothing with 200", transporttest.Status(200, ""), transport.ErrMalformed},
		{"a large answer", transporttest.Status(200, `"`+strings.Repeat("x", 1<<17)+`"`), transport.ErrTooLarge},
		{"a redirect", transporttest.Redirect(302, "https://other.example/?token=x"), transport.ErrRedirect},
		{"a lost connection", transporttest.DropBefore(), transport.ErrUnavailable},
	} {
		c.open(func(p providers.Provider) {
			c.faults.Reset()
			c.faults.Always(tc.fault)
			err := c.h.Read(context.Background(), p)
			if !errors.Is(err, tc.want) {
				c.failf("%s must be %q, got %v", tc.name, tc.want, err)
			}
			if _, ok := errors.AsType[*transport.Error](err); err != nil && !ok {
				c.failf("%s: the error is no *transport.Error", tc.name)
			}
			if errors.Is(err, transport.ErrOutcomeUnknown) {
				c.failf("%s: the outcome of a read is never unknown", tc.name)
			}
		}, transport.WithMaxResponseBytes(1<<16))
	}
	if c.h.Missing == nil {
		return
	}
	c.faults.Reset()
	c.open(func(p providers.Provider) {
		want := c.h.NotFound
		if want == nil {
			want = transport.ErrNotFound
		}
		if err := c.h.Missing(context.Background(), p); !errors.Is(err, want) {
			c.failf("what does not exist must be %q, got %v", want, err)
		}
	})
}

// whoSpoke lets every call meet the pages of what stands in front of a platform.
// They speak of no object and of no request, and prove nothing.
func whoSpoke(c *check) {
	var intentID string
	if c.h.Intent != nil {
		c.open(func(p providers.Provider) {
			_ = of(func(ctx context.Context, api providers.Intents) error {
				created, err := api.CreateIntent(ctx, *c.h.Intent)
				intentID = created.ID
				return err // another rule's affair
			})(context.Background(), p)
		})
	}
	for _, call := range c.h.calls(intentID) {
		for _, status := range []int{200, 400, 401, 403, 404, 407, 409, 410, 413, 422} {
			c.open(func(p providers.Provider) {
				c.faults.Reset()
				c.faults.Always(transporttest.ForeignPage(status, "Welcome"))
				err := call.do(context.Background(), p)
				if errors.Is(err, errLacks) {
					return
				}
				if !errors.Is(err, transport.ErrMalformed) {
					c.failf("%s: a web page with HTTP %d must be transport.ErrMalformed, got %v", call.name, status, err)
				}
				for _, kind := range []error{
					transport.ErrInvalid, transport.ErrUnauthenticated, transport.ErrPermission, transport.ErrNotFound, transport.ErrConflict, transport.ErrRejected,
				} {
					if errors.Is(err, kind) {
						c.failf("%s: a web page with HTTP %d must not be %q, for it is not the platform's", call.name, status, kind)
					}
				}
				if unknown := errors.Is(err, transport.ErrOutcomeUnknown); unknown != call.changes {
					c.failf("%s: after a web page with HTTP %d, that the outcome is unknown must be %t", call.name, status, call.changes)
				}
			})
		}
	}
}

func contexts(c *check) {
	c.open(func(p providers.Provider) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := c.h.Read(ctx, p); !errors.Is(err, context.Canceled) {
			c.failf("a cancelled context must be context.Canceled, got %v", err)
		}
		if n := len(c.faults.Requests()); n != 0 {
			c.failf("%d requests were sent under a cancelled context", n)
		}
		c.faults.Always(transporttest.Delay(5 * time.Second))
		ctx, cancel = context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		begin := time.Now()
		if err := c.h.Read(ctx, p); !errors.Is(err, context.DeadlineExceeded) {
			c.failf("a deadline must be context.DeadlineExceeded, got %v", err)
		}
		if took := time.Since(begin); took > time.Second {
			c.failf("a deadline of 50 ms was honoured after %s", took.Round(time.Millisecond))
		}
	})
}

// unknownOutcome loses every answer of a write after it was carried out.
func unknownOutcome(c *check) {
	if c.h.Write == nil {
		return
	}
	c.open(func(p providers.Provider) {
		if err := c.h.Write(context.Background(), p); err != nil {
			c.failf("Write failed: %v", err)
			return
		}
		c.faults.Reset()
		c.faults.Always(transporttest.DropAfter())
		if err := c.h.Write(context.Background(), p); !errors.Is(err, transport.ErrOutcomeUnknown) {
			c.failf("a write without an answer must be transport.ErrOutcomeUnknown, got %v", err)
		}
		requests := c.faults.Requests()
		if !c.h.Keyed {
			if len(requests) != 1 {
				c.failf("a write that must not happen twice was sent %d times", len(requests))
			}
			return
		}
		keys := make(map[string]bool)
		for _, r := range requests {
			keys[r.Header.Get("Idempotency-Key")] = true
		}
		if len(keys) != 1 || keys[""] {
			c.failf("%d attempts of a keyed write carried %d keys, want one", len(requests), len(keys))
		}
	})
}

// limits makes calls on a clock that tells how long they waited.
func limits(c *check) {
	c.open(func(p providers.Provider) {
		const calls = 20
		for range calls {
			if err := c.h.Read(context.Background(), p); err != nil {
				c.failf("Read failed: %v", err)
				return
			}
		}
		if c.h.Limit.PerSecond == 0 {
			if waited := c.clock.Waited(); waited > 0 {
				c.failf("calls waited %s though no limit is documented", waited)
			}
			return
		}
		least := time.Duration(float64(calls-max(c.h.Limit.Burst, 1)) / c.h.Limit.PerSecond * float64(time.Second))
		if waited := c.clock.Waited(); waited < least*95/100 {
			c.failf("%d calls waited %s, too little for %g a second: want at least %s", calls, waited, c.h.Limit.PerSecond, least)
		}
	})
}

// secrets prints the provider, its client and its errors in every way. The
// platform behind the errors repeats all that it was sent.
func secrets(c *check) {
	var logged bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var status atomic.Int64
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		text := fmt.Sprint(r.URL, r.Header, string(body))
		w.WriteHeader(int(status.Load()))
		_, _ = io.WriteString(w, c.h.Refusal(int(status.Load()), text))
	}))
	defer echo.Close()
	c.url = echo.URL
	c.open(func(p providers.Provider) {
		printed := map[string]any{"the provider": p, "its client": p.Native()}
		for _, s := range []int64{400, 401, 500} {
			status.Store(s)
			printed[fmt.Sprintf("the error for a %d", s)] = c.h.Read(context.Background(), p)
		}
		for name, v := range printed {
			if slices.ContainsFunc(renderings(v), c.holdsSecret) {
				c.failf("%s prints a secret", name)
			}
			log.Info("print", "v", v)
		}
	}, transport.WithLogger(log))
	if c.holdsSecret(logged.String()) {
		c.failf("the log holds a secret")
	}
}

func (c *check) holdsSecret(text string) bool {
	return slices.ContainsFunc(c.h.Secrets, func(secret string) bool { return strings.Contains(text, secret) })
}

func renderings(v any) []string {
	var out []string
	holder := struct{ inner any }{v}
	for _, value := range []any{v, holder, &holder, []any{v}} {
		for _, verb := range "vsqdxXTt" {
			for _, flags := range []string{"", "+", "#"} {
				out = append(out, fmt.Sprintf("%"+flags+string(verb), value))
			}
		}
	}
	if b, err := json.Marshal(v); err == nil {
		out = append(out, string(b))
	}
	return out
}

func concurrency(c *check) {
	c.open(func(p providers.Provider) {
		var wg sync.WaitGroup
		errs := make(chan error, 16)
		for range 16 {
			wg.Go(func() {
				for range 4 {
					if err := c.h.Read(context.Background(), p); err != nil {
						errs <- err
						return
					}
				}
			})
		}
		wg.Wait()
		close(errs)
		for err := range errs {
			c.failf("concurrent calls: %v", err)
		}
	})
}

// cleanUp counts the goroutines of a provider's life. They may take a moment
// to end.
func cleanUp(c *check) {
	use := func(p providers.Provider) {
		for range 8 {
			_ = c.h.Read(context.Background(), p) // its errors are another rule's
		}
	}
	c.open(use)
	settled := func() int {
		least := runtime.NumGoroutine()
		for range 20 {
			time.Sleep(5 * time.Millisecond)
			least = min(least, runtime.NumGoroutine())
		}
		return least
	}
	before := settled()
	c.open(use)
	if after := settled(); after > before {
		c.failf("%d goroutines outlived Close", after-before)
	}
}
