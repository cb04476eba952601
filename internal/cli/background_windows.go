package cli

import (
	"os"
	"os/exec"
	"syscall"
)

// background takes a command out of this console's group, so that closing the console does not end it.
func background(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// terminate ends a process: Windows knows no polite way. The store is made for that.
func terminate(pid int) error {
	p, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	return p.Kill()
}
