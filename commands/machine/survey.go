package machine

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"vagganet/netcmd/gateway"
)

// Survey is what can be seen of a machine by looking at its files: more than
// plans depend on, for those who want to know why a plan fails.
type Survey struct {
	Facts
	// Routes are the host's.
	Routes []Route `json:"routes"`
	// Login is the user's name; empty if the uid has none.
	Login string `json:"login"`
	// OwnerName is the name of the user whose gateway it is; empty if unknown.
	OwnerName string `json:"owner_name"`
	// Terminal reports whether there is one on which to ask for a password.
	Terminal bool `json:"terminal"`
	// Container is the kind of container this is: "docker", "podman", or empty.
	Container string `json:"container"`
	// WholeMap reports whether the user ids are the machine's, and not those of a user
	// namespace.
	WholeMap bool `json:"whole_map"`
	// MissingRights lists capabilities that root needs and has not.
	MissingRights []string `json:"missing_rights"`
	// ReadOnly lists the folders that must be writable for root and aren't.
	ReadOnly []string `json:"read_only"`
	// StateDir is the folder of the gateways.
	StateDir File `json:"state_dir"`
	// PackageManager is "apt-get", "dnf" or "apk"; empty if there is none.
	PackageManager string `json:"package_manager"`
	// Tools are the host tools that were looked for, by name.
	Tools map[string]Tool `json:"tools"`
	// Kernel is the running kernel's release.
	Kernel string `json:"kernel"`
	// Namespaces are the kinds that the kernel has, as in /proc/self/ns.
	Namespaces []string `json:"namespaces"`
	// Features are the kernel's, by the name of the module.
	Features map[string]Feature `json:"features"`
	// Settings are the kernel's, by their sysctl name; those not there are left
	// out.
	Settings map[string]string `json:"settings"`
	// Docker reports whether there is a Docker network.
	Docker bool `json:"docker"`
	// Limits are those of this process and its control group.
	Limits Limits `json:"limits"`
}

// Tool is a host tool.
type Tool struct {
	// Path is where it is; empty if it isn't there.
	Path string `json:"path"`
	// Applet reports whether it is BusyBox under another name.
	Applet bool `json:"applet"`
	// LockVariable reports whether its lock can be put elsewhere by the environment:
	// iptables' alone.
	LockVariable bool `json:"lock_variable,omitempty"`
}

// File is what is at a path.
type File struct {
	// Kind is "folder", "link" or "file"; empty if nothing is there.
	Kind string `json:"kind"`
	// Owner is its user id, Mode its permissions in octal.
	Owner int    `json:"owner"`
	Mode  string `json:"mode"`
}

// PackageManagers are those that we know names of packages for.
var PackageManagers = []string{"apt-get", "dnf", "apk"}

// Survey adds to the facts what else can be seen of the machine, and looks for
// these tools.
func (h Host) Survey(facts Facts, tools []string) Survey {
	s := Survey{
		Facts:         facts,
		Routes:        h.Routes(),
		Login:         userName(facts.User.UID),
		OwnerName:     userName(facts.Gateway.Owner),
		Terminal:      hasTerminal(),
		Container:     container(),
		WholeMap:      strings.Join(strings.Fields(readFile("/proc/self/uid_map")), " ") == "0 0 4294967295",
		MissingRights: missingRights(),
		ReadOnly:      readOnly("/run", "/proc/sys"),
		StateDir:      lookAt(gateway.StateDir),
		Tools:         map[string]Tool{},
		Kernel:        KernelRelease(),
		Namespaces:    namespaces(),
		Features:      features(),
		Settings:      settings(),
		Docker:        exists("/sys/class/net/docker0"),
		Limits:        limits(),
	}
	for _, name := range tools {
		s.Tools[name] = lookFor(name)
	}
	for _, name := range PackageManagers {
		if s.PackageManager == "" && h.Has(name) {
			s.PackageManager = name
		}
	}
	return s
}

func lookFor(tool string) Tool {
	path, err := exec.LookPath(tool)
	if err != nil {
		return Tool{}
	}
	file, err := filepath.EvalSymlinks(path)
	if err != nil {
		file = path
	}
	t := Tool{Path: path, Applet: filepath.Base(file) == "busybox" && filepath.Base(path) != "busybox"}
	if strings.HasPrefix(filepath.Base(tool), "iptables") {
		t.LockVariable = bytes.Contains([]byte(readFile(file)), []byte("XTABLES_LOCKFILE"))
	}
	return t
}

func lookAt(path string) File {
	info, err := os.Lstat(path)
	if err != nil {
		return File{}
	}
	f := File{Kind: "file", Owner: owner(info), Mode: "0" + strconv.FormatUint(uint64(info.Mode().Perm()), 8)}
	switch {
	case info.IsDir():
		f.Kind = "folder"
	case info.Mode()&fs.ModeSymlink != 0:
		f.Kind = "link"
	}
	return f
}

func userName(uid int) string {
	u, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return ""
	}
	return u.Username
}

// hasTerminal reports whether sudo could ask for a password: it asks on the
// terminal that the process belongs to, not on its input.
func hasTerminal() bool {
	file, err := os.OpenFile("/dev/tty", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	file.Close()
	return true
}

func container() string {
	switch {
	case exists("/.dockerenv"):
		return "docker"
	case exists("/run/.containerenv"):
		return "podman"
	}
	return ""
}

// missingRights lists capabilities that this process would need as root. It is
// empty for a plain user, who has none and becomes root by sudo.
func missingRights() []string {
	if os.Getuid() != 0 {
		return nil
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if unix.Capget(&header, &data[0]) != nil {
		return nil
	}
	var missing []string
	for _, c := range []struct {
		number int
		name   string
	}{{unix.CAP_NET_ADMIN, "CAP_NET_ADMIN"}, {unix.CAP_NET_RAW, "CAP_NET_RAW"}, {unix.CAP_SYS_ADMIN, "CAP_SYS_ADMIN"}} {
		if data[0].Effective&(1<<c.number) == 0 {
			missing = append(missing, c.name)
		}
	}
	return missing
}

func readOnly(dirs ...string) []string {
	var found []string
	for _, dir := range dirs {
		var fs unix.Statfs_t
		if unix.Statfs(dir, &fs) == nil && fs.Flags&unix.ST_RDONLY != 0 {
			found = append(found, dir)
		}
	}
	return found
}

func namespaces() []string {
	entries, err := os.ReadDir("/proc/self/ns")
	if err != nil {
		return nil
	}
	var kinds []string
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), "_for_children") {
			kinds = append(kinds, e.Name())
		}
	}
	return kinds
}

func readFile(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(text)
}
