package plan

import (
	"io"
	"slices"
	"strings"

	"al.essio.dev/pkg/shellescape"
)

// Script writes the plan as a POSIX shell script. The title's lines become its
// first comment. Running the script with sh does what running the plan does.
func Script(w io.Writer, title string, p Plan) error {
	var b strings.Builder
	b.WriteString("#!/bin/sh\n")
	for line := range strings.Lines(title) {
		b.WriteString(comment(line))
	}
	// What a command gets in single quotes is for another shell to expand.
	b.WriteString("# shellcheck disable=SC2016\nset -e\n")
	b.WriteString("# some of the tools are where plain users don't look\n")
	b.WriteString("PATH=\"$PATH:/usr/sbin:/sbin\"\n")
	writeSteps(&b, p, "")
	_, err := io.WriteString(w, b.String())
	return err
}

// writeSteps writes steps, and where there are children, a trap that takes back at
// the end what would outlive them; last are lines that come after that.
func writeSteps(b *strings.Builder, p Plan, last string) {
	about := ""
	_, children := p.Children()
	done := 0
	for _, group := range p.Groups() {
		if group[0].Together != "" {
			done += len(group)
			writeTogether(b, group, &about)
			continue
		}
		for _, s := range group {
			done++
			writeAbout(b, s, &about)
			if s.Child != nil && (done == 1 || p[done-2].Child == nil) {
				b.WriteString(beforeChildren(s.Child))
			}
			b.WriteString(Line(s))
			if children != nil && len(s.Undo) > 0 {
				b.WriteString(atExit(p[:done].Undo(), last))
			}
		}
	}
	if children != nil {
		b.WriteString(afterChildren(children[0].Child))
	}
}

// writeTogether starts the steps in the background and waits for each, so that
// the code of one that fails is not lost.
func writeTogether(b *strings.Builder, group Plan, about *string) {
	writeAbout(b, group[0], about)
	b.WriteString("started=\n")
	for _, s := range group {
		writeAbout(b, s, about)
		b.WriteString(Line(s))
	}
	b.WriteString("code=0\nfor pid in $started; do wait \"$pid\" || code=$?; done\n")
	b.WriteString("[ \"$code\" = 0 ] || exit \"$code\"\n")
}

// writeAbout writes a step's heading, if it is another one than the last.
func writeAbout(b *strings.Builder, s Step, last *string) {
	if s.About != *last && s.About != "" {
		b.WriteString("\n" + comment(s.About))
	}
	*last = s.About
}

func comment(text string) string {
	return "# " + strings.TrimRight(text, "\n") + "\n"
}

// Line is the step as shell input: one line, and its here-document if it has
// input.
func Line(s Step) string {
	line, input := command(s), ""
	switch {
	case s.Files != nil:
		return written(s.Files)
	case s.Inside != nil:
		return inside(s)
	case s.Numbers != nil:
		return numbered(line, s)
	case s.Holders != nil:
		return unlessHeld(s)
	case s.Child != nil:
		line = background(line, s.Child)
	case s.Capture != "" && s.Stdin != "":
		line, input = hereDocument(line, "END", s.Stdin)
		line, input = s.Capture+"=$("+line+"\n"+input+")", ""
	case s.Capture != "":
		line = s.Capture + "=$(" + line + ")"
	case s.Stdin != "":
		line, input = hereDocument(line, "END", s.Stdin)
	}
	if s.MayFail || s.Gone != nil {
		line += " 2>/dev/null || true"
	}
	// A shell in the background can't set a variable of this one.
	if s.Together != "" && s.Capture == "" {
		line += ` & started="$started $!"`
	}
	return line + "\n" + input
}

func command(s Step) string {
	words := make([]string, 0, 3+len(s.Env)+len(s.Place.Enter)+len(s.Argv))
	if s.OnlyEnv {
		words = append(words, "env", "-i")
	}
	for _, e := range s.Env {
		name, value, _ := strings.Cut(e, "=")
		if s.OnlyEnv {
			// For env it is a word like any other.
			words = append(words, quote(e))
			continue
		}
		words = append(words, name+"="+quote(value))
	}
	if s.Child != nil {
		words = append(words, "setsid")
	}
	for i, w := range s.Words() {
		if i == 0 && !s.OnlyEnv && s.Child == nil && isSyntax(w) {
			w = "'" + w + "'"
		} else {
			w = quote(w)
		}
		words = append(words, w)
	}
	return strings.Join(words, " ")
}

// syntax are words of letters that the shell doesn't take for a command.
var syntax = []string{"case", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in", "select", "then", "time", "until", "while"}

// isSyntax reports whether a word at the beginning of a line must be quoted, though
// it needn't be elsewhere: it would be an assignment, or a word of the shell's own.
func isSyntax(word string) bool {
	return slices.Contains(syntax, word) || strings.Contains(word, "=") && quote(word) == word
}

// quote makes one word of sh. References become "$name", everything else stays
// what it is, byte by byte.
func quote(word string) string {
	if !strings.Contains(word, mark) {
		return shellescape.Quote(word)
	}
	return `"` + expandable(word, "\\$`\"") + `"`
}

// expandable writes references as the shell expands them, and puts a backslash
// before each of the special characters of the rest.
func expandable(text, special string) string {
	parts := strings.Split(text, mark)
	var b strings.Builder
	for i, part := range parts {
		switch {
		case i%2 == 0:
			for _, c := range []byte(part) {
				if strings.IndexByte(special, c) >= 0 {
					b.WriteByte('\\')
				}
				b.WriteByte(c)
			}
		case startsLikeName(parts[i+1]):
			b.WriteString("${" + strings.TrimPrefix(part, ofEnv) + "}")
		default:
			b.WriteString("$" + strings.TrimPrefix(part, ofEnv))
		}
	}
	return b.String()
}

func startsLikeName(text string) bool {
	return text != "" && (text[0] == '_' || '0' <= text[0] && text[0] <= '9' ||
		'A' <= text[0] && text[0] <= 'Z' || 'a' <= text[0] && text[0] <= 'z')
}

// hereDocument returns the line with its redirection, and the document. The
// end word is one that no line of the input equals.
func hereDocument(line, end, input string) (string, string) {
	if !strings.HasSuffix(input, "\n") {
		input += "\n"
	}
	for strings.Contains("\n"+input, "\n"+end+"\n") {
		end += "_"
	}
	if strings.Contains(input, mark) {
		return line + " <<" + end, expandable(input, "\\$`") + end + "\n"
	}
	return line + " <<'" + end + "'", input + end + "\n"
}
