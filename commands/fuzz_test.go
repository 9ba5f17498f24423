package commands

import (
	"os"
	"slices"
	"strings"
	"testing"

	"al.essio.dev/pkg/shellescape"
	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/settings"
	"vagganet/commands/terminal"
)

// FuzzArrange holds the order of words to what it is for: none is lost or made,
// but where help is asked for; what stands behind "--", and a command behind its
// node, is left as it is; and what was arranged stays so.
func FuzzArrange(f *testing.F) {
	for _, line := range []string{
		"create --dry-run --network 10.1.0.0/16 -x", "run web --help", "run --name --help web", "exec a ls --run x -x --dry-run",
		"partition split a -- -b --run", "partition run a ping --dry-run", "--run r exec --", "-x - --interface=x _network isolate --", "exec --run", "--sudo -n create",
		"--for 2s partition isolate a", "exec a --run r ls -l", "h -x nonsense",
	} {
		f.Add(strings.ReplaceAll(line, " ", "\n"))
	}
	f.Fuzz(func(t *testing.T, lines string) {
		args := append([]string{"vagganet"}, strings.Split(lines, "\n")...)
		app := App{}.cli()
		called, err := cmdline.Arrange(app, slices.Clone(args))
		got := called.Args
		if err != nil || called.Verb() == cmdline.HelpName || len(got) > 1 && got[1] == cmdline.HelpName {
			return
		}
		whole := !slices.Equal(called.Path, []string{"partition"}) // whose options go where it has no kind
		if a, b := plainWords(app, args), plainWords(app, got); whole && !slices.Equal(a, b) {
			t.Fatalf("%q became %q", args, got)
		}
		if i := slices.Index(args, "--"); whole && i > 0 && slices.Index(got, "--") > 0 && !slices.Equal(args[i:], got[len(got)-len(args)+i:]) && !isValue(args, i) {
			t.Fatalf("%q became %q", args, got)
		}
		again, err := cmdline.Arrange(app, slices.Clone(got))
		if err != nil || !slices.Equal(again.Path, called.Path) || !slices.Equal(again.Args, got) {
			t.Fatalf("%q became %q and then %q, %v", args, got, again.Args, err)
		}
	})
}

// plainWords are the words in order, verbs and options by their first names.
func plainWords(app *cli.App, args []string) (plain []string) {
	for _, word := range args {
		if c := cmdline.FindCommand(app.Commands, word); c != nil {
			word = c.Name
		}
		name, _, _ := strings.Cut(word, "=")
		if f := cmdline.FindFlag(cmdline.AllFlags(app), word); f != nil && strings.HasPrefix(word, "-") {
			word = "--" + f.Names()[0] + strings.TrimPrefix(word, name)
		}
		plain = append(plain, word)
	}
	slices.Sort(plain)
	return plain
}

// isValue reports whether a word may be the value of the option before it.
func isValue(args []string, i int) bool { return strings.HasPrefix(args[i-1], "-") }

// FuzzCommandWords reads words of --sudo and of the tools: no option comes first,
// and words that a shell would read are read as they were meant.
func FuzzCommandWords(f *testing.F) {
	for _, w := range []string{"sudo -n", "a 'b c'", `"x`, "-n", "'' x", "a\\", "#x", "\x00", "é '\n'", "busybox brctl"} {
		f.Add(w, "b c'd")
	}
	f.Fuzz(func(t *testing.T, text, word string) {
		if words, ok := settings.SplitCommand(text); ok && (words[0] == "" || words[0][0] == '-') {
			t.Fatalf("%q is %q", text, words)
		}
		argv := []string{"sudo", text, word, ""}
		// shlex reads characters, and of what isn't UTF-8 makes others.
		if got, ok := settings.SplitCommand(shellescape.QuoteCommand(argv)); isText(text) && isText(word) && (!ok || !slices.Equal(got, argv)) {
			t.Fatalf("%q is %q", argv, got)
		}
	})
}

func isText(s string) bool { return !strings.ContainsRune(strings.ToValidUTF8(s, "\x00"), 0) }

// FuzzSettings reads files of settings: it sets variables of ours alone, each to
// a text, and says of the rest what is wrong, with the file's name.
func FuzzSettings(f *testing.F) {
	for _, text := range []string{
		"sudo: a\nip: b\n", "intreface: v\n", "ip: [a]\n", "sudo: \"a\\0b\"\n", "- a\n", "a: &a {b: *a}\n", "trace: yes\nno-host: off\n",
		"\"PATH\": /evil\n", "network: 172.18.0.0/16\nnetwork: x\n", "ip: !!binary aGk=\n", "\xff\n", "? {a: b}\n: c\n", "<<: {ip: evil}\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		withoutSettings(t)
		before := os.Environ()
		err := settings.Apply("settings.yaml", []byte(text))
		if err != nil && !strings.HasPrefix(err.Error(), "settings.yaml:") {
			t.Fatalf("error %q", err)
		}
		for _, variable := range os.Environ() {
			name, _, _ := strings.Cut(variable, "=")
			known := slices.ContainsFunc(settings.Names(), func(s string) bool { return settings.Variable(s) == name })
			if !slices.Contains(before, variable) && !known {
				t.Fatalf("sets %q", variable)
			}
		}
	})
}

// FuzzPrintable holds messages to what a terminal shows and doesn't obey.
func FuzzPrintable(f *testing.F) {
	for _, text := range []string{"plain é\n\ttext", "\x1b[31mred\x1b[m", "\u202ebidi", "\xff\r\x00\x7f", "\u009b31m", "\ufffd'"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := terminal.Clean(text)
		for _, r := range got {
			if r != '\n' && r != '\t' && (r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u202e') {
				t.Fatalf("%q has %q", got, r)
			}
		}
		if terminal.Clean(got) != got || strings.Count(got, "\n") != strings.Count(text, "\n") {
			t.Fatalf("%q, and then %q", got, terminal.Clean(got))
		}
	})
}
