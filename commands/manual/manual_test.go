package main

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"vagganet/commands"
)

// pages writes the manual and returns its pages and their files.
func pages(t *testing.T) ([]commands.ManualPage, []string) {
	t.Helper()
	dir := t.TempDir()
	if err := write(dir, "2026-11-28", "1.2.3"); err != nil {
		t.Fatal(err)
	}
	all, err := commands.Manual("1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(dir + "/*.[1-8]")
	if err != nil || len(files) != len(all) {
		t.Fatal(files, err)
	}
	return all, files
}

func mandoc(t *testing.T, words ...string) string {
	t.Helper()
	if _, err := exec.LookPath("mandoc"); err != nil {
		t.Skip("no mandoc here")
	}
	out, err := exec.Command("mandoc", words...).Output()
	if _, failed := err.(*exec.ExitError); err != nil && !failed {
		t.Fatal(err)
	}
	return string(out)
}

// elsewhere is what mandoc says of pages that other packages have.
var elsewhere = regexp.MustCompile(`(?m)^.*referenced manual not found.*\n`)

// mandoc finds nothing to complain of, and no reference leads nowhere.
func TestLint(t *testing.T) {
	all, files := pages(t)
	if out := elsewhere.ReplaceAllString(mandoc(t, append([]string{"-Tlint", "-Wstyle"}, files...)...), ""); out != "" {
		t.Error(out)
	}
	known := map[string]bool{}
	for _, page := range all {
		known[page.Title+"("+string(rune('0'+page.Number))+")"] = true
	}
	for _, page := range all {
		for _, to := range regexp.MustCompile(`vagga[a-z.-]*\([0-9]\)`).FindAllString(page.String(), -1) {
			if !known[to] {
				t.Errorf("%s refers to %s, which isn't there", page.Title, to)
			}
		}
		if !strings.Contains(page.String(), "\nSEE ALSO\n") {
			t.Errorf("%s has no SEE ALSO", page.Title)
		}
	}
}

// Options that the library adds are in the manual, too.
func TestManualHasVersion(t *testing.T) {
	all, _ := pages(t)
	if !strings.Contains(all[0].String(), "\n  --version, -v ") {
		t.Errorf("no --version in\n%s", all[0])
	}
}

// A reader of the manual reads what help shows: each word of it, in its order.
func TestManualIsHelp(t *testing.T) {
	all, _ := pages(t)
	for _, page := range all {
		file := filepath.Join(t.TempDir(), "page")
		if err := write(filepath.Dir(file), "2026-11-28", "1.2.3"); err != nil {
			t.Fatal(err)
		}
		read := solid(mandoc(t, "-Tutf8", "-Owidth=200", filepath.Join(filepath.Dir(file), page.Title+"."+string(rune('0'+page.Number)))))
		for _, s := range page.Sections {
			text := s.Title + strings.Join(s.Lines, "\n")
			for _, row := range s.Rows {
				text += row.Name + row.Text
			}
			if s.Title == "USAGE" || s.Title == "VERSION" {
				text = strings.Join(s.Lines, "")
			}
			if !strings.Contains(read, solid(text)) {
				t.Errorf("%s lacks its section %s", page.Title, s.Title)
			}
		}
	}
}

var struck = regexp.MustCompile(`.\x08`)

// solid returns a text without spaces, and without what a printer strikes twice. A list
// of names may be without its commas.
func solid(text string) string {
	return strings.Join(strings.Fields(struck.ReplaceAllString(text, "")), "")
}
