package report

import (
	"bufio"
	_ "embed" // for the page
	"fmt"
	"html/template"
	"io"
	"strconv"
	"sync"
	"time"

	"vagganet/commands/events"
	"vagganet/commands/graph"
	"vagganet/commands/terminal"
	"vagganet/netcmd/links"
)

// About is what the events don't have.
type About struct {
	// CommandLine is how the run was started, for a shell.
	CommandLine string
	// Version is the program's, and Kernel the running kernel's release.
	Version, Kernel string
	// NoLines reports whether the children wrote their lines past the program.
	NoLines bool
}

//go:embed page.html
var pageText string

var whole = sync.OnceValue(func() *template.Template { return template.Must(template.New("page").Parse(pageText)) })

// view is what the page's template gets: texts, and nothing to work out.
type view struct {
	About
	Title    string
	Facts    []fact
	Notes    []string
	Timeline timeline
	Keys     []key
	LogKeys  []key
	Lanes    []string
	Tables   []table
	Faults   []faultRow
	Roles    []roleRow
	Checks   []checkRow
	Children []childRow
	Style    template.CSS            // of the pictures
	Colours  [graph.Colours]struct{} // of sides
	Stock    []template.HTML         // pictures that are in the page once, and those that refer to them
	Pictures []*picture
}

type fact struct{ Name, Value string }

type faultRow struct {
	Number                                    int
	What, By, Asked, From, Took, Skew, Lasted string
	Ended                                     string
	Picture                                   bool
	Sides                                     []*side
	State                                     string // in a few words
	Rows                                      []string
}

type roleRow struct{ At, Role, Nodes, By string }

type checkRow struct{ At, Class, Text string }

type childRow struct{ Name, Node, IP, Start, End, Class, Code, Lines string }

// Write makes the page.
func (c *Collector) Write(w io.Writer, about About) error {
	v := view{About: about, Title: "A run that never began", Facts: c.facts(about), Timeline: c.timeline(), Tables: tables()}
	v.Keys = v.Timeline.keys()
	if c.begin != nil {
		v.Title = "Run " + readable(c.begin.Run)
	}
	for _, l := range c.lanes {
		v.Lanes = append(v.Lanes, readable(l.name))
		v.Children = append(v.Children, l.rows()...)
	}
	for i, f := range c.faults {
		v.Faults = append(v.Faults, f.row(i+1))
	}
	for _, f := range c.roles {
		v.Roles = append(v.Roles, roleRow{seconds(f.at), readable(f.role), readable(links.Brief(f.nodes, " ")), readable(f.by)})
	}
	for _, sc := range c.drawn {
		v.Stock = append(v.Stock, template.HTML(sc.picture))
	}
	v.Pictures = c.pictures()
	v.Style = template.CSS(graph.Style())
	for _, e := range c.checks {
		v.Checks = append(v.Checks, checkRow{seconds(e.Mono), goodOrBad(e.OK), checkWords(e)})
	}
	log, left := c.log()
	v.Notes, v.LogKeys = c.notes(about, left), logKeys(log)
	// A template writes piece by piece, tens of each line.
	buffer := bufio.NewWriterSize(w, 64<<10)
	if err := whole().Execute(buffer, v); err != nil {
		return err
	}
	c.writeLog(buffer, log)
	if err := whole().ExecuteTemplate(buffer, "end", nil); err != nil {
		return err
	}
	return buffer.Flush()
}

func goodOrBad(ok *bool) string {
	if ok != nil && *ok {
		return "good"
	}
	return "bad"
}

func (c *Collector) facts(about About) []fact {
	facts := []fact{{"Started by", readable(about.CommandLine)}}
	add := func(name, value string) { facts = append(facts, fact{name, value}) }
	if b := c.begin; b != nil {
		add("Command", readable(b.Command))
		add("Network up", b.Time.UTC().Format(time.RFC3339Nano))
		add("Lasted", seconds(c.last))
		place := "isolated"
		if b.Slot != nil && *b.Slot >= 0 {
			place = fmt.Sprintf("slot %d", *b.Slot)
		}
		add("Nodes", fmt.Sprintf("%d, %s", len(b.Guests), place))
		if b.Seed != nil {
			add("Seed", fmt.Sprint(*b.Seed))
		}
	}
	if c.end != nil {
		add("Exit code", codeWords(c.end.Code))
	}
	add("Versions", fmt.Sprintf("vagganet %s, Linux %s", about.Version, about.Kernel))
	return facts
}

