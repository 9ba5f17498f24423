package messages

import (
	"encoding/json"
	"testing"
	"time"

	"vagganet/commands/story"
)

func TestCheckMessage(t *testing.T) {
	good := Fault{What: "isolate a", By: ByCommand, Replaces: []Layer{Cuts}, For: time.Second, Asked: story.Clock(),
		State: story.State{Cut: []story.Row{{From: "a", To: []string{"b"}, How: "drop"}}}}
	fault := func(change func(*Fault)) Message {
		f := good
		change(&f)
		return Message{About: &f}
	}
	for name, m := range map[string]Message{
		"a fault":        fault(func(*Fault) {}),
		"one word":       fault(func(f *Fault) { f.What = "fullmesh" }),
		"a heal":         fault(func(f *Fault) { f.What, f.Heals, f.For = "heal", 1, 0 }),
		"done":           {Done: &Done{story.Clock(), 2, 3}},
		"left":           {Left: 1},
		"ended":          {Ended: "a"},
		"started":        {Started: true},
		"a check":        {Check: &Check{By: ByTimeline, Text: "all is well"}},
		"other alphabet": fault(func(f *Fault) { f.What = "isolate é日" }),
	} {
		if err := m.check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, m := range map[string]Message{
		"nothing":          {},
		"two":              {Left: 1, Done: &Done{}},
		"two questions":    {Ended: "a", Started: true},
		"unknown what":     fault(func(f *Fault) { f.What = "rm -rf /" }),
		"no what":          fault(func(f *Fault) { f.What = "" }),
		"escape in what":   fault(func(f *Fault) { f.What = "isolate \x1b]0;x\a" }),
		"two lines":        fault(func(f *Fault) { f.What = "isolate a\nvagganet: all is well" }),
		"escape in whom":   fault(func(f *Fault) { f.Whom = "\u009b31m" }),
		"escape in how":    fault(func(f *Fault) { f.Cut = []story.Row{{From: "a", To: []string{"b"}, How: "\x1b[m"}} }),
		"a book":           fault(func(f *Fault) { f.What = "isolate " + string(make([]rune, textLongest)) }),
		"unknown links":    fault(func(f *Fault) { f.Replaces = []Layer{"x"} }),
		"nobody":           fault(func(f *Fault) { f.By = "root" }),
		"heals before all": fault(func(f *Fault) { f.Heals, f.For = -1, 0 }),
		"heals for a time": fault(func(f *Fault) { f.Heals = 1 }),
		"ends before":      fault(func(f *Fault) { f.For = -1 }),
		"asked before":     fault(func(f *Fault) { f.Asked = -1 }),
		"asked later":      fault(func(f *Fault) { f.Asked = story.Clock() + time.Hour }),
		"took less":        {Done: &Done{story.Clock(), -1, 0}},
		"took an age":      {Done: &Done{story.Clock(), 1 << 62, 0}},
		"left of none":     {Left: -1},
		"less differs":     {Check: &Check{By: ByCommand, Differences: -1}},
		"escape in text":   {Check: &Check{By: ByCommand, Text: "\x1bc"}},
		"checked by x":     {Check: &Check{By: "x"}},
	} {
		if m.check() == nil {
			t.Errorf("%s passes", name)
		}
	}
}

// FuzzMessage holds that whatever passes the check can be shown and counted.
func FuzzMessage(f *testing.F) {
	f.Add([]byte(`{"about": {"what": "isolate a", "by": "command", "heals": 1, "cut": [{"from": "a", "to": ["b"], "how": "drop"}]}}`))
	f.Add([]byte(`{"check": {"Differences": 1, "Text": "x", "By": "command"}}`))
	f.Add([]byte(`{"done": {"Clock": 1}, "left": 2}`))
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
			for _, rows := range [][]story.Row{m.About.Cut, m.About.Uplinks, m.About.Shapes} {
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
