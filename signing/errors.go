package signing

import "errors"

// The errors of this package match one of these under errors.Is. Their texts
// name the field or header at fault and what is allowed, never a value.
var (
	// ErrCredentials says that a key, secret or token is empty or cannot
	// stand in an HTTP header.
	ErrCredentials = errors.New("signing: unusable credentials")
	// ErrHeaderSet says that the request already carries an authentication
	// header, in any spelling.
	ErrHeaderSet = errors.New("signing: authentication header already set")
	// ErrRequest says that the request cannot be signed or read as it is:
	// a missing method, path or time, a body of the wrong shape, a timestamp
	// that is none.
	ErrRequest = errors.New("signing: malformed request")
	// ErrMissingHeader says that a request to verify lacks an authentication header.
	ErrMissingHeader = errors.New("signing: authentication header missing")
	// ErrExpired says that a request to verify was signed too long ago or
	// too far in the future.
	ErrExpired = errors.New("signing: timestamp outside the window")
	// ErrMismatch says that a key, an id or a signature is not the expected one.
	ErrMismatch = errors.New("signing: signature or key does not match")
)
