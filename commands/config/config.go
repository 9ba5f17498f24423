// Package config reads vagga.yaml: the guests of a run, what they execute and
// which addresses and ports they ask for.
//
// The vocabulary is vagga's. Keys that vagga gives a meaning to and this
// program does not are passed over and listed in [File.Ignored]; keys that
// nobody knows are errors, because a misspelt "ports" would otherwise be a
// guest that silently cannot be reached.
package config

import (
	"fmt"
	"net/netip"
	"os"
	"time"

	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/plan"
)

// File is a parsed vagga.yaml. Everything in it is within the documented
// bounds; what depends on the machine (paths, user ids) or on the network in
// use (whether an IP is inside it, or taken twice) is not checked.
type File struct {
	// Path is the file's path as given to Parse. Dir is its folder: relative
	// where Path is.
	Path, Dir string
	// GuestNetwork is the IPv4 network of the guests, /17 to /24 and without
	// host bits. The zero Prefix when the file does not say.
	GuestNetwork netip.Prefix
	// GuestNetwork6 is the guests' IPv6 network; the zero value when the file
	// does not say.
	GuestNetwork6 addresses.GuestNetwork6
	// Containers and Commands are by name, never nil.
	Containers map[string]*Container
	Commands   map[string]*Command
	// Ignored lists the keys that were passed over, by line.
	Ignored []Ignored
}

// Ignored is a key that vagga knows and that has no meaning here.
type Ignored struct {
	Line int    // 1-based
	Key  string // as written
}

// Container is what several children share: a file system, variables, volumes.
type Container struct {
	Name string
	Line int
	// Rootfs is the directory to use as /, resolved against File.Dir. Empty
	// for the host's file system.
	Rootfs  string
	Environ map[string]string // never nil
	Volumes []Volume          // in file order, merged ones last; no two with the same Path
}

// VolumeKind is what is mounted at a volume's path.
type VolumeKind int

// The kinds of volume that can be mounted.
const (
	VaggaBin VolumeKind = iota + 1 // the program itself, under all its names
	Tmpfs                          // an empty file system in memory
	BindRW                         // a folder or file of the project, writable
	BindRO                         // the same, read-only
)

// Volume is one mount in a child's file system.
type Volume struct {
	// Path is where it is mounted: absolute, clean, not "/".
	Path string
	Kind VolumeKind
	// Source is what BindRW and BindRO mount there, resolved against File.Dir
	// (vagga's /work prefix included). Empty for the other kinds.
	Source string
	// Unusable is why a volume of vagga's can't be mounted here; empty if it
	// can. It matters to who needs the volume, so it is no mistake of the file.
	Unusable string
	// Size is a Tmpfs's limit in bytes, at least 1; 100 MiB when not given.
	// Zero for the other kinds.
	Size int64
	// Mode is a Tmpfs's mode as mount(8) takes it in octal, 0 to 0o1777: the
	// sticky bit is 0o1000 and not os.ModeSticky. 0o1777 when not given. Zero
	// for the other kinds.
	Mode os.FileMode
	// UID and GID are a Tmpfs's owner, 0 to 1<<30.
	UID, GID int
	Line     int
}

// Mode is when a run ends. The zero value, plan.StopOnFailure, is vagga's
// default.
type Mode = plan.Mode

// modeNames are the modes as the file spells them, by plan's values.
var modeNames = []string{"stop-on-failure", "wait-all-successful", "wait-all", "restart", "timeline"}

