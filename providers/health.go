package providers

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/transport"
)

// Verdict is the health of one provider.
type Verdict struct {
	Provider string
	// Err is nil if the provider is well.
	Err error
	// Latency is how long it took to know.
	Latency time.Duration
}

// String says in a few words how the provider is: "healthy", "credentials
// refused", "switched off" (its owner did that to the CodeGate project),
// "refused" for a reason that no document explains, "limited", "no answer in
// time", "not checked", and "unavailable" for all else, such as the page of
// something in front of the platform.
func (v Verdict) String() string {
	switch {
	case v.Err == nil:
		return "healthy"
	case errors.Is(v.Err, errNoHealth), errors.Is(v.Err, errNoContext):
		return "not checked"
	case errors.Is(v.Err, codegate.ProjectDisabled):
		return "switched off"
	case errors.Is(v.Err, transport.ErrUnauthenticated), errors.Is(v.Err, transport.ErrPermission):
		return "credentials refused"
	case errors.Is(v.Err, transport.ErrRejected):
		return "refused"
	case errors.Is(v.Err, transport.ErrRateLimited), errors.Is(v.Err, transport.ErrQuota):
		return "limited"
	case errors.Is(v.Err, context.Canceled), errors.Is(v.Err, context.DeadlineExceeded):
		return "no answer in time"
	}
	return "unavailable"
}

var errNoHealth = errors.New("providers: the adapter has no health check")

// Health asks all providers at once and returns a verdict each, in
// alphabetical order. The context bounds the wait. A gateway without providers
// has no verdicts.
func (g *Gateway) Health(ctx context.Context) []Verdict {
	names := g.Names()
	verdicts := make([]Verdict, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			begin := time.Now()
			err := g.health(ctx, name)
			verdicts[i] = Verdict{Provider: name, Err: err, Latency: time.Since(begin)}
		})
	}
	wg.Wait()
	return verdicts
}

func (g *Gateway) health(ctx context.Context, name string) error {
	e, release, err := g.hold(name)
	if err != nil {
		return err
	}
	defer release()
	h, ok := As[Health](e.provider)
	switch {
	case !ok:
		return errNoHealth
	case ctx == nil:
		return errNoContext
	}
	return h.Health(ctx)
}

// refusedUnknown reports whether an error is the platform's own refusal of
// something that a health check has made up.
func refusedUnknown(err error) bool {
	e, ok := errors.AsType[*transport.Error](err)
	return errors.Is(err, transport.ErrNotFound) || errors.Is(err, transport.ErrRejected) ||
		ok && e.Status == http.StatusOK && errors.Is(e, transport.ErrInvalid)
}
