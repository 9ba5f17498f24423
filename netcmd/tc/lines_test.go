package tc

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/links"
)

// numbered are the names of as many guests, g00 and so on.
func numbered(guests int) []string {
	var names []string
	for i := range guests {
		names = append(names, fmt.Sprintf("g%02d", i))
	}
	return names
}

// address is that of a guest by its number.
func address(guest string) netip.Addr {
	var number byte
	fmt.Sscanf(guest, "g%d", &number)
	return netip.AddrFrom4([4]byte{172, 18, 0, number + 1})
}

// link is guest number from's to number to.
func link(from, to int) links.Row {
	names := numbered(max(from, to) + 1)
	return links.Row{From: names[from], To: names[to : to+1]}
}

// after is the word that follows an option; empty where there is none.
func after(words []string, option string) string {
	if i := slices.Index(words, option); i >= 0 && i+1 < len(words) {
		return words[i+1]
	}
	return ""
}

// listed answers as the real one does, from the lines that made what there is: all
// qdiscs, and the filters of each port.
func listed(guests []string, batch []string) string {
	var qdiscs []map[string]any
	filters := map[string][]any{}
	for _, line := range batch {
		words := strings.Fields(line)
		port := after(words, "dev")
		switch {
		case words[0] == "qdisc" && (words[1] == "add" || words[1] == "replace"):
			q := map[string]any{"dev": port, "parent": after(words, "parent"), "handle": after(words, "handle"), "root": slices.Contains(words, "root")}
			for _, kind := range []string{"clsact", "htb", "netem", "tbf"} {
				if slices.Contains(words, kind) {
					q["kind"] = kind
				}
			}
			q["options"] = optionsOf(words)
			qdiscs = append(qdiscs, q)
		case words[0] == "filter" && slices.Contains(words, "egress"):
			filters[port] = append(filters[port], map[string]any{"options": map[string]any{"bytecode": bytecodeOf(line)}})
		}
	}
	slices.Reverse(qdiscs) // the kernel has them in no order
	var b strings.Builder
	out := json.NewEncoder(&b)
	out.Encode(qdiscs)
	for _, name := range guests {
		out.Encode(append([]any{}, filters[addresses.BridgePort(name)]...))
	}
	return b.String()
}

func optionsOf(words []string) map[string]any {
	number := func(option, unit string) float64 {
		var x float64
		fmt.Sscanf(strings.TrimSuffix(after(words, option), unit), "%g", &x)
		return x
	}
	if slices.Contains(words, "tbf") {
		return map[string]any{"rate": number("rate", "bit") / 8}
	}
	var jitter float64
	if i := slices.Index(words, "delay"); i > 0 && i+2 < len(words) {
		fmt.Sscanf(words[i+2], "%gms", &jitter)
	}
	return map[string]any{
		"delay":   map[string]any{"delay": number("delay", "ms") / 1000, "jitter": jitter / 1000},
		"reorder": map[string]any{"reorder": number("reorder", "%") / 100},
		"corrupt": map[string]any{"corrupt": number("corrupt", "%") / 100},
		"rate":    map[string]any{"rate": 1},
	}
}

func bytecodeOf(line string) map[string]any {
	var insns []map[string]any
	for _, insn := range strings.Split(strings.Split(line, "'")[1], ",")[1:] {
		var code, jt, jf, k uint32
		fmt.Sscan(insn, &code, &jt, &jf, &k)
		insns = append(insns, map[string]any{"code": code, "k": k})
	}
	return map[string]any{"insns": insns}
}

// TestShapesAreReadBack has shapes of all kinds on many links, and has them read
// from what they were made of.
func TestShapesAreReadBack(t *testing.T) {
	guests := numbered(18) // more than one hexadecimal digit has
	shapes := []links.Shape{
		{Delay: 50, Jitter: 10, Loss: 20, Duplicate: 1, Reorder: 25, Corrupt: 0.1, Rate: 8000},
		{Loss: 20}, {Loss: 0.0001}, {Loss: 100}, {Duplicate: 1}, {Duplicate: 100}, {Rate: 1e6}, {Rate: 2.5e9},
		{Delay: 50}, {Delay: 0.001}, {Delay: 50, Jitter: 10}, {Delay: 60000, Reorder: 25}, {Corrupt: 0.1},
	}
	wanted := links.NoShapes(guests)
	var want []links.ShapedLink
	for i, shape := range shapes {
		a := link(17-i, (5*i)%18)
		if a.From == a.To[0] {
			t.Fatal("no link")
		}
		wanted = wanted.With([]links.Row{a}, shape)
		want = append(want, links.ShapedLink{From: a.From, To: a.To[0], Shape: shape})
	}
	slices.SortFunc(want, func(a, b links.ShapedLink) int { return strings.Compare(a.From, b.From) })
	lines := Lines(wanted, links.NoShapes(guests), Queues{}, address, 0)
	got, made, err := Read(listed(guests, lines), guests, address)
	if err != nil || !slices.Equal(got.Links(), want) {
		t.Fatalf("%v\nread %v\nwant %v\nfrom %s", err, got.Links(), want, strings.Join(lines, "\n"))
	}
	if again := Lines(wanted, got, made, address, 0); again != nil {
		t.Errorf("what is there already is made again:\n%s", strings.Join(again, "\n"))
	}
	for _, line := range Lines(links.NoShapes(guests), got, made, address, 0) {
		if words := strings.Fields(line); words[1] != "del" && words[0] != "filter" || words[0] == "qdisc" {
			t.Errorf("to clear all there is %s", line)
		}
	}
}

