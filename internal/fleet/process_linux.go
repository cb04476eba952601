package fleet

import (
	"os/exec"
	"syscall"
)

// setProcessAttributes keeps the terminal's signals away from the process, and lets it die with this one.
func setProcessAttributes(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
