package commands

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"vagganet/commands/hints"
	"vagganet/commands/report"
	"vagganet/commands/supervisor"
)

// out is the folder of run --out, which has a file for each child and these. Its methods do
// nothing where there is none, which is nil.
type out struct {
	path  string
	dir   *os.File
	made  bool                // the folder was not there before
	files map[string]*os.File // by name; those of the children are closed
}

// makeOut makes the folder and the files in it, before anything is started; nil where none
// is named. Where something can't be made, nothing is left.
func makeOut(name string, spec *supervisor.Spec, detached bool) (*out, error) {
	if name == "" {
		return nil, nil
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	o := &out{path: path, files: map[string]*os.File{}}
	if err := o.open(name); err != nil {
		return nil, err
	}
	wanted := []string{report.EventsFile, report.PageFile}
	if detached {
		wanted = append(wanted, report.OutputFile)
	}
	for _, c := range spec.Run.Children {
		wanted = append(wanted, supervisor.LogName(c.Name))
	}
	for _, file := range wanted {
		if err := o.create(file); err != nil {
			o.undo()
			return nil, hints.With(fmt.Errorf("the run's files can't be written: %w", err), "--out takes a folder of yours")
		}
	}
	spec.Run.Out = path
	return o, nil
}

// open opens the folder, and makes it if it is not there. It must be empty.
func (o *out) open(name string) error {
	err := os.Mkdir(o.path, 0o777)
	o.made = err == nil
	if err != nil && !errors.Is(err, os.ErrExist) {
		return hints.With(fmt.Errorf("the run's files can't be written: %w", err), "--out takes a folder of yours, or makes one in a folder that is there")
	}
	list, err := os.ReadDir(o.path)
	if err != nil {
		return hints.With(fmt.Errorf("the run's files can't be written: %w", err), "--out takes a folder of yours")
	}
	if len(list) > 0 {
		return hints.With(fmt.Errorf("the run's files can't be written: %s is not empty", name), "name another folder by --out, or empty this one")
	}
	o.dir, err = os.Open(o.path)
	return err
}

func (o *out) create(name string) error {
	file, err := os.OpenFile(filepath.Join(o.path, name), os.O_CREATE|os.O_EXCL|os.O_RDWR|os.O_APPEND, 0o666)
	if err != nil {
		return err
	}
	o.files[name] = file
	if filepath.Ext(name) == ".log" {
		return file.Close() // the process inside opens it
	}
	return nil
}

// undo removes what was made.
func (o *out) undo() {
	if o == nil {
		return
	}
	for name := range o.files {
		os.Remove(filepath.Join(o.path, name))
	}
	if o.made {
		os.Remove(o.path)
	}
}

// listeners are the files that the run's events make.
func (o *out) listeners() []*os.File {
	if o == nil {
		return nil
	}
	return []*os.File{o.files[report.EventsFile], o.files[report.PageFile]}
}

func (o *out) folder() *os.File {
	if o == nil {
		return nil
	}
	return o.dir
}

// log is the file for what a run in the background writes; nil for others.
func (o *out) log() *os.File {
	if o == nil {
		return nil
	}
	return o.files[report.OutputFile]
}

// finish writes the summary, when all other files are written.
func (o *out) finish(s report.Summary, spec supervisor.Spec, code int) error {
	if o == nil {
		return nil
	}
	s.Run = cmp.Or(s.Run, spec.Run.Name)
	s.Command, s.Seed, s.Code = spec.Run.Command, spec.Run.Seed, code
	ended := map[string]report.ChildEnded{}
	for _, c := range s.Children {
		ended[c.Name] = c
	}
	s.Children = []report.ChildEnded{}
	for _, c := range spec.Run.Children {
		s.Children = append(s.Children, cmp.Or(ended[c.Name], report.ChildEnded{Name: c.Name, Node: c.Node}))
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err == nil {
		err = os.WriteFile(filepath.Join(o.path, report.SummaryFile), append(text, '\n'), 0o666)
	}
	if err != nil {
		return fmt.Errorf("the run's summary could not be written: %w", err)
	}
	return nil
}
