package messages

import (
	"encoding/json"
	"testing"
	"time"

	"vagganet/commands/events"
	"vagganet/commands/faults"
	"vagganet/netcmd/links"
)

func TestCheckMessage(t *testing.T) {
	good := faults.Change{What: "isolate a", By: faults.ByCommand, Replaces: []faults.Layer{faults.Cuts}, For: time.Second, Asked: events.Clock(),
		State: events.State{Cut: []links.Row{{From: "a", To: []string{"b"}, How: "drop"}}}}
	fault := func(change func(*faults.Change)) Message {
		f := good
		change(&f)
		return Message{About: &f}
	}
	for name, m := range map[string]Message{
		"a fault":        fault(func(*faults.Change) {}),
		"a role":         fault(func(f *faults.Change) { f.Roles = map[string]string{"leader": "a b"} }),
		"one word":       fault(func(f *faults.Change) { f.What = "fullmesh" }),
		"a heal":         fault(func(f *faults.Change) { f.What, f.Heals, f.For = "heal", 1, 0 }),
		"done":           {Done: &faults.Done{Clock: events.Clock(), Took: 2, Skew: 3}},
		"ended":          {Ended: "a"},
		"started":        {Started: true},
		"until":          {Until: UntilHealed},
		"a change":       {Until: UntilChanged, Seen: -1},
		"logs":           {Logs: true},
		"a check":        {Check: &faults.Check{By: faults.ByTimeline, Text: "all is well"}},
		"other alphabet": fault(func(f *faults.Change) { f.What = "isolate é日" }),
	} {
		if err := m.check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, m := range map[string]Message{
		"nothing":          {},
		"two":              {Ended: "a", Done: &faults.Done{}},
		"two questions":    {Ended: "a", Started: true},
		"never":            {Until: "never"},
		"unknown what":     fault(func(f *faults.Change) { f.What = "rm -rf /" }),
		"no what":          fault(func(f *faults.Change) { f.What = "" }),
		"escape in what":   fault(func(f *faults.Change) { f.What = "isolate \x1b]0;x\a" }),
		"two lines":        fault(func(f *faults.Change) { f.What = "isolate a\nvagganet: all is well" }),
		"escape in whom":   fault(func(f *faults.Change) { f.Whom = "\u009b31m" }),
		"escape in role":   fault(func(f *faults.Change) { f.Roles = map[string]string{"\x1b[m": "a"} }),
		"escape in roles":  fault(func(f *faults.Change) { f.Roles = map[string]string{"leader": "\x1b[m"} }),
		"escape in how":    fault(func(f *faults.Change) { f.Cut = []links.Row{{From: "a", To: []string{"b"}, How: "\x1b[m"}} }),
		"a book":           fault(func(f *faults.Change) { f.What = "isolate " + string(make([]rune, textLongest)) }),
		"unknown links":    fault(func(f *faults.Change) { f.Replaces = []faults.Layer{"x"} }),
		"nobody":           fault(func(f *faults.Change) { f.By = "root" }),
		"heals before all": fault(func(f *faults.Change) { f.Heals, f.For = -1, 0 }),
		"heals for a time": fault(func(f *faults.Change) { f.Heals = 1 }),
		"ends before":      fault(func(f *faults.Change) { f.For = -1 }),
		"asked before":     fault(func(f *faults.Change) { f.Asked = -1 }),
		"asked later":      fault(func(f *faults.Change) { f.Asked = events.Clock() + time.Hour }),
		"took less":        {Done: &faults.Done{Clock: events.Clock(), Took: -1, Skew: 0}},
		"took an age":      {Done: &faults.Done{Clock: events.Clock(), Took: 1 << 62, Skew: 0}},
		"less differs":     {Check: &faults.Check{By: faults.ByCommand, Differences: -1}},
		"escape in text":   {Check: &faults.Check{By: faults.ByCommand, Text: "\x1bc"}},
		"checked by x":     {Check: &faults.Check{By: "x"}},
	} {
		if m.check() == nil {
			t.Errorf("%s passes", name)
		}
	}
}

// FuzzMessage holds that whatever passes the check can be shown and counted.
func FuzzMessage(f *testing.F) {
	f.Add([]byte(`{"about": {"what": "isolate a", "by": "command", "heals": 1, "cut": [{"from": ["a"], "to": ["b"], "how": "drop"}]}}`))
	f.Add([]byte(`{"check": {"Differences": 1, "Text": "x", "By": "command"}}`))
	f.Add([]byte(`{"done": {"Clock": 1}, "ended": "a"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var m Message
		if json.Unmarshal(text, &m) != nil || m.check() != nil {
			return
		}
		if m.Gone || m.Fault != 0 {
			t.Errorf("%q says what only the listener does", text)
		}
		texts := []string{}
		switch {
		case m.About != nil:
			texts = append(texts, m.About.What, m.About.Whom)
			for _, rows := range [][]links.Row{m.About.Cut, m.About.Uplinks, m.About.Shapes} {
				for _, row := range rows {
					texts = append(texts, row.How)
				}
			}
			if m.About.Heals < 0 || m.About.For < 0 {
				t.Errorf("%+v", m.About)
			}
		case m.Check != nil:
			texts = append(texts, m.Check.Text)
		}
		for _, text := range texts {
			for _, r := range text {
				if r < ' ' || 0x7f <= r && r < 0xa0 {
					t.Errorf("%q", text)
				}
			}
		}
	})
}
