package firewall

import (
	"slices"
	"strings"

	"vagganet/netcmd/links"
)

// transactionMost is how much iptables-nft can hand to the kernel at once, by
// weight: the buffer of a user's socket holds 212992 bytes unless the machine is
// told otherwise, and that can't be raised from inside a user namespace.
const transactionMost = 180_000

// weight is about how many bytes a line of iptables-restore becomes on its way
// to the kernel; rather more than less. Matches have a fixed size, most of it
// empty.
func weight(line string) int {
	switch {
	case line[0] == '*' || line == "COMMIT":
		return 20
	case line[0] == ':':
		return 90
	}
	// With the space before it, no end of a port's name is taken for an option.
	return 110 + 220*strings.Count(line, " -m ") + 140*(strings.Count(line, " -i ")+strings.Count(line, " -o ")) +
		200*strings.Count(line, " -j REJECT")
}

// Transaction is the input of the table's restore that has these chains, all
// others left alone. Naming a chain makes it, or empties it.
func (t Table) Transaction(chains []Chain) []string {
	input := []string{"*filter"}
	for _, c := range chains {
		input = append(input, ":"+c.Name+t.policy)
	}
	for _, c := range chains {
		for _, rule := range c.rules {
			input = append(input, "-A "+c.Name+" "+rule)
		}
	}
	return append(input, "COMMIT")
}

// Fits reports whether that is not too much for one transaction.
func Fits(input []string) bool {
	sum := 0
	for _, line := range input {
		sum += weight(line)
	}
	return sum <= transactionMost
}

// transactions are as many as it takes: each chain is named in the one where its
// rules begin, and may go on in the next. A chain must come before those that
// lead to it.
func (t Table) transactions(chains []Chain) []string {
	var input, names, rules []string
	sum := 0
	end := func() {
		input = slices.Concat(input, []string{"*filter"}, names, rules, []string{"COMMIT"})
		names, rules, sum = nil, nil, 0
	}
	add := func(to *[]string, line string) {
		if sum += weight(line); sum > transactionMost-100 { // for the lines around
			end()
			sum = weight(line)
		}
		*to = append(*to, line)
	}
	for _, c := range chains {
		add(&names, ":"+c.Name+t.policy)
		for _, rule := range c.rules {
			add(&rules, "-A "+c.Name+" "+rule)
		}
	}
	end()
	return input
}

// ReplaceLinks returns the input of the table's restore that cuts the links, in place of
// the rules that are there now: one transaction, where that can be, and else several,
// of which one, the swap, makes all the difference. Those before it fill chains that
// nothing leads to yet. In the same way, old chains are emptied that nothing leads to
// any more.
func (t Table) ReplaceLinks(c links.Cuts, now Rules, legacy bool) []string {
	made := t.LinkChains(c, CutChain)
	input := t.Transaction(append(made, now.leftovers(made)...))
	if !tooMuch(input, legacy) {
		return input
	}
	if input = t.Transaction(made); tooMuch(input, legacy) {
		made = t.LinkChains(c, now.unusedTop())
		slices.Reverse(made) // the way in comes last
		swap := Chain{CutChain, []string{"-j " + now.unusedTop()}}
		input = slices.Concat(t.transactions(made), t.Transaction([]Chain{swap}))
		made = append(made, swap)
	}
	if old := now.leftovers(made); old != nil {
		input = append(input, t.transactions(old)...)
	}
	return input
}

// tooMuch reports whether that can't be one transaction. An iptables of the legacy
// kind can take any.
func tooMuch(input []string, legacy bool) bool { return !legacy && !Fits(input) }

// LinksFit reports whether rules for these cuts can be made in one transaction.
func (t Table) LinksFit(c links.Cuts, legacy bool) bool {
	return legacy || mostRules(c)*t.ruleMost() <= transactionMost || Fits(t.Transaction(t.LinkChains(c, CutChain)))
}

// ruleMost is the weight of a rule for a port.
func (t Table) ruleMost() int { return weight("-A CHAIN " + t.out + " PORT " + t.jump + "CHAIN") }

// mostRules is a number that the rules for these cuts don't exceed where their chains
// are not divided, and takes much less time than to make them: one for each guest, and,
// for all guests that lose the same, one for each sender that they lose something of. Two
// more are for the name and the end of each chain, and some for those that many lead to.
func mostRules(c links.Cuts) int {
	rules, seen := len(c.Guests)+20, map[string]bool{}
	for to := range c.Guests {
		if lost := losses(c, to); !seen[lost] {
			seen[lost] = true
			rules += 2 + len(lost) - strings.Count(lost, "\x00")
		}
	}
	return rules
}
