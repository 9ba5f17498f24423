package groups

import (
	"slices"

	"vagganet/netcmd/links"
)

// Row is links that are alike: what each of From sends to each of To.
type Row struct {
	From, To []string
	// Both says that To sends to From by such links, too.
	Both bool
	Link Link
}

// Rows returns the links that do not work as usual, as few rows as groups make of them.
// Links inside of a group are in one where From and To share nodes.
func (v View) Rows() []Row {
	var rows []row
	for kind := 1; kind < len(v.kinds); kind++ {
		rows = append(rows, v.rowsOf(v.kinds[kind])...)
	}
	var named []Row
	for _, r := range rows {
		named = append(named, Row{v.namesOf(r.from), v.namesOf(r.to), r.both, r.link})
	}
	return named
}

// row is a Row in the numbers of groups.
type row struct {
	from, to []int
	both     bool
	link     Link
}

// rowsOf returns the rows of one kind of link: who sends to the same ones is in one row,
// and what goes back by links of this kind is in the same one.
func (v View) rowsOf(link Link) []row {
	var rows []row
	for from := range v.Groups {
		var to []int
		for i, g := range v.Groups {
			if v.Between(from, i) == link && (i != from || len(g.Nodes) > 1) {
				to = append(to, i)
			}
		}
		if to == nil {
			continue
		}
		at := slices.IndexFunc(rows, func(r row) bool { return slices.Equal(r.to, to) })
		if at < 0 {
			at = len(rows)
			rows = append(rows, row{to: to, link: link})
		}
		rows[at].from = append(rows[at].from, from)
	}
	return v.bothWays(rows)
}

// bothWays makes one row of two where the second is what goes back.
func (v View) bothWays(rows []row) []row {
	for i := 0; i < len(rows); i++ {
		there := rows[i]
		back := slices.IndexFunc(rows, func(r row) bool {
			return !r.both && slices.Equal(r.to, there.from) &&
				(slices.Equal(r.from, there.to) || len(there.to) == len(v.Groups) && len(r.from)+len(there.from) == len(v.Groups))
		})
		if back < 0 {
			continue
		}
		rows[i].both = true
		if back != i { // not among themselves
			rows = slices.Delete(rows, back, back+1)
		}
		if back < i {
			i--
		}
	}
	return rows
}

func (v View) namesOf(groups []int) []string {
	var nodes []int
	for _, g := range groups {
		nodes = append(nodes, v.Groups[g].Nodes...)
	}
	slices.Sort(nodes)
	return v.Names(nodes)
}

// Words returns a row for a person to read, of a network of that many nodes:
// "n3 ↔ all: delay 50ms".
func (r Row) Words(nodes int) string {
	from, to := links.Brief(r.From, " "), links.Brief(r.To, " ")
	switch {
	case r.inside() && len(r.To) == nodes:
		return "all links: " + r.Link.Words()
	// a word for the rest of them, where it can't be taken for fewer
	case !r.inside() && (len(r.To) == nodes || len(r.From) == 1 && len(r.To) == nodes-1):
		to = "all"
	}
	return r.WordsFor(from, to)
}

// WordsFor returns a row for a person to read, with those words for From and To.
func (r Row) WordsFor(from, to string) string {
	arrow := " → "
	switch {
	case r.inside():
		return "among " + from + ": " + r.Link.Words()
	case r.Both:
		arrow = " ↔ "
	}
	return from + arrow + to + ": " + r.Link.Words()
}

// inside reports whether the row is links of some nodes among each other.
func (r Row) inside() bool { return slices.Equal(r.From, r.To) }
