package hints

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
)

// MissingTool returns the error that a tool is not there, with its package.
func MissingTool(tool string) error {
	return With(fmt.Errorf("%s is needed, but is not there", tool), "%s, or run scripts/deps", toInstall(tool))
}

// toInstall names the package of a tool that is not there.
func toInstall(tool string) string {
	return fmt.Sprintf("install %s (Debian's name for the package)", doctor.Package(tool))
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
	var search *exec.Error
	if errors.As(e.Err, &search) && errors.Is(search, exec.ErrNotFound) {
		return search.Name
	}
	if m := notFound().FindStringSubmatch(e.Stderr); m != nil {
		return m[1]
	}
	return ""
}

// NetemPackages are the packages with the module that many kernels do without.
const NetemPackages = "sch_netem comes with Debian's linux-image-amd64, Ubuntu's linux-modules-extra-$(uname -r),\n" +
	"Fedora's kernel-modules-extra, and Alpine's linux-lts; reboot if the kernel is another one then"
