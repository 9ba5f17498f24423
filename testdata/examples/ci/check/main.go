// Check reads the workflows of this example: GitHub's by actionlint, which knows the keys,
// the expressions, and the inputs of GitHub's own actions; GitLab's as YAML with the keys
// that this example has, and no others.
//
//	go run . ../github.yml ../gitlab.yml
//	go run . -script seeds/campaign ../github.yml
//	go run . -script seeds ../gitlab.yml
//
// With -script, it prints the lines of one step, or of one job of GitLab's, as a script for
// the shell. So they can be tried where there is neither.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rhysd/actionlint"
	"go.yaml.in/yaml/v4"
)

func main() {
	script := flag.String("script", "", "print the script of this `job`, or JOB/STEP")
	flag.Parse()
	for _, file := range flag.Args() {
		if err := check(file, *script); err != nil {
			fmt.Fprintf(os.Stderr, "check: %s: %v\n", file, err)
			os.Exit(1)
		}
	}
}

func check(file, script string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if filepath.Base(file) == "gitlab.yml" {
		return checkGitLab(text, script)
	}
	return checkGitHub(file, text, script)
}

func checkGitHub(file string, text []byte, script string) error {
	linter, err := actionlint.NewLinter(os.Stderr, &actionlint.LinterOptions{Shellcheck: "shellcheck"})
	if err != nil {
		return err
	}
	faults, err := linter.Lint(file, text, nil)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return fmt.Errorf("actionlint has found %d things", len(faults))
	}
	if script == "" {
		return nil
	}
	var workflow struct {
		Jobs map[string]struct{ Steps []struct{ ID, Run string } }
	}
	if err := yaml.Unmarshal(text, &workflow); err != nil {
		return err
	}
	job, id, _ := strings.Cut(script, "/")
	for _, step := range workflow.Jobs[job].Steps {
		if step.ID == id && step.Run != "" {
			// An expression is GitHub's to fill in, and what it fills in is the shell's to run.
			if strings.Contains(step.Run, "${{") {
				return fmt.Errorf("%s has an expression in its script: give it as a variable", script)
			}
			fmt.Print(step.Run)
			return nil
		}
	}
	return fmt.Errorf("there is no step %s with a script", script)
}

// gitLabJob has the keys of a job that this example has.
type gitLabJob struct {
	Stage     string
	Image     string
	Parallel  int
	Timeout   string
	Needs     []string
	When      string
	Script    []string
	Artifacts struct {
		When    string
		Paths   []string
		Reports struct{ JUnit string }
	}
}

// gitLabStages are there without being named.
var gitLabStages = []string{"build", "test", "deploy"}

func checkGitLab(text []byte, script string) error {
	var file struct {
		Variables map[string]string
		Jobs      map[string]gitLabJob `yaml:",inline"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		return err
	}
	if err := decoder.Decode(&struct{}{}); err != io.EOF {
		return fmt.Errorf("there is more than one document")
	}
	for name, job := range file.Jobs {
		for _, needed := range job.Needs {
			if len(file.Jobs[needed].Script) == 0 {
				return fmt.Errorf("%s needs %s, which is no job", name, needed)
			}
		}
		if len(job.Script) == 0 || !slices.Contains(gitLabStages, job.Stage) {
			return fmt.Errorf("%s has no script, or a stage that there is not", name)
		}
		for _, when := range []string{job.When, job.Artifacts.When} {
			if when != "" && when != "always" && when != "on_success" && when != "on_failure" {
				return fmt.Errorf("%s: when: %s", name, when)
			}
		}
	}
	if script == "" {
		return nil
	}
	job, is := file.Jobs[script]
	if !is {
		return fmt.Errorf("there is no job %s", script)
	}
	fmt.Println(strings.Join(job.Script, "\n"))
	return nil
}
