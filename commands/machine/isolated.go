package machine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"vagganet/netcmd"
	"vagganet/netcmd/gateway"
)

// isolated looks for what a run without a gateway needs. What isn't there stays
// empty.
func isolated(g gateway.Gateway) netcmd.Isolated {
	i := netcmd.Isolated{OwnUser: !fullRoot()}
	for _, dir := range IsolatedRunsDirs(g) {
		if makeable(dir) {
			i.RunsDir = dir
			break
		}
	}
	return i
}

// emptyRunDirs are the folders that an isolated run can mount its own on.
func emptyRunDirs() (dirs []string) {
	for _, dir := range netcmd.IsolatedRunDirs {
		if entries, err := os.ReadDir(dir); err == nil && len(entries) == 0 {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// IsolatedRunsDirs are the folders in which the user's isolated runs can be
// registered, the best first. A run takes the first that it can make; who looks
// for runs looks at all, since XDG_RUNTIME_DIR may be set in one terminal and
// not in another one.
func IsolatedRunsDirs(g gateway.Gateway) []string {
	uid := strconv.Itoa(os.Getuid())
	session := "/run/user/" + uid
	dirs := []string{filepath.Join(session, "vagganet", g.Interface), filepath.Join("/tmp", "vagganet-"+uid, g.Interface)}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) && filepath.Clean(dir) != session {
		dirs = append([]string{filepath.Join(dir, "vagganet", g.Interface)}, dirs...)
	}
	return dirs
}

// CheckPrivate returns an error if a folder can't be trusted: it has to be a folder of the
// user's that nobody else can write to or look into. Where it is, everybody may
// have made it first.
func CheckPrivate(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() || owner(info) != os.Getuid() || info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s is not a folder that is yours alone (mode 0700)", dir)
	}
	return nil
}

// makeable reports whether a folder, and the one that it is in, are the user's
// alone or could be made so.
func makeable(dir string) bool {
	there := filepath.Dir(filepath.Dir(dir))
	for _, d := range []string{filepath.Dir(dir), dir} {
		err := CheckPrivate(d)
		if errors.Is(err, os.ErrNotExist) {
			break
		}
		if err != nil {
			return false
		}
		there = d
	}
	return unix.Access(there, unix.W_OK|unix.X_OK) == nil
}

// fullRoot reports whether the caller is root with the power to make namespaces
// and to set up what is in them. Root in a container often isn't.
func fullRoot() bool {
	if os.Getuid() != 0 {
		return false
	}
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(text)) {
		if digits, ok := strings.CutPrefix(line, "CapEff:"); ok {
			caps, err := strconv.ParseUint(strings.TrimSpace(digits), 16, 64)
			need := uint64(1<<unix.CAP_SYS_ADMIN | 1<<unix.CAP_NET_ADMIN)
			return err == nil && caps&need == need
		}
	}
	return false
}
