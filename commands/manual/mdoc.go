package main

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"vagganet/commands"
	"vagganet/commands/cmdline"
)

// mdoc returns a page in the language of mdoc(7).
func mdoc(page commands.ManualPage, date, version string) string {
	var p printer
	p.macro("Dd %s", longDate(date))
	p.macro("Dt %s %d", strings.ToUpper(page.Title), page.Number)
	p.macro("Os vagganet %s", version)
	p.macro("Sh NAME")
	p.macro("Nm %s", page.Title)
	p.macro("Nd %s", escaped(page.Summary))
	for _, s := range page.Sections {
		switch s.Title {
		case "USAGE":
			p.macro("Sh SYNOPSIS")
			p.synopsis(s.Lines[0])
		case "VERSION": // it is at the foot of each page
		default:
			p.macro("Sh %s", s.Title)
			p.section(s)
		}
	}
	return p.String()
}

// longDate returns a date as mdoc writes it: November 28, 2026.
func longDate(date string) string {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return day.Format("January 2, 2006")
}

type printer struct{ strings.Builder }

func (p *printer) macro(format string, args ...any) { fmt.Fprintf(p, "."+format+"\n", args...) }

// synopsis prints a line of usage: lower-case words as they are typed, others as what
// is put in their places.
func (p *printer) synopsis(line string) {
	words := strings.Fields(line)
	p.macro("Nm %s", words[0])
	for i := 1; i < len(words); i++ {
		word := words[i]
		for strings.HasPrefix(word, "[") && !strings.HasSuffix(words[i], "]") {
			i++
			word += " " + words[i]
		}
		inner := strings.TrimSuffix(strings.TrimPrefix(word, "["), "]")
		kind := "Ar"
		if inner == strings.ToLower(inner) {
			kind = "Cm"
		}
		if inner != word {
			kind = "Op " + kind
		}
		p.macro("%s %s", kind, escaped(inner))
	}
}

func (p *printer) section(s cmdline.Section) {
	if s.Rows != nil {
		p.list(s.Rows)
	}
	for i, b := range blocks(s.Lines) {
		switch {
		case b.rows != nil:
			p.list(b.rows)
		case b.literal != nil:
			p.macro("Bd -literal -offset indent")
			for _, line := range unindented(b.literal) {
				p.line(line)
			}
			p.macro("Ed")
		default:
			if i > 0 {
				p.macro("Pp")
			}
			p.text(b.text)
		}
	}
}

// widest is how wide the column of a list's terms may be.
const widest = 16

func (p *printer) list(rows []cmdline.Row) {
	width := 0
	for _, r := range rows {
		width = max(width, min(widest, utf8.RuneCountInString(r.Name)))
	}
	p.macro("Bl -tag -width %dn", width)
	for _, r := range rows {
		p.macro("It %s", term(r.Name))
		p.text(r.Text)
	}
	p.macro("El")
}

// term marks an option and what stands for its value, and any other term as a whole.
func term(name string) string {
	if !strings.HasPrefix(name, "-") {
		return `Cm "` + strings.ReplaceAll(escaped(name), `"`, `\(dq`) + `"`
	}
	name, value, _ := strings.Cut(name, " ")
	// "--write, -w FILE"
	if strings.HasSuffix(name, ",") {
		short, rest, _ := strings.Cut(value, " ")
		name, value = name+" "+short, rest
	}
	marked := ""
	for _, flag := range strings.Split(name, ", ") {
		marked += " , Fl " + escaped(strings.TrimPrefix(flag, "-"))
	}
	marked = strings.TrimPrefix(marked, " , ")
	if value != "" {
		marked += ` Ar "` + escaped(value) + `"`
	}
	return marked
}

var (
	reference = regexp.MustCompile(`^([a-z][a-z0-9.-]*)\(([1-8])\)([,.;:)]*)$`)
	sentence  = regexp.MustCompile(`[.?!][")]*$`)
)

// longest is how many bytes a line of text may have, by mandoc's taste.
const longest = 78

// text prints words in lines, a sentence in a line of its own, as mdoc wants it, with
// references to other pages marked.
func (p *printer) text(words string) {
	var line []string
	flush := func() {
		if len(line) > 0 {
			p.line(strings.Join(line, " "))
		}
		line = nil
	}
	for _, word := range strings.Fields(words) {
		if to := reference.FindStringSubmatch(word); to != nil {
			flush()
			p.macro("%s", strings.TrimSpace(fmt.Sprintf("Xr %s %s %s", to[1], to[2], strings.Join(strings.Split(to[3], ""), " "))))
			continue
		}
		if len(escaped(strings.Join(line, " ")+" "+word)) > longest {
			flush()
		}
		line = append(line, word)
		if sentence.MatchString(word) {
			flush()
		}
	}
	flush()
}

// line prints a line of text, which is no macro whatever it begins with.
func (p *printer) line(text string) {
	text = escaped(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	p.WriteString(text + "\n")
}

// escaped returns a text in which backslashes and hyphens are themselves.
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`, "×", `\(mu`, "→", `\(->`, "↔", `\(<>`, "–", `\(en`).Replace(text)
}
