//go:build race

package signing_test

// raceEnabled says that allocations cannot be counted: the race detector makes
// pools drop what they hold.
const raceEnabled = true
