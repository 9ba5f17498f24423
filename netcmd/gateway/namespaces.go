package gateway

import (
	"fmt"

	"vagganet/netcmd/plan"
)

// holder is the process that keeps the namespaces while they are not mounted yet.
// Its number may be another process's once it has ended, so it is known by the time
// it was started, too.
var (
	holder = plan.Var("holder")
	born   = plan.Var("born")
)

const aboutHolder = "gateway: a user and a network namespace, held until they are mounted"

// startTime is shell input that sets "started" to when process $1 was started, as
// /proc has it: the 22nd field, and the 20th behind the name, which may have
// anything in it. It is empty if there is no such process.
const startTime = `pid=$1 born=$2; started=; set -f; ` +
	`if read -r stat 2>/dev/null <"/proc/$pid/stat"; then set -- ${stat##*) }; started=${20}; fi; `

// hold makes the namespaces. The command returns when they exist.
func (g Gateway) hold() []plan.Step {
	// Somebody may have to type a password before the mounts, on a slow machine.
	const sleep = "sleep 300 >/dev/null 2>&1 & echo $!"
	hold := g.user(aboutHolder, g.Tools.Unshare.With("--user", "--net", "sh", "-c", sleep)...)
	if g.Host.Restricted && g.User.UID != 0 {
		// Where sudo gives the command a terminal of its own, all in there is
		// hung up on with sudo's end.
		hold = g.root(aboutHolder, append(g.asUserWithRights(), g.Tools.Unshare.With("--user", "--net", "sh", "-c", `trap "" HUP; `+sleep)...)...)
		if g.ForOther {
			hold.Argv = ownSession(hold.Argv)
		}
	}
	hold.Capture = "holder"
	return []plan.Step{hold}
}

// knowHolder finds out when the process was started, without which it is not ended,
// and writes the maps of its ids.
func (g Gateway) knowHolder() []plan.Step {
	script := startTime + `[ -n "$started" ] && echo "$started"`
	if g.ForOther {
		script = g.checkHolder() + script
	}
	when := holderStep(aboutHolder, script)
	when.Argv = append(when.Argv, holder)
	when.Capture = "born"
	return append([]plan.Step{when}, g.writeMaps(aboutHolder)...)
}

// checkHolder is shell input by which root makes sure that $1 is a process of the
// user's. The number comes from the user, who must not lead root to other files, nor
// to namespaces of somebody else's. A process that ends meanwhile, so that its number is
// another one's, is noticed when it is released.
func (g Gateway) checkHolder() string {
	return fmt.Sprintf(`case $1 in "" | *[!0-9]*) uid=none ;; *) uid=$(stat -c %%u "/proc/$1") ;; esac; `+
		`[ "$uid" = %d ] || { echo "no process of user %d holds the namespaces" >&2; exit 1; }; `, g.User.UID, g.User.UID)
}

// asUserWithRights are the words by which root becomes the user again, but keeps
// the one right that lets a process make user namespaces where users may not.
// What it makes is the user's.
func (g Gateway) asUserWithRights() []string {
	return append(g.asUser(), "--inh-caps=+sys_admin", "--ambient-caps=+sys_admin")
}

// release ends the process that held the namespaces. The mounts do now, if it was
// there until then: else it is not known what was mounted, and that is an error.
// Undoing, it may have ended by itself, and another process is left alone.
func (g Gateway) release(undoing bool) []plan.Step {
	script := `[ "$started" = "$born" ] || { echo "process $pid, which held the namespaces, has ended too early" >&2; exit 1; }; kill "$pid"`
	if undoing {
		script = `[ -z "$started" ] || [ "$started" != "$born" ] || kill "$pid"`
	}
	s := holderStep("gateway: the mounts hold it now", startTime+script)
	s.Argv = append(s.Argv, holder, born)
	if undoing {
		s.Gone = []string{"No such process"}
	}
	return []plan.Step{s}
}

// holderStep is a step about the process that is its first argument. Root does it
// itself for another user, who could make a process of his say anything.
func holderStep(about, script string) plan.Step {
	return hostStep(about, "sh", "-c", script, "sh")
}

func (g Gateway) mount(kind, file string) []plan.Step {
	return []plan.Step{g.root("host: mount the gateway's namespaces",
		g.Tools.Mount.With("--bind", "/proc/"+holder+"/ns/"+kind, file)...)}
}

func (g Gateway) umount(file string) []plan.Step {
	return []plan.Step{g.root("host: unmount the gateway's namespaces", g.Tools.Umount.With(file)...)}
}
