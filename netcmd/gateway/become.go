package gateway

import (
	"slices"

	"vagganet/netcmd/plan"
)

// The headings of the step that looks, before anything is changed, for what would
// stop a plan half-way: a password that is asked for again and again, and tools
// that root doesn't find.
const (
	AboutAskedOnce = "host: nothing is asked again, and root finds its tools, so nothing stops half-way"
	AboutRootTools = "host: root finds its tools, so nothing stops half-way"
)

// NotFoundByRoot is what that step says, before the tools' names.
const NotFoundByRoot = "not found by root:"

// lookForTools looks for its arguments as commands. Sudo gives root a PATH of its
// own.
const lookForTools = `missing=; for tool; do command -v "$tool" >/dev/null || missing="$missing $tool"; done; ` +
	`[ -z "$missing" ] || { echo "` + NotFoundByRoot + `$missing" >&2; exit 127; }`

// AsRoot puts in front of a plan what becomes root and looks for root's tools. It
// changes nothing: if a password is needed, it is asked for here, and if there is
// no way to become root, or a way that wants the password for each command, it is
// known here.
func (g Gateway) AsRoot(p plan.Plan) plan.Plan {
	if len(g.Sudo) == 0 {
		return p
	}
	become := g.root("host: become root, before anything is changed", "true")
	look := g.root(AboutRootTools, g.lookForTools(p)...)
	if quiet := g.quietSudo(); quiet != nil && !slices.Equal(quiet, g.Sudo) {
		look.About, look.Place.Enter = AboutAskedOnce, quiet
	}
	return append(plan.Plan{become, look}, p...)
}

// lookForTools are the words by which root looks for the tools of its own steps in
// a plan, and of those that undo them.
func (g Gateway) lookForTools(p plan.Plan) []string {
	var tools []string
	for _, s := range slices.Concat(p, p.Undo()) {
		if !slices.Equal(s.Place.Enter, g.Sudo) {
			continue
		}
		tools = append(tools, s.Argv[0])
		if unshare := g.Tools.Unshare[0]; slices.Contains(s.Argv, unshare) {
			tools = append(tools, unshare) // as the user again, but in root's PATH
		}
	}
	slices.Sort(tools)
	return append([]string{"sh", "-c", lookForTools, "sh"}, slices.Compact(tools)...)
}
