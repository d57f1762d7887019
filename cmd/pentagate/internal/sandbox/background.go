package sandbox

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// background starts this program once more, detached, and passes its variables
// on.
func background(stdout io.Writer, lifetime time.Duration) error {
	if lifetime == 0 {
		lifetime = time.Hour
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	// It has nothing of ours but the pipe: a shell that reads our output would
	// otherwise wait for its end too.
	child := exec.Command(self, "sandbox", "-detached", "-for", lifetime.String()) //nolint:gosec // ourselves
	pipe, err := child.StdoutPipe()
	if err != nil {
		return err
	}
	if err := child.Start(); err != nil {
		return err
	}
	exports, err := io.ReadAll(pipe)
	if err == nil && !strings.Contains(string(exports), envPID) {
		err = errors.New("the sandbox did not start: run it without -background to see why")
	}
	if err == nil {
		_, err = stdout.Write(exports)
	}
	if err != nil {
		_, _ = child.Process.Kill(), child.Wait() // nobody would know of it
		return err
	}
	return child.Process.Release()
}
