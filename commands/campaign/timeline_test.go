package campaign

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vagganet/commands/config"
	"vagganet/commands/faults"
)

// planOf reads a timeline as a run has it.
func planOf(t *testing.T, text string) (planned []faults.Planned) {
	t.Helper()
	list, err := config.ParseFaults("faults.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		planned = append(planned, faults.Planned{Fault: f, Random: slices.Contains(f.Words, "@any") && seedIn(f.Words) == ""})
	}
	return planned
}

const aTimeline = `
- {at: 1s, partition: cut a:b}
- {every: 2s, for: 1s, partition: isolate @any}
- {at: 2s, for: 500ms, kill: "@leader"}
- {at: 3s, shape: "a:b --loss 20%"}
- {every: 3s, check: true}
- {at: 4.5s, exec: {node: a, run: "date   -u"}}
- {at: 1h, partition: fullmesh}
`

// The seeds are those that a run with seed 17 draws by.
const itsEvents = `{"mono":0,"event":"run-begin","guests":[{"name":"b"},{"name":"a"}],"seed":17}
{"mono":9.5,"event":"run-ready"}
{"mono":10.6,"event":"fault-begin","id":1,"what":"cut a:b","by":"timeline","due":1}
{"mono":10.7,"event":"line","child":"a","bytes":3}
hi
{"mono":11.6,"event":"fault-begin","id":2,"what":"kill @leader","whom":"a","by":"timeline","for":0.5,"due":2}
{"mono":11.7,"event":"fault-begin","id":3,"what":"isolate @any --seed 1755302543","whom":"b","by":"timeline","for":1,"due":2}
{"mono":11.8,"event":"suspend"}
{"mono":91.8,"event":"resume"}
{"mono":91.9,"event":"fault-begin","id":4,"what":"isolate a","by":"command"}
{"mono":92.5,"event":"fault-begin","id":5,"what":"shape a:b loss 20%","by":"timeline","due":3}
{"mono":95,"event":"run-end","code":1}
`

func TestEntries(t *testing.T) {
	planned := planOf(t, aTimeline)
	seed := faults.Singles(planned, nil, 17, 2*time.Second)[1].Words[2]
	written := strings.Replace(itsEvents, "1755302543", seed, 1)
	past, err := ReadPast(strings.NewReader(written))
	if err != nil || past.Length != 5500*time.Millisecond || !slices.Equal(past.Guests, []string{"b", "a"}) {
		t.Fatalf("%+v: %v", past, err)
	}
	entries, err := past.Entries(planned, 17)
	if err != nil {
		t.Fatal(err)
	}
	got := describeAll(entries)
	second := seedIn(entries[4].Words)
	if want := "cut a:b at 1s, isolate @any (b) at 2s for 1s, kill @leader at 2s for 500ms, shape a:b --loss 20% at 3s, " +
		"isolate --seed " + second + " @any at 4s for 1s, exec a: date -u at 4.5s"; got != want || second == seed {
		// The one at 4s, which no event says anything of, is of the last moment.
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}

	text, err := Format("of a run\nand so on", KeepEnd(entries[:3], planned))
	want := `# of a run
# and so on
- {at: 1s, partition: 'cut a:b'}
- {at: 2s, for: 1s, partition: 'isolate --seed ` + seed + ` @any'} # b
- {at: 2s, for: 500ms, kill: '@leader'}
- {at: 1h0m0s, check: true} # the end of the run
`
	if plain := strings.NewReplacer("'", "").Replace; err != nil || plain(string(text)) != plain(want) {
		t.Errorf("%v:\n%s\nwant\n%s", err, text, want)
	}
	for _, f := range planOf(t, string(text)) {
		if f.Random {
			t.Errorf("%v draws by another seed", f)
		}
	}
}

func TestEntriesAmiss(t *testing.T) {
	begins := "{\"mono\":0,\"event\":\"run-begin\"}\n"
	ready := "{\"mono\":1,\"event\":\"run-ready\"}\n"
	fault := func(what string, due float64) string {
		return fmt.Sprintf(`{"mono":3,"event":"fault-begin","id":1,"what":%q,"by":"timeline","due":%g}`+"\n", what, due)
	}
	end := "{\"mono\":9,\"event\":\"run-end\"}\n"
	for name, c := range map[string]struct{ timeline, events, want string }{
		"never ready":  {"[{at: 1s, kill: a}]", begins + end, "the run ended before its timeline began"},
		"no faults":    {"[{at: 1s, check: true}]", begins + ready + end, "the run's timeline had no fault"},
		"none by then": {"[{at: 1h, kill: a}]", begins + ready + end, "the run's timeline had no fault"},
		"another time": {"[{at: 1s, kill: a}]", begins + ready + fault("kill a", 2) + end, "kill a, due at 2s, is not in it"},
		"another verb": {"[{at: 2s, pause: a}]", begins + ready + fault("kill a", 2) + end, "kill a, due at 2s, is not in it"},
		"another kind": {"[{at: 2s, partition: cut a:b}]", begins + ready + fault("isolate a", 2) + end, "isolate a, due at 2s, is not in it"},
		"another seed": {"[{at: 2s, kill: '@any --seed 1'}]", begins + ready + fault("kill @any --seed 2", 2) + end, "kill @any --seed 2, due at 2s, is not in it"},
		"twice": {"[{at: 2s, kill: a}]", begins + ready + fault("kill a", 2) + fault("kill a", 2) + end,
			"kill a, due at 2s, is not in it"},
		"no events": {"[{at: 2s, kill: a}]", "{}\n{\n", "an event can't be read"},
	} {
		past, err := ReadPast(strings.NewReader(c.events))
		if err == nil {
			_, err = past.Entries(planOf(t, c.timeline), 1)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// A run that ends with its timeline has the same end, whatever is left out.
func TestKeepEnd(t *testing.T) {
	for timeline, want := range map[string]time.Duration{
		"[{at: 1s, kill: a}, {at: 9s, check: true}]":                    9 * time.Second,
		"[{at: 8s, for: 2s, kill: a}, {at: 9s, check: true}]":           10*time.Second + settles,
		"[{at: 1s, kill: a}, {at: 1s, every: 20s, for: 10s, pause: a}]": time.Second,
	} {
		all := KeepEnd(nil, planOf(t, timeline))
		if len(all) != 1 || all[0].Start != want || !all[0].Stays || all[0].Verb != "check" {
			t.Errorf("%s: %v, want it at %v", timeline, all, want)
		}
	}
}
