package report

import (
	"slices"
	"strings"
)

// key explains a mark or a colour of the page.
type key struct {
	// Class is that of the mark. Sign is what stands there; without it, it is a box.
	Class, Sign, Text string
}

// keys explain the marks that occur in the timeline.
func (t timeline) keys() []key {
	seen := t.marks()
	return slices.DeleteFunc([]key{
		{"fault fault-begin", "", "a fault; all below it is tinted while it is in force"},
		{"fault fault-change", "", "a change that heals, and cuts nothing"},
		{"fault fault-failed", "", "a command of the timeline that failed"},
		{"fault fault-late", "", "planned for its beginning, and began at its end"},
		{"fault fault-missed", "", "planned for its beginning, and never began"},
		{"fault fault-pending", "", "planned, and not due yet when the run ended"},
		{"life", "", "a process runs"},
		{"down", "", "its node is down: it was killed"},
		{"paused", "", "its node is paused"},
		{"side g0", "A", "links of its node are cut or shaped: the darker, the more. Nodes with the same letter have the same links"},
		{"heat number", "1", "links of its node are cut or shaped: the darker, the more. Nodes with the same number have the same links"},
		{"heat", "", "links of its node are cut or shaped: the darker, the more"},
		{"role", "", "its node was found in that role, the last time that somebody asked"},
		{"out", "", "lines of stdout"},
		{"err", "", "lines of stderr"},
		{"good", "0", "a process ended well"},
		{"bad", "1", "a process failed, with that exit code"},
		{"stopped", "143", "a process was ended by a signal"},
		{"unknown", "unknown", "a process ended, and its exit code is not known"},
		{"good", "✓", "a check that found all links as they should be"},
		{"bad", "✗", "a check that did not"},
		{"pause", "", "the run stood still (Ctrl+Z)"},
	}, func(k key) bool { return !seen[k.mark()] })
}

// mark is the same for all that a key explains. Exit codes differ.
func (k key) mark() string {
	if k.Sign == "✓" || k.Sign == "✗" {
		return k.Sign
	}
	class, _, _ := strings.Cut(k.Class, " g")
	return class
}

// marks are those that occur.
func (t timeline) marks() map[string]bool {
	seen := map[string]bool{"pause": len(t.Pauses) > 0}
	for _, f := range t.Faults {
		seen["fault "+f.Class] = true
	}
	for _, c := range t.Checks {
		seen[c.Text] = true
	}
	for _, s := range t.Stretches {
		for _, b := range s.Bands {
			class := b.Class
			if strings.HasPrefix(class, "heat g") {
				class = "side"
			}
			seen[class] = true
		}
	}
	for _, l := range t.Lanes {
		for class, bars := range map[string]int{"life": len(l.Lives), "role": len(l.Roles), "out": len(l.Out.Path), "err": len(l.Err.Path)} {
			seen[class] = seen[class] || bars > 0
		}
		for _, b := range l.Nodes {
			seen[b.Class] = true
		}
		for _, c := range l.Codes {
			seen[c.Class] = true
		}
	}
	return seen
}

// logKeys explain the colours that occur in the log.
func logKeys(log []entry) []key {
	return slices.DeleteFunc([]key{
		{"stderr", "text", "a line of stderr"},
		{"fault", "text", "a fault begins or ends"},
		{"check", "text", "a check"},
		{"role", "text", "nodes were found in a role"},
		{"life", "text", "a process starts or ends"},
		{"note", "text", "the run stands still, or goes on"},
		{"left", "text", "lines are left out"},
	}, func(k key) bool {
		return !slices.ContainsFunc(log, func(e entry) bool { return e.class == k.Class })
	})
}

// column is one of a table. Where there is little room, its heading stands in each row.
type column struct {
	Number int
	Name   string
}

// table has the name of a table, what it shows, and its columns.
type table struct {
	Name, Caption string
	Columns       []column
}

func newTable(name, caption string, columns ...string) table {
	t := table{Name: name, Caption: caption}
	for i, c := range columns {
		t.Columns = append(t.Columns, column{i + 1, c})
	}
	return t
}

// tables are those of the page.
func tables() []table {
	return []table{
		newTable("faults", "What was done to links and nodes. A number leads to that place in the log.",
			"No.", "What", "By", "Asked", "In force", "Took", "Skew", "Ended", "Lasted", "State then"),
		newTable("roles", "Which nodes were in a role when a fault asked.", "At", "Role", "Nodes", "By"),
		newTable("checks", "Whether links were as they should be.", "At", "Found"),
		newTable("children", "Each time that a child was started.", "Child", "Node", "Address", "Started", "Ended", "Exit code", "Lines"),
	}
}
