package tables

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"vagganet/netcmd"
	"vagganet/netcmd/links"
	"vagganet/netcmd/plan"
)

// States have colours where they are asked for, which move no column, and nothing else has:
// what names have of them is written out.
func TestStatusColours(t *testing.T) {
	run := RunStatus{Info: netcmd.Info{Run: "r\x1b[31m", Command: "c", Isolated: true}}
	for i, state := range []string{"running", "down", "paused", "starting", "ready", "ended"} {
		guest := netcmd.Guest{Name: fmt.Sprint("bob", i+1), IP: netip.AddrFrom4([4]byte{10, 0, 0, byte(i + 1)})}
		run.Guests = append(run.Guests, GuestStatus{Guest: guest, Pid: 7 * (i % 2), State: state})
	}
	run.Guests[0].Name = "al\x1b[31mice"
	const plain = `no gateway vagga, 1 run

run r\x1b[31m: command c, isolated, cut by iptables, up 0s
  GUEST          ADDRESS   PID  STATE
  al\x1b[31mice  10.0.0.1  -    running
  bob2           10.0.0.2  7    down
  bob3           10.0.0.3  -    paused
  bob4           10.0.0.4  7    starting
  bob5           10.0.0.5  -    ready
  bob6           10.0.0.6  7    ended
  nothing is cut
`
	coloured := plain
	for state, number := range map[string]string{"down": "31", "paused": "33", "starting": "36", "ready": "32"} {
		coloured = strings.Replace(coloured, " "+state+"\n", " \x1b["+number+"m"+state+"\x1b[0m\n", 1)
	}
	for colour, want := range map[bool]string{false: plain, true: coloured} {
		var b strings.Builder
		if err := (Status{Interface: "vagga", Runs: []RunStatus{run}}).Write(&b, colour, 0); err != nil || b.String() != want {
			t.Errorf("%v\n%q, want\n%q", err, b.String(), want)
		}
	}
}

// manyGuests is a run of guests n1, n2 and so on, in the order of a run: n10 before n2.
func manyGuests(count int, cut links.Cuts, shaped ...links.ShapedLink) RunStatus {
	r := RunStatus{Info: netcmd.Info{Run: "r", Command: "c", Isolated: true, Ebtables: plan.UsualTools().Ebtables}, Cuts: cut, Shaped: shaped}
	r.Cut, r.UplinksOff = cut.Links(), cut.Uplinks()
	for i, name := range slices.Sorted(slices.Values(namesOf(count))) {
		r.Guests = append(r.Guests, GuestStatus{Guest: netcmd.Guest{Name: name}, Pid: i + 1, State: "running"})
	}
	return r
}

func namesOf(count int) []string {
	var names []string
	for i := range count {
		names = append(names, fmt.Sprint("n", i+1))
	}
	return names
}

