//go:build unix && !linux

package fleet

import (
	"os/exec"
	"syscall"
)

// setProcessAttributes keeps the terminal's signals away from the process. That it dies with this one is left to the
// life line.
func setProcessAttributes(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
