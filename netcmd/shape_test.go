package netcmd

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/plan"
)

// shapedRun has as many guests, g00 and so on.
func shapedRun(guests int) LiveRun {
	var l LiveRun
	l.Tools = plan.UsualTools()
	ip := netip.MustParseAddr("172.18.0.0")
	for i := range guests {
		ip = ip.Next()
		l.Guests = append(l.Guests, Guest{Name: fmt.Sprintf("g%02d", i), IP: ip})
	}
	return l
}

// link is guest number from's to number to.
func link(l LiveRun, from, to int) Row { return Row{From: l.Names()[from], To: l.Names()[to : to+1]} }

// tc answers as the real one does, from the lines that made what there is: all
// qdiscs, and the filters of each port.
func tc(l LiveRun, batch string) string {
	var qdiscs []map[string]any
	filters := map[string][]any{}
	for line := range strings.Lines(batch) {
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
	for _, name := range l.Names() {
		out.Encode(append([]any{}, filters[addresses.Port(name)]...))
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
	l := shapedRun(18) // more than one hexadecimal digit has
	shapes := []Shape{
		{Delay: 50, Jitter: 10, Loss: 20, Duplicate: 1, Reorder: 25, Corrupt: 0.1, Rate: 8000},
		{Loss: 20}, {Loss: 0.0001}, {Loss: 100}, {Duplicate: 1}, {Duplicate: 100}, {Rate: 1e6}, {Rate: 2.5e9},
		{Delay: 50}, {Delay: 0.001}, {Delay: 50, Jitter: 10}, {Delay: 60000, Reorder: 25}, {Corrupt: 0.1},
	}
	wanted := NoShapes(l.Names())
	var want []ShapedLink
	for i, shape := range shapes {
		a := link(l, 17-i, (5*i)%18)
		if a.From == a.To[0] {
			t.Fatal("no link")
		}
		wanted = wanted.With([]Row{a}, shape)
		want = append(want, ShapedLink{a.From, a.To[0], shape})
	}
	slices.SortFunc(want, func(a, b ShapedLink) int { return strings.Compare(a.From, b.From) })
	plan := l.Shape(wanted, NoShapes(l.Names()))
	got, err := l.ReadShapes(inMap(map[string]string{shapesRead: tc(l, plan[0].Stdin)}))
	if err != nil || !slices.Equal(got.Links(), want) {
		t.Fatalf("%v\nread %v\nwant %v\nfrom %s", err, got.Links(), want, plan[0].Stdin)
	}
	if again := l.Shape(wanted, got); again != nil {
		t.Errorf("what is there already is made again:\n%s", again[0].Stdin)
	}
	gone := l.Shape(NoShapes(l.Names()), got)
	for line := range strings.Lines(gone[0].Stdin) {
		if words := strings.Fields(line); words[1] != "del" && words[0] != "filter" || words[0] == "qdisc" {
			t.Errorf("to clear all there is %s", line)
		}
	}
}

// A link that changes has its own filters, class and queue changed, and nothing else
// is named: neither what all have, nor what is other links'.
func TestShapeChangesAlone(t *testing.T) {
	l := shapedRun(3)
	a, c := []Row{link(l, 0, 1)}, []Row{link(l, 2, 1)}
	now := NoShapes(l.Names())
	apply := func(wanted Shapes) []string {
		t.Helper()
		p := l.Shape(wanted, now)
		if p == nil {
			return nil
		}
		now, wanted.there = wanted, map[place]bool{{1, clsactPlace}: true, {1, rootPlace}: true}
		now.there, now.leaves = wanted.there, map[[2]int]string{{0, 1}: leafIn(p[0].Stdin, "1:1"), {2, 1}: leafIn(p[0].Stdin, "1:3")}
		return strings.Split(strings.TrimSuffix(p[0].Stdin, "\n"), "\n")
	}
	apply(now.With(a, Shape{Loss: 1, Rate: 8000}).With(c, Shape{Delay: 5, Rate: 8000}))
	for _, shape := range []Shape{{Loss: 2, Rate: 8000}, {Loss: 2}, {Delay: 3}, {Delay: 3, Rate: 8000}, {Delay: 4, Rate: 9000}, {Rate: 9000}, {Duplicate: 1}, {}} {
		before := now.leaves[[2]int{0, 1}]
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
func leafIn(batch, class string) string {
	for line := range strings.Lines(batch) {
		if words := strings.Fields(line); words[0] == "qdisc" && after(words, "parent") == class {
			return after(words, "handle")
		}
	}
	return ""
}

// Many packets may be under way on a link that is slow.
func TestDelayHoldsMany(t *testing.T) {
	if netem := (Shape{Delay: 50}).netem(); !strings.HasPrefix(netem, "netem limit 100000 delay 50ms") {
		t.Error(netem)
	}
}

// What can go at once at the slowest rate is two frames, however large the run has
// them: a larger frame than that would never pass.
func TestBurstFollowsMTU(t *testing.T) {
	for mtu, want := range map[int]string{0: "burst 3028 ", 1500: "burst 3028 ", 68: "burst 164 ", 9000: "burst 18028 ", 65535: "burst 131098 "} {
		l := shapedRun(2)
		l.MTU = mtu
		slow := l.Shape(NoShapes(l.Names()).With([]Row{link(l, 0, 1)}, Shape{Rate: 8000}), NoShapes(l.Names()))
		if !strings.Contains(slow[0].Stdin, want) {
			t.Errorf("MTU %d: no %q in %s", mtu, want, slow[0].Stdin)
		}
	}
}

func TestShapesUnread(t *testing.T) {
	l := shapedRun(2)
	for _, text := range []string{"no JSON", `[{"kind":1}]`, `[]`, `[][]`, `[][{]`, "", " \n", `[{"kind":"tbf","dev":"g-g00","parent":"1:1","options":{"rate":"x"}}][][]`} {
		if _, err := l.ReadShapes(inMap(map[string]string{shapesRead: text})); err == nil {
			t.Errorf("%q is read without an error", text)
		}
	}
}

func TestShapeString(t *testing.T) {
	for want, shape := range map[string]Shape{
		"":             {},
		"delay 0.5ms":  {Delay: 0.5},
		"rate 8kbit":   {Rate: 8000},
		"rate 2.5gbit": {Rate: 2.5e9},
		"delay 50ms jitter 10ms loss 20% duplicate 1% reorder 25% corrupt 0.1% rate 1mbit": {
			Delay: 50, Jitter: 10, Loss: 20, Duplicate: 1, Reorder: 25, Corrupt: 0.1, Rate: 1e6},
	} {
		if got := shape.String(); got != want {
			t.Errorf("%+v is %q, not %q", shape, got, want)
		}
	}
}
