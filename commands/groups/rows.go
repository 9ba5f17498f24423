package groups

import (
	"slices"

	"vagganet/netcmd/links"
)

// Row is links that are alike: what each of From sends to each of To.
type Row struct {
	From, To []string
	// Both reports whether To sends to From by such links, too.
	Both bool
	Link Link
}

// Rows returns the links that do not work as usual, as few rows as groups make of them. The
// shape that all share is in none.
// Links inside of a group are in one where From and To share nodes.
func (v View) Rows() []Row {
	var named []Row
	for kind, rows := range v.rowsByKind() {
		for _, r := range v.bothWays(rows) {
			named = append(named, Row{v.namesOf(r.from), v.namesOf(r.to), r.both, v.kinds[kind]})
		}
	}
	return named
}

// row is a Row in the numbers of groups.
type row struct {
	from, to []int
	both     bool
}

// rowsByKind returns the rows of each kind of link, by its number: who sends to the same ones
// is in one row. It looks at each link once, since there may be as many kinds as links.
func (v View) rowsByKind() [][]row {
	rows := make([][]row, len(v.kinds))
	for from := range v.Groups {
		receivers := map[int][]int{} // by kind
		for to := range v.Groups {
			if kind := v.kindBetween(from, to); kind > 0 {
				receivers[kind] = append(receivers[kind], to)
			}
		}
		for kind, to := range receivers {
			at := slices.IndexFunc(rows[kind], func(r row) bool { return slices.Equal(r.to, to) })
			if at < 0 {
				at = len(rows[kind])
				rows[kind] = append(rows[kind], row{to: to})
			}
			rows[kind][at].from = append(rows[kind][at].from, from)
		}
	}
	return rows
}

// kindBetween returns the kind of what Between returns; 0 for one node and itself.
func (v View) kindBetween(from, to int) int {
	sender, receivers := v.Groups[from].Nodes[0], v.Groups[to].Nodes
	switch {
	case from != to:
		return v.link(sender, receivers[0])
	case len(receivers) > 1:
		return v.link(sender, receivers[1])
	}
	return 0
}

// bothWays makes one row of two of a kind where the second is what goes back.
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
		return allLinks + r.Link.Words()
	// a word for the rest of them, where it can't be taken for fewer
	case !r.inside() && (len(r.To) == nodes || len(r.From) == 1 && len(r.To) == nodes-1):
		to = "all"
		if slices.Contains(r.From, to) || slices.Contains(r.To, to) {
			to = "*" // as in commands: a node is called so
		}
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
