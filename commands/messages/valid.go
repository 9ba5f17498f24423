package messages

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"vagganet/commands/events"
	"vagganet/commands/faults"
	"vagganet/commands/terminal"
	"vagganet/netcmd/links"
)

// Every process of a run can connect to its socket, a guest's as well. So what
// comes there is checked like any other input. Which verbs a guest may ask
// for is checked where verbs are known, in package commands.

const (
	textLongest    = 64 << 10 // bytes: a partition of all guests names them all
	messageLongest = 16 << 20 // bytes: all links of all guests
)

// Words are what the description of a fault can begin with.
var Words = []string{"bridge", "cut", "disjoint", "fullmesh", "halves", "heal", "isolate", "kill", "majorities-ring", "majority",
	"minority-third", "pause", "random-halves", "random-node", "resume", "shape", "split", "start", "uplink"}

// check reports what is wrong with a message.
func (m Message) check() error {
	fields := 0
	for _, there := range []bool{m.About != nil, m.Done != nil, m.Check != nil, m.Ended != "", m.Started, m.Until != "", m.Logs} {
		if there {
			fields++
		}
	}
	switch {
	case fields != 1:
		return fmt.Errorf("it is %d messages", fields)
	case m.Until != "" && !slices.Contains(untils, m.Until):
		return fmt.Errorf("nothing is ever %q", m.Until)
	case m.About != nil:
		return checkChange(*m.About)
	case m.Done != nil:
		return checkDone(*m.Done)
	case m.Check != nil:
		return checkCheck(*m.Check)
	}
	return nil
}

func checkChange(f faults.Change) error {
	for _, layer := range f.Replaces {
		if !slices.Contains([]faults.Layer{faults.Cuts, faults.Uplinks, faults.Shapes, faults.Nodes}, layer) {
			return fmt.Errorf("no links are called %q", layer)
		}
	}
	switch {
	case f.For < 0 || f.Heals < 0 || f.Asked < 0 || f.Asked > events.Clock():
		return errors.New("it has a number that can't be")
	case f.Heals != 0 && f.For != 0:
		return errors.New("what heals has no end itself")
	case !slices.Contains(Words, firstWord(f.What)):
		return fmt.Errorf("nothing is done by %q", firstWord(f.What))
	}
	err := errors.Join(checkBy(f.By), checkLine(f.What), checkLine(f.Whom), checkState(f.State))
	for role, whom := range f.Roles {
		err = errors.Join(err, checkLine(role), checkLine(whom))
	}
	return err
}

func checkState(s events.State) error {
	for _, rows := range [][]links.Row{s.Cut, s.Uplinks, s.Shapes, s.Nodes} {
		for _, row := range rows {
			if err := checkLine(row.How); err != nil {
				return err
			}
		}
	}
	for _, row := range s.Nodes {
		if !slices.Contains([]string{"", events.Down, events.Paused}, row.How) || row.To != nil {
			return fmt.Errorf("no node is %q", row.How)
		}
	}
	return nil
}

func checkDone(d faults.Done) error {
	if d.Clock < 0 || d.Took < 0 || d.Skew < 0 || max(d.Clock, d.Took, d.Skew) > events.Clock()+time.Second {
		return errors.New("it has a time that can't be")
	}
	return nil
}

func checkCheck(c faults.Check) error {
	if c.Differences < 0 {
		return errors.New("it has a number that can't be")
	}
	return errors.Join(checkBy(c.By), checkLine(c.Text))
}

func checkBy(by string) error {
	if by != faults.ByCommand && by != faults.ByTimeline {
		return fmt.Errorf("nobody is called %q", by)
	}
	return nil
}

// checkLine refuses a text that is more than a line, or that a terminal would obey.
func checkLine(text string) error {
	if len(text) > textLongest || terminal.CleanLine(text) != text {
		return fmt.Errorf("%.80q is no line of text", text)
	}
	return nil
}

func firstWord(text string) string {
	for i, r := range text {
		if r == ' ' {
			return text[:i]
		}
	}
	return text
}
