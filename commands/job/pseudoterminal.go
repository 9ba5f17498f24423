package job

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// pseudoTerminal is a terminal for a command, and the end at which this process
// is its screen and keyboard.
type pseudoTerminal struct {
	master, terminal *os.File
}

// newPseudoTerminal makes one with the settings and the size of another terminal.
// It is made by hand since the master must not block: reading from it has to end
// when the command has, whoever still has the terminal open.
func newPseudoTerminal(like int) (*pseudoTerminal, error) {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: "/dev/ptmx", Err: err}
	}
	p := &pseudoTerminal{master: os.NewFile(uintptr(fd), "/dev/ptmx")}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		p.terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		p.master.Close()
		return nil, fmt.Errorf("a terminal for the command could not be made: %w", err)
	}
	if settings, err := unix.IoctlGetTermios(like, unix.TCGETS); err == nil {
		unix.IoctlSetTermios(fd, unix.TCSETS, settings)
	}
	p.resize(like)
	return p, nil
}

// resize gives it the size of another terminal.
func (p *pseudoTerminal) resize(like int) {
	size, err := unix.IoctlGetWinsize(like, unix.TIOCGWINSZ)
	if err != nil {
		return
	}
	if conn, err := p.master.SyscallConn(); err == nil {
		conn.Control(func(fd uintptr) { unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, size) })
	}
}