// notes say what the page does not have.
func (c *Collector) notes(about About, left []int) []string {
	var notes []string
	note := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	if c.begin == nil {
		note("The run ended before its network was up.")
	} else if c.end == nil {
		note("Nothing is known of the run's end: it was killed.")
	}
	if about.NoLines {
		note("The children's lines are not here: with --no-prefix they are written past vagganet.")
	}
	if c.amiss > 0 {
		note("The timeline was not kept: %s came late, or never, and are outlined below.", terminal.Count(c.amiss, "planned fault"))
	}
	if c.dropped > 0 {
		note("%s about links and nodes left out, after the first %d.", terminal.Count(c.dropped, "event"), faultsMost)
	}
	if n := c.unpictured(); n > 0 {
		note("%s without a picture of the network: there was no room for more.", terminal.Count(n, "fault"))
	}
	for i, l := range c.lanes {
		if left[i] > 0 {
			note("%s of %s left out, of %d; the first and the last are here, and those around faults.", terminal.Count(left[i], "line"), readable(l.name), l.lines)
		}
		if l.restarts > 0 {
			note("%s of %s left out, after the first %d.", terminal.Count(l.restarts, "start"), readable(l.name), livesMost)
		}
	}
	return notes
}

func (f *fault) row(number int) faultRow {
	b := f.begin
	r := faultRow{Number: number, What: faultWords(b), By: b.By, From: seconds(f.from)}
	if sc := f.scene; sc != nil {
		r.State, r.Rows, r.Picture = sc.words, sc.rows, sc.picture != ""
		if sc.lettered() {
			r.Sides = sc.sides
		}
	}
	if b.Asked != nil {
		r.Asked = seconds(*b.Asked)
	}
	r.Took, r.Skew = milliseconds(b.TookMS), milliseconds(b.SkewMS)
	switch {
	case b.Kind == events.FaultMissed || b.Kind == events.FaultPending:
		r.From = "never"
		return r
	case b.Kind == events.FaultLate:
		r.From = seconds(f.to)
		return r
	case b.Kind != events.FaultBegin:
		return r
	case !f.ended:
		r.Ended = "never"
		return r
	case f.end.Timed:
		r.Ended = seconds(f.to) + ", its time was up"
	default:
		r.Ended = seconds(f.to)
	}
	r.Lasted = seconds(f.to - f.from)
	return r
}

func milliseconds(ms *float64) string {
	switch {
	case ms == nil:
		return ""
	case *ms < 999.5:
		return fmt.Sprintf("%.3g ms", *ms)
	case *ms < 99_950:
		return fmt.Sprintf("%.3g s", *ms/1000)
	}
	return fmt.Sprintf("%.0f s", *ms/1000)
}

// rows are one for each life of a child.
func (l *lane) rows() []childRow {
	first := childRow{Name: readable(l.name), Node: readable(l.node), IP: l.ip, Lines: fmt.Sprint(l.lines)}
	if len(l.lives) == 0 && l.ip == "" {
		return nil // not a child, but the verbs of a timeline
	}
	if len(l.lives) == 0 {
		first.End = "never started"
		return []childRow{first}
	}
	var rows []childRow
	for _, life := range l.lives {
		r := first
		first.Lines = ""
		r.Start = seconds(life.from)
		if life.ended {
			r.End, r.Class, r.Code = seconds(life.to), codeClass(life.code), codeWords(life.code)
		}
		rows = append(rows, r)
	}
	return rows
}

// writeLog writes the rows of the log. A template would take longer for ten thousand
// of them than many a run does.
func (c *Collector) writeLog(w *bufio.Writer, log []entry) {
	for _, e := range log {
		w.WriteString("\n<li")
		if e.fault > 0 {
			w.WriteString(" id=\"f" + strconv.Itoa(e.fault) + "\"")
		}
		w.WriteString(" class=\"")
		template.HTMLEscape(w, []byte(e.class))
		child := ""
		if e.lane >= 0 {
			w.WriteString(" c" + strconv.Itoa(e.lane))
			child = readable(c.lanes[e.lane].name)
		}
		w.WriteString("\"><time>")
		w.Write(strconv.AppendFloat(w.AvailableBuffer(), e.at, 'f', 3, 64))
		w.WriteString("</time><b>")
		template.HTMLEscape(w, []byte(child))
		w.WriteString("</b><span>")
		template.HTMLEscape(w, []byte(e.text))
		w.WriteString("</span></li>")
	}
}
