//go:build unix

package cli

import (
	"os/exec"
	"syscall"
)

// background takes a command out of this terminal's session, so that closing the terminal does not end it.
func background(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// terminate asks a process to end.
func terminate(pid int) error { return syscall.Kill(pid, syscall.SIGTERM) }