// A link that changes has its own filters, class and queue changed, and nothing else
// is named: neither what all have, nor what is other links'.
func TestShapeChangesAlone(t *testing.T) {
	a, c := []links.Row{link(0, 1)}, []links.Row{link(2, 1)}
	now, made := links.NoShapes(numbered(3)), Queues{}
	apply := func(wanted links.Shapes) []string {
		lines := Lines(wanted, now, made, address, 0)
		now, made = wanted, Queues{map[place]bool{{1, clsactPlace}: true, {1, rootPlace}: true},
			map[[2]int]string{{0, 1}: leafIn(lines, "1:1"), {2, 1}: leafIn(lines, "1:3")}}
		return lines
	}
	apply(now.With(a, links.Shape{Loss: 1, Rate: 8000}).With(c, links.Shape{Delay: 5, Rate: 8000}))
	for _, shape := range []links.Shape{{Loss: 2, Rate: 8000}, {Loss: 2}, {Delay: 3}, {Delay: 3, Rate: 8000}, {Delay: 4, Rate: 9000}, {Rate: 9000}, {Duplicate: 1}, {}} {
		before := made.leaves[[2]int{0, 1}]
		for _, line := range apply(now.With(a, shape)) {
			words := strings.Fields(line)
			own := after(words, "classid") == "1:1" || after(words, "handle") == "1" && words[0] == "filter" ||
				words[0] == "qdisc" && (after(words, "parent") == "1:1" || after(words, "parent") == "2:1" || after(words, "parent") == "4002:1")
			if !own || words[0] == "qdisc" && words[1] == "del" {
				t.Errorf("to have %v there is %s", shape, line)
			}
			if after(words, "parent") == "1:1" && after(words, "handle") == before {
				t.Errorf("the queue of the link is changed, not made anew: %s", line)
			}
		}
	}
}

// leafIn is the handle of what lines of tc put into a class.
func leafIn(batch []string, class string) string {
	for _, line := range batch {
		if words := strings.Fields(line); words[0] == "qdisc" && after(words, "parent") == class {
			return after(words, "handle")
		}
	}
	return ""
}

// Many packets may be under way on a link that is slow.
func TestDelayHoldsMany(t *testing.T) {
	if netem := netem(links.Shape{Delay: 50}); !strings.HasPrefix(netem, "netem limit 100000 delay 50ms") {
		t.Error(netem)
	}
}

// What can go at once at the slowest rate is two frames, however large the run has
// them: a larger frame than that would never pass.
func TestBurstFollowsMTU(t *testing.T) {
	for mtu, want := range map[int]string{0: "burst 3028 ", 1500: "burst 3028 ", 68: "burst 164 ", 9000: "burst 18028 ", 65535: "burst 131098 "} {
		none := links.NoShapes(numbered(2))
		slow := Lines(none.With([]links.Row{link(0, 1)}, links.Shape{Rate: 8000}), none, Queues{}, address, mtu)
		if !strings.Contains(strings.Join(slow, "\n"), want) {
			t.Errorf("MTU %d: no %q in %q", mtu, want, slow)
		}
	}
}

func TestShapesUnread(t *testing.T) {
	for _, text := range []string{"no JSON", `[{"kind":1}]`, `[]`, `[][]`, `[][{]`, "", " \n", `[{"kind":"tbf","dev":"g-g00","parent":"1:1","options":{"rate":"x"}}][][]`} {
		if _, _, err := Read(text, numbered(2), address); err == nil {
			t.Errorf("%q is read without an error", text)
		}
	}
}
