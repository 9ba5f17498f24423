package live

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"vagganet/netcmd"
	"vagganet/netcmd/plan"
)

// Node is what is known of a node's processes.
type Node struct {
	Name string
	// Inits are the first processes of its PID namespaces, one for each of its children.
	// Groups are the process groups of children that have no such namespace: since they
	// are still being set up, or since the run has none (netcmd.Info.NoProc).
	Inits, Groups []int
	// Starters are the processes that started them, each the leader of a process group, and
	// end when they have.
	Starters []int
	// Starting reports whether one of its children has no process yet but those that start it.
	Starting bool
	// Down reports whether the node was killed and not started since, Paused whether it
	// was paused and not resumed.
	Down, Paused bool
}

// Runs reports whether the node has a process.
func (n Node) Runs() bool { return len(n.Inits)+len(n.Groups) > 0 }

// Ends reports whether a signal is one that ends a process which doesn't expect it, and
// that programs don't take for a message.
func Ends(s syscall.Signal) bool {
	return !slices.Contains([]syscall.Signal{unix.SIGHUP, unix.SIGUSR1, unix.SIGUSR2, unix.SIGCONT, unix.SIGCHLD, unix.SIGURG,
		unix.SIGWINCH, unix.SIGIO, unix.SIGTSTP, unix.SIGTTIN, unix.SIGTTOU}, s)
}

// KillNodes is the plan that sends a signal to all processes of nodes. If it is one that
// ends them, a file says first that their end is none of the run's: they stay down.
func (l Run) KillNodes(nodes []Node, s syscall.Signal) plan.Plan {
	var p plan.Plan
	if Ends(s) {
		p = append(p, l.mark("the end of these is not that of the run", netcmd.DownFile, nodes))
	}
	if s != unix.SIGKILL {
		return append(p, l.signal(nodes, s)...)
	}
	var pids []int
	for _, n := range nodes {
		// Each child's process group has the first process of its PID namespace, and
		// with that one, all others are killed.
		for _, starter := range n.Starters {
			pids = append(pids, -starter)
		}
	}
	p = append(p, l.kill(plan.Place{Name: "nodes"}, s, pids...))
	if paused := slices.DeleteFunc(slices.Clone(nodes), func(n Node) bool { return !n.Paused }); len(paused) > 0 {
		p = append(p, l.unmark("they are not paused any more", netcmd.PausedFile, paused))
	}
	return p
}

// PauseNodes is the plan that stops all processes of nodes.
func (l Run) PauseNodes(nodes []Node) plan.Plan {
	return append(plan.Plan{l.mark("who looks sees that these are paused", netcmd.PausedFile, nodes)}, l.signal(nodes, unix.SIGSTOP)...)
}

// ResumeNodes is the plan that has the processes of paused nodes go on.
func (l Run) ResumeNodes(nodes []Node) plan.Plan {
	return append(l.signal(nodes, unix.SIGCONT), l.unmark("they are not paused any more", netcmd.PausedFile, nodes))
}

// StartNodes is the plan that lets nodes that are down start again: who started the run
// does it then.
func (l Run) StartNodes(nodes []Node) plan.Plan {
	return plan.Plan{l.unmark("the run starts them again", netcmd.DownFile, nodes)}
}

// signal sends a signal to all processes of nodes, but for the first one of each PID
// namespace, a shell. The kernel leaves none out that is born meanwhile.
func (l Run) signal(nodes []Node, s syscall.Signal) plan.Plan {
	var p plan.Plan
	for _, n := range nodes {
		for _, init := range n.Inits {
			enter := slices.Concat(l.Tools.Nsenter, l.becomeUser("--user="+l.UserNS), []string{fmt.Sprintf("--pid=/proc/%d/ns/pid", init)})
			step := l.kill(plan.Place{Name: n.Name, Enter: enter}, s, -1)
			// The end of the namespace's first process may come before that of the shell
			// which is in there to send the signal. Who waits sees whether it came.
			step.MayFail = Ends(s) && s != unix.SIGSTOP
			p = append(p, step)
		}
		for _, group := range n.Groups {
			p = append(p, l.kill(plan.Place{Name: n.Name}, s, -group))
		}
	}
	if len(p) > 1 {
		for i := range p {
			p[i].Together = "signal"
		}
	}
	return p
}

// kill is a shell's own kill: some systems have no other.
func (l Run) kill(at plan.Place, s syscall.Signal, pids ...int) plan.Step {
	name := SignalName(s)
	argv := []string{"sh", "-c", "kill -s " + name + ` -- "$@"`, "sh"}
	for _, pid := range pids {
		argv = append(argv, strconv.Itoa(pid))
	}
	return plan.Step{About: at.Name + ": " + name + " to all processes", Place: at, Argv: argv}
}

// SignalName is a signal's name without SIG, as a shell's kill takes it.
func SignalName(s syscall.Signal) string { return strings.TrimPrefix(unix.SignalName(s), "SIG") }

func (l Run) mark(about string, file func(runDir, node string) string, nodes []Node) plan.Step {
	s := plan.Step{About: "run: " + about, Place: plan.Place{Name: "run"}}
	for _, n := range nodes {
		s.Files = append(s.Files, plan.File{Path: file(l.Dir, n.Name)})
	}
	return s
}

func (l Run) unmark(about string, file func(runDir, node string) string, nodes []Node) plan.Step {
	argv := []string{"rm", "-f"}
	for _, n := range nodes {
		argv = append(argv, file(l.Dir, n.Name))
	}
	return plan.Step{About: "run: " + about, Place: plan.Place{Name: "run"}, Argv: argv}
}
