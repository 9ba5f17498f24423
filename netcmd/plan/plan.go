// Package plan holds command lines as data.
//
// A builder makes a Plan; one reader prints it as a shell script, another one
// runs it. Both take the words of a step from here, so what is printed is what
// is run. To start a tool takes longer than most of what a tool does: so who runs the
// plan goes to a network namespace (Place.Thread), makes files (Step.Files) and makes the
// namespaces of nodes (Step.Nodes) by system calls, for which the script has words.
package plan

import (
	"slices"
	"strings"
)

// Plan is a list of steps, to be done one after another, but for those that are
// done together.
type Plan []Step

// Step is one command line, and what else has to be known to do it.
type Step struct {
	// About is the heading under which the printer shows the step, such as
	// "host: forwarding". Steps in a row with the same heading share it.
	About string
	// Place is where the command line runs.
	Place Place
	// Env are NAME=VALUE assignments in front of the command line. With OnlyEnv
	// they are all of its environment.
	Env     []string
	OnlyEnv bool
	// Argv is the command and its arguments. A word may contain Var references.
	Argv []string
	// Files are made in place of a command. Who runs the plan needs no tool for that.
	Files []File
	// Stdin is given to the command, and printed as a here-document. It may
	// contain Var references. Empty means no input.
	Stdin string
	// Capture names the variable that takes the command's standard output,
	// without its last newline.
	Capture string
	// Says reports whether what the command writes to its standard error is for the
	// user, though it succeeds.
	Says bool
	// Together names a group. Its steps, which stand in a row, are all started
	// first, then all get their input, and then all are waited for: what they
	// do happens at almost the same time.
	Together string
	// AnyOrder names a group. Its steps, which stand in a row, don't need each
	// other: a few of them at a time are done side by side. In a script they
	// come one after another, which is an order, too.
	AnyOrder string
	// Undo takes the step back, in the order given.
	Undo []Step
	// MayFail reports whether a failure of this step is no failure of the plan: it
	// takes away what may be gone already. Where the command says so in words
	// of its own, Gone has them instead, and other failures count.
	MayFail bool
	Gone    []string
	// Evidence reports whether this step takes away what shows the next command that
	// something is left. While undoing, it is left out when a step before it
	// failed.
	Evidence bool
	// What makes the step more than a command line. A step has one of them at
	// most.
	Child   *Child
	Nodes   *Nodes
	Numbers *Numbers
	Holders *Holders
	Inside  *Inside
}

// Place is a set of namespaces, or a user, that a command line runs in.
type Place struct {
	// Name is what messages call it: "host", "gateway", "guest a".
	Name string
	// Enter are the words in front of a command that runs there.
	Enter []string
	// Thread is where they lead, if a thread can go there by itself: then who runs
	// the plan needs no tool for that.
	Thread Thread
}

// Thread is where a thread goes, apart from the others of its process. The zero
// value is where it is.
type Thread struct {
	// NetNS is the file of a network namespace; empty for none.
	NetNS string
	// Hostname is that of a UTS namespace that is made; empty for none.
	Hostname string
}

// Words are all words of the step's command line, with the way to its place.
func (s Step) Words() []string {
	words := make([]string, 0, len(s.Place.Enter)+len(s.Argv))
	return append(append(words, s.Place.Enter...), s.Argv...)
}

// Tolerates reports whether the step may fail in this way: what the command wrote
// to its standard error tells.
func (s Step) Tolerates(stderr string) bool {
	return s.MayFail || slices.ContainsFunc(s.Gone, func(words string) bool { return strings.Contains(stderr, words) })
}

// Groups are the plan's steps as they are done: one after another, or several
// together, or several in any order.
func (p Plan) Groups() []Plan {
	var groups []Plan
	for i, s := range p {
		if i > 0 && s.inGroupOf(p[i-1]) {
			last := len(groups) - 1
			groups[last] = append(groups[last], s)
			continue
		}
		groups = append(groups, Plan{s})
	}
	return groups
}

func (s Step) inGroupOf(other Step) bool {
	return s.Together == other.Together && s.AnyOrder == other.AnyOrder && s.Together+s.AnyOrder != ""
}

// InAnyOrder makes a group of steps that don't need each other.
func InAnyOrder(group string, plans ...Plan) Plan {
	all := slices.Concat(plans...)
	for i := range all {
		all[i].AnyOrder = group
	}
	return all
}

// Undo lists what takes the given steps back, the last step's first.
func (p Plan) Undo() Plan {
	var undo Plan
	for i := len(p) - 1; i >= 0; i-- {
		undo = append(undo, p[i].Undo...)
	}
	return undo
}

// A reference is a name between two NUL bytes: no argument of a process can
// hold a NUL, so no user's text can look like a reference.
const mark = "\x00"

// Var refers to a value that is known only when the plan runs: the output of a
// step before it with that Capture. It may stand anywhere in a word or in Stdin.
func Var(name string) string { return mark + name + mark }

// Env refers to a variable of the caller's environment, in the same way.
func Env(name string) string { return mark + ofEnv + name + mark }

// ofEnv stands before the names of the environment's variables, where no name of a
// captured one can have it.
const ofEnv = "="

// EnvName returns the environment's variable that a reference is to, by the name
// that Expand gives; false if it is to a captured one.
func EnvName(name string) (string, bool) { return strings.CutPrefix(name, ofEnv) }

// Expand puts the values of variables into a word or a Stdin: for those of the
// environment, EnvName knows the name.
func Expand(text string, value func(name string) string) string {
	if !strings.Contains(text, mark) {
		return text
	}
	parts := strings.Split(text, mark)
	for i := 1; i < len(parts); i += 2 {
		parts[i] = value(parts[i])
	}
	return strings.Join(parts, "")
}

// All returns the steps with those that are run inside of them.
func (p Plan) All() Plan {
	var all Plan
	for _, s := range p {
		all = append(all, s)
		if s.Inside != nil {
			all = append(all, s.Inside.Plan.All()...)
		}
	}
	return all
}

// Tools returns the programs of a step: the one that enters its place, and the one that
// runs there. A child's own command is none of the host's tools.
func (s Step) Tools() []string {
	var tools []string
	if len(s.Place.Enter) > 0 {
		tools = append(tools, s.Place.Enter[0])
	}
	if s.Child == nil && s.Files == nil {
		tools = append(tools, s.Argv[0])
	}
	return tools
}
