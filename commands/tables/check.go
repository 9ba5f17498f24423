// Package tables has what status and check print: tables for a person, and JSON.
package tables

import (
	"encoding/json"
	"fmt"
	"io"

	"vagganet/netcmd/links"
	"vagganet/netcmd/live"
)

// Check is what check --json prints.
type Check struct {
	Run string `json:"run"`
	// OK reports whether every link is as it should be.
	OK bool `json:"ok"`
	// Links are all ordered pairs of guests.
	Links []live.CheckedLink `json:"links"`
	// Shaped lists the links that delay, lose and so on, and may answer so.
	Shaped []links.ShapedLink `json:"shaped"`
	// Trouble is, by its name, why a guest could not be probed.
	Trouble map[string]string `json:"trouble"`

	Guests []string `json:"-"` // all of the run's, in the order of the table
	IPv6   bool     `json:"-"` // the run has it
}

// Print writes the check for a person, in so many columns, or as JSON.
func (r Check) Print(w io.Writer, asJSON bool, columns int) error {
	if asJSON {
		out := json.NewEncoder(w)
		out.SetIndent("", "  ")
		return out.Encode(r)
	}
	io.WriteString(w, matrix(links.InOrder(r.Guests), columns, r.cell))
	for _, guest := range r.Guests {
		if why := r.Trouble[guest]; why != "" {
			fmt.Fprintf(w, "%s can't be probed: %s\n", guest, why)
		}
	}
	r.writeDifferences(w)
	_, err := fmt.Fprintln(w, r.Summary())
	return err
}

func (r Check) writeDifferences(w io.Writer) {
	shown, more := 0, 0
	for _, l := range r.Links {
		switch {
		case l.State == live.LinkOK || l.State == live.LinkUnknown:
		case shown == differencesMost:
			more++
		default:
			shown++
			fmt.Fprintln(w, l)
		}
	}
	if more > 0 {
		fmt.Fprintf(w, "and %d more, which --json lists\n", more)
	}
}

// Summary returns the check in one line.
func (r Check) Summary() string {
	count := map[live.LinkState]int{}
	cut, arp, ipv6 := map[links.How]int{}, 0, 0
	for _, l := range r.Links {
		count[l.State]++
		if l.ARP == live.Untried {
			arp++
		}
		if r.IPv6 && l.IPv6 == live.Untried {
			ipv6++
		}
		if l.State == live.LinkOK {
			cut[l.How]++
		}
	}
	text := fmt.Sprintf("run %s: %d of %d links are as they should be: %d linked", r.Run, count[live.LinkOK], len(r.Links), cut[links.Up])
	for _, how := range links.Hows {
		if cut[how] > 0 || how == links.Drop {
			text += fmt.Sprintf(", %d %s", cut[how], how.Word())
		}
	}
	for _, state := range []live.LinkState{live.LinkLeaks, live.LinkDead, live.LinkUnknown} {
		if count[state] > 0 {
			text += fmt.Sprintf("; %d %s", count[state], state)
		}
	}
	if ipv6 > 0 {
		text += fmt.Sprintf("; IPv6 not tried on %d", ipv6)
	}
	if arp > 0 {
		text += fmt.Sprintf("; ARP not tried on %d", arp)
	}
	if len(r.Shaped) > 0 {
		text += fmt.Sprintf("; %d shaped", len(r.Shaped))
	}
	return text
}

func (r Check) cell(from, to string) string {
	for _, l := range r.Links {
		switch {
		case l.From != from || l.To != to:
		case l.State == live.LinkOK && l.Cut:
			return l.How.Word()
		default:
			return string(l.State)
		}
	}
	return "-"
}

// Differences counts the links that differ, and the guests that could not be probed.
func (r Check) Differences() int {
	n := len(r.Trouble)
	for _, l := range r.Links {
		if l.State == live.LinkLeaks || l.State == live.LinkDead {
			n++
		}
	}
	return n
}

// differencesMost is how many differences a person is shown one by one.
const differencesMost = 100
