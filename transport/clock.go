package transport

import (
	"context"
	"time"
)

// Clock tells the time and waits. Tests put a fake one in with [WithClock].
type Clock interface {
	Now() time.Time
	// Sleep waits for d or until the context ends, whose error it returns. A
	// wait that would outlast the context's deadline may fail at once with
	// context.DeadlineExceeded.
	Sleep(ctx context.Context, d time.Duration) error
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil || d <= 0 {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return context.DeadlineExceeded
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
