package report

import (
	"fmt"
	"slices"
	"strings"

	"vagganet/commands/events"
	"vagganet/commands/groups"
	"vagganet/netcmd/links"
)

// rowsShort is how many rows of links of a fault stand there at once.
const rowsShort = 3

// wordsOf returns what the links of a view are like, in a few words, and the rows of which
// these don't say all.
func wordsOf(v groups.View, sc *scene) (words string, rows []string) {
	if sc.lettered() {
		rows = v.SharedWords()
		if words := sc.formWords(v); words != "" {
			return joined(append(rows, words)...), nil
		}
		for _, r := range v.Rows() {
			rows = append(rows, r.WordsFor(sc.letters(r.From), sc.letters(r.To)))
		}
	} else {
		rows = v.Words()
	}
	for i := range rows {
		rows[i] = readable(rows[i])
	}
	if len(rows) <= rowsShort {
		return joined(rows...), nil
	}
	first := 1 + len(v.SharedWords()) // what is cut, too
	return joined(rows[:first:first]...) + "; and more", rows
}

// joined makes one text of several, of which some may be empty.
func joined(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(text string) bool { return text == "" }), "; ")
}

// lettered reports whether there are sides that have letters.
func (sc *scene) lettered() bool { return len(sc.sides) > 0 && sc.sides[0].Class != "" }

// formWords are those of a form that has some; empty for the others.
func (sc *scene) formWords(v groups.View) string {
	switch v.Form {
	case groups.Clusters, groups.Star:
		if _, silent := v.Silent(0, 1); silent {
			return "nothing passes between them" + how(v, 0, 1) + sc.inside(v)
		}
	case groups.Bridge:
		return "nothing passes between A and C" + how(v, 0, 2) + ", and B is linked with both" + sc.inside(v)
	}
	return ""
}

// how returns in what way two groups are cut from each other, where it isn't the plain one.
func how(v groups.View, a, b int) string {
	if link := v.Between(a, b); link.How != links.Drop {
		return " (" + link.Words() + ")"
	}
	return ""
}

// inside returns what the links within sides are like, where they are not as usual.
func (sc *scene) inside(v groups.View) string {
	text := ""
	for i, g := range v.Groups {
		if g.Inside != (groups.Link{}) {
			text += fmt.Sprintf("; among %s: %s", sc.sides[i].Sign, g.Inside.Words())
		}
	}
	return text
}

// marksWords say whose uplinks are cut, and which nodes are down or paused.
func marksWords(s *events.State) string {
	var words []string
	for _, how := range links.Hows {
		if nodes := nodesThatAre(s.Uplinks, how.String()); nodes != nil {
			words = append(words, "uplink "+how.Word()+": "+links.Brief(nodes, " "))
		}
	}
	for _, how := range []string{events.Down, events.Paused} {
		if nodes := nodesThatAre(s.Nodes, how); nodes != nil {
			words = append(words, links.Brief(nodes, " ")+" "+how)
		}
	}
	return readable(strings.Join(words, "; "))
}

func nodesThatAre(rows []links.Row, how string) []string {
	var nodes []string
	for _, r := range rows {
		if r.How == how {
			nodes = append(nodes, r.From)
		}
	}
	return nodes
}
