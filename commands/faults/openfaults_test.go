package faults

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vagganet/commands/events"
	"vagganet/netcmd/links"
)

// Scripts for faults. Words, each after the time that "+2s" lets pass:
//
//	=ab,ac/5s   a command begins that replaces what is cut, for 5s
//	ab,-ac/5s   one that cuts a to b, and heals a to c
//	u:a,-u:b    the same of uplinks
//	!1          command 1 is done
//	x1          command 1 has been killed
//	heal1       what is due of fault 1 is healed
//	due         lists what is due
//	stop        what is timed, or the timeline's (a command with @), ends now
//
// What comes of it is after "=>": events, and what is cut then.
var faultsTests = []struct{ name, script, want string }{
	{"a fault and its end by another command", "=ab,ba !1 = !2", "begin1 ab,ba; end1 change"},
	{"one that is healed in part goes on", "=ab,ba !1 -ab !2 -ba !3", "begin1 ab,ba; change ba; end1 change"},
	{"taken over by a later one", "=ab,ba !1 =ab,ac !2", "begin1 ab,ba; end1 begin2 ab,ac"},
	{"taken over in part", "=ab,ba !1 ab !2 -ba !3", "begin1 ab,ba; begin2 ab,ba; end1 change ab"},
	{"replacing links leaves uplinks", "u:a !1 =ab !2 = !3 -u:a !4", "begin1 u:a; begin2 ab,u:a; end2 change u:a; end1 change"},
	{"nothing is cut", "= !1", "change"},
	{"a time is up", "=ab/2s !1 +1s due +1s due heal1 due", "begin1 ab; due; due 1; timed1; due"},
	{"time counts from when it is in force", "=ab/2s +1s !1 +1s due +1s due", "begin1 ab; due; due 1"},
	{"a later command keeps its link", "=ab,ba/2s !1 ab !2 +2s due heal1", "begin1 ab,ba; begin2 ab,ba; due 1; timed1 ab"},
	{"with no link left, no time is left", "=ab/2s !1 ab !2 +2s due", "begin1 ab; end1 begin2 ab; due"},
	{"a later time is longer", "=ab/2s !1 ab/3s !2 +2s due +1s due heal2", "begin1 ab; end1 begin2 ab; due; due 2; timed2"},
	{"a later time is shorter, and all that is named works then", "ab !1 ab/1s !2 +1s due heal2", "begin1 ab; end1 begin2 ab; due 2; timed2"},

	{"killed before it said that it is done", "=ab/2s +1s x1 +1s due +1s due heal1", "begin1? ab; due; due 1; timed1"},
	{"healed before it was known to be killed", "=ab/2s +2s due heal1 x1", "due 1; begin1? ab; timed1"},
	{"killed, and may have replaced others or not", "ab !1 =bc/2s x2 +2s due heal2", "begin1 ab; begin2? ab,bc; due 2; timed2 ab"},
	{"killed, and with no end takes nothing from who has one", "ab/2s !1 ab x2 +2s due heal1", "begin1 ab; change? ab; due 1; timed1"},
	{"killed while healing", "ab/2s !1 -ab x2 +2s due heal1", "begin1 ab; change? ab; due 1; timed1"},
	{"the heal is killed", "ab/2s !1 +2s due h1 x-1", "begin1 ab; due 1"},

	{"stop", "=ab/9s !1 @bc !2 cd !3 stop due heal1 heal2 end", "begin1 ab; begin2 ab,bc; begin3 ab,bc,cd; due 1 2; timed1 bc,cd; timed2 cd; end3"},
	{"the end of a run ends those that began", "=ab/9s bc !2 end", "begin2 bc; end2"},
}

// letters are the guests of the tests.
var letters = []string{"a", "b", "c", "d", "e"}

func TestFaults(t *testing.T) {
	for _, c := range faultsTests {
		r, now := newRecord(letters), time.Unix(1000, 0)
		var got []string
		add := func(text string) {
			if text != "" {
				got = append(got, text)
			}
		}
		for word := range strings.FieldsSeq(c.script) {
			var id int
			switch {
			case word[0] == '+':
				d, _ := time.ParseDuration(word[1:])
				now = now.Add(d)
			case word == "due":
				add(strings.TrimSpace("due " + strings.Trim(fmt.Sprint(ids(r.timeUp(now))), "[]")))
			case word == "stop":
				r.hasten(now)
			case word == "end":
				add(describe(r.end()))
			case scan(word, "!%d", &id):
				add(describe(r.begin(id, now, false)))
			case scan(word, "x%d", &id):
				add(describe(r.begin(id, now, true)))
			case scan(word, "h%d", &id):
				_, _, events := r.Announce(Change{Heals: id}, now)
				add(describe(events))
			case scan(word, "heal%d", &id):
				heal, _, events := r.Announce(Change{Heals: id}, now)
				add(describe(events))
				add(describe(r.begin(heal, now, false)))
			default:
				r.Announce(command(word), now)
			}
		}
		if all := strings.Join(got, "; "); all != c.want {
			t.Errorf("%s: %s\ngot  %s\nwant %s", c.name, c.script, all, c.want)
		}
	}
}

