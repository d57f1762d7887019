// Package sandbox is the sub-command sandbox of the pentagate command, whose
// documentation says what it does.
package sandbox
