package report

import (
	"fmt"
	"strings"
)

// picture is that of the network as a fault left it, which is shown when somebody follows
// a link to it. Before and After are the numbers of the faults whose pictures are the next
// ones; 0 for none.
type picture struct {
	Fault, Scene  int
	Title, When   string
	Words         string
	Width, Height string
	Before, After int
}

func (c *Collector) pictures() []*picture {
	var all []*picture
	for i, f := range c.faults {
		if f.scene == nil || f.scene.picture == "" {
			continue
		}
		p := &picture{Fault: i + 1, Scene: f.scene.number, Title: readable(f.begin.Title()) + f.begin.Note(), When: f.when(c),
			Words: f.scene.spoken()}
		p.Width, p.Height = size(f.scene.picture)
		if n := len(all); n > 0 {
			p.Before, all[n-1].After = all[n-1].Fault, p.Fault
		}
		all = append(all, p)
	}
	return all
}

// when is the time of a fault, for a person.
func (f *fault) when(c *Collector) string {
	if f.ended && f.to == f.from {
		return "at " + seconds(f.from)
	}
	return fmt.Sprintf("from %s to %s", seconds(f.from), seconds(c.until(f.span)))
}

// spoken is a scene in words for who can't see its picture.
func (sc *scene) spoken() string {
	var parts []string
	for _, s := range sc.sides {
		if s.Class != "" {
			parts = append(parts, s.Sign+" is "+s.Names)
		}
	}
	parts = append(parts, sc.words)
	if sc.words == "" {
		parts[len(parts)-1] = "all links work"
	}
	return strings.Join(parts, "; ")
}

// size returns how wide and high a picture is.
func size(picture string) (width, height string) {
	_, box, _ := strings.Cut(picture, `viewBox="`)
	box, _, _ = strings.Cut(box, `"`)
	numbers := strings.Fields(box)
	return numbers[2], numbers[3]
}

// unpictured counts the faults for whose pictures there was no room.
func (c *Collector) unpictured() int {
	count := 0
	for _, f := range c.faults {
		if f.scene != nil && f.scene.noRoom {
			count++
		}
	}
	return count
}
