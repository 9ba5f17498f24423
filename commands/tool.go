package commands

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"

	"vagganet/commands/runner"
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
	name := packages[filepath.Base(tool)]
	if name == "" {
		name = filepath.Base(tool)
	}
	return withHint(fmt.Errorf("%s is needed, but is not there", tool),
		"install %s (Debian's name of the package), or run scripts/deps", name)
}

func allSteps(p plan.Plan) plan.Plan {
	var all plan.Plan
	for _, s := range p {
		all = append(append(all, s), allSteps(s.Inner)...)
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
	if s.Child == "" {
		tools = append(tools, s.Argv[0])
	}
	return tools
}

var notFound = regexp.MustCompile(`(?:failed to execute |sudo: )([^\s:]+)(?:: No such file or directory|: command not found)`)

// missingTool is the tool that a step failed for want of; empty if it failed
// otherwise.
func missingTool(e *runner.StepError) string {
	if errors.Is(e.Err, exec.ErrNotFound) {
		return e.Argv[0]
	}
	if m := notFound.FindStringSubmatch(e.Stderr); m != nil {
		return m[1]
	}
	return ""
}
