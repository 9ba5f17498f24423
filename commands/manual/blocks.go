package main

import (
	"regexp"
	"strings"

	"vagganet/commands/cmdline"
)

// block is a part of a text between blank lines: just one of its fields is set.
type block struct {
	text    string // words, to be filled
	literal []string
	rows    []cmdline.Row
}

// gap is what parts a term from its text.
var gap = regexp.MustCompile(`^(\S.*?) {2,}(\S.*)$`)

// blocks reads a section's lines, in the form that package pages has them in.
func blocks(lines []string) (all []block) {
	for _, part := range strings.Split(strings.Join(lines, "\n"), "\n\n") {
		part = strings.Trim(part, "\n")
		switch lines := strings.Split(part, "\n"); {
		case part == "":
		case lines[0][0] == ' ':
			all = appendLiteral(all, lines)
		case isList(lines):
			all = append(all, block{rows: list(lines)})
		default:
			all = append(all, block{text: strings.Join(lines, " ")})
		}
	}
	return all
}

// appendLiteral adds literal lines, to those before them if there are.
func appendLiteral(all []block, lines []string) []block {
	if n := len(all); n > 0 && all[n-1].literal != nil {
		all[n-1].literal = append(append(all[n-1].literal, ""), lines...)
		return all
	}
	return append(all, block{literal: lines})
}

func isList(lines []string) bool {
	return gap.MatchString(lines[0]) || len(lines) > 1 && lines[1][0] == ' '
}

// list has a row for each line at the margin; others go on with its text.
func list(lines []string) (rows []cmdline.Row) {
	for _, line := range lines {
		if line[0] == ' ' {
			last := &rows[len(rows)-1]
			last.Text = strings.TrimSpace(last.Text + " " + strings.TrimSpace(line))
			continue
		}
		if parts := gap.FindStringSubmatch(line); parts != nil {
			rows = append(rows, cmdline.Row{Name: parts[1], Text: parts[2]})
		} else {
			rows = append(rows, cmdline.Row{Name: line})
		}
	}
	return rows
}

// unindented returns the lines without the spaces that all of them begin with.
func unindented(lines []string) []string {
	least := -1
	for _, line := range lines {
		if spaces := len(line) - len(strings.TrimLeft(line, " ")); line != "" && (least < 0 || spaces < least) {
			least = spaces
		}
	}
	var out []string
	for _, line := range lines {
		out = append(out, line[min(least, len(line)):])
	}
	return out
}
