package terminal

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"unicode"
)

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"plain é 日本 \U0001F600\n\t": "plain é 日本 \U0001F600\n\t",
		"\x1b[31mred\x1b[m":         `\x1b[31mred\x1b[m`,
		"\x9b31m\xff":               `\x9b31m\xff`,
		"a\u009b1mb":                `a\u009b1mb`,
		"\u202edoc.exe\ufeff":       `\u202edoc.exe\ufeff`,
		"a\rb\x00\x7f\b":            `a\rb\x00\x7f\b`,
		"\ufffd":                    "\ufffd",
	} {
		if got := Clean(text); got != want {
			t.Errorf("%q became %q, not %q", text, got, want)
		}
	}
	if got := CleanLine("a\nvagganet: all is well\tb"); got != `a\nvagganet: all is well\tb` {
		t.Errorf("got %q", got)
	}
}

// What is cleaned stays the same text in JSON.
func TestCleanJSON(t *testing.T) {
	text := "a\x1b[m\x7f\u009b\u202e\U000E0001\U0001F600\"\\\n日"
	in, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	out := CleanJSON(string(in))
	if strings.ContainsFunc(out, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("not clean: %q", out)
	}
	var got string
	if err := json.Unmarshal([]byte(out), &got); err != nil || got != text {
		t.Errorf("got %q: %v", got, err)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("\x1b]0;x\a\u009b\xff\u2028")
	f.Fuzz(func(t *testing.T, text string) {
		if got := Clean(text); strings.ContainsFunc(got, func(r rune) bool {
			return r != '\n' && r != '\t' && r != '\ufffd' && !unicode.IsPrint(r)
		}) {
			t.Errorf("%q became %q", text, got)
		}
	})
}

func TestLost(t *testing.T) {
	stdout := os.Stdout
	defer func() { os.Stdout, Out.err = stdout, nil }()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("skipped: %v", err)
	}
	os.Stdout = full
	if Lost() != nil {
		t.Errorf("nothing was lost yet")
	}
	if _, err := Out.Write([]byte("x")); err == nil || Lost() == nil {
		t.Errorf("%v, %v", err, Lost())
	}
}
