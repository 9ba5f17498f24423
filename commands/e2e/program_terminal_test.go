package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"

	"vagganet/commands/e2e/fake"
)

// passwordVar is what attended types where it is asked for a password.
const passwordVar = "PASSWORD"

// attendedMain is the program attended CMD ARG…: CMD with a terminal of its own,
// in front of which somebody answers each question for a password, once or
// again. What it shows goes to the standard output; how often it asked is said at
// the end.
func attendedMain() {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	fake.Check(err)
	fake.Check(unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	fake.Check(err)
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	fake.Check(err)
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	fake.Check(cmd.Start())
	terminal.Close()
	asked := answer(master)
	err = cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		fake.Check(err)
	}
	fmt.Fprintf(os.Stderr, "attended: asked %d time%s\n", asked, map[bool]string{true: "s"}[asked != 1])
	os.Exit(exitCode(cmd.ProcessState))
}

// answer shows what is written to a terminal until nobody has it any more, and
// types the password where one is asked for.
func answer(master *os.File) (asked int) {
	var line []byte
	for b := make([]byte, 1); ; {
		if _, err := master.Read(b); err != nil {
			return asked // the last one closed it
		}
		os.Stdout.Write(b)
		if line = append(line, b...); b[0] == '\n' {
			line = nil
		}
		if bytes.HasSuffix(bytes.ToLower(line), []byte("password: ")) || bytes.HasSuffix(line, []byte("password for tester: ")) {
			line = nil
			asked++
			fmt.Fprintln(master, os.Getenv(passwordVar))
		}
	}
}

// typistMain is the program typist TEXT: it types TEXT into the terminal that it
// has as its own, and into those that it has open, for somebody else to read.
func typistMain() {
	var terminals []*os.File
	own, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err == nil {
		terminals = append(terminals, own)
	}
	for _, file := range []*os.File{os.Stdin, os.Stdout, os.Stderr} {
		if _, err := unix.IoctlGetTermios(int(file.Fd()), unix.TCGETS); err == nil {
			terminals = append(terminals, file)
		}
	}
	fmt.Printf("typist: %d terminals\n", len(terminals))
	for _, terminal := range terminals {
		for _, c := range []byte(os.Args[1] + "\n") {
			unix.IoctlSetPointerInt(int(terminal.Fd()), unix.TIOCSTI, int(c)) // little-endian
		}
	}
}
