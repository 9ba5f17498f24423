package report

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"vagganet/commands/events"
	"vagganet/commands/terminal"
)

// escapes are what colours a terminal, and sets its title.
var escapes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[ -/]*[0-~])")
})

// readable is what a program has written, as a page can show it: without
// colours, with signs for control characters, and not too long.
func readable(text string) string {
	if isPlain(text) {
		return text
	}
	text = strings.TrimSuffix(escapes().ReplaceAllString(text, ""), "\r")
	more := ""
	if len(text) > textMost {
		cut := textMost
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		more = fmt.Sprintf(" … (%d bytes more)", len(text)-cut)
		text = text[:cut]
	}
	var b strings.Builder
	for _, r := range text { // what is no UTF-8 comes as U+FFFD, byte by byte
		b.WriteString(sign(r))
	}
	return b.String() + more
}

// isPlain reports whether a text can be shown as it is, as most can.
func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] >= 0x7f {
			return false
		}
	}
	return len(text) <= textMost
}

// sign is what stands for a character: "^G" for Ctrl+G.
func sign(r rune) string {
	switch {
	case r == '\t':
		return "\t"
	case r < ' ' || r == 0x7f:
		return "^" + string(r^0x40)
	case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
		return "\uFFFD"
	}
	return string(r)
}

func codeWords(code *int) string {
	if code == nil {
		return "unknown"
	}
	if name := unix.SignalName(syscall.Signal(*code - 128)); *code > 128 && name != "" {
		return fmt.Sprintf("%d %s", *code, strings.TrimPrefix(name, "SIG"))
	}
	return fmt.Sprint(*code)
}

// codeClass reports whether a code is of a child that failed by itself.
func codeClass(code *int) string {
	switch {
	case code == nil:
		return "unknown"
	case *code == 0:
		return "good"
	case *code == 128+int(syscall.SIGTERM), *code == 128+int(syscall.SIGINT), *code == 128+int(syscall.SIGKILL):
		return "stopped"
	}
	return "bad"
}

func checkWords(e events.Event) string {
	if e.What != "" {
		return readable(e.What)
	}
	if e.OK != nil && *e.OK {
		return "every link is as it should be"
	}
	if e.Differences != nil {
		return terminal.Count(*e.Differences, "link") + " not as it should be"
	}
	return "not as it should be"
}

func faultWords(e events.Event) string {
	what := readable(e.Title())
	if e.Kind == events.FaultFailed {
		return what + " failed, exit code " + codeWords(e.Code)
	}
	return what + e.Note()
}

func seconds(s float64) string { return fmt.Sprintf("%.3f s", s) }