// Command is one entry of the file's commands.
type Command struct {
	Name, Description string
	Line              int
	Mode              Mode
	// KillUnresponsiveAfter is the time from TERM to KILL when stopping: whole
	// seconds, 1 to 86400; 2 s when not given.
	KillUnresponsiveAfter time.Duration
	// NoIPv6 reports whether guests are to have no IPv6, WantsIPv6 whether the file
	// says that they are to have it, which they have by default where they can.
	NoIPv6, WantsIPv6 bool
	// MTU is that of the run's guests, in bytes; 0 when not given.
	MTU int
	// Children are sorted by name; at least one when Supervise is set.
	Children []*Child
	// Replicas are the names of the children that a child of the file stands for,
	// NAME-1 and so on, by its own name, which is no child's then; never nil.
	Replicas map[string][]string
	// Faults are its timeline, in file order.
	Faults []Fault
	// Roles are shell lines that succeed in the nodes that are in a role, by the role's
	// name; never nil.
	Roles map[string]string
	// Supervise is false for vagga's commands of a single process: they have
	// no network, nothing of them but the description is read, and Children
	// is empty.
	Supervise bool
}

// Child is one process of a supervised command.
type Child struct {
	Name string
	Line int
	// Bridge is set for a process that runs in the bridge's namespace.
	Bridge bool
	// Container is the name of an entry of File.Containers, or empty. In a
	// file without any containers it may name one that does not exist.
	Container string
	// Network is nil for a child that runs in the caller's network, and for
	// one in the bridge.
	Network *Network
	// Node is the guest whose network the child shares: the name of another child of
	// the command that has a Network. Empty for none.
	Node    string
	Environ map[string]string // never nil; goes over the container's
	Volumes []Volume          // go over the container's of the same Path
	WorkDir string            // as written, but for variables
	UserID  int               // 0 to 1<<30, as is GroupID
	GroupID int
	// External0 is set where external-user-id is 0: its user and group are the
	// caller's outside.
	External0 bool
	Tags      []string // none empty
	// Ready is what shows that the child is ready; nil for a child that is so as
	// soon as it is started, as all are that have no network.
	Ready *Ready
	// After are the names of the children that it starts after, once they are
	// ready: sorted, none twice, none of them waiting for this one.
	After   []string
	Restart Restart
	// Run is the argument vector, never empty; a shell line is already
	// wrapped in /bin/sh -c.
	Run []string
}

// Ready is how a run finds that a child is ready: by one of Port, Run and Log.
type Ready struct {
	Line int
	Port int      // a TCP port of the child that takes connections; 0 for none
	Run  []string // a command in the child's network that ends well; nil for none
	Log  string   // a regular expression that a line of its output matches
	// Within is how long the child may take: at least 1 ms; DefaultReadyWithin
	// when not given.
	Within time.Duration
}

// Restart is when a child that has ended is started again, in any mode of the run.
type Restart = netcmd.Restart

// Network is what a guest asks of the bridge.
type Network struct {
	IP       netip.Addr // IPv4; the zero Addr when not given
	Hostname string     // empty when not given
	Ports    []Port     // sorted by External, TCP first; none twice
	Line     int
}

// Port is a port of the gateway that is forwarded to a guest. Both numbers are
// 1 to 65535.
type Port struct {
	External, Internal uint16
	UDP                bool // TCP otherwise
}

// Error is a mistake in the config file.
type Error struct {
	Path string
	Line int    // 1-based; 0 when the mistake is not in a line of the file
	Msg  string // what is wrong, lower case, no full stop
	Hint string // what to do about it, empty when Msg says it all
}

// Error is "path:line: message", without the hint.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Path + ": " + e.Msg
	}
	return fmt.Sprintf("%s:%d: %s", e.Path, e.Line, e.Msg)
}

// Help returns the hint.
func (e *Error) Help() string { return e.Hint }

// Command looks a command up by its name. The error for one that is not there
// is an *Error without a line, whose hint names the nearest command or lists
// those there are.
func (f *File) Command(name string) (*Command, error) {
	if c, ok := f.Commands[name]; ok {
		return c, nil
	}
	return nil, &Error{
		Path: f.Path,
		Msg:  "there is no command " + quote(name),
		Hint: suggest(name, "the commands are", sortedKeys(f.Commands)),
	}
}
