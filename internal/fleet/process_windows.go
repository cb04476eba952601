package fleet

import (
	"os/exec"
	"syscall"
)

// setProcessAttributes keeps the console's signals away from the process. That it dies with this one is left to the
// life line.
func setProcessAttributes(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