func written(t *testing.T, r RunStatus, columns int) string {
	t.Helper()
	var b strings.Builder
	if err := (Status{Runs: []RunStatus{r}}).Write(&b, false, columns); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The matrix is shown as long as it fits the terminal, and else the groups are.
func TestStatusFitsTheTerminal(t *testing.T) {
	names := namesOf(20)
	halves, _ := links.Split(names, [][]string{names[:10], names[10:]})
	run := manyGuests(20, halves)
	const groups = "  2 clusters, cut: n1–n10 | n11–n20\n"
	const widest = (10 + 2) + 9*7 + 11*8 - 2
	for columns, matrix := range map[int]bool{0: false, 80: false, widest - 1: false, widest: true, 1000: true} {
		got := written(t, run, columns)
		if strings.Contains(got, "to n20\n  from n1   -      ok     ") != matrix || !strings.Contains(got, groups) {
			t.Errorf("in %d columns:\n%s", columns, got)
		}
		if strings.Index(got, "\n  n2 ") > strings.Index(got, "\n  n10 ") {
			t.Errorf("n10 is before n2:\n%s", got)
		}
		longest := 0
		for line := range strings.Lines(got) {
			longest = max(longest, len(line)-1)
		}
		if matrix && longest > columns {
			t.Errorf("in %d columns, %d are written", columns, longest)
		}
	}
	nine := namesOf(9)
	half, _ := links.Split(nine, [][]string{nine[:5], nine[5:]})
	if got := written(t, manyGuests(9, half), 0); !strings.Contains(got, "  from n1  -      ok     ok") {
		t.Errorf("nine guests, width unknown:\n%s", got)
	}
}

// With little room, guests are left out before what is cut is.
func TestStatusBrief(t *testing.T) {
	names := namesOf(9)
	halves, _ := links.Split(names, [][]string{names[:4], names[4:]})
	run := manyGuests(9, halves)
	run.Guests[3].State = "down"
	for brief, want := range map[int][]string{
		0:        {"GUEST ", "  n4     ", "\n  from n1  -   "},
		1:        {"8 running: n1–n3 n5–n9\n  1 down: n4\n  ", "\n  from n1  -   "},
		Briefest: {"8 running: n1–n3 n5–n9\n  1 down: n4\n  2 clusters, cut: n1 n2 n3 n4 | "},
	} {
		var b strings.Builder
		if err := (Status{Runs: []RunStatus{run}, Brief: brief}).Write(&b, false, 80); err != nil {
			t.Fatal(err)
		}
		for _, part := range want {
			if !strings.Contains(b.String(), part) {
				t.Errorf("brief %d: no %q in\n%s", brief, part, b.String())
			}
		}
		if table := strings.Contains(b.String(), "GUEST"); table != (brief == 0) || strings.Contains(b.String(), "from n1") != (brief < Briefest) {
			t.Errorf("brief %d:\n%s", brief, b.String())
		}
	}
}

// A shape has a line, and not one link after another.
func TestStatusShapes(t *testing.T) {
	names := namesOf(20)
	var shaped []links.ShapedLink
	for _, to := range names {
		if to != "n3" {
			shaped = append(shaped, links.ShapedLink{From: "n3", To: to, Shape: links.Shape{Delay: 50}})
		}
	}
	got := written(t, manyGuests(20, links.FullMesh(names), shaped...), 0)
	if !strings.HasSuffix(got, "\n  nothing is cut\n  n3 → all: delay 50ms\n") {
		t.Errorf("%s", got)
	}
}

// Of 253 guests, a page says all.
func TestStatusOfMany(t *testing.T) {
	names := namesOf(253)
	cuts, _ := links.Split(names, [][]string{names[:53], names[53:]})
	cuts, _ = cuts.WithUplinks(names[:53], links.State{How: links.Drop})
	run := manyGuests(253, cuts)
	run.Guests[slices.IndexFunc(run.Guests, func(g GuestStatus) bool { return g.Name == "n54" })].State = "down"
	const want = `no gateway , 1 run

run r: command c, isolated, up 0s
  252 running: n1–n53 n55–n253
  1 down: n54
  uplink cut: n1–n53
  2 clusters, cut: n1–n53 | n54–n253
`
	if got := written(t, run, 500); got != want {
		t.Errorf("%s", got)
	}
	if got := written(t, manyGuests(guestsMost, links.FullMesh(namesOf(guestsMost))), 80); strings.Count(got, "running") != guestsMost {
		t.Errorf("not a row for each:\n%s", got)
	}
}

// Runs grow older, and the status that was read doesn't.
func TestStatusLater(t *testing.T) {
	s := Status{Runs: []RunStatus{{Seconds: 3}}}
	if later := s.Later(2500 * time.Millisecond); later.Runs[0].Seconds != 5 || s.Runs[0].Seconds != 3 {
		t.Errorf("%d, and %d", later.Runs[0].Seconds, s.Runs[0].Seconds)
	}
}
