package commands

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"vagganet/commands/doctor"
	"vagganet/commands/runner"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/plan"
)

// checkTools says which tool of a plan is not there, before anything is
// changed.
func (a App) checkTools(p plan.Plan) error {
	there := map[string]bool{}
	for _, s := range allSteps(p) {
		for _, tool := range toolWords(s) {
			if there[tool] = there[tool] || a.Machine.Has(tool); !there[tool] {
				return missingToolError(tool)
			}
		}
	}
	return nil
}

func missingToolError(tool string) error {
	return withHint(fmt.Errorf("%s is needed, but is not there", tool), "%s, or run scripts/deps", toInstall(tool))
}

// toInstall names the package of a tool that is not there.
func toInstall(tool string) string {
	return fmt.Sprintf("install %s (Debian's name for the package)", doctor.Package(tool))
}

func allSteps(p plan.Plan) plan.Plan {
	var all plan.Plan
	for _, s := range p {
		all = append(all, s)
		if s.Inside != nil {
			all = append(all, allSteps(s.Inside.Plan)...)
		}
	}
	return all
}

// toolWords are the programs of a step: the one that enters its place, and the
// one that runs there. A child's own command is not for us to check.
func toolWords(s plan.Step) []string {
	var tools []string
	if len(s.Place.Enter) > 0 {
		tools = append(tools, s.Place.Enter[0])
	}
	if s.Child == nil {
		tools = append(tools, s.Argv[0])
	}
	return tools
}

var notFound = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`failed to execute ([^\s:]+): No such file or directory`)
})

var (
	byRootLine = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(regexp.QuoteMeta(gateway.NotFoundByRoot) + `((?: \S+)+)`)
	})
	bySudoLine = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`sudo: (\S+): command not found`)
	})
)

// missingByRoot are the tools that root did not find.
func missingByRoot(e *runner.StepError) []string {
	if m := byRootLine().FindStringSubmatch(e.Stderr); m != nil {
		return strings.Fields(m[1])
	}
	if m := bySudoLine().FindStringSubmatch(e.Stderr); m != nil {
		return m[1:]
	}
	return nil
}

// rootToolsHint is what helps where root finds no such tools: to install them, or,
// where this process finds them, to have root look in the same folders.
func rootToolsHint(tools []string) string {
	var hints, folders []string
	for _, tool := range tools {
		path, err := exec.LookPath(tool)
		if err != nil {
			hints = append(hints, tool+": "+toInstall(tool))
			continue
		}
		if dir := filepath.Dir(path); !slices.Contains(folders, dir) {
			folders = append(folders, dir)
		}
	}
	if folders != nil {
		hints = append(hints, fmt.Sprintf("root has a PATH of its own (sudo's secure_path): have it contain %s, or name the tools by their paths, as in VAGGANET_IP=/usr/sbin/ip",
			strings.Join(folders, " and ")))
	}
	return strings.Join(hints, "\n")
}

// missingTool is the tool that a step failed for want of; empty if it failed
// otherwise.
func missingTool(e *runner.StepError) string {
	if errors.Is(e.Err, exec.ErrNotFound) {
		return e.Argv[0]
	}
	if m := notFound().FindStringSubmatch(e.Stderr); m != nil {
		return m[1]
	}
	return ""
}