func ids(due []dueFault) []int {
	var ids []int
	for _, d := range due {
		ids = append(ids, d.id)
	}
	return ids
}

func scan(word, format string, id *int) bool {
	n, err := fmt.Sscanf(word, format, id)
	return n == 1 && err == nil
}

// command is one as the scripts have it.
func command(word string) Change {
	word, by, _ := strings.Cut(word, "@")
	f := Change{By: ByCommand}
	if by != "" {
		word, f.By = by, ByTimeline
	}
	word, limit, _ := strings.Cut(word, "/")
	f.For, _ = time.ParseDuration(limit)
	word, replaces := strings.CutPrefix(word, "=")
	if replaces {
		f.Replaces = []Layer{Cuts}
	}
	for link := range strings.SplitSeq(word, ",") {
		name, works := strings.CutPrefix(link, "-")
		how := "drop"
		if works {
			how = ""
		}
		if node, uplink := strings.CutPrefix(name, "u:"); uplink {
			f.Uplinks = append(f.Uplinks, links.Row{From: node, How: how})
		} else if name != "" {
			f.Cut = append(f.Cut, links.Row{From: name[:1], To: []string{name[1:]}, How: how})
		}
	}
	return f
}

func describe(list []events.Event) string {
	var words []string
	for _, e := range list {
		kind := strings.TrimPrefix(string(e.Kind), "fault-")
		if e.Timed {
			kind = "timed"
		}
		if e.ID != 0 {
			kind += fmt.Sprint(e.ID)
		}
		if e.Interrupted {
			kind += "?"
		}
		words = append(words, kind)
	}
	if len(list) == 0 {
		return ""
	}
	var links []string
	last := list[len(list)-1]
	for _, row := range last.Cut {
		for _, to := range row.To {
			links = append(links, row.From+to)
		}
	}
	for _, row := range last.Uplinks {
		links = append(links, "u:"+row.From)
	}
	return strings.TrimSpace(strings.Join(words, " ") + " " + strings.Join(links, ","))
}

// What is cut is told in rows, in order.
func TestFaultsState(t *testing.T) {
	r := newRecord(letters)
	id, _, _ := r.Announce(Change{State: events.State{
		Cut:     []links.Row{{From: "b", To: []string{"c", "a"}, How: "drop"}, {From: "a", To: []string{"b"}, How: "reject"}, {From: "b", To: []string{"d"}, How: "new"}},
		Uplinks: []links.Row{{From: "c", How: "drop"}, {From: "a", How: "drop"}},
		Shapes:  []links.Row{{From: "a", To: []string{"b"}, How: "loss 20%"}},
		Nodes:   []links.Row{{From: "d", How: "down"}, {From: "b", How: "paused"}},
	}}, time.Time{})
	r.begin(id, time.Time{}, false)
	_, left, _ := r.Announce(Change{Heals: id}, time.Time{})
	got := fmt.Sprint(left)
	want := "{[{a [b] reject} {b [a c] drop} {b [d] new}] [{a [] drop} {c [] drop}] [{a [b] loss 20%}] [{b [] paused} {d [] down}]}"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestFaultsNext(t *testing.T) {
	r, now := newRecord(letters), time.Unix(1000, 0)
	if !r.next().IsZero() {
		t.Error("something is due, but there is nothing")
	}
	r.Announce(command("ab/5s"), now)
	r.Announce(command("bc/2s"), now)
	r.Announce(command("cd"), now)
	if want := now.Add(2 * time.Second); !r.next().Equal(want) {
		t.Errorf("next is %v, not %v", r.next(), want)
	}
	r.postpone(time.Minute)
	if due := ids(r.timeUp(now.Add(time.Minute))); due != nil {
		t.Errorf("due after a pause: %v", due)
	}
	if due := ids(r.timeUp(now.Add(time.Minute + 5*time.Second))); !slices.Equal(due, []int{1, 2}) {
		t.Errorf("due is %v", due)
	}
}

// The nodes that were found in roles are events before the fault begins that asked for them.
func TestRolesAreEvents(t *testing.T) {
	r := newRecord(letters)
	_, _, list := r.Announce(Change{By: ByTimeline, Roles: map[string]string{"leader": "b", "follower": "a c"}}, time.Time{})
	var got []string
	for _, e := range list {
		got = append(got, fmt.Sprint(e.Kind, " ", e.Role, ": ", e.Whom, " by ", e.By))
	}
	if want := []string{"role follower: a c by timeline", "role leader: b by timeline"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
