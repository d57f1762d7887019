package signing

import (
	"fmt"
	"time"
)

// checkTime refuses the zero time, which nobody means to sign for.
func checkTime(t time.Time) error {
	if t.IsZero() {
		return fmt.Errorf("%w: Time is not set", ErrRequest)
	}
	return nil
}

// checkWindow compares the receiver's clock with the time a request was
// signed for, both in the unit of the scheme.
func checkWindow(now, signed time.Time, window time.Duration) error {
	if window == 0 {
		window = DefaultWindow
	}
	if diff := now.Sub(signed); diff > window || diff < -window {
		return fmt.Errorf("%w of %s", ErrExpired, window)
	}
	return nil
}
