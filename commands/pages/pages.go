// Package pages has the texts of help and of the manual pages that are written by
// hand: a file for each verb, and one for each topic.
//
// A file is sections: a heading in capitals at the margin, and below it lines that
// are indented by two, in paragraphs:
//
//	lines indented by two       text
//	a name, two spaces or more, and text, continued below the text
//	                            a list of terms
//	lines indented by four or more
//	                            literal: commands, output, files
package pages

import (
	"embed"
	"strings"
)

//go:embed *.txt
var files embed.FS

// Section is a heading and the lines below it, without what they are indented by.
type Section struct {
	Title string
	Lines []string
}

// Of returns the sections of a page; none where there is no such page.
func Of(name string) []Section {
	text, err := files.ReadFile(name + ".txt")
	if err != nil {
		return nil
	}
	var sections []Section
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		if line != "" && line[0] != ' ' {
			sections = append(sections, Section{Title: line})
			continue
		}
		last := &sections[len(sections)-1]
		last.Lines = append(last.Lines, strings.TrimPrefix(line, "  "))
	}
	for i := range sections {
		sections[i].Lines = trim(sections[i].Lines)
	}
	return sections
}

// trim leaves out blank lines at both ends.
func trim(lines []string) []string {
	return strings.Split(strings.Trim(strings.Join(lines, "\n"), "\n"), "\n")
}
