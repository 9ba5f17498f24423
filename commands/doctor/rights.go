package doctor

import (
	"fmt"
	"slices"
	"strings"

	"vagganet/netcmd/gateway"
)

func (f Facts) rightRows() []Row {
	rows := []Row{f.rootRow(), f.userNamespaceRow()}
	if !f.root() {
		rows = append(rows, f.idRow())
	}
	if f.NoProc {
		rows = append(rows, Row{Name: "/proc", State: Warning, What: "parts of it are hidden",
			Why:    "nobody can mount another one then, so guests run without a PID namespace of their own",
			Advice: "in a container, start it with --security-opt systempaths=unconfined"})
	}
	for _, dir := range f.ReadOnly {
		if dir == "/proc/sys" && f.NoSettings {
			rows = append(rows, Row{Name: dir, State: Missing, What: "is mounted read-only, and can't be mounted anew",
				Why:    "each run switches settings of its own networks there",
				Advice: "in a container, start it with --security-opt systempaths=unconfined, or --privileged"})
			continue
		}
		rows = append(rows, Row{Name: dir, State: f.forCreate(), What: "is mounted read-only",
			Why:     "create makes a folder in /run and switches settings below /proc/sys",
			Command: f.asRoot("mount -o remount,rw " + dir),
			Advice:  "in a container, start it with --privileged instead"})
	}
	return rows
}

// rootRow is about becoming root, which only create and destroy do.
func (f Facts) rootRow() Row {
	if f.root() {
		return f.realRootRow()
	}
	row := Row{Name: "sudo", State: f.forCreate(), Why: "create and destroy change the host's network as root; run --isolated does without"}
	answer, asked := f.Answers[Root]
	switch {
	case len(f.Sudo) == 0 || !f.has(f.Sudo[0]):
		row.What = "there is no " + strings.Join(f.Sudo, " ")
		row.Advice = "name another way to become root by --sudo, or install sudo, or run create as root for a gateway of root's"
	case !asked:
		return ok("sudo", strings.Join(f.Sudo, " ")+", which was not tried")
	case answer.Code == 0:
		return ok("sudo", strings.Join(f.Sudo, " ")+" asks for no password")
	case strings.Contains(answer.Complaint, gateway.NotFoundByRoot):
		row.What = firstLine(answer.Complaint)
		row.Advice = "sudo has a PATH of its own, secure_path in its settings: have it contain the folders of these tools, or install what is not there"
	case wantsPassword(answer.Complaint) && f.Terminal:
		row.State = Warning
		row.What = "it will ask for a password"
		row.Why += ", and can ask only where there is a terminal"
		row.Command = strings.Join(f.Sudo, " ") + " -v && " + f.verb("create")
	case wantsPassword(answer.Complaint):
		row.What = "it wants a password, and there is no terminal to ask for it"
		row.Advice = fmt.Sprintf("give it a rule without password (by visudo: %s ALL=(ALL) NOPASSWD: ALL), or make the gateway from a terminal", f.userWord())
	default:
		row.What = "it refuses: " + firstLine(answer.Complaint)
		row.Advice = "ask an administrator, who can read what it is needed for: " + f.verb("create --dry-run")
	}
	return row
}

func (f Facts) userWord() string {
	if f.Login != "" {
		return f.Login
	}
	return fmt.Sprintf("#%d", f.User.UID)
}

// wantsPassword reports whether sudo or doas refused only for want of a password.
func wantsPassword(complaint string) bool {
	return slices.ContainsFunc([]string{"a password is required", "a terminal is required",
		"interactive authentication is required", "Authorization required", "must have a tty"},
		func(said string) bool { return strings.Contains(complaint, said) })
}

// realRootRow is about a root that isn't the machine's.
func (f Facts) realRootRow() Row {
	row := Row{Name: "root", State: f.forCreate(), Why: "create changes the network as root of the machine",
		Advice: "run it outside of the container, or start that with --privileged"}
	switch {
	case !f.WholeMap:
		row.What = "root of a user namespace, and not of the machine"
	case len(f.MissingRights) > 0:
		row.What = "root without " + strings.Join(f.MissingRights, ", ")
	default:
		return ok("root", "you are root")
	}
	return row
}

// switches are settings that keep users from making namespaces, each with the
// value that does, and the one that doesn't. Some leave root alone.
var switches = []struct {
	name, forbids, allows string
	usersAlone            bool
}{
	{"user.max_user_namespaces", "0", "15000", false},
	{"user.max_net_namespaces", "0", "15000", false},
	{"user.max_mnt_namespaces", "0", "15000", false},
	{"user.max_pid_namespaces", "0", "15000", false},
	{"user.max_uts_namespaces", "0", "15000", false},
	{"kernel.unprivileged_userns_clone", "0", "1", true},
	{"kernel.apparmor_restrict_unprivileged_userns", "1", "0", true},
}

// userNamespaceRow reports whether the user may make namespaces, which was tried,
// and if not, which setting forbids it.
func (f Facts) userNamespaceRow() Row {
	answer, asked := f.Answers[Namespaces]
	if !asked {
		return ok("user namespaces", "not tried, for want of tools")
	}
	if answer.Code == 0 {
		return ok("user namespaces", "made, and they have their rights")
	}
	row := Row{Name: "user namespaces", State: f.forCreate(), What: "trying fails: " + firstLine(answer.Complaint),
		Why: "the gateway's network belongs to a user namespace of yours, so that runs need no root"}
	for _, s := range switches {
		if f.Settings[s.name] == s.forbids {
			row.What = fmt.Sprintf("forbidden by %s = %s (%s)", s.name, s.forbids, firstLine(answer.Complaint))
			row.Command = f.asRoot(fmt.Sprintf("sysctl -w %s=%s", s.name, s.allows))
			row.Advice = "a file in /etc/sysctl.d keeps it so after the next boot"
			if s.usersAlone && !f.root() {
				row.State, row.Why = Warning, "create makes the gateway's with the rights of root, but run --isolated has none"
			}
			return row
		}
	}
	row.Advice = "a container's seccomp profile or a security module forbids it: start the container with --privileged, or see the system's log"
	return row
}

// idRow is about the ids besides the user's own that guests can have.
func (f Facts) idRow() Row {
	if n := min(f.User.SubUIDs.Count, f.User.SubGIDs.Count); n > 0 {
		return ok("subordinate ids", fmt.Sprintf("%d from %d on", n, f.User.SubUIDs.First))
	}
	row := Row{Name: "subordinate ids", State: Warning, What: "none for you in /etc/subuid and /etc/subgid",
		Why:    "processes of guests can only be root then: servers that switch to a user of their own fail",
		Advice: "make the gateway again afterwards"}
	if f.Login == "" {
		row.Advice = "your user id has no name: give it a line in /etc/passwd, then ids by usermod"
		return row
	}
	row.Command = f.asRoot("usermod --add-subuids 100000-165535 --add-subgids 100000-165535 " + f.Login)
	if f.PackageManager == "apk" {
		row.Command = fmt.Sprintf("echo %s:100000:65536 | %s", f.Login, f.asRoot("tee -a /etc/subuid /etc/subgid"))
	}
	return row
}
