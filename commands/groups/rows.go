package groups

import (
	"cmp"
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
// shape that all share is in none. What goes one way has no such link that comes back.
// Links inside of a group are in one where From and To share nodes.
func (v View) Rows() []Row {
	var named []Row
	for kind, of := range v.senders() {
		for _, r := range slices.Concat(mutualRows(of), oneWayRows(of)) {
			row := Row{v.namesOf(r.from), v.namesOf(r.to), r.both, v.kinds[kind]}
			if fewer := cmp.Compare(len(row.To), len(row.From)); row.Both && (fewer < 0 || fewer == 0 && r.to[0] < r.from[0]) {
				row.From, row.To = row.To, row.From // the fewer ones first
			}
			named = append(named, row)
		}
	}
	return named
}

// row is a Row in the numbers of groups.
type row struct {
	from, to []int
	both     bool
}

// sender is a group that sends by links of one kind: to whom of those who send so to it,
// and to whom of the others.
type sender struct {
	group          int
	mutual, oneWay []int
}

// senders returns those of each kind of link, by its number. It looks at each link once,
// since there may be as many kinds as links.
func (v View) senders() [][]sender {
	senders := make([][]sender, len(v.kinds))
	for from := range v.Groups {
		for to := range v.Groups {
			kind := v.kindBetween(from, to)
			if kind == 0 {
				continue
			}
			if last := len(senders[kind]) - 1; last < 0 || senders[kind][last].group != from {
				senders[kind] = append(senders[kind], sender{group: from})
			}
			s := &senders[kind][len(senders[kind])-1]
			if v.kindBetween(to, from) == kind {
				s.mutual = append(s.mutual, to)
			} else {
				s.oneWay = append(s.oneWay, to)
			}
		}
	}
	return senders
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

// mutualRows returns rows of the links that go both ways. Who has the most of them is first,
// with those that have the same ones, and what is left of the others is in the next rows.
func mutualRows(of []sender) []row {
	var rows []row
	for {
		r := row{both: true}
		for _, s := range of {
			if len(s.mutual) > len(r.to) {
				r.to = s.mutual
			}
		}
		if r.to == nil {
			return rows
		}
		for i := range of {
			if s := &of[i]; slices.Equal(s.mutual, r.to) {
				r.from, s.mutual = append(r.from, s.group), nil
			}
		}
		for i := range of {
			if s := &of[i]; slices.Contains(r.to, s.group) {
				s.mutual = slices.DeleteFunc(s.mutual, func(to int) bool { return slices.Contains(r.from, to) })
			}
		}
		rows = append(rows, r)
	}
}

// oneWayRows returns rows of the others: who sends to the same ones is in one row.
func oneWayRows(of []sender) []row {
	var rows []row
	for _, s := range of {
		if s.oneWay == nil {
			continue
		}
		at := slices.IndexFunc(rows, func(r row) bool { return slices.Equal(r.to, s.oneWay) })
		if at < 0 {
			at = len(rows)
			rows = append(rows, row{to: s.oneWay})
		}
		rows[at].from = append(rows[at].from, s.group)
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
		to = r.all()
	case len(r.To) == 1 && len(r.From) == nodes-1 && !r.inside():
		from = r.all()
	}
	return r.WordsFor(from, to)
}

// all is the word for all nodes; as in commands, another one where a node is called so.
func (r Row) all() string {
	const all = "all"
	if slices.Contains(r.From, all) || slices.Contains(r.To, all) {
		return "*"
	}
	return all
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
