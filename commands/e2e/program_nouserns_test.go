package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"vagganet/commands/e2e/fake"
)

// nousernsMain is the program nouserns CMD ARG…: CMD runs where user namespaces
// are for root alone, as on machines with Debian's switch or AppArmor's. The
// kernel asks another process of this program for each that is to be made: by a
// seccomp filter, which all that CMD starts inherits, sudo's commands too.
func nousernsMain() {
	if len(os.Args) == 2 && os.Args[1] == "-judge" {
		judge()
		return
	}
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	fake.Check(err)
	judge := exec.Command(os.Args[0], "-judge")
	judge.ExtraFiles = []*os.File{os.NewFile(uintptr(ends[1]), "judge's end")}
	fake.Check(judge.Start())
	runtime.LockOSThread() // the filter is this thread's, which becomes CMD
	listener, err := filterNamespaces()
	fake.Check(err)
	fake.Check(unix.Sendmsg(ends[0], []byte{0}, unix.UnixRights(listener), nil, 0))
	path, err := exec.LookPath(os.Args[1])
	fake.Check(err)
	fake.Check(syscall.Exec(path, os.Args[1:], os.Environ()))
}

// filterNamespaces has this thread, and all that it starts, ask before it makes
// a user namespace. Whoever reads from the file that is returned is asked.
func filterNamespaces() (int, error) {
	const (
		load, equal, set, ret = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K,
			unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, unix.BPF_RET | unix.BPF_K
		allow, ask, refuse = 0x7fff0000, 0x7fc00000, 0x00050000 // SECCOMP_RET_…
		number, flags      = 0, 16                              // where they are in what the filter sees
	)
	program := []unix.SockFilter{
		{Code: load, K: number},
		{Code: equal, K: unix.SYS_CLONE3, Jt: 5}, // its flags are out of sight: clone is there, too
		{Code: equal, K: unix.SYS_UNSHARE, Jt: 1},
		{Code: equal, K: unix.SYS_CLONE, Jf: 2},
		{Code: load, K: flags},
		{Code: set, K: unix.CLONE_NEWUSER, Jt: 2},
		{Code: ret, K: allow},
		{Code: ret, K: refuse | uint32(unix.ENOSYS)},
		{Code: ret, K: ask},
	}
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	const setFilter, newListener = 1, 1 << 3
	fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, setFilter, newListener, uintptr(unsafe.Pointer(&filter)))
	if errno != 0 {
		return -1, fmt.Errorf("seccomp: %w", errno)
	}
	return int(fd), nil
}

// question and judgement are the kernel's struct seccomp_notif and its answer.
type question struct {
	id         uint64
	pid, flags uint32
	data       [64]byte
}

type judgement struct {
	id    uint64
	value int64
	err   int32
	flags uint32
}

// judge answers until nobody is left to ask.
func judge() {
	buffer := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(3, make([]byte, 1), buffer, 0)
	fake.Check(err)
	messages, err := unix.ParseSocketControlMessage(buffer[:n])
	fake.Check(err)
	fds, err := unix.ParseUnixRights(&messages[0])
	fake.Check(err)
	const receive, send, goOn = 0xc0502100, 0xc0182101, 1 // SECCOMP_IOCTL_NOTIF_…, …_FLAG_CONTINUE
	for {
		poll := []unix.PollFd{{Fd: int32(fds[0]), Events: unix.POLLIN}}
		if _, err := unix.Poll(poll, -1); errors.Is(err, unix.EINTR) {
			continue
		}
		if poll[0].Revents&unix.POLLIN == 0 {
			return
		}
		var q question
		if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fds[0]), receive, uintptr(unsafe.Pointer(&q))); errno != 0 {
			continue // whoever asked is gone
		}
		answer := judgement{id: q.id, err: -int32(unix.EPERM)}
		if rootOfMachine(int(q.pid)) {
			answer = judgement{id: q.id, flags: goOn}
		}
		unix.Syscall(unix.SYS_IOCTL, uintptr(fds[0]), send, uintptr(unsafe.Pointer(&answer)))
	}
}

// rootOfMachine reports whether a process has CAP_SYS_ADMIN, and not only in a user
// namespace.
func rootOfMachine(pid int) bool {
	own, err1 := os.Readlink("/proc/self/ns/user")
	its, err2 := os.Readlink(fmt.Sprintf("/proc/%d/ns/user", pid))
	status, err3 := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, after, found := strings.Cut(string(status), "\nCapEff:")
	if err1 != nil || err2 != nil || err3 != nil || own != its || !found {
		return false
	}
	caps, err := strconv.ParseUint(strings.Fields(after)[0], 16, 64)
	return err == nil && caps&(1<<unix.CAP_SYS_ADMIN) != 0
}
