package runstate

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// GuestProcess finds a process that is in all of a guest's namespaces: the
// first one of its PID namespace. netns is the file of the guest's network
// namespace. It returns 0 if the guest has no process.
func GuestProcess(supervisor int, netns string) int {
	want := inode(netns)
	for _, starter := range Children(supervisor) {
		if want == 0 || inode(fmt.Sprintf("/proc/%d/ns/net", starter)) != want {
			continue
		}
		if inits := Children(starter); len(inits) > 0 {
			return inits[0]
		}
	}
	return 0
}

// Children lists a process's children, as far as the kernel shows them.
func Children(pid int) []int {
	var pids []int
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		for field := range strings.FieldsSeq(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				pids = append(pids, child)
			}
		}
	}
	return pids
}

func inode(path string) uint64 {
	var stat unix.Stat_t
	if unix.Stat(path, &stat) != nil {
		return 0
	}
	return stat.Ino
}

// Descendants lists a process's children, their children, and so on.
func Descendants(pid int) []int {
	all := Children(pid)
	for i := 0; i < len(all); i++ {
		all = append(all, Children(all[i])...)
	}
	return all
}

// Stopped says whether a process stands still because of a signal.
func Stopped(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	// The state follows the name, which is in parentheses and may have any
	// character in it.
	_, state, _ := strings.Cut(string(text)[max(strings.LastIndexByte(string(text), ')'), 0):], " ")
	return strings.HasPrefix(state, "T")
}
