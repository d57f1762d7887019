// Package sign is the sub-command sign of the pentagate command, whose
// documentation says what it does.
package sign
